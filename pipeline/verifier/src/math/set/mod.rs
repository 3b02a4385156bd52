//! Sets of real numbers as cuts of the line: intervals, unions, inequalities, finite sets.

mod inequality;
mod real;

use super::{
    eval::{Eval, Val},
    interval::Cx,
    tree::{Const, Node, Rel, SetOp},
    verdict::{Judge, Verdict},
};
pub use real::RealSet;
use std::cmp::Ordering;

/// Precision of endpoints.
const PRECISION: u32 = 320;
/// Most cuts of a set.
const MAX_CUTS: usize = 128;

/// What reads sets out of trees.
pub struct Reader<'a> {
    eval: Eval<'a>,
}

impl<'a> Reader<'a> {
    /// A reader on the judge's budget.
    pub fn new(judge: &Judge<'a>) -> Self {
        let cx = Cx { prec: PRECISION, budget: judge.budget };
        Self { eval: Eval { complex: false, ..Eval::closed(cx) } }
    }

    /// The set of real numbers that a node denotes; None when it denotes none, or none that is understood.
    pub fn read(&mut self, node: &Node) -> Option<RealSet> {
        self.set(node).map(RealSet::reduced)
    }

    fn set(&mut self, node: &Node) -> Option<RealSet> {
        match node {
            Node::Interval(a, b) => self.interval(&a.at, a.closed, &b.at, b.closed),
            Node::Tuple(parts) if parts.len() == 2 => self.interval(&parts[0], false, &parts[1], false),
            Node::Set(items) => self.points(items),
            Node::NamedSet('R') => Some(RealSet::everything(true)),
            Node::Text(t) if half_line(t).is_some() => {
                let (above, closed) = half_line(t)?;
                Some(RealSet::half_line(Val::int(0), above, closed))
            }
            Node::Text(t) if super::text::key(t) == "allreal" => Some(RealSet::everything(true)),
            Node::Text(t) if super::text::key(t) == "nosolution" => Some(RealSet::everything(false)),
            Node::SetOp(op, a, b) => {
                let (a, b) = (self.set(a)?, self.set(b)?);
                match op {
                    SetOp::Union => self.merge(a, b, |x, y| x || y),
                    SetOp::Intersection => self.merge(a, b, |x, y| x && y),
                    SetOp::Difference => self.merge(a, b, |x, y| x && !y),
                }
            }
            Node::Builder(head, condition) => self.builder(head, condition),
            Node::Chain(first, rest) => self.chain(first, rest),
            Node::List(items) => self.conditions(items),
            _ => None,
        }
    }

