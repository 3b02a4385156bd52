-- title: Across training runs
-- caption: Difference of the RL, instruct and distilled models to the base that they were trained from, averaged over training runs that differ in the seed of pretraining and of RL.
--   Bands: 95 % interval for new training runs on new problems, so it says something of the method and not only of one checkpoint; no band: a single run. In brackets: training runs.
--   The other arms (algorithms, ablations, controls) stand in the table "Spread between training runs".
-- x: k, samples per problem (log2)
-- y: difference of pass@k
-- tables: seeds
SELECT s.benchmark, s.base, s.arm AS model, s.setting, s.k, s.mean AS diff, s.lo, s.hi, s.runs, s.var_run, s.var_problem, s.var_rest, s.method, s.n_problems, s.n_samples, s.models, s.base_models,
  b.label || CASE WHEN m.family = lead.family THEN '' ELSE ', ' || m.family END AS _row, coalesce(st.label, s.setting) AS _panel, coalesce(m.arm, s.arm) || ' (' || s.runs || ')' AS _series, s.arm AS _model,
  s.k AS _x, s.mean AS _y, s.lo AS _lo, s.hi AS _hi
FROM seeds s JOIN benchmarks b USING (benchmark) JOIN models m ON m.model = s.arm LEFT JOIN settings st ON st.setting = s.setting
JOIN (SELECT benchmark, arg_min(m.family, m.position) AS family FROM seeds s JOIN models m ON m.model = s.arm GROUP BY benchmark) lead ON lead.benchmark = s.benchmark
WHERE s.estimand = 'difference' AND (m.base = s.base OR m.base = '') AND (m.headline OR m.role IN ('instruct', 'distilled'))
ORDER BY b.position, m.family <> lead.family, m.family, coalesce(st.position, 200000), coalesce(m.step, 0), m.position, s.k
