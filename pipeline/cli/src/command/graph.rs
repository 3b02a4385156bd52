//! `beyond graph`.

use super::{print_json, print_line};
use crate::args::{Cli, GraphArgs, GraphFormat};
use crate::context::Context;
use anyhow::Result;
use beyond_runner::Survey;
use serde_json::{Value, json};
use std::process::ExitCode;

/// State, fill colour, line colour.
const COLOURS: &[(&str, &str, &str)] =
    &[("hit", "#dff0d8", "#3c763d"), ("run", "#fcf3cf", "#b7950b"), ("unknown", "#eeeeee", "#777777"), ("blocked", "#f5d5d5", "#a94442")];

/// Prints the graph of a spec, coloured by state.
pub fn graph(cli: &Cli, args: &GraphArgs) -> Result<ExitCode> {
    let context = Context::load(cli, &args.spec)?;
    let survey = context.survey()?;
    match args.format {
        GraphFormat::Mermaid => print_line(&mermaid(&survey)),
        GraphFormat::Dot => print_line(&dot(&survey)),
        GraphFormat::Json => print_json(&to_json(&survey)),
    }
}

/// (from, to) positions of all edges.
fn edges<'s>(survey: &'s Survey) -> impl Iterator<Item = (usize, usize)> + use<'s> {
    let graph = survey.resolver.graph;
    (0..survey.statuses.len()).flat_map(move |to| graph.parents(to).into_iter().map(move |from| (from, to)))
}

fn mermaid(survey: &Survey) -> String {
    let mut lines = vec!["graph LR".to_string()];
    for (i, status) in survey.statuses.iter().enumerate() {
        lines.push(format!("  s{i}[\"{}\"]:::{}", survey.id(i).replace('"', "#quot;"), status.word()));
    }
    lines.extend(edges(survey).map(|(from, to)| format!("  s{from} --> s{to}")));
    lines.extend(COLOURS.iter().map(|(state, fill, line)| format!("  classDef {state} fill:{fill},stroke:{line},color:#222222")));
    lines.join("\n")
}

fn dot(survey: &Survey) -> String {
    let mut lines =
        vec!["digraph beyond {".to_string(), "  rankdir=LR; node [shape=box, style=filled, fontname=\"sans-serif\"];".to_string()];
    for (i, status) in survey.statuses.iter().enumerate() {
        let (_, fill, line) = COLOURS.iter().find(|(state, ..)| *state == status.word()).expect("every state has a colour");
        let label = survey.id(i).replace('\\', "\\\\").replace('"', "\\\"");
        lines.push(format!("  s{i} [label=\"{label}\", fillcolor=\"{fill}\", color=\"{line}\"];"));
    }
    lines.extend(edges(survey).map(|(from, to)| format!("  s{from} -> s{to};")));
    lines.push("}".to_string());
    lines.join("\n")
}

fn to_json(survey: &Survey) -> Value {
    let step = |(i, status): (usize, &beyond_runner::Status)| {
        let step = &survey.resolver.graph.steps()[i];
        json!({"step": step.id, "stage": step.stage, "status": status.word(), "place": step.origin.describe("")})
    };
    json!({
        "steps": survey.statuses.iter().enumerate().map(step).collect::<Vec<_>>(),
        "edges": edges(survey).map(|(from, to)| [survey.id(from), survey.id(to)]).collect::<Vec<_>>(),
    })
}
