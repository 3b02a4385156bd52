//! Equations, inequalities, assignments.

use super::{
    constant::constant,
    eval::{Domain, Eval, Point, Val},
    interval::Cx,
    modular,
    set::replace,
    tree::{Func, Node, Rel},
    verdict::{Judge, Verdict},
};
use num_rational::BigRational;
use num_traits::Signed;

/// A chain that says what something is: the left side is a name, the right side its value.
#[derive(Clone, Debug)]
pub struct Assignment {
    /// The left side.
    pub name: Node,
    /// The last exact member.
    pub value: Node,
}

/// Reads a chain of equalities as an assignment: `x = 5+5+1 = 11`, `f(x) = 2x`, `|AB| = 1`, `(p,q) = (3,2)`, `5 = x`.
///
/// What follows `\approx` is dropped if anything exact is left. None when the left side is no name: `2x + z = 1`, and when a computation
/// contradicts itself: `7 = 8` says nothing. After a name the end counts, as in Math-Verify: `x = 7 = 8` says 8.
pub fn assignment(node: &Node) -> Option<Assignment> {
    let Node::Chain(first, rest) = node else {
        return None;
    };
    if !rest.iter().all(|(r, _)| matches!(r, Rel::Eq | Rel::Approx)) {
        return None;
    }
    let value = last_exact(rest)?.clone();
    if is_name(first) && !occurs(first, &value) {
        return Some(Assignment { name: first.as_ref().clone(), value });
    }
    match rest.as_slice() {
        // `5 = x`.
        [(Rel::Eq, Node::Sym(_))] if !first.has_symbols() => Some(Assignment { name: value, value: first.as_ref().clone() }),
        // A computation: `100/2 = 50`.
        _ if !first.has_symbols() && contradicts_itself(first, rest) => None,
        _ if !first.has_symbols() && !value.has_symbols() => Some(Assignment { name: Node::Text(String::new()), value }),
        // `1 = \zzz = x = 0`: only its end says something.
        [_, _, ..] => Some(Assignment { name: Node::Text(String::new()), value }),
        _ => None,
    }
}

fn last_exact(rest: &[(Rel, Node)]) -> Option<&Node> {
    let exact = rest.iter().take_while(|(r, _)| *r == Rel::Eq).last();
    exact.or(rest.last()).map(|(_, n)| n)
}

/// Whether two neighbours are rational constants too far apart for one to be the other rounded: 1 %, half a unit where just one is whole.
fn contradicts_itself(first: &Node, rest: &[(Rel, Node)]) -> bool {
    let members: Vec<Option<BigRational>> = std::iter::once(first).chain(rest.iter().map(|(_, node)| node)).map(constant).collect();
    let apart = |pair: &[Option<BigRational>]| match pair {
        [Some(a), Some(b)] if a.is_integer() && b.is_integer() => a != b,
        [Some(a), Some(b)] => {
            let share = BigRational::new(1.into(), 100.into()) * a.abs().max(b.abs());
            let unit =
                if a.is_integer() || b.is_integer() { BigRational::new(1.into(), 2.into()) } else { BigRational::from_integer(0.into()) };
            (a - b).abs() > share.max(unit)
        }
        _ => false,
    };
    members.windows(2).any(apart)
}

/// Whether a node only names something.
pub fn is_name(node: &Node) -> bool {
    match node {
        Node::Sym(_) | Node::Indexed(..) | Node::Apply(..) | Node::Text(_) => true,
        Node::Mul(parts) => parts.iter().all(|p| is_name(p) || matches!(p, Node::Chain(..) | Node::Const(_))),
        Node::Ratio(parts) | Node::Tuple(parts) => parts.iter().all(is_name),
        Node::Div(a, b) => is_name(a) && is_name(b),
        Node::Func(Func::Abs | Func::Norm | Func::Det, parts) => parts.iter().all(|p| is_name(p) || p.is_scalar() && is_sum_of_names(p)),
        Node::Func(_, parts) => parts.iter().all(is_name),
        // `f^{-1}`, `x^n` as a label.
        Node::Pow(a, b) => matches!(a.as_ref(), Node::Sym(_)) && (matches!(b.as_ref(), Node::Sym(_)) || is_inverse(a, b)),
        Node::Degree(a) => is_name(a),
        _ => false,
    }
}

