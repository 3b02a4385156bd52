//! What estimates depend on besides the counts.

use serde::{Deserialize, Serialize};

/// Parameters of the `estimate` stage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// Largest k; the smallest n of the counts when None. Values above n are refused by the estimator, never extrapolated here.
    pub k_max: Option<u32>,
    /// Multiples of n up to which the separate extrapolation reaches; 0 switches it off.
    pub extrapolate: u32,
    /// Seed of the random orders of samples.
    pub seed: u64,
}

impl Default for Params {
    fn default() -> Self {
        Params { k_max: None, extrapolate: 8, seed: 1 }
    }
}
