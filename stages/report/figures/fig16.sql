-- title: Temperature
-- paper: Fig 16: at T = 0.6 and 1.0 the base passes the RL model on AIME24 and MATH500; at T = 1.2 the RL model stays above everywhere.
-- caption: Rows: benchmarks. Columns: sampling settings, the same for both models. Bands: 95 % interval, unit: the problem.
-- x: k, samples per problem (log2)
-- y: pass@k
-- tables: curves
-- published: curves Fig16
WITH swept AS (SELECT setting FROM settings WHERE purpose = 'temperature' OR chosen)
SELECT *, _benchmark AS _row, _setting || CASE WHEN (SELECT count(DISTINCT family) FROM models WHERE headline) > 1 THEN ', ' || _family ELSE '' END AS _panel, _arm AS _series
FROM whole
WHERE (_role = 'base' OR _headline) AND setting IN (FROM swept) AND (SELECT count(*) FROM swept) > 1
ORDER BY _bi, _si, _mi, k
