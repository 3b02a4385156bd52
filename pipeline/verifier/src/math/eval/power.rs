//! Powers, roots, exponentials and logarithms: real where there is a real value, else principal.

use super::{Eval, Out, Val, half};
use crate::math::{
    budget::product_cost,
    constant::bits,
    interval::{Interval, Stop},
    point,
    tree::{Const, Node},
};
use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};
use std::cmp::Ordering;

impl Eval<'_> {
    pub(super) fn power(&mut self, base: &Node, exponent: &Node) -> Out {
        let exponent = self.node(exponent)?;
        if *base == Node::Const(Const::E) {
            return self.exp(&exponent);
        }
        let base = self.node(base)?;
        self.pow(&base, &exponent)
    }

    fn pow(&mut self, base: &Val, exponent: &Val) -> Out {
        if base.is_zero() {
            return match self.sign(exponent) {
                Some(Ordering::Greater) => Ok(Val::int(0)),
                Some(_) => Err(Stop::Undefined),
                None => Err(Stop::Unsure),
            };
        }
        let Val::Exact(n) = exponent else {
            return self.general_power(base, exponent);
        };
        if n.is_integer() {
            return self.integer_power(base, n.numer());
        }
        let (Some(p), Some(q)) = (n.numer().to_i64(), n.denom().to_u32()) else {
            return self.general_power(base, exponent);
        };
        if p.abs() > 1000 || q > 1000 {
            return self.general_power(base, exponent);
        }
        let root = self.nth_root(q, base)?;
        self.integer_power(&root, &BigInt::from(p))
    }

    fn integer_power(&mut self, base: &Val, n: &BigInt) -> Out {
        let size = n.abs().to_u64().unwrap_or(u64::MAX);
        let result = match base {
            Val::Exact(x) if bits(x).saturating_mul(size) <= super::EXACT_BITS => {
                let power = u32::try_from(size).map_err(|_| Stop::Unsure)?;
                self.cx.budget.spend(product_cost(bits(x) * size, bits(x) * size))?;
                Val::Exact(num_traits::Pow::pow(x, power))
            }
            Val::Exact(x) if x.abs().is_one() => {
                let negative = x.is_negative() && n.is_odd();
                return Ok(Val::int(if negative { -1 } else { 1 }));
            }
            Val::Complex(..) if size > 4096 => return Err(Stop::Unsupported),
            Val::Complex(..) => self.squaring(base, size)?,
            real if size <= 4096 => Val::Real(self.real(real)?.powi(size, self.cx)?),
            real => return self.huge_power(real, n),
        };
        if n.is_negative() { self.div(&Val::int(1), &result) } else { Ok(result) }
    }

    /// |x|^n through logarithms, with the sign of odd powers.
    fn huge_power(&mut self, base: &Val, n: &BigInt) -> Out {
        let x = self.real(base)?;
        let negative = match x.sign() {
            Some(sign) => sign == Ordering::Less && n.is_odd(),
            None => return Err(Stop::Unsure),
        };
        let n = Interval::rational(&BigRational::from_integer(n.clone()), self.cx);
        let size = x.abs()?.ln(self.cx)?.mul(&n, self.cx)?.exp(self.cx)?;
        Ok(Val::Real(if negative { size.neg() } else { size }))
    }

    fn squaring(&self, base: &Val, mut n: u64) -> Out {
        let (mut result, mut base) = (Val::int(1), base.clone());
        while n > 0 {
            if n & 1 == 1 {
                result = self.mul(&result, &base)?;
            }
            base = self.mul(&base, &base)?;
            n >>= 1;
        }
        Ok(result)
    }

    fn general_power(&mut self, base: &Val, exponent: &Val) -> Out {
        if !self.complex && self.sign(base) == Some(Ordering::Less) {
            return Err(Stop::Undefined);
        }
        let log = self.ln(base)?;
        let product = self.mul(&log, exponent)?;
        self.exp(&product)
    }

    pub(super) fn root(&mut self, degree: &Node, radicand: &Node) -> Out {
        let degree = self.node(degree)?;
        let radicand = self.node(radicand)?;
        match &degree {
            Val::Exact(n) if n.is_integer() && n.is_positive() => match n.numer().to_u32() {
                Some(n) if n <= 1000 => self.nth_root(n, &radicand),
                _ => Err(Stop::Unsupported),
            },
            _ => {
                let inverse = self.div(&Val::int(1), &degree)?;
                self.pow(&radicand, &inverse)
            }
        }
    }

    /// Real root of a real number where there is one (odd degrees of negative numbers too), else the principal one.
    pub(super) fn nth_root(&mut self, n: u32, x: &Val) -> Out {
        if n == 1 {
            return Ok(x.clone());
        }
        if let Val::Exact(value) = x
            && let Some(root) = perfect_root(value, n)
        {
            return Ok(Val::Exact(root));
        }
        if let Val::Complex(..) = x {
            return self.complex_root(n, x);
        }
        let real = self.real(x)?;
        match real.sign() {
            Some(Ordering::Less) if n % 2 == 1 => Ok(Val::Real(real.neg().root(n, self.cx)?.neg())),
            Some(Ordering::Less) if !self.complex => Err(Stop::Undefined),
            Some(Ordering::Less) if n == 2 => {
                let size = real.neg().root(2, self.cx)?;
                Ok(Val::Complex(Interval::int(0), size))
            }
            Some(Ordering::Less) => self.complex_root(n, x),
            _ => Ok(Val::Real(real.root(n, self.cx)?)),
        }
    }

    fn complex_root(&mut self, n: u32, x: &Val) -> Out {
        let log = self.ln(x)?;
        let part = self.div(&log, &Val::int(i64::from(n)))?;
        self.exp(&part)
    }

    pub(super) fn exp(&self, x: &Val) -> Out {
        match x {
            Val::Exact(v) if v.is_zero() => Ok(Val::int(1)),
            Val::Complex(re, im) => {
                let size = re.exp(self.cx)?;
                let (sin, cos) = im.sin_cos(self.cx)?;
                Ok(Val::Complex(size.mul(&cos, self.cx)?, size.mul(&sin, self.cx)?))
            }
            real => Ok(Val::Real(self.real(real)?.exp(self.cx)?)),
        }
    }

    pub(super) fn ln(&self, x: &Val) -> Out {
        if let Val::Exact(v) = x {
            if v.is_zero() {
                return Err(Stop::Undefined);
            }
            if v.is_one() {
                return Ok(Val::int(0));
            }
        }
        if let Val::Complex(re, im) = x {
            let norm = re.mul(re, self.cx)?.add(&im.mul(im, self.cx)?, self.cx)?;
            let log = norm.ln(self.cx)?.mul(&Interval::rational(&half(), self.cx), self.cx)?;
            return Ok(Val::Complex(log, self.angle(re, im)?));
        }
        let real = self.real(x)?;
        match real.sign() {
            Some(Ordering::Greater) => Ok(Val::Real(real.ln(self.cx)?)),
            Some(Ordering::Less) if self.complex => Ok(Val::Complex(real.neg().ln(self.cx)?, point::pi(self.cx))),
            Some(_) => Err(Stop::Undefined),
            None => Err(Stop::Unsure),
        }
    }

    /// Argument of re + i·im in (-pi, pi].
    pub(super) fn angle(&self, re: &Interval, im: &Interval) -> Result<Interval, Stop> {
        let cx = self.cx;
        let half_pi = point::pi(cx).mul(&Interval::rational(&half(), cx), cx)?;
        match (re.sign(), im.sign()) {
            (Some(Ordering::Greater), _) => im.div(re, cx)?.atan(cx),
            (_, Some(Ordering::Greater)) => half_pi.sub(&re.div(im, cx)?.atan(cx)?, cx),
            (_, Some(Ordering::Less)) => half_pi.neg().sub(&re.div(im, cx)?.atan(cx)?, cx),
            (Some(Ordering::Less), Some(Ordering::Equal)) => Ok(point::pi(cx)),
            (Some(Ordering::Equal), Some(Ordering::Equal)) => Err(Stop::Undefined),
            _ => Err(Stop::Unsure),
        }
    }
}

/// The exact n-th root of a rational number, if it is rational.
fn perfect_root(value: &BigRational, n: u32) -> Option<BigRational> {
    if value.is_negative() && n.is_multiple_of(2) || bits(value) > 4096 {
        return None;
    }
    let root = |x: &BigInt| {
        let r = x.nth_root(n);
        (num_traits::Pow::pow(&r, n) == *x).then_some(r)
    };
    Some(BigRational::new(root(value.numer())?, root(value.denom())?))
}
