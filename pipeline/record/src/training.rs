//! What training leaves behind besides the checkpoint.

use serde::{Deserialize, Serialize};

/// One optimiser step of one training run. Quantities that do not apply to the kind of training are None.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrainLog {
    /// Model id of the run.
    pub run: String,
    /// `pretrain`, `sft`, `rft`, `distill` or the RL algorithm.
    pub algorithm: String,
    /// 1-based.
    pub step: u32,
    /// Loss of the step; nats per token for likelihood training.
    pub loss: f64,
    pub learning_rate: f64,
    /// L2 norm of the gradient before clipping.
    pub grad_norm: f64,
    /// Mean reward of the rollouts, [0, 1].
    pub reward: Option<f64>,
    /// Mean response length, tokens.
    pub response_length: Option<f64>,
    /// Mean token entropy of the rollout policy, nats.
    pub entropy: Option<f64>,
    /// Entropy of the answers within a group, nats, mean over groups.
    pub answer_entropy: Option<f64>,
    /// KL(policy || base) per token, k3 estimator, nats.
    pub kl: Option<f64>,
    /// Share of tokens whose ratio was clipped.
    pub clip_share: Option<f64>,
    /// Share of rollouts with a non-zero advantage.
    pub active_share: Option<f64>,
    /// Rollouts drawn so far.
    pub samples: u64,
    /// Tokens trained on or sampled so far.
    pub tokens: u64,
}

/// Perplexity of one stored completion under one scoring model (paper section 4.2, Fig 6).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Perplexity {
    /// The model whose likelihood is asked.
    pub scorer: String,
    /// The model that wrote the answer; `reference` for reference solutions.
    pub author: String,
    pub benchmark: String,
    pub setting: String,
    pub problem_id: String,
    pub sample_index: u32,
    /// Outcome of the answer, as [`crate::Outcome::as_str`].
    pub outcome: String,
    /// Scored tokens, the end token included.
    pub n_tokens: u32,
    /// Sum of ln p at temperature 1, nats.
    pub logprob_sum: f64,
    /// exp(-logprob_sum / n_tokens).
    pub ppl: f64,
}
