-- title: Within a budget of generated tokens
-- caption: P(a correct sample is complete within B generated tokens), over 256 random orders of each problem's samples, up to the fewest tokens stored for a problem. A model that writes
--   more per sample gets fewer samples for the same budget. Bands: 95 % interval, unit: the problem; overlap of two bands does not test a difference, the next figure does.
-- x: B, generated tokens per problem (log2)
-- y: pass within B tokens
-- tables: curves
SELECT *, _benchmark AS _row, kin(_family) AS _panel, _arm AS _series
FROM pass WHERE metric = 'pass@tokens' AND subset = 'all' AND _main AND _usual AND (_role = 'base' OR _headline)
ORDER BY _bi, _mi, k
