//! Elementary functions at a point: argument reduction, a fixed-point series, an enclosure.

use super::{
    elementary::{self, ERROR, GUARD},
    float::{Dir, Float, MAX_EXP},
    interval::{Cx, Interval, Stop},
};
use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive};
use std::cmp::Ordering;

type Real = Result<Interval, Stop>;

/// pi.
pub fn pi(cx: Cx) -> Interval {
    let w = cx.prec + GUARD;
    let value = elementary::pi(w);
    from_fixed(value, w, 2, 0, cx)
}

/// value·2^(k-w), off by at most `error` units.
fn from_fixed(value: BigInt, w: u32, error: u32, k: i64, cx: Cx) -> Interval {
    let e = k - i64::from(w);
    let lo = Float::new(&value - error, e).round(cx.prec, Dir::Down);
    let hi = Float::new(value + error, e).round(cx.prec, Dir::Up);
    Interval::of(lo, hi)
}

/// e^x of a point, enclosed.
pub fn exp_point(x: &Float, cx: Cx) -> Real {
    cx.spend(100)?;
    // e^x = 2^k e^r with r = x - k ln 2.
    if x.top() > 58 {
        let positive = x.sign() == Ordering::Greater;
        let edge = |e| Some(Float::new(1.into(), e));
        return Ok(if positive {
            Interval::from_ends(edge(MAX_EXP / 8), None)
        } else {
            Interval::from_ends(Some(Float::zero()), edge(-MAX_EXP / 8))
        });
    }
    let w = cx.prec + GUARD;
    let wide = w + 64;
    let (k, r) = elementary::reduce(&x.fixed(wide), &elementary::ln2(wide)).ok_or(Stop::Unsure)?;
    let mut r = r >> 64u32;
    let mut k = k;
    if r.is_negative() {
        r += elementary::ln2(w);
        k -= 1;
    }
    Ok(from_fixed(elementary::exp(&r, w), w, ERROR, k, cx))
}

/// Natural logarithm of a positive point, enclosed.
pub fn ln_point(x: &Float, cx: Cx) -> Real {
    cx.spend(120)?;
    let w = cx.prec + GUARD;
    // x = m·2^k with 1/2 <= m < 1; the upper half of [1/2, 1) and the lower half of [1, 2) keep the series short.
    let mut k = x.top();
    let mut m = Float::new(1.into(), -k).mul(x, w + 2, Dir::Down).fixed(w);
    if m < (BigInt::from(3) << (w - 2)) {
        m <<= 1u32;
        k -= 1;
    }
    let value = elementary::ln(&m, w) + elementary::ln2(w) * k;
    let error = u64::from(ERROR) + k.unsigned_abs();
    match u32::try_from(error) {
        Ok(error) => Ok(from_fixed(value, w, error, 0, cx)),
        Err(_) => {
            let slack = BigInt::from(error);
            let e = -i64::from(w);
            let lo = Float::new(&value - &slack, e).round(cx.prec, Dir::Down);
            Ok(Interval::of(lo, Float::new(value + slack, e).round(cx.prec, Dir::Up)))
        }
    }
}

/// Sine and cosine of a point, enclosed.
pub fn sin_cos_point(x: &Float, cx: Cx) -> Result<(Interval, Interval), Stop> {
    cx.spend(120)?;
    // Beyond this the reduction would need more bits of pi than are kept.
    if x.top() > 1024 {
        let all = Interval::of(Float::int(-1), Float::int(1));
        return Ok((all.clone(), all));
    }
    let w = cx.prec + GUARD;
    let extra = x.top().max(0).to_u32().unwrap_or(0);
    let wide = w + extra + 8;
    let half_pi = elementary::pi(wide + 1) >> 2u32;
    let half_pi = if extra == 0 { elementary::pi(wide) >> 1u32 } else { half_pi };
    let twice: BigInt = (x.fixed(wide) << 1u32) + &half_pi;
    let q = num_integer::Integer::div_floor(&twice, &(&half_pi << 1u32));
    let r = (x.fixed(wide) - &q * &half_pi) >> (wide - w);
    let (sin, cos) = elementary::sin_cos(&r, w);
    let enclose = |v: BigInt| from_fixed(v, w, ERROR, 0, cx);
    let quarter = num_integer::Integer::mod_floor(&q, &BigInt::from(4)).to_u8().unwrap_or(0);
    Ok(match quarter {
        0 => (enclose(sin), enclose(cos)),
        1 => (enclose(cos), enclose(-sin)),
        2 => (enclose(-sin), enclose(-cos)),
        _ => (enclose(-cos), enclose(sin)),
    })
}

/// Arc tangent of a point, enclosed.
pub fn atan_point(x: &Float, cx: Cx) -> Real {
    cx.spend(120)?;
    let w = cx.prec + GUARD;
    if x.sign() == Ordering::Equal {
        return Ok(Interval::int(0));
    }
    if x.top() <= 0 {
        return Ok(from_fixed(elementary::atan(&x.fixed(w), w), w, ERROR, 0, cx));
    }
    // |x| >= 1/2: atan x = ±pi/2 - atan(1/x) when |x| > 1.
    let one = BigInt::from(1) << w;
    let fixed_small = x.top() == 1 && x.fixed(w).abs() <= one;
    if fixed_small {
        return Ok(from_fixed(elementary::atan(&x.fixed(w), w), w, ERROR, 0, cx));
    }
    let inverse = Float::int(1).div(x, w, Dir::Down).fixed(w);
    let inner = elementary::atan(&inverse, w);
    let half_pi = elementary::pi(w) >> 1u32;
    let value = if x.sign() == Ordering::Greater { half_pi - inner } else { -half_pi - inner };
    Ok(from_fixed(value, w, ERROR, 0, cx))
}
