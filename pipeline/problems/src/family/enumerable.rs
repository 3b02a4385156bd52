//! `enumerable`: a task so small that every correct answer can be listed, so a model's true success rate is a sum.
//!
//! Prompt `e:24,7,3>`: write an expression of three digits 1..=9 with `+ - *`, applied from left to right, that uses 7 and 3
//! and one more digit, and equals 24. `7*3+3` is right. At level 4 three digits are given and four are written.
//!
//! Why this design:
//! * At most 9 x 4! x 27 strings fit a prompt: [`Family::correct_strings`] lists the right ones, and the probability
//!   that a model answers correctly is the sum of their probabilities, end token included. No sampling noise: a rate
//!   of 1e-6 can be told from 0, which is what "beyond the base" is about.
//! * A problem has at most eight right strings, so that the sum is cheap and search is not too easy.
//! * No whole response of the corpus, right or wrong, solves a problem of another fold: an expression is used only if
//!   *every* prompt that it would solve is in the corpus fold.
//! * Skills are operator pairs: `*` with `-` never occurs in a document, `*` twice rarely.

use super::{Document, Draft, Exposure, Family, Judgement, Steps, Wanted};
use crate::text::join;
use crate::{Fold, Rng, fold};
use anyhow::{Context, Result, ensure};
use beyond_record::Problem;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::ops::RangeInclusive;

/// Parameters of the family; the defaults are the design.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// Targets are 0..=target_max.
    pub target_max: i64,
    /// Most right strings of a problem.
    pub strings_max: usize,
    /// Corpus weights of 3 and 4 digits.
    pub length_weights: [f64; 2],
    /// Share of corpus draws with `*` twice that is kept.
    pub rare_keep: f64,
    /// Share of documents that write the largest digit first.
    pub sorted: f64,
    /// Share of wrong documents.
    pub wrong: f64,
}

impl Default for Params {
    fn default() -> Self {
        Params { target_max: 199, strings_max: 8, length_weights: [0.5, 0.5], rare_keep: 0.1, sorted: 0.4, wrong: 0.25 }
    }
}

/// What the judge needs; the digits are ascending.
#[derive(Serialize, Deserialize)]
struct Gold {
    target: i64,
    digits: Vec<i64>,
}

/// Digits joined by operators, applied from left to right.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Expression {
    digits: Vec<i64>,
    ops: Vec<char>,
}

impl Expression {
    fn parse(text: &str) -> Option<Expression> {
        let digit = |c: char| c.to_digit(10).filter(|d| *d > 0).map(i64::from);
        let mut chars = text.chars();
        let mut read = Expression { digits: vec![digit(chars.next()?)?], ops: Vec::new() };
        while let Some(op) = chars.next() {
            read.ops.push(Some(op).filter(|op| "+-*".contains(*op))?);
            read.digits.push(digit(chars.next()?)?);
        }
        (read.digits.len() <= 4).then_some(read)
    }

    fn value(&self) -> i64 {
        let step = |value: i64, (op, digit): (&char, &i64)| match op {
            '+' => value + digit,
            '-' => value - digit,
            _ => value * digit,
        };
        self.ops.iter().zip(&self.digits[1..]).fold(self.digits[0], step)
    }

    fn exposure(&self) -> Exposure {
        let count = |op| self.ops.iter().filter(|o| **o == op).count();
        match (count('*'), count('-')) {
            (0, _) | (1, 0) => Exposure::Common,
            (_, 0) => Exposure::Rare,
            _ => Exposure::None,
        }
    }

    fn text(&self) -> String {
        let tail = self.ops.iter().zip(&self.digits[1..]).map(|(op, digit)| format!("{op}{digit}"));
        tail.fold(self.digits[0].to_string(), |text, part| text + &part)
    }

    /// The digits that remain when each one in turn is the free one; ascending.
    fn givens(&self) -> impl Iterator<Item = Vec<i64>> {
        (0..self.digits.len()).map(|free| {
            let mut given = self.digits.clone();
            given.remove(free);
            given.sort_unstable();
            given
        })
    }

    /// Every prompt that this expression solves.
    fn prompts(&self) -> impl Iterator<Item = String> {
        self.givens().map(|given| prompt(self.value(), &given))
    }
}

/// Digits of a prompt are shown in descending order.
fn prompt(target: i64, given: &[i64]) -> String {
    let shown: Vec<i64> = given.iter().rev().copied().collect();
    format!("e:{target},{}>", join(&shown))
}

