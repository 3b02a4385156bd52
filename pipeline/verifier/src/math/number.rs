//! Number literals: integers with thousands groups, decimals, repeating decimals, exponents.

use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Pow, Zero};

/// Longest run of digits that is read as a number.
pub const MAX_DIGITS: usize = 2048;
/// Largest decimal exponent of `1e..` that is expanded exactly.
const MAX_EXPONENT: i64 = 10_000;

/// A number as it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Number {
    /// Its exact value.
    pub value: BigRational,
    /// Weight of the last digit when it was written as a decimal: 3.20 has 1/100, 4.5e33 has 1e32.
    pub ulp: Option<BigRational>,
    /// Significant digits of a decimal; 0 for zero and for integers.
    pub significant: u32,
}

impl Number {
    /// An exact number without decimals.
    pub fn exact(value: BigRational) -> Self {
        Self { value, ulp: None, significant: 0 }
    }

    /// A small integer.
    pub fn int(n: i64) -> Self {
        Self::exact(BigRational::from_integer(n.into()))
    }
}

/// How commas and spaces between digits are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grouping {
    /// `1,234` and `1 234` are one number outside of brackets.
    Thousands,
    /// Commas separate.
    List,
    /// `1,22` is a decimal number.
    DecimalComma,
}

/// Reads a number at the start of `text`; returns it with the bytes it takes.
///
/// `outside` says that no bracket is open: only there do plain commas and spaces group digits.
pub fn scan(text: &str, grouping: Grouping, outside: bool) -> Option<(Number, usize)> {
    let bytes = text.as_bytes();
    let (mut digits, mut end) = integer_part(bytes, grouping, outside);
    if let Some(stop) = fraction_end(bytes, end, grouping, outside) {
        let part = &text[end + 1..stop];
        digits.push_str(part);
        let decimals = u32::try_from(part.len()).ok()?;
        let point = bytes[end] == b'.' || bytes[end] == b',';
        end = stop;
        if let Some((period, stop)) = repetend(&text[end..], part.is_empty()) {
            return repeating(&digits, decimals, period).map(|n| (n, end + stop));
        }
        if let Some((n, stop)) = continued(&digits, decimals, &text[end..]) {
            return Some((n, end + stop));
        }
        if digits.is_empty() || !point {
            return None;
        }
        return finish(text, end, &digits, Some(decimals));
    }
    if digits.is_empty() {
        return None;
    }
    finish(text, end, &digits, None)
}

fn finish(text: &str, end: usize, digits: &str, decimals: Option<u32>) -> Option<(Number, usize)> {
    if digits.len() > MAX_DIGITS {
        return None;
    }
    let mantissa: BigInt = digits.parse().ok()?;
    let (exponent, end) = match exponent(text, end) {
        Some((e, stop)) => (Some(e), stop),
        None => (None, end),
    };
    let shift = exponent.unwrap_or(0) - i64::from(decimals.unwrap_or(0));
    let written_as_decimal = decimals.is_some() || exponent.is_some();
    let ulp = power_of_ten(shift)?;
    let significant = digits.trim_start_matches('0').len();
    let number = Number {
        value: &ulp * BigRational::from_integer(mantissa),
        ulp: written_as_decimal.then_some(ulp),
        significant: if written_as_decimal { u32::try_from(significant).unwrap_or(u32::MAX) } else { 0 },
    };
    Some((number, end))
}

/// 10^n as a rational, for |n| up to [`MAX_EXPONENT`].
pub fn power_of_ten(n: i64) -> Option<BigRational> {
    if n == 0 {
        return Some(BigRational::one());
    }
    if n.abs() > MAX_EXPONENT {
        return None;
    }
    let size = BigInt::from(10).pow(n.unsigned_abs());
    Some(if n < 0 { BigRational::new_raw(BigInt::one(), size) } else { BigRational::from_integer(size) })
}

/// Digits before the point, groups joined, and where they end.
fn integer_part(bytes: &[u8], grouping: Grouping, outside: bool) -> (String, usize) {
    let first = run(bytes, 0);
    let mut digits = ascii(&bytes[..first]);
    let mut end = first;
    if first == 0 || first > 3 || grouping == Grouping::DecimalComma {
        return (digits, end);
    }
    let plain = grouping == Grouping::Thousands && outside && bytes[0] != b'0';
    let mut joined = digits.clone();
    let mut stop = end;
    let mut separator: Option<&[u8]> = None;
    while let Some(mark) = group_mark(&bytes[stop..], plain) {
        if separator.is_some_and(|s| s != mark) {
            break;
        }
        let from = stop + mark.len() + spaces(&bytes[stop + mark.len()..], mark);
        let to = from + run(bytes, from);
        if to - from != 3 {
            // `1,234,5` is a list; nothing groups. `1 234 5` neither.
            return (digits, end);
        }
        separator = Some(mark);
        joined.push_str(&ascii(&bytes[from..to]));
        stop = to;
    }
    if separator.is_some() {
        digits = joined;
        end = stop;
    }
    (digits, end)
}

