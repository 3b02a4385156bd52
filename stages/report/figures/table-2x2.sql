-- title: Coverage: solved by both, by one, by neither
-- paper: Table 2 of v5: AIME24 (n = 1024) 19 / 4 / 0 / 7 and MATH500 (n = 128) 462 / 18 / 5 / 15 problems solved by both / base only / RL only / neither.
-- caption: Solved means at least one correct answer in n samples. "By chance": what each off-diagonal cell would hold if no problem's success rate had changed (exact conditional null).
--   "Real": problems of that cell whose success rate did change at a false-discovery rate of 5 %. self_null_* and expansions_* (in the table): a rerun of the base at full n, and problems with p_base < 1/(8n) <= p_model, under three mixing models; their spread is the answer.
--   The table has exact intervals, McNemar's p (adjusted over
--   all panels in the table of contrasts) and the support metrics.
-- tables: coverage
SELECT benchmark, base, model, setting, n, "both", base_only, model_only, neither, "both" + base_only + model_only + neither AS n_problems, n AS n_samples,
  base_only_lo, base_only_hi, model_only_lo, model_only_hi, mcnemar_p, null_expected, null_p_base_only, null_p_model_only, real_base_only, real_model_only, net_expansion, self_null_bb, self_null_zibb, self_null_npmle, expansions_bb, expansions_zibb, expansions_npmle, srr, ndr, sds, nscr,
  _benchmark AS _row, kin(_family) AS _panel, _arm AS _series,
  'by chance ' || round(null_expected, 1) || ' each; real: ' || real_base_only || ' base, ' || real_model_only || ' model' AS _note
FROM shown_coverage WHERE _main AND (_filtered_from = '' OR _benchmark_chosen) AND _headline AND (base = _trained_from OR _trained_from = '') AND subset = 'all'
ORDER BY _bi, _mi, n
