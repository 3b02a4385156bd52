//! What goes into and comes out of a family: requests, drafts, documents, judgements, step marks.

use crate::{Fold, picture::Picture};
use beyond_record::{Outcome, Problem, Process};
use serde::{Deserialize, Serialize};

/// How often the corpus holds the skill a problem needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exposure {
    /// In most documents.
    Common,
    /// In a few percent of the documents.
    Rare,
    /// In no document, right or wrong.
    None,
}

impl Exposure {
    /// All, from the most to the least exposed.
    pub const ALL: [Exposure; 3] = [Exposure::Common, Exposure::Rare, Exposure::None];

    /// The name used in tables and specs.
    pub fn as_str(self) -> &'static str {
        match self {
            Exposure::Common => "common",
            Exposure::Rare => "rare",
            Exposure::None => "none",
        }
    }
}

/// Which fold the problems come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Split {
    /// Problems to train on with RL.
    RlTrain,
    /// Held-out problems.
    Test,
}

impl Split {
    /// The fold of this split.
    pub fn fold(self) -> Fold {
        match self {
            Split::RlTrain => Fold::RlTrain,
            Split::Test => Fold::Test,
        }
    }
}

/// A set of problems to make.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Benchmark id written into every problem.
    pub benchmark: String,
    /// The fold.
    pub split: Split,
    /// Difficulty, in [`Family::levels`].
    pub level: u32,
    /// Keep only problems of this stratum; None keeps all.
    #[serde(default)]
    pub exposure: Option<Exposure>,
    /// Number of problems.
    pub count: usize,
    /// Equal seeds give equal sets; a larger count extends a smaller one.
    #[serde(default)]
    pub seed: u64,
}

/// One problem before it is given a benchmark.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// Text shown to the model.
    pub prompt: String,
    /// What decides the fold: the prompt, and for pictures also what they show.
    pub visible: String,
    /// What the judge compares with.
    pub gold: String,
    /// Picture shown to the model.
    pub picture: Option<Picture>,
    /// A correct response whose steps are valid.
    pub solution: String,
    /// Difficulty.
    pub level: u32,
    /// Exposure of the most exposed skill that solves it.
    pub exposure: Exposure,
}

/// One pretraining document: `draft.prompt` followed by `response`.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// The task; its fold is always [`Fold::Corpus`].
    pub draft: Draft,
    /// Response without the end token.
    pub response: String,
    /// Whether the verifier judges the response correct.
    pub correct: bool,
    /// Solution style, or the kind of mistake.
    pub style: &'static str,
    /// Exposure class of the skill that the response uses; never [`Exposure::None`].
    pub exposure: Exposure,
}

/// What the verifier says of one completion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// The verdict.
    pub outcome: Outcome,
    /// The answer that was judged.
    pub extracted: Option<String>,
    /// Why, in words.
    pub reason: String,
}

impl Judgement {
    /// Correct or incorrect, with the answer and the reason.
    pub(crate) fn of(correct: bool, extracted: impl Into<String>, reason: impl Into<String>) -> Self {
        let outcome = if correct { Outcome::Correct } else { Outcome::Incorrect };
        Judgement { outcome, extracted: Some(extracted.into()), reason: reason.into() }
    }

    /// No answer of the required form.
    pub(crate) fn unparsed(reason: impl Into<String>) -> Self {
        Judgement { outcome: Outcome::Unparsed, extracted: None, reason: reason.into() }
    }

    /// The problem row is not one that this family wrote.
    pub(crate) fn unjudged(problem: &Problem) -> Self {
        let reason = format!("prompt or gold of {} is not of the form that {} writes", problem.problem_id, problem.judge);
        Judgement { outcome: Outcome::Unjudged, extracted: None, reason }
    }
}

/// What the process checker says: the verdict and one line per step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Steps {
    /// Valid when every step is.
    pub process: Process,
    /// One line per step: the step, and `ok` or what is wrong with it.
    pub marks: String,
}

impl Steps {
    /// Nothing to check.
    pub(crate) fn unchecked(why: &str) -> Self {
        Steps { process: Process::Unchecked, marks: why.to_string() }
    }
}

/// Collects the marks of a chain of steps.
#[derive(Default)]
pub(crate) struct Marks {
    lines: Vec<String>,
    faults: usize,
}

impl Marks {
    /// One step and, when it is wrong, why.
    pub fn step(&mut self, step: &str, fault: Option<String>) {
        self.faults += usize::from(fault.is_some());
        self.lines.push(match fault {
            None => format!("{step}  ok"),
            Some(why) => format!("{step}  wrong: {why}"),
        });
    }

    /// Valid when there was no fault.
    pub fn finish(self) -> Steps {
        let process = if self.faults == 0 { Process::Valid } else { Process::Invalid };
        Steps { process, marks: self.lines.join("\n") }
    }
}
