-- What several figures start from. Visible columns are the figure's table, hidden ones its drawing.

-- The family, where there are several to tell apart; a name with it, unless the family is the first that has the benchmark.
CREATE TEMP MACRO kin(f) AS CASE WHEN (SELECT count(DISTINCT m.family) FROM models m WHERE m.role IN ('base', 'rl')) > 1 THEN f ELSE '' END;
CREATE TEMP MACRO of_kin(n, f, first) AS n || CASE WHEN first THEN '' ELSE ', ' || f END;

CREATE TEMP VIEW every AS
SELECT * EXCLUDE (tau, se_population, se_benchmark), k AS _x, value AS _y, lo AS _lo, hi AS _hi FROM shown_curves;

-- Without filtered benchmarks, which are for Fig 12 or on request.
CREATE TEMP VIEW pass AS SELECT * FROM every WHERE _filtered_from = '' OR _benchmark_chosen;

-- The curves that most figures are about: the asked metric on all problems of a benchmark.
CREATE TEMP VIEW whole AS
SELECT * FROM pass WHERE metric = getvariable('metric') AND subset = 'all';

-- pass@1 and pass@K (K: the largest power of two up to 256 that every model of a benchmark has) with the sampling efficiency gap.
CREATE TEMP VIEW ends AS
WITH held AS (
  SELECT benchmark, setting, k, count(DISTINCT model) AS models FROM whole WHERE _main AND k IN (1, 2, 4, 8, 16, 32, 64, 128, 256) GROUP BY ALL
), top AS (
  SELECT benchmark, setting, max(k) AS big FROM held
  WHERE models = (SELECT max(models) FROM held h WHERE h.benchmark = held.benchmark AND h.setting = held.setting) GROUP BY ALL
)
SELECT one.* EXCLUDE (metric, subset, k, value, lo, hi, _x, _y, _lo, _hi), one.value AS pass_at_1, one.lo AS lo_1, one.hi AS hi_1,
  large.k AS k_large, large.value AS pass_at_k, large.lo AS lo_k, large.hi AS hi_k
FROM whole one JOIN top ON top.benchmark = one.benchmark AND top.setting = one.setting
JOIN whole large ON large.benchmark = one.benchmark AND large.model = one.model AND large.setting = one.setting AND large.k = top.big
WHERE one.k = 1 AND one._main;

-- Delta_SE = base pass@K - RL pass@1, as the comparison with the base wrote it.
CREATE TEMP VIEW gaps AS
SELECT e.*, base.pass_at_k AS base_pass_at_k, g.value AS delta_se, g.lo AS delta_lo, g.hi AS delta_hi
FROM ends e
LEFT JOIN ends base ON base.benchmark = e.benchmark AND base.setting = e.setting AND base.model = e._trained_from
LEFT JOIN shown_curves g ON g.metric = 'delta_se' AND g.subset = 'all' AND g.benchmark = e.benchmark AND g.model = e.model AND g.setting = e.setting AND g.k = e.k_large;

CREATE TEMP VIEW runs AS
SELECT t.*, coalesce(m.arm, t.run) AS _arm, coalesce(m.label, t.run) AS _label, coalesce(m.position, 200000) AS _mi, coalesce(m.model, t.run) AS _model,
  coalesce(m.family, '') AS _family,
  CASE WHEN m.role = 'control' THEN 'controls' WHEN m.ablation <> '' THEN 'ablations'
    WHEN m.family <> (SELECT arg_min(family, position) FROM all_models) THEN 'sizes, domains' ELSE 'algorithms' END AS _kind
FROM train_log t LEFT JOIN all_models m ON m.model = t.run;

-- The study's own curves for benchmarks that are the study's own, for the same panel.
CREATE TEMP VIEW overlay AS
SELECT b.benchmark, p.model, p.setting, 'pass@k' AS metric, 'all' AS subset, p.k, p.pass_at_k AS value, 'published, digitised' AS method, p.n_problems, p.n_samples,
  b.label AS _benchmark, b.position AS _bi, 400000 AS _mi, p.role || ', published' AS _arm, (SELECT min(family) FROM models) AS _family,
  CASE p.role WHEN 'base' THEN 'hue:0' ELSE 'hue:1' END AS _model, 'published' AS _style, p.k AS _x, p.pass_at_k AS _y
FROM published_curves p JOIN benchmarks b ON b.published_panel = p.figure || ' ' || p.panel;
