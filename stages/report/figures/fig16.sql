-- title: Temperature
-- paper: Fig 16: at T = 0.6 and 1.0 the base passes the RL model on AIME24 and MATH500; at T = 1.2 the RL model stays above everywhere.
-- caption: Rows: benchmarks. Columns: sampling settings, the same for both models. Bands: 95 % interval, unit: the problem.
-- x: k, samples per problem (log2)
-- y: pass@k
-- tables: curves
-- published: curves Fig16
WITH swept AS (
  SELECT * FROM whole WHERE (_role = 'base' OR _headline) AND (_main OR _purpose = 'temperature' OR _setting_chosen)
)
SELECT *, of_kin(_benchmark, _family, _lead) AS _row, _setting AS _panel, _arm AS _series
FROM swept
WHERE (benchmark, _family) IN (SELECT (benchmark, _family) FROM swept WHERE _role = 'base' GROUP BY benchmark, _family HAVING count(DISTINCT setting) > 1)
ORDER BY _bi, min(_mi) OVER (PARTITION BY _family), _si, _mi, k
