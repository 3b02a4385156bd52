//! What estimates depend on besides the counts.

use beyond_statistics::verifier_error::Audited;
use schemars::JsonSchema;
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
    /// Verdicts that were checked by hand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audit: Option<VerifierAudit>,
}

/// An audit of the verifier on samples whose truth a person established.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VerifierAudit {
    /// Samples that are correct: `agreed` of them were accepted.
    pub correct: Agreement,
    /// Samples that are wrong: `agreed` of them were rejected.
    pub wrong: Agreement,
}

/// How many of the audited verdicts were right.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Agreement {
    /// Right verdicts.
    pub agreed: u32,
    /// Verdicts checked.
    pub audited: u32,
}

impl Agreement {
    /// Posterior mean of the rate of wrong verdicts under a uniform prior, in (0, 1).
    pub fn error_rate(self) -> f64 {
        1.0 - (f64::from(self.agreed) + 1.0) / (f64::from(self.audited) + 2.0)
    }
}

impl From<Agreement> for Audited {
    fn from(of: Agreement) -> Audited {
        Audited { agreed: of.agreed, audited: of.audited }
    }
}

impl VerifierAudit {
    /// The audit's numbers.
    pub fn in_words(&self) -> String {
        let VerifierAudit { correct, wrong } = self;
        format!("audit: {} of {} correct accepted, {} of {} wrong rejected", correct.agreed, correct.audited, wrong.agreed, wrong.audited)
    }
}

impl Default for Params {
    fn default() -> Self {
        Params { k_max: None, extrapolate: 8, seed: 1, audit: None }
    }
}
