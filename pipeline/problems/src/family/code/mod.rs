//! `code`: write the body of a Python function f(n); words say part of what it does, four examples the rest.
//!
//! Prompt `sum,odd:1,10,84,165>`: f(n) is the sum, over the odd i below n, of something; f(3), f(5), f(8), f(10) are shown.
//! Response: the body, `return sum(i*i for i in range(n)if i%2)`. Hidden tests are f at 4, 6, 7, 9, 11, 12.
//!
//! Two judges that can be compared: the exact interpreter of a Python subset in this crate (the reward of RL, fast),
//! and the sandbox, which runs the same text under CPython: the gold *is* a task of the sandbox, and
//! [`Family::python_program`] gives the program. What the interpreter accepts CPython accepts; it refuses more.
//!
//! Why this design:
//! * Levels say how much must be inferred: 1 a map with at most one operator, 2 with two, 3 the filter as well (the
//!   word is then `some`).
//! * The words and the shown values determine the answer: a problem is left out when a simpler map explains them or an
//!   equally simple one differs on a hidden input, by exact enumeration of all specifications.
//! * Exposure is the combination of aggregate and filter; each part is common in other combinations.
//! * A function is in the corpus only if *every* prompt that it solves is in the corpus fold.
//! * Three styles: comprehension, loop, comprehension with a stride.

mod index;
#[cfg(test)]
mod oracle;
mod parse;
mod run;
mod spec;
mod syntax;
mod tokens;

use super::{Document, Draft, Exposure, Family, Judgement, Steps, Wanted};
use crate::Rng;
use crate::text::{Cursor, join};
use anyhow::{Context, Result, ensure};
use beyond_record::{Outcome, Problem};
use index::{Index, Spec, Words};
use run::{Fault, run};
use serde::{Deserialize, Serialize};
use spec::{Aggregate, Filter, INPUTS, Outputs, SHOWN, Style, body};
use std::ops::RangeInclusive;

/// Parameters of the family; the defaults are the design.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// Corpus weights of levels 1, 2, 3.
    pub level_weights: [f64; 3],
    /// Corpus weights of sum, max, min.
    pub aggregate_weights: [f64; 3],
    /// Share of corpus draws with a rare combination that is kept.
    pub rare_keep: f64,
    /// Corpus weights of the styles comprehension, loop, stride.
    pub style_weights: [f64; 3],
    /// Share of wrong documents.
    pub wrong: f64,
}

impl Default for Params {
    fn default() -> Self {
        Params {
            level_weights: [0.25, 0.45, 0.3],
            aggregate_weights: [0.6, 0.2, 0.2],
            rare_keep: 0.1,
            style_weights: [0.5, 0.3, 0.2],
            wrong: 0.25,
        }
    }
}

const STYLES: [(Style, &str); 3] = [(Style::Comprehension, "comprehension"), (Style::Loop, "loop"), (Style::Stride, "stride")];

/// The gold: a task of the sandbox, judged by calls.
#[derive(Serialize, Deserialize)]
struct Gold {
    id: String,
    form: String,
    test: Calls,
}

#[derive(Serialize, Deserialize)]
struct Calls {
    kind: String,
    entry_point: String,
    inputs: Vec<[i64; 1]>,
    outputs: Vec<i64>,
}

impl Gold {
    fn new(prompt: &str, outputs: &Outputs) -> Self {
        let inputs = INPUTS.map(|n| [n]).to_vec();
        let test = Calls { kind: "calls".into(), entry_point: "f".into(), inputs, outputs: outputs.to_vec() };
        Gold { id: prompt.into(), form: "program".into(), test }
    }

    fn read(problem: &Problem) -> Option<Gold> {
        let gold: Gold = serde_json::from_str(&problem.gold).ok()?;
        (gold.test.inputs.len() == gold.test.outputs.len()).then_some(gold)
    }
}

/// The words of a level's prompt.
fn words(spec: &Spec, level: u32) -> Words {
    (spec.aggregate, (level < 3).then_some(spec.filter))
}

fn prompt(words: Words, outputs: &Outputs) -> String {
    let filter = words.1.map_or("some", Filter::word);
    format!("{},{filter}:{}>", words.0.word(), join(&outputs[..SHOWN]))
}

/// The words of a prompt.
fn read_words(prompt: &str) -> Option<Words> {
    let mut cursor = Cursor::new(prompt);
    let aggregate = cursor.one_of(&Aggregate::ALL.map(|aggregate| (aggregate.word(), aggregate)))?;
    cursor.eat(",")?;
    if cursor.eat("some").is_some() {
        return Some((aggregate, None));
    }
    Some((aggregate, Some(cursor.one_of(&Filter::ALL.map(|filter| (filter.word(), filter)))?)))
}

struct Code {
    params: Params,
    index: Index,
}

/// The family with these parameters. Errs on parameters outside their ranges.
pub fn build(params: Params) -> Result<Box<dyn Family>> {
    let shares = [params.rare_keep, params.wrong];
    ensure!(shares.iter().all(|share| (0.0..=1.0).contains(share)), "code: shares must be in 0..=1");
    Ok(Box::new(Code { params, index: Index::new() }))
}

impl Code {
    fn body(&self, spec: &Spec, style: Style) -> String {
        body(spec.aggregate, spec.filter, &self.index.maps[spec.map], style)
    }

    fn draft_of(&self, spec: &Spec, level: u32, exposure: Exposure) -> Draft {
        let prompt = prompt(words(spec, level), &spec.outputs);
        Draft {
            gold: serde_json::json!(Gold::new(&prompt, &spec.outputs)).to_string(),
            visible: prompt.clone(),
            prompt,
            picture: None,
            solution: self.body(spec, Style::Comprehension),
            level,
            exposure,
        }
    }

