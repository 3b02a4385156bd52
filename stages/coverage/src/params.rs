//! What the coverage table depends on besides the counts.

use serde::{Deserialize, Serialize};

/// Parameters of the `coverage` stage.
///
/// Inputs: two `counts`, the base's first; `base_problems` and `model_problems`, the problems that each side was shown, where they are known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// False-discovery rate of "really changed" problems.
    pub fdr: f64,
    /// Template of the base's prompts; empty: as they are.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub base_template: String,
    /// Template of the model's prompts.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub model_template: String,
    /// The two sides have different prompts on purpose: the comparison is of model plus prompt, and the report is not stopped.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unequal_prompts: bool,
}

impl Default for Params {
    fn default() -> Self {
        Params { fdr: 0.05, base_template: String::new(), model_template: String::new(), unequal_prompts: false }
    }
}
