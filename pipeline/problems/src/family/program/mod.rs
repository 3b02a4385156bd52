//! `program`: induce f from f(0)..f(5), emit a short program; hidden tests on f(6)..f(9).
//!
//! Prompt `f:3,5,7,9,11,13>`, response `*2+3`, meaning ((x * 2) + 3): operators `+ - * // %` apply from left to right,
//! operands are 1..=20 or `x`, `//` and `%` floor as in Python. A second style appends the evaluation of f(1):
//! `*2+3;1*2=2;2+3=5`.
//!
//! Why this design:
//! * The grammar is the wide one of the measured prototype: it was the smallest that left more than 300 depth-2 prompts
//!   in a 15 % fold with a low prior control. Values are text, so the vocabulary needs no token per value.
//! * The shown values determine the answer: a problem is left out when a shorter program explains them, or when two
//!   programs of its depth explain them and differ on a hidden input, by exact enumeration (up to depth 3; at depth 4
//!   only shorter programs can be listed). Constants and the identity are no problems at all.
//! * The corpus holds depths 1 to 3, depth 4 is out of its distribution by length.
//! * Skills are compositions, pairs of neighbouring operators. `rare` pairs are kept in 10 % of the cases; `none` pairs
//!   never occur in a document, right or wrong, though each of their operators does: a model has all the pieces. A
//!   problem counts as exposed as its *most* exposed program of least depth, so a `none` problem cannot be solved with
//!   a composition that was seen at its depth.

mod index;
mod syntax;

pub use syntax::{Op, Operand, Program};

use super::{Document, Draft, Exposure, Family, Judgement, Marks, Steps, Wanted};
use crate::text::join;
use crate::{Fold, Rng, fold};
use anyhow::{Result, ensure};
use beyond_record::Problem;
use index::Index;
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// Inputs of the tests: f(0)..f(5) are shown, f(6)..f(9) hidden.
pub const INPUTS: usize = 10;
/// Inputs shown in the prompt.
pub const SHOWN: usize = 6;
/// Longest program that is read.
pub const MAX_DEPTH: usize = 4;

/// Parameters of the family; the defaults are the design.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// Operands are 1..=operand_max or `x`; at most 99, so that each is one token.
    pub operand_max: i64,
    /// Smallest and largest value of f on the ten inputs.
    pub low: i64,
    /// See `low`.
    pub high: i64,
    /// Corpus weights of depths 1..=4.
    pub depth_weights: [f64; MAX_DEPTH],
    /// Corpus weights of + - * // %.
    pub op_weights: [f64; 5],
    /// Probability that a corpus operand is `x`.
    pub x_share: f64,
    /// Share of corpus draws with a rare composition that is kept.
    pub rare_keep: f64,
    /// Share of wrong documents.
    pub wrong: f64,
    /// Share of documents that go on to evaluate f(1).
    pub checked: f64,
}

impl Default for Params {
    fn default() -> Self {
        Params {
            operand_max: 20,
            low: -99,
            high: 199,
            depth_weights: [0.15, 0.45, 0.40, 0.0],
            op_weights: [0.34, 0.14, 0.30, 0.10, 0.12],
            x_share: 0.15,
            rare_keep: 0.1,
            wrong: 0.25,
            checked: 0.2,
        }
    }
}

/// What the judge needs, stored as the problem's gold.
#[derive(Serialize, Deserialize)]
struct Gold {
    outputs: Vec<i64>,
    operand_max: i64,
}

/// Exposure of a composition: `first` is applied, then `second`.
///
/// Multiplication beside remainder is never seen, beside floor division rarely; both orders. Chosen by counting the
/// distinct prompts of depths 2 and 3 before any model was trained, so that each stratum fills a test fold
/// (docs/laboratory.md). All three operators are common beside others.
pub fn exposure(first: Op, second: Op) -> Exposure {
    match (first, second) {
        (Op::Mul, Op::Mod) | (Op::Mod, Op::Mul) => Exposure::None,
        (Op::Mul, Op::Div) | (Op::Div, Op::Mul) => Exposure::Rare,
        _ => Exposure::Common,
    }
}

struct Programs {
    params: Params,
    index: Index,
}

/// The family with these parameters. Errs on parameters outside their ranges.
pub fn build(params: Params) -> Result<Box<dyn Family>> {
    ensure!((1..=99).contains(&params.operand_max), "program: operand_max must be in 1..=99, not {}", params.operand_max);
    ensure!(params.low < params.high, "program: low must be below high");
    let shares = [params.x_share, params.rare_keep, params.wrong, params.checked];
    ensure!(shares.iter().all(|share| (0.0..=1.0).contains(share)), "program: shares must be in 0..=1");
    let index = Index::new(&params);
    Ok(Box::new(Programs { params, index }))
}

