//! `beyond explain`.

use super::{print_json, print_line};
use crate::args::{Cli, ExplainArgs};
use crate::context::Context;
use anyhow::Result;
use std::process::ExitCode;

/// Prints why a step would run.
pub fn explain(cli: &Cli, args: &ExplainArgs) -> Result<ExitCode> {
    let context = Context::load(cli, &args.spec)?;
    let explanation = beyond_runner::explain::explain(&context.survey()?, &context.history()?, &args.step)?;
    if args.json { print_json(&explanation) } else { print_line(&explanation.to_string()) }
}
