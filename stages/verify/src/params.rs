//! What verdicts depend on.

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
}

impl Default for Params {
    fn default() -> Self {
        Params { verifier: 0, policy: strict(), cpu_seconds: cpu_seconds(), allow_weak_sandbox: false }
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
}
