-- title: Accuracy histogram
-- paper: Fig 5: on Minerva RL moves mass to both ends: more problems always solved (3 to 47), more never solved (93 to 113).
-- caption: Number of problems by the share of correct samples, in the study's 12 bins: exactly 0, ten steps of 0.1 that include their upper edge, exactly 1.
--   The first bar counts the problems never solved in n samples.
-- x: share of correct samples (upper edge of the bin)
-- y: problems
-- tables: histogram
-- published: histograms
SELECT benchmark, model, setting, bin, count, sum(count) OVER (PARTITION BY benchmark, model, setting) AS n_problems,
  _benchmark AS _row, _family AS _panel, _arm AS _series, _model,
  CASE bin_index WHEN 0 THEN '0' WHEN 11 THEN '1' WHEN 10 THEN '<1' ELSE '.' || bin_index END AS _x, count AS _y
FROM shown_histogram
WHERE _main AND _usual AND (_role = 'base' OR _headline)
  AND _bi = (SELECT min(_bi) FROM shown_histogram) AND (_benchmark_chosen OR (SELECT count(DISTINCT benchmark) FROM shown_histogram) > 1)
ORDER BY _bi, min(_mi) OVER (PARTITION BY _family), bin_index, _mi