/// Every way to write the given digits and a free one in any order with any operators, repeated digits as often as
/// they can be arranged: the sample space of the control.
fn arrangements(given: &[i64]) -> Vec<Expression> {
    let mut all = Vec::new();
    for free in 1..=9 {
        let digits: Vec<i64> = given.iter().copied().chain([free]).collect();
        for order in orders(digits) {
            for code in 0..3usize.pow(given.len() as u32) {
                let ops = (0..given.len()).map(|i| ['+', '-', '*'][code / 3usize.pow(i as u32) % 3]).collect();
                all.push(Expression { digits: order.clone(), ops });
            }
        }
    }
    all
}

/// All n! orders.
fn orders(digits: Vec<i64>) -> Vec<Vec<i64>> {
    if digits.len() < 2 {
        return vec![digits];
    }
    let first = |i: usize| {
        let mut rest = digits.clone();
        let head = rest.remove(i);
        orders(rest).into_iter().map(move |tail| [vec![head], tail].concat())
    };
    (0..digits.len()).flat_map(first).collect()
}

/// The right expressions, in order.
fn right(gold: &Gold) -> BTreeSet<Expression> {
    arrangements(&gold.digits).into_iter().filter(|expression| expression.value() == gold.target).collect()
}

fn gold(problem: &Problem) -> Option<Gold> {
    serde_json::from_str(&problem.gold).ok().filter(|gold: &Gold| (2..=3).contains(&gold.digits.len()))
}

struct Enumerable {
    params: Params,
}

/// The family with these parameters. Errs on parameters outside their ranges.
pub fn build(params: Params) -> Result<Box<dyn Family>> {
    ensure!((9..=999).contains(&params.target_max), "enumerable: target_max must be in 9..=999");
    ensure!(params.strings_max > 0, "enumerable: strings_max must be at least 1");
    Ok(Box::new(Enumerable { params }))
}

impl Enumerable {
    fn expression(&self, rng: &mut Rng, length: usize, sorted: bool) -> Expression {
        let mut digits: Vec<i64> = (0..length).map(|_| rng.range(1, 9)).collect();
        if sorted {
            digits.sort_unstable_by(|a, b| b.cmp(a));
        }
        Expression { digits, ops: (1..length).map(|_| rng.pick(&['+', '-', '*'])).collect() }
    }

    /// The draft of a prompt that `solution` solves, whatever else does.
    fn draft_of(&self, given: Vec<i64>, solution: &Expression) -> Draft {
        let gold = Gold { target: solution.value(), digits: given };
        Draft {
            prompt: prompt(gold.target, &gold.digits),
            visible: prompt(gold.target, &gold.digits),
            gold: serde_json::json!(gold).to_string(),
            picture: None,
            solution: solution.text(),
            level: gold.digits.len() as u32 + 1,
            exposure: solution.exposure(),
        }
    }

    /// The draft of a problem; None when it has no right string or too many.
    fn problem(&self, gold: Gold) -> Option<Draft> {
        let right = right(&gold);
        let solution = right.iter().min_by_key(|expression| expression.exposure())?;
        (right.len() <= self.params.strings_max).then(|| self.draft_of(gold.digits, solution))
    }

    /// Whether an expression may stand in the corpus: in range, of a seen skill, and solving only prompts of its fold.
    fn keeps(&self, rng: &mut Rng, expression: &Expression) -> bool {
        let kept = match expression.exposure() {
            Exposure::Common => true,
            Exposure::Rare => rng.chance(self.params.rare_keep),
            Exposure::None => false,
        };
        let in_range = (0..=self.params.target_max).contains(&expression.value());
        kept && in_range && expression.prompts().all(|prompt| fold(&prompt) == Fold::Corpus)
    }
}

