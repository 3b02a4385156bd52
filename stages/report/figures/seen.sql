-- title: Seen and unseen problems
-- caption: The same models on problems of the pretraining corpus, on the RL training problems and on problems held out by the hash of their prompt. A gain on seen problems alone is memory.
-- x: k, samples per problem (log2)
-- y: pass@k
-- tables: curves
SELECT *, _family AS _row, _benchmark || ' (' || _split || ')' AS _panel, _arm AS _series
FROM whole
WHERE _main AND (_role = 'base' OR _headline) AND _split <> '' AND EXISTS (FROM benchmarks WHERE split IN ('seen', 'train'))
ORDER BY _bi, _mi, k
