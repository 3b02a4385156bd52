-- title: Guessable problems removed
-- paper: Fig 12: AIME24 without the 12 problems that the base model answers by guessing (18 left): the base still passes the RL model, at k = 304 to 362.
-- caption: Left in each row: the whole benchmark; right: without the problems that can be answered without reasoning, found automatically.
-- x: k, samples per problem (log2)
-- y: pass@k
-- tables: curves
-- published: curves Fig12
SELECT *, _family AS _row, _benchmark AS _panel, _arm AS _series
FROM every
WHERE metric = getvariable('metric') AND subset = 'all' AND _main AND (_role = 'base' OR _headline) AND (_filtered_from <> '' OR benchmark IN (SELECT filtered_from FROM benchmarks))
ORDER BY coalesce(nullif(_filtered_from, ''), benchmark), _filtered_from <> '', _bi, _mi, k
