//! What a judge says of one completion.

use serde::{Deserialize, Serialize};

/// The verdict on one completion. Never a bool: a judge that failed must not look like a wrong answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The answer equals the gold answer, or all tests pass.
    Correct,
    /// An answer was found and it is not the gold answer.
    Incorrect,
    /// No answer could be extracted, or it could not be read as a whole.
    Unparsed,
    /// The candidate program, or the comparison, used up its budget.
    TimedOut,
    /// The judge itself failed; judged again on the next run, never counted as wrong.
    Unjudged,
}

impl Outcome {
    /// Whether the verdict is [`Outcome::Correct`].
    pub fn is_correct(self) -> bool {
        self == Outcome::Correct
    }

    /// The name used in tables and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::Correct => "correct",
            Outcome::Incorrect => "incorrect",
            Outcome::Unparsed => "unparsed",
            Outcome::TimedOut => "timed_out",
            Outcome::Unjudged => "unjudged",
        }
    }
}

/// What the exact process checker says of the reasoning that led to an answer (CoT-pass@k, arXiv 2506.14245).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Process {
    /// Every step is valid.
    Valid,
    /// At least one step is not.
    Invalid,
    /// The task has no process checker, or the completion holds no steps.
    Unchecked,
}