/// The separator of thousands at the start, if digits can follow it.
fn group_mark(bytes: &[u8], plain: bool) -> Option<&'static [u8]> {
    const EXPLICIT: [&[u8]; 7] = [b"{,}", b",\\!", b",\\,", b"\\,", b"\\ ", b"\\;", b"\\!"];
    const PLAIN: [&[u8]; 2] = [b",", b" "];
    let follows = |mark: &&[u8]| {
        let rest = &bytes[mark.len()..];
        rest[spaces(rest, mark)..].first().is_some_and(u8::is_ascii_digit)
    };
    let explicit = EXPLICIT.into_iter().find(|m| bytes.starts_with(m) && follows(m));
    let plain = || PLAIN.into_iter().find(|m| plain && bytes.starts_with(m) && follows(m));
    explicit.or_else(plain)
}

/// Spaces allowed after a separator: only LaTeX's `,\!` is typed with one.
fn spaces(rest: &[u8], mark: &[u8]) -> usize {
    if mark == b",\\!" { rest.iter().take_while(|b| **b == b' ').count() } else { 0 }
}

/// Where the digits after a decimal point end; None if there is no decimal point.
fn fraction_end(bytes: &[u8], at: usize, grouping: Grouping, outside: bool) -> Option<usize> {
    let comma = grouping == Grouping::DecimalComma && outside && at > 0;
    let mark = *bytes.get(at)?;
    if mark != b'.' && !(comma && mark == b',') {
        return None;
    }
    let stop = at + 1 + run(bytes, at + 1);
    let digits = stop - at - 1;
    let starts_repetend = bytes[stop..].starts_with(b"\\overline")
        || bytes[stop..].starts_with(b"\\bar")
        || bytes[stop..].starts_with(b"\\dot")
        || digits == 0 && bytes.get(stop) == Some(&b'(') && closing_digits(&bytes[stop..]);
    if digits > 0 || starts_repetend {
        return Some(stop);
    }
    // `5.` before an operator, as in `1./3`.
    let operator = bytes.get(stop).is_some_and(|b| b"/*+^)}".contains(b));
    (at > 0 && operator && mark == b'.').then_some(stop)
}

fn closing_digits(bytes: &[u8]) -> bool {
    let n = run(bytes, 1);
    n > 0 && bytes.get(1 + n) == Some(&b')')
}

/// `\overline{36}`, `\bar 6` after digits, `(6)` right after the point: the period and the bytes it takes.
/// After digits a parenthesis is a product: 1.2(34).
fn repetend(text: &str, at_point: bool) -> Option<(&str, usize)> {
    let (head, close) = ["\\overline", "\\bar", "\\dot"]
        .iter()
        .find(|c| text.starts_with(*c))
        .map(|c| (c.len(), b'}'))
        .or_else(|| (at_point && text.starts_with('(')).then_some((0, b')')))?;
    let bytes = text.as_bytes();
    let mut from = head;
    while bytes.get(from) == Some(&b' ') {
        from += 1;
    }
    let bracketed = matches!(bytes.get(from), Some(b'{' | b'('));
    let start = from + usize::from(bracketed);
    let stop = start + run(bytes, start).min(if bracketed { 64 } else { 1 });
    if stop == start || bracketed && bytes.get(stop) != Some(&close) {
        return None;
    }
    Some((&text[start..stop], stop + usize::from(bracketed)))
}

/// `0.333...`: the block that repeats at least three times (twice from length two on) before the dots.
fn continued(digits: &str, decimals: u32, tail: &str) -> Option<(Number, usize)> {
    let dots = ["\\ldots", "\\dots", "\\cdots", "..."].iter().find(|d| tail.starts_with(*d))?;
    let places = digits.len().checked_sub(decimals as usize)?;
    let part = &digits[places..];
    for size in 1..=6usize {
        let times = if size == 1 { 3 } else { 2 };
        if part.len() < size * times {
            break;
        }
        let period = &part[part.len() - size..];
        let repeats = (1..times).all(|k| {
            let end = part.len() - k * size;
            &part[end - size..end] == period
        });
        if repeats {
            return repeating(digits, decimals, period).map(|n| (n, dots.len()));
        }
    }
    None
}

/// digits (with `decimals` of them after the point) followed by `period` for ever.
fn repeating(digits: &str, decimals: u32, period: &str) -> Option<Number> {
    if digits.len() + period.len() > MAX_DIGITS {
        return None;
    }
    let head: BigInt = if digits.is_empty() { BigInt::zero() } else { digits.parse().ok()? };
    let tail: BigInt = period.parse().ok()?;
    let nines = BigInt::from(10).pow(period.len()) - 1;
    let scale = BigInt::from(10).pow(decimals);
    let value = BigRational::new(head * &nines + tail, nines * scale);
    Some(Number::exact(value))
}

