-- title: Paired difference to the base
-- caption: pass@k of the model minus that of its base on the same problems. Bands are simultaneous over all k (95 %): where a band leaves zero the line is heavy, else it is light.
--   Diamond: the crossing point k* of the mean difference with its bootstrap interval; the table of crossings has the share of replicates without any.
--   Each band holds for its own panel; the table of contrasts adjusts p over all panels.
-- x: k, samples per problem (log2)
-- y: difference of pass@k
-- tables: paired, crossings
SELECT p.benchmark, p.base, p.model, p.setting, p.metric, p.k, p.diff, p.lo, p.hi, p.band_lo, p.band_hi, p.region, p.se_population, p.se_benchmark, p.model_wins, p.base_wins, p.n_problems, p.method,
  p._benchmark AS _row, kin(p._family) AS _panel, p._arm AS _series, p._model, p.k AS _x, p.diff AS _y,
  p.band_lo AS _lo, p.band_hi AS _hi, p.region AS _region, c.k_star AS _mark, c.k_lo AS _mark_lo, c.k_hi AS _mark_hi
FROM shown_paired p LEFT JOIN crossings c ON c.benchmark = p.benchmark AND c.base = p.base AND c.model = p.model AND c.setting = p.setting AND c.metric = p.metric AND c.subset = 'all'
WHERE p.metric = getvariable('metric') AND p.subset = 'all' AND p._main AND p._usual AND p._headline AND (p.base = p._trained_from OR p._trained_from = '')
ORDER BY p._bi, p._mi, p.k
