//! Mathematics: extract -> normalise -> parse the whole string -> compare by type -> verdict with a reason.

mod answer;
mod boxed;
mod budget;
mod clause;
mod command;
mod compare;
mod constant;
mod elementary;
mod eval;
mod explain;
mod extract;
mod field;
mod float;
mod interval;
mod list;
mod matrix;
mod modular;
mod normalise;
mod number;
pub mod paper;
mod parse;
mod point;
mod prose;
mod reading;
mod relation;
mod scalar;
mod set;
mod text;
mod token;
mod tree;
mod unicode;
mod unit;
mod verdict;
mod words;

use crate::{Judgement, Options, Outcome, Policy};
use answer::Answer;
use budget::Budget;
use verdict::{Judge, Verdict};

pub use explain::explain_math;

/// Judges a completion (or a bare answer) against a gold answer under a policy's defaults.
///
/// `gold` is an answer, or a whole solution whose answer is found like that of a completion. Deterministic, bounded by
/// sizes and a step budget, and free of panics on any input.
pub fn grade_math(gold: &str, response: &str, policy: Policy) -> Judgement {
    grade_math_with(gold, response, &Options::of(policy))
}

/// Judges under explicit options; see [`grade_math`].
pub fn grade_math_with(gold: &str, response: &str, options: &Options) -> Judgement {
    if options.policy == Policy::Paper {
        return paper::grade(gold, response);
    }
    let Some(gold) = answer::of_gold(gold) else {
        return Judgement::new(Outcome::Unjudged, None, "the gold answer is empty");
    };
    let Some(answer) = answer::of_response(response, options) else {
        return Judgement::nothing("no answer found");
    };
    let budget = Budget::new(options.budget);
    judge_answers(&gold, &answer, options, &budget)
}

/// Steps that a judgement takes of its budget; for tests of the bound.
pub fn steps_of_math(gold: &str, response: &str, options: &Options) -> u64 {
    let budget = Budget::new(options.budget);
    if let (Some(gold), Some(answer)) = (answer::of_gold(gold), answer::of_response(response, options)) {
        judge_answers(&gold, &answer, options, &budget);
    }
    budget.spent()
}

fn judge_answers(gold: &Answer, answer: &Answer, options: &Options, budget: &Budget) -> Judgement {
    let shown = Some(answer.shown.as_str());
    if gold.too_long {
        return Judgement::new(Outcome::Unjudged, shown, "the gold answer is longer than 4096 bytes");
    }
    if answer.too_long {
        return Judgement::new(Outcome::Unparsed, shown, "longer than 4096 bytes");
    }
    if gold.key() == answer.key() {
        return Judgement::new(Outcome::Correct, shown, "identical");
    }
    if let Some(judgement) = by_letter(gold, answer) {
        return judgement;
    }
    let tolerance = match options.tolerance.as_slice() {
        [one] => Some(*one),
        _ => None,
    };
    let judge = Judge { options, budget, tolerance, depth: 0 };
    let verdict = reading::best_reading(gold, answer, &judge);
    let (outcome, reason) = match verdict {
        Verdict::Equal(why) => (Outcome::Correct, why),
        Verdict::Exhausted => (Outcome::TimedOut, "the step budget is used up".to_owned()),
        Verdict::Different(why) if answer.is_unread() => (Outcome::Unparsed, why),
        Verdict::Different(why) => (Outcome::Incorrect, why),
        Verdict::Unknown(why) => (Outcome::Unjudged, why),
    };
    Judgement::new(outcome, shown, reason)
}

/// A gold letter against `(D) 10`, and a gold `(D) 10` against either part.
fn by_letter(gold: &Answer, answer: &Answer) -> Option<Judgement> {
    let shown = answer.shown.as_str();
    match (gold.letter(), answer.labelled(), gold.labelled()) {
        (Some(wanted), Some((found, _)), _) => {
            let reason = format!("chose {found}, gold {wanted}");
            Some(Judgement::decided(found == wanted, shown, reason))
        }
        (None, Some((found, _)), Some((wanted, _))) => {
            let reason = format!("chose {found}, gold {wanted}");
            Some(Judgement::decided(found == wanted, shown, reason))
        }
        (_, None, Some((wanted, _))) if answer.letter().is_some() => {
            let found = answer.letter().unwrap_or(' ');
            Some(Judgement::decided(found == wanted, shown, format!("chose {found}, gold {wanted}")))
        }
        // A choice in lower case.
        (Some(wanted @ 'A'..='E'), None, None) => {
            let same = answer.key().trim_matches(['(', ')']) == wanted.to_ascii_lowercase().to_string();
            same.then(|| Judgement::decided(true, shown, format!("chose {wanted}")))
        }
        _ => None,
    }
}

/// The text of the answer that would be judged.
pub(crate) fn answer_text(response: &str) -> Option<&str> {
    answer_texts(response).first().copied()
}

/// The texts that could be the answer, best first.
pub(crate) fn answer_texts(response: &str) -> Vec<&str> {
    let groups = extract::extract(response).choices;
    let span = |g: &Vec<extract::Candidate>| response.get(g.first()?.start..g.last()?.end);
    groups.iter().filter_map(span).collect()
}

/// The value of a closed real expression as a float, for rules that round.
pub(crate) fn approximate_value(text: &str) -> Option<f64> {
    let node = parse::parse(&normalise::normalise(text).text, token::Reading::USUAL).ok()?;
    let budget = Budget::new(Options::default().budget);
    let cx = interval::Cx { prec: 128, budget: &budget };
    eval::Eval::closed(cx).node(&node).ok()?.approx()
}
