//! Mathematics: a gold answer and a completion, or a bare answer.

use super::{Graded, in_parallel, rows};
use crate::args::GradeArgs;
use crate::command::print_line;
use anyhow::Result;
use beyond_verifier::{Options, explain_math, grade_math};
use serde::Deserialize;
use std::process::ExitCode;

const EXPECTED: &str = "{\"gold\": \"...\", \"pred\": \"...\"}";

#[derive(Deserialize)]
struct Pair {
    gold: String,
    pred: String,
}

pub fn grade(args: &GradeArgs) -> Result<Vec<Graded>> {
    let pairs: Vec<Pair> = rows(args, EXPECTED)?;
    Ok(in_parallel(args, &pairs, |pair| grade_math(&pair.gold, &pair.pred, args.policy()).into()))
}

/// Prints what the grader does with every pair, step by step.
pub fn explain(args: &GradeArgs) -> Result<ExitCode> {
    let pairs: Vec<Pair> = rows(args, EXPECTED)?;
    let traces: Vec<String> = pairs.iter().map(|pair| explain_math(&pair.gold, &pair.pred, &Options::of(args.policy()))).collect();
    print_line(&traces.join("\n\n"))
}
