//! Real intervals with big-float ends: every operation encloses the true result.

use super::{
    budget::{Budget, Exhausted, product_cost},
    float::{Dir, Float, MAX_EXP},
    point::{atan_point, exp_point, ln_point, sin_cos_point},
};
use num_bigint::BigInt;
use num_rational::BigRational;
use std::cmp::Ordering;

/// Why an evaluation gave no enclosure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Not defined at this point: a division by zero, a logarithm of a negative number.
    Undefined,
    /// The enclosure is too wide to go on at this precision.
    Unsure,
    /// Not known how to evaluate.
    Unsupported,
    /// Out of steps.
    Exhausted,
}

impl From<Exhausted> for Stop {
    fn from(_: Exhausted) -> Self {
        Stop::Exhausted
    }
}

/// Precision in bits, and the steps left.
#[derive(Clone, Copy, Debug)]
pub struct Cx<'a> {
    /// Bits kept by each operation.
    pub prec: u32,
    /// The counter of all work.
    pub budget: &'a Budget,
}

impl Cx<'_> {
    /// Takes the cost of `times` products at this precision.
    pub fn spend(&self, times: u64) -> Result<(), Stop> {
        let bits = u64::from(self.prec);
        Ok(self.budget.spend(times * product_cost(bits, bits) + 40)?)
    }
}

/// lo <= x <= hi; a missing end is infinite.
#[derive(Clone, Debug)]
pub struct Interval {
    lo: Option<Float>,
    hi: Option<Float>,
}

type Real = Result<Interval, Stop>;

impl Interval {
    /// From both ends, a missing one being infinite.
    pub fn from_ends(lo: Option<Float>, hi: Option<Float>) -> Self {
        Self { lo, hi }
    }

    /// From finite ends; beyond the largest exponent they are infinite.
    pub fn of(lo: Float, hi: Float) -> Self {
        let huge = |x: &Float| x.top() > MAX_EXP;
        Self {
            lo: if huge(&lo) && lo.sign() == Ordering::Less { None } else { Some(lo) },
            hi: if huge(&hi) && hi.sign() == Ordering::Greater { None } else { Some(hi) },
        }
    }

    /// An integer.
    pub fn int(n: i64) -> Self {
        Self::of(Float::int(n), Float::int(n))
    }

    /// A rational number, enclosed.
    pub fn rational(x: &BigRational, cx: Cx) -> Self {
        Self::of(Float::rational(x, cx.prec, Dir::Down), Float::rational(x, cx.prec, Dir::Up))
    }

    /// Both ends when finite.
    fn ends(&self) -> Result<(&Float, &Float), Stop> {
        match (&self.lo, &self.hi) {
            (Some(lo), Some(hi)) => Ok((lo, hi)),
            _ => Err(Stop::Unsure),
        }
    }

    /// The sign, when all points have it.
    pub fn sign(&self) -> Option<Ordering> {
        let lo = self.lo.as_ref().map_or(Ordering::Less, Float::sign);
        let hi = self.hi.as_ref().map_or(Ordering::Greater, Float::sign);
        (lo == hi).then_some(lo)
    }

    /// All points >= 0.
    pub fn is_non_negative(&self) -> bool {
        self.lo.as_ref().is_some_and(|lo| lo.sign() != Ordering::Less)
    }

    /// No point in common.
    pub fn disjoint(&self, other: &Self) -> bool {
        let below = |a: &Self, b: &Self| match (&a.hi, &b.lo) {
            (Some(hi), Some(lo)) => hi.compare(lo) == Ordering::Less,
            _ => false,
        };
        below(self, other) || below(other, self)
    }

    /// All points of this below all points of the other.
    pub fn below(&self, other: &Self) -> bool {
        match (&self.hi, &other.lo) {
            (Some(hi), Some(lo)) => hi.compare(lo) == Ordering::Less,
            _ => false,
        }
    }

    /// Whether the width is below 2^-bits relative to the magnitude (or to 1 near zero).
    pub fn is_tight(&self, bits: u32) -> bool {
        let Ok((lo, hi)) = self.ends() else {
            return false;
        };
        let width = hi.add(&lo.neg(), 32, Dir::Up);
        let scale = lo.top().max(hi.top());
        // Near zero compare with the smallest scale that answers have.
        width.sign() == Ordering::Equal || width.top() < scale.max(-i64::from(bits) / 4) - i64::from(bits)
    }

    /// A point of it as f64, roughly.
    pub fn approx(&self) -> f64 {
        match (&self.lo, &self.hi) {
            (Some(lo), Some(hi)) => (lo.approx() + hi.approx()) / 2.0,
            (Some(_), None) => f64::INFINITY,
            (None, Some(_)) => f64::NEG_INFINITY,
            (None, None) => f64::NAN,
        }
    }

    /// -x.
    pub fn neg(&self) -> Self {
        Self { lo: self.hi.as_ref().map(Float::neg), hi: self.lo.as_ref().map(Float::neg) }
    }

