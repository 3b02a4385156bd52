-- title: RL algorithms: pass@1, pass@K and the sampling efficiency gap
-- paper: Table 2: pass@1 of 23.8 to 31.4 % and pass@256 of 65.5 to 69.7 % on the Omni-MATH sets; no algorithm closes the gap.
-- caption: With 95 % intervals, unit: the problem. Delta_SE = base pass@K minus RL pass@1 (lower is better), against the same base.
-- tables: curves
-- published: tables Table2
SELECT benchmark, model, setting, pass_at_1, lo_1, hi_1, k_large AS k, pass_at_k, lo_k, hi_k, CASE WHEN _role = 'rl' THEN delta_se END AS delta_se, n_problems, n_samples
FROM gaps WHERE (_role = 'base' AND model IN (SELECT base FROM models WHERE algorithms > 1) OR _algorithms > 1 AND _equal)
  AND benchmark IN (SELECT benchmark FROM ends WHERE _equal GROUP BY benchmark HAVING count(DISTINCT _algorithm) > 1)
ORDER BY _bi, _mi
