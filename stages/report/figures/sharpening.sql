-- title: Sharpening the base without training
-- caption: The base at a lower temperature, at the temperature at which its entropy is the RL model's, or drawing whole sequences in proportion to a power of their probability, beside
--   both models at the primary setting. What these give the base without training is no gain of RL. Temperatures that both models share stand in Fig 16. Bands: 95 % interval,
--   unit: the problem.
-- x: k, samples per problem (log2)
-- y: pass@k
-- tables: curves
WITH shown AS (FROM whole WHERE _role = 'base' AND _purpose = '' OR _headline AND _main)
SELECT * REPLACE (CASE WHEN _role = 'base' AND NOT _main THEN 'hue:' || (1 + dense_rank() OVER (PARTITION BY _role = 'base' AND NOT _main ORDER BY _si)) ELSE _model END AS _model),
  of_kin(_benchmark, _family, _lead) AS _row, '' AS _panel, _arm || ', ' || _setting AS _series
FROM shown
WHERE (benchmark, _family) IN (SELECT (benchmark, _family) FROM shown WHERE _role = 'base' GROUP BY benchmark, _family HAVING count(DISTINCT setting) > 1)
ORDER BY _bi, min(_mi) OVER (PARTITION BY _family), _mi, _si, k
