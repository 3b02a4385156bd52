//! What a comparison finds, and what it needs to know.

use super::budget::Budget;
use crate::Options;

/// The result of a comparison.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// Equal, with the kind of proof.
    Equal(String),
    /// Different, with a witness.
    Different(String),
    /// Out of steps.
    Exhausted,
    /// Not known how to decide.
    Unknown(String),
}

impl Verdict {
    /// An equality.
    pub fn equal(proof: impl Into<String>) -> Self {
        Verdict::Equal(proof.into())
    }

    /// A difference.
    pub fn different(witness: impl Into<String>) -> Self {
        Verdict::Different(witness.into())
    }

    /// Whether equal.
    pub fn is_equal(&self) -> bool {
        matches!(self, Verdict::Equal(_))
    }

    /// This verdict if it is an equality, else the other one if that is, else the less certain of both.
    pub fn or(self, other: impl FnOnce() -> Verdict) -> Self {
        if self.is_equal() {
            return self;
        }
        let other = other();
        if other.is_equal() || matches!(self, Verdict::Different(_)) && !matches!(other, Verdict::Different(_)) {
            return other;
        }
        self
    }

    /// The conjunction: the first verdict that is no equality, else an equality.
    pub fn all(verdicts: impl IntoIterator<Item = Verdict>, proof: &str) -> Self {
        for verdict in verdicts {
            if !verdict.is_equal() {
                return verdict;
            }
        }
        Verdict::equal(proof)
    }
}

/// Options, budget and the tolerance in force.
#[derive(Clone, Copy, Debug)]
pub struct Judge<'a> {
    /// The options of the policy.
    pub options: &'a Options,
    /// The counter of all arithmetic.
    pub budget: &'a Budget,
    /// Absolute tolerance for the answer at hand.
    pub tolerance: Option<f64>,
    /// How many comparisons are open.
    pub depth: u32,
}
