//! Solving inequalities in one variable: roots of at most quadratic branches, then a sign chart.

use super::{Reader, RealSet, infinity, replace};
use crate::math::{
    eval::Val,
    interval::Stop,
    number::Number,
    tree::{Func, Node, Rel},
};
use num_rational::BigRational;
use num_traits::{One, Zero};
use std::cmp::Ordering;

impl Reader<'_> {
    pub(super) fn relation(&mut self, left: &Node, rel: Rel, right: &Node, variable: &Node) -> Option<RealSet> {
        if let (Some(sign), false) = (infinity(right), left == variable && infinity(left).is_some()) {
            return bounded(rel, sign);
        }
        if let Some(sign) = infinity(left) {
            return bounded(rel.flipped(), sign);
        }
        let difference = Node::Add(vec![left.clone(), Node::Neg(Box::new(right.clone()))]);
        let mut cuts = Vec::new();
        for branch in branches(&difference) {
            cuts.extend(self.roots(&branch, variable)?);
        }
        cuts.sort_by(|a, b| self.order(a, b));
        cuts.dedup_by(|a, b| self.order(a, b) == Ordering::Equal);
        self.sign_chart(&difference, rel, variable, cuts)
    }

    /// Tests the relation between and at the candidates for roots.
    fn sign_chart(&mut self, difference: &Node, rel: Rel, variable: &Node, cuts: Vec<Val>) -> Option<RealSet> {
        let mut between = Vec::with_capacity(cuts.len() + 1);
        let mut at = Vec::with_capacity(cuts.len());
        for i in 0..=cuts.len() {
            let probe = self.probe(i.checked_sub(1).map(|j| &cuts[j]), cuts.get(i))?;
            let value = self.substituted(difference, variable, &probe).ok()?;
            between.push(holds(rel, self.eval.sign(&value)?));
        }
        for cut in &cuts {
            let sign = match cut {
                Val::Exact(x) => {
                    let value = self.substituted(difference, variable, x).ok()?;
                    self.eval.sign(&value).unwrap_or(Ordering::Equal)
                }
                // An irrational candidate is a root of one branch; with several branches it may not be one at all.
                _ if !difference.any(&|n| matches!(n, Node::Func(Func::Abs, _))) => Ordering::Equal,
                _ => self.sign_near(difference, variable, cut)?,
            };
            at.push(holds(rel, sign));
        }
        Some(RealSet { cuts, at, between })
    }

    /// Sign at an irrational candidate: zero if the signs around it differ or vanish, else their sign.
    fn sign_near(&mut self, difference: &Node, variable: &Node, cut: &Val) -> Option<Ordering> {
        let middle = BigRational::from_float(cut.approx()?)?;
        let step = BigRational::new(One::one(), (1_000_000_000i64).into());
        let mut signs = Vec::new();
        for probe in [&middle - &step, &middle + &step] {
            let value = self.substituted(difference, variable, &probe).ok()?;
            let small = value.approx()?.abs() < 1e-6;
            signs.push(if small { Ordering::Equal } else { self.eval.sign(&value)? });
        }
        Some(if signs[0] == signs[1] { signs[0] } else { Ordering::Equal })
    }

    /// A rational number strictly between two cuts.
    fn probe(&self, low: Option<&Val>, high: Option<&Val>) -> Option<BigRational> {
        let near = |v: &Val| match v {
            Val::Exact(x) => Some(x.clone()),
            other => BigRational::from_float(other.approx()?),
        };
        let one = BigRational::one();
        Some(match (low, high) {
            (None, None) => BigRational::zero(),
            (Some(a), None) => near(a)? + &one,
            (None, Some(b)) => near(b)? - &one,
            (Some(a), Some(b)) => (near(a)? + near(b)?) / BigRational::from_integer(2.into()),
        })
    }

    fn substituted(&mut self, node: &Node, variable: &Node, x: &BigRational) -> Result<Val, Stop> {
        let value = Node::Num(Number::exact(x.clone()));
        self.eval.node(&replace(node, variable, &value))
    }

    /// Real roots of a function that is at most quadratic in the variable, from its values at 0, 1, 2, 3.
    fn roots(&mut self, f: &Node, variable: &Node) -> Option<Vec<Val>> {
        let mut values = Vec::new();
        for x in 0..4 {
            values.push(self.substituted(f, variable, &BigRational::from_integer(x.into())).ok()?);
        }
        let e = &self.eval;
        let diff = |v: &[Val]| v.windows(2).map(|w| e.sub(&w[1], &w[0]).ok()).collect::<Option<Vec<_>>>();
        let first = diff(&values)?;
        let second = diff(&first)?;
        let third = diff(&second)?;
        if !self.vanishes(&third[0]) {
            return None;
        }
        let constant = values[0].clone();
        if self.vanishes(&second[0]) {
            if self.vanishes(&first[0]) {
                return Some(Vec::new());
            }
            return Some(vec![e.div(&constant.neg(), &first[0]).ok()?]);
        }
        let a = e.div(&second[0], &Val::int(2)).ok()?;
        let b = e.sub(&first[0], &a).ok()?;
        self.quadratic(&a, &b, &constant)
    }

    fn vanishes(&self, value: &Val) -> bool {
        match value {
            Val::Exact(x) => x.is_zero(),
            other => self.eval.sign(other).is_none(),
        }
    }

    fn quadratic(&mut self, a: &Val, b: &Val, c: &Val) -> Option<Vec<Val>> {
        let e = &self.eval;
        let four_ac = e.mul(&e.mul(a, c).ok()?, &Val::int(4)).ok()?;
        let discriminant = e.sub(&e.mul(b, b).ok()?, &four_ac).ok()?;
        let twice_a = e.mul(a, &Val::int(2)).ok()?;
        match self.eval.sign(&discriminant) {
            Some(Ordering::Less) => Some(Vec::new()),
            Some(Ordering::Greater) => {
                let root = match &discriminant {
                    Val::Exact(d) => {
                        let node = Node::Num(Number::exact(d.clone()));
                        self.eval.node(&Node::Root(Box::new(Node::int(2)), Box::new(node))).ok()?
                    }
                    other => Val::Real(self.eval.real(other).ok()?.root(2, self.eval.cx).ok()?),
                };
                let e = &self.eval;
                let low = e.div(&e.sub(&b.neg(), &root).ok()?, &twice_a).ok()?;
                let high = e.div(&e.add(&b.neg(), &root).ok()?, &twice_a).ok()?;
                Some(vec![low, high])
            }
            _ => Some(vec![self.eval.div(&b.neg(), &twice_a).ok()?]),
        }
    }
}

