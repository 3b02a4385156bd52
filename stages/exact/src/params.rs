//! What exact rates depend on besides the checkpoint and the problems.

use serde::{Deserialize, Serialize};

/// Parameters of the `exact` stage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Prompt template; that of the samples.
    pub template: String,
}
