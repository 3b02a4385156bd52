-- title: Base, RL, instruct and distilled models
-- paper: Fig 7: on Minerva the distilled model stays above the base at every k, the RL and instruct models do not.
-- caption: The distilled model is read beside its data-matched control (see the control arms): a gain that the control shares is not a gain of distillation.
-- x: k, samples per problem (log2)
-- y: pass@k
-- tables: curves
-- published: curves Fig7
SELECT *, _benchmark AS _row, _family AS _panel, _arm AS _series
FROM whole
WHERE _main AND benchmark IN (SELECT benchmark FROM whole WHERE _main AND _role IN ('instruct', 'distilled')) AND (_headline AND _trained_from IN (SELECT base FROM models WHERE role IN ('distilled', 'instruct')) OR _role IN ('instruct', 'distilled', 'teacher') OR model IN (SELECT base FROM models WHERE role IN ('distilled', 'instruct'))) AND EXISTS (FROM models WHERE role IN ('instruct', 'distilled'))
ORDER BY _bi, _mi, k
