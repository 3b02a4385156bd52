//! Functions of whole numbers, finite sums and products, determinants.

use super::{EXACT_BITS, Eval, MAX_TERMS, Out, Val};
use crate::math::{
    command::Big,
    interval::{Interval, Stop},
    tree::{Func, Node},
};
use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};
use std::cmp::Ordering;

/// Largest n of n! and of binomial coefficients.
const LARGEST: u64 = 10_000;

impl Eval<'_> {
    pub(super) fn factorial(&self, x: &Val, step: usize) -> Out {
        let Val::Exact(n) = x else {
            return Err(Stop::Unsupported);
        };
        let Some(n) = n.is_integer().then(|| n.numer().to_u64()).flatten() else {
            return Err(Stop::Undefined);
        };
        if n > LARGEST {
            return Err(Stop::Unsupported);
        }
        let factors = (1..=n).rev().step_by(step);
        let product = self.whole_product(factors)?;
        Ok(self.exact(BigRational::from_integer(product)))
    }

    /// The product of small natural numbers: as many at a time as fit a machine word.
    fn whole_product(&self, factors: impl Iterator<Item = u64>) -> Result<BigInt, Stop> {
        let (mut product, mut word) = (BigInt::one(), 1u64);
        for factor in factors {
            let Some(next) = word.checked_mul(factor) else {
                self.cx.budget.spend(8 + product.bits() / 64)?;
                product *= word;
                word = factor;
                continue;
            };
            word = next;
        }
        Ok(product * word)
    }

    /// Falling factorial over k!; k a natural number.
    pub(super) fn binomial(&self, n: &Val, k: &Val) -> Out {
        let (Val::Exact(n), Val::Exact(k)) = (n, k) else {
            return Err(Stop::Unsupported);
        };
        let whole = k.is_integer() && !k.is_negative();
        let Some(k) = whole.then(|| k.numer().to_i64()).flatten() else {
            return Err(Stop::Undefined);
        };
        if n.is_integer() && !n.is_negative() {
            match n.numer().to_u64() {
                Some(n) if n < k.unsigned_abs() => return Ok(Val::int(0)),
                Some(n) if n <= LARGEST => return self.choices(n, k.unsigned_abs()),
                _ => {}
            }
        }
        if k > 1_000 {
            return Err(Stop::Unsupported);
        }
        let mut product = Val::int(1);
        for j in 0..k {
            let above = Val::Exact(n - BigRational::from_integer(j.into()));
            product = self.div(&self.mul(&product, &above)?, &Val::int(j + 1))?;
        }
        Ok(product)
    }

    /// k of n things, as the quotient of two products: exact while it is short, else an interval.
    fn choices(&self, n: u64, k: u64) -> Out {
        let k = k.min(n - k);
        let (above, below) = (self.whole_product(n - k + 1..=n)?, self.whole_product(1..=k)?);
        if above.bits() <= 4 * EXACT_BITS {
            return Ok(self.exact(BigRational::from_integer(above / below)));
        }
        let enclosed = |x: BigInt| Interval::rational(&BigRational::from_integer(x), self.cx);
        Ok(Val::Real(enclosed(above).div(&enclosed(below), self.cx)?))
    }

    pub(super) fn modulo(&self, a: &Val, m: &Val) -> Out {
        match (a, m) {
            (_, Val::Exact(m)) if m.is_zero() => Err(Stop::Undefined),
            (Val::Exact(a), Val::Exact(m)) => Ok(Val::Exact(a - m * (a / m).floor())),
            _ => Err(Stop::Unsupported),
        }
    }

    pub(super) fn extreme(&self, func: Func, values: &[Val]) -> Out {
        let mut exact = Vec::new();
        for value in values {
            match value {
                Val::Exact(x) => exact.push(x.clone()),
                _ => return self.extreme_real(func, values),
            }
        }
        let whole = exact.iter().all(BigRational::is_integer);
        let folded = match func {
            Func::Max => exact.into_iter().max(),
            Func::Min => exact.into_iter().min(),
            _ if !whole => return Err(Stop::Unsupported),
            Func::Gcd => exact.into_iter().reduce(|a, b| BigRational::from_integer(a.numer().gcd(b.numer()))),
            _ => exact.into_iter().reduce(|a, b| BigRational::from_integer(a.numer().lcm(b.numer()))),
        };
        folded.map(|v| self.exact(v)).ok_or(Stop::Unsupported)
    }

    fn extreme_real(&self, func: Func, values: &[Val]) -> Out {
        let wanted = match func {
            Func::Max => Ordering::Greater,
            Func::Min => Ordering::Less,
            _ => return Err(Stop::Unsupported),
        };
        let mut best = values.first().cloned().ok_or(Stop::Unsupported)?;
        for value in &values[1..] {
            match self.compare(value, &best) {
                Some(order) if order == wanted => best = value.clone(),
                Some(_) => {}
                None => return Err(Stop::Unsure),
            }
        }
        Ok(best)
    }

    pub(super) fn determinant(&mut self, rows: &[Vec<Node>]) -> Out {
        if rows.len() > 5 || rows.iter().any(|r| r.len() != rows.len()) {
            return Err(Stop::Unsupported);
        }
        let values = rows.iter().map(|r| r.iter().map(|c| self.node(c)).collect()).collect::<Result<Vec<Vec<_>>, _>>()?;
        self.expand(&values)
    }

    /// Laplace expansion by the first row; at most 5 by 5.
    fn expand(&self, m: &[Vec<Val>]) -> Out {
        if m.is_empty() {
            return Ok(Val::int(1));
        }
        let mut total = Val::int(0);
        for (j, head) in m[0].iter().enumerate() {
            let minor: Vec<Vec<Val>> =
                m[1..].iter().map(|row| row.iter().enumerate().filter(|(k, _)| *k != j).map(|(_, v)| v.clone()).collect()).collect();
            let term = self.mul(head, &self.expand(&minor)?)?;
            total = if j % 2 == 0 { self.add(&total, &term)? } else { self.sub(&total, &term)? };
        }
        Ok(total)
    }

    pub(super) fn big(&mut self, big: Big, parts: &[Node]) -> Out {
        let [Node::Sym(variable), from, to, body] = parts else {
            return Err(Stop::Unsupported);
        };
        if !matches!(big, Big::Sum | Big::Product) {
            return Err(Stop::Unsupported);
        }
        let (from, to) = (self.whole(from)?, self.whole(to)?);
        if to.saturating_sub(from) > MAX_TERMS {
            return Err(Stop::Unsupported);
        }
        let mut total = Val::int(i64::from(big == Big::Product));
        for k in from..=to {
            self.given.push((variable.clone(), BigRational::from_integer(k.into())));
            let value = self.node(body);
            self.given.pop();
            let value = value?;
            total = if big == Big::Sum { self.add(&total, &value)? } else { self.mul(&total, &value)? };
        }
        Ok(total)
    }

    fn whole(&mut self, node: &Node) -> Result<i64, Stop> {
        match self.node(node)? {
            Val::Exact(n) if n.is_integer() => n.numer().to_i64().ok_or(Stop::Unsupported),
            _ => Err(Stop::Unsupported),
        }
    }
}
