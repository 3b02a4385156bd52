-- title: Setup
-- paper: Table 1: start models, RL frameworks, algorithms and benchmarks per task.
-- caption: What was compared, by domain.
-- tables: curves
-- published: tables Table1
WITH seen AS (SELECT DISTINCT _domain, _bi, _benchmark, _mi, _label, _role, _arm, _algorithm FROM whole)
SELECT CASE _domain WHEN 'math' THEN 'Mathematics' WHEN 'code' THEN 'Code' WHEN 'visual' THEN 'Visual reasoning' ELSE 'All' END AS task,
  (SELECT string_agg(DISTINCT _label, '; ' ORDER BY _label) FROM seen s WHERE s._domain = d._domain AND s._role = 'base') AS start_models,
  (SELECT string_agg(DISTINCT _arm, '; ' ORDER BY _arm) FROM seen s WHERE s._domain = d._domain AND s._role = 'rl') AS rl_arms,
  (SELECT string_agg(DISTINCT _arm, '; ' ORDER BY _arm) FROM seen s WHERE s._domain = d._domain AND s._role NOT IN ('base', 'rl', '')) AS other_arms,
  (SELECT string_agg(b, '; ' ORDER BY i) FROM (SELECT DISTINCT _benchmark AS b, _bi AS i FROM seen s WHERE s._domain = d._domain)) AS benchmarks
FROM (SELECT _domain, min(_bi) AS first FROM seen GROUP BY ALL) d ORDER BY first
