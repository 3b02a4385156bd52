//! One chain: its text, its states, how they are written, and what is wrong with a written chain.

use super::Gold;
use crate::Rng;
use crate::family::Marks;
use crate::text::{Cursor, integer, integers, join};
use beyond_record::Problem;

/// Registers a, b, c.
pub(super) type State = [i64; 3];

/// `to := to op from` on register numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Move {
    pub to: usize,
    pub op: Op,
    pub from: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Op {
    Add,
    Sub,
    Mul,
    Div,
}

#[derive(Clone, Copy)]
pub(super) enum Style {
    States,
    Equations,
    Leaps,
}

pub(super) const SYMBOLS: [(&str, Op); 4] = [("+", Op::Add), ("-", Op::Sub), ("*", Op::Mul), ("/", Op::Div)];
pub(super) const REGISTERS: [(&str, usize); 3] = [("a", 0), ("b", 1), ("c", 2)];
pub(super) const STYLES: [(Style, &str); 3] = [(Style::States, "states"), (Style::Equations, "equations"), (Style::Leaps, "leaps")];

impl Op {
    /// `a op b` modulo a prime; None for a division by 0.
    pub fn apply(self, a: i64, b: i64, modulus: i64) -> Option<i64> {
        let value = match self {
            Op::Add => a + b,
            Op::Sub => a - b,
            Op::Mul => a * b,
            Op::Div => a * (1..modulus).find(|inverse| inverse * b % modulus == 1)?,
        };
        Some(value.rem_euclid(modulus))
    }

    fn symbol(self) -> &'static str {
        SYMBOLS[self as usize].0
    }
}

impl Move {
    /// The state after the move; None for a division by 0.
    pub fn apply(self, state: State, modulus: i64) -> Option<State> {
        let mut next = state;
        next[self.to] = self.op.apply(state[self.to], state[self.from], modulus)?;
        Some(next)
    }

    fn text(self) -> String {
        format!("{}{}{}", REGISTERS[self.to].0, self.op.symbol(), REGISTERS[self.from].0)
    }
}

/// A problem as the verifier sees it.
pub(super) struct Task {
    pub start: State,
    pub moves: Vec<Move>,
    pub modulus: i64,
}

impl Task {
    pub fn read(problem: &Problem) -> Option<Task> {
        let Gold { modulus, .. } = serde_json::from_str(&problem.gold).ok()?;
        let (start, moves) = problem.prompt.strip_suffix('>')?.split_once(':')?;
        let mut cursor = Cursor::new(moves);
        let mut read = Vec::new();
        while cursor.end().is_none() {
            let (to, op, from) = (cursor.one_of(&REGISTERS)?, cursor.one_of(&SYMBOLS)?, cursor.one_of(&REGISTERS)?);
            read.push(Move { to, op, from });
        }
        Some(Task { start: integers(start)?.try_into().ok()?, moves: read, modulus })
    }

    pub fn prompt(&self) -> String {
        format!("{}:{}>", join(&self.start), self.moves.iter().map(|step| step.text()).collect::<String>())
    }

    /// The states after every move; None when a division by 0 occurs.
    pub fn states(&self) -> Option<Vec<State>> {
        let step = |state: &mut State, step: &Move| {
            let next = step.apply(*state, self.modulus);
            *state = next.unwrap_or(*state);
            Some(next)
        };
        self.moves.iter().scan(self.start, step).collect()
    }

    /// The response in a style. `states` may hold a slip: it is what gets written.
    pub fn write(&self, states: &[State], style: Style) -> String {
        let end = join(&states[states.len() - 1]);
        let parts: Vec<String> = match style {
            Style::States => states.iter().map(|state| join(state)).collect(),
            Style::Leaps => leaps(states.len()).map(|i| join(&states[i])).collect(),
            Style::Equations => self.equations(states).into_iter().chain([end]).collect(),
        };
        parts.join(";")
    }

