//! Rational constants of a tree, exactly.

use super::tree::Node;
use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive, Zero};

/// Largest square factor s^2 of n: (s, n/s^2), by trial division of small primes.
pub fn square_free(mut n: u64) -> (u64, u64) {
    let mut outside = 1;
    let root = (n as f64).sqrt() as u64;
    if root * root == n {
        return (root, 1);
    }
    let mut d = 2;
    while d * d <= n && d < 2000 {
        while n.is_multiple_of(d * d) {
            n /= d * d;
            outside *= d;
        }
        d += 1;
    }
    (outside, n)
}

/// x + y; integers without the greatest common divisors that fractions take.
pub fn sum(x: &BigRational, y: &BigRational) -> BigRational {
    let whole = x.is_integer() && y.is_integer();
    if whole { BigRational::from_integer(x.numer() + y.numer()) } else { x + y }
}

/// x · y; see [`sum`].
pub fn product(x: &BigRational, y: &BigRational) -> BigRational {
    let whole = x.is_integer() && y.is_integer();
    if whole { BigRational::from_integer(x.numer() * y.numer()) } else { x * y }
}

/// Longest constant, in bits of numerator and denominator.
const BITS: u64 = 4096;

/// All parts joined by `op`, as long as what is joined stays short.
fn folded(parts: &[Node], start: i64, op: fn(&BigRational, &BigRational) -> BigRational) -> Option<BigRational> {
    let mut value = BigRational::from_integer(start.into());
    for part in parts {
        value = op(&value, &constant(part)?);
        if bits(&value) > BITS {
            return None;
        }
    }
    Some(value)
}

/// A rational constant written with `+ - * /` and small integer powers; no variables.
pub fn constant(node: &Node) -> Option<BigRational> {
    let value = match node {
        Node::Num(n) => return Some(n.value.clone()),
        Node::Neg(a) => -constant(a)?,
        Node::Add(v) => folded(v, 0, sum)?,
        Node::Mul(v) => folded(v, 1, product)?,
        Node::Div(a, b) => {
            let (a, b) = (constant(a)?, constant(b)?);
            if b.is_zero() {
                return None;
            }
            a / b
        }
        Node::Pow(a, b) => {
            let (a, b) = (constant(a)?, constant(b)?);
            let n = b.is_integer().then(|| b.to_integer().to_i32())??;
            let size = bits(&a).saturating_mul(u64::from(n.unsigned_abs()));
            if size > BITS || (a.is_zero() && n <= 0) {
                return None;
            }
            num_traits::Pow::pow(&a, n)
        }
        _ => return None,
    };
    (bits(&value) <= BITS).then_some(value)
}

/// Bits of numerator and denominator together.
pub fn bits(value: &BigRational) -> u64 {
    value.numer().bits() + value.denom().bits()
}

/// A constant natural number.
pub fn natural(node: &Node) -> Option<u64> {
    constant(node).filter(BigRational::is_integer)?.to_integer().to_u64()
}

/// A constant integer of moderate size.
pub fn integer(node: &Node) -> Option<i64> {
    constant(node).filter(BigRational::is_integer)?.to_integer().to_i64().filter(|n| n.abs() < 1 << 40)
}

/// Whether a positive constant.
pub fn positive(node: &Node) -> bool {
    constant(node).is_some_and(|v| v.is_positive())
}
