-- title: Loss of likelihood training
-- caption: Pretraining, supervised fine-tuning, rejection fine-tuning and distillation: mean loss of the step, nats per token.
-- x: training step
-- y: loss, nats per token
-- tables: train_log
SELECT run, algorithm, step, loss, grad_norm, learning_rate, tokens, algorithm AS _row, '' AS _panel, _label AS _series, _model, step AS _x, loss AS _y, true AS _free
FROM runs WHERE reward IS NULL
ORDER BY algorithm <> 'pretrain', algorithm, _mi, run, step
