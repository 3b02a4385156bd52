-- title: Paired difference at other settings
-- caption: As the paired difference, at the settings that are not the primary one. Bands are simultaneous over all k (95 %): where a band leaves zero the line is heavy, else it is light.
-- x: k, samples per problem (log2)
-- y: difference of pass@k
-- tables: paired
SELECT p.benchmark, p.base, p.model, p.setting, p.metric, p.k, p.diff, p.lo, p.hi, p.band_lo, p.band_hi, p.region, p.n_problems, p.method,
  of_kin(p._benchmark, p._family, p._lead) AS _row, p._setting AS _panel, p._arm AS _series, p._model, p.k AS _x, p.diff AS _y, p.band_lo AS _lo, p.band_hi AS _hi, p.region AS _region
FROM shown_paired p LEFT JOIN all_models b ON b.model = p.base
WHERE p.metric = getvariable('metric') AND p.subset = 'all' AND NOT p._main AND p._usual AND p._headline AND (p.base = p._trained_from OR p._trained_from = '')
ORDER BY p._bi, p._si, p._mi, p.k
