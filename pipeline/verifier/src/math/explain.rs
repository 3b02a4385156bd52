//! The same judgement as text for a reader: candidates, rewrites, trees, comparison.

use super::{answer, extract, tree::Node};
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
            let _ = writeln!(out, "{name} is of kind {}: {}", node.kind(), sketch(node));
        }
        Err(stop) => {
            let _ = writeln!(out, "{name} stopped at byte {}: expected {}", stop.at, stop.why);
        }
    }
}

/// The tree for a reader: the name of each node and its parts, `Div(3, Pow(x, 2))`.
fn sketch(node: &Node) -> String {
    let unit = |u: &super::unit::Unit| {
        u.dims.iter().map(|(base, n)| if *n == 1 { base.clone() } else { format!("{base}^{n}") }).collect::<Vec<_>>()
    };
    match node {
        Node::Num(n) => n.value.to_string(),
        Node::Sym(name) => name.clone(),
        Node::Text(text) => format!("{text:?}"),
        Node::Base(digits, base) => format!("{digits} in base {base}"),
        Node::Quantity(value, u) => format!("Quantity({}, {})", sketch(value), unit(u).join(" ")),
        other => {
            let debug = format!("{other:?}");
            let name = debug.split([' ', '{']).next().unwrap_or("");
            let parts: Vec<String> = other.children().into_iter().map(sketch).collect();
            if parts.is_empty() {
                return name.to_owned();
            }
            // What stands before the parts, such as the function or the kind of set operation.
            let head = name.split('(').next().unwrap_or("");
            let inner = name.get(head.len() + 1..).map(|rest| rest.trim_end_matches([',', '('])).unwrap_or("");
            let named = matches!(other, Node::Func(..) | Node::SetOp(..) | Node::Apply(..) | Node::Big(..) | Node::Indexed(..));
            format!("{}({})", if named { inner.trim_matches('"') } else { head }, parts.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trees_are_short() {
        let shown = |pred: &str| explain_math("5", pred, &Options::default());
        for (pred, tree) in [
            ("\\frac{3}{4}", "answer is of kind expression: Div(3, 4)"),
            ("\\sin(x^2)", "Sin(Pow(x, 2))"),
            ("(0,1)\\cup[2,3]", "Union("),
            ("5\\text{ cm}", "Quantity(5, m)"),
            ("52_8", "52 in base 8"),
        ] {
            assert!(shown(pred).contains(tree), "{}", shown(pred));
        }
    }
}