fn is_inverse(name: &Node, exponent: &Node) -> bool {
    let function = matches!(name, Node::Sym(s) if matches!(s.as_str(), "f" | "g" | "h"));
    function && constant(exponent).is_some_and(|e| e == BigRational::from_integer((-1).into()))
}

/// `|a + b|`, `|z - w|`.
fn is_sum_of_names(node: &Node) -> bool {
    match node {
        Node::Add(parts) => parts.iter().all(is_sum_of_names),
        Node::Neg(a) => is_sum_of_names(a),
        other => is_name(other),
    }
}

fn occurs(name: &Node, inside: &Node) -> bool {
    match name {
        Node::Sym(_) => inside.any(&|n| n == name),
        _ => false,
    }
}

/// Whether two left sides may name the same thing: equal, or one of them a description, a function or a label. Two
/// different plain variables in lower case, as in `x = 3` and `y = 3`, may not.
pub fn names_agree(a: &Node, b: &Node) -> bool {
    let variable = |n: &Node| match n {
        Node::Sym(s) => s.len() == 1 && s.chars().all(|c| c.is_ascii_lowercase()),
        _ => false,
    };
    a == b || !(variable(a) && variable(b))
}

impl Judge<'_> {
    /// Two chains.
    pub fn chains(&self, gold: &Node, pred: &Node) -> Verdict {
        let (Node::Chain(a, ar), Node::Chain(b, br)) = (gold, pred) else {
            return Verdict::Unknown("no relation".to_owned());
        };
        if let ([(Rel::Eq, right_a)], [(Rel::Eq, right_b)]) = (ar.as_slice(), br.as_slice()) {
            if let Some(renamed) = with_argument_of(a, b, right_b) {
                return self.compare(right_a, &renamed);
            }
            let verdict = self.equations(a, right_a, b, right_b);
            if verdict.is_equal() {
                return verdict;
            }
        }
        if let (Some(x), Some(y)) = (assignment(gold), assignment(pred)) {
            if !names_agree(&x.name, &y.name) && self.options.names_matter {
                return Verdict::different("the same relation of different variables, or another value");
            }
            return self.compare(&x.value, &y.value);
        }
        if ar.iter().chain(br).all(|(r, _)| r.is_order()) {
            return self.orders(gold, pred);
        }
        if let ([(Rel::Ne, right_a)], [(Rel::Ne, right_b)]) = (ar.as_slice(), br.as_slice()) {
            return self.equations(a, right_a, b, right_b);
        }
        self.same_members(a, ar, b, br)
    }

    fn same_members(&self, a: &Node, ar: &[(Rel, Node)], b: &Node, br: &[(Rel, Node)]) -> Verdict {
        let same_relations = ar.len() == br.len() && ar.iter().zip(br).all(|((r, _), (s, _))| r == s);
        if !same_relations {
            return Verdict::different("different relations");
        }
        let first = std::iter::once(self.compare(a, b));
        let rest = ar.iter().zip(br).map(|((_, x), (_, y))| self.compare(x, y));
        Verdict::all(first.chain(rest), "the same relation member by member")
    }

    /// l = r up to a non-zero constant factor.
    fn equations(&self, l: &Node, r: &Node, m: &Node, s: &Node) -> Verdict {
        if ![l, r, m, s].iter().all(|n| n.is_scalar()) {
            return Verdict::Unknown("no equation of scalars".to_owned());
        }
        let (d, e) = (difference(l, r), difference(m, s));
        if !d.has_symbols() || !e.has_symbols() {
            return Verdict::different("an equation without variables");
        }
        match modular::constant_ratio(&d, &e, self.budget) {
            Err(_) => return Verdict::Exhausted,
            Ok(Some(_)) => return Verdict::equal("the same equation up to a factor"),
            Ok(None) => {}
        }
        match self.ratio_at_points(&d, &e) {
            Some(_) => Verdict::equal("the same equation up to a factor, at 8 points to 100 bits"),
            None => Verdict::different("not the same equation up to a factor"),
        }
    }

    /// The sign of d/e where it is the same at eight points.
    fn ratio_at_points(&self, d: &Node, e: &Node) -> Option<std::cmp::Ordering> {
        let cx = Cx { prec: 160, budget: self.budget };
        let mut ratio: Option<Val> = None;
        let mut agreed = 0;
        for index in 0..10 {
            let domain = if index < 6 { Domain::Positive } else { Domain::Unit };
            let mut eval = Eval { point: Some(Point { domain, index }), complex: false, ..Eval::closed(cx) };
            let (Ok(x), Ok(y)) = (eval.node(d), eval.node(e)) else {
                continue;
            };
            let value = eval.div(&x, &y).ok()?;
            let first = ratio.get_or_insert_with(|| value.clone());
            if eval.disjoint(first, &value) || !eval.is_tight(&value, 100) {
                return None;
            }
            agreed += 1;
        }
        if agreed < 8 {
            return None;
        }
        Eval::closed(cx).sign(ratio.as_ref()?).filter(|s| *s != std::cmp::Ordering::Equal)
    }

    /// Chains of order relations in several variables: each step the same up to a positive factor, in the same direction.
    fn orders(&self, gold: &Node, pred: &Node) -> Verdict {
        let (a, b) = (steps(gold), steps(pred));
        if a.len() != b.len() {
            return Verdict::different("chains of different length");
        }
        let forward = a.iter().zip(&b).map(|(x, y)| self.step(x, y));
        Verdict::all(forward, "the same inequality")
    }

    /// (d, strict) means d < 0 or d <= 0.
    fn step(&self, a: &(Node, bool), b: &(Node, bool)) -> Verdict {
        if a.1 != b.1 {
            return Verdict::different("one is strict, the other is not");
        }
        match modular::constant_ratio(&a.0, &b.0, self.budget) {
            Err(_) => return Verdict::Exhausted,
            Ok(Some(1)) => return Verdict::equal("the same inequality"),
            Ok(Some(_)) => return Verdict::different("the other direction"),
            Ok(None) => {}
        }
        if let (Ok(Some(x)), Ok(Some(y))) = (modular::print(&a.0, self.budget), modular::print(&b.0, self.budget))
            && x.same(&y)
        {
            return Verdict::equal("the same inequality");
        }
        match self.ratio_at_points(&a.0, &b.0) {
            Some(std::cmp::Ordering::Greater) => Verdict::equal("the same inequality, at 8 points"),
            _ => Verdict::different("different inequalities"),
        }
    }
}

