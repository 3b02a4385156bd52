-- title: Code: the hardest programs
-- paper: Fig 3: DeepCoder-14B and its base on LiveCodeBench meet at k = 59 (0.756 each).
-- caption: The code benchmark with the lowest pass@1 of a base model. Programs are run against hidden tests. Bands: 95 % interval, unit: the problem.
-- x: k, samples per problem (log2)
-- y: pass@k
-- tables: curves
-- published: curves Fig3
SELECT *, _benchmark AS _row, _family AS _panel, _arm AS _series
FROM whole
WHERE _main AND _usual AND _domain = 'code' AND (_role = 'base' OR _headline)
  AND (_benchmark_chosen OR benchmark = (SELECT arg_min(benchmark, value) FROM whole WHERE _main AND _usual AND _domain = 'code' AND _role = 'base' AND k = 1))
ORDER BY _bi, _mi, k
