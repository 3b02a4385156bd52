//! What verdicts depend on.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Parameters of the `verify` stage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Versions of the verifiers; the spec's author does not set them.
    pub verifier: u32,
    /// `strict`, `paper`, or `both` (strict decides, paper stands beside it).
    #[serde(default = "strict")]
    pub policy: String,
    /// CPU seconds a candidate program may use.
    #[serde(default = "cpu_seconds")]
    pub cpu_seconds: f64,
    /// Run programs even when the sandbox lacks layers of its floor.
    #[serde(default)]
    pub allow_weak_sandbox: bool,
    /// Whose verdicts count.
    #[serde(default, skip_serializing_if = "Judge::is_ours")]
    pub judge: Judge,
}

impl Default for Params {
    fn default() -> Self {
        Params { verifier: 0, policy: strict(), cpu_seconds: cpu_seconds(), allow_weak_sandbox: false, judge: Judge::Ours }
    }
}

/// Whose verdicts on an imported log count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Judge {
    /// Every text is judged anew; the log's verdicts stand beside ours for comparison.
    #[default]
    Ours,
    /// The log's verdicts are taken as they are; a sample without one is unjudged.
    Recorded,
}

impl Judge {
    /// The default is left out of keys, so that steps without a log keep theirs.
    fn is_ours(&self) -> bool {
        *self == Judge::Ours
    }
}

fn strict() -> String {
    "strict".into()
}
fn cpu_seconds() -> f64 {
    10.0
}

/// Parameters of the `filter` stage. Inputs: `problems`, and `completions` and `counts` of the model that guesses.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FilterParams {
    /// Id of the benchmark that is left.
    pub benchmark: String,
    /// Completions of other problems that are tried on each problem.
    pub texts: u32,
    /// The completions are those of a no-reasoning probe: a problem solved in less than this share of them, but not never, is guessable.
    /// None: the answers are shuffled. In (0, 1].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub solved_below: Option<f64>,
}
