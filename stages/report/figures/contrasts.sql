-- title: Contrasts over all panels
-- caption: A panel is a model against a base on a benchmark in a setting. Fixed before looking: the difference of pass@k at the first and at the last k, the crossing (gain at the first and loss
--   at the last k) and McNemar's test of the coverage table. p_holm: Holm's adjustment over all contrasts of this report (at or below .05: no false claim in any panel, with 95 %);
--   q: Benjamini and Hochberg's. The bands and intervals of the other figures hold for their own panel only. Where an
--   arm was trained several times this is about its first run; the spread between training runs has the p of the method.
-- tables: contrasts
SELECT c.benchmark, c.base, c.model, c.setting, c.contrast, c.k, c.diff, c.p, c.p_holm, c.q, c.contrasts
FROM contrasts c JOIN benchmarks b USING (benchmark) JOIN models m ON m.model = c.model JOIN settings s USING (setting)
ORDER BY b.position, m.position, s.position, c.base, c.k, c.contrast
