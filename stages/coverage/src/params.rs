//! What the coverage table depends on besides the counts.

use serde::{Deserialize, Serialize};

/// Parameters of the `coverage` stage. Inputs: two `counts`, the base's first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// False-discovery rate of "really changed" problems.
    pub fdr: f64,
}

impl Default for Params {
    fn default() -> Self {
        Params { fdr: 0.05 }
    }
}
