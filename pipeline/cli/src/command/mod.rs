//! One command, one file.

mod check;
mod claims;
mod explain;
mod flips;
mod gc;
mod grade;
mod graph;
mod logprobs;
mod plan;
mod plan_samples;
mod query;
mod review;
mod run;
mod sample;
mod why;

use crate::args::{Cli, Command};
use anyhow::Result;
use serde::Serialize;
use std::process::ExitCode;

/// Runs a command.
pub fn dispatch(cli: &Cli) -> Result<ExitCode> {
    match &cli.command {
        Command::Run(args) => run::run(cli, args),
        Command::Plan(args) => plan::plan(cli, args),
        Command::Explain(args) => explain::explain(cli, args),
        Command::Graph(args) => graph::graph(cli, args),
        Command::Query(args) => query::query(cli, args),
        Command::Gc(args) => gc::gc(cli, args),
        Command::Check(args) => check::check(cli, args),
        Command::Claims(args) => claims::claims(cli, args),
        Command::Why(args) => why::why(cli, args),
        Command::Flips(args) => flips::flips(cli, args),
        Command::Schema => print_json(&beyond_experiment::schema()),
        Command::Logprobs(args) => logprobs::logprobs(args),
        Command::Sample(args) => sample::sample(args),
        Command::Grade(args) => grade::grade(args),
        Command::PlanSamples(args) => plan_samples::plan_samples(args),
        Command::Review(args) => review::review(cli, args),
    }
}

/// Prints a value as JSON on standard output.
fn print_json(value: &impl Serialize) -> Result<ExitCode> {
    print_line(&serde_json::to_string_pretty(value)?)
}

/// Prints text on standard output; a reader that went away (`| head`) is not a failure.
fn print_line(text: &str) -> Result<ExitCode> {
    use std::io::{ErrorKind, Write};
    match writeln!(std::io::stdout(), "{text}") {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(ExitCode::SUCCESS),
    }
}

/// A checkpoint that cannot be read, or a request that it cannot answer, is the user's to mend.
fn users(error: anyhow::Error) -> anyhow::Error {
    beyond_stage::user_error(format!("{error:#}"))
}

/// 1 when something is wrong, else 0.
fn failed_if(wrong: bool) -> ExitCode {
    ExitCode::from(u8::from(wrong))
}
