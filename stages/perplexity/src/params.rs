//! Which stored answers are scored.

use serde::{Deserialize, Serialize};

/// Parameters of the `perplexity` stage. Inputs: `checkpoint` (the scorer), `problems`, and `completions` with `verdicts` of the author,
/// or none of the two for reference solutions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Model id of the scorer.
    pub scorer: String,
    /// Model id of the author; `reference` for the problems' reference solutions.
    pub author: String,
    /// First problems in id order (the paper shows two; all when None).
    #[serde(default)]
    pub problems: Option<u32>,
    /// First samples of each problem (the paper: 16).
    #[serde(default = "samples")]
    pub samples: u32,
    /// Whether the author's answers were drawn at temperature 1 without truncation: only then their recorded log-probabilities are those of the
    /// law that drew them, and the scorer's correct mass can be estimated from them.
    #[serde(default)]
    pub untempered: bool,
    /// Template the author was prompted with.
    #[serde(default = "plain")]
    pub template: String,
}

fn samples() -> u32 {
    16
}
fn plain() -> String {
    "plain".into()
}
