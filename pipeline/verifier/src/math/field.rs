//! Two prime fields in which -1 is a square.

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::ToPrimitive;

/// A prime and a square root of -1 modulo it.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// The prime.
    pub p: u64,
    /// A square root of -1.
    pub i: u64,
}

pub const FIELDS: [Field; 2] = [
    Field { p: 2_305_843_009_213_693_921, i: 583_529_827_753_931_384 },
    Field { p: 2_305_843_009_213_693_693, i: 966_685_122_347_009_555 },
];

impl Field {
    /// a + b.
    pub fn add(self, a: u64, b: u64) -> u64 {
        let s = a + b;
        if s >= self.p { s - self.p } else { s }
    }

    /// -a.
    pub fn neg(self, a: u64) -> u64 {
        if a == 0 { 0 } else { self.p - a }
    }

    /// a · b.
    pub fn mul(self, a: u64, b: u64) -> u64 {
        (u128::from(a) * u128::from(b) % u128::from(self.p)) as u64
    }

    /// base^n.
    pub fn pow(self, mut base: u64, mut n: u64) -> u64 {
        let mut result = 1;
        while n > 0 {
            if n & 1 == 1 {
                result = self.mul(result, base);
            }
            base = self.mul(base, base);
            n >>= 1;
        }
        result
    }

    /// 1 / a; a is not zero.
    pub fn inv(self, a: u64) -> u64 {
        self.pow(a, self.p - 2)
    }

    /// An integer modulo p.
    pub fn int(self, n: &BigInt) -> u64 {
        reduce(n, self.p)
    }
}

/// n modulo m.
pub fn reduce(n: &BigInt, m: u64) -> u64 {
    match n.to_i64() {
        Some(small) => (i128::from(small)).rem_euclid(i128::from(m)) as u64,
        None => n.mod_floor(&BigInt::from(m)).to_u64().unwrap_or(0),
    }
}

/// The sign of the fraction with small numerator and denominator that `r` stands for (rational reconstruction).
pub fn small_fraction_sign(field: Field, r: u64) -> Option<i32> {
    const BOUND: u64 = 1 << 30;
    let (mut r0, mut r1) = (field.p as i128, r as i128);
    let (mut t0, mut t1) = (0i128, 1i128);
    while r1 >= i128::from(BOUND) {
        let q = r0 / r1;
        (r0, r1) = (r1, r0 - q * r1);
        (t0, t1) = (t1, t0 - q * t1);
    }
    let fits = t1 != 0 && t1.unsigned_abs() < u128::from(BOUND) && r1 != 0;
    fits.then_some(if (t1 < 0) != (r1 < 0) { -1 } else { 1 })
}