    fn builder(&mut self, head: &Node, condition: &Node) -> Option<RealSet> {
        match head {
            Node::Sym(_) => self.set(condition),
            Node::Chain(variable, rest) if matches!(variable.as_ref(), Node::Sym(_)) => match rest.as_slice() {
                [(Rel::In, domain)] => {
                    let (a, b) = (self.set(domain)?, self.set(condition)?);
                    self.merge(a, b, |x, y| x && y)
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn points(&mut self, items: &[Node]) -> Option<RealSet> {
        let mut all = RealSet::everything(false);
        for item in items {
            for value in super::list::expanded(item) {
                let x = self.value(&value)?;
                all = self.merge(all, RealSet::point(x), |a, b| a || b)?;
            }
        }
        Some(all)
    }

    fn interval(&mut self, low: &Node, low_closed: bool, high: &Node, high_closed: bool) -> Option<RealSet> {
        let above = match infinity(low) {
            Some(-1) => RealSet::everything(true),
            Some(_) => return None,
            None => RealSet::half_line(self.value(low)?, true, low_closed),
        };
        let below = match infinity(high) {
            Some(1) => RealSet::everything(true),
            Some(_) => return None,
            None => RealSet::half_line(self.value(high)?, false, high_closed),
        };
        self.merge(above, below, |a, b| a && b)
    }

    fn value(&mut self, node: &Node) -> Option<Val> {
        let node = match node {
            Node::Degree(a) | Node::Percent(a) | Node::Quantity(a, _) => a,
            other => other,
        };
        self.eval.node(node).ok().filter(|v| !matches!(v, Val::Complex(..)))
    }

    fn order(&self, a: &Val, b: &Val) -> Ordering {
        // Enclosures of 320 bits that overlap are the same number.
        self.eval.compare(a, b).unwrap_or(Ordering::Equal)
    }

    /// Combines membership point by point.
    fn merge(&self, a: RealSet, b: RealSet, op: impl Fn(bool, bool) -> bool) -> Option<RealSet> {
        let mut out = RealSet { cuts: Vec::new(), at: Vec::new(), between: vec![op(a.between[0], b.between[0])] };
        let (mut i, mut j) = (0, 0);
        let (mut left, mut right) = (a.cuts.into_iter().peekable(), b.cuts.into_iter().peekable());
        loop {
            let order = match (left.peek(), right.peek()) {
                (None, None) => break,
                (Some(x), Some(y)) => self.order(x, y),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
            };
            let in_a = if order == Ordering::Greater { a.between[i] } else { a.at[i] };
            let in_b = if order == Ordering::Less { b.between[j] } else { b.at[j] };
            let from_a = if order == Ordering::Greater { None } else { left.next() };
            let from_b = if order == Ordering::Less { None } else { right.next() };
            i += usize::from(from_a.is_some());
            j += usize::from(from_b.is_some());
            out.cuts.extend(from_a.or(from_b));
            out.at.push(op(in_a, in_b));
            out.between.push(op(a.between[i], b.between[j]));
            if out.cuts.len() > MAX_CUTS {
                return None;
            }
        }
        Some(out)
    }

    /// `x \in S`, `a < x <= b`, `|x - 1| > 2`, `x \ne 3`: the values of the only variable that make the chain true.
    fn chain(&mut self, first: &Node, rest: &[(Rel, Node)]) -> Option<RealSet> {
        if let [(Rel::In, set)] = rest {
            return is_name(first).then(|| self.set(set)).flatten();
        }
        if let [(Rel::NotIn, set)] = rest {
            return is_name(first).then(|| self.set(set)).flatten().map(RealSet::complement);
        }
        if !rest.iter().all(|(r, _)| r.is_order() || *r == Rel::Ne) {
            return None;
        }
        let variable = only_variable(first, rest)?;
        let mut all = RealSet::everything(true);
        let mut left = first;
        for (rel, right) in rest {
            let part = self.relation(left, *rel, right, &variable)?;
            all = self.merge(all, part, |a, b| a && b)?;
            left = right;
        }
        Some(all)
    }

    /// Side by side, inequalities of one variable hold together if they can, otherwise either.
    fn conditions(&mut self, items: &[Node]) -> Option<RealSet> {
        let mut sets = Vec::new();
        let mut name: Option<String> = None;
        for item in items {
            let Node::Chain(first, rest) = item else {
                return None;
            };
            if !rest.iter().all(|(r, _)| r.is_order() || *r == Rel::Ne || matches!(r, Rel::In | Rel::NotIn)) {
                return None;
            }
            let membership = matches!(rest.as_slice(), [(Rel::In | Rel::NotIn, _)]);
            let own = if membership { name_of(first) } else { only_variable(first, rest).and_then(|v| name_of(&v)) };
            if name.get_or_insert(own.clone()?) != own.as_ref()? {
                return None;
            }
            sets.push(self.set(item)?);
        }
        let mut both = sets.first()?.clone();
        let mut either = both.clone();
        for set in sets.into_iter().skip(1) {
            both = self.merge(both, set.clone(), |a, b| a && b)?;
            either = self.merge(either, set, |a, b| a || b)?;
        }
        Some(if both.is_empty() { either } else { both })
    }

    /// Equality of two sets.
    pub fn compare(&self, a: &RealSet, b: &RealSet) -> Verdict {
        let same = a.cuts.len() == b.cuts.len()
            && a.at == b.at
            && a.between == b.between
            && a.cuts.iter().zip(&b.cuts).all(|(x, y)| self.order(x, y) == Ordering::Equal);
        if same { Verdict::equal("the same set of real numbers") } else { Verdict::different("different sets of real numbers") }
    }

    /// Whether the set is given by intervals or inequalities rather than by listing numbers.
    pub fn is_region(set: &RealSet) -> bool {
        !set.is_finite() || set.is_empty()
    }
}

/// `\mathbb{R}^+`, `\mathbb{R}_{\ge 0}` as the parser keeps them: which side of zero, and whether zero belongs.
pub fn half_line(name: &str) -> Option<(bool, bool)> {
    let script: String = name.strip_prefix('R')?.chars().filter(|c| !matches!(c, '{' | '}' | ' ')).collect();
    Some(match script.as_str() {
        "^+" | "_+" | "_>0" => (true, false),
        "^-" | "_-" | "_<0" => (false, false),
        "_\\ge0" | "_\\geq0" | "_\\geqslant0" | "^+_0" | "_0^+" => (true, true),
        "_\\le0" | "_\\leq0" | "_\\leqslant0" => (false, true),
        _ => return None,
    })
}

/// 1 for infinity, -1 for minus infinity.
pub fn infinity(node: &Node) -> Option<i32> {
    match node {
        Node::Const(Const::Infinity) => Some(1),
        Node::Neg(a) => infinity(a).map(|s| -s),
        _ => None,
    }
}

/// A symbol, or an unknown function of anything: what stands for one number.
fn is_name(node: &Node) -> bool {
    matches!(node, Node::Sym(_) | Node::Indexed(..) | Node::Apply(..))
}

fn name_of(node: &Node) -> Option<String> {
    is_name(node).then(|| format!("{node:?}"))
}

/// The only name in the chain; an unknown function counts as one name, whatever is inside.
pub fn only_variable(first: &Node, rest: &[(Rel, Node)]) -> Option<Node> {
    let mut found: Option<Node> = None;
    for part in std::iter::once(first).chain(rest.iter().map(|(_, n)| n)) {
        if !collect(part, &mut found) {
            return None;
        }
    }
    found
}

fn collect(node: &Node, found: &mut Option<Node>) -> bool {
    if is_name(node) {
        return *found.get_or_insert_with(|| node.clone()) == *node;
    }
    node.children().into_iter().all(|c| collect(c, found))
}

/// The tree with one name replaced.
pub fn replace(node: &Node, name: &Node, value: &Node) -> Node {
    if node == name {
        return value.clone();
    }
    node.map_children(&mut |c| replace(c, name, value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Options,
        math::{budget::Budget, parse::parse, token::Reading},
    };

    fn same(a: &str, b: &str) -> Option<bool> {
        let (options, budget) = (Options::default(), Budget::new(10_000_000));
        let judge = Judge { options: &options, budget: &budget, tolerance: None, depth: 0 };
        let mut reader = Reader::new(&judge);
        let mut read = |t: &str| reader.read(&parse(t, Reading::USUAL).expect(t));
        let (x, y) = (read(a)?, read(b)?);
        Some(reader.compare(&x, &y).is_equal())
    }

    #[test]
    fn intervals_and_inequalities() {
        for (a, b) in [
            ("(0,12.5)", "0<x<12.5"),
            ("(-\\infty,3)", "x<3"),
            ("x<1", "-x>-1"),
            ("[\\sqrt2,\\infty)", "m\\ge\\sqrt2"),
            ("x\\ne 3", "(-\\infty,3)\\cup(3,\\infty)"),
            ("\\mathbb{R}\\setminus\\{1,2\\}", "(-\\infty,1)\\cup(1,2)\\cup(2,\\infty)"),
            ("|x-1|<2", "(-1,3)"),
            ("1\\le|z|\\le\\frac32", "z\\in[-\\frac32,-1]\\cup[1,\\frac32]"),
            ("x^2<4", "(-2,2)"),
            ("x^2\\ge 2", "(-\\infty,-\\sqrt2]\\cup[\\sqrt2,\\infty)"),
            ("[1,2]\\cup[2,3]", "[1,3]"),
            ("(1,2)\\cup\\{2\\}", "(1,2]"),
            ("x<-1\\text{ or }x>3", "(-\\infty,-1)\\cup(3,\\infty)"),
            ("x>1\\text{ and }x<3", "(1,3)"),
            ("\\{x\\mid x>3\\}", "(3,\\infty)"),
            ("\\{x\\in\\mathbb{R}:0\\le x\\le1\\}", "[0,1]"),
            ("]1,2[", "(1,2)"),
            ("0<f(x)<1", "(0,1)"),
            ("2x-6>0", "x>3"),
        ] {
            assert_eq!(same(a, b), Some(true), "{a} {b}");
        }
    }

    #[test]
    fn differences() {
        for (a, b) in
            [("(0,1)", "[0,1)"), ("x<3", "x>3"), ("x\\le3", "x<3"), ("(0,1)", "(0,1.00001)"), ("[0,50)", "(0,0.5]"), ("|x|<2", "x<2")]
        {
            assert_eq!(same(a, b), Some(false), "{a} {b}");
        }
        assert_eq!(same("x+y<3", "x<3"), None);
    }
}
