//! exp, ln, sin, cos, atan in fixed point, each with a proved error bound.
//!
//! Values are integers scaled by 2^w. Every truncation loses at most one unit; the bounds below count them generously,
//! and [`GUARD`] bits beyond the wanted precision make them harmless.

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{One, Signed, ToPrimitive, Zero};
use std::sync::OnceLock;

/// Extra bits of the working precision.
pub const GUARD: u32 = 64;
/// Units (at the working precision) by which any result here may be off.
pub const ERROR: u32 = 1 << 28;
/// Bits of the stored constants.
const CONSTANT_BITS: u32 = 4096;

/// pi at 2^w, off by at most one unit; w <= 4000.
pub fn pi(w: u32) -> BigInt {
    static PI: OnceLock<BigInt> = OnceLock::new();
    // Machin: pi = 16 atan(1/5) - 4 atan(1/239).
    let value = PI.get_or_init(|| {
        let w = CONSTANT_BITS + GUARD;
        (atan_inverse(5, w) * 16 - atan_inverse(239, w) * 4) >> GUARD
    });
    value >> CONSTANT_BITS.saturating_sub(w)
}

/// ln 2 at 2^w, off by at most one unit; w <= 4000.
pub fn ln2(w: u32) -> BigInt {
    static LN2: OnceLock<BigInt> = OnceLock::new();
    // ln 2 = 18 atanh(1/26) - 2 atanh(1/4801) + 8 atanh(1/8749).
    let value = LN2.get_or_init(|| {
        let w = CONSTANT_BITS + GUARD;
        (atanh_inverse(26, w) * 18 - atanh_inverse(4801, w) * 2 + atanh_inverse(8749, w) * 8) >> GUARD
    });
    value >> CONSTANT_BITS.saturating_sub(w)
}

fn atan_inverse(n: u32, w: u32) -> BigInt {
    odd_series_inverse(n, w, true)
}

fn atanh_inverse(n: u32, w: u32) -> BigInt {
    odd_series_inverse(n, w, false)
}

fn odd_series_inverse(n: u32, w: u32, alternating: bool) -> BigInt {
    let square = u64::from(n) * u64::from(n);
    let mut power: BigInt = (BigInt::one() << w) / n;
    let mut sum = BigInt::zero();
    let mut k = 1u64;
    while !power.is_zero() {
        let term = &power / k;
        if alternating && k % 4 == 3 {
            sum -= term;
        } else {
            sum += term;
        }
        power /= square;
        k += 2;
    }
    sum
}

/// exp(r) for 0 <= r < 1 at 2^w.
pub fn exp(r: &BigInt, w: u32) -> BigInt {
    const HALVINGS: u32 = 12;
    let one = BigInt::one() << w;
    let x = r >> HALVINGS;
    let mut term = one.clone();
    let mut sum = one;
    let mut k = 1u32;
    while !term.is_zero() {
        term = ((&term * &x) >> w) / k;
        sum += &term;
        k += 1;
    }
    // Each squaring at most doubles the relative error; 2^12 times fewer than 2^8 units stays below ERROR.
    for _ in 0..HALVINGS {
        sum = (&sum * &sum) >> w;
    }
    sum
}

/// ln(m) for 1/2 < m < 2 at 2^w.
pub fn ln(m: &BigInt, w: u32) -> BigInt {
    let one = BigInt::one() << w;
    let z = ((m - &one) << w).div_floor(&(m + &one));
    let square = (&z * &z) >> w;
    let mut power = z;
    let mut sum = BigInt::zero();
    let mut k = 1u32;
    while power.abs() > BigInt::one() {
        sum += &power / k;
        power = (&power * &square) >> w;
        k += 2;
    }
    sum << 1u32
}

/// (sin r, cos r) for |r| <= 1 at 2^w.
pub fn sin_cos(r: &BigInt, w: u32) -> (BigInt, BigInt) {
    let square = (r * r) >> w;
    let series = |first: BigInt, mut k: u32| {
        let mut term = first.clone();
        let mut sum = first;
        while term.abs() > BigInt::one() {
            term = -(((&term * &square) >> w) / (k * (k + 1)));
            sum += &term;
            k += 2;
        }
        sum
    };
    (series(r.clone(), 2), series(BigInt::one() << w, 1))
}

