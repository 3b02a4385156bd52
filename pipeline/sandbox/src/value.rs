//! Python values outside Python: what a candidate returned, what it was given, and when two of them are `==`.

use num_bigint::BigInt;
use num_traits::{FromPrimitive, ToPrimitive};
use std::fmt;

/// A Python value as data. Nothing here can run code of the candidate.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `None`
    None,
    /// `...`
    Ellipsis,
    /// `bool`
    Bool(bool),
    /// `int` that fits 64 bits
    Int(i64),
    /// any other `int`
    Big(BigInt),
    /// `float`
    Float(f64),
    /// `complex`
    Complex(f64, f64),
    /// `str`
    Str(String),
    /// `str` with lone surrogates, as WTF-8
    Surrogates(Vec<u8>),
    /// `bytes`
    Bytes(Vec<u8>),
    /// `list`
    List(Vec<Value>),
    /// `tuple`
    Tuple(Vec<Value>),
    /// `set`, in no particular order
    Set(Vec<Value>),
    /// `frozenset`, in no particular order
    FrozenSet(Vec<Value>),
    /// `dict`, in insertion order
    Dict(Vec<(Value, Value)>),
    /// `Fraction` or `Decimal`: class, numerator, denominator
    Ratio(String, Box<(BigInt, BigInt)>),
    /// An instance of a subclass of a type above (`Counter`, a named tuple, an `IntEnum`): class, value of the base type
    Instance(String, Box<Value>),
    /// An iterator, view, range or deque: class, items
    Iterable(String, Vec<Value>),
    /// Anything else, by the name of its class
    Opaque(String),
    /// A value of more than 16 MiB, by its digest: equal to itself, and that is all that is known of it
    Digest(Vec<u8>),
}

/// A number for comparison: exact whenever Python's comparison is exact.
enum Number {
    Real(Real),
    Complex(f64, f64),
}

enum Real {
    Int(BigInt),
    Float(f64),
    Ratio(BigInt, BigInt),
}

impl Value {
    /// Any integer.
    pub fn int(n: BigInt) -> Value {
        n.to_i64().map_or(Value::Big(n), Value::Int)
    }

    /// The value of the base type when this is an instance of a subclass, else itself.
    pub fn base(&self) -> &Value {
        match self {
            Value::Instance(_, base) => base.base(),
            other => other,
        }
    }

    /// Python's `a == b`. Objects that are not plain data equal nothing; NaN equals nothing.
    pub fn equals(&self, other: &Value) -> bool {
        use Value::*;
        match (self.base(), other.base()) {
            (None, None) | (Ellipsis, Ellipsis) => true,
            (Str(a), Str(b)) => a == b,
            (Surrogates(a), Surrogates(b)) | (Bytes(a), Bytes(b)) | (Digest(a), Digest(b)) => a == b,
            (List(a), List(b)) | (Tuple(a), Tuple(b)) => all_equal(a, b),
            (Set(a) | FrozenSet(a), Set(b) | FrozenSet(b)) => same_set(a, b),
            (Dict(a), Dict(b)) => same_dict(a, b),
            (Iterable(c, a), Iterable(d, b)) => c == d && matches!(c.as_str(), "range" | "deque") && all_equal(a, b),
            (a, b) => match (a.number(), b.number()) {
                (Some(a), Some(b)) => same_number(&a, &b),
                _ => false,
            },
        }
    }

    fn number(&self) -> Option<Number> {
        Some(match self {
            Value::Complex(re, im) if *im != 0.0 || re.is_nan() => Number::Complex(*re, *im),
            Value::Complex(re, _) => Number::Real(Real::Float(*re)),
            other => Number::Real(other.real()?),
        })
    }

    fn real(&self) -> Option<Real> {
        Some(match self {
            Value::Bool(b) => Real::Int(BigInt::from(*b as u8)),
            Value::Int(n) => Real::Int(BigInt::from(*n)),
            Value::Big(n) => Real::Int(n.clone()),
            Value::Float(x) => Real::Float(*x),
            Value::Ratio(_, parts) => Real::Ratio(parts.0.clone(), parts.1.clone()),
            _ => return None,
        })
    }

