-- title: Sharpening the base without training
-- caption: The base under every sampling setting, beside the RL model at its primary setting. What a lower temperature, or sampling whole sequences in proportion to a power of their
--   probability, gives the base is no gain of RL. Bands: 95 % interval, unit: the problem.
-- x: k, samples per problem (log2)
-- y: pass@k
-- tables: curves
SELECT *, of_kin(_benchmark, _family, _lead) AS _row, '' AS _panel, _arm || ', ' || _setting AS _series
FROM whole
WHERE (_role = 'base' OR _headline AND (_main OR _purpose = 'temperature'))
  AND (benchmark, _family) IN (SELECT (benchmark, _family) FROM whole WHERE _role = 'base' GROUP BY benchmark, _family HAVING count(DISTINCT setting) > 1)
ORDER BY _bi, min(_mi) OVER (PARTITION BY _family), _mi, _si, k
