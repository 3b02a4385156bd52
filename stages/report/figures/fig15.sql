-- title: KL penalty and number of rollouts
-- paper: Fig 15: a KL term (0.001) keeps pass@128 lower at equal pass@1; 32 instead of 8 rollouts per prompt changes little, and not always upwards.
-- caption: One thing is changed at a time against the plain run. Bands: 95 % interval, unit: the problem.
-- x: k, samples per problem (log2)
-- y: pass@k
-- tables: curves
-- published: curves Fig15
SELECT *, _family AS _row, _benchmark AS _panel, _arm AS _series
FROM whole
WHERE _main AND _final AND (_ablation <> '' OR model IN (SELECT base FROM models WHERE ablation <> '') OR (_headline AND _trained_from IN (SELECT base FROM models WHERE ablation <> ''))) AND EXISTS (FROM models WHERE ablation <> '')
ORDER BY _bi, _mi, k
