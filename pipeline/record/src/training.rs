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

/// Perplexities of one author's answers under one scorer, as a box over problems (paper Fig 6).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PerplexityBox {
    pub scorer: String,
    pub author: String,
    pub benchmark: String,
    pub setting: String,
    /// Whiskers reach the last problem within 1.5 interquartile ranges of the box; each problem counts with the median over its answers.
    pub whisker_low: f64,
    pub q1: f64,
    pub median: f64,
    pub q3: f64,
    pub whisker_high: f64,
    pub n_problems: u32,
    pub n_answers: u32,
}

/// How far the scorer supports the author's correct answers, by the probability of the strings (temperature 1, end token included).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Likelihood {
    pub scorer: String,
    pub author: String,
    pub benchmark: String,
    pub setting: String,
    /// `covered`: share of correct answers with ln p >= -ln k. `recurs`: chance that the string itself is among k samples of the scorer.
    /// `correct mass`: importance-weighted probability of a correct answer under the scorer, as far as the author's answers reach.
    pub quantity: String,
    /// 1 for the correct mass.
    pub k: u64,
    /// Mean over problems; None for a correct mass that too few strings carry.
    pub value: Option<f64>,
    /// Interval for the population of problems; None for a single problem.
    pub lo: Option<f64>,
    pub hi: Option<f64>,
    /// Median over problems of the effective share of answers in the importance weights, in [0, 1]; None for the profiles.
    pub effective_share: Option<f64>,
    /// Problems with a correct answer (profiles), or all.
    pub n_problems: u32,
    pub method: String,
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