    /// The value as a float where Python's arithmetic would make one, None for anything but real numbers.
    pub fn as_f64(&self) -> Option<f64> {
        match self.base() {
            Value::Float(x) => Some(*x),
            Value::Int(n) => Some(*n as f64),
            Value::Bool(b) => Some(f64::from(u8::from(*b))),
            Value::Big(n) => n.to_f64(),
            Value::Ratio(_, parts) => Some(parts.0.to_f64()? / parts.1.to_f64()?),
            _ => Option::None,
        }
    }

    /// A byte string that equal hashable values share (`1 == 1.0 == True`); None when Python could not hash it.
    /// NaN is given a key of its own kind and never meets another.
    pub fn key(&self) -> Option<Vec<u8>> {
        let mut key = Vec::new();
        self.base().push_key(&mut key).then_some(key)
    }

    fn push_key(&self, out: &mut Vec<u8>) -> bool {
        match self.base() {
            Value::None => out.push(b'N'),
            Value::Ellipsis => out.push(b'.'),
            Value::Str(s) => push_bytes(out, b's', s.as_bytes()),
            Value::Surrogates(s) => push_bytes(out, b's', s),
            Value::Bytes(b) => push_bytes(out, b'b', b),
            Value::Tuple(items) => return push_items(out, b'(', items.iter().map(Value::key).collect()),
            Value::FrozenSet(items) => {
                let mut keys: Vec<_> = items.iter().map(Value::key).collect();
                keys.sort();
                return push_items(out, b'<', keys);
            }
            Value::Ratio(..) | Value::Bool(_) | Value::Int(_) | Value::Big(_) | Value::Float(_) | Value::Complex(..) => {
                self.base().push_number_key(out)
            }
            _ => return false,
        }
        true
    }

    fn push_number_key(&self, out: &mut Vec<u8>) {
        match self.number() {
            Some(Number::Real(real)) => match exact(&real) {
                Some((n, d)) => push_bytes(out, b'n', format!("{n}/{d}").as_bytes()),
                Option::None => push_bytes(out, b'f', format!("{self}").as_bytes()),
            },
            _ => push_bytes(out, b'c', format!("{self}").as_bytes()),
        }
    }

    /// Whether a NaN is somewhere inside: such a value does not equal itself.
    pub fn has_nan(&self) -> bool {
        match self {
            Value::Float(x) => x.is_nan(),
            Value::Complex(re, im) => re.is_nan() || im.is_nan(),
            Value::List(x) | Value::Tuple(x) | Value::Set(x) | Value::FrozenSet(x) | Value::Iterable(_, x) => x.iter().any(Value::has_nan),
            Value::Dict(pairs) => pairs.iter().any(|(k, v)| k.has_nan() || v.has_nan()),
            Value::Instance(_, base) => base.has_nan(),
            _ => false,
        }
    }

    /// The items that `iter(x)` would give, None when it would raise.
    pub fn iterate(&self) -> Option<Vec<Value>> {
        Some(match self.base() {
            Value::List(x) | Value::Tuple(x) | Value::Set(x) | Value::FrozenSet(x) | Value::Iterable(_, x) => x.clone(),
            Value::Dict(pairs) => pairs.iter().map(|(k, _)| k.clone()).collect(),
            Value::Str(s) => s.chars().map(|c| Value::Str(c.to_string())).collect(),
            Value::Bytes(b) => b.iter().map(|b| Value::Int(i64::from(*b))).collect(),
            _ => return Option::None,
        })
    }

    /// The name of the value's class.
    pub fn class(&self) -> &str {
        match self {
            Value::None => "NoneType",
            Value::Ellipsis => "ellipsis",
            Value::Bool(_) => "bool",
            Value::Int(_) | Value::Big(_) => "int",
            Value::Float(_) => "float",
            Value::Complex(..) => "complex",
            Value::Str(_) | Value::Surrogates(_) => "str",
            Value::Bytes(_) => "bytes",
            Value::List(_) => "list",
            Value::Tuple(_) => "tuple",
            Value::Set(_) => "set",
            Value::FrozenSet(_) => "frozenset",
            Value::Dict(_) => "dict",
            Value::Digest(_) => "large value",
            Value::Ratio(class, _) | Value::Instance(class, _) | Value::Iterable(class, _) | Value::Opaque(class) => class,
        }
    }
}

