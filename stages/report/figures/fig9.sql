-- title: Mathematics: the easier benchmarks
-- paper: Fig 9: AMC23 and GSM8K, the same four families; on AMC23 both models reach 1.0 for Qwen.
-- caption: As the grid of the mathematics benchmarks, for those that both models nearly exhaust.
-- x: k, samples per problem (log2)
-- y: pass@k
-- tables: curves
-- published: curves Fig9
SELECT *, _benchmark AS _row, _family AS _panel, _arm AS _series
FROM whole
WHERE _main AND _usual AND _domain IN ('math', '') AND (_role = 'base' OR _headline)
ORDER BY _bi, _mi, k
