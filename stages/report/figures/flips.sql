-- title: Verdicts that changed
-- caption: How many verdicts differ between the strict and the study's own grading policy, or between two versions of a verifier, with one example each.
-- tables: flips
SELECT benchmark, model, setting, "between", old, new, count(*) AS verdicts, min(problem_id || '/' || sample_index || ': ' || coalesce(extracted, '(nothing extracted)')) AS example
FROM flips GROUP BY ALL ORDER BY benchmark, model, setting, "between", old, new
