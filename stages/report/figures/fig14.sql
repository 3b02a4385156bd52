-- title: RL algorithms
-- paper: Fig 14 (top): six RL algorithms differ little from each other and stay far from the pass@256 of the base.
-- caption: Every algorithm from the same base, with the same prompts and the same number of steps where the steps are known; DAPO draws more samples per step. Bands: 95 % interval, unit: the problem.
-- x: k, samples per problem (log2)
-- y: pass@k
-- tables: curves
-- published: curves Fig14 top
SELECT *, _family AS _row, _benchmark AS _panel, _arm AS _series
FROM whole
WHERE _main AND (_role = 'base' AND model IN (SELECT base FROM models WHERE algorithms > 1) OR _algorithms > 1 AND _equal)
  AND benchmark IN (SELECT benchmark FROM whole WHERE _main AND _equal GROUP BY benchmark HAVING count(DISTINCT _algorithm) > 1)
ORDER BY _bi, _mi, k
