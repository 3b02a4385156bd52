-- title: Paired difference of single numbers
-- caption: The model minus its base on the same problems: share of problems with a success rate of at least tau (Cover@tau; the posterior one under a uniform prior), Bayes@N, the area under
--   the curve to K (auc@k) and sharpening (the linearised S(K); base minus model is the tax). 95 % intervals, unit: the problem; each for itself.
-- tables: paired
SELECT p.benchmark, p.base, p.model, p.setting, p.metric, p.tau, p.k, p.diff, p.lo, p.hi, p.n_problems, p.method
FROM shown_paired p
WHERE p.metric IN ('cover@tau', 'cover@tau(posterior)', 'bayes@n', 'auc@k', 'sharpening@k') AND p.subset = 'all' AND p._main AND p._usual AND p._headline AND (p.base = p._trained_from OR p._trained_from = '')
ORDER BY p._bi, p._mi, p.metric, p.tau, p.k
