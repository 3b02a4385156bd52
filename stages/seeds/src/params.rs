//! Which training runs belong together.

use serde::{Deserialize, Serialize};

/// Parameters of the `seeds` stage.
///
/// Inputs: `counts` of one cell per training run, role `model-<seed>`; and, for differences, role `base-<seed>` for each of the same seeds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Name of the arm whose runs these are.
    pub arm: String,
    /// Name of the bases' arm; None when there are no `base-<seed>` inputs.
    #[serde(default)]
    pub base: Option<String>,
    /// Benchmark of all cells.
    pub benchmark: String,
    /// Sampling setting of all cells.
    pub setting: String,
}
