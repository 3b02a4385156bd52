//! compare(gold, pred): dispatch by type.

use super::{
    constant::constant,
    matrix, modular,
    number::Number,
    relation, scalar,
    set::{Reader, only_variable},
    text,
    tree::{Node, Rel},
    unit::{self, Unit},
    verdict::{Judge, Verdict},
    words,
};
use num_rational::BigRational;

/// Most comparisons that are open at a time.
const MAX_DEPTH: u32 = 100;

/// What stands around a value.
#[derive(Clone, Debug, PartialEq)]
enum Tag {
    None,
    Percent,
    Degree,
    Unit(Unit),
}

impl Judge<'_> {
    /// Whether two answers are equal.
    pub fn compare(&self, gold: &Node, pred: &Node) -> Verdict {
        // Parts of parts: an answer is compared as deep as it is nested, and no deeper.
        if self.budget.spend(16).is_err() || self.depth > MAX_DEPTH {
            return Verdict::Exhausted;
        }
        if let Some(verdict) = self.text_of_letters(gold, pred) {
            return verdict;
        }
        if self.options.lowest_terms && unreduced(gold) != unreduced(pred) {
            return Verdict::different("a quotient that is not carried out or not in lowest terms");
        }
        match (modular::print(gold, self.budget), modular::print(pred, self.budget)) {
            (Ok(Some(a)), Ok(Some(b))) if a.same(&b) => return Verdict::equal("identity"),
            (Err(_), _) | (_, Err(_)) => return Verdict::Exhausted,
            _ => {}
        }
        let inner = Judge { depth: self.depth + 1, ..*self };
        inner.by_type(&prepared(gold), &prepared(pred))
    }

    fn by_type(&self, gold: &Node, pred: &Node) -> Verdict {
        let chain = |n: &Node| matches!(n, Node::Chain(..));
        if let Some(verdict) = self.regions(gold, pred) {
            return verdict;
        }
        match (chain(gold), chain(pred)) {
            (true, true) => return self.chains(gold, pred),
            (true, false) if !is_listing(pred) => return self.chain_and_value(gold, pred, false),
            (false, true) if !is_listing(gold) => return self.chain_and_value(pred, gold, true),
            _ => {}
        }
        if is_listing(gold) || is_listing(pred) || has_sign(gold) || has_sign(pred) {
            return self.lists(gold, pred);
        }
        self.single(gold, pred)
    }

    /// Neither a list nor a relation.
    fn single(&self, gold: &Node, pred: &Node) -> Verdict {
        use Node::*;
        match (gold, pred) {
            (Matrix(_), _) | (_, Matrix(_)) => self.matrices(gold, pred),
            (Tuple(a) | Bracket(a), Tuple(b) | Bracket(b)) => self.part_by_part(a, b),
            (Tuple(a), b) | (Bracket(a), b) if a.len() == 1 => self.compare(&a[0], b),
            (a, Tuple(b)) | (a, Bracket(b)) if b.len() == 1 => self.compare(a, &b[0]),
            (Interval(..), Interval(..)) => self.intervals(gold, pred),
            (SetOp(p, a, b), SetOp(q, c, d)) if p == q => {
                let straight = Verdict::all([self.compare(a, c), self.compare(b, d)], "the same sets");
                straight.or(|| Verdict::all([self.compare(a, d), self.compare(b, c)], "the same sets"))
            }
            (Residue(a, m), Residue(b, n)) => self.residues((a, m), (b, n)),
            (Residue(a, _), b) | (b, Residue(a, _)) => self.compare(a, b),
            (Text(_), _) | (_, Text(_)) => self.texts(gold, pred),
            (Time(a, p), Time(b, q)) => times(*a, *p, *b, *q),
            (Time(..), _) => self.compare(&as_ratio(gold), pred),
            (_, Time(..)) => self.compare(gold, &as_ratio(pred)),
            (Ratio(a), Ratio(b)) => self.ratios(a, b),
            (Func(f, a), Func(g, b)) if !gold.is_scalar() && f == g => self.part_by_part(a, b),
            _ if gold.is_scalar() && pred.is_scalar() => self.tagged(gold, pred),
            _ => Verdict::different(format!("{} against {}", pred.kind(), gold.kind())),
        }
    }

    /// Sets of real numbers: only when one side is a region, so that tuples and lists keep their own rules.
    fn regions(&self, gold: &Node, pred: &Node) -> Option<Verdict> {
        let region = |n: &Node| match n {
            Node::Interval(..) | Node::SetOp(..) | Node::Builder(..) | Node::NamedSet('R') => true,
            Node::Chain(_, rest) => rest.iter().any(|(r, _)| r.is_order() || matches!(r, Rel::In | Rel::NotIn | Rel::Ne)),
            Node::List(items) => {
                items.iter().all(|i| matches!(i, Node::Chain(_, rest) if rest.iter().any(|(r, _)| r.is_order() || *r == Rel::Ne)))
            }
            Node::Set(items) => items.is_empty(),
            Node::Text(t) => matches!(text::key(t).as_str(), "allreal" | "nosolution") || super::set::half_line(t).is_some(),
            _ => false,
        };
        if !region(gold) && !region(pred) {
            return None;
        }
        let member = |n: &Node| matches!(n, Node::Chain(_, rest) if matches!(rest.as_slice(), [(Rel::In, _)]));
        let inequality = |n: &Node| matches!(n, Node::Chain(_, rest) if rest.iter().all(|(r, _)| r.is_order()));
        if !self.options.set_as_relation && member(gold) && inequality(pred) {
            return Some(Verdict::different("an inequality where a set is asked for"));
        }
        if !self.variables_agree(gold, pred) {
            return Some(Verdict::different("relations of different variables"));
        }
        // `D = (0, 1)` against an interval.
        let value = |n: &Node| relation::assignment(n).map_or_else(|| n.clone(), |a| a.value);
        let mut reader = Reader::new(self);
        let (gold, pred) = (&value(gold), &value(pred));
        let (a, b) = (reader.read(gold)?, reader.read(pred)?);
        let listed = |n: &Node| matches!(n, Node::Set(items) if !items.is_empty());
        if listed(gold) && listed(pred) || (!Reader::is_region(&a) && !Reader::is_region(&b)) && (listed(gold) || listed(pred)) {
            return None;
        }
        let rounded = self.tolerance.is_some() || self.options.decimals.is_some() || has_decimal(gold) || has_decimal(pred);
        Some(reader.compare(&a, &b).or(|| match (gold, pred) {
            // Ends may still agree within a tolerance.
            (Node::Interval(..), Node::Interval(..)) | (Node::SetOp(..), Node::SetOp(..)) if rounded => self.single(gold, pred),
            _ => Verdict::different("different sets of real numbers"),
        }))
    }

    /// `x < 3` is not `y < 3`.
    fn variables_agree(&self, gold: &Node, pred: &Node) -> bool {
        let variable = |n: &Node| match n {
            Node::Chain(first, rest) => only_variable(first, rest),
            _ => None,
        };
        match (variable(gold), variable(pred)) {
            (Some(a), Some(b)) => !self.options.names_matter || relation::names_agree(&a, &b),
            _ => true,
        }
    }

    fn chain_and_value(&self, chain: &Node, value: &Node, swapped: bool) -> Verdict {
        if let Node::Chain(name, rest) = chain
            && let [(Rel::In, set)] = rest.as_slice()
            && relation::is_name(name)
        {
            return self.directed(set, value, swapped);
        }
        match relation::assignment(chain) {
            Some(found) => self.directed(&found.value, value, swapped),
            None => Verdict::different("a relation against a value"),
        }
    }

    fn directed(&self, a: &Node, b: &Node, swapped: bool) -> Verdict {
        if swapped { self.compare(b, a) } else { self.compare(a, b) }
    }

    fn intervals(&self, gold: &Node, pred: &Node) -> Verdict {
        let (Node::Interval(a, b), Node::Interval(c, d)) = (gold, pred) else {
            return Verdict::Unknown("no interval".to_owned());
        };
        if (a.closed, b.closed) != (c.closed, d.closed) {
            return Verdict::different("open against closed ends");
        }
        Verdict::all([self.compare(&a.at, &c.at), self.compare(&b.at, &d.at)], "the same interval")
    }

    fn residues(&self, (a, m): (&Node, &Node), (b, n): (&Node, &Node)) -> Verdict {
        let modulus = self.compare(m, n);
        if !modulus.is_equal() {
            return modulus;
        }
        let values = (constant(a), constant(b), constant(m));
        let (Some(a), Some(b), Some(m)) = values else {
            return self.compare(a, b);
        };
        let zero = BigRational::from_integer(0.into());
        let congruent = m != zero && ((a - b) / m).is_integer();
        if congruent { Verdict::equal("congruent") } else { Verdict::different("not congruent") }
    }

    fn ratios(&self, a: &[Node], b: &[Node]) -> Verdict {
        if a.len() != b.len() || a.iter().chain(b).any(|n| *n == Node::Ellipsis) {
            return Verdict::different("different ratios");
        }
        let product = |x: &Node, y: &Node| Node::Mul(vec![x.clone(), y.clone()]);
        let steps = (1..a.len()).map(|i| self.compare(&product(&a[0], &b[i]), &product(&b[0], &a[i])));
        Verdict::all(steps, "the same ratio")
    }

    // Scalars with units.

    fn tagged(&self, gold: &Node, pred: &Node) -> Verdict {
        let ((x, s), (y, t)) = (tag(gold), tag(pred));
        let over = |n: &Node, d: i64| Node::Div(Box::new(n.clone()), Box::new(Node::int(d)));
        match (&s, &t) {
            (Tag::Unit(u), Tag::Unit(v)) => self.quantities(&x, u, &y, v),
            (Tag::None, Tag::None) | (Tag::Percent, Tag::Percent) | (Tag::Degree, Tag::Degree) => self.scalars(&x, &y),
            (Tag::Percent, Tag::None) => self.scalars(&x, &y).or(|| self.scalars(&over(&x, 100), &y)),
            (Tag::None, Tag::Percent) => self.scalars(&x, &y).or(|| self.scalars(&x, &over(&y, 100))),
            (Tag::Degree, Tag::None) => self.scalars(&x, &y).or(|| self.scalars(&Node::Degree(Box::new(x.clone())), &y)),
            (Tag::None, Tag::Degree) => self.scalars(&x, &y).or(|| self.scalars(&x, &Node::Degree(Box::new(y.clone())))),
            (Tag::Unit(u), Tag::Degree) if is_radian(u) => self.scalars(&x, &Node::Degree(Box::new(y.clone()))),
            (Tag::Degree, Tag::Unit(u)) if is_radian(u) => self.scalars(&Node::Degree(Box::new(x.clone())), &y),
            (Tag::Unit(_), Tag::None) if self.options.units_required => Verdict::different("the unit is missing"),
            (Tag::Unit(_), Tag::None) | (Tag::None, Tag::Unit(_)) => self.scalars(&x, &y),
            (Tag::Unit(u), _) | (_, Tag::Unit(u)) if u.open => self.scalars(&x, &y),
            _ => Verdict::different("values of different kinds"),
        }
    }

    fn quantities(&self, x: &Node, u: &Unit, y: &Node, v: &Unit) -> Verdict {
        match unit::relate(u, v) {
            unit::Relation::Factor(ratio) => {
                let converted = Node::Mul(vec![x.clone(), Node::Num(Number::exact(ratio.clone()))]);
                let one = BigRational::from_integer(1.into());
                if ratio == one { self.scalars(x, y) } else { self.scalars(&converted, y) }
            }
            unit::Relation::Open => self.scalars(x, y),
            unit::Relation::Mismatch => Verdict::different("units of different dimension"),
        }
    }

    // Text.

    /// Runs of letters that are whole answers: `east` is not `seat`, `no` not `on`.
    fn text_of_letters(&self, gold: &Node, pred: &Node) -> Option<Verdict> {
        let (a, b) = (text::letters(gold)?, text::letters(pred)?);
        if a.chars().count() < 2 && b.chars().count() < 2 {
            return None;
        }
        if a == b {
            return Some(Verdict::equal("the same letters"));
        }
        (!words::is_product(&a) || !words::is_product(&b)).then(|| Verdict::different("different letters"))
    }

    fn texts(&self, gold: &Node, pred: &Node) -> Verdict {
        if let (Some(a), Some(b)) = (number_in_words(gold), number_in_words(pred)) {
            return self.compare(&a, &b);
        }
        let (Some(a), Some(b)) = (text::of_node(gold), text::of_node(pred)) else {
            return Verdict::different("text against mathematics");
        };
        let (p, q) = (text::key(&a), text::key(&b));
        if p.is_empty() || q.is_empty() {
            return Verdict::different("an empty text equals nothing");
        }
        if p == q {
            return Verdict::equal("the same text");
        }
        Verdict::different("different text")
    }
}

