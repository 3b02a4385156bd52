-- title: The largest n
-- paper: Fig 10: Oat-Zero (n = 2048) and DAPO-32B (n = 1024) against their bases on AIME24; the base passes at k = 608 to 724 and 436 to 660.
-- caption: Of the pairs with the most samples per problem, the two with the largest gain at k = 1 (paired difference). Bands: 95 % interval, unit: the problem.
-- x: k, samples per problem (log2)
-- y: pass@k
-- tables: curves, paired
-- published: curves Fig10
WITH gains AS (
  SELECT w.benchmark, w.model, w._trained_from AS base, p.diff, row_number() OVER (ORDER BY p.diff DESC, w._bi, w._mi) AS place, count(*) OVER () AS all_of_them
  FROM whole w JOIN shown_paired p ON p.benchmark = w.benchmark AND p.model = w.model AND p.setting = w.setting AND p.base = w._trained_from AND p.metric = w.metric AND p.subset = w.subset AND p.k = w.k
  WHERE w._main AND w._usual AND w._headline AND w.k = 1 AND w.n_samples = (SELECT max(n_samples) FROM whole WHERE _main AND _usual AND _headline)
), strongest AS (FROM gains WHERE place <= least(2, all_of_them - 1))
SELECT w.*, '' AS _row, of_kin(w._benchmark, w._family, w._lead) AS _panel, w._arm AS _series
FROM whole w JOIN strongest s ON w.benchmark = s.benchmark AND w.model IN (s.model, s.base)
WHERE w._main
ORDER BY s.place, w._bi, w._mi, w.k
