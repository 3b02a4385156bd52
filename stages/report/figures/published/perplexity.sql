-- The study's perplexity boxes (drawn quartiles), two AIME24 problems.
SELECT *, 'problem ' || problem AS _row, '' AS _panel, "group" AS _series, CASE WHEN contains("group", 'Y_RL') THEN 'hue:1' WHEN contains("group", 'Y_Base') THEN 'hue:0' ELSE 'hue:5' END AS _model,
  whisker_low AS _low, q1 AS _q1, median AS _mid, q3 AS _q3, whisker_high AS _high, 'published' AS _style
FROM published_perplexity_boxes ORDER BY problem, "group"