    /// A specification all of whose prompts are in the corpus fold, and which passes `wanted`; its text may stand there.
    fn corpus_spec(&self, rng: &mut Rng, level: u32, wanted: impl Fn(&Spec) -> bool) -> Spec {
        let specs = self.index.specs(level);
        loop {
            let spec = rng.pick(specs);
            let weight = self.params.aggregate_weights[spec.aggregate as usize];
            let keep = match spec.exposure() {
                Exposure::Common => 1.0,
                Exposure::Rare => self.params.rare_keep,
                Exposure::None => 0.0,
            };
            if wanted(&spec) && rng.chance(weight * keep) && !self.index.is_held_out(&spec.outputs) {
                return spec;
            }
        }
    }
}

impl Family for Code {
    fn name(&self) -> &'static str {
        "code"
    }

    fn levels(&self) -> RangeInclusive<u32> {
        1..=3
    }

    fn stratum(&self, level: u32) -> String {
        format!("level {level}")
    }

    fn draft(&self, rng: &mut Rng, level: u32, exposure: Option<Exposure>, wanted: Wanted) -> Option<Draft> {
        let spec = rng.pick(self.index.specs(level));
        let known = self.index.exposure(&spec, words(&spec, level))?;
        let fits = exposure.is_none_or(|asked| asked == known) && wanted(&prompt(words(&spec, level), &spec.outputs));
        fits.then(|| self.draft_of(&spec, level, known))
    }

    fn admit(&self, draft: Draft) -> Option<Draft> {
        let gold: Gold = serde_json::from_str(&draft.gold).ok()?;
        let words = read_words(&draft.prompt)?;
        let spec = self.index.solve(words, &gold.test.outputs.try_into().ok()?)?;
        let exposure = self.index.exposure(spec, words)?;
        Some(Draft { exposure, ..draft })
    }

    /// Wrong documents answer with the function of another task of the same words and level.
    fn document(&self, seed: u64, index: u64) -> Document {
        let mut rng = Rng::keyed("code/document", seed, index);
        let level = rng.weighted(&self.params.level_weights) as u32 + 1;
        let (style, name) = STYLES[rng.weighted(&self.params.style_weights)];
        let wrong = rng.chance(self.params.wrong);
        let spec = self.corpus_spec(&mut rng, level, |_| true);
        let other = |candidate: &Spec| words(candidate, level) == words(&spec, level) && candidate.outputs != spec.outputs;
        let answer = if wrong { self.corpus_spec(&mut rng, level, other) } else { spec };
        let exposure = answer.exposure();
        let draft = self.draft_of(&spec, level, spec.exposure());
        Document { draft, response: self.body(&answer, style), correct: !wrong, style: name, exposure }
    }

    /// Runs the body on all ten inputs. Bodies outside the subset are unparsed; a run beyond the work limit timed out.
    fn verify(&self, problem: &Problem, completion: &str) -> Judgement {
        let Some(gold) = Gold::read(problem) else { return Judgement::unjudged(problem) };
        let Some(body) = parse::parse(completion) else {
            return Judgement::unparsed("not a function body of the Python subset");
        };
        for (i, ([n], wanted)) in gold.test.inputs.iter().zip(&gold.test.outputs).enumerate() {
            let kind = if i < SHOWN { "shown" } else { "hidden" };
            let fault = match run(&body, *n) {
                Ok(value) if value == *wanted => continue,
                Ok(value) => format!("{kind} test: f({n}) = {value}, expected {wanted}"),
                Err(Fault::Raised) => format!("{kind} test: f({n}) raises or returns nothing, expected {wanted}"),
                Err(Fault::Exhausted) => {
                    let reason = format!("{kind} test: f({n}) goes beyond the limit of work or of 64-bit numbers");
                    return Judgement { outcome: Outcome::TimedOut, ..Judgement::of(false, completion, reason) };
                }
            };
            return Judgement::of(false, completion, fault);
        }
        Judgement::of(true, completion, "all ten tests pass")
    }

    fn process(&self, _problem: &Problem, _completion: &str) -> Steps {
        Steps::unchecked("a program has no reasoning steps; its tests are its judge")
    }

    fn solve(&self, problem: &Problem) -> Option<String> {
        let outputs = Gold::read(problem)?.test.outputs.try_into().ok()?;
        let spec = self.index.solve(read_words(&problem.prompt)?, &outputs)?;
        Some(self.body(spec, Style::Comprehension))
    }

    fn chances(&self, problems: &[Problem]) -> Result<Vec<f64>> {
        let chance = |problem: &Problem| {
            let level = problem.stratum.strip_prefix("level ")?.parse().ok()?;
            let outputs = Gold::read(problem)?.test.outputs.try_into().ok()?;
            let (all, hits) = self.index.fits(level, read_words(&problem.prompt)?, &outputs);
            Some(hits as f64 / all as f64)
        };
        let of = |problem| chance(problem).with_context(|| format!("{}: not a code problem", problem.problem_id));
        problems.iter().map(of).collect()
    }

    fn control_words(&self) -> String {
        "reads the words, ignores the examples: a uniform specification of the problem's own level with its aggregate and, \
         where given, its filter; exact, by enumeration"
            .to_string()
    }

    fn python_program(&self, _problem: &Problem, completion: &str) -> Option<String> {
        let lines = completion.split('\n').map(|line| format!(" {line}\n"));
        Some(format!("def f(n):\n{}", lines.collect::<String>()))
    }
}
