-- title: Perplexity
-- paper: Fig 6: answers of the RL model have a lower perplexity under the base model than the base's own answers have; answers of a stronger model (o1) have a higher one.
-- caption: PPL_m(Y): perplexity, under model m at temperature 1 and with the end token counted, of answers Y as recorded token by token. One value per problem (the median over
--   its answers); boxes show the quartiles over problems, whiskers reach the last problem within 1.5 interquartile ranges. n: answers.
-- x: perplexity
-- tables: perplexity_boxes
-- published: perplexity
WITH named AS (
  SELECT w.*, s.position AS si, coalesce(a.position, 200000) AS ai, coalesce(s.arm, w.scorer) AS scorer_name,
    CASE WHEN author = 'reference' THEN 'reference' ELSE coalesce(a.arm, author) END AS author_name, b.position AS bi, b.label AS bench
  FROM perplexity_boxes w JOIN benchmarks b USING (benchmark) LEFT JOIN main_settings main USING (benchmark)
  LEFT JOIN all_models s ON s.model = w.scorer LEFT JOIN all_models a ON a.model = w.author
  WHERE (a.model IS NULL OR a.final) AND w.setting IN ('', main.setting)
)
SELECT benchmark, setting, scorer, author, n_problems, n_answers, whisker_low, q1, median, q3, whisker_high,
  bench AS _row, '' AS _panel, 'PPL of ' || author_name || ' under ' || scorer_name || ' (n = ' || n_answers || ')' AS _series, author AS _model,
  whisker_low AS _low, q1 AS _q1, median AS _mid, q3 AS _q3, whisker_high AS _high
FROM named ORDER BY bi, si, ai, author
