-- title: Code and visual reasoning
-- paper: Fig 4: HumanEval+, MBPP+, MathVista and MathVision: the base passes the RL model at k = 2, 38, 5 and 4.
-- caption: Bands: 95 % interval, unit: the problem.
-- x: k, samples per problem (log2)
-- y: pass@k
-- tables: curves
-- published: curves Fig4
SELECT *, _benchmark AS _row, _family AS _panel, _arm AS _series
FROM whole
WHERE _main AND _usual AND _domain IN ('code', 'visual') AND (_role = 'base' OR _headline)
ORDER BY _bi, _mi, k
