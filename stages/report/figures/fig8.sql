-- title: RL algorithms, both ends of the curves
-- paper: Fig 8 (broken axis): six RL algorithms lie close together at k = 1 and at k = 256, where the base is at or above all of them.
-- caption: The two ends of the curves, each with its own axis. Every algorithm starts from the same base with the same prompts, and is shown at the largest step that all have.
-- x: k, samples per problem (log2)
-- y: pass@k
-- tables: curves
-- published: curves Fig14 top
WITH of_algorithms AS (
  SELECT *, max(k) OVER (PARTITION BY benchmark, setting) AS top FROM whole WHERE _main AND (_role = 'base' AND model IN (SELECT base FROM models WHERE algorithms > 1) OR _algorithms > 1 AND _equal)
  AND benchmark IN (SELECT benchmark FROM whole WHERE _main AND _equal GROUP BY benchmark HAVING count(DISTINCT _algorithm) > 1)
), both_ends AS (
  SELECT *, 0 AS part, 'k ≤ 4' AS part_name FROM of_algorithms WHERE k <= 4
  UNION ALL
  SELECT *, 1, 'k ≥ ' || (top // 4) FROM of_algorithms WHERE k >= top // 4 AND top > 8
)
SELECT * EXCLUDE (top, part, part_name), _benchmark AS _row, part_name AS _panel, _arm AS _series, true AS _free
FROM both_ends ORDER BY _bi, part, _mi, k