fn holds(rel: Rel, sign: Ordering) -> bool {
    match rel {
        Rel::Lt => sign == Ordering::Less,
        Rel::Le => sign != Ordering::Greater,
        Rel::Gt => sign == Ordering::Greater,
        Rel::Ge => sign != Ordering::Less,
        _ => sign != Ordering::Equal,
    }
}

/// `x < \infty` says nothing, `x > \infty` cannot be.
fn bounded(rel: Rel, sign: i32) -> Option<RealSet> {
    match (rel, sign) {
        (Rel::Lt | Rel::Le, 1) | (Rel::Gt | Rel::Ge, -1) | (Rel::Ne, _) => Some(RealSet::everything(true)),
        _ => None,
    }
}

/// The tree with each |u| as u and as -u; only the outermost two absolute values are split.
fn branches(node: &Node) -> Vec<Node> {
    let mut out = vec![node.clone()];
    for _ in 0..2 {
        let mut next = Vec::new();
        for tree in out {
            match first_abs(&tree) {
                Some(abs) => {
                    let Node::Func(_, args) = &abs else {
                        continue;
                    };
                    let inner = args[0].clone();
                    next.push(replace(&tree, &abs, &inner));
                    next.push(replace(&tree, &abs, &Node::Neg(Box::new(inner))));
                }
                None => next.push(tree),
            }
        }
        out = next;
    }
    out
}

fn first_abs(node: &Node) -> Option<Node> {
    if matches!(node, Node::Func(Func::Abs, args) if args.len() == 1) {
        return Some(node.clone());
    }
    node.children().into_iter().find_map(first_abs)
}
