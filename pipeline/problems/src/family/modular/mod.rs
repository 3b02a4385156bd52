//! `modular`: a chain of arithmetic steps modulo a prime on three registers; the second mathematics family.
//!
//! Prompt `3,7,9:a+bc-ab*c>`: registers a, b, c hold 3, 7, 9; then a := a + b, c := c - a, b := b * c, all modulo 17. The
//! answer is the final state. Three styles: the state after every step (`10,7,9;10,7,16;10,10,16`), the equations and then
//! the final state (`3+7=10;9-10=16;7*16=10;10,10,16`), or the state after every second step.
//!
//! Why this design:
//! * The prompt determines one answer out of 17^3 = 4913, so a policy that guesses all registers has pass@256 = .051;
//!   a countdown-like random search finds nothing. 17 is the smallest prime for which this is near 5 %: one more
//!   register or a larger prime would cost the tiny model more facts than it gains. The answer alone is judged, the
//!   steps are checked apart, so right answers with wrong steps can be seen.
//! * From depth 3 on every register is written at least once, so nothing can be copied from the prompt.
//! * Exposure is the operator: `+` and `-` common, `*` rare (5 % of the documents), `/` (times the inverse) in none. A
//!   problem of a stratum uses that operator in half of its steps, rounded up, so that a base that must guess them is
//!   right with 1/17 per step: this is where training could go beyond the base, and it can be seen if it does.
//! * Depths 1 to 4 are in the corpus, 5 to 8 are out of its distribution by length.

mod task;

use super::{Document, Draft, Exposure, Family, Judgement, Marks, Steps, Wanted};
use crate::text::{integers, join};
use crate::{Fold, Rng, fold};
use anyhow::{Context, Result, ensure};
use beyond_record::Problem;
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;
use task::{Move, Op, STYLES, State, Style, Task};

/// Parameters of the family; the defaults are the design.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// A prime below 100.
    pub modulus: i64,
    /// Corpus weights of depths 1..=4.
    pub depth_weights: [f64; 4],
    /// Share of documents with the rare operator.
    pub rare: f64,
    /// Corpus weights of the styles states, equations, leaps.
    pub style_weights: [f64; 3],
    /// Share of wrong documents.
    pub wrong: f64,
}

impl Default for Params {
    fn default() -> Self {
        Params { modulus: 17, depth_weights: [0.1, 0.25, 0.35, 0.3], rare: 0.05, style_weights: [0.5, 0.3, 0.2], wrong: 0.25 }
    }
}

/// What the judge compares with.
#[derive(Serialize, Deserialize)]
struct Gold {
    state: State,
    modulus: i64,
}

struct Modular {
    params: Params,
}

/// The family with these parameters. Errs on parameters outside their ranges.
pub fn build(params: Params) -> Result<Box<dyn Family>> {
    let m = params.modulus;
    let prime = (2..100).contains(&m) && (2..m).all(|d| m % d != 0);
    ensure!(prime, "modular: the modulus must be a prime below 100, not {m}");
    let shares = [params.rare, params.wrong];
    ensure!(shares.iter().all(|share| (0.0..=1.0).contains(share)), "modular: shares must be in 0..=1");
    Ok(Box::new(Modular { params }))
}

impl Modular {
    /// A task of a stratum with its states; None when it divides by 0 or leaves a register unwritten.
    fn task(&self, rng: &mut Rng, depth: usize, exposure: Exposure) -> Option<(Task, Vec<State>)> {
        let modulus = self.params.modulus;
        let start = std::array::from_fn(|_| rng.range(0, modulus - 1));
        let mut special: Vec<bool> = (0..depth).map(|i| i < depth.div_ceil(2)).collect();
        rng.shuffle(&mut special);
        let step = |special| {
            let to = rng.below(3);
            let op = match exposure {
                Exposure::Rare if special => Op::Mul,
                Exposure::None if special => Op::Div,
                _ => rng.pick(&[Op::Add, Op::Sub]),
            };
            Move { to, op, from: (to + 1 + rng.below(2)) % 3 }
        };
        let task = Task { start, moves: special.into_iter().map(step).collect(), modulus };
        let written = task.moves.iter().fold(0u8, |set, step| set | 1 << step.to).count_ones() as usize;
        let states = task.states()?;
        (written == depth.min(3)).then_some((task, states))
    }

    fn draft_of(&self, task: &Task, states: &[State], exposure: Exposure) -> Draft {
        let prompt = task.prompt();
        let gold = Gold { state: states[states.len() - 1], modulus: task.modulus };
        Draft {
            visible: prompt.clone(),
            prompt,
            gold: serde_json::json!(gold).to_string(),
            picture: None,
            solution: task.write(states, Style::States),
            level: task.moves.len() as u32,
            exposure,
        }
    }
}

