-- title: Where the base overtakes
-- caption: The metric says what crosses and the unit of every k: samples (pass@k), generated tokens (pass@tokens), samples of the model at equal expected tokens. k*: first change of sign of the mean paired difference from gain to loss, with its bootstrap interval (an empty upper end: beyond the largest k). p_no_crossing: share of
--   replicates without a crossing. first_loss: confidence set of the first k with a loss (an empty upper end: not established). gain_until: the band shows a gain up to this k.
--   sign_changes above 1: k* alone does not describe the curves. critical: the multiplier of the band with its Monte-Carlo error.
-- tables: crossings
SELECT benchmark, base, model, setting, metric, subset, k_max, k_star, k_lo, k_hi, p_no_crossing, gain_until, first_loss_lo, first_loss_hi, sign_changes, method, critical, critical_error
FROM shown_crossings WHERE _main AND (_role <> 'base')
ORDER BY _bi, _mi, metric, subset <> 'all', subset
