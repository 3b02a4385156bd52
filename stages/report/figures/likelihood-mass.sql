-- title: Correct mass of the base on the support of others
-- caption: covered and recurs: at k = 256, the share of correct answers that the scorer covers, and the chance that the very string is among 256 samples of it. correct mass: the scorer's
--   probability of a correct answer as far as the author's answers reach, the mean of v(y) p_scorer(y) / p_author(y); sums over strings, so it speaks of the problem; a lower bound in
--   expectation for the scorer's pass@1. Only for samples at temperature 1 without truncation; without a value where the effective share of answers is below 0.25.
-- tables: likelihood
SELECT l.benchmark, l.scorer, l.author, l.setting, l.quantity, l.k, l.value, l.lo, l.hi, l.effective_share, l.n_problems, l.method
FROM likelihood l JOIN benchmarks b USING (benchmark) LEFT JOIN all_models s ON s.model = l.scorer LEFT JOIN all_models a ON a.model = l.author
WHERE l.quantity = 'correct mass' OR l.k = 256
ORDER BY b.position, s.position, coalesce(a.position, 200000), l.author, l.setting, l.quantity DESC
