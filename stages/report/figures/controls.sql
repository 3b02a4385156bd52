-- title: The base beside a policy that does not reason
-- caption: Dotted: pass@k of a policy that ignores the prompt or walks at random. Where it comes near the base, coverage at large k is search, not ability.
-- x: k, samples per problem (log2)
-- y: pass@k
-- tables: curves, controls
WITH lines AS (
  SELECT benchmark, model, setting, k, value, lo, hi, n_problems, n_samples, _benchmark, _bi, _mi, _model, _arm AS name, 'measured' AS _style
  FROM whole WHERE _main AND _lead AND _role = 'base' AND benchmark IN (SELECT benchmark FROM controls)
  UNION ALL BY NAME
  SELECT c.benchmark, c.control AS model, c.k, c.pass_at_k AS value, b.label AS _benchmark, b.position AS _bi, 300000 AS _mi, '' AS _model, split_part(c.control, ':', 1) AS name, 'reference' AS _style
  FROM controls c JOIN benchmarks b USING (benchmark)
  WHERE c.k <= (SELECT max(k) FROM whole w WHERE w._main AND w.benchmark = c.benchmark)
)
SELECT * EXCLUDE (name), '' AS _row, _benchmark AS _panel, name AS _series, k AS _x, value AS _y, lo AS _lo, hi AS _hi FROM lines ORDER BY _bi, _mi, name, k
