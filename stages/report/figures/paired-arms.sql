-- title: Paired difference of every other arm
-- caption: pass@k of each arm minus that of its base on the same problems. Bands are simultaneous over all k (95 %): where a band leaves zero the line is heavy, else it is light.
-- x: k, samples per problem (log2)
-- y: difference of pass@k
-- tables: paired
SELECT p.benchmark, p.base, p.model, p.setting, p.metric, p.k, p.diff, p.lo, p.hi, p.band_lo, p.band_hi, p.region, p.n_problems, p.method,
  p._benchmark AS _row, kin(p._family) AS _panel, p._arm AS _series, p._model, p.k AS _x, p.diff AS _y, p.band_lo AS _lo, p.band_hi AS _hi, p.region AS _region
FROM shown_paired p LEFT JOIN all_models b ON b.model = p.base
WHERE p.metric = getvariable('metric') AND p.subset = 'all' AND p._main AND p._usual AND NOT p._headline AND (p.base = p._trained_from OR p._trained_from = '')
ORDER BY p._bi, p._mi, p.k
