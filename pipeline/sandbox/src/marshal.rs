//! CPython's marshal format, version 2 (no references, no interning): the wire between judge and candidate.
//!
//! Stable since Python 2.5, written by C code in the candidate's process, exact about types. Reading is total: any
//! bytes give a value or an error, nesting is bounded, code objects are refused.

use crate::value::Value;
use num_bigint::{BigInt, BigUint, Sign};

const DEPTH: usize = 500;

/// Why bytes are not a value.
#[derive(Debug, PartialEq)]
pub struct Malformed(pub &'static str);

struct Reader<'a> {
    data: &'a [u8],
}

/// Reads one value that fills `data`.
pub fn read(data: &[u8]) -> Result<Value, Malformed> {
    let mut reader = Reader { data };
    let value = reader.value(0)?;
    if reader.data.is_empty() { Ok(value) } else { Err(Malformed("bytes after the value")) }
}

impl<'a> Reader<'a> {
    fn take(&mut self, n: usize) -> Result<&'a [u8], Malformed> {
        let (head, tail) = self.data.split_at_checked(n).ok_or(Malformed("ends early"))?;
        self.data = tail;
        Ok(head)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        self.take(N).map(|b| b.try_into().expect("N bytes"))
    }

    fn size(&mut self) -> Result<usize, Malformed> {
        usize::try_from(i32::from_le_bytes(self.array()?)).map_err(|_| Malformed("negative size"))
    }

    fn float(&mut self) -> Result<f64, Malformed> {
        self.array().map(f64::from_le_bytes)
    }

    fn value(&mut self, depth: usize) -> Result<Value, Malformed> {
        let [tag] = self.array()?;
        self.tagged(tag, depth)
    }

    fn tagged(&mut self, tag: u8, depth: usize) -> Result<Value, Malformed> {
        if depth > DEPTH {
            return Err(Malformed("nested too deeply"));
        }
        Ok(match tag {
            b'N' => Value::None,
            b'.' => Value::Ellipsis,
            b'T' => Value::Bool(true),
            b'F' => Value::Bool(false),
            b'i' => Value::Int(i64::from(i32::from_le_bytes(self.array()?))),
            b'l' => self.long()?,
            b'g' => Value::Float(self.float()?),
            b'y' => Value::Complex(self.float()?, self.float()?),
            b'u' => self.text()?,
            b's' => Value::Bytes(self.bytes()?.to_vec()),
            b'(' => Value::Tuple(self.items(depth)?),
            b'[' => Value::List(self.items(depth)?),
            b'<' => Value::Set(self.items(depth)?),
            b'>' => Value::FrozenSet(self.items(depth)?),
            b'{' => Value::Dict(self.pairs(depth)?),
            _ => return Err(Malformed("a type that is no data")),
        })
    }

    fn bytes(&mut self) -> Result<&'a [u8], Malformed> {
        let n = self.size()?;
        self.take(n)
    }

    fn text(&mut self) -> Result<Value, Malformed> {
        let bytes = self.bytes()?;
        Ok(match std::str::from_utf8(bytes) {
            Ok(s) => Value::Str(s.to_owned()),
            Err(_) => Value::Surrogates(bytes.to_vec()),
        })
    }

    fn items(&mut self, depth: usize) -> Result<Vec<Value>, Malformed> {
        let n = self.size()?;
        let mut items = Vec::with_capacity(n.min(self.data.len()));
        for _ in 0..n {
            items.push(self.value(depth + 1)?);
        }
        Ok(items)
    }

    fn pairs(&mut self, depth: usize) -> Result<Vec<(Value, Value)>, Malformed> {
        let mut pairs = Vec::new();
        loop {
            match self.array()? {
                [b'0'] => return Ok(pairs),
                [tag] => pairs.push((self.tagged(tag, depth + 1)?, self.value(depth + 1)?)),
            }
        }
    }

    /// Digits in base 2^15, least significant first; the sign is the sign of their number.
    fn long(&mut self) -> Result<Value, Malformed> {
        let n = i32::from_le_bytes(self.array()?);
        let digits = self.take(n.unsigned_abs() as usize * 2)?;
        let (mut bits, mut held, mut limbs) = (0u64, 0, Vec::with_capacity(digits.len() / 4 + 1));
        for pair in digits.chunks_exact(2) {
            bits |= u64::from(u16::from_le_bytes([pair[0], pair[1]]) & 0x7fff) << held;
            held += 15;
            if held >= 32 {
                limbs.push(bits as u32);
                (bits, held) = (bits >> 32, held - 32);
            }
        }
        limbs.push(bits as u32);
        let sign = if n < 0 { Sign::Minus } else { Sign::Plus };
        Ok(Value::int(BigInt::from_biguint(sign, BigUint::new(limbs))))
    }
}

