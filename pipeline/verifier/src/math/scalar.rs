//! Equality of expressions: identity, exact value, enclosures of growing precision, sample points.

use super::{
    command::Big,
    constant::constant,
    eval::{Domain, Eval, Point, Val},
    interval::{Cx, Stop},
    modular::{self, Print},
    number::{self, Number},
    set::infinity,
    tree::{Const, Func, Node},
    verdict::{Judge, Verdict},
};
use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive, Zero};
use std::cmp::Ordering;

/// Precisions tried for constants; at the last but one an overlap that is tight is an equality.
const PRECISIONS: [u32; 3] = [128, 512, 1024];
/// Relative width, in bits, of an overlap that counts as equal.
const TIGHT: u32 = 256;
/// Precision at sample points, and the tightness asked of both values.
const POINT_PRECISION: [u32; 2] = [160, 480];
const POINT_TIGHT: u32 = 100;
/// Agreeing sample points needed.
const POINTS: usize = 8;
/// Why an expression with variables may be undecided: no point of the samples is in the domain of both sides.
const UNDEFINED: &str = "not defined where it was evaluated";
/// Significant digits of a decimal that may stand for an exact value.
const DIGITS: u32 = 6;
/// The same for the gold answer, which its author has rounded.
const GOLD_DIGITS: u32 = 3;

