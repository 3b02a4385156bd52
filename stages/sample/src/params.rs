//! What a set of completions depends on.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Parameters of the `sample` stage.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Model id in every table.
    pub model: String,
    /// Setting id in every table.
    pub setting: String,
    /// Completions per problem.
    pub n: u32,
    /// How tokens are drawn.
    pub sampling: Sampling,
    /// Chat or prompt template by name (`beyond_problems::template`); `plain` shows the prompt as it is.
    #[serde(default = "plain")]
    pub template: String,
    /// Where the model runs; None: the checkpoint in input role `checkpoint`.
    #[serde(default)]
    pub endpoint: Option<Endpoint>,
}

/// How tokens are drawn. The study: temperature 0.6, top-p 0.95.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sampling {
    /// 0 is greedy.
    pub temperature: f64,
    /// Nucleus mass, (0, 1].
    #[serde(default = "one")]
    pub top_p: f64,
    /// Most likely tokens kept; 0: all.
    #[serde(default)]
    pub top_k: u32,
    /// Longest completion, tokens.
    #[serde(default = "max_tokens")]
    pub max_tokens: u32,
    /// Seed of the counter-based random numbers.
    #[serde(default = "seed")]
    pub seed: u64,
    /// Power sampling: the whole-sequence distribution p(y)^alpha by resampling among `power.candidates` drawn completions.
    #[serde(default)]
    pub power: Option<Power>,
    /// Characters that no drawn token may contain: the no-reasoning probe forbids those that separate steps. Empty is left out of keys.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub forbid: String,
}

/// Power sampling (arXiv 2510.14901) by self-normalised importance resampling.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Power {
    /// Exponent of the sequence probability; 1 is plain sampling.
    pub alpha: f64,
    /// Completions drawn for each one kept: the token cost of the control.
    pub candidates: u32,
}

/// An OpenAI-compatible server: vLLM, SGLang, llama-server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Endpoint {
    /// Base address, for example `http://127.0.0.1:8000/v1`.
    pub url: String,
    /// Model name the server knows.
    pub model: String,
    /// Environment variable that holds the API key; none when empty. The key itself is never stored.
    #[serde(default)]
    pub key_variable: String,
    /// Samples per request; halved when the server refuses so many.
    #[serde(default = "chunk")]
    pub chunk: u32,
    /// Requests in flight.
    #[serde(default = "parallel")]
    pub parallel: u32,
    /// Use /chat/completions instead of /completions.
    #[serde(default)]
    pub chat: bool,
}

/// Parameters of the `import` stage: results somebody else made enter at their own layer.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportParams {
    /// Model id in every table.
    pub model: String,
    /// Benchmark id in every table.
    pub benchmark: String,
    /// Setting id in every table.
    pub setting: String,
    /// Which importer reads the files (input role `file`): `counts`, `limit-of-rlvr`, `rollouts`, `nemo`, `lm-eval`, `verl`, `humaneval`, `evalplus`, `codet`,
    /// `livecodebench`, `monkeys`, `openai-batch`, `normalised` (docs/import.md).
    pub format: String,
    /// Keep only rows whose column has this value, for files that hold several models.
    #[serde(default, rename = "where")]
    pub only: std::collections::BTreeMap<String, String>,
    /// Column names where they differ from the usual ones: ours to theirs, for example `problem_id: uid`.
    #[serde(default)]
    pub columns: std::collections::BTreeMap<String, String>,
    /// Accept different n per problem; pass@k then stops at the smallest n.
    #[serde(default)]
    pub allow_ragged: bool,
}

fn one() -> f64 {
    1.0
}
fn max_tokens() -> u32 {
    48
}
fn seed() -> u64 {
    1
}
fn plain() -> String {
    "plain".into()
}
fn chunk() -> u32 {
    16
}
fn parallel() -> u32 {
    8
}

/// Parameters of the `match` stage: the temperature at which a model's mean token entropy equals that of stored completions
/// (input role `completions`), by bracketing and bisection with common random numbers (paper Fig 17; docs/statistics.md 9.3).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MatchParams {
    /// How the model is sampled; its temperature is where the search starts.
    pub sampling: Sampling,
    /// Prompt template.
    #[serde(default = "plain")]
    pub template: String,
    /// Samples per problem and probe.
    pub probe: u32,
    /// Accepted difference, nats per token.
    pub tolerance: f64,
    /// Highest temperature tried.
    pub ceiling: f64,
}

impl Default for MatchParams {
    fn default() -> Self {
        let sampling =
            Sampling { temperature: 1.0, top_p: 1.0, top_k: 0, max_tokens: max_tokens(), seed: seed(), power: None, forbid: String::new() };
        MatchParams { sampling, template: plain(), probe: 8, tolerance: 0.01, ceiling: 3.0 }
    }
}
