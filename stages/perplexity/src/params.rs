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
