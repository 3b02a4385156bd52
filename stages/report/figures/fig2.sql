-- title: Mathematics: base and RL-trained models
-- paper: Figs 2 and 9: for four model families and six mathematics benchmarks the RL model leads at small k; the base model catches up and mostly passes it by k = 4 to 512.
-- caption: Rows: benchmarks. Columns: model families. Bands: 95 % interval, unit: the problem; overlap of two bands does not test a difference, the paired figure does. Thin and dashed, where shown: the study's own curve.
-- x: k, samples per problem (log2)
-- y: pass@k
-- tables: curves
-- published: curves Fig2
SELECT *, _benchmark AS _row, _family AS _panel, _arm AS _series
FROM (
  FROM whole WHERE _main AND _usual AND _domain IN ('math', '') AND (_role = 'base' OR _headline)
  UNION ALL BY NAME
  FROM overlay
)
ORDER BY _bi, _mi, k