fn push_bytes(out: &mut Vec<u8>, tag: u8, bytes: &[u8]) {
    out.push(tag);
    out.extend((bytes.len() as u64).to_le_bytes());
    out.extend(bytes);
}

fn push_items(out: &mut Vec<u8>, tag: u8, keys: Vec<Option<Vec<u8>>>) -> bool {
    out.push(tag);
    for key in &keys {
        let Some(key) = key else { return false };
        push_bytes(out, b',', key);
    }
    true
}

fn all_equal(a: &[Value], b: &[Value]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.equals(b))
}

/// Sorted keys without repeats; None when an item cannot be hashed.
fn key_set(items: &[Value]) -> Option<Vec<Vec<u8>>> {
    let mut keys = items.iter().map(Value::key).collect::<Option<Vec<_>>>()?;
    keys.sort();
    keys.dedup();
    Some(keys)
}

/// Whether two collections have the same items as sets; false when one holds something that cannot be hashed.
pub(crate) fn same_set(a: &[Value], b: &[Value]) -> bool {
    matches!((key_set(a), key_set(b)), (Some(a), Some(b)) if a == b)
}

fn same_dict(a: &[(Value, Value)], b: &[(Value, Value)]) -> bool {
    let index: std::collections::HashMap<_, _> = b.iter().map(|(k, v)| (k.key(), v)).collect();
    let found = |(k, v): &(Value, Value)| index.get(&k.key()).is_some_and(|other| v.equals(other));
    a.len() == b.len() && a.iter().all(found)
}

/// A finite real number as a reduced fraction with a positive denominator.
fn exact(real: &Real) -> Option<(BigInt, BigInt)> {
    match real {
        Real::Int(n) => Some((n.clone(), BigInt::from(1))),
        Real::Ratio(n, d) => Some((n.clone(), d.clone())),
        Real::Float(x) => float_ratio(*x),
    }
}

fn float_ratio(x: f64) -> Option<(BigInt, BigInt)> {
    if !x.is_finite() {
        return None;
    }
    if x.fract() == 0.0 {
        return Some((BigInt::from_f64(x)?, BigInt::from(1)));
    }
    // a fraction's exponent is small, so doubling until integral ends after at most 1,074 steps
    let (mut scaled, mut twos) = (x, 0u32);
    while scaled.fract() != 0.0 {
        scaled *= 2.0;
        twos += 1;
    }
    Some((BigInt::from_f64(scaled)?, BigInt::from(1) << twos))
}

fn same_number(a: &Number, b: &Number) -> bool {
    match (a, b) {
        (Number::Complex(a, b), Number::Complex(c, d)) => a == c && b == d,
        (Number::Real(Real::Float(a)), Number::Real(Real::Float(b))) => a == b,
        (Number::Real(a), Number::Real(b)) => matches!((exact(a), exact(b)), (Some(a), Some(b)) if a == b),
        _ => false,
    }
}

