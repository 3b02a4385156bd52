//! What a training run depends on. Read by the stage, written by the experiment's spec.

use beyond_problems::{Exposure, FamilySpec};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Parameters of the `train` stage.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Model id, the `run` column of the training log.
    pub run: String,
    /// Seed of initialisation, data order and rollouts.
    pub seed: u64,
    /// What kind of training.
    pub recipe: Recipe,
}

/// The three kinds of training.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Recipe {
    /// From scratch on a procedural corpus.
    Pretrain(Pretrain),
    /// Supervised training on answers: instruct model, rejection fine-tuning, distillation and their controls.
    Supervised(Supervised),
    /// Reinforcement learning with verifiable rewards.
    Reinforce(Reinforce),
}

/// Decoder family and size.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Architecture {
    /// `qwen2`, `qwen3` or `llama`.
    #[serde(default = "qwen2")]
    pub family: String,
    /// Width of the residual stream.
    pub hidden: usize,
    /// Decoder layers.
    pub layers: usize,
    /// Query heads; `hidden` must be a multiple.
    pub heads: usize,
    /// Key/value heads; default: as many as query heads.
    #[serde(default)]
    pub kv_heads: Option<usize>,
    /// Width of the feed-forward layer.
    pub feed_forward: usize,
    /// Longest sequence, tokens and patches.
    #[serde(default = "max_positions")]
    pub max_positions: usize,
    /// Patches per image and floats per patch, for models that see.
    #[serde(default)]
    pub vision: Option<Vision>,
}

/// Shape of the image prefix.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Vision {
    /// Patches per image.
    pub patches: usize,
    /// Floats per patch.
    pub patch_size: usize,
}

/// One part of a pretraining corpus.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CorpusPart {
    /// The procedural family and its parameters.
    #[schemars(with = "serde_json::Value")]
    pub family: FamilySpec,
    /// Share of documents, relative to the other parts.
    #[serde(default = "one")]
    pub weight: f64,
}

/// Pretraining from scratch: AdamW, cosine schedule, loss on the response tokens.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pretrain {
    /// Decoder family and size.
    pub architecture: Architecture,
    /// What it reads.
    pub corpus: Vec<CorpusPart>,
    /// Optimiser steps.
    pub steps: u32,
    /// Documents per step.
    #[serde(default = "documents")]
    pub batch: u32,
    /// Peak learning rate; 100 steps of warm-up, cosine to a tenth.
    #[serde(default = "pretrain_rate")]
    pub learning_rate: f64,
    /// Weight decay on matrices.
    #[serde(default = "decay")]
    pub weight_decay: f64,
}

/// Problems of the RL-train fold of a family.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProblemSource {
    /// The procedural family and its parameters.
    #[schemars(with = "serde_json::Value")]
    pub family: FamilySpec,
    /// Difficulty, one of the family's levels.
    pub level: u32,
    /// Only tasks of this exposure in the pretraining corpus; any when None.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub exposure: Option<Exposure>,
    /// Distinct problems taken from the RL-train fold.
    pub problems: u32,
}

/// Where the answers of supervised training come from.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Answers {
    /// The exact solver's solutions of RL-train problems.
    Solver(Vec<ProblemSource>),
    /// Correct corpus documents of a family (`documents` of them): an outside teacher's prompts and answers.
    Corpus(Vec<ProblemSource>),
    /// Correct answers sampled from the model in input role `teacher` to RL-train problems: `samples` per problem, at most `keep` distinct correct ones kept.
    /// With the model itself as teacher this is rejection fine-tuning; with a stronger one, distillation.
    Sampled {
        /// Problems to answer.
        problems: Vec<ProblemSource>,
        /// Samples per problem.
        samples: u32,
        /// Distinct correct answers kept per problem.
        keep: u32,
        /// Sampling temperature of the teacher.
        temperature: f64,
        /// Longest answer, tokens; longer ones are cut and not kept.
        #[serde(default = "max_tokens")]
        max_tokens: u32,
    },
}

/// Supervised training from a checkpoint on prompt-answer pairs.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Supervised {
    /// Where the answers come from.
    pub answers: Answers,
    /// Optimiser steps.
    pub steps: u32,
    /// Pairs per step.
    #[serde(default = "documents")]
    pub batch: u32,
    /// Peak learning rate; cosine to a tenth.
    #[serde(default = "supervised_rate")]
    pub learning_rate: f64,
    /// Label in the training log: `sft`, `rft`, `distill`, ...
    pub label: String,
}