/// Single-item lists, matrix arithmetic, numbers in words.
fn prepared(node: &Node) -> Node {
    match node {
        Node::List(items) | Node::Tuple(items) if items.len() == 1 => prepared(&items[0]),
        Node::Neg(a) => match a.as_ref() {
            Node::Quantity(v, u) => Node::Quantity(Box::new(Node::Neg(v.clone())), u.clone()),
            Node::Percent(v) => Node::Percent(Box::new(Node::Neg(v.clone()))),
            Node::Degree(v) => Node::Degree(Box::new(Node::Neg(v.clone()))),
            _ => matrix::computed(node),
        },
        other => matrix::computed(other),
    }
}

fn has_decimal(node: &Node) -> bool {
    node.any(&|n| matches!(n, Node::Num(n) if n.ulp.is_some()))
}

fn is_listing(node: &Node) -> bool {
    matches!(node, Node::List(_) | Node::Set(_))
}

fn has_sign(node: &Node) -> bool {
    node.any(&|n| matches!(n, Node::PlusMinus(..)))
}

fn tag(node: &Node) -> (Node, Tag) {
    match node {
        Node::Percent(a) => (a.as_ref().clone(), Tag::Percent),
        Node::Degree(a) => (a.as_ref().clone(), Tag::Degree),
        Node::Quantity(a, u) => match tag(a) {
            (value, Tag::None) => (value, Tag::Unit(u.clone())),
            // `\$5 million`: the money counts.
            (value, inner) => (value, inner),
        },
        Node::Neg(a) => {
            let (value, tag) = tag(a);
            (Node::Neg(Box::new(value)), tag)
        }
        other => (other.clone(), Tag::None),
    }
}