impl Family for Enumerable {
    fn name(&self) -> &'static str {
        "enumerable"
    }

    fn levels(&self) -> RangeInclusive<u32> {
        3..=4
    }

    fn stratum(&self, level: u32) -> String {
        format!("{level} digits")
    }

    fn draft(&self, rng: &mut Rng, level: u32, exposure: Option<Exposure>, wanted: Wanted) -> Option<Draft> {
        let mut given: Vec<i64> = (1..level).map(|_| rng.range(1, 9)).collect();
        given.sort_unstable();
        let target = rng.range(0, self.params.target_max);
        if !wanted(&prompt(target, &given)) {
            return None;
        }
        let draft = self.problem(Gold { target, digits: given })?;
        exposure.is_none_or(|asked| asked == draft.exposure).then_some(draft)
    }

    fn admit(&self, draft: Draft) -> Option<Draft> {
        self.problem(serde_json::from_str(&draft.gold).ok()?)
    }

    /// Wrong documents answer with an expression of the same digits and another value.
    fn document(&self, seed: u64, index: u64) -> Document {
        let mut rng = Rng::keyed("enumerable/document", seed, index);
        let length = rng.weighted(&self.params.length_weights) + 3;
        let sorted = rng.chance(self.params.sorted);
        let wrong = rng.chance(self.params.wrong);
        let style = if sorted { "sorted" } else { "free" };
        loop {
            let truth = self.expression(&mut rng, length, sorted);
            if !self.keeps(&mut rng, &truth) {
                continue;
            }
            let mut answer = truth.clone();
            if wrong {
                answer.ops = self.expression(&mut rng, length, sorted).ops;
                if !sorted {
                    rng.shuffle(&mut answer.digits);
                }
                if answer.value() == truth.value() || !self.keeps(&mut rng, &answer) {
                    continue;
                }
            }
            let given = truth.givens().nth(rng.below(length)).unwrap_or_default();
            let draft = self.draft_of(given, &truth);
            return Document { draft, exposure: answer.exposure(), response: answer.text(), correct: !wrong, style };
        }
    }

    fn verify(&self, problem: &Problem, completion: &str) -> Judgement {
        let Some(gold) = gold(problem) else { return Judgement::unjudged(problem) };
        let Some(expression) = Expression::parse(completion) else {
            return Judgement::unparsed(format!("`{completion}` is not an expression of digits"));
        };
        let fits = expression.givens().any(|given| given == gold.digits);
        let value = expression.value();
        match fits {
            false => Judgement::of(false, completion, format!("must use {} and one more digit", join(&gold.digits))),
            true => Judgement::of(value == gold.target, completion, format!("is {value}, target {}", gold.target)),
        }
    }

    fn process(&self, _problem: &Problem, _completion: &str) -> Steps {
        Steps::unchecked("the answer has no steps")
    }

    fn solve(&self, problem: &Problem) -> Option<String> {
        right(&gold(problem)?).iter().min_by_key(|expression| expression.exposure()).map(Expression::text)
    }

    fn chances(&self, problems: &[Problem]) -> Result<Vec<f64>> {
        let chance = |problem: &Problem| {
            let gold = gold(problem).with_context(|| format!("{}: not an enumerable problem", problem.problem_id))?;
            let all = arrangements(&gold.digits);
            let hits = all.iter().filter(|expression| expression.value() == gold.target).count();
            Ok(hits as f64 / all.len() as f64)
        };
        problems.iter().map(chance).collect()
    }

    fn control_words(&self) -> String {
        "walks at random: the given digits and a uniform free digit in a uniform order, joined by uniform operators, blind \
         to the target; exact, by enumeration"
            .to_string()
    }

    fn correct_strings(&self, problem: &Problem) -> Option<Vec<String>> {
        Some(right(&gold(problem)?).iter().map(Expression::text).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Request, Split};

    /// Every string of `length` digits with operators.
    fn strings(length: usize) -> Vec<String> {
        let mut all: Vec<String> = (1..=9).map(|digit| digit.to_string()).collect();
        for _ in 1..length {
            let longer = |text: &String| {
                let text = text.clone();
                (0..27).map(move |i| format!("{text}{}{}", ["+", "-", "*"][i / 9], i % 9 + 1))
            };
            all = all.iter().flat_map(longer).collect();
        }
        all
    }

    #[test]
    fn listed_strings_are_exactly_those_the_verifier_accepts() {
        let family = build(Params::default()).unwrap();
        for (level, count) in [(3, 12), (4, 3)] {
            let request = Request { benchmark: "t".into(), split: Split::Test, level, exposure: None, count, seed: 0 };
            let strings: Vec<String> = [strings(3), strings(level as usize)].concat();
            for problem in family.problems(&request).unwrap() {
                let accepted = strings.iter().filter(|text| family.verify(&problem, text).outcome.is_correct());
                let accepted: BTreeSet<String> = accepted.cloned().collect();
                let listed = family.correct_strings(&problem).unwrap();
                assert_eq!(accepted, listed.iter().cloned().collect(), "{}", problem.prompt);
                assert!((1..=8).contains(&listed.len()));
            }
        }
    }

    #[test]
    fn no_response_of_the_corpus_solves_a_problem_of_another_fold() {
        let family = build(Params::default()).unwrap();
        for index in 0..3000 {
            let document = family.document(0, index);
            let expression = Expression::parse(&document.response).unwrap();
            assert!(expression.prompts().all(|prompt| fold(&prompt) == Fold::Corpus), "{}", document.response);
        }
    }

    #[test]
    fn operators_apply_from_left_to_right() {
        assert_eq!(Expression::parse("2+3*4").unwrap().value(), 20);
        for text in ["", "0+1", "12", "1+", "+1", "1+2+3+4+5", "1/2", "1 +2"] {
            assert_eq!(Expression::parse(text), None, "{text:?}");
        }
    }
}