impl fmt::Display for Value {
    /// Close to Python's `repr`; for people, never compared.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |f: &mut fmt::Formatter<'_>, open: &str, items: &[Value], close: &str| {
            f.write_str(open)?;
            for (i, item) in items.iter().enumerate() {
                write!(f, "{}{item}", if i > 0 { ", " } else { "" })?;
            }
            f.write_str(close)
        };
        match self {
            Value::None => f.write_str("None"),
            Value::Ellipsis => f.write_str("Ellipsis"),
            Value::Bool(b) => f.write_str(if *b { "True" } else { "False" }),
            Value::Int(n) => write!(f, "{n}"),
            Value::Big(n) => write!(f, "{n}"),
            Value::Float(x) if x.is_finite() => write!(f, "{x:?}"),
            Value::Float(x) => write!(f, "{}", x.to_string().to_lowercase()),
            Value::Complex(re, im) => write!(f, "({re:?}{im:+?}j)"),
            Value::Str(s) => write!(f, "{s:?}"),
            Value::Surrogates(s) => write!(f, "{:?}", String::from_utf8_lossy(s)),
            Value::Bytes(b) => write!(f, "b{:?}", String::from_utf8_lossy(b)),
            Value::List(items) => list(f, "[", items, "]"),
            Value::Tuple(items) => list(f, "(", items, if items.len() == 1 { ",)" } else { ")" }),
            Value::Set(items) if !items.is_empty() => list(f, "{", items, "}"),
            Value::Set(items) => list(f, "set(", items, ")"),
            Value::FrozenSet(items) => list(f, "frozenset({", items, "})"),
            Value::Dict(pairs) => {
                f.write_str("{")?;
                for (i, (k, v)) in pairs.iter().enumerate() {
                    write!(f, "{}{k}: {v}", if i > 0 { ", " } else { "" })?;
                }
                f.write_str("}")
            }
            Value::Ratio(class, parts) if parts.1 == BigInt::from(1) => write!(f, "{class}({})", parts.0),
            Value::Ratio(class, parts) => write!(f, "{class}({}/{})", parts.0, parts.1),
            Value::Instance(class, base) => write!(f, "{class}({base})"),
            Value::Iterable(class, items) => list(f, &format!("{class}("), items, ")"),
            Value::Opaque(class) => write!(f, "<{class} object>"),
            Value::Digest(_) => f.write_str("<a value of more than 16 MiB>"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(s: &str) -> Value {
        Value::Str(s.into())
    }

    /// Every row was checked in CPython 3.11: `a == b`.
    #[test]
    fn equality_is_python_equality() {
        let big = |s: &str| Value::int(s.parse().unwrap());
        let half = Value::Ratio("Fraction".into(), Box::new((1.into(), 2.into())));
        let rows = [
            (Value::Int(1), Value::Float(1.0), true),
            (Value::Int(1), Value::Bool(true), true),
            (Value::Complex(1.0, 0.0), Value::Int(1), true),
            (Value::Complex(1.0, 2.0), Value::Complex(1.0, 2.0), true),
            (big("9007199254740993"), Value::Float(9007199254740992.0), false),
            (big("100000000000000000000"), Value::Float(1e20), true),
            (big("100000000000000000001"), Value::Float(1e20), false),
            (half.clone(), Value::Float(0.5), true),
            (half, Value::Float(0.1), false),
            (Value::Float(f64::NAN), Value::Float(f64::NAN), false),
            (Value::Float(0.0), Value::Float(-0.0), true),
            (Value::Float(f64::INFINITY), Value::Float(f64::INFINITY), true),
            (Value::List(vec![]), Value::Tuple(vec![]), false),
            (Value::Set(vec![Value::Int(1), text("a")]), Value::FrozenSet(vec![text("a"), Value::Float(1.0)]), true),
            (Value::Instance("P".into(), Box::new(Value::Tuple(vec![Value::Int(1)]))), Value::Tuple(vec![Value::Int(1)]), true),
            (text("1"), Value::Int(1), false),
            (Value::None, Value::Bool(false), false),
            (Value::Opaque("A".into()), Value::Opaque("A".into()), false),
        ];
        for (a, b, want) in rows {
            assert_eq!(a.equals(&b), want, "{a} == {b}");
            assert_eq!(b.equals(&a), want, "{b} == {a}");
        }
    }

    #[test]
    fn dicts_ignore_order_and_compare_keys_as_numbers() {
        let a = Value::Dict(vec![(Value::Int(1), text("x")), (text("k"), Value::None)]);
        let b = Value::Dict(vec![(text("k"), Value::None), (Value::Float(1.0), text("x"))]);
        assert!(a.equals(&b));
        assert!(!a.equals(&Value::Dict(vec![(Value::Int(1), text("x"))])));
    }

    #[test]
    fn keys_exist_for_hashable_values_only() {
        assert!(Value::Tuple(vec![Value::List(vec![])]).key().is_none());
        assert_eq!(Value::Tuple(vec![Value::Int(2)]).key(), Value::Tuple(vec![Value::Float(2.0)]).key());
        assert_ne!(text("ab").key(), Value::Bytes(b"ab".to_vec()).key());
    }

    #[test]
    fn small_fractions_are_exact() {
        let tiny = f64::from_bits(1);
        let (n, d) = float_ratio(tiny).unwrap();
        assert_eq!((n, d), (BigInt::from(1), BigInt::from(1) << 1074u32));
        assert_eq!(float_ratio(-0.75).unwrap(), (BigInt::from(-3), BigInt::from(4)));
    }
}