fn is_radian(unit: &Unit) -> bool {
    matches!(unit.dims.as_slice(), [(base, 1)] if base == "rad")
}

/// A quotient of integers that is not in lowest terms or could be an integer.
fn unreduced(node: &Node) -> bool {
    let Node::Div(a, b) = node else {
        return matches!(node, Node::Neg(a) | Node::Quantity(a, _) | Node::Degree(a) | Node::Percent(a) if unreduced(a));
    };
    match (a.as_ref(), b.as_ref()) {
        (Node::Num(a), Node::Num(b)) if a.value.is_integer() && b.value.is_integer() => {
            use num_integer::Integer;
            let (a, b) = (a.value.numer(), b.value.numer());
            a.gcd(b) != 1.into() || *b == 1.into()
        }
        _ => false,
    }
}

/// Minutes after midnight, with am and pm compared when both are given.
fn times(a: u32, p: Option<bool>, b: u32, q: Option<bool>) -> Verdict {
    let half = 12 * 60;
    let full = |minutes: u32, pm: Option<bool>| match pm {
        Some(pm) => minutes % half + if pm { half } else { 0 },
        None => minutes,
    };
    let (x, y) = (full(a, p), full(b, q));
    let same = match (p, q) {
        (Some(_), Some(_)) | (None, None) => x == y,
        _ => x == y || x % half == y % half && a.min(b) < half,
    };
    if same { Verdict::equal("the same time") } else { Verdict::different("different times") }
}

fn as_ratio(node: &Node) -> Node {
    match node {
        Node::Time(minutes, None) => Node::Ratio(vec![Node::int(i64::from(minutes / 60)), Node::int(i64::from(minutes % 60))]),
        other => Node::Text(format!("{other:?}")),
    }
}

/// A number, or text that is one in words.
fn number_in_words(node: &Node) -> Option<Node> {
    match node {
        Node::Text(t) => {
            let (n, d) = words::cardinal(t)?;
            Some(Node::Num(Number::exact(BigRational::new(n.into(), d.into()))))
        }
        other if other.is_scalar() && scalar::decimal(other).is_some() => Some(other.clone()),
        other if constant(other).is_some() => Some(other.clone()),
        _ => None,
    }
}
