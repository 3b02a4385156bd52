-- title: Correct answers by valid reasoning
-- paper: Section 4.1 checks by hand that rare correct answers of the base rest on valid reasoning; arXiv 2506.14245 argues that the crossing disappears when they must.
-- caption: Left: pass@k, any correct answer. Right: CoT-pass@k, which counts an answer only when the exact step checker accepts every step, or a reader its reasoning. Bands: 95 % interval, unit: the problem.
-- x: k, samples per problem (log2)
-- y: share of problems
-- tables: curves
SELECT *, of_kin(_benchmark, _family, _lead) AS _row, CASE metric WHEN 'pass@k' THEN 'pass@k' ELSE 'CoT-pass@k' END AS _panel, _arm AS _series
FROM pass
WHERE metric IN ('pass@k', 'cot-pass@k') AND subset = 'all' AND _main AND _usual AND (_lead OR _model_chosen) AND (_role IN ('base', 'instruct') OR _headline)
  AND (benchmark, model) IN (SELECT (benchmark, model) FROM pass WHERE metric = 'cot-pass@k')
ORDER BY _bi, _mi, metric DESC, k