impl Judge<'_> {
    /// Whether two scalars without units are equal.
    pub fn scalars(&self, gold: &Node, pred: &Node) -> Verdict {
        match (infinity(gold), infinity(pred)) {
            (None, None) => {}
            (a, b) if a == b => return Verdict::equal("infinite"),
            _ => return Verdict::different("one is infinite"),
        }
        match self.identity(gold, pred) {
            Ok(Some(verdict)) => return verdict,
            Ok(None) => {}
            Err(_) => return Verdict::Exhausted,
        }
        if gold.has_symbols() || pred.has_symbols() {
            return self.at_points(gold, pred);
        }
        self.constants(gold, pred)
    }

    /// Decides by fingerprints where they decide. Differences of numbers are left to the tolerances.
    fn identity(&self, gold: &Node, pred: &Node) -> Result<Option<Verdict>, super::budget::Exhausted> {
        let (Some(a), Some(b)) = (modular::print(gold, self.budget)?, modular::print(pred, self.budget)?) else {
            return Ok(None);
        };
        if a.same(&b) {
            return Ok(Some(Verdict::equal("identity")));
        }
        let both = |p: &Print, q: &Print| p.pure && q.pure;
        let decimal = self.has_tolerance() || decimal(gold).is_some() || decimal(pred).is_some();
        Ok((both(&a, &b) && !decimal).then(|| self.witness(gold, pred)))
    }

    fn has_tolerance(&self) -> bool {
        self.tolerance.is_some() || self.options.decimals.is_some()
    }

    /// A difference that is proved; values only for the message.
    fn witness(&self, gold: &Node, pred: &Node) -> Verdict {
        let value = |node: &Node| match node {
            Node::Num(n) => Some(Val::Exact(n.value.clone()).show()),
            _ => constant(node).map(|v| Val::Exact(v).show()),
        };
        match (value(gold), value(pred)) {
            (Some(a), Some(b)) => Verdict::different(format!("{b} is not {a}")),
            _ => Verdict::different("different rational functions (exact, at a pseudo-random point)"),
        }
    }

    // Constants.

    fn constants(&self, gold: &Node, pred: &Node) -> Verdict {
        if let Some(verdict) = self.same_base_powers(gold, pred) {
            return verdict;
        }
        let plain = self.constants_with(gold, pred, false);
        let has_log = |n: &Node| n.any(&|m| matches!(m, Node::Func(Func::Log, args) if args.len() == 1));
        if plain.is_equal() || !(has_log(gold) || has_log(pred)) {
            return plain;
        }
        // `\log` may be the common logarithm.
        plain.or(|| self.constants_with(gold, pred, true))
    }

    fn constants_with(&self, gold: &Node, pred: &Node, common_log: bool) -> Verdict {
        let mut last = Stop::Unsure;
        for prec in PRECISIONS {
            let cx = Cx { prec, budget: self.budget };
            let mut eval = Eval { common_log, ..Eval::closed(cx) };
            let (a, b) = match (eval.node(gold), eval.node(pred)) {
                (Ok(a), Ok(b)) => (a, b),
                (Err(Stop::Unsure), Ok(_) | Err(Stop::Unsure)) | (Ok(_), Err(Stop::Unsure)) => continue,
                (Err(stop), _) | (_, Err(stop)) => {
                    last = stop;
                    break;
                }
            };
            if let Some(verdict) = self.within_tolerance(&eval, gold, pred, &a, &b) {
                return verdict;
            }
            if eval.disjoint(&a, &b) {
                return Verdict::different(format!("{} is not {}", b.show(), a.show()));
            }
            if matches!((&a, &b), (Val::Exact(_), Val::Exact(_))) {
                return Verdict::equal("exact value");
            }
            if prec > TIGHT && eval.is_tight(&a, TIGHT) && eval.is_tight(&b, TIGHT) {
                return Verdict::equal(format!("value, to {TIGHT} bits"));
            }
        }
        undecided(last)
    }

    /// b^x and b^y with the same constant b > 0, b != 1: equal exactly when x = y. Decides towers too high to evaluate.
    fn same_base_powers(&self, gold: &Node, pred: &Node) -> Option<Verdict> {
        let (Node::Pow(a, x), Node::Pow(b, y)) = (gold, pred) else {
            return None;
        };
        let base = constant(a)?;
        let injective = base.is_positive() && base != BigRational::from_integer(1.into());
        if !injective || constant(b)? != base {
            return None;
        }
        match self.scalars(x, y) {
            Verdict::Different(why) => Some(Verdict::different(format!("exponents: {why}"))),
            Verdict::Equal(_) => Some(Verdict::equal("equal exponents of one base")),
            _ => None,
        }
    }

    // Tolerances and decimals.

    fn within_tolerance(&self, eval: &Eval, gold: &Node, pred: &Node, a: &Val, b: &Val) -> Option<Verdict> {
        if let Some(digits) = self.options.decimals
            && let (Some(x), Some(y)) = (rounded(eval, a, digits), rounded(eval, b, digits))
            && x == y
        {
            return Some(Verdict::equal(format!("equal after rounding to {digits} decimals")));
        }
        if let Some(tolerance) = self.tolerance {
            let close = self.close(eval, a, b, tolerance);
            return Some(match close {
                Some(true) => Verdict::equal(format!("within {tolerance}")),
                Some(false) => Verdict::different(format!("{} is not within {tolerance} of {}", b.show(), a.show())),
                None => return None,
            });
        }
        self.rounded_value(eval, gold, pred, a, b)
    }

    /// |a - b| <= 1.01·tolerance, when certain. The factor is OlympiadBench's.
    fn close(&self, eval: &Eval, a: &Val, b: &Val, tolerance: f64) -> Option<bool> {
        let limit = BigRational::from_float(tolerance * 1.01)?;
        let distance = eval.sub(a, b).ok()?;
        let size = match distance {
            Val::Exact(d) => Val::Exact(d.abs()),
            Val::Real(d) => Val::Real(d.abs().ok()?),
            Val::Complex(..) => return None,
        };
        match eval.compare(&size, &Val::Exact(limit)) {
            Some(Ordering::Greater) => Some(false),
            Some(_) => Some(true),
            None => None,
        }
    }

    /// A decimal may stand for an exact value that it is the rounding (or truncation) of: with six significant digits,
    /// or three when it is the gold answer. Never for an integer, nor for a fraction with a finite decimal expansion.
    fn rounded_value(&self, eval: &Eval, gold: &Node, pred: &Node, a: &Val, b: &Val) -> Option<Verdict> {
        let (number, exact, needed) = match (decimal(gold), decimal(pred)) {
            (Some(n), None) => (n, b, GOLD_DIGITS),
            (None, Some(n)) => (n, a, DIGITS),
            _ => return None,
        };
        let finite = matches!(exact, Val::Exact(x) if number::terminates(x));
        if finite || number.significant < needed {
            return None;
        }
        let ulp = number.ulp.clone()?;
        let half = &ulp / BigRational::from_integer(2.into());
        let value = Val::Exact(number.value.clone());
        let distance = match eval.sub(exact, &value).ok()? {
            Val::Exact(d) => Val::Exact(d),
            Val::Real(d) => Val::Real(d),
            Val::Complex(..) => return None,
        };
        let between = |low: &BigRational, high: &BigRational| {
            let above = eval.compare(&distance, &Val::Exact(low.clone()));
            let below = eval.compare(&distance, &Val::Exact(high.clone()));
            above != Some(Ordering::Less) && above.is_some() && below == Some(Ordering::Less)
        };
        let zero = BigRational::zero();
        let truncated = if number.value.is_negative() { between(&-ulp.clone(), &zero) } else { between(&zero, &ulp) };
        (between(&-half.clone(), &half) || truncated)
            .then(|| Verdict::equal(format!("a decimal of {} significant digits of the exact value", number.significant)))
    }

    // Expressions with variables.

    fn at_points(&self, gold: &Node, pred: &Node) -> Verdict {
        let complex = |n: &Node| n.any(&|m| matches!(m, Node::Const(Const::I) | Node::Func(Func::Cis, _)));
        let complex = complex(gold) || complex(pred);
        let whole = needs_integers(gold) || needs_integers(pred);
        if !whole {
            let verdict = self.over(&[Domain::Positive, Domain::Unit, Domain::Signed], 4, gold, pred, complex);
            if !matches!(verdict, Verdict::Unknown(_)) {
                return verdict;
            }
        }
        match self.over(&[Domain::Natural], 32, gold, pred, complex) {
            // Nowhere defined together, and not even in the same variables.
            Verdict::Unknown(why) if why == UNDEFINED && symbols(gold) != symbols(pred) => {
                Verdict::different("expressions in different variables")
            }
            verdict => verdict,
        }
    }

    fn over(&self, domains: &[Domain], each: u64, gold: &Node, pred: &Node, complex: bool) -> Verdict {
        let mut agreed = 0;
        let mut last = Stop::Undefined;
        for &domain in domains {
            let extra = if domain == Domain::Signed { 2 * each } else { each };
            for index in 0..extra {
                match self.at_point(Point { domain, index }, gold, pred, complex) {
                    Ok(None) => agreed += 1,
                    Ok(Some(witness)) => return Verdict::different(witness),
                    Err(Stop::Exhausted) => return Verdict::Exhausted,
                    Err(Stop::Unsupported) => return undecided(Stop::Unsupported),
                    Err(stop) => last = stop,
                }
            }
        }
        if agreed >= POINTS {
            return Verdict::equal(format!("equal at {agreed} points, to {POINT_TIGHT} bits"));
        }
        undecided(last)
    }

    /// None where both are defined and agree; a witness where they differ.
    fn at_point(&self, point: Point, gold: &Node, pred: &Node, complex: bool) -> Result<Option<String>, Stop> {
        let mut last = Stop::Unsure;
        for prec in POINT_PRECISION {
            let cx = Cx { prec, budget: self.budget };
            let mut eval = Eval { point: Some(point), complex, ..Eval::closed(cx) };
            let (a, b) = match (eval.node(gold), eval.node(pred)) {
                (Ok(a), Ok(b)) => (a, b),
                (Err(Stop::Unsure), _) | (_, Err(Stop::Unsure)) => continue,
                (Err(stop), _) | (_, Err(stop)) => {
                    last = stop;
                    break;
                }
            };
            if eval.disjoint(&a, &b) {
                let close =
                    self.options.decimals.is_some_and(|d| rounded(&eval, &a, d).zip(rounded(&eval, &b, d)).is_some_and(|(x, y)| x == y))
                        || self.tolerance.is_some_and(|t| self.close(&eval, &a, &b, t) == Some(true));
                if close {
                    return Ok(None);
                }
                return Ok(Some(format!("at a point in {:?}: {} is not {}", point.domain, b.show(), a.show())));
            }
            if eval.is_tight(&a, POINT_TIGHT) && eval.is_tight(&b, POINT_TIGHT) {
                return Ok(None);
            }
        }
        Err(last)
    }
}

