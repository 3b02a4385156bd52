//! Claims in a checkable form.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Parameters of the `claims` stage.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// In the order of the spec.
    pub claims: Vec<Claim>,
}

/// One claim of the spec.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// Id in the spec.
    pub id: String,
    /// YAML line, 1-based.
    pub line: u32,
    /// What is claimed.
    pub kind: Kind,
}

#[allow(missing_docs)] // the fields are the ids of the spec, and k
/// The kinds of claims. `setting` None: the first setting both models were evaluated with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Kind {
    /// The model is ahead at small k and the base overtakes it by `k_max`.
    Crossing {
        base: String,
        model: String,
        benchmark: String,
        k_max: u32,
        #[serde(default)]
        setting: Option<String>,
    },
    /// The model solves more than the base at `at_k`.
    Expands {
        base: String,
        model: String,
        benchmark: String,
        at_k: u32,
        #[serde(default)]
        setting: Option<String>,
    },
    /// The model solves less than the base at `at_k`.
    Narrows {
        base: String,
        model: String,
        benchmark: String,
        at_k: u32,
        #[serde(default)]
        setting: Option<String>,
    },
    /// pass@1 of the model is above the base's.
    Gain {
        base: String,
        model: String,
        benchmark: String,
        #[serde(default)]
        setting: Option<String>,
    },
    /// A metric of all these models agrees within a margin.
    Similar {
        models: Vec<String>,
        benchmark: String,
        at_k: u32,
        margin: f64,
        #[serde(default)]
        setting: Option<String>,
    },
    /// What the model solves is a subset of what the base solves, up to the self-null.
    Subset {
        base: String,
        model: String,
        benchmark: String,
        #[serde(default)]
        setting: Option<String>,
    },
}
