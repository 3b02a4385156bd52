-- title: By difficulty
-- caption: Problems by stratum of difficulty. Strata that rest on the base's own success rate were chosen on one half of the samples and are shown on the other. In brackets: problems.
-- x: k, samples per problem (log2)
-- y: pass@k
-- tables: curves
SELECT *, of_kin(_benchmark, _family, _lead) AS _row, replace(replace(subset, 'stratum=', ''), '=', ' ') || ' (' || n_problems || ')' AS _panel, _arm AS _series
FROM pass
WHERE metric = getvariable('metric') AND _main AND (_usual OR _split <> '') AND (_lead OR _model_chosen) AND (_role = 'base' OR _headline) AND subset <> 'all' AND subset NOT LIKE 'exposure=%'
ORDER BY _bi, min(_mi) OVER (PARTITION BY _family), subset, _mi, k
