-- title: "Solved by one model only" beside the self-null
-- caption: How many problems are solved in one half of the samples and not in the other. Self-null: two runs of the same model, m = n/2 samples each, exact average over all splits.
--   A model-only count that is not above the base's own self-null is no evidence of new ability.
--   unlocked: share of base-unsolved problems that the model solves, beside that of a rerun of the base; excess: sum over problems of the squared change of (1-p)^m, 0 if nothing changed.
-- x: problems
-- tables: coverage
WITH here AS (SELECT * FROM shown_coverage WHERE _main AND (_filtered_from = '' OR _benchmark_chosen) AND _headline AND (base = _trained_from OR _trained_from = '') AND subset = 'all'),
tall AS (
  SELECT *, 1 AS position, _arm || ' only' AS quantity, model_only_at_m AS problems, _model AS colour FROM here
  UNION ALL SELECT *, 2, 'base only', base_only_at_m, base FROM here
  UNION ALL SELECT *, 3, 'self-null of the base', self_null_base, '' FROM here
  UNION ALL SELECT *, 4, 'self-null of ' || _arm, self_null_model, '' FROM here
)
SELECT benchmark, base, model, setting, self_null_m AS m, quantity, problems, unlocked, unlocked_by_rerun, excess, excess_se, "both" + base_only + model_only + neither AS n_problems,
  _benchmark AS _row, kin(_family) AS _panel, quantity AS _series, colour AS _model, problems AS _y
FROM tall ORDER BY _bi, _mi, position
