-- title: KL penalty and number of rollouts
-- paper: Fig 15: a KL term (0.001) keeps pass@128 lower at equal pass@1; 32 instead of 8 rollouts per prompt changes little, and not always upwards.
-- caption: One thing is changed at a time against the plain run. Bands: 95 % interval, unit: the problem.
-- x: k, samples per problem (log2)
-- y: pass@k
-- tables: curves
-- published: curves Fig15
SELECT *, _family AS _row, _benchmark AS _panel, _arm AS _series
FROM whole
WHERE _main AND benchmark IN (SELECT benchmark FROM whole WHERE _main AND _ablation <> '') AND (
  _ablation <> '' AND _final
  OR model IN (SELECT base FROM models WHERE ablation <> '')
  OR (_trained_from, _algorithm) IN (SELECT (base, algorithm) FROM models WHERE ablation <> '')
    AND (_equal OR _headline AND NOT EXISTS (FROM models m WHERE m.equal AND m.base = _trained_from AND m.algorithm = _algorithm)))
  AND EXISTS (FROM models WHERE ablation <> '')
ORDER BY _bi, _mi, k
