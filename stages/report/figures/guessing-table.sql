-- title: Solved, and solved by guessing
-- caption: expected_solved: problems that n answers to other problems would solve; solved: by the model at n; guessable: solved problems whose successes do not exceed their guessing rate at a
--   false-discovery rate of 5 %. known: problems with a guessing rate (other problems of the same type of answer were answered); the rest counts as rate 0.
-- tables: guessing
SELECT g.benchmark, g.model, g.setting, g.n AS n_samples, g.n_problems, g.known, g.mean_rate, g.expected_solved, g.solved, g.guessable
FROM guessing g JOIN benchmarks b USING (benchmark) JOIN models m USING (model) JOIN main_settings USING (benchmark, setting)
WHERE g.subset = 'all' AND (m.role = 'base' OR m.headline)
ORDER BY b.position, m.position
