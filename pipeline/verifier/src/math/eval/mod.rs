//! Values of expressions: exact rationals as long as possible, then intervals, then complex intervals.

mod arithmetic;
mod function;
mod power;
mod whole;

use super::{
    constant::bits,
    float::Dir,
    interval::{Cx, Interval, Stop},
    modular, number, point,
    tree::{Const, Node},
};
use num_rational::BigRational;
use num_traits::Zero;

/// Exact values above this many bits become intervals.
const EXACT_BITS: u64 = 2_048;
/// Most terms of a sum or product that is evaluated.
const MAX_TERMS: i64 = 2_000;

/// A value.
#[derive(Clone, Debug)]
pub enum Val {
    /// A rational number.
    Exact(BigRational),
    /// A real number in an interval.
    Real(Interval),
    /// Real and imaginary part.
    Complex(Interval, Interval),
}

type Out = Result<Val, Stop>;

/// Where variables take their values from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Domain {
    /// (0, 1)
    Unit,
    /// (1, 5)
    Positive,
    /// (-3, 3)
    Signed,
    /// 1 ..= 12
    Natural,
}

/// A sample point: every variable has a value that depends on its name, the domain and the index alone.
#[derive(Clone, Copy, Debug)]
pub struct Point {
    /// The domain.
    pub domain: Domain,
    /// Which point of the domain.
    pub index: u64,
}

impl Point {
    fn value(self, seed: u64) -> BigRational {
        let z = modular::hash(seed ^ (self.domain as u64) << 56, &self.index.to_string());
        let part = |n: u64, d: i64| BigRational::new(i64::try_from(n).unwrap_or(1).into(), d.into());
        match self.domain {
            Domain::Unit => part(1 + z % 96, 97),
            Domain::Positive => part(97 + z % 389, 97),
            Domain::Signed if z & (1 << 40) == 0 => part(1 + z % 291, 97),
            Domain::Signed => -part(1 + z % 291, 97),
            Domain::Natural => part(1 + z % 12, 1),
        }
    }
}

/// One evaluation.
#[derive(Clone, Debug)]
pub struct Eval<'a> {
    /// Precision and budget.
    pub cx: Cx<'a>,
    /// Values of variables; without a point a variable is unsupported.
    pub point: Option<Point>,
    /// Whether even roots of negative numbers are imaginary; otherwise they are undefined.
    pub complex: bool,
    /// Whether `\log` without a base is the common logarithm.
    pub common_log: bool,
    /// Bound and given variables, innermost last.
    pub given: Vec<(String, BigRational)>,
}

impl<'a> Eval<'a> {
    /// Evaluation of a closed expression.
    pub fn closed(cx: Cx<'a>) -> Self {
        Self { cx, point: None, complex: true, common_log: false, given: Vec::new() }
    }

    /// The value of a tree.
    pub fn node(&mut self, node: &Node) -> Out {
        self.cx.budget.spend(20)?;
        match node {
            Node::Num(n) => Ok(Val::Exact(n.value.clone())),
            Node::Const(Const::Pi) => Ok(Val::Real(point::pi(self.cx))),
            Node::Const(Const::E) => Ok(Val::Real(Interval::int(1).exp(self.cx)?)),
            Node::Const(Const::I) => Ok(Val::Complex(Interval::int(0), Interval::int(1))),
            Node::Sym(name) => self.symbol(name, node),
            Node::Indexed(..) | Node::Apply(..) => self.sampled(node),
            Node::Add(terms) => self.fold(terms, Val::int(0), Self::add),
            Node::Mul(factors) => self.fold(factors, Val::int(1), Self::mul),
            Node::Neg(a) => Ok(self.node(a)?.neg()),
            Node::Div(a, b) => {
                let (a, b) = (self.node(a)?, self.node(b)?);
                self.div(&a, &b)
            }
            Node::Pow(base, exponent) => self.power(base, exponent),
            Node::Root(degree, radicand) => self.root(degree, radicand),
            Node::Func(func, args) => self.function(*func, args),
            Node::Percent(a) => {
                let a = self.node(a)?;
                self.div(&a, &Val::int(100))
            }
            Node::Degree(a) => {
                let a = self.node(a)?;
                let half_turn = self.div(&Val::Real(point::pi(self.cx)), &Val::int(180))?;
                self.mul(&a, &half_turn)
            }
            Node::Base(digits, base) => number::in_base(digits, *base).map(Val::Exact).ok_or(Stop::Unsupported),
            Node::Ratio(parts) if parts.len() == 2 => {
                let (a, b) = (self.node(&parts[0])?, self.node(&parts[1])?);
                self.div(&a, &b)
            }
            Node::Big(big, parts) => self.big(*big, parts),
            _ => Err(Stop::Unsupported),
        }
    }

    fn fold(&mut self, nodes: &[Node], start: Val, op: fn(&Self, &Val, &Val) -> Out) -> Out {
        let mut total = start;
        for node in nodes {
            let value = self.node(node)?;
            total = op(self, &total, &value)?;
        }
        Ok(total)
    }

    fn symbol(&mut self, name: &str, node: &Node) -> Out {
        if let Some((_, value)) = self.given.iter().rev().find(|(n, _)| n == name) {
            return Ok(Val::Exact(value.clone()));
        }
        self.sampled(node)
    }

    fn sampled(&mut self, node: &Node) -> Out {
        let point = self.point.ok_or(Stop::Unsupported)?;
        let seed = match node {
            Node::Sym(name) => modular::hash(5, name),
            _ => modular::print(node, self.cx.budget)?.ok_or(Stop::Unsupported)?.seed(),
        };
        Ok(Val::Exact(point.value(seed)))
    }
}

impl Val {
    /// A small integer.
    pub fn int(n: i64) -> Self {
        Val::Exact(BigRational::from_integer(n.into()))
    }

    /// -x.
    pub fn neg(&self) -> Self {
        match self {
            Val::Exact(x) => Val::Exact(-x),
            Val::Real(x) => Val::Real(x.neg()),
            Val::Complex(re, im) => Val::Complex(re.neg(), im.neg()),
        }
    }

    /// Exactly zero.
    pub fn is_zero(&self) -> bool {
        matches!(self, Val::Exact(x) if x.is_zero())
    }

    /// A short decimal, for messages.
    pub fn show(&self) -> String {
        match self {
            Val::Exact(x) if bits(x) < 64 => x.to_string(),
            Val::Exact(x) => {
                let budget = super::budget::Budget::new(1 << 20);
                let cx = Cx { prec: 64, budget: &budget };
                format!("{:.10}", Shown(Interval::rational(x, cx).approx()))
            }
            Val::Real(x) => format!("{:.10}", Shown(x.approx())),
            Val::Complex(re, im) => format!("{:.10} + {:.10}i", Shown(re.approx()), Shown(im.approx())),
        }
    }

    /// Nearest f64, roughly, of a real value.
    pub fn approx(&self) -> Option<f64> {
        match self {
            Val::Exact(x) => {
                let low = super::float::Float::rational(x, 64, Dir::Down);
                Some(low.approx())
            }
            Val::Real(x) => Some(x.approx()),
            Val::Complex(..) => None,
        }
    }
}

/// Prints very large and very small numbers with an exponent.
struct Shown(f64);

impl std::fmt::Display for Shown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let x = self.0;
        let ordinary = x == 0.0 || (1e-4..1e15).contains(&x.abs());
        if ordinary { write!(f, "{x:.10}") } else { write!(f, "{x:.10e}") }
    }
}

fn half() -> BigRational {
    BigRational::new(1.into(), 2.into())
}
