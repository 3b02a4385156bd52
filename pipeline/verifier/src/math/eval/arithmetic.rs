//! Field operations and comparisons of values.

use super::{EXACT_BITS, Eval, Out, Val};
use crate::math::{
    budget::product_cost,
    constant::{bits, product, sum},
    interval::{Interval, Stop},
};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::Zero;
use std::cmp::Ordering;

impl Eval<'_> {
    pub(super) fn exact(&self, value: BigRational) -> Val {
        if bits(&value) > EXACT_BITS {
            return Val::Real(Interval::rational(&value, self.cx));
        }
        Val::Exact(value)
    }

    /// As a real interval; complex values are no real ones.
    pub fn real(&self, value: &Val) -> Result<Interval, Stop> {
        match value {
            Val::Exact(x) => {
                self.cx.spend(1)?;
                Ok(Interval::rational(x, self.cx))
            }
            Val::Real(x) => Ok(x.clone()),
            Val::Complex(..) => Err(Stop::Unsupported),
        }
    }

    /// Real and imaginary part.
    pub fn parts(&self, value: &Val) -> Result<(Interval, Interval), Stop> {
        match value {
            Val::Complex(re, im) => Ok((re.clone(), im.clone())),
            other => Ok((self.real(other)?, Interval::int(0))),
        }
    }

    /// a + b.
    pub fn add(&self, a: &Val, b: &Val) -> Out {
        match (a, b) {
            (Val::Exact(x), Val::Exact(y)) => {
                self.cx.budget.spend(reduction_cost(x, y))?;
                Ok(self.exact(sum(x, y)))
            }
            (Val::Complex(..), _) | (_, Val::Complex(..)) => {
                let ((a, b), (c, d)) = (self.parts(a)?, self.parts(b)?);
                Ok(Val::Complex(a.add(&c, self.cx)?, b.add(&d, self.cx)?))
            }
            _ => Ok(Val::Real(self.real(a)?.add(&self.real(b)?, self.cx)?)),
        }
    }

    /// a - b.
    pub fn sub(&self, a: &Val, b: &Val) -> Out {
        self.add(a, &b.neg())
    }

    /// a · b.
    pub fn mul(&self, a: &Val, b: &Val) -> Out {
        match (a, b) {
            (Val::Exact(x), Val::Exact(y)) => {
                self.cx.budget.spend(reduction_cost(x, y))?;
                Ok(self.exact(product(x, y)))
            }
            (Val::Complex(..), _) | (_, Val::Complex(..)) => {
                let ((a, b), (c, d)) = (self.parts(a)?, self.parts(b)?);
                let cx = self.cx;
                let re = a.mul(&c, cx)?.sub(&b.mul(&d, cx)?, cx)?;
                Ok(Val::Complex(re, a.mul(&d, cx)?.add(&b.mul(&c, cx)?, cx)?))
            }
            _ => Ok(Val::Real(self.real(a)?.mul(&self.real(b)?, self.cx)?)),
        }
    }

    /// a / b.
    pub fn div(&self, a: &Val, b: &Val) -> Out {
        match (a, b) {
            (_, Val::Exact(y)) if y.is_zero() => Err(Stop::Undefined),
            (Val::Exact(x), Val::Exact(y)) => {
                self.cx.budget.spend(reduction_cost(x, y))?;
                Ok(self.exact(x / y))
            }
            (_, Val::Complex(c, d)) => {
                let cx = self.cx;
                let norm = c.mul(c, cx)?.add(&d.mul(d, cx)?, cx)?.recip(cx)?;
                let inverse = Val::Complex(c.mul(&norm, cx)?, d.neg().mul(&norm, cx)?);
                self.mul(a, &inverse)
            }
            (Val::Complex(..), _) => {
                let y = self.real(b)?.recip(self.cx)?;
                self.mul(a, &Val::Real(y))
            }
            _ => Ok(Val::Real(self.real(a)?.div(&self.real(b)?, self.cx)?)),
        }
    }

    /// Sign of a real value, when certain.
    pub fn sign(&self, value: &Val) -> Option<Ordering> {
        match value {
            Val::Exact(x) => Some(x.numer().cmp(&BigInt::zero())),
            Val::Real(x) => x.sign(),
            Val::Complex(..) => None,
        }
    }

    /// Order of two real values, when certain; exact values also compare equal.
    pub fn compare(&self, a: &Val, b: &Val) -> Option<Ordering> {
        if let (Val::Exact(x), Val::Exact(y)) = (a, b) {
            return Some(x.cmp(y));
        }
        let (x, y) = (self.real(a).ok()?, self.real(b).ok()?);
        if x.below(&y) {
            return Some(Ordering::Less);
        }
        y.below(&x).then_some(Ordering::Greater)
    }

    /// Whether the enclosures have no common point: then the values differ.
    pub fn disjoint(&self, a: &Val, b: &Val) -> bool {
        if let (Val::Exact(x), Val::Exact(y)) = (a, b) {
            return x != y;
        }
        let (Ok((a, b)), Ok((c, d))) = (self.parts(a), self.parts(b)) else {
            return false;
        };
        a.disjoint(&c) || b.disjoint(&d)
    }

    /// Whether the enclosure is narrower than 2^-bits relative to the value.
    pub fn is_tight(&self, value: &Val, bits: u32) -> bool {
        match value {
            Val::Exact(_) => true,
            Val::Real(x) => x.is_tight(bits),
            Val::Complex(re, im) => re.is_tight(bits) && im.is_tight(bits),
        }
    }
}

/// Cost of an operation on rationals: products, and a greatest common divisor when there are denominators.
fn reduction_cost(x: &BigRational, y: &BigRational) -> u64 {
    let size = bits(x) + bits(y);
    let whole = x.is_integer() && y.is_integer();
    product_cost(size, size) * if whole { 1 } else { 16 }
}