    fn equations(&self, states: &[State]) -> Vec<String> {
        let before = std::iter::once(&self.start).chain(states);
        let equation = |((step, before), after): ((&Move, &State), &State)| {
            format!("{}{}{}={}", before[step.to], step.op.symbol(), before[step.from], after[step.to])
        };
        self.moves.iter().zip(before).zip(states).map(equation).collect()
    }

    /// The states with a wrong result at one step and right steps after it; None when the end is right all the same.
    pub fn slipped(&self, rng: &mut Rng, right: &[State]) -> Option<Vec<State>> {
        let at = rng.below(self.moves.len());
        let mut states = right[..at].to_vec();
        let mut state = right[at];
        let to = self.moves[at].to;
        state[to] = (state[to] + rng.range(1, self.modulus - 1)) % self.modulus;
        states.push(state);
        for step in &self.moves[at + 1..] {
            state = step.apply(state, self.modulus)?;
            states.push(state);
        }
        (states.last() != right.last()).then_some(states)
    }

    /// Checks a chain of states written after every move or every second one.
    pub fn check_states(&self, parts: &[&str], marks: &mut Marks) {
        let depth = self.moves.len();
        let ends: Vec<usize> = if parts.len() == depth { (0..depth).collect() } else { leaps(depth).collect() };
        let mut state = Some(self.start);
        let mut done = 0;
        for (i, part) in parts.iter().enumerate() {
            let written = integers(part).and_then(|values| State::try_from(values).ok());
            let Some(end) = ends.get(i) else {
                marks.step(part, Some("more states than moves".to_string()));
                continue;
            };
            let run = |state| self.moves[done..=*end].iter().try_fold(state, |s, step| step.apply(s, self.modulus));
            let expected = state.and_then(run);
            marks.step(part, (written.is_none() || written != expected).then(|| expectation(expected)));
            (state, done) = (written, end + 1);
        }
        if parts.len() < ends.len() {
            marks.step("(end)", Some(format!("{} states, expected {}", parts.len(), ends.len())));
        }
    }

    /// Checks the equations one by one with the registers as written so far, then the final state.
    pub fn check_equations(&self, parts: &[&str], marks: &mut Marks) {
        let mut state = self.start;
        let (equations, end) = parts.split_at(parts.len() - 1);
        for (i, part) in equations.iter().enumerate() {
            let Some(step) = self.moves.get(i) else {
                marks.step(part, Some("more equations than moves".to_string()));
                continue;
            };
            let left = format!("{}{}{}=", state[step.to], step.op.symbol(), state[step.from]);
            let right = step.op.apply(state[step.to], state[step.from], self.modulus);
            let expected = right.map(|value| format!("{left}{value}"));
            let wrong = expected.as_deref() != Some(part);
            marks.step(part, wrong.then(|| expected.map_or("division by 0".to_string(), |text| format!("expected {text}"))));
            state[step.to] = part.rsplit('=').next().and_then(integer).unwrap_or(state[step.to]);
        }
        let missing = equations.len() < self.moves.len();
        let fault = if missing { Some("moves are missing".to_string()) } else { None };
        marks.step(end[0], fault.or_else(|| (end[0] != join(&state)).then(|| expectation(Some(state)))));
    }
}

/// 0-based positions after every second of `depth` moves and after the last.
fn leaps(depth: usize) -> impl Iterator<Item = usize> {
    (0..depth).filter(move |i| i % 2 == 1 || i + 1 == depth)
}

fn expectation(state: Option<State>) -> String {
    state.map_or("the state before it cannot be read".to_string(), |state| format!("expected {}", join(&state)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn division_is_multiplication_by_the_inverse() {
        for modulus in [2, 17, 97] {
            for a in 0..modulus {
                assert_eq!(Op::Div.apply(a, 0, modulus), None);
                for b in 1..modulus {
                    let quotient = Op::Div.apply(a, b, modulus).unwrap();
                    assert_eq!(Op::Mul.apply(quotient, b, modulus), Some(a));
                }
            }
        }
    }
}
