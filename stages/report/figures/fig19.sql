-- title: Example answers on the hardest solved problems
-- paper: Figs 19 and 20: two correct answers of the base model to AIME24 problems, found among 2,048 samples, whose reasoning is sound.
-- caption: Correct answers to the problems with the lowest non-zero success rate, with the exact step checker's marks; two per benchmark and model, all in the artifact.
-- tables: examples
SELECT benchmark, model, setting, problem_id, sample_index, correct, n, process, prompt, image, gold, text, marks, _label AS _series, _model, _benchmark AS _panel
FROM shown_examples WHERE _main AND _usual AND _lead AND (_role = 'base' OR _headline)
QUALIFY row_number() OVER (PARTITION BY benchmark, model ORDER BY correct / n, problem_id, sample_index) <= 2
ORDER BY _bi, _mi, correct / n, problem_id, sample_index
