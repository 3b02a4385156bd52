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

-- headline: of each base the RL model to show where one stands for all: its first plain algorithm, at the last step, first seed;
-- every RL model that the spec does not describe.
-- final: the last step of its arm. steps, algorithms: how many the base's plain arms have.
CREATE TABLE all_models AS
WITH named AS (
  SELECT * REPLACE (
    CASE WHEN family <> '' THEN family
         WHEN base <> '' THEN coalesce((SELECT min(CASE WHEN b.family <> '' THEN b.family ELSE b.label END) FROM raw_models b WHERE b.model = raw_models.base), base)
         ELSE label END AS family)
  FROM raw_models
), ranked AS (
  SELECT *,
    coalesce(step, 0) = max(coalesce(step, 0)) OVER (PARTITION BY base, arm, ablation) AS final,
    count(DISTINCT step) OVER (PARTITION BY base, arm, ablation) AS steps,
    count(DISTINCT algorithm) FILTER (role = 'rl' AND algorithm <> '') OVER (PARTITION BY base) AS algorithms
  FROM named
)
SELECT *,
  role = 'rl' AND row_number() OVER (PARTITION BY base, role = 'rl' AND ablation = '' ORDER BY min_position, final DESC, coalesce(step, 0) DESC, position) = 1 AND ablation = '' OR role = 'rl' AND position >= 100000 AS headline
FROM (SELECT *, min(position) OVER (PARTITION BY base, arm, ablation) AS min_position FROM ranked)
ORDER BY position;

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
