-- title: Entropy-matched sampling
-- paper: Fig 17: an RL model heated until its output entropy equals that of the base at T = 0.6 gains a little at large k and stays below the base.
-- caption: The base and the RL model at the main setting, and the RL model at the temperature that matches the base's token entropy. mean_entropy in the table: token entropy at the
--   sampling temperature, before top-p, nats, mean over samples, then problems.
-- x: k, samples per problem (log2)
-- y: pass@k
-- tables: curves
-- published: curves Fig17
WITH matched AS (SELECT DISTINCT benchmark, model FROM whole WHERE _purpose = 'entropy-matched'),
entropy AS (SELECT benchmark, model, setting, value AS mean_entropy FROM curves WHERE metric = 'token-entropy' AND subset = 'all')
SELECT w.*, e.mean_entropy, _benchmark AS _panel,
  _arm || ', ' || _setting AS _series
FROM whole w LEFT JOIN entropy e USING (benchmark, model, setting)
WHERE benchmark IN (SELECT benchmark FROM matched)
  AND (_purpose = 'entropy-matched' OR (_main AND (model IN (SELECT model FROM matched) OR model IN (SELECT m.base FROM models m JOIN matched USING (model)))))
ORDER BY _bi, _mi, _purpose = 'entropy-matched', k