/// `e-27`, `E5` right after the digits.
fn exponent(text: &str, at: usize) -> Option<(i64, usize)> {
    let bytes = text.as_bytes();
    if at == 0 || !matches!(bytes.get(at), Some(b'e' | b'E')) {
        return None;
    }
    let signed = matches!(bytes.get(at + 1), Some(b'+' | b'-'));
    let from = at + 1 + usize::from(signed);
    let to = from + run(bytes, from);
    let glued = bytes.get(to).is_some_and(u8::is_ascii_alphabetic);
    if to == from || to - from > 5 || glued {
        return None;
    }
    Some((text[at + 1..to].parse().ok()?, to))
}

fn run(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from..).unwrap_or(&[]);
    rest.iter().take_while(|b| b.is_ascii_digit()).count()
}

fn ascii(bytes: &[u8]) -> String {
    bytes.iter().map(|b| char::from(*b)).collect()
}

/// Value of digits (0-9, then letters) in a base from 2 to 36; None for a digit out of range.
pub fn in_base(digits: &str, base: u32) -> Option<BigRational> {
    let whole: BigInt = BigInt::parse_bytes(digits.as_bytes(), base)?;
    Some(BigRational::from_integer(whole))
}

/// Whether the rational has a finite decimal expansion.
pub fn terminates(value: &BigRational) -> bool {
    let mut rest = value.denom().clone();
    for prime in [2, 5] {
        let prime = BigInt::from(prime);
        while rest.is_multiple_of(&prime) {
            rest /= &prime;
        }
    }
    rest.is_one()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn thousands(text: &str) -> Option<(String, usize)> {
        scan(text, Grouping::Thousands, true).map(|(n, end)| (n.value.to_string(), end))
    }

    fn whole(text: &str) -> String {
        let (value, end) = thousands(text).expect(text);
        assert_eq!(end, text.len(), "{text}");
        value
    }

    #[test]
    fn thousands_groups() {
        for text in ["7,425,000", "7{,}425{,}000", "7,\\!425,\\! 000", "7\\,425\\,000", "7\\!425\\!000", "7 425 000"] {
            assert_eq!(whole(text), "7425000");
        }
        assert_eq!(whole("1,000.99"), "100099/100");
        assert_eq!(thousands("32, 349").unwrap().1, 2);
        assert_eq!(thousands("1,234,5").unwrap().1, 1);
        assert_eq!(thousands("0,111").unwrap().1, 1);
        assert_eq!(thousands("12,34").unwrap().1, 2);
        assert_eq!(scan("1,234", Grouping::List, true).unwrap().1, 1);
        assert_eq!(scan("1,234", Grouping::Thousands, false).unwrap().1, 1);
    }

    #[test]
    fn decimals_and_exponents() {
        assert_eq!(whole(".5"), "1/2");
        assert_eq!(whole("4.5e33"), format!("45{}", "0".repeat(32)));
        assert_eq!(whole("2.5E-1"), "1/4");
        assert_eq!(thousands("1./3").unwrap(), ("1".to_owned(), 2));
        assert_eq!(thousands("5. So").unwrap().1, 1);
        assert_eq!(thousands("2e").unwrap().1, 1);
        assert_eq!(thousands("1e99999"), None);
        let (n, _) = scan("0.0830", Grouping::Thousands, true).unwrap();
        assert_eq!((n.significant, n.ulp.unwrap().to_string().as_str()), (3, "1/10000"));
    }

    #[test]
    fn repeating_decimals() {
        assert_eq!(whole("31.\\overline{6}"), "95/3");
        assert_eq!(whole("0.1\\overline{36}"), "3/22");
        assert_eq!(whole("0.\\bar{3}"), "1/3");
        assert_eq!(whole("0.(3)"), "1/3");
        assert_eq!(whole("0.333..."), "1/3");
        assert_eq!(whole("0.2727\\ldots"), "3/11");
        assert_eq!(thousands("1.2(34)").unwrap().1, 3);
    }

    #[test]
    fn other_marks() {
        assert_eq!(scan("1,22", Grouping::DecimalComma, true).unwrap().0.value.to_string(), "61/50");
        assert_eq!(in_base("52", 8).unwrap().to_string(), "42");
        assert_eq!(in_base("58", 8), None);
        assert!(terminates(&in_base("7", 10).unwrap()));
        for bad in ["", "x", ".", "e5", "-1"] {
            assert_eq!(thousands(bad), None, "{bad}");
        }
    }
}
