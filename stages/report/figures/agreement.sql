-- title: Recorded verdicts beside ours
-- caption: For logs made elsewhere: how often the log's own verdict and ours agree. A log says right or not right; ours says why a text is not right.
-- tables: recorded
SELECT benchmark, model, setting, recorded, ours, count(*) AS verdicts,
  CASE WHEN (recorded = 'correct') = (ours = 'correct') THEN 'agree' ELSE 'differ' END AS agreement
FROM recorded GROUP BY ALL ORDER BY benchmark, model, setting, recorded, ours
