-- title: The largest n
-- paper: Fig 10: Oat-Zero (n = 2048) and DAPO-32B (n = 1024) against their bases on AIME24; the base passes at k = 608 to 724 and 436 to 660.
-- caption: The pair with the most samples per problem. Bands: 95 % interval, unit: the problem.
-- x: k, samples per problem (log2)
-- y: pass@k
-- tables: curves
-- published: curves Fig10
SELECT *, _benchmark AS _row, _family AS _panel, _arm AS _series
FROM whole
WHERE _main AND _usual AND (_role = 'base' OR _headline) AND n_samples = (SELECT max(n_samples) FROM whole WHERE _headline)
ORDER BY _bi, _mi, k
