//! `beyond check`.

use super::{failed_if, print_json, print_line};
use crate::args::{CheckArgs, Cli};
use crate::context::{Context, threads};
use crate::interrupt;
use anyhow::Result;
use beyond_runner::Survey;
use beyond_runner::check::{Finding, check as check_step};
use beyond_stage::{Progress, progress::Silent, user_error};
use serde_json::json;
use std::process::ExitCode;
use std::sync::Arc;

/// Re-executes pure stages and compares bytes. Exits with 1 when any differ.
pub fn check(cli: &Cli, args: &CheckArgs) -> Result<ExitCode> {
    let context = Context::load(cli, &args.spec)?;
    let survey = context.survey()?;
    let (threads, cancel) = (threads(args.threads), interrupt::flag()?);
    let silent: Progress = Arc::new(Silent);
    let mut found = Vec::new();
    for i in chosen(&survey, &args.steps)? {
        let finding = check_step(&survey, i, threads, &cancel, &silent)?;
        if !args.json {
            print_line(&format!("{:<9} {}{}", word(&finding), survey.id(i), detail(&finding)))?;
        }
        found.push((survey.id(i).to_string(), finding));
    }
    let wrong = found.iter().any(|(_, finding)| matches!(finding, Finding::Different { .. } | Finding::Failed { .. }));
    if args.json {
        print_json(&found.iter().map(|(step, finding)| json!({"step": step, "result": finding})).collect::<Vec<_>>())?;
    }
    Ok(failed_if(wrong))
}

/// Positions of the steps with these ids or stages.
fn chosen(survey: &Survey, names: &[String]) -> Result<Vec<usize>> {
    let steps = survey.resolver.graph.steps();
    for name in names {
        if !steps.iter().any(|step| step.id == *name || step.stage == *name) {
            return Err(user_error(format!("there is no step and no stage {name:?} in this spec; `beyond plan` lists the steps")));
        }
    }
    let wanted = |i: &usize| names.is_empty() || names.iter().any(|name| steps[*i].id == *name || steps[*i].stage == *name);
    Ok((0..steps.len()).filter(wanted).collect())
}

fn word(finding: &Finding) -> &'static str {
    match finding {
        Finding::Same => "same",
        Finding::Different { .. } => "DIFFERENT",
        Finding::Skipped { .. } => "skipped",
        Finding::Failed { .. } => "FAILED",
    }
}

fn detail(finding: &Finding) -> String {
    match finding {
        Finding::Same => String::new(),
        Finding::Different { outputs } => format!(": {}", outputs.join(", ")),
        Finding::Skipped { reason: text } | Finding::Failed { error: text } => format!(": {text}"),
    }
}
