//! Big floats m·2^e with directed rounding.

use num_bigint::{BigInt, Sign};
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};
use std::cmp::Ordering;

/// Exponents beyond this are not represented.
pub const MAX_EXP: i64 = 1 << 60;

/// m·2^e.
#[derive(Clone, Debug)]
pub struct Float {
    m: BigInt,
    e: i64,
}

/// Which way to round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dir {
    /// Towards minus infinity.
    Down,
    /// Towards plus infinity.
    Up,
}

impl Float {
    /// m·2^e exactly.
    pub fn new(m: BigInt, e: i64) -> Self {
        Self { m, e: e.clamp(-4 * MAX_EXP, 4 * MAX_EXP) }
    }

    /// Zero.
    pub fn zero() -> Self {
        Self::new(BigInt::zero(), 0)
    }

    /// An integer.
    pub fn int(n: i64) -> Self {
        Self::new(n.into(), 0)
    }

    /// Sign of the value.
    pub fn sign(&self) -> Ordering {
        match self.m.sign() {
            Sign::Minus => Ordering::Less,
            Sign::NoSign => Ordering::Equal,
            Sign::Plus => Ordering::Greater,
        }
    }

    /// Position of the leading bit: |x| < 2^top, and >= 2^(top-1). Very negative for zero.
    pub fn top(&self) -> i64 {
        if self.m.is_zero() {
            return -4 * MAX_EXP;
        }
        self.e.saturating_add(bits(&self.m))
    }

    /// -x.
    pub fn neg(&self) -> Self {
        Self::new(-&self.m, self.e)
    }

    /// Rounded to `prec` bits.
    pub fn round(self, prec: u32, dir: Dir) -> Self {
        let extra = bits(&self.m) - i64::from(prec);
        if extra <= 0 {
            return self;
        }
        Self::new(shift_right(&self.m, extra as u64, dir), self.e + extra)
    }

    /// x + y.
    pub fn add(&self, y: &Self, prec: u32, dir: Dir) -> Self {
        if self.m.is_zero() {
            return y.clone().round(prec, dir);
        }
        if y.m.is_zero() {
            return self.clone().round(prec, dir);
        }
        let (big, small) = if self.top() >= y.top() { (self, y) } else { (y, self) };
        let gap = big.e.saturating_sub(small.top());
        if gap > i64::from(prec) + 64 {
            // The smaller one only nudges: it is less than a quarter of big's last place widened by prec bits.
            let widen = u64::from(prec) + 4;
            let nudge = match (small.m.is_positive(), dir) {
                (true, Dir::Up) => 1,
                (false, Dir::Down) => -1,
                _ => 0,
            };
            let m = (&big.m << widen) + nudge;
            return Self::new(m, big.e - widen as i64).round(prec, dir);
        }
        let (high, low) = if big.e >= small.e { (big, small) } else { (small, big) };
        let m = (&high.m << (high.e - low.e) as u64) + &low.m;
        Self::new(m, low.e).round(prec, dir)
    }

    /// x · y.
    pub fn mul(&self, y: &Self, prec: u32, dir: Dir) -> Self {
        Self::new(&self.m * &y.m, self.e.saturating_add(y.e)).round(prec, dir)
    }

    /// x / y; y is not zero.
    pub fn div(&self, y: &Self, prec: u32, dir: Dir) -> Self {
        let shift = (i64::from(prec) + 4 + bits(&y.m) - bits(&self.m)).max(0);
        let above = &self.m << shift as u64;
        let (q, r) = above.div_mod_floor(&y.m);
        let m = if dir == Dir::Up && !r.is_zero() { q + 1 } else { q };
        Self::new(m, self.e.saturating_sub(y.e).saturating_sub(shift)).round(prec, dir)
    }

    /// n-th root of x >= 0.
    pub fn root(&self, n: u32, prec: u32, dir: Dir) -> Self {
        if self.m.is_zero() {
            return Self::zero();
        }
        let want = i64::from(n) * (i64::from(prec) + 4);
        let mut shift = (want - bits(&self.m)).max(0);
        while (self.e - shift).rem_euclid(i64::from(n)) != 0 {
            shift += 1;
        }
        let wide = &self.m << shift as u64;
        let floor = wide.nth_root(n);
        let exact = || num_traits::Pow::pow(&floor, n) == wide;
        let m = if dir == Dir::Up && !exact() { &floor + 1 } else { floor };
        Self::new(m, (self.e - shift) / i64::from(n)).round(prec, dir)
    }

    /// A rational number.
    pub fn rational(x: &BigRational, prec: u32, dir: Dir) -> Self {
        if x.is_integer() {
            return Self::new(x.numer().clone(), 0).round(prec, dir);
        }
        Self::new(x.numer().clone(), 0).div(&Self::new(x.denom().clone(), 0), prec, dir)
    }

