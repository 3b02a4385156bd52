-- title: True pass@k beside its estimate
-- caption: On the enumerable task every correct answer can be listed, so the model's true rate per problem is a sum of probabilities (temperature 1, no truncation), and pass@k
--   is known without sampling: dashed. Solid: the unbiased estimate from samples with its 95 % interval for these problems, up to k = n/2. The table says where an interval misses.
-- x: k, samples per problem (log2)
-- y: pass@k
-- tables: exact_curves
WITH tall AS (
  SELECT *, 'estimated' AS source, estimate AS value, lo AS _lo, hi AS _hi, 'measured' AS _style FROM shown_exact_curves
  UNION ALL SELECT *, 'exact', exact, NULL, NULL, 'model' FROM shown_exact_curves
)
SELECT benchmark, model, setting, k, source, value, inside, _benchmark AS _row, _label AS _panel, source AS _series, _model, k AS _x, value AS _y, _lo, _hi, _style
FROM tall ORDER BY _bi, _mi, source = 'exact', k
