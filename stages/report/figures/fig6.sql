-- title: Perplexity
-- paper: Fig 6: answers of the RL model have a lower perplexity under the base model than the base's own answers have; answers of a stronger model (o1) have a higher one.
-- caption: PPL_m(Y): perplexity, under model m at temperature 1 and with the end token counted, of answers Y as recorded token by token. One value per problem (the median over
--   its answers); boxes show the quartiles over problems, whiskers reach the last problem within 1.5 interquartile ranges. n: answers.
-- x: perplexity
-- tables: perplexity
-- published: perplexity
WITH per_problem AS (
  SELECT benchmark, setting, scorer, author, problem_id, count(*) AS answers, median(ppl) AS ppl FROM perplexity GROUP BY ALL
), boxes AS (
  SELECT benchmark, setting, scorer, author, count(*) AS n_problems, sum(answers) AS answers, quantile_cont(ppl, 0.25) AS q1, median(ppl) AS median, quantile_cont(ppl, 0.75) AS q3
  FROM per_problem GROUP BY ALL
), whiskers AS (
  SELECT b.*, min(p.ppl) AS whisker_low, max(p.ppl) AS whisker_high FROM boxes b JOIN per_problem p USING (benchmark, setting, scorer, author)
  WHERE p.ppl BETWEEN q1 - 1.5 * (q3 - q1) AND q3 + 1.5 * (q3 - q1) GROUP BY ALL
), named AS (
  SELECT w.*, s.position AS si, coalesce(a.position, 200000) AS ai, coalesce(s.arm, w.scorer) AS scorer_name,
    CASE WHEN author = 'reference' THEN 'reference' ELSE coalesce(a.arm, author) END AS author_name, b.position AS bi, b.label AS bench, s.family, st.position AS sti
  FROM whiskers w JOIN benchmarks b USING (benchmark) LEFT JOIN all_models s ON s.model = w.scorer LEFT JOIN all_models a ON a.model = w.author
  LEFT JOIN all_settings st ON st.setting = w.setting
  WHERE (a.model IS NULL OR a.final)
)
SELECT benchmark, setting, scorer, author, n_problems, answers, whisker_low, q1, median, q3, whisker_high,
  bench AS _row, '' AS _panel, 'PPL of ' || author_name || ' under ' || scorer_name || ' (n = ' || answers || ')' AS _series, author AS _model,
  whisker_low AS _low, q1 AS _q1, median AS _mid, q3 AS _q3, whisker_high AS _high
FROM named ORDER BY bi, sti, si, ai, author
