-- title: Paired difference of the other readings
-- caption: The model minus its base on the same problems, one panel per metric, from the same counts and by the same intervals as the paired difference of pass@k (docs/statistics.md).
--   Bands are simultaneous over the k of a panel (95 %): where a band leaves zero the line is heavy, else it is light.
-- x: k (log2)
-- y: difference
-- tables: paired
SELECT p.benchmark, p.base, p.model, p.setting, p.metric, p.k, p.diff, p.lo, p.hi, p.band_lo, p.band_hi, p.region, p.n_problems, p.method,
  p._benchmark AS _row, p.metric AS _panel, of_kin(p._arm, p._family, p._lead) AS _series, p._model, p.k AS _x, p.diff AS _y, p.band_lo AS _lo, p.band_hi AS _hi, p.region AS _region
FROM shown_paired p
WHERE p.metric IN ('pass^k', 'g-pass@k(0.5)', 'mg-pass@k', 'maj@k(binary)', 'maj@k') AND p.subset = 'all' AND p._main AND p._usual AND p._headline AND (p.base = p._trained_from OR p._trained_from = '')
  AND (p._lead OR p._model_chosen)
ORDER BY p._bi, p.metric, p._mi, p.k