/// Appends a value as `marshal.dumps(value, 2)` would write it; what is not plain data is written as `None`
/// (use [`describe`] for such values).
pub fn write(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::None | Value::Opaque(_) | Value::Digest(_) => out.push(b'N'),
        Value::Ellipsis => out.push(b'.'),
        Value::Bool(b) => out.push(if *b { b'T' } else { b'F' }),
        Value::Int(n) => write_int(*n, out),
        Value::Big(n) => write_long(n, out),
        Value::Float(x) => write_floats(b'g', &[*x], out),
        Value::Complex(re, im) => write_floats(b'y', &[*re, *im], out),
        Value::Str(s) => write_bytes(b'u', s.as_bytes(), out),
        Value::Surrogates(s) => write_bytes(b'u', s, out),
        Value::Bytes(b) => write_bytes(b's', b, out),
        Value::Tuple(items) => write_items(b'(', items, out),
        Value::List(items) | Value::Iterable(_, items) => write_items(b'[', items, out),
        Value::Set(items) => write_items(b'<', items, out),
        Value::FrozenSet(items) => write_items(b'>', items, out),
        Value::Dict(pairs) => {
            out.push(b'{');
            for (k, v) in pairs {
                write(k, out);
                write(v, out);
            }
            out.push(b'0');
        }
        Value::Ratio(_, parts) => write_items(b'(', &[Value::int(parts.0.clone()), Value::int(parts.1.clone())], out),
        Value::Instance(_, base) => write(base, out),
    }
}

fn write_int(n: i64, out: &mut Vec<u8>) {
    match i32::try_from(n) {
        Ok(n) => {
            out.push(b'i');
            out.extend(n.to_le_bytes());
        }
        Err(_) => write_long(&BigInt::from(n), out),
    }
}

fn write_long(n: &BigInt, out: &mut Vec<u8>) {
    let digits = n.magnitude().to_radix_le(1 << 8);
    let (mut bits, mut held, mut fifteens) = (0u32, 0, Vec::new());
    for byte in digits {
        bits |= u32::from(byte) << held;
        held += 8;
        if held >= 15 {
            fifteens.push((bits & 0x7fff) as u16);
            (bits, held) = (bits >> 15, held - 15);
        }
    }
    if bits > 0 {
        fifteens.push(bits as u16);
    }
    while fifteens.last() == Some(&0) {
        fifteens.pop();
    }
    let count = fifteens.len() as i32;
    out.push(b'l');
    out.extend((if n.sign() == Sign::Minus { -count } else { count }).to_le_bytes());
    out.extend(fifteens.iter().flat_map(|d| d.to_le_bytes()));
}

fn write_floats(tag: u8, values: &[f64], out: &mut Vec<u8>) {
    out.push(tag);
    out.extend(values.iter().flat_map(|x| x.to_le_bytes()));
}

/// Appends text or bytes (`tag` `u` or `s`).
pub fn write_bytes(tag: u8, bytes: &[u8], out: &mut Vec<u8>) {
    write_size(tag, bytes.len(), out);
    out.extend(bytes);
}

