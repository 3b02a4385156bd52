-- title: Training steps: pass@1 and pass@K against the step
-- paper: Table 3 and Fig 1: pass@1 rises and pass@256 falls with training.
-- caption: The two ends of the curves above against the training step; step 0 is the base model. Bands: 95 % interval, unit: the problem.
-- x: training step
-- y: pass@k
-- tables: curves
-- published: tables Table3
WITH stepped AS (
  SELECT * FROM ends WHERE _role = 'rl' AND _step IS NOT NULL AND _ablation = '' AND _steps > 1 AND benchmark IN (SELECT benchmark FROM ends WHERE _role = 'rl' AND _ablation = '' AND _step IS NOT NULL GROUP BY benchmark, _run, _trained_from HAVING count(DISTINCT _step) > 1)
    AND _run IN (SELECT run FROM models WHERE headline OR chosen)
), points AS (
  SELECT * EXCLUDE (_step), _step, _run AS run FROM stepped
  UNION ALL BY NAME
  SELECT e.* EXCLUDE (_step), 0 AS _step, s._run AS run FROM ends e JOIN (SELECT DISTINCT benchmark, _run, _trained_from FROM stepped) s ON e.model = s._trained_from AND e.benchmark = s.benchmark
), tall AS (
  SELECT *, 1 AS k, pass_at_1 AS value, lo_1 AS lo, hi_1 AS hi, 'hue:3' AS hue FROM points
  UNION ALL
  SELECT *, k_large, pass_at_k, lo_k, hi_k, 'hue:4' FROM points
)
SELECT benchmark, run, model, setting, _step AS step, k, value, lo, hi, n_problems, n_samples, method,
  _family AS _row, _benchmark AS _panel, run || ', pass@' || k AS _series, hue AS _model, _step AS _x, value AS _y, lo AS _lo, hi AS _hi
FROM tall ORDER BY _bi, _family, run, k, _step