impl Programs {
    /// One program of this depth by corpus weights, or by uniform operators.
    fn program(&self, rng: &mut Rng, depth: usize, uniform: bool) -> Program {
        let ops = if uniform { [1.0; 5] } else { self.params.op_weights };
        let step = |rng: &mut Rng| {
            let op = Op::ALL[rng.weighted(&ops)];
            let x = rng.chance(self.params.x_share);
            (op, if x { Operand::X } else { Operand::Const(rng.range(1, self.params.operand_max)) })
        };
        Program((0..depth).map(|_| step(rng)).collect())
    }

    /// The ten outputs of an admissible program: all in range, neither constant nor the identity.
    fn outputs(&self, program: &Program) -> Option<Vec<i64>> {
        let outputs: Vec<i64> = (0..INPUTS as i64).map(|x| program.evaluate(x)).collect::<Option<_>>()?;
        index::admissible(&self.params, outputs.iter().copied()).then_some(outputs)
    }

    fn draft_of(&self, program: &Program, outputs: Vec<i64>, exposure: Exposure) -> Draft {
        let prompt = format!("f:{}>", join(&outputs[..SHOWN]));
        let gold = Gold { outputs, operand_max: self.params.operand_max };
        Draft {
            visible: prompt.clone(),
            prompt,
            gold: serde_json::json!(gold).to_string(),
            picture: None,
            solution: program.to_string(),
            level: program.0.len() as u32,
            exposure,
        }
    }

    /// A corpus task of this depth: in the corpus fold, with no unseen composition.
    fn corpus_task(&self, rng: &mut Rng, depth: usize) -> (Program, Draft) {
        loop {
            let program = self.program(rng, depth, false);
            let Some(outputs) = self.outputs(&program) else { continue };
            let exposure = program.exposure();
            let kept = match exposure {
                Exposure::Common => true,
                Exposure::Rare => rng.chance(self.params.rare_keep),
                Exposure::None => false,
            };
            let draft = self.draft_of(&program, outputs, exposure);
            if kept && fold(&draft.visible) == Fold::Corpus {
                return (program, draft);
            }
        }
    }
}

/// The evaluation of f(1), as the `checked` style appends it: `;1*2=2;2+3=5`.
fn evaluation(program: &Program) -> String {
    let mut value = 1;
    let mut text = String::new();
    for (op, operand) in &program.0 {
        let right = operand.value(1);
        let Some(next) = op.apply(value, right) else { break };
        text += &format!(";{value}{op}{right}={next}");
        value = next;
    }
    text
}

