-- title: Mathematics: the easier benchmarks
-- paper: Fig 9: AMC23 and GSM8K, the same four families; on AMC23 both models reach 1.0 for Qwen.
-- caption: Of the grid of the mathematics benchmarks, the two (of two or three: the one) with the highest pass@1 of a base model. Bands: 95 % interval, unit: the problem.
-- x: k, samples per problem (log2)
-- y: pass@k
-- tables: curves
-- published: curves Fig9
WITH ranked AS (
  SELECT benchmark, row_number() OVER (ORDER BY max(value) DESC, benchmark) AS place, count(*) OVER () AS all_of_them
  FROM whole WHERE _main AND _usual AND _domain IN ('math', '') AND _role = 'base' AND k = 1 GROUP BY benchmark
)
SELECT *, _benchmark AS _row, _family AS _panel, _arm AS _series
FROM whole
WHERE _main AND _usual AND _domain IN ('math', '') AND (_role = 'base' OR _headline)
  AND (_benchmark_chosen OR benchmark IN (SELECT benchmark FROM ranked WHERE place <= least(2, all_of_them // 2)))
ORDER BY _bi, _mi, k
