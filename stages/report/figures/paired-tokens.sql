-- title: Paired difference at equal tokens
-- caption: The model minus its base on the same problems at the same number of generated tokens: within B tokens where the length of every sample is known (pass@tokens), else k samples of
--   the model against k L_model / L_base of the base, L = mean tokens per sample (equal tokens). Bands are simultaneous over the panel (95 %): where a band leaves zero the line is heavy.
--   Diamond: the budget at which the base overtakes, with its interval; per stratum in the table of crossings.
-- x: tokens B, or samples k (log2)
-- y: difference
-- tables: paired, crossings
SELECT p.benchmark, p.base, p.model, p.setting, p.metric, p.k, p.diff, p.lo, p.hi, p.band_lo, p.band_hi, p.region, p.n_problems, p.method,
  p._benchmark AS _row, concat_ws(', ', nullif(kin(p._family), ''), CASE p.metric WHEN 'pass@tokens' THEN 'tokens' ELSE 'samples' END) AS _panel, p._arm AS _series, p._model, p.k AS _x, p.diff AS _y,
  p.band_lo AS _lo, p.band_hi AS _hi, p.region AS _region, c.k_star AS _mark, c.k_lo AS _mark_lo, c.k_hi AS _mark_hi
FROM shown_paired p LEFT JOIN crossings c ON c.benchmark = p.benchmark AND c.base = p.base AND c.model = p.model AND c.setting = p.setting AND c.metric = p.metric AND c.subset = 'all'
WHERE p.metric IN ('pass@tokens', 'pass@k(equal tokens)') AND p.subset = 'all' AND p._main AND p._usual AND p._headline AND (p.base = p._trained_from OR p._trained_from = '')
ORDER BY p._bi, p._mi, p.metric, p.k
