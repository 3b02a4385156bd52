-- The study's training dynamics (Fig 18), digitised from its plots every 10 to 30 steps.
SELECT *, quantity AS _row, '' AS _panel, run AS _series,
  'hue:' || CASE run WHEN 'GRPO' THEN 1 WHEN 'PPO' THEN 2 WHEN 'Reinforce++' THEN 5 WHEN 'GRPO n=32' THEN 8 ELSE 7 END AS _model,
  step AS _x, value AS _y, 'published' AS _style
FROM published_training_dynamics ORDER BY CASE quantity WHEN 'reward' THEN 1 WHEN 'token entropy, nats' THEN 3 ELSE 2 END, run, step
