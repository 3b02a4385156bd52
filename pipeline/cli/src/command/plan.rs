//! `beyond plan`.

use super::{failed_if, print_json, print_line};
use crate::args::{Cli, PlanArgs};
use crate::context::{Context, threads};
use anyhow::Result;
use beyond_runner::Plan;
use std::process::ExitCode;

/// Prints what a run would do.
pub fn plan(cli: &Cli, args: &PlanArgs) -> Result<ExitCode> {
    let context = Context::load(cli, &args.spec)?;
    let plan = Plan::new(&context.survey()?, &context.history()?, threads(args.threads))?;
    if args.json {
        print_json(&plan)?
    } else {
        print_line(&plan.to_string())?
    };
    Ok(failed_if(args.check && plan.would_run()))
}
