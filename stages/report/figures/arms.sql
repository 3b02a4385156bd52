-- title: Control arms
-- caption: What a reviewer asks for beside RL: random or format-only reward, supervised training on the same prompts, rejection fine-tuning, a sharpened base. Bands: 95 % interval, unit: the problem.
-- x: k, samples per problem (log2)
-- y: pass@k
-- tables: curves
SELECT *, _family AS _row, _benchmark AS _panel, _arm AS _series
FROM whole
WHERE _main AND benchmark IN (SELECT benchmark FROM whole WHERE _main AND _role = 'control') AND (
  _role IN ('control', 'distilled', 'instruct') AND _trained_from IN (SELECT base FROM models WHERE role = 'control')
  OR model IN (SELECT base FROM models WHERE role = 'control')
  OR _trained_from IN (SELECT base FROM models WHERE role = 'control') AND (_headline OR _equal AND _algorithm IN (SELECT algorithm FROM models WHERE headline)))
  AND EXISTS (FROM models WHERE role = 'control')
ORDER BY _bi, _mi, k
