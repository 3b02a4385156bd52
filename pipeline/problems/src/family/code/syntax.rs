//! The Python subset: what a body consists of.

/// A body or a block.
pub(super) type Block = Vec<Statement>;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Statement {
    Assign(u8, Expr),
    /// `x op= e`
    Update(u8, Op, Expr),
    For(u8, Vec<Expr>, Block),
    If(Expr, Block),
    Return(Expr),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Expr {
    Int(i64),
    Name(u8),
    Negative(Box<Expr>),
    Not(Box<Expr>),
    Binary(Op, Box<Expr>, Box<Expr>),
    /// A chain `a < b <= c`.
    Compare(Box<Expr>, Vec<(Order, Expr)>),
    And(Box<Expr>, Box<Expr>),
    Or(Box<Expr>, Box<Expr>),
    /// `then if condition else otherwise`, in the order condition, then, otherwise.
    Choice(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `abs(e)`, `max(e, e, ...)`, `min(e, e, ...)`.
    Call(Function, Vec<Expr>),
    /// `sum(element for name in range(...) if condition)`, and `max`, `min`.
    Fold(Function, Box<Comprehension>),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Comprehension {
    pub element: Expr,
    pub name: u8,
    pub range: Vec<Expr>,
    pub condition: Option<Expr>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Op {
    Add,
    Sub,
    Mul,
    Div,
    Mod,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Equal,
    Unequal,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    Sum,
    Max,
    Min,
    Abs,
}