/// Appends the head of a collection whose items the caller appends.
pub fn write_size(tag: u8, n: usize, out: &mut Vec<u8>) {
    out.push(tag);
    out.extend((n as i32).to_le_bytes());
}

fn write_items(tag: u8, items: &[Value], out: &mut Vec<u8>) {
    write_size(tag, items.len(), out);
    items.iter().for_each(|item| write(item, out));
}

/// Reads the tree that the runner's `describe` makes of values that marshal refuses: (tag, class, content).
pub fn undescribe(tree: Value) -> Result<Value, Malformed> {
    let Value::Tuple(parts) = tree else { return Err(Malformed("no description")) };
    let Ok([Value::Str(tag), Value::Str(class), content]) = <[Value; 3]>::try_from(parts) else {
        return Err(Malformed("no description"));
    };
    let named = |value| if class.is_empty() { value } else { Value::Instance(class.clone(), Box::new(value)) };
    Ok(match (tag.as_str(), content) {
        ("p", plain) => plain,
        ("n", plain) => named(plain),
        ("q", Value::Tuple(parts)) => ratio(class, parts)?,
        ("l", Value::List(items)) => named(Value::List(all(items)?)),
        ("t", Value::List(items)) => named(Value::Tuple(all(items)?)),
        ("s", Value::List(items)) => named(Value::Set(all(items)?)),
        ("f", Value::List(items)) => named(Value::FrozenSet(all(items)?)),
        ("i", Value::List(items)) => Value::Iterable(class, all(items)?),
        ("d", Value::List(items)) => named(Value::Dict(items.into_iter().map(pair).collect::<Result<_, _>>()?)),
        ("o", _) => Value::Opaque(class),
        _ => return Err(Malformed("no description")),
    })
}

fn all(items: Vec<Value>) -> Result<Vec<Value>, Malformed> {
    items.into_iter().map(undescribe).collect()
}

fn pair(item: Value) -> Result<(Value, Value), Malformed> {
    match item {
        Value::Tuple(parts) => match <[Value; 2]>::try_from(parts) {
            Ok([k, v]) => Ok((undescribe(k)?, undescribe(v)?)),
            Err(_) => Err(Malformed("no pair")),
        },
        _ => Err(Malformed("no pair")),
    }
}

fn ratio(class: String, parts: Vec<Value>) -> Result<Value, Malformed> {
    let int = |v: &Value| match v {
        Value::Int(n) => Some(BigInt::from(*n)),
        Value::Big(n) => Some(n.clone()),
        _ => None,
    };
    match parts.as_slice() {
        [n, d] => match (int(n), int(d)) {
            (Some(n), Some(d)) if d.sign() == Sign::Plus => Ok(Value::Ratio(class, Box::new((n, d)))),
            _ => Err(Malformed("no ratio")),
        },
        _ => Err(Malformed("no ratio")),
    }
}

/// The inverse of [`undescribe`], for sending a candidate's value on to a tester.
pub fn describe(value: &Value) -> Value {
    let node = |tag: &str, class: &str, content| Value::Tuple(vec![Value::Str(tag.into()), Value::Str(class.into()), content]);
    let each = |items: &[Value]| Value::List(items.iter().map(describe).collect());
    let (class, base) = match value {
        Value::Instance(class, base) => (class.as_str(), &**base),
        other => ("", other),
    };
    match base {
        Value::List(items) => node("l", class, each(items)),
        Value::Tuple(items) => node("t", class, each(items)),
        Value::Set(items) => node("s", class, each(items)),
        Value::FrozenSet(items) => node("f", class, each(items)),
        Value::Dict(pairs) => {
            let pairs = pairs.iter().map(|(k, v)| Value::Tuple(vec![describe(k), describe(v)])).collect();
            node("d", class, Value::List(pairs))
        }
        Value::Ratio(class, parts) => node("q", class, Value::Tuple(vec![Value::int(parts.0.clone()), Value::int(parts.1.clone())])),
        Value::Iterable(class, items) => node("i", class, each(items)),
        Value::Opaque(class) => node("o", class, Value::None),
        Value::Digest(_) => node("o", value.class(), Value::None),
        plain => node(if class.is_empty() { "p" } else { "n" }, class, plain.clone()),
    }
}