/// `f(t) = t^2` is `f(x) = x^2`: the right side of the second definition in the first one's variable.
fn with_argument_of(first: &Node, second: &Node, right: &Node) -> Option<Node> {
    let (Node::Apply(f, x), Node::Apply(g, t)) = (first, second) else {
        return None;
    };
    let ([x @ Node::Sym(_)], [t @ Node::Sym(_)]) = (x.as_slice(), t.as_slice()) else {
        return None;
    };
    (f == g && x != t && !occurs(x, right)).then(|| replace(right, t, x))
}

fn difference(l: &Node, r: &Node) -> Node {
    Node::Add(vec![l.clone(), Node::Neg(Box::new(r.clone()))])
}

/// The steps of a chain as differences that are negative, from the smallest member up.
fn steps(node: &Node) -> Vec<(Node, bool)> {
    let Node::Chain(first, rest) = node else {
        return Vec::new();
    };
    let mut out = Vec::new();
    let mut left = first.as_ref();
    let mut descending = false;
    for (rel, right) in rest {
        let strict = matches!(rel, Rel::Lt | Rel::Gt);
        descending = matches!(rel, Rel::Gt | Rel::Ge);
        let step = if descending { difference(right, left) } else { difference(left, right) };
        out.push((step, strict));
        left = right;
    }
    if descending {
        out.reverse();
    }
    out
}
