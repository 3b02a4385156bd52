//! Programs: their text, and what they compute.

use super::{Exposure, MAX_DEPTH, exposure};
use crate::text::Cursor;
use std::fmt;

/// Intermediate values must stay below this in size; a program that leaves it is undefined there.
const LIMIT: i64 = 100_000;

/// A binary operator; `//` and `%` floor as in Python.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `//`
    Div,
    /// `%`
    Mod,
}

impl Op {
    /// In the order of the operator weights.
    pub const ALL: [Op; 5] = [Op::Add, Op::Sub, Op::Mul, Op::Div, Op::Mod];

    /// The text of the operator.
    pub fn symbol(self) -> &'static str {
        ["+", "-", "*", "//", "%"][self as usize]
    }

    /// `a op b`; None on division by zero and where the result leaves the limit.
    pub fn apply(self, a: i64, b: i64) -> Option<i64> {
        let value = match self {
            Op::Add => a + b,
            Op::Sub => a - b,
            Op::Mul => a * b,
            Op::Div | Op::Mod if b == 0 => return None,
            Op::Div => floor_div(a, b),
            Op::Mod => a - b * floor_div(a, b),
        };
        (value.abs() < LIMIT).then_some(value)
    }
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(self.symbol())
    }
}

/// Quotient rounded towards minus infinity.
fn floor_div(a: i64, b: i64) -> i64 {
    a / b - i64::from(a % b != 0 && (a < 0) != (b < 0))
}

/// The right side of an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operand {
    /// A number from 1.
    Const(i64),
    /// The input.
    X,
}

impl Operand {
    /// Its value at input `x`.
    pub fn value(self, x: i64) -> i64 {
        match self {
            Operand::Const(value) => value,
            Operand::X => x,
        }
    }
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Operand::Const(value) => value.fmt(f),
            Operand::X => f.write_str("x"),
        }
    }
}

/// A chain of operators, applied to the input from left to right.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Program(pub Vec<(Op, Operand)>);

impl Program {
    /// Reads 1 to [`MAX_DEPTH`] operators with operands up to `operand_max`; None when the text is anything else.
    pub fn parse(text: &str, operand_max: i64) -> Option<Program> {
        const SYMBOLS: [(&str, Op); 5] = [("+", Op::Add), ("-", Op::Sub), ("*", Op::Mul), ("//", Op::Div), ("%", Op::Mod)];
        let mut cursor = Cursor::new(text);
        let mut steps = Vec::new();
        while cursor.end().is_none() {
            let op = cursor.one_of(&SYMBOLS)?;
            let operand = match cursor.eat("x") {
                Some(()) => Operand::X,
                None => Operand::Const(cursor.integer().filter(|value| (1..=operand_max).contains(value))?),
            };
            steps.push((op, operand));
        }
        (1..=MAX_DEPTH).contains(&steps.len()).then_some(Program(steps))
    }

    /// f(x); None where it is undefined.
    pub fn evaluate(&self, x: i64) -> Option<i64> {
        self.0.iter().try_fold(x, |value, (op, operand)| op.apply(value, operand.value(x)))
    }

    /// The least exposed of its compositions; a single operator is common.
    pub fn exposure(&self) -> Exposure {
        self.0.windows(2).map(|pair| exposure(pair[0].0, pair[1].0)).max().unwrap_or(Exposure::Common)
    }
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        self.0.iter().try_for_each(|(op, operand)| write!(f, "{op}{operand}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floors_like_python() {
        // >>> [(a // b, a % b) for a, b in ((7, 2), (-7, 2), (7, -2), (-7, -2), (-6, 3))]
        let expected = [(3, 1), (-4, 1), (-4, -1), (3, -1), (-2, 0)];
        let pairs = [(7, 2), (-7, 2), (7, -2), (-7, -2), (-6, 3)];
        let got = pairs.map(|(a, b)| (Op::Div.apply(a, b).unwrap(), Op::Mod.apply(a, b).unwrap()));
        assert_eq!(got, expected);
        assert_eq!(Op::Mod.apply(3, 0), None);
    }

    #[test]
    fn parse_is_the_inverse_of_display_and_takes_the_whole_text() {
        for text in ["*2+3", "//x%20-1*x", "-7"] {
            assert_eq!(Program::parse(text, 20).unwrap().to_string(), text);
        }
        for text in ["", "2", "*", "*0", "*21", "+1+1+1+1+1", "*2 ", "/2", "*-2", "*02", "*2;"] {
            assert_eq!(Program::parse(text, 20), None, "{text:?}");
        }
    }
}
