-- title: Spread between training runs
-- caption: pass@k of each arm and its difference to the base at k = 1 and at the largest k, with variance components: between runs, between problems, and the rest (interaction and
--   sampling). p: of no difference, over runs and problems. "problems only": the interval over problems was the wider one, as happens when few runs show no spread by chance. An empty interval: a single run.
-- tables: seeds
SELECT s.benchmark, s.arm AS model, s.base, s.setting, s.estimand, s.k, s.mean, s.lo, s.hi, s.runs, s.p, s.var_run, s.var_problem, s.var_rest, s.method, s.n_problems, s.n_samples
FROM seeds s JOIN benchmarks b USING (benchmark) JOIN models m ON m.model = s.arm
WHERE s.k IN (1, (SELECT max(k) FROM seeds t WHERE t.benchmark = s.benchmark AND t.arm = s.arm AND t.setting = s.setting AND t.estimand = s.estimand))
ORDER BY b.position, m.position, s.setting, s.estimand, s.k
