//! Matrices: sums, products, scalar multiples, transposes; vectors as columns or tuples.

use super::{
    constant::constant,
    tree::{Func, Node},
    verdict::{Judge, Verdict},
};
use num_traits::ToPrimitive;

type Rows = Vec<Vec<Node>>;

/// Most nodes of a computed matrix: powers would grow without bound.
const MAX_SIZE: usize = 20_000;
/// Most cells of a computed matrix.
const MAX_CELLS: usize = 64;

/// Carries out the matrix operations of a tree; anything else is returned as it is.
pub fn computed(node: &Node) -> Node {
    if let Node::Pow(base, exponent) = node
        && let (Node::Tuple(parts) | Node::Bracket(parts), Node::Sym(t)) = (base.as_ref(), exponent.as_ref())
        && t == "T"
    {
        return Node::Matrix(parts.iter().map(|p| vec![p.clone()]).collect());
    }
    if !node.any(&|n| matches!(n, Node::Matrix(_))) {
        return node.clone();
    }
    rows(node).map_or_else(|| node.clone(), Node::Matrix)
}

fn rows(node: &Node) -> Option<Rows> {
    match node {
        Node::Matrix(rows) => Some(rows.clone()),
        Node::Neg(a) => Some(scaled(&Node::int(-1), &rows(a)?)),
        Node::Add(terms) => {
            let mut all = terms.iter().map(rows);
            let first = all.next()??;
            all.try_fold(first, |sum, m| added(&sum, &m?))
        }
        Node::Mul(factors) => product(factors),
        Node::Div(a, b) if b.is_scalar() => {
            let inverse = Node::Div(Box::new(Node::int(1)), b.clone());
            Some(scaled(&inverse, &rows(a)?))
        }
        Node::Pow(a, n) => power(&rows(a)?, n),
        Node::Func(Func::Transpose, args) => transposed(&rows(args.first()?)?),
        _ => None,
    }
}

fn product(factors: &[Node]) -> Option<Rows> {
    let mut scale = Vec::new();
    let mut result: Option<Rows> = None;
    for factor in factors {
        match rows(factor) {
            None if factor.is_scalar() => scale.push(factor.clone()),
            None => return None,
            Some(m) => {
                result = Some(match result {
                    None => m,
                    Some(left) => multiplied(&left, &m)?,
                });
            }
        }
    }
    let result = result?;
    Some(if scale.is_empty() { result } else { scaled(&Node::Mul(scale), &result) })
}

fn power(m: &Rows, n: &Node) -> Option<Rows> {
    let n = constant(n)?.to_integer().to_usize().filter(|n| (1..=8).contains(n))?;
    (1..n).try_fold(m.clone(), |left, _| multiplied(&left, m))
}

fn scaled(factor: &Node, m: &Rows) -> Rows {
    let times = |c: &Node| Node::Mul(vec![factor.clone(), c.clone()]);
    m.iter().map(|row| row.iter().map(times).collect()).collect()
}

fn added(a: &Rows, b: &Rows) -> Option<Rows> {
    let same = a.len() == b.len() && a.iter().zip(b).all(|(x, y)| x.len() == y.len());
    let sum = |(x, y): (&Node, &Node)| Node::Add(vec![x.clone(), y.clone()]);
    same.then(|| a.iter().zip(b).map(|(x, y)| x.iter().zip(y).map(sum).collect()).collect())
}

fn multiplied(a: &Rows, b: &Rows) -> Option<Rows> {
    let width = b.first()?.len();
    if a.iter().any(|row| row.len() != b.len()) || a.len() * width > MAX_CELLS {
        return None;
    }
    // Every entry is copied into a whole row or column of sums.
    if size(a) * width + size(b) * a.len() > MAX_SIZE {
        return None;
    }
    let cell = |row: &Vec<Node>, j: usize| Node::Add(row.iter().zip(b).map(|(x, r)| Node::Mul(vec![x.clone(), r[j].clone()])).collect());
    Some(a.iter().map(|row| (0..width).map(|j| cell(row, j)).collect()).collect())
}

fn size(m: &Rows) -> usize {
    fn nodes(node: &Node) -> usize {
        1 + node.children().into_iter().map(nodes).sum::<usize>()
    }
    m.iter().flatten().map(nodes).sum()
}

fn transposed(m: &Rows) -> Option<Rows> {
    let width = m.first()?.len();
    Some((0..width).map(|j| m.iter().map(|row| row[j].clone()).collect()).collect())
}

/// The entries of a column or a row.
fn vector(rows: &Rows) -> Option<Vec<Node>> {
    if rows.iter().all(|r| r.len() == 1) {
        return Some(rows.iter().map(|r| r[0].clone()).collect());
    }
    match rows.as_slice() {
        [row] => Some(row.clone()),
        _ => None,
    }
}

/// `[[1,2],[3,4]]` as a matrix.
fn nested_rows(node: &Node) -> Option<Rows> {
    let row = |n: &Node| match n {
        Node::Bracket(parts) => Some(parts.clone()),
        Node::Interval(a, b) if a.closed && b.closed => Some(vec![a.at.as_ref().clone(), b.at.as_ref().clone()]),
        _ => None,
    };
    row(node)?.iter().map(row).collect()
}

impl Judge<'_> {
    /// Two matrices, or a vector and a tuple.
    pub fn matrices(&self, gold: &Node, pred: &Node) -> Verdict {
        match (gold, pred) {
            (Node::Matrix(a), Node::Matrix(b)) => self.cells(a, b),
            (Node::Matrix(m), other) => self.vector_and(m, other, false),
            (other, Node::Matrix(m)) => self.vector_and(m, other, true),
            _ => Verdict::Unknown("no matrix".to_owned()),
        }
    }

    fn cells(&self, a: &Rows, b: &Rows) -> Verdict {
        let shape = |m: &Rows| (m.len(), m.first().map_or(0, Vec::len));
        if shape(a) != shape(b) {
            return Verdict::different("matrices of different shape");
        }
        let pairs = a.iter().flatten().zip(b.iter().flatten());
        Verdict::all(pairs.map(|(x, y)| self.compare(x, y)), "equal entry by entry")
    }

    fn vector_and(&self, m: &Rows, other: &Node, swapped: bool) -> Verdict {
        if let Some(nested) = nested_rows(other) {
            return if swapped { self.cells(&nested, m) } else { self.cells(m, &nested) };
        }
        let parts = match other {
            Node::Tuple(parts) | Node::Bracket(parts) => parts.clone(),
            Node::Interval(a, b) if a.closed && b.closed => vec![a.at.as_ref().clone(), b.at.as_ref().clone()],
            other if m.len() == 1 && m[0].len() == 1 => vec![other.clone()],
            _ => return Verdict::different("a matrix against something else"),
        };
        match vector(m) {
            None => Verdict::different("a matrix against a vector"),
            Some(entries) if swapped => self.part_by_part(&parts, &entries),
            Some(entries) => self.part_by_part(&entries, &parts),
        }
    }
}
