//! The same judgement as text for a reader: candidates, rewrites, trees, comparison.

use super::{answer, extract};
use crate::{Options, Policy};
use std::fmt::Write;

/// What [`super::grade_math_with`] does, step by step.
pub fn explain_math(gold: &str, response: &str, options: &Options) -> String {
    let mut out = String::new();
    let judged = super::grade_math_with(gold, response, options);
    if options.policy == Policy::Strict {
        describe(&mut out, gold, response, options);
    }
    let _ = writeln!(out, "verdict: {} ({})", judged.outcome.as_str(), judged.reason);
    out
}

fn describe(out: &mut String, gold: &str, response: &str, options: &Options) {
    for candidate in extract::all_candidates(response) {
        let text: String = candidate.of(response).chars().take(80).collect();
        let _ = writeln!(out, "candidate {}..{} {:?}: {text:?}", candidate.start, candidate.end, candidate.rule);
    }
    side(out, "gold", answer::of_gold(gold));
    side(out, "answer", answer::of_response(response, options));
}

fn side(out: &mut String, name: &str, answer: Option<answer::Answer>) {
    let Some(answer) = answer else {
        let _ = writeln!(out, "{name}: none");
        return;
    };
    let normal = answer.normal();
    let _ = writeln!(out, "{name}: {:?} by {:?}", answer.shown, answer.rule);
    if !normal.log.is_empty() {
        let _ = writeln!(out, "{name} normalised to {:?}: {}", normal.text, normal.log.join(", "));
    }
    match answer.node() {
        Ok(node) => {
            let _ = writeln!(out, "{name} is a {}: {node:?}", node.kind());
        }
        Err(stop) => {
            let _ = writeln!(out, "{name} stopped at byte {}: expected {}", stop.at, stop.why);
        }
    }
}
