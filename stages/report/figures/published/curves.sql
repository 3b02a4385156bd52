-- Digitised or tabulated curves of the study's own figure; the variable `published` is `FigN` with an optional start of the panel's name.
WITH wanted AS (
  SELECT * FROM published_curves
  WHERE figure = split_part(getvariable('published'), ' ', 1) AND starts_with(panel, trim(substr(getvariable('published'), length(split_part(getvariable('published'), ' ', 1)) + 1)))
)
SELECT *, '' AS _row, replace(replace(panel, 'top ', ''), 'bottom ', '') AS _panel,
  CASE WHEN getvariable('published') IN ('Fig2', 'Fig9') THEN CASE role WHEN 'base' THEN 'base' ELSE 'RL (SimpleRL-Zoo)' END
       WHEN setting IN ('T=0.6', 'step not stated') OR figure IN ('Fig16') THEN model ELSE model || ', ' || setting END AS _series,
  CASE WHEN role = 'base' THEN 'hue:0' WHEN getvariable('published') IN ('Fig2', 'Fig9') THEN 'hue:1' ELSE 'hue:' || (1 + dense_rank() OVER (ORDER BY role = 'base', model, setting) % 9) END AS _model,
  k AS _x, pass_at_k AS _y, 'published' AS _style
FROM wanted ORDER BY panel, role <> 'base', model, setting, k
