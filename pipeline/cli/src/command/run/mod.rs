//! `beyond run`.

mod samples;

use super::{print_json, print_line};
use crate::args::{Cli, RunArgs};
use crate::context::{Context, threads};
use crate::export::{Exported, SUMMARY, export};
use crate::flips::Judged;
use crate::interrupt;
use crate::progress::Board;
use anyhow::Result;
use beyond_runner::clock::human;
use beyond_runner::{Options, Plan, State, Status, Summary, Survey};
use samples::Samples;
use serde_json::{Value, json};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Lines of the report's summary that are printed; the file has all.
const SUMMARY_LINES: usize = 24;

/// Makes what is missing, exports the report and says how it ended.
pub fn run(cli: &Cli, args: &RunArgs) -> Result<ExitCode> {
    let start = Instant::now();
    let context = Context::load(cli, &args.spec)?;
    let survey = context.survey()?;
    let summary = match all_there(&survey) {
        Some(summary) => summary,
        None => make(&context, &survey, args)?,
    };
    let exported = exported(&context, &summary)?;
    let judged = Judged::anew(&context, &summary)?;
    let samples = Samples::count(&summary);
    let code = summary.exit_code();
    if args.json {
        print_json(&to_json(&context, &summary, &samples, &judged, exported.as_ref(), start.elapsed()))?;
    } else {
        print_line(&to_text(&context, &summary, &samples, &judged, exported.as_ref(), start.elapsed()))?;
    }
    Ok(ExitCode::from(code))
}

/// The summary of a run that has nothing to do; None when it has.
fn all_there(survey: &Survey) -> Option<Summary> {
    let state = |(i, status): (usize, &Status)| Some((survey.id(i).to_string(), State::Hit(Arc::new(status.record()?.clone()))));
    let steps = survey.statuses.iter().enumerate().map(state).collect::<Option<Vec<_>>>()?;
    Some(Summary { steps })
}

fn make(context: &Context, survey: &Survey, args: &RunArgs) -> Result<Summary> {
    let threads = threads(args.threads);
    let plan = Plan::new(survey, &context.history()?, threads)?;
    let board = Board::new(plan.steps, threads);
    let options = Options { threads, lock_timeout: args.lock_timeout.map(Duration::from_secs), cancel: interrupt::flag()? };
    beyond_runner::run(&context.loaded.graph, &context.registry, &context.store, &options, &board)
}

fn exported(context: &Context, summary: &Summary) -> Result<Option<Exported>> {
    let step = context.loaded.report.as_deref();
    let Some(record) = step.and_then(|step| summary.state(step)).and_then(State::record) else { return Ok(None) };
    export(&context.store, record, &context.loaded.root.join("reports"), &context.loaded.name)
}

fn to_text(
    context: &Context,
    summary: &Summary,
    samples: &Samples,
    judged: &Judged,
    exported: Option<&Exported>,
    took: Duration,
) -> String {
    let counts = ["done", "reused", "hit", "failed", "blocked", "stopped"].map(|word| (word, summary.in_state(word).len()));
    let counts: Vec<String> = counts.iter().filter(|(_, n)| *n > 0).map(|(word, n)| format!("{n} {word}")).collect();
    let mut lines = vec![format!("{}: {} in {}", context.loaded.name, counts.join(", "), human(took.as_secs_f64()))];
    lines.extend(summary.steps.iter().filter_map(|(step, state)| trouble(step, state)));
    lines.extend(samples.to_lines());
    lines.extend(judged.lines());
    lines.extend(judged.table.as_ref().map(|table| format!("flip table: {}", shown(table))));
    lines.extend(exported.map(report_lines).unwrap_or_default());
    if summary.exit_code() == 130 {
        lines.push(format!("stopped; what is done is kept. To go on: {}", command_line(std::env::args())));
    }
    lines.join("\n")
}

/// Where the report is, and the first lines of its summary.
fn report_lines(exported: &Exported) -> Vec<String> {
    let mut lines = vec![format!("report: {}", shown(&exported.page))];
    let summary: Vec<&str> = exported.summary.trim_end().lines().collect();
    lines.extend(summary.iter().take(SUMMARY_LINES).map(|line| line.to_string()));
    if summary.len() > SUMMARY_LINES {
        let file = exported.page.with_file_name(SUMMARY);
        lines.push(format!("  ... {} more lines in {}", summary.len() - SUMMARY_LINES, shown(&file)));
    }
    lines
}

/// The command as one types it again.
fn command_line(arguments: impl Iterator<Item = String>) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=,:@+%".contains(c);
    let quoted =
        |word: String| if !word.is_empty() && word.chars().all(plain) { word } else { format!("'{}'", word.replace('\'', "'\\''")) };
    std::iter::once("beyond".to_string()).chain(arguments.skip(1).map(quoted)).collect::<Vec<_>>().join(" ")
}

/// A path as one types it: relative when it lies below the current folder.
fn shown(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(&here).unwrap_or(path).display().to_string()
}

fn trouble(step: &str, state: &State) -> Option<String> {
    match state {
        State::Failed(error) => Some(format!("  failed   {step}: {error:#}")),
        State::Blocked { by } => Some(format!("  blocked  {step}: reads what {by} should have made")),
        _ => None,
    }
}

fn to_json(context: &Context, summary: &Summary, samples: &Samples, judged: &Judged, exported: Option<&Exported>, took: Duration) -> Value {
    json!({
        "experiment": context.loaded.name,
        "exit_code": summary.exit_code(),
        "seconds": took.as_secs_f64(),
        "samples_drawn": samples.total().0,
        "samples_reused": samples.total().1,
        "samples": samples.to_json(),
        "judged_anew": judged.changes,
        "flip_table": judged.table.as_ref().map(|table| table.display().to_string()),
        "report": exported.map(|exported| exported.page.display().to_string()),
        "steps": summary.steps.iter().map(|(step, state)| step_json(step, state)).collect::<Vec<_>>(),
    })
}

fn step_json(step: &str, state: &State) -> Value {
    let error = if let State::Failed(error) = state { Some(format!("{error:#}")) } else { None };
    let record = state.record();
    json!({
        "step": step,
        "state": state.word(),
        "key": record.map(|record| record.key),
        "outputs": record.map(|record| &record.outputs),
        "measures": record.map(|record| &record.measures),
        "error": error,
    })
}

#[cfg(test)]
mod tests {
    use super::command_line;

    #[test]
    fn the_command_to_go_on_can_be_pasted() {
        let words = ["/usr/bin/beyond", "run", "my spec.yaml", "-j", "2", "it's"].map(String::from);
        assert_eq!(command_line(words.into_iter()), r"beyond run 'my spec.yaml' -j 2 'it'\''s'");
    }
}
