-- title: Training steps: pass@1, pass@K and the sampling efficiency gap
-- paper: Table 3: GRPO at steps 150, 300, 450: pass@1 rises on all three sets, pass@256 falls.
-- caption: With 95 % intervals, unit: the problem. Delta_SE = base pass@K minus RL pass@1 (lower is better), against the same base.
-- tables: curves
-- published: tables Table3
SELECT benchmark, model, _step AS step, setting, pass_at_1, lo_1, hi_1, k_large AS k, pass_at_k, lo_k, hi_k, CASE WHEN _role = 'rl' THEN delta_se END AS delta_se, n_problems, n_samples
FROM gaps WHERE benchmark IN (SELECT benchmark FROM ends WHERE _role = 'rl' AND _ablation = '' AND _step IS NOT NULL GROUP BY benchmark, _run, _trained_from HAVING count(DISTINCT _step) > 1)
  AND ((_role = 'base' AND model IN (SELECT base FROM models WHERE steps > 1 AND role = 'rl')) OR (_step IS NOT NULL AND _ablation = '' AND _steps > 1))
ORDER BY _bi, _trained_from, _arm, coalesce(_step, 0), _mi
