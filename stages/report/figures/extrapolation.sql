-- title: Beyond n: a bracket, not a measurement
-- caption: Solid: measured. Dashed: pass@k beyond n under three mixing models (beta-binomial, zero-inflated beta-binomial, NPMLE). Dotted: bounds without a model (95 %). A back-test thins
--   the samples and predicts the measured end; its result is in the table, and a panel whose back-test failed says so. None of this enters a measured series.
-- x: k, samples per problem (log2)
-- y: pass@k
-- tables: curves, extrapolation
WITH beyond AS (SELECT * FROM shown_extrapolation WHERE _main AND (_role = 'base' OR _headline)),
verdict AS (SELECT benchmark, model, bool_and(backtest_holds) AS holds FROM beyond GROUP BY ALL),
lines AS (
  SELECT benchmark, model, setting, k, 'measured' AS source, 'hue:0' AS _model, value, lo, hi, n_problems, n_samples, NULL AS backtest_holds, '' AS backtest, '' AS refused,
    _benchmark, _arm, _bi, _mi, _family, _lead, 'measured' AS _style FROM whole
  WHERE _main AND (benchmark, model) IN (SELECT (benchmark, model) FROM beyond)
  UNION ALL BY NAME
  SELECT benchmark, model, setting, k, method AS source, value, backtest_holds, backtest, refused, _benchmark, _arm, _bi, _mi, _family, _lead,
    CASE method WHEN 'bb' THEN 'hue:1' WHEN 'zibb' THEN 'hue:2' WHEN 'npmle' THEN 'hue:3' ELSE '' END AS _model,
    CASE WHEN method LIKE 'dkw%' THEN 'reference' ELSE 'model' END AS _style FROM beyond
)
SELECT l.*, of_kin(_benchmark, _family, _lead) AS _row, _arm || CASE WHEN holds THEN ', back-test holds' ELSE ', back-test FAILS' END AS _panel,
  CASE source WHEN 'bb' THEN 'beta-binomial' WHEN 'zibb' THEN 'zero-inflated' WHEN 'npmle' THEN 'NPMLE' WHEN 'dkw_lo' THEN 'lower bound' WHEN 'dkw_hi' THEN 'upper bound' ELSE source END AS _series,
  k AS _x, value AS _y, lo AS _lo, hi AS _hi
FROM lines l JOIN verdict USING (benchmark, model)
ORDER BY _bi, _mi, source <> 'measured', source, k