/// Whether [`write`] loses nothing.
pub fn is_plain(value: &Value) -> bool {
    match value {
        Value::List(items) | Value::Tuple(items) | Value::Set(items) | Value::FrozenSet(items) => items.iter().all(is_plain),
        Value::Dict(pairs) => pairs.iter().all(|(k, v)| is_plain(k) && is_plain(v)),
        Value::Ratio(..) | Value::Instance(..) | Value::Iterable(..) | Value::Opaque(_) | Value::Digest(_) => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(s: &str) -> Vec<u8> {
        (0..s.len()).step_by(2).map(|i| u8::from_str_radix(&s[i..i + 2], 16).unwrap()).collect()
    }

    /// Golden bytes: CPython 3.11 `marshal.dumps(x, 2).hex()`.
    #[test]
    fn reads_and_writes_what_cpython_writes() {
        let rows = [
            ("690a000000", Value::Int(10)),
            ("69ffffffff", Value::Int(-1)),
            ("6c03000000000000000400", Value::Int(1 << 32)),
            ("6cfdffffff000000000400", Value::Int(-(1 << 32))),
            ("6c0500000000000000000000000010", Value::int(BigInt::from(1) << 72)),
            ("67000000000000f83f", Value::Float(1.5)),
            ("79000000000000f03f00000000000000c0", Value::Complex(1.0, -2.0)),
            ("7503000000c3a978", Value::Str("éx".into())),
            ("730200000061ff", Value::Bytes(vec![b'a', 255])),
            ("280200000069010000005b010000004e", Value::Tuple(vec![Value::Int(1), Value::List(vec![Value::None])])),
            ("7b7501000000615430", Value::Dict(vec![(Value::Str("a".into()), Value::Bool(true))])),
            ("3c0100000046", Value::Set(vec![Value::Bool(false)])),
        ];
        for (bytes, value) in rows {
            assert_eq!(read(&hex(bytes)).unwrap(), value, "{value}");
            let mut out = Vec::new();
            write(&value, &mut out);
            assert_eq!(out, hex(bytes), "{value}");
        }
    }

    #[test]
    fn lone_surrogates_survive() {
        let bytes = hex("7503000000eda080"); // marshal.dumps('\ud800', 2)
        let value = read(&bytes).unwrap();
        assert_eq!(value, Value::Surrogates(vec![0xed, 0xa0, 0x80]));
        let mut out = Vec::new();
        write(&value, &mut out);
        assert_eq!(out, bytes);
    }

    #[test]
    fn no_bytes_bring_it_down() {
        for bad in ["", "69", "28ffffffff", "28ffffff7f", "63000000", "4e4e", "7500000010", "7b4e", "6c00000080"] {
            assert!(read(&hex(bad)).is_err(), "{bad}");
        }
        let deep: Vec<u8> = [b'[', 1, 0, 0, 0].repeat(100_000);
        assert_eq!(read(&deep), Err(Malformed("nested too deeply")));
    }

    #[test]
    fn descriptions_round_trip() {
        let value = Value::List(vec![
            Value::Instance("Counter".into(), Box::new(Value::Dict(vec![(Value::Int(1), Value::Int(2))]))),
            Value::Iterable("range".into(), vec![Value::Int(0)]),
            Value::Ratio("Fraction".into(), Box::new((1.into(), 3.into()))),
            Value::Instance("Color".into(), Box::new(Value::Int(3))),
            Value::Opaque("Match".into()),
        ]);
        assert!(!is_plain(&value));
        assert_eq!(undescribe(describe(&value)).unwrap(), value);
        assert!(undescribe(Value::Int(1)).is_err());
    }
}
