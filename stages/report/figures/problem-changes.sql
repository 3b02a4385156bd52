-- title: Problems that only one model solves
-- caption: p: one-sided exact p that the two success rates are equal; q: adjusted by Benjamini and Hochberg. base_solves_*: chance that n more base samples would hold a correct one, under
--   three mixing models (beta-binomial, zero-inflated, NPMLE): their spread is the answer. confirm_samples: fresh base samples that would confirm a rate below 1/(8n).
-- tables: problem_changes
SELECT benchmark, base, model, setting, problem_id, cell, base_correct, model_correct, n AS n_samples, p, q, base_solves_bb, base_solves_zibb, base_solves_npmle, confirm_samples
FROM shown_problem_changes WHERE _main AND _headline AND (base = _trained_from OR _trained_from = '')
ORDER BY _bi, _mi, cell DESC, q, p, problem_id
