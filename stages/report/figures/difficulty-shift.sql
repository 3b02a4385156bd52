-- title: Shift by difficulty for the base
-- caption: The model minus its base on problems that the base finds this hard: strata by its successes on one half of its samples (never, up to a tenth, up to half, more, always), pass@k on
--   the other half, averaged over all halves, so that "hard" is not regression to the mean. 95 % intervals, pointwise. In brackets: expected number of problems.
-- x: k, samples per problem (log2)
-- y: difference of pass@k
-- tables: paired
SELECT p.benchmark, p.base, p.model, p.setting, p.subset, p.k, p.diff, p.lo, p.hi, p.region, p.n_problems AS expected_problems, p.method,
  of_kin(p._benchmark, p._family, p._lead) AS _row, replace(p.subset, 'difficulty=', '') || ' (' || p.n_problems || ')' AS _panel, p._arm AS _series, p._model,
  p.k AS _x, p.diff AS _y, p.lo AS _lo, p.hi AS _hi, p.region AS _region
FROM shown_paired p
WHERE p.metric = 'pass@k' AND p.subset LIKE 'difficulty=%' AND p._main AND p._usual AND p._headline AND (p._lead OR p._model_chosen) AND (p.base = p._trained_from OR p._trained_from = '')
ORDER BY p._bi, list_position(['unsolved', 'hard (0..0.1]', 'medium (0.1..0.5]', 'easy (0.5..1)', 'always'], replace(p.subset, 'difficulty=', '')), p.n_problems, p._mi, p.k