impl Family for Modular {
    fn name(&self) -> &'static str {
        "modular"
    }

    fn levels(&self) -> RangeInclusive<u32> {
        1..=8
    }

    fn stratum(&self, level: u32) -> String {
        format!("depth {level}")
    }

    /// Without an asked exposure, half of the tasks are common, a quarter rare, a quarter unseen.
    fn draft(&self, rng: &mut Rng, level: u32, exposure: Option<Exposure>, wanted: Wanted) -> Option<Draft> {
        let exposure = exposure.unwrap_or_else(|| Exposure::ALL[rng.weighted(&[0.5, 0.25, 0.25])]);
        let (task, states) = self.task(rng, level as usize, exposure)?;
        wanted(&task.prompt()).then(|| self.draft_of(&task, &states, exposure))
    }

    /// Wrong documents slip at one step and go on correctly from there to a wrong end.
    fn document(&self, seed: u64, index: u64) -> Document {
        let mut rng = Rng::keyed("modular/document", seed, index);
        let depth = rng.weighted(&self.params.depth_weights) + 1;
        let exposure = if rng.chance(self.params.rare) { Exposure::Rare } else { Exposure::Common };
        let (style, name) = STYLES[rng.weighted(&self.params.style_weights)];
        let wrong = rng.chance(self.params.wrong);
        loop {
            let Some((task, states)) = self.task(&mut rng, depth, exposure) else { continue };
            if fold(&task.prompt()) != Fold::Corpus {
                continue;
            }
            let draft = self.draft_of(&task, &states, exposure);
            if !wrong {
                let response = task.write(&states, style);
                return Document { draft, response, correct: true, style: name, exposure };
            }
            if let Some(slipped) = task.slipped(&mut rng, &states) {
                let response = task.write(&slipped, style);
                return Document { draft, response, correct: false, style: "slipped", exposure };
            }
        }
    }

    fn verify(&self, problem: &Problem, completion: &str) -> Judgement {
        let Ok(gold) = serde_json::from_str::<Gold>(&problem.gold) else { return Judgement::unjudged(problem) };
        let end = completion.rsplit(';').next().unwrap_or_default();
        match integers(end).and_then(|values| State::try_from(values).ok()) {
            None => Judgement::unparsed(format!("`{end}` is not a state of three numbers")),
            Some(state) => Judgement::of(state == gold.state, end, format!("expected {}", join(&gold.state))),
        }
    }

    fn process(&self, problem: &Problem, completion: &str) -> Steps {
        let Some(task) = Task::read(problem) else { return Steps::unchecked("the problem cannot be read") };
        let parts: Vec<&str> = completion.split(';').collect();
        let mut marks = Marks::default();
        if completion.contains('=') {
            task.check_equations(&parts, &mut marks);
        } else {
            task.check_states(&parts, &mut marks);
        }
        marks.finish()
    }

    fn solve(&self, problem: &Problem) -> Option<String> {
        let task = Task::read(problem)?;
        Some(task.write(&task.states()?, Style::States))
    }

    fn chances(&self, problems: &[Problem]) -> Result<Vec<f64>> {
        let chance = |problem: &Problem| {
            let task = Task::read(problem).with_context(|| format!("{}: not a modular problem", problem.problem_id))?;
            let written = task.moves.iter().fold(0u8, |set, step| set | 1 << step.to).count_ones();
            Ok((task.modulus as f64).powi(-(written as i32)))
        };
        problems.iter().map(chance).collect()
    }

    fn control_words(&self) -> String {
        "walks at random: writes a uniform value modulo the prime into every register that the prompt names as a target \
         and copies the others; exact"
            .to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(prompt: &str, state: State) -> Problem {
        let family = build(Params::default()).unwrap();
        let gold = serde_json::json!(Gold { state, modulus: 17 }).to_string();
        let draft = Draft {
            prompt: prompt.into(),
            visible: prompt.into(),
            gold,
            picture: None,
            solution: String::new(),
            level: 3,
            exposure: Exposure::Common,
        };
        family.row(draft, "t").unwrap()
    }

    #[test]
    fn every_style_of_the_example_is_valid_and_each_slip_is_found() {
        let family = build(Params::default()).unwrap();
        let problem = problem("3,7,9:a+bc-ab*c>", [10, 10, 16]);
        let valid = ["10,7,9;10,7,16;10,10,16", "3+7=10;9-10=16;7*16=10;10,10,16", "10,7,16;10,10,16"];
        for text in valid {
            assert!(family.verify(&problem, text).outcome.is_correct(), "{text}");
            assert_eq!(family.process(&problem, text).process, beyond_record::Process::Valid, "{text}");
        }
        // Right answers by wrong or missing steps: the outcome is correct, the process is not.
        let lucky = ["10,7,9;10,7,15;10,10,16", "10,10,16", "3+7=11;9-10=16;7*16=10;10,10,16", "3+7=10;10,10,16", "1=1;10,10,16"];
        for text in lucky {
            assert!(family.verify(&problem, text).outcome.is_correct(), "{text}");
            let steps = family.process(&problem, text);
            assert_eq!(steps.process, beyond_record::Process::Invalid, "{text} {}", steps.marks);
        }
        // A slip that is carried on: only one step is marked.
        let steps = family.process(&problem, "11,7,9;11,7,15;11,3,15");
        assert_eq!(steps.marks.matches("wrong").count(), 1, "{}", steps.marks);
    }
}
