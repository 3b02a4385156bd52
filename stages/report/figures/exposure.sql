-- title: By exposure of the base model
-- caption: Problems by how often the base model saw the skill in pretraining. "Beyond the base" could show where exposure is none or rare. In brackets: problems.
-- x: k, samples per problem (log2)
-- y: pass@k
-- tables: curves, counts
WITH single AS (
  SELECT benchmark, min(exposure) AS exposure FROM counts WHERE benchmark NOT IN (SELECT benchmark FROM pass WHERE subset LIKE 'exposure=%') GROUP BY benchmark HAVING count(DISTINCT exposure) = 1 AND min(exposure) <> ''
), shown AS (
  SELECT *, replace(subset, 'exposure=', '') AS exposure FROM pass WHERE subset LIKE 'exposure=%'
  UNION ALL BY NAME
  SELECT p.*, s.exposure FROM pass p JOIN single s USING (benchmark)
  WHERE p.subset = 'all' AND (SELECT count(DISTINCT exposure) FROM single) > 1
)
SELECT *, of_kin(_benchmark, _family, _lead) AS _row, 'exposure ' || exposure || ' (' || n_problems || ')' AS _panel, _arm AS _series
FROM shown
WHERE metric = getvariable('metric') AND _main AND (_usual OR _split <> '') AND (_lead OR _model_chosen) AND (_role = 'base' OR _headline)
ORDER BY _bi, min(_mi) OVER (PARTITION BY _family), CASE exposure WHEN 'none' THEN 0 WHEN 'rare' THEN 1 ELSE 2 END, exposure, _mi, k
