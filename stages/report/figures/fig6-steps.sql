-- title: Perplexity along RL training
-- paper: Appendix C.4 of v5: the perplexity of RL answers under the base model falls with training.
-- caption: PPL_base(Y_RL): perplexity, under the base model, of the answers of each checkpoint; step 0 is the base itself. Median over problems of the median over answers;
--   the band holds the middle half of the problems (it is no confidence interval).
-- x: training step
-- y: perplexity under the base
-- tables: perplexity_boxes
WITH summary AS (SELECT p.* FROM perplexity_boxes p JOIN main_settings USING (benchmark, setting)), stepped AS (SELECT run, base, min(model) FILTER (final) AS last FROM models WHERE steps > 1 AND role = 'rl' AND ablation = '' GROUP BY ALL), points AS (
  SELECT s.*, m.step, r.run, r.last FROM summary s JOIN models m ON m.model = s.author JOIN stepped r ON r.run = m.run AND r.base = m.base WHERE s.scorer = m.base AND m.step IS NOT NULL
  UNION ALL
  SELECT s.*, 0, r.run, r.last FROM summary s JOIN stepped r ON r.base = s.author WHERE s.scorer = s.author
)
SELECT benchmark, setting, scorer, author, step, n_problems, n_answers, q1, median, q3,
  b.label AS _panel, run AS _series, last AS _model, step AS _x, median AS _y, q1 AS _lo, q3 AS _hi
FROM points p JOIN benchmarks b USING (benchmark)
WHERE EXISTS (FROM points q WHERE q.step > 0 AND q.benchmark = p.benchmark AND q.run = p.run)
ORDER BY b.position, run, setting, step