    /// floor(x · 2^w); |x| < 2^(some thousands).
    pub fn fixed(&self, w: u32) -> BigInt {
        let shift = self.e.saturating_add(i64::from(w));
        if shift >= 0 { &self.m << shift as u64 } else { shift_right(&self.m, shift.unsigned_abs(), Dir::Down) }
    }

    /// Comparison of values.
    pub fn compare(&self, y: &Self) -> Ordering {
        let signs = self.sign().cmp(&y.sign());
        if signs != Ordering::Equal || self.m.is_zero() {
            return signs;
        }
        let (a, b) = (self.top(), y.top());
        if a != b {
            let magnitude = a.cmp(&b);
            return if self.m.is_negative() { magnitude.reverse() } else { magnitude };
        }
        let low = self.e.min(y.e);
        let (p, q) = ((self.e - low) as u64, (y.e - low) as u64);
        (&self.m << p).cmp(&(&y.m << q))
    }

    /// floor or ceiling as an integer, if it has at most 2^12 bits.
    pub fn floor(&self) -> Option<BigInt> {
        (self.top() < 4096).then(|| self.fixed(0))
    }

    /// Nearest f64, roughly; for messages and sorting.
    pub fn approx(&self) -> f64 {
        let extra = (bits(&self.m) - 60).max(0);
        let head = shift_right(&self.m, extra as u64, Dir::Down).to_f64().unwrap_or(0.0);
        let exponent = self.e.saturating_add(extra).clamp(-5000, 5000) as i32;
        // Two steps, so that a subnormal or huge power does not overflow on the way.
        head * 2f64.powi(exponent / 2) * 2f64.powi(exponent - exponent / 2)
    }
}

fn bits(m: &BigInt) -> i64 {
    i64::try_from(m.bits()).unwrap_or(i64::MAX)
}

fn shift_right(m: &BigInt, by: u64, dir: Dir) -> BigInt {
    if by > m.bits() + 1 {
        return match (dir, m.sign()) {
            (Dir::Up, Sign::Plus) => BigInt::one(),
            (Dir::Down, Sign::Minus) => -BigInt::one(),
            _ => BigInt::zero(),
        };
    }
    match dir {
        // num-bigint rounds towards minus infinity.
        Dir::Down => m >> by,
        Dir::Up => -((-m) >> by),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rational(x: &Float) -> BigRational {
        let two = BigRational::from_integer(2.into());
        let power = num_traits::Pow::pow(&two, i32::try_from(x.e).unwrap());
        BigRational::from_integer(x.m.clone()) * power
    }

    proptest! {
        // Every operation brackets the exact result, and tightly.
        #[test]
        fn directed_rounding_brackets(a in -1_000_000i64..1_000_000, b in 1i64..1_000_000, s in -40i64..40, prec in 3u32..80) {
            let (x, y) = (Float::new(a.into(), s), Float::new(b.into(), -s / 2));
            let (rx, ry) = (rational(&x), rational(&y));
            let cases = [
                (rx.clone() + &ry, x.add(&y, prec, Dir::Down), x.add(&y, prec, Dir::Up)),
                (rx.clone() * &ry, x.mul(&y, prec, Dir::Down), x.mul(&y, prec, Dir::Up)),
                (rx / &ry, x.div(&y, prec, Dir::Down), x.div(&y, prec, Dir::Up)),
            ];
            for (exact, low, high) in cases {
                let (low, high) = (rational(&low), rational(&high));
                prop_assert!(low <= exact && exact <= high);
                let width = &high - &low;
                let scale = BigRational::new(8.into(), BigInt::one() << prec);
                prop_assert!(width <= exact.abs() * scale);
            }
        }

        #[test]
        fn roots_bracket(a in 0i64..1_000_000_000, n in 2u32..6, s in -30i64..30, prec in 8u32..100) {
            let x = Float::new(a.into(), s);
            let low = rational(&x.root(n, prec, Dir::Down));
            let high = rational(&x.root(n, prec, Dir::Up));
            let exact = rational(&x);
            prop_assert!(num_traits::Pow::pow(low, n) <= exact.clone());
            prop_assert!(exact <= num_traits::Pow::pow(high, n));
        }
    }

    #[test]
    fn far_apart_sums_and_comparisons() {
        let (huge, tiny) = (Float::new(3.into(), 1 << 40), Float::new(1.into(), -(1 << 40)));
        let up = huge.add(&tiny, 64, Dir::Up);
        assert_eq!(up.compare(&huge), Ordering::Greater);
        assert_eq!(huge.add(&tiny, 64, Dir::Down).compare(&huge), Ordering::Equal);
        assert_eq!(huge.neg().compare(&tiny), Ordering::Less);
        assert_eq!(Float::new(4.into(), 0).compare(&Float::new(1.into(), 2)), Ordering::Equal);
        assert!((Float::new(3.into(), -1).approx() - 1.5).abs() < 1e-12);
        assert_eq!(huge.approx(), f64::INFINITY);
    }
}
