//! One step `a op b=r`, and which steps are legal.

use crate::text::Cursor;
use std::fmt;

/// An operator of countdown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Op {
    Add,
    Sub,
    Mul,
    Div,
}

impl Op {
    pub const ALL: [Op; 4] = [Op::Add, Op::Sub, Op::Mul, Op::Div];

    fn symbol(self) -> &'static str {
        ["+", "-", "*", "/"][self as usize]
    }

    /// `a op b` when the step is legal: a >= b, results in 1..=max, `*` and `/` with b >= 2, exact division.
    pub fn apply(self, a: i64, b: i64, max: i64) -> Option<i64> {
        let result = match self {
            Op::Add => a + b,
            Op::Sub => a - b,
            Op::Mul if b >= 2 => a * b,
            Op::Div if b >= 2 && a % b == 0 => a / b,
            _ => return None,
        };
        (a >= b && (1..=max).contains(&result)).then_some(result)
    }
}

/// A written step; its result is what was written, right or wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub a: i64,
    pub op: Op,
    pub b: i64,
    pub result: i64,
}

impl Step {
    /// Reads a whole text `a op b=r` of numbers from 0.
    pub fn parse(text: &str) -> Option<Step> {
        const SYMBOLS: [(&str, Op); 4] = [("+", Op::Add), ("-", Op::Sub), ("*", Op::Mul), ("/", Op::Div)];
        let mut cursor = Cursor::new(text);
        let a = cursor.integer()?;
        let op = cursor.one_of(&SYMBOLS)?;
        let b = cursor.integer()?;
        cursor.eat("=")?;
        let result = cursor.integer()?;
        cursor.end()?;
        (a >= 0 && b >= 0 && result >= 0).then_some(Step { a, op, b, result })
    }

    /// What is wrong with the step when `numbers` are available.
    pub fn fault(&self, numbers: &[i64], max: i64) -> Option<String> {
        let has = |number: i64| numbers.iter().filter(|have| **have == number).count();
        let needed = if self.a == self.b { 2 } else { 1 };
        for number in [self.a, self.b] {
            if has(number) < needed {
                return Some(format!("{number} is not available"));
            }
        }
        match self.op.apply(self.a, self.b, max) {
            None => Some("not a legal step".to_string()),
            Some(result) if result == self.result => None,
            Some(result) => Some(format!("the result is {result}")),
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}{}{}={}", self.a, self.op.symbol(), self.b, self.result)
    }
}

/// All legal steps with numbers in descending order: one for each pair of positions and operator.
pub(super) fn moves(numbers: &[i64], max: i64) -> Vec<Step> {
    let mut moves = Vec::new();
    for (i, a) in numbers.iter().enumerate() {
        for b in &numbers[i + 1..] {
            let step = |op: Op| op.apply(*a, *b, max).map(|result| Step { a: *a, op, b: *b, result });
            moves.extend(Op::ALL.into_iter().filter_map(step));
        }
    }
    moves
}
