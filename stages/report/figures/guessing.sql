-- title: What guessing would solve
-- caption: Dotted: pass@k of answers that ignore the problem, the model's own answers to the other problems of the same type. Dashed: pass@k beyond guessing, 1 - A_k/(1-g)^k with the
--   guessing rate g of each problem, as far as its standard error is at most twice that of pass@k. Where dotted comes near solid, coverage at large k is luck. A lower bound where many different answers are right.
-- x: k, samples per problem (log2)
-- y: pass@k
-- tables: curves, guessing
WITH lines AS (
  SELECT *, CASE metric WHEN 'guess@k' THEN 'reference' WHEN 'pass@k' THEN 'measured' ELSE 'model' END AS _style FROM pass
  WHERE metric IN ('pass@k', 'guess@k', 'pass@k(beyond guessing)') AND subset = 'all' AND _main AND _usual AND (_lead OR _model_chosen) AND (_role = 'base' OR _headline)
    AND (benchmark, model, setting) IN (SELECT (benchmark, model, setting) FROM guessing WHERE mean_rate > 0)
)
SELECT *, _benchmark AS _row, _arm AS _panel,
  CASE metric WHEN 'guess@k' THEN 'guessing' WHEN 'pass@k' THEN 'measured' ELSE 'beyond guessing' END AS _series
FROM lines ORDER BY _bi, _mi, metric <> 'pass@k', metric, k
