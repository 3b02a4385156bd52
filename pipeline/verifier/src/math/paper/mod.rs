//! The grader released with arXiv 2504.13837 (LeapLabTHU/limit-of-RLVR, math/examples/math_eval; the same as
//! Qwen2.5-Math's evaluation), so that published numbers can be re-made.
//!
//! Everything up to the symbolic step is text and f64 and is followed bit for bit, mistakes included. The symbolic step
//! stands on sympy there and on our own parser in its dialect here ([`dialect`]): it cannot agree on all input, so
//! [`Decided::Symbolic`] says when it was reached. Where the study's worker would hang and be killed after 3 s, the
//! verdict is TimedOut, which its headline number counts as wrong.

mod dialect;
mod equal;
mod extract;
mod lexer;
mod strip;
mod symbolic;
mod units;
mod word_number;

use super::budget::Budget;
use crate::{Judgement, Options, Outcome};

pub use equal::Decided;
pub use strip::strip;

/// `extract_answer`: the answer cut out of a text and stripped once.
pub fn extract_answer(text: &str, skip_unit: bool) -> String {
    strip(&extract::extract(text), skip_unit)
}

/// The prediction of a completion: the released code strips it once more.
pub fn prediction(completion: &str, skip_unit: bool) -> String {
    strip(&extract_answer(completion, skip_unit), skip_unit)
}

/// Equality of two stripped answers, and the rule that decided; the outcome is Correct, Incorrect or TimedOut.
pub fn equal(pred: &str, gold: &str) -> (Outcome, Decided) {
    let budget = Budget::new(Options::default().budget);
    equal::math_equal(pred, gold, &budget)
}

/// Most characters looked at to remove units from one answer: all of an answer below 7 kB, whatever it holds.
const MAX_WORK: usize = 4_000_000;

/// Judges a completion. `gold` is the reference answer (for MATH and Minerva the study takes it from the last box of the
/// solution: pass the solution, which is recognised by its box).
///
/// A response without any of the code's markers, without line breaks and with few words is taken as a bare answer: the
/// code only ever sees completions, and would cut `x^2` down to its last number. Where the source takes all text after
/// "the answer is" and that is too long for us to strip, the verdict is Incorrect, as the source finds of nearly all
/// prose.
pub fn grade(gold: &str, response: &str) -> Judgement {
    let gold_text = if gold.contains("boxed") { extract::extract(gold) } else { outer_dollars(gold).to_owned() };
    if units::work(&gold_text) > MAX_WORK {
        return Judgement::new(Outcome::Unjudged, None, "paper: the gold answer is too long");
    }
    let gold = strip(&strip(&gold_text, false), false);
    let text = if extract::is_bare(response) { response.to_owned() } else { extract::extract(response) };
    let pred = if units::work(&text) > MAX_WORK { text } else { strip(&strip(&text, false), false) };
    let pred = as_choice(&gold, pred, response);
    let (outcome, decided) = equal(&pred, &gold);
    let outcome = if outcome == Outcome::Incorrect && pred.is_empty() { Outcome::Unparsed } else { outcome };
    Judgement::new(outcome, Some(&pred).filter(|p| !p.is_empty()).map(|p| shown(p)), format!("paper: {}", decided.as_str()))
}

/// A judgement quotes the head of a long answer.
fn shown(pred: &str) -> &str {
    &pred[..super::extract::char_floor(pred, 4096)]
}

fn outer_dollars(gold: &str) -> &str {
    let inner = gold.trim();
    inner.strip_prefix('$').and_then(|s| s.strip_suffix('$')).unwrap_or(inner)
}

const LETTERS: [&str; 5] = ["A", "B", "C", "D", "E"];

/// Gold letters: the prediction becomes a letter of the completion, or what it has of the letters A to E. The empty gold
/// passes as "all letters", which is why MATH500's `\text{east}` is solved by almost any completion.
fn as_choice(gold: &str, pred: String, completion: &str) -> String {
    let only_letters = |s: &str| s.chars().all(|c| ('A'..='E').contains(&c));
    if LETTERS.contains(&gold) && !LETTERS.contains(&pred.as_str()) {
        return extract::choice_of_completion(completion);
    }
    if only_letters(gold) && !only_letters(&pred) {
        return pred.chars().filter(|c| ('A'..='E').contains(c)).collect();
    }
    pred
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(gold: &str, completion: &str) -> Outcome {
        grade(gold, completion).outcome
    }

    #[test]
    fn east_is_solved_by_almost_anything() {
        for completion in ["\\boxed{west}", "\\boxed{12}", "I do not know", ""] {
            assert_eq!(outcome("\\text{east}", completion), Outcome::Correct, "{completion:?}");
        }
    }

    #[test]
    fn extraction_is_theirs() {
        assert_eq!(prediction("so it is 2/3", false), "3");
        assert_eq!(prediction("the \\boxed{\\frac12}.", false), "\\frac{1}{2}");
        assert_eq!(prediction("final answer is $7$. I hope", false), "7");
        assert_eq!(prediction("The answer is 12.", false), "12");
        assert_eq!(outcome("A", "The answer is (B), not A"), Outcome::Incorrect);
        assert_eq!(outcome("B", "The answer is (B), not A"), Outcome::Correct);
    }

    #[test]
    fn long_answers_are_judged_by_the_same_rules() {
        let prose = "and then we look at each of the other cases in turn ".repeat(200);
        assert!(prose.len() > 8000);
        // The source keeps the words of number of a sentence and nothing else.
        assert_eq!(outcome("3", &format!("The answer is three {prose}")), Outcome::Correct);
        assert_eq!(outcome("3", &format!("The answer is x {prose}")), Outcome::Incorrect);
        assert_eq!(outcome("5", &format!("\\boxed{{5\\text{{ {prose}}}}}")), Outcome::Correct);
        assert_eq!(outcome("7", &format!("\\boxed{{7.{}}}", "0".repeat(9000))), Outcome::Correct);
        assert_eq!(outcome("B", &format!("The answer is (B). {prose}")), Outcome::Correct);
        assert_eq!(outcome("\\text{east}", &prose.repeat(20)), Outcome::Correct, "the empty gold");
        let units = "a b c d e f g h cm ft by percent m km kg th rise day ".repeat(4000);
        assert_eq!(outcome("5", &format!("The answer is 5 {units}")), Outcome::Incorrect, "too long to strip");
    }

    /// Each bar, and each letter before a parenthesis, doubles the readings.
    #[test]
    fn readings_are_bounded() {
        for unit in ["|x|", "f(", "f(|", "x^", "{|"] {
            let answer = format!("\\boxed{{{}}}", unit.repeat(1000));
            assert!(!outcome("x^2+1", &answer).is_correct(), "{unit}");
        }
        assert_eq!(outcome("|x|+|y|", "\\boxed{|y|+|x|}"), Outcome::Correct);
    }

    #[test]
    fn towers_time_out() {
        assert_eq!(equal("10^{10}", "10^{10^{10^{10}}}").0, Outcome::TimedOut);
    }
}
