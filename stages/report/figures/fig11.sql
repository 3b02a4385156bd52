-- title: Code: a second set of programs
-- paper: Fig 11: Code-R1 on two spans of LiveCodeBench; the base passes it at k = 107 and 8.
-- caption: The other code benchmarks, or the only one. Bands: 95 % interval, unit: the problem.
-- x: k, samples per problem (log2)
-- y: pass@k
-- tables: curves
-- published: curves Fig11
SELECT *, _benchmark AS _row, _family AS _panel, _arm AS _series
FROM whole
WHERE _main AND _usual AND _domain = 'code' AND (_role = 'base' OR _headline)
  AND (_benchmark_chosen OR (SELECT count(DISTINCT benchmark) FROM whole WHERE _main AND _usual AND _domain = 'code') = 1 OR benchmark <> (SELECT arg_min(benchmark, value) FROM whole WHERE _main AND _usual AND _domain = 'code' AND _role = 'base' AND k = 1))
ORDER BY _bi, _mi, k
