//! Arguments of `grade`.

use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// What answers are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Domain {
    /// {"gold", "pred"}: a full response or a bare answer
    Math,
    /// {"task", "completion"} or {"task_id", "solution"}, with --tests
    Code,
    /// {"gold", "pred", "options", "question_type", "answer_type", "precision"}
    Visual,
}

/// Under which rules two answers are equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PolicyName {
    /// The whole answer is read, equality is proved
    Strict,
    /// The grader released with arXiv 2504.13837
    Paper,
}

/// Arguments of `grade`.
#[derive(Debug, Args)]
pub struct GradeArgs {
    /// JSON lines [default: standard input]
    pub file: Option<PathBuf>,
    /// What the answers are
    #[arg(long, value_enum)]
    pub domain: Domain,
    /// Rules of equality; code has none
    #[arg(long, value_enum, default_value = "strict")]
    policy: PolicyName,
    /// Benchmark file with the tests of code
    #[arg(long, value_name = "FILE")]
    pub tests: Option<PathBuf>,
    /// Print what the grader does with each pair, step by step (mathematics)
    #[arg(long)]
    pub explain: bool,
    /// Run programs even where the sandbox lacks layers: only for programs that you trust
    #[arg(long)]
    pub allow_weak_sandbox: bool,
    /// Threads [default: all cores]
    #[arg(long, short = 'j')]
    pub threads: Option<usize>,
}

impl GradeArgs {
    /// The policy as the verifier knows it.
    pub fn policy(&self) -> beyond_verifier::Policy {
        match self.policy {
            PolicyName::Strict => beyond_verifier::Policy::Strict,
            PolicyName::Paper => beyond_verifier::Policy::Paper,
        }
    }
}
