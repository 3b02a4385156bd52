//! `symbolic_equal`: what sympy would say, as far as our parser in its dialect can tell.

use super::{
    dialect::{self, Parsed},
    equal::is_close,
};
use crate::{
    Options,
    math::{
        budget::Budget,
        constant::{bits, constant},
        eval::Eval,
        interval::Cx,
        modular,
        parse::parse as parse_strict,
        token::Reading,
        tree::{Node, Rel},
        verdict::{Judge, Verdict},
    },
};
use num_traits::{Signed, ToPrimitive};

/// The released grader would not return: its worker is killed after 3 s.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hang;

/// What a text becomes: parsed by `parse_latex`, else a Python tuple or set, else a matrix, else the text itself.
#[derive(Clone, Debug)]
enum Value {
    Parsed(Box<Parsed>),
    Collection(char, Vec<Node>),
    Matrix(Vec<Vec<Node>>),
    Text(String),
}

/// Whether sympy would call both equal.
pub fn equal(a: &str, b: &str, budget: &Budget) -> Result<bool, Hang> {
    let (x, y) = (read(a), read(b));
    if hangs(&x) || hangs(&y) {
        return Err(Hang);
    }
    let options = Options::default();
    let judge = Judge { options: &options, budget, tolerance: None, depth: 0 };
    let same = match (&x, &y) {
        (Value::Text(a), Value::Text(b)) => a == b,
        (Value::Parsed(p), Value::Parsed(q)) => parsed_equal(p, q, &judge),
        (Value::Collection(k, a), Value::Collection(l, b)) => k == l && collections(*k, a, b, budget),
        (Value::Matrix(a), Value::Matrix(b)) => matrices(a, b, budget),
        _ => false,
    };
    // A comparison that uses up its steps is one that sympy does not finish either.
    if !same && budget.spend(1).is_err() {
        return Err(Hang);
    }
    Ok(same)
}

fn read(text: &str) -> Value {
    // The source replaces doubled backslashes first, and reads the text as it is if that fails.
    let single = text.replace("\\\\", "\\");
    if let Some(parsed) = dialect::parse(&single).or_else(|| (single != text).then(|| dialect::parse(text)).flatten()) {
        return Value::Parsed(Box::new(parsed));
    }
    if let Some(collection) = python_collection(text) {
        return collection;
    }
    match parse_strict(text, Reading::USUAL) {
        Ok(Node::Matrix(rows)) => Value::Matrix(rows),
        _ => Value::Text(text.to_owned()),
    }
}

/// `(1,2)`, `{1,2}`, `[1,2]`, `(1,2),(3,4)` as Python reads them; anything with a backslash is no Python.
fn python_collection(text: &str) -> Option<Value> {
    let text = text.trim();
    if text.contains(['\\', '^', '=', ';']) || text.is_empty() {
        return None;
    }
    let first = text.chars().next()?;
    let close = match first {
        '(' => ')',
        '[' => ']',
        '{' => '}',
        _ => return None,
    };
    let parts = split_outer(text.strip_prefix(first)?.strip_suffix(close)?)?;
    let nodes = parts.iter().map(|p| python_expression(p)).collect::<Option<Vec<_>>>()?;
    Some(Value::Collection(first, nodes))
}

fn python_expression(text: &str) -> Option<Node> {
    match dialect::parse(text) {
        Some(Parsed::Expr(node)) if !text.contains(['(', '[', '{']) => Some(node),
        _ => None,
    }
}

/// At commas outside of brackets; None for unbalanced brackets.
fn split_outer(text: &str) -> Option<Vec<&str>> {
    let (mut depth, mut start) = (0i32, 0);
    let mut parts = Vec::new();
    for (i, c) in text.char_indices() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&text[start..i]);
                start = i + 1;
            }
            _ => {}
        }
        if depth < 0 {
            return None;
        }
    }
    parts.push(&text[start..]);
    (depth == 0 && parts.len() < 64).then_some(parts)
}

fn parsed_equal(p: &Parsed, q: &Parsed, judge: &Judge) -> bool {
    match (p, q) {
        (Parsed::False, Parsed::False) => true,
        (Parsed::Expr(a), Parsed::Expr(b)) => expressions(a, b, judge),
        (Parsed::Relation(_, a, b), Parsed::Relation(_, c, d)) => relations((a, b), (c, d), judge),
        _ => false,
    }
}