/// The RL algorithms of the study; one file each under `algorithm/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Algorithm {
    /// Proximal policy optimisation with a value head and GAE.
    Ppo,
    /// Group-relative policy optimisation.
    Grpo,
    /// REINFORCE leave-one-out.
    Rloo,
    /// REINFORCE with the greedy answer's reward as baseline.
    Remax,
    /// REINFORCE++ with global-batch normalisation.
    ReinforcePlusPlus,
    /// Decoupled clip, dynamic sampling, token-level loss, overlong penalty.
    Dapo,
}

impl Algorithm {
    /// Name in specs and in the training log.
    pub fn name(self) -> &'static str {
        match self {
            Algorithm::Ppo => "ppo",
            Algorithm::Grpo => "grpo",
            Algorithm::Rloo => "rloo",
            Algorithm::Remax => "remax",
            Algorithm::ReinforcePlusPlus => "reinforce_plus_plus",
            Algorithm::Dapo => "dapo",
        }
    }
}

/// What a rollout is paid for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reward {
    /// 1 if the exact verifier accepts the answer, else 0.
    Verifier,
    /// A fair coin per rollout: control.
    Random,
    /// 1 if the answer is well formed (parsed), right or wrong: control.
    Format,
}

/// RL from a checkpoint (input role `checkpoint`), rollouts at `temperature`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reinforce {
    /// Which algorithm.
    pub algorithm: Algorithm,
    /// Problems to train on.
    pub problems: Vec<ProblemSource>,
    /// Optimiser rounds: one batch of rollouts each.
    pub steps: u32,
    /// Steps whose weights are kept besides the last, in 1..=steps; outputs `checkpoint-<step>`.
    #[serde(default)]
    pub checkpoints: Vec<u32>,
    /// Prompts per step.
    #[serde(default = "prompts")]
    pub prompts: u32,
    /// Rollouts per prompt (the paper's n).
    #[serde(default = "group")]
    pub group: u32,
    /// Rollout temperature; top-p is 1. Ratios, KL and gradients are those of the policy at temperature 1, so that with another value the
    /// rollouts are off-policy, without correction.
    #[serde(default = "one")]
    pub temperature: f64,
    /// Longest rollout, tokens.
    #[serde(default = "max_tokens")]
    pub max_tokens: u32,
    /// Minibatches per step, each one optimiser update.
    #[serde(default = "minibatches")]
    pub minibatches: u32,
    /// Constant learning rate.
    #[serde(default = "reinforce_rate")]
    pub learning_rate: f64,
    /// Ratio clip below 1.
    #[serde(default = "clip")]
    pub clip_low: f64,
    /// Ratio clip above 1.
    #[serde(default = "clip")]
    pub clip_high: f64,
    /// Weight of the KL penalty to the starting checkpoint (k3 in the loss; k1 in the advantage for REINFORCE++); the study's default is 0.
    #[serde(default)]
    pub kl: f64,
    /// What a rollout is paid for.
    #[serde(default = "verifier")]
    pub reward: Reward,
    /// PPO: discount, in [0, 1].
    #[serde(default = "one")]
    pub gamma: f64,
    /// PPO: lambda of the generalised advantage estimate, in [0, 1].
    #[serde(default = "one")]
    pub lambda: f64,
    /// PPO: weight of the value loss.
    #[serde(default = "value_weight")]
    pub value_weight: f64,
    /// DAPO: most draws of a batch, the first included, while refilling dropped groups.
    #[serde(default = "redraws")]
    pub redraws: u32,
    /// DAPO: tokens before `max_tokens` over which the overlong penalty grows to -1.
    #[serde(default)]
    pub overlong_buffer: u32,
}

fn qwen2() -> String {
    "qwen2".into()
}
fn max_positions() -> usize {
    128
}
fn one() -> f64 {
    1.0
}
fn documents() -> u32 {
    256
}
fn pretrain_rate() -> f64 {
    4e-3
}
fn decay() -> f64 {
    0.1
}
fn supervised_rate() -> f64 {
    1e-3
}
fn prompts() -> u32 {
    64
}
fn group() -> u32 {
    16
}
fn max_tokens() -> u32 {
    48
}
fn minibatches() -> u32 {
    2
}
fn reinforce_rate() -> f64 {
    3e-4
}
fn clip() -> f64 {
    0.2
}
fn verifier() -> Reward {
    Reward::Verifier
}
fn value_weight() -> f64 {
    0.5
}
fn redraws() -> u32 {
    3
}