/// atan(x) for |x| <= 1 at 2^w.
pub fn atan(x: &BigInt, w: u32) -> BigInt {
    const HALVINGS: u32 = 3;
    let one = BigInt::one() << w;
    let mut x = x.clone();
    for _ in 0..HALVINGS {
        // atan x = 2 atan(x / (1 + sqrt(1 + x^2)))
        let root = ((&x * &x) + (BigInt::one() << (2 * w))).sqrt();
        x = (x << w).div_floor(&(&one + root));
    }
    let square = (&x * &x) >> w;
    let mut power = x;
    let mut sum = BigInt::zero();
    let mut k = 1u32;
    while power.abs() > BigInt::one() {
        let term = &power / k;
        if k % 4 == 3 {
            sum -= term;
        } else {
            sum += term;
        }
        power = (&power * &square) >> w;
        k += 2;
    }
    sum << HALVINGS
}

/// Quotient of x by the constant c, rounded to nearest, and the remainder; both at 2^w.
pub fn reduce(x: &BigInt, c: &BigInt) -> Option<(i64, BigInt)> {
    let twice: BigInt = (x << 1u32) + c;
    let q = twice.div_floor(&(c << 1u32));
    let rest = x - &q * c;
    Some((q.to_i64()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(value: &BigInt, w: u32, expected: f64) {
        let got = (value >> (w - 60)).to_f64().unwrap() / 2f64.powi(60);
        assert!((got - expected).abs() < 1e-15 * expected.abs().max(1.0), "{got} {expected}");
    }

    fn scaled(x: f64, w: u32) -> BigInt {
        BigInt::from((x * 2f64.powi(60)) as i64) << (w - 60)
    }

    #[test]
    fn constants() {
        // Digits 1000 to 1010 of pi and of ln 2 would need a table; 300 bits against known hexadecimal heads suffice here.
        let pi_hex = format!("{:x}", pi(256));
        assert!(pi_hex.starts_with("3243f6a8885a308d313198a2e03707344a4093822299f31d0082efa98ec4e6"), "{pi_hex}");
        let ln2_hex = format!("{:x}", ln2(256));
        assert!(ln2_hex.starts_with("b17217f7d1cf79abc9e3b39803f2f6af40f343267298b62d8a0d175b8baafa2"), "{ln2_hex}");
    }

    #[test]
    fn against_the_standard_library() {
        for w in [128, 320] {
            for x in [0.0, 0.1, 0.25, 0.5, 0.693, 0.9] {
                near(&exp(&scaled(x, w), w), w, x.exp());
                let (s, c) = sin_cos(&scaled(x, w), w);
                near(&s, w, x.sin());
                near(&c, w, x.cos());
                near(&atan(&scaled(x, w), w), w, x.atan());
                near(&atan(&scaled(-x, w), w), w, (-x).atan());
                near(&ln(&scaled(0.6 + x, w), w), w, (0.6 + x).ln());
            }
        }
    }

    #[test]
    fn errors_stay_below_the_bound() {
        // The same value at a much higher precision is the oracle.
        let (w, high) = (192u32, 1024u32);
        for n in 0..40i64 {
            let x = BigInt::from(n * 0x0123_4567_89AB) << (w - 56);
            let wide = &x << (high - w);
            let check = |low: BigInt, exact: BigInt| {
                let exact = exact >> (high - w);
                assert!((low - exact).abs() < BigInt::from(ERROR));
            };
            check(exp(&x, w), exp(&wide, high));
            check(atan(&x, w), atan(&wide, high));
            check(sin_cos(&x, w).0, sin_cos(&wide, high).0);
            check(sin_cos(&x, w).1, sin_cos(&wide, high).1);
            let one = BigInt::one();
            check(ln(&(&x + (&one << w)), w), ln(&(&wide + (&one << high)), high));
        }
    }
}
