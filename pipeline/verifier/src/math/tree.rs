//! The typed tree of an answer.

use super::{command::Big, number::Number, unit::Unit};

/// Deepest recursion of the parser (a bracket takes four levels), and tallest tree.
pub const MAX_DEPTH: usize = 256;
/// Most nodes in one tree.
pub const MAX_NODES: usize = 2048;

/// Named functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Func {
    Sin,
    Cos,
    Tan,
    Cot,
    Sec,
    Csc,
    Asin,
    Acos,
    Atan,
    Acot,
    Asec,
    Acsc,
    Sinh,
    Cosh,
    Tanh,
    Coth,
    Sech,
    Csch,
    Asinh,
    Acosh,
    Atanh,
    Ln,
    /// `\log`: one argument, or argument and base.
    Log,
    Lg,
    Exp,
    /// cos x + i sin x
    Cis,
    Abs,
    Norm,
    Floor,
    Ceil,
    Gcd,
    Lcm,
    Max,
    Min,
    Re,
    Im,
    Arg,
    Det,
    Sgn,
    Factorial,
    DoubleFactorial,
    Binom,
    Mod,
    Transpose,
}

/// Relations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Rel {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    Approx,
    Equiv,
    Similar,
    In,
    NotIn,
    Subset,
    Superset,
    To,
    Iff,
    Parallel,
    Perp,
    Proportional,
}

impl Rel {
    /// The relation read from right to left, for order relations.
    pub fn flipped(self) -> Self {
        match self {
            Rel::Lt => Rel::Gt,
            Rel::Le => Rel::Ge,
            Rel::Gt => Rel::Lt,
            Rel::Ge => Rel::Le,
            other => other,
        }
    }

    /// `<`, `<=`, `>`, `>=`.
    pub fn is_order(self) -> bool {
        matches!(self, Rel::Lt | Rel::Le | Rel::Gt | Rel::Ge)
    }
}

/// Named constants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Const {
    Pi,
    E,
    I,
    Infinity,
}

/// Operations on sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum SetOp {
    Union,
    Intersection,
    Difference,
}

/// One end of an interval.
#[derive(Clone, Debug, PartialEq)]
pub struct End {
    /// The bound.
    pub at: Box<Node>,
    /// Whether the bound belongs to the interval.
    pub closed: bool,
}

/// A node. Scalars first, then collections, then statements.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub enum Node {
    Num(Number),
    Const(Const),
    /// A variable, with subscript and primes in its name.
    Sym(String),
    /// A name with an expression as subscript: `a_{n+1}`.
    Indexed(String, Box<Node>),
    Add(Vec<Node>),
    Mul(Vec<Node>),
    Neg(Box<Node>),
    Div(Box<Node>, Box<Node>),
    Pow(Box<Node>, Box<Node>),
    /// Degree and radicand; the real root of a negative radicand when the degree is odd.
    Root(Box<Node>, Box<Node>),
    Func(Func, Vec<Node>),
    /// An unknown function: `f(x)`.
    Apply(String, Vec<Node>),
    /// `\pm x`; true for `\mp`.
    PlusMinus(bool, Box<Node>),
    Percent(Box<Node>),
    Degree(Box<Node>),
    Quantity(Box<Node>, Unit),
    /// Digits in a base.
    Base(String, u32),
    Ratio(Vec<Node>),
    /// Clock time: minutes after midnight as written, and am (false) or pm (true) if given.
    Time(u32, Option<bool>),
    Big(Big, Vec<Node>),
    /// `a \pmod m`.
    Residue(Box<Node>, Box<Node>),
    Ellipsis,
    /// `(a, b, ..)` with at least two parts; with two also an open interval.
    Tuple(Vec<Node>),
    /// `[a, b, ..]` with other than two parts.
    Bracket(Vec<Node>),
    Interval(End, End),
    /// Answers side by side.
    List(Vec<Node>),
    Set(Vec<Node>),
    /// `\{ x \mid condition \}`.
    Builder(Box<Node>, Box<Node>),
    /// `\mathbb{R}` and the like, by letter.
    NamedSet(char),
    SetOp(SetOp, Box<Node>, Box<Node>),
    /// `a < b <= c`.
    Chain(Box<Node>, Vec<(Rel, Node)>),
    Matrix(Vec<Vec<Node>>),
    Text(String),
}

impl Node {
    /// A small integer.
    pub fn int(n: i64) -> Self {
        Node::Num(Number::int(n))
    }

    /// The children, in order.
    pub fn children(&self) -> Vec<&Node> {
        use Node::*;
        match self {
            Num(_) | Const(_) | Sym(_) | Base(..) | Time(..) | Ellipsis | NamedSet(_) | Text(_) => Vec::new(),
            Neg(a) | Indexed(_, a) | PlusMinus(_, a) | Percent(a) | Degree(a) | Quantity(a, _) => vec![a],
            Div(a, b) | Pow(a, b) | Root(a, b) | Residue(a, b) | Builder(a, b) | SetOp(_, a, b) => vec![a, b],
            Add(v) | Mul(v) | Func(_, v) | Apply(_, v) | Ratio(v) | Big(_, v) | Tuple(v) | Bracket(v) | List(v) | Set(v) => {
                v.iter().collect()
            }
            Interval(a, b) => vec![&a.at, &b.at],
            Chain(first, rest) => std::iter::once(first.as_ref()).chain(rest.iter().map(|(_, n)| n)).collect(),
            Matrix(rows) => rows.iter().flatten().collect(),
        }
    }

