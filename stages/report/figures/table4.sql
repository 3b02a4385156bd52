-- title: Solvable problems by index
-- paper: Tables 4 and 5: on AIME24 the RL model solves 19 problems, all of them among the 23 that the base solves; on LiveCodeBench 400-450 one problem is solved by RL only.
-- caption: Solved means at least one correct answer in n samples. Lists are cut at 20 ids; all counts are in tables/counts.csv.
-- tables: counts
-- published: indices
WITH pairs AS (
  SELECT r.benchmark, r.setting, b.model AS base, r.model, r.problem_id, r.n, b.correct > 0 AS base_solves, r.correct > 0 AS model_solves, r._bi, r._mi
  FROM shown_counts r JOIN shown_counts b ON b.benchmark = r.benchmark AND b.setting = r.setting AND b.problem_id = r.problem_id AND b.model = r._trained_from
  WHERE r._headline AND r._main AND (r._filtered_from = '' OR r._benchmark_chosen)
), cells AS (
  SELECT *, CASE WHEN base_solves AND model_solves THEN 1 WHEN base_solves THEN 2 WHEN model_solves THEN 3 ELSE 4 END AS cell FROM pairs
)
SELECT benchmark, base, model, setting, max(n) AS n_samples, CASE cell WHEN 1 THEN 'both' WHEN 2 THEN 'base only' WHEN 3 THEN 'model only' ELSE 'neither' END AS solved_by, count(*) AS problems,
  array_to_string(list(problem_id ORDER BY try_cast(problem_id AS BIGINT), problem_id)[1:20], ' ') || CASE WHEN count(*) > 20 THEN ' …' ELSE '' END AS problem_ids
FROM cells GROUP BY benchmark, base, model, setting, cell, _bi, _mi ORDER BY _bi, _mi, cell