fn undecided(stop: Stop) -> Verdict {
    match stop {
        Stop::Exhausted => Verdict::Exhausted,
        Stop::Undefined => Verdict::Unknown(UNDEFINED.to_owned()),
        Stop::Unsure => Verdict::Unknown("enclosures overlap at the highest precision".to_owned()),
        Stop::Unsupported => Verdict::Unknown("no rule to evaluate this expression".to_owned()),
    }
}

/// Names of the free variables.
fn symbols(node: &Node) -> std::collections::BTreeSet<String> {
    fn collect(node: &Node, all: &mut std::collections::BTreeSet<String>) {
        if let Node::Sym(name) = node {
            all.insert(name.clone());
        }
        node.children().into_iter().for_each(|c| collect(c, all));
    }
    let mut all = std::collections::BTreeSet::new();
    collect(node, &mut all);
    all
}

/// Functions that are defined, or mean anything, on integers only.
fn needs_integers(node: &Node) -> bool {
    node.any(&|n| match n {
        Node::Func(f, _) => matches!(f, Func::Factorial | Func::DoubleFactorial | Func::Binom | Func::Gcd | Func::Lcm | Func::Mod),
        Node::Big(b, _) => matches!(b, Big::Sum | Big::Product),
        _ => false,
    })
}

/// The number, when the node is a decimal as written: `3.20`, `-0.5`, `7.8 \times 10^2`.
pub fn decimal(node: &Node) -> Option<Number> {
    match node {
        Node::Num(n) if n.ulp.is_some() => Some(n.clone()),
        Node::Neg(a) => {
            let n = decimal(a)?;
            Some(Number { value: -n.value, ..n })
        }
        Node::Mul(factors) => match factors.as_slice() {
            [first, Node::Pow(base, exponent)] => {
                let n = match first {
                    Node::Num(n) => n.clone(),
                    other => decimal(other)?,
                };
                let ten = constant(base)? == BigRational::from_integer(10.into());
                let power = constant(exponent).filter(BigRational::is_integer)?.to_integer().to_i64()?;
                let scale = number::power_of_ten(power).filter(|_| ten && power.abs() < 400)?;
                let ulp = n.ulp.map(|u| u * &scale)?;
                Some(Number { value: n.value * &scale, ulp: Some(ulp), significant: n.significant })
            }
            _ => None,
        },
        _ => None,
    }
}

/// floor(x·10^digits + 1/2), when certain at the middle of the enclosure.
fn rounded(eval: &Eval, value: &Val, digits: u32) -> Option<num_bigint::BigInt> {
    let scale = number::power_of_ten(i64::from(digits.min(100)))?;
    let half = Val::Exact(BigRational::new(1.into(), 2.into()));
    let scaled = eval.add(&eval.mul(value, &Val::Exact(scale)).ok()?, &half).ok()?;
    match scaled {
        Val::Exact(x) => Some(x.floor().to_integer()),
        Val::Real(x) => x.floor().ok(),
        Val::Complex(..) => None,
    }
}
