//! `beyond claims`.

use super::{failed_if, print_json, print_line};
use crate::args::{ClaimsArgs, Cli};
use crate::context::Context;
use anyhow::Result;
use beyond_record::{Claim, Table};
use beyond_runner::graph::Step;
use beyond_stage::{table, user_error};
use std::process::ExitCode;

/// Prints the claims of a spec and what the data say of them.
pub fn claims(cli: &Cli, args: &ClaimsArgs) -> Result<ExitCode> {
    let context = Context::load(cli, &args.spec)?;
    let claims = stored(&context)?;
    if args.json {
        print_json(&claims)?;
    } else {
        print_line(&claims.iter().map(describe).collect::<Vec<_>>().join("\n\n"))?;
    }
    Ok(failed_if(args.check && claims.iter().any(|claim| claim.verdict == "refuted")))
}

fn stored(context: &Context) -> Result<Vec<Claim>> {
    let survey = context.survey()?;
    let makes_claims = |step: &Step| step.stage == Claim::NAME && step.params["claims"].as_array().is_some_and(|claims| !claims.is_empty());
    if !survey.resolver.graph.steps().iter().any(makes_claims) {
        return Err(user_error(format!("experiment {:?} makes no claims; add a `claims:` section to its spec", context.loaded.name)));
    }
    let output =
        survey.records().filter(|record| record.ingredients.stage == Claim::NAME).find_map(|record| record.outputs.get(Claim::NAME));
    let output = output.ok_or_else(|| user_error("the claims have not been judged yet; `beyond run` the spec first"))?;
    table::read_file(&context.store.content(output))
}

fn describe(claim: &Claim) -> String {
    let place = if claim.line > 0 { format!(" (line {})", claim.line) } else { String::new() };
    let needed = if claim.needed.is_empty() { String::new() } else { format!("\n  needed: {}", claim.needed) };
    format!("{:<13} {}{place}: {}\n  {}{needed}", claim.verdict.to_uppercase(), claim.claim, claim.statement, claim.evidence)
}
