-- title: Sampling efficiency gap
-- paper: Fig 8 and Table 2: Delta_SE lies between 0.36 and 0.45 on the Omni-MATH sets and near 0.21 on MATH500 for all algorithms.
-- caption: Delta_SE = base pass@K minus RL pass@1; lower is better. K is given in the table; every algorithm is compared with the same base curve.
-- x: Delta_SE
-- tables: curves
-- published: tables Table2
SELECT benchmark, model, setting, k_large AS k, base_pass_at_k, pass_at_1, delta_se, delta_lo, delta_hi, n_problems, n_samples,
  _family AS _row, _benchmark AS _panel, _arm AS _series, _model, delta_se AS _y, delta_lo AS _lo, delta_hi AS _hi
FROM gaps WHERE _algorithms > 1 AND _equal AND benchmark IN (SELECT benchmark FROM ends WHERE _equal GROUP BY benchmark HAVING count(DISTINCT _algorithm) > 1)
  AND delta_se IS NOT NULL
ORDER BY _bi, _mi
