-- title: Other readings of the same counts
-- caption: One panel per metric and benchmark, from the same counts with the same interval machinery; definitions in docs/statistics.md.
-- x: k (log2)
-- y: value
-- tables: curves
SELECT *, _benchmark AS _row, metric AS _panel, of_kin(_arm, _family, _lead) AS _series
FROM pass
WHERE metric NOT IN ('pass@k', 'cot-pass@k', 'delta_se', 'pass@tokens', 'guess@k', 'pass@k(beyond guessing)', 'token-entropy') AND subset = 'all' AND _main AND _usual AND (_lead OR _model_chosen) AND (_role = 'base' OR _headline)
  AND (benchmark, metric) IN (SELECT (benchmark, metric) FROM pass GROUP BY benchmark, metric HAVING count(DISTINCT k) > 1)
ORDER BY _bi, metric, _mi, k
