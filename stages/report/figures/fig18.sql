-- title: Training dynamics
-- paper: Fig 18: over 500 steps the training reward rises (0.10 to about 0.42 for GRPO), the response length grows and the entropy falls.
-- caption: One line per RL run. Reward: mean verifier reward of the rollouts. Entropies and KL in nats (KL to the base, k3 estimator). Missing panels: quantities that no run recorded.
-- x: training step
-- tables: train_log
-- published: dynamics
WITH tall AS (
  SELECT run, algorithm, step, _label, _model, _kind, _mi, quantity, value, position FROM runs,
  LATERAL (VALUES (1, 'reward', reward), (2, 'response length, tokens', response_length), (3, 'token entropy, nats', entropy), (4, 'answer entropy, nats', answer_entropy),
    (5, 'KL to the base, nats', kl), (6, 'gradient norm', grad_norm), (7, 'share of clipped tokens', clip_share), (8, 'share of active rollouts', active_share)) AS q(position, quantity, value)
  WHERE reward IS NOT NULL
)
SELECT run, algorithm, step, quantity, value, quantity AS _row, coalesce(_kind, '') AS _panel, _label AS _series, _model, step AS _x, value AS _y
FROM tall WHERE value IS NOT NULL ORDER BY position, _kind = 'controls', _kind = 'sizes, domains', _kind = 'ablations', _mi, run, step
