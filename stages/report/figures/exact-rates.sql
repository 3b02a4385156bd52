-- title: True success rates, problem by problem
-- caption: The probability of a correct answer, summed over all of them, under the base and under each model trained from it; problems in the order of the base's rate. A rate that grows
--   from a value far below 1/n is an answer that n samples of the base would not have shown, though the base could give it.
-- tables: exact_rates
SELECT r.benchmark, r.problem_id, r.setting, r.answers, b.model AS base, b.rate AS base_rate, b.correct AS base_correct, r.model, r.rate AS model_rate, r.correct AS model_correct, r.n
FROM shown_exact_rates r JOIN shown_exact_rates b ON b.model = r._trained_from AND b.benchmark = r.benchmark AND b.setting = r.setting AND b.problem_id = r.problem_id
ORDER BY r._bi, r._mi, b.rate, r.problem_id
