-- title: Guessable problems removed
-- paper: Fig 12: AIME24 without the 12 problems that the base model answers by guessing (18 left): the base still passes the RL model, at k = 304 to 362.
-- caption: First the whole benchmark, then what is left of it without the problems that can be answered without reasoning, found automatically: by shuffled answers (a problem is
--   guessable when the model's answers to other problems solve it as often as its own), and by a no-reasoning probe of the base (guessable when it solves a problem rarely, but not
--   never). n_problems in the table says how many are left.
-- x: k, samples per problem (log2)
-- y: pass@k
-- tables: curves
-- published: curves Fig12
SELECT *, _family AS _row, _benchmark AS _panel, _arm AS _series
FROM every
WHERE metric = getvariable('metric') AND subset = 'all' AND _main AND (_role = 'base' OR _headline) AND EXISTS (
  SELECT 1 FROM every f WHERE f._filtered_from IN (every.benchmark, nullif(every._filtered_from, '')) AND f._family = every._family AND f._main)
ORDER BY coalesce(nullif(_filtered_from, ''), benchmark), _filtered_from <> '', _bi, _mi, k
