-- Every id of the artifacts, described or not. What the spec does not describe keeps its id as its name and comes after the described ones.

CREATE TABLE used AS
  SELECT DISTINCT benchmark, model, setting FROM curves
  UNION SELECT DISTINCT benchmark, model, setting FROM counts
  UNION SELECT DISTINCT benchmark, model, setting FROM histogram
  UNION SELECT DISTINCT benchmark, model, setting FROM extrapolation
  UNION SELECT DISTINCT benchmark, model, setting FROM paired
  UNION SELECT DISTINCT benchmark, model, setting FROM coverage
  UNION SELECT DISTINCT benchmark, base, setting FROM paired
  UNION SELECT DISTINCT benchmark, base, setting FROM coverage
  ORDER BY ALL;

CREATE TABLE setting_in_use AS SELECT DISTINCT benchmark, setting FROM used ORDER BY ALL;

CREATE TABLE pairs AS
  SELECT DISTINCT base, model FROM paired UNION SELECT DISTINCT base, model FROM coverage UNION SELECT DISTINCT base, model FROM crossings ORDER BY ALL;

CREATE TABLE raw_models AS
  SELECT * FROM noted_models
  UNION ALL
  SELECT 100000 + row_number() OVER (ORDER BY role, model), model, model, model, role, base, '', '', '', '', NULL, NULL
  FROM (
    SELECT model,
      CASE WHEN model IN (SELECT base FROM pairs) THEN 'base' WHEN model IN (SELECT model FROM pairs) THEN 'rl' ELSE '' END AS role,
      coalesce((SELECT min(base) FROM pairs p WHERE p.model = u.model AND p.base <> u.model), '') AS base
    FROM (SELECT DISTINCT model FROM used) u
    WHERE model NOT IN (SELECT model FROM noted_models)
  );

-- run: the name of the training run that a checkpoint belongs to: the arm of its last checkpoint.
-- final: the last step of its run. steps: checkpoints of the run. algorithms: how many plain RL algorithms were run from its base.
-- equal: plain RL checkpoints of one base at the largest step that all its algorithms have, where they can be compared.
-- headline: of each base the RL model to show where one stands for all: its first plain run, at the last step;
-- every RL model that the spec does not describe.
CREATE TABLE all_models AS
WITH named AS (
  SELECT * REPLACE (
    CASE WHEN family <> '' THEN family
         WHEN base <> '' THEN coalesce((SELECT min(CASE WHEN b.family <> '' THEN b.family ELSE b.label END) FROM raw_models b WHERE b.model = raw_models.base), base)
         ELSE label END AS family,
    CASE WHEN base <> '' AND seed IS NOT NULL AND count(*) OVER (PARTITION BY base, arm, step) > 1 THEN arm || ', seed ' || seed ELSE arm END AS arm),
    CASE WHEN role = 'rl' AND algorithm <> '' THEN algorithm || coalesce(seed, 0) ELSE arm END AS line
  FROM raw_models
), grouped AS (
  SELECT *,
    first_value(arm) OVER latest AS run,
    coalesce(step, 0) = first_value(coalesce(step, 0)) OVER latest AS final,
    min(position) OVER (PARTITION BY base, role, line, ablation) AS run_position,
    count(DISTINCT step) OVER (PARTITION BY base, role, line, ablation) AS steps,
    max(step) OVER (PARTITION BY base, role, line, ablation) AS last_step,
    count(DISTINCT algorithm) FILTER (role = 'rl' AND algorithm <> '' AND ablation = '') OVER (PARTITION BY base) AS algorithms
  FROM named
  WINDOW latest AS (PARTITION BY base, role, line, ablation ORDER BY coalesce(step, 0) DESC, position)
)
SELECT * EXCLUDE (line, run_position, last_step),
  role = 'rl' AND ablation = '' AND (step IS NULL OR step = min(last_step) FILTER (role = 'rl' AND ablation = '') OVER (PARTITION BY base)) AS equal,
  role = 'rl' AND (position >= 100000 OR ablation = '' AND 1 = row_number() OVER (PARTITION BY base, role, ablation ORDER BY run_position, coalesce(step, 0) DESC, position)) AS headline
FROM grouped ORDER BY position;

CREATE TABLE all_benchmarks AS
  SELECT * FROM noted_benchmarks
  UNION ALL
  SELECT 100000 + row_number() OVER (ORDER BY benchmark), benchmark, benchmark, '', '', '', '', ''
  FROM (SELECT DISTINCT benchmark FROM used UNION SELECT DISTINCT benchmark FROM controls UNION SELECT DISTINCT benchmark FROM perplexity)
  WHERE benchmark NOT IN (SELECT benchmark FROM noted_benchmarks)
  ORDER BY 1;

CREATE TABLE all_settings AS
  SELECT * FROM noted_settings
  UNION ALL
  SELECT 100000 + row_number() OVER (ORDER BY uses DESC, setting), setting, setting, '', NULL
  FROM (SELECT setting, count(*) AS uses FROM used GROUP BY setting) WHERE setting NOT IN (SELECT setting FROM noted_settings)
  ORDER BY 1;