    /// x + y.
    pub fn add(&self, y: &Self, cx: Cx) -> Real {
        cx.spend(1)?;
        let sum = |a: &Option<Float>, b: &Option<Float>, dir| Some(a.as_ref()?.add(b.as_ref()?, cx.prec, dir));
        Ok(Self { lo: sum(&self.lo, &y.lo, Dir::Down), hi: sum(&self.hi, &y.hi, Dir::Up) })
    }

    /// x - y.
    pub fn sub(&self, y: &Self, cx: Cx) -> Real {
        self.add(&y.neg(), cx)
    }

    /// x · y.
    pub fn mul(&self, y: &Self, cx: Cx) -> Real {
        cx.spend(2)?;
        let ((a, b), (c, d)) = (self.ends()?, y.ends()?);
        if self.is_non_negative() && y.is_non_negative() {
            return Ok(Self::of(a.mul(c, cx.prec, Dir::Down), b.mul(d, cx.prec, Dir::Up)));
        }
        let pairs = [(a, c), (a, d), (b, c), (b, d)];
        let extreme = |dir, want| {
            let products = pairs.iter().map(|(p, q)| p.mul(q, cx.prec, dir));
            products.reduce(|m, x| if x.compare(&m) == want { x } else { m })
        };
        match (extreme(Dir::Down, Ordering::Less), extreme(Dir::Up, Ordering::Greater)) {
            (Some(lo), Some(hi)) => Ok(Self::of(lo, hi)),
            _ => Err(Stop::Unsure),
        }
    }

    /// 1 / x.
    pub fn recip(&self, cx: Cx) -> Real {
        cx.spend(2)?;
        match self.sign() {
            Some(Ordering::Equal) => return Err(Stop::Undefined),
            None => return Err(Stop::Unsure),
            _ => {}
        }
        let one = Float::int(1);
        let end = |x: &Option<Float>, dir| x.as_ref().map_or_else(Float::zero, |x| one.div(x, cx.prec, dir));
        Ok(Self::of(end(&self.hi, Dir::Down), end(&self.lo, Dir::Up)))
    }

    /// x / y.
    pub fn div(&self, y: &Self, cx: Cx) -> Real {
        self.mul(&y.recip(cx)?, cx)
    }

    /// |x|.
    pub fn abs(&self) -> Real {
        match self.sign() {
            Some(Ordering::Less) => Ok(self.neg()),
            Some(_) => Ok(self.clone()),
            None if self.is_non_negative() => Ok(self.clone()),
            None => {
                let (lo, hi) = self.ends()?;
                let top = if lo.neg().compare(hi) == Ordering::Greater { lo.neg() } else { hi.clone() };
                Ok(Self::of(Float::zero(), top))
            }
        }
    }

    /// n-th root of x >= 0.
    pub fn root(&self, n: u32, cx: Cx) -> Real {
        // A root of n times the precision's bits is taken; from here on logarithms are cheaper.
        if n > 16 && self.sign() == Some(Ordering::Greater) {
            let part = Self::rational(&BigRational::new(1.into(), n.into()), cx);
            return self.ln(cx)?.mul(&part, cx)?.exp(cx);
        }
        cx.spend(u64::from(n).pow(2))?;
        if !self.is_non_negative() {
            return Err(if self.sign() == Some(Ordering::Less) { Stop::Undefined } else { Stop::Unsure });
        }
        let (lo, hi) = self.ends()?;
        Ok(Self::of(lo.root(n, cx.prec, Dir::Down), hi.root(n, cx.prec, Dir::Up)))
    }

    /// x^n for a natural n, by squaring.
    pub fn powi(&self, mut n: u64, cx: Cx) -> Real {
        if n.is_multiple_of(2) && n > 0 && self.sign().is_none() && !self.is_non_negative() {
            return self.abs()?.powi(n, cx);
        }
        let mut result = Self::int(1);
        let mut base = self.clone();
        while n > 0 {
            if n & 1 == 1 {
                result = result.mul(&base, cx)?;
            }
            n >>= 1;
            if n > 0 {
                base = base.mul(&base, cx)?;
            }
        }
        Ok(result)
    }

    /// e^x.
    pub fn exp(&self, cx: Cx) -> Real {
        let lo = match &self.lo {
            Some(x) => exp_point(x, cx)?.lo,
            None => Some(Float::zero()),
        };
        let hi = match &self.hi {
            Some(x) => exp_point(x, cx)?.hi,
            None => None,
        };
        Ok(Self { lo, hi })
    }

    /// Natural logarithm of x > 0.
    pub fn ln(&self, cx: Cx) -> Real {
        match self.sign() {
            Some(Ordering::Greater) => {}
            Some(_) => return Err(Stop::Undefined),
            None => return Err(Stop::Unsure),
        }
        let lo = match &self.lo {
            Some(x) => ln_point(x, cx)?.lo,
            None => None,
        };
        let hi = match &self.hi {
            Some(x) => ln_point(x, cx)?.hi,
            None => None,
        };
        Ok(Self { lo, hi })
    }

