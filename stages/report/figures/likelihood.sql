-- title: Support by likelihood
-- paper: Section 4.2 reads the low perplexity of RL answers under the base as support: the base could have given them.
-- caption: Share of an author's correct answers that k samples of the base cover as strings: ln p >= -ln k, equivalent to PPL <= k^(1/T) (temperature 1, end token counted). A string
--   covered at k is among k samples with probability at least 1 - 1/e. This is a statement about single strings: a problem is easier than any one of its long answers, so a low
--   share is no evidence against support, a high one at k <= n is evidence for it. Mean over problems with a correct answer; bands: 95 % interval, unit: the problem.
-- x: k, samples of the base (log2)
-- y: share of correct answers covered
-- tables: likelihood
SELECT l.benchmark, l.scorer, l.author, l.setting, l.quantity, l.k, l.value, l.lo, l.hi, l.n_problems, l.method,
  b.label AS _row, coalesce(st.label, 'reference solutions') AS _panel, CASE WHEN l.author = 'reference' THEN 'reference' ELSE coalesce(a.arm, l.author) END AS _series, l.author AS _model,
  l.k AS _x, l.value AS _y, l.lo AS _lo, l.hi AS _hi
FROM likelihood l JOIN benchmarks b USING (benchmark) JOIN models s ON s.model = l.scorer LEFT JOIN all_models a ON a.model = l.author LEFT JOIN settings st ON st.setting = l.setting
WHERE l.quantity = 'covered' AND s.role = 'base' AND (a.model IS NULL OR a.final)
ORDER BY b.position, coalesce(st.position, 200000), coalesce(a.position, 200000), l.k