/// |l - r| equal, whatever the relations say.
fn relations((a, b): (&Node, &Node), (c, d): (&Node, &Node), judge: &Judge) -> bool {
    let minus = |x: &Node, y: &Node| Node::Add(vec![x.clone(), Node::Neg(Box::new(y.clone()))]);
    let first = minus(a, b);
    exact(&first, &minus(c, d), judge) || exact(&first, &minus(d, c), judge)
}

fn expressions(a: &Node, b: &Node, judge: &Judge) -> bool {
    exact(a, b, judge) || float(a, judge.budget).zip(float(b, judge.budget)).is_some_and(|(x, y)| is_close(x, y))
}

/// `str` or `==` equal, `equals`, or `simplify(a - b) == 0`.
fn exact(a: &Node, b: &Node, judge: &Judge) -> bool {
    let print = |n: &Node| modular::print(n, judge.budget).ok().flatten();
    if let (Some(x), Some(y)) = (print(a), print(b)) {
        if x.same(&y) {
            return true;
        }
        if x.pure && y.pure {
            return false;
        }
    }
    if !a.has_symbols() && !b.has_symbols() && huge(a) != huge(b) {
        return false;
    }
    matches!(judge.scalars(a, b), Verdict::Equal(_))
}

/// Whether the value is beyond a float.
fn huge(node: &Node) -> bool {
    let budget = Budget::new(100_000);
    float(node, &budget).is_some_and(f64::is_infinite)
}

/// `float(N(x))` of a closed real expression: overflows to infinity and underflows to zero.
fn float(node: &Node, budget: &Budget) -> Option<f64> {
    let cx = Cx { prec: 80, budget };
    if let Some(sign) = crate::math::set::infinity(node) {
        return Some(if sign > 0 { f64::INFINITY } else { f64::NEG_INFINITY });
    }
    Eval::closed(cx).node(node).ok()?.approx()
}

fn collections(kind: char, a: &[Node], b: &[Node], budget: &Budget) -> bool {
    let same = |x: &Node, y: &Node| {
        let print = |n| modular::print(n, budget).ok().flatten();
        print(x).zip(print(y)).is_some_and(|(p, q)| p.same(&q))
    };
    if kind == '{' {
        let within = |x: &[Node], y: &[Node]| x.iter().all(|n| y.iter().any(|m| same(n, m)));
        return within(a, b) && within(b, a);
    }
    a.len() == b.len() && a.iter().zip(b).all(|(x, y)| same(x, y))
}

/// One shape, entries equal after rounding to three decimals.
fn matrices(a: &[Vec<Node>], b: &[Vec<Node>], budget: &Budget) -> bool {
    let same_shape = a.len() == b.len() && a.iter().zip(b).all(|(x, y)| x.len() == y.len());
    let rounded = |n: &Node| float(n, budget).map(|x| (x * 1000.0).round_ties_even());
    let pairs = || a.iter().flatten().zip(b.iter().flatten());
    same_shape && pairs().all(|(x, y)| rounded(x).zip(rounded(y)).is_some_and(|(p, q)| p == q))
}

/// A power of integers with more than about 10^8 digits: CPython computes it and does not come back.
fn hangs(value: &Value) -> bool {
    let Value::Parsed(parsed) = value else {
        return false;
    };
    match parsed.as_ref() {
        Parsed::Expr(n) => endless(n),
        Parsed::Relation(Rel::Eq, a, b) => endless(a) || endless(b),
        _ => false,
    }
}

fn endless(node: &Node) -> bool {
    node.any(&|n| match n {
        Node::Pow(base, exponent) => {
            let size = constant(base).filter(|b| b.abs() > num_traits::One::one());
            let power = constant(exponent).map(|e| e.to_integer().to_f64().unwrap_or(f64::INFINITY));
            match (size, power) {
                (Some(b), Some(e)) => bits(&b) as f64 * e.abs() > 3e8,
                _ => false,
            }
        }
        _ => false,
    })
}
