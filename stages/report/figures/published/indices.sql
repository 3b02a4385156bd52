-- Problems that the study lists as solvable.
SELECT "table", model, count(*) AS problems, string_agg(problem_index, ' ' ORDER BY problem_index) AS indices FROM published_solvable_indices GROUP BY ALL ORDER BY "table", model
