//! `beyond flips`.

use super::{print_json, print_line};
use crate::args::{Cli, FlipsArgs};
use crate::context::Context;
use crate::flips::{self, Change};
use anyhow::Result;
use beyond_runner::Record;
use beyond_stage::user_error;
use std::process::ExitCode;

/// Prints which verdicts of a spec changed since their judge was another one, and which numbers moved.
pub fn flips(cli: &Cli, args: &FlipsArgs) -> Result<ExitCode> {
    let context = Context::load(cli, &args.spec)?;
    let changes = changes(&context, args)?;
    if args.json {
        return print_json(&changes);
    }
    match (changes.is_empty(), args.csv) {
        (_, true) => print_line(&flips::csv(&changes)),
        (true, _) => print_line("the store holds no earlier verdicts on these texts: nothing to compare"),
        _ => print_line(&flips::describe(&changes)),
    }
}

fn changes(context: &Context, args: &FlipsArgs) -> Result<Vec<Change>> {
    let (survey, history) = (context.survey()?, context.history()?);
    let wanted = |record: &&Record| args.only.as_ref().is_none_or(|text| record.step.contains(text.as_str()));
    let verified: Vec<&Record> = survey.records().filter(|record| flips::has_verdicts(record)).filter(wanted).collect();
    if verified.is_empty() {
        return Err(user_error("nothing has been verified yet; `beyond run` the spec first"));
    }
    verified.into_iter().filter_map(|record| Change::of(&context.store, &history, record).transpose()).collect()
}