impl Family for Programs {
    fn name(&self) -> &'static str {
        "program"
    }

    fn levels(&self) -> RangeInclusive<u32> {
        1..=MAX_DEPTH as u32
    }

    fn stratum(&self, level: u32) -> String {
        format!("depth {level}")
    }

    /// Depths 1 and 2 draw operators uniformly, which reaches all their few prompts; deeper ones draw as the corpus does.
    fn draft(&self, rng: &mut Rng, level: u32, exposure: Option<Exposure>, wanted: Wanted) -> Option<Draft> {
        let program = self.program(rng, level as usize, level <= 2);
        let outputs = self.outputs(&program)?;
        let draft = self.admit(self.draft_of(&program, outputs, Exposure::Common))?;
        (exposure.is_none_or(|asked| asked == draft.exposure) && wanted(&draft.visible)).then_some(draft)
    }

    fn admit(&self, draft: Draft) -> Option<Draft> {
        let program = Program::parse(&draft.solution, self.params.operand_max)?;
        let exposure = self.index.exposure(&draft.gold_outputs(), &program)?;
        Some(Draft { exposure, ..draft })
    }

    /// Wrong documents answer a task with the program of another task of the same depth, so a wrong answer looks
    /// like a right one, and no program that solves a test problem is ever a whole answer.
    fn document(&self, seed: u64, index: u64) -> Document {
        let mut rng = Rng::keyed("program/document", seed, index);
        let depth = rng.weighted(&self.params.depth_weights) + 1;
        let (right, draft) = self.corpus_task(&mut rng, depth);
        let wrong = rng.chance(self.params.wrong);
        let mut answer = right;
        while wrong && self.outputs(&answer).is_some_and(|outputs| draft.gold_outputs() == outputs) {
            answer = self.corpus_task(&mut rng, depth).0;
        }
        let checked = rng.chance(self.params.checked);
        let response = if checked { format!("{answer}{}", evaluation(&answer)) } else { answer.to_string() };
        let style = if checked { "checked" } else { "direct" };
        Document { exposure: answer.exposure(), draft, response, correct: !wrong, style }
    }

    fn verify(&self, problem: &Problem, completion: &str) -> Judgement {
        let Some(gold) = gold(problem) else { return Judgement::unjudged(problem) };
        let text = completion.split(';').next().unwrap_or_default();
        let Some(program) = Program::parse(text, gold.operand_max) else {
            return Judgement::unparsed(format!("`{text}` is not a program of 1 to {MAX_DEPTH} operators"));
        };
        match first_fault(&program, &gold.outputs) {
            None => Judgement::of(true, text, "all ten outputs agree"),
            Some((x, fault)) => {
                let kind = if x < SHOWN { "shown" } else { "hidden" };
                Judgement::of(false, text, format!("{kind} test: {fault}"))
            }
        }
    }

    /// The steps are the six shown values, which the program must explain, and every written evaluation step. A
    /// program that explains them and fails a hidden test is a valid induction with a wrong answer.
    fn process(&self, problem: &Problem, completion: &str) -> Steps {
        let Some(gold) = gold(problem) else { return Steps::unchecked("the gold of the problem cannot be read") };
        let mut parts = completion.split(';');
        let text = parts.next().unwrap_or_default();
        let mut marks = Marks::default();
        let Some(program) = Program::parse(text, gold.operand_max) else {
            marks.step(text, Some("not a program".to_string()));
            return marks.finish();
        };
        for (x, wanted) in gold.outputs.iter().take(SHOWN).enumerate() {
            marks.step(&format!("f({x})={wanted}"), fault_at(&program, x, *wanted));
        }
        let expected = evaluation(&program);
        let written: Vec<&str> = parts.collect();
        let expected: Vec<&str> = expected.split(';').skip(1).collect();
        for (i, step) in written.iter().enumerate() {
            let right = expected.get(i).copied().unwrap_or("nothing more");
            marks.step(step, (*step != right).then(|| format!("expected {right}")));
        }
        if !written.is_empty() && written.len() < expected.len() {
            marks.step("(end)", Some(format!("expected {}", expected[written.len()])));
        }
        marks.finish()
    }

    fn solve(&self, problem: &Problem) -> Option<String> {
        let outputs = gold(problem)?.outputs;
        let found = self.index.program(&outputs).map(|program| program.to_string());
        found.or_else(|| self.verify(problem, &problem.solution).outcome.is_correct().then(|| problem.solution.clone()))
    }

    fn chances(&self, problems: &[Problem]) -> Result<Vec<f64>> {
        let wanted = |problem: &Problem| {
            let depth = problem.stratum.strip_prefix("depth ").and_then(|depth| depth.parse().ok());
            gold(problem).zip(depth).map(|(gold, depth): (Gold, usize)| (gold.outputs, depth))
        };
        let targets: Option<Vec<_>> = problems.iter().map(wanted).collect();
        let targets = targets.ok_or_else(|| anyhow::anyhow!("a problem is not one that `program` wrote"))?;
        Ok(self.index.masses(&targets))
    }

    fn control_words(&self) -> String {
        "ignores the prompt: draws an admissible program of the problem's own depth with the corpus weights of operators \
         and operands; exact, by enumeration"
            .to_string()
    }
}

impl Draft {
    /// Outputs stored in the gold of a `program` draft.
    fn gold_outputs(&self) -> Vec<i64> {
        serde_json::from_str::<Gold>(&self.gold).map(|gold| gold.outputs).unwrap_or_default()
    }
}

/// The gold of a problem of this family.
fn gold(problem: &Problem) -> Option<Gold> {
    serde_json::from_str(&problem.gold).ok().filter(|gold: &Gold| gold.outputs.len() == INPUTS)
}

/// What is wrong with f(x), if anything.
fn fault_at(program: &Program, x: usize, wanted: i64) -> Option<String> {
    match program.evaluate(x as i64) {
        Some(value) if value == wanted => None,
        Some(value) => Some(format!("f({x}) = {value}, expected {wanted}")),
        None => Some(format!("f({x}) is undefined, expected {wanted}")),
    }
}

/// The first input whose output differs.
fn first_fault(program: &Program, outputs: &[i64]) -> Option<(usize, String)> {
    outputs.iter().enumerate().find_map(|(x, wanted)| fault_at(program, x, *wanted).map(|fault| (x, fault)))
}