    /// Applies `f` to every child.
    pub fn map_children(&self, f: &mut dyn FnMut(&Node) -> Node) -> Node {
        use Node::*;
        let mut one = |n: &Node| Box::new(f(n));
        match self {
            Neg(a) => Neg(one(a)),
            Indexed(s, a) => Indexed(s.clone(), one(a)),
            PlusMinus(m, a) => PlusMinus(*m, one(a)),
            Percent(a) => Percent(one(a)),
            Degree(a) => Degree(one(a)),
            Quantity(a, u) => Quantity(one(a), u.clone()),
            Div(a, b) => Div(one(a), one(b)),
            Pow(a, b) => Pow(one(a), one(b)),
            Root(a, b) => Root(one(a), one(b)),
            Residue(a, b) => Residue(one(a), one(b)),
            Builder(a, b) => Builder(one(a), one(b)),
            SetOp(op, a, b) => SetOp(*op, one(a), one(b)),
            Interval(a, b) => {
                let mut end = |e: &End| End { at: one(&e.at), closed: e.closed };
                Interval(end(a), end(b))
            }
            Chain(first, rest) => {
                let first = one(first);
                Chain(first, rest.iter().map(|(r, n)| (*r, f(n))).collect())
            }
            Matrix(rows) => Matrix(rows.iter().map(|row| row.iter().map(&mut *f).collect()).collect()),
            _ => self.map_lists(f),
        }
    }

    fn map_lists(&self, f: &mut dyn FnMut(&Node) -> Node) -> Node {
        use Node::*;
        let mut all = |v: &[Node]| v.iter().map(&mut *f).collect::<Vec<_>>();
        match self {
            Add(v) => Add(all(v)),
            Mul(v) => Mul(all(v)),
            Func(g, v) => Func(*g, all(v)),
            Apply(s, v) => Apply(s.clone(), all(v)),
            Ratio(v) => Ratio(all(v)),
            Big(b, v) => Big(*b, all(v)),
            Tuple(v) => Tuple(all(v)),
            Bracket(v) => Bracket(all(v)),
            List(v) => List(all(v)),
            Set(v) => Set(all(v)),
            leaf => leaf.clone(),
        }
    }

    /// Longest path from here to a leaf.
    pub fn height(&self) -> usize {
        1 + self.children().into_iter().map(Node::height).max().unwrap_or(0)
    }

    /// Whether any node of the tree satisfies `test`.
    pub fn any(&self, test: &dyn Fn(&Node) -> bool) -> bool {
        test(self) || self.children().into_iter().any(|c| c.any(test))
    }

    /// Whether the node is a scalar: a number, expression, quantity, not a collection or statement.
    pub fn is_scalar(&self) -> bool {
        use Node::*;
        match self {
            Tuple(_) | Bracket(_) | Interval(..) | List(_) | Set(_) | Builder(..) | NamedSet(_) | SetOp(..) | Chain(..) | Matrix(_)
            | Text(_) | Ellipsis | Residue(..) => false,
            Add(v) | Mul(v) => v.iter().all(Node::is_scalar),
            Neg(a) | PlusMinus(_, a) | Percent(a) | Degree(a) | Quantity(a, _) => a.is_scalar(),
            Div(a, b) | Pow(a, b) => a.is_scalar() && b.is_scalar(),
            _ => true,
        }
    }

    /// Whether the tree holds a free variable or unknown function.
    pub fn has_symbols(&self) -> bool {
        self.any(&|n| matches!(n, Node::Sym(_) | Node::Indexed(..) | Node::Apply(..)))
    }

    /// Name of the type, for traces.
    pub fn kind(&self) -> &'static str {
        use Node::*;
        match self {
            Num(_) => "number",
            Sym(_) | Indexed(..) => "symbol",
            Percent(_) => "percentage",
            Degree(_) => "angle",
            Quantity(..) => "quantity",
            Base(..) => "number in a base",
            Ratio(_) => "ratio",
            Time(..) => "time",
            Residue(..) => "residue",
            Ellipsis => "ellipsis",
            Tuple(_) => "tuple",
            Bracket(_) => "list in brackets",
            Interval(..) => "interval",
            List(_) => "list",
            Set(_) => "set",
            Builder(..) => "set by condition",
            NamedSet(_) => "named set",
            SetOp(..) => "set expression",
            Chain(_, rest) if rest.iter().all(|(r, _)| *r == Rel::Eq) => "equation",
            Chain(..) => "relation",
            Matrix(_) => "matrix",
            Text(_) => "text",
            _ if self.any(&|n| matches!(n, Const(self::Const::I))) => "complex",
            _ => "expression",
        }
    }
}
