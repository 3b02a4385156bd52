//! `beyond run`.

use super::{print_json, print_line};
use crate::args::{Cli, RunArgs};
use crate::context::{Context, threads};
use crate::export::{Exported, export};
use crate::interrupt;
use crate::progress::Board;
use anyhow::Result;
use beyond_runner::clock::human;
use beyond_runner::{Options, Plan, State, Status, Summary, Survey};
use serde_json::{Value, json};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

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
    let samples = Samples::count(&summary);
    let code = summary.exit_code();
    if args.json {
        print_json(&to_json(&context, &summary, &samples, exported.as_ref(), start.elapsed()))?;
    } else {
        print_line(&to_text(&context, args, &summary, &samples, exported.as_ref(), start.elapsed()))?;
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
    let expected = plan.steps.into_iter().filter(|step| step.status != "hit").map(|step| (step.step, step.seconds)).collect();
    let board = Board::new(survey.statuses.len(), threads, expected);
    let options = Options { threads, lock_timeout: args.lock_timeout.map(Duration::from_secs), cancel: interrupt::flag()? };
    beyond_runner::run(&context.loaded.graph, &context.registry, &context.store, &options, &board)
}

fn exported(context: &Context, summary: &Summary) -> Result<Option<Exported>> {
    let step = context.loaded.report.as_deref();
    let Some(record) = step.and_then(|step| summary.state(step)).and_then(State::record) else { return Ok(None) };
    export(&context.store, record, &context.loaded.root.join("reports"), &context.loaded.name)
}

/// Samples drawn by this run and re-used from earlier ones.
struct Samples {
    drawn: f64,
    reused: f64,
}

impl Samples {
    /// A step that was there re-uses all its samples.
    fn count(summary: &Summary) -> Self {
        let mut samples = Samples { drawn: 0.0, reused: 0.0 };
        for (_, state) in &summary.steps {
            let Some(record) = state.record() else { continue };
            let measure = |name: &str| record.measures.get(name).copied().unwrap_or(0.0);
            let (drawn, reused) = (measure("samples_drawn"), measure("samples_reused"));
            let fresh = if matches!(state, State::Done(_)) { drawn } else { 0.0 };
            samples.drawn += fresh;
            samples.reused += drawn + reused - fresh;
        }
        samples
    }
}

fn to_text(context: &Context, args: &RunArgs, summary: &Summary, samples: &Samples, exported: Option<&Exported>, took: Duration) -> String {
    let counts = ["done", "reused", "hit", "failed", "blocked", "stopped"].map(|word| (word, summary.in_state(word).len()));
    let counts: Vec<String> = counts.iter().filter(|(_, n)| *n > 0).map(|(word, n)| format!("{n} {word}")).collect();
    let mut lines = vec![format!("{}: {} in {}", context.loaded.name, counts.join(", "), human(took.as_secs_f64()))];
    lines.extend(summary.steps.iter().filter_map(|(step, state)| trouble(step, state)));
    if samples.drawn + samples.reused > 0.0 {
        lines.push(format!("samples: {} drawn, {} re-used", samples.drawn, samples.reused));
    }
    if let Some(Exported { page, summary }) = exported {
        lines.push(format!("report: {}", shown(page)));
        lines.extend((!summary.trim().is_empty()).then(|| summary.trim_end().to_string()));
    }
    if summary.exit_code() == 130 {
        let preset = args.spec.preset.as_ref().map_or_else(String::new, |preset| format!(" --preset {preset}"));
        lines.push(format!("stopped; what is done is kept. To go on: beyond run {}{preset}", args.spec.spec.display()));
    }
    lines.join("\n")
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

fn to_json(context: &Context, summary: &Summary, samples: &Samples, exported: Option<&Exported>, took: Duration) -> Value {
    json!({
        "experiment": context.loaded.name,
        "exit_code": summary.exit_code(),
        "seconds": took.as_secs_f64(),
        "samples_drawn": samples.drawn,
        "samples_reused": samples.reused,
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
