-- The study's accuracy histograms (exact counts).
SELECT *, benchmark AS _row, CASE WHEN contains(model, '14B') THEN 'Qwen2.5-14B' WHEN contains(model, '32B') THEN 'Qwen2.5-32B' WHEN contains(model, 'LLaMA') THEN 'LLaMA-3.1-8B' ELSE 'Qwen2.5-7B' END AS _panel,
  CASE role WHEN 'base' THEN 'base' ELSE 'RL' END AS _series, CASE role WHEN 'base' THEN 'hue:0' ELSE 'hue:1' END AS _model,
  CASE bin WHEN '0' THEN '0' WHEN '1' THEN '1' WHEN '(0.9..1)' THEN '<1' ELSE '.' || substr(regexp_extract(bin, '\.\.([0-9.]+)', 1), 3) END AS _x, count AS _y, 'published' AS _style
FROM published_accuracy_histograms WHERE benchmark IN ('Minerva', 'AIME24') AND contains(model, '7B')
ORDER BY benchmark, model, CASE bin WHEN '0' THEN -1 WHEN '1' THEN 2 WHEN '(0.9..1)' THEN 1 ELSE CAST(regexp_extract(bin, '\(([0-9.]+?)\.\.', 1) AS DOUBLE) END
