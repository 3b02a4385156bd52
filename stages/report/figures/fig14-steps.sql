-- title: RL algorithms: training steps
-- paper: Fig 14 (bottom): as RL training goes on from step 150 to 450, pass@1 rises and pass@256 falls on all three sets.
-- caption: Each line is one checkpoint of the same RL run, paler for earlier ones, beside its base model. Bands: 95 % interval, unit: the problem.
-- x: k, samples per problem (log2)
-- y: pass@k
-- tables: curves
-- published: curves Fig14 bottom
SELECT *, _family AS _row, _benchmark AS _panel, CASE WHEN _role = 'base' THEN _arm ELSE _run || ', step ' || _step END AS _series
FROM whole
WHERE _main AND benchmark IN (SELECT benchmark FROM whole WHERE _main AND _role = 'rl' AND _ablation = '' AND _step IS NOT NULL GROUP BY benchmark, _run, _trained_from HAVING count(DISTINCT _step) > 1) AND (
  (_role = 'base' AND model IN (SELECT base FROM models WHERE steps > 1 AND role = 'rl'))
  OR (_role = 'rl' AND _step IS NOT NULL AND _ablation = '' AND _steps > 1 AND _run IN (SELECT run FROM models WHERE headline OR chosen)))
ORDER BY _bi, _trained_from, _role <> 'base', _step, _mi, k
