//! r = V(problem, completion): one file per kind of answer. Floor 1; no I/O, no clock, no randomness.
//!
//! Every grader returns a [`Judgement`], never a bool: the outcome, the answer that was judged and the reason, so that
//! pass@k can carry bounds and a reader can see why. Same input, same verdict, on every machine: work is bounded by
//! sizes and a step budget, never by a clock. Text from models is parsed, never evaluated as code.

mod choice;
mod exact;
mod latex;
pub mod math;
mod policy;
mod python;
pub mod visual;

pub use beyond_record::Outcome;
pub use choice::grade_choice;
pub use exact::grade_exact;
pub use math::{explain_math, grade_math, grade_math_with};
pub use policy::{DecimalComma, Options, Policy};
pub use visual::{VisionProfile, VistaProfile, grade_mathvision, grade_mathvista, kept_in_visual_sets};

/// Bumped whenever any verdict may change; part of the key under which verdicts are cached.
pub const VERSION: u32 = 4;

/// What a grader says of one completion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// The verdict.
    pub outcome: Outcome,
    /// The answer that was judged, as it stands in the completion; None when nothing was found.
    pub extracted: Option<String>,
    /// Proof kind, witness, or why it is undecided.
    pub reason: String,
}

impl Judgement {
    pub(crate) fn new(outcome: Outcome, extracted: Option<&str>, reason: impl Into<String>) -> Self {
        Self { outcome, extracted: extracted.map(str::to_owned), reason: reason.into() }
    }

    pub(crate) fn nothing(reason: impl Into<String>) -> Self {
        Self::new(Outcome::Unparsed, None, reason)
    }

    /// Correct or Incorrect by a plain test of equality.
    pub(crate) fn decided(equal: bool, extracted: &str, reason: impl Into<String>) -> Self {
        let outcome = if equal { Outcome::Correct } else { Outcome::Incorrect };
        Self::new(outcome, Some(extracted), reason)
    }
}
