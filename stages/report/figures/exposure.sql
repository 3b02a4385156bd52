-- title: By exposure of the base model
-- caption: Problems by how often the base model saw the skill in pretraining. "Beyond the base" could show where exposure is none or rare. In brackets: problems.
-- x: k, samples per problem (log2)
-- y: pass@k
-- tables: curves
SELECT *, of_kin(_benchmark, _family) AS _row, replace(subset, 'exposure=', 'exposure ') || ' (' || n_problems || ')' AS _panel, _arm AS _series
FROM pass
WHERE metric = getvariable('metric') AND _main AND (_role = 'base' OR _headline) AND subset LIKE 'exposure=%'
ORDER BY _bi, min(_mi) OVER (PARTITION BY _family), subset, _mi, k
