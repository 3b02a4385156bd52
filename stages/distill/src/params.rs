//! What the comparison against a base depends on besides the counts.

use serde::{Deserialize, Serialize};

/// Parameters of the `distill` stage. Inputs: see the crate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// Draws of the simultaneous band.
    pub band_draws: u32,
    /// Bootstrap replicates of the crossing point.
    pub replicates: u32,
    /// Seed of both.
    pub seed: u64,
    /// Models whose base this is. Only they get Delta_SE rows, so that a model has one such curve however many bases it is compared with.
    pub gap_of: Vec<String>,
}

impl Default for Params {
    fn default() -> Self {
        Params { band_draws: 200_000, replicates: 2_000, seed: 1, gap_of: Vec::new() }
    }
}