    /// Sine and cosine: value at the middle, widened by half the width (both have slope at most 1).
    pub fn sin_cos(&self, cx: Cx) -> Result<(Self, Self), Stop> {
        let (lo, hi) = self.ends()?;
        let half = hi.add(&lo.neg(), 32, Dir::Up);
        let middle = Float::new(1.into(), -1).mul(&lo.add(hi, cx.prec, Dir::Down), cx.prec, Dir::Down);
        // The middle is rounded: the whole width is a safe radius.
        let (sin, cos) = sin_cos_point(&middle, cx)?;
        Ok((sin.widened(&half, cx), cos.widened(&half, cx)))
    }

    /// Arc tangent.
    pub fn atan(&self, cx: Cx) -> Real {
        let (lo, hi) = self.ends()?;
        Ok(Self { lo: atan_point(lo, cx)?.lo, hi: atan_point(hi, cx)?.hi })
    }

    fn widened(&self, by: &Float, cx: Cx) -> Self {
        let shift = |x: &Option<Float>, by: Float, dir| x.as_ref().map(|x| x.add(&by, cx.prec, dir));
        Self { lo: shift(&self.lo, by.neg(), Dir::Down), hi: shift(&self.hi, by.clone(), Dir::Up) }
    }

    /// The integer below every point, when there is one.
    pub fn floor(&self) -> Result<BigInt, Stop> {
        let (lo, hi) = self.ends()?;
        match (lo.floor(), hi.floor()) {
            (Some(a), Some(b)) if a == b => Ok(a),
            _ => Err(Stop::Unsure),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rational(n: i64, d: i64) -> BigRational {
        BigRational::new(n.into(), d.into())
    }

    fn encloses(x: &Interval, value: f64) -> bool {
        (x.approx() - value).abs() <= 1e-13 * value.abs().max(1e-3)
    }

    proptest! {
        // The standard library as oracle for the middle; nesting of precisions as oracle for the ends.
        #[test]
        fn functions_enclose(n in -100_000i64..100_000, d in 1i64..5_000) {
            let budget = Budget::new(u64::MAX);
            let (low, high) = (Cx { prec: 64, budget: &budget }, Cx { prec: 300, budget: &budget });
            let r = rational(n, d);
            let x = n as f64 / d as f64;
            let f = |cx: Cx| -> Vec<Interval> {
                let i = Interval::rational(&r, cx);
                let (s, c) = i.sin_cos(cx).unwrap();
                let mut out = vec![s, c, i.atan(cx).unwrap()];
                if n > 0 {
                    out.push(i.ln(cx).unwrap());
                    out.push(i.root(3, cx).unwrap());
                }
                if x.abs() < 700.0 {
                    out.push(i.exp(cx).unwrap());
                }
                out
            };
            let (rough, fine) = (f(low), f(high));
            for (a, b) in rough.iter().zip(&fine) {
                prop_assert!(!a.disjoint(b));
                prop_assert!(b.is_tight(200), "{b:?}");
            }
            prop_assert!(encloses(&rough[2], x.atan()));
            if x.abs() < 1e3 {
                prop_assert!((rough[0].approx() - x.sin()).abs() < 1e-11);
                prop_assert!((rough[1].approx() - x.cos()).abs() < 1e-11);
            }
        }
    }

    #[test]
    fn towers_do_not_hang_and_are_ordered() {
        let budget = Budget::new(1_000_000);
        let cx = Cx { prec: 96, budget: &budget };
        let huge = Interval::rational(&rational(1 << 62, 1), cx).exp(cx).unwrap();
        assert!(huge.disjoint(&Interval::int(10)));
        assert!(Interval::int(10).below(&huge));
        let tiny = Interval::rational(&rational(-(1 << 62), 1), cx).exp(cx).unwrap();
        assert!(tiny.disjoint(&Interval::int(1)) && tiny.is_non_negative());
    }

    #[test]
    fn undefined_or_unsure() {
        let budget = Budget::new(1_000_000);
        let cx = Cx { prec: 64, budget: &budget };
        assert_eq!(Interval::int(0).recip(cx).unwrap_err(), Stop::Undefined);
        assert_eq!(Interval::int(-1).ln(cx).unwrap_err(), Stop::Undefined);
        let around = Interval::of(Float::int(-1), Float::int(1));
        assert_eq!(around.recip(cx).unwrap_err(), Stop::Unsure);
        assert_eq!(around.powi(2, cx).unwrap().sign(), None);
        let spent = Budget::new(10);
        let cx = Cx { prec: 64, budget: &spent };
        assert_eq!(Interval::int(2).exp(cx).unwrap_err(), Stop::Exhausted);
    }
}
