//! Python's reading and printing of numbers, which MathVista's published verdicts depend on.

/// Python `float(text)`: surrounding white space, underscores between digits, exponents, `nan`, `inf`, `infinity`.
pub fn float(text: &str) -> Option<f64> {
    let text = text.trim_matches(is_space);
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let special = unsigned.to_ascii_lowercase();
    if matches!(special.as_str(), "nan" | "inf" | "infinity") {
        return text.parse().ok();
    }
    let starts = unsigned.starts_with(|c: char| c.is_numeric() || c == '.');
    let digits = ascii_digits(text)?;
    if !starts || !digits.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok()
}

/// Python `int(text)` for text: the digits without leading zeros, with a sign when negative.
pub fn int(text: &str) -> Option<String> {
    let text = ascii_digits(text.trim_matches(is_space))?;
    let (negative, digits) = match text.strip_prefix(['+', '-']) {
        Some(rest) => (text.starts_with('-'), rest),
        None => (false, text.as_str()),
    };
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let trimmed = digits.trim_start_matches('0');
    Some(match (trimmed.is_empty(), negative) {
        (true, _) => "0".to_owned(),
        (false, true) => format!("-{trimmed}"),
        (false, false) => trimmed.to_owned(),
    })
}

/// Python `str(int(x))` of a float; None for nan and infinities, where Python raises.
pub fn str_int(x: f64) -> Option<String> {
    x.is_finite().then(|| {
        let text = format!("{:.0}", x.trunc());
        if text == "-0" { "0".to_owned() } else { text }
    })
}

/// Python `str(round(x, digits))`: correctly rounded, ties of the exact binary value to even.
pub fn str_round(x: f64, digits: u32) -> String {
    if !x.is_finite() {
        return repr(x);
    }
    let rounded = format!("{x:.*}", digits as usize);
    repr(rounded.parse().unwrap_or(x))
}

/// Python `repr(float)`: shortest digits that round-trip, exponent below 1e-4 and from 1e16.
pub fn repr(x: f64) -> String {
    if x.is_nan() {
        return "nan".to_owned();
    }
    if x.is_infinite() {
        return if x > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let shortest = format!("{x:e}");
    let (mantissa, exponent) = shortest.split_once('e').unwrap_or((&shortest, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..16).contains(&exponent) {
        let text = format!("{x}");
        return if text.contains('.') { text } else { text + ".0" };
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}

/// Unicode decimal digits as ASCII, single underscores between digits dropped; None where Python would refuse.
fn ascii_digits(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    let mut after_digit = false;
    while let Some(c) = chars.next() {
        if c == '_' {
            let before_digit = chars.peek().is_some_and(|d| digit(*d).is_some());
            if !(after_digit && before_digit) {
                return None;
            }
            after_digit = false;
            continue;
        }
        let value = digit(c);
        after_digit = value.is_some();
        out.push(value.unwrap_or(c));
    }
    out.is_ascii().then_some(out)
}

/// The ASCII digit of a decimal digit of the scripts that occur in model output.
fn digit(c: char) -> Option<char> {
    const ZEROS: [u32; 6] = [0x30, 0x660, 0x6F0, 0x966, 0x9E6, 0xFF10];
    let code = c as u32;
    let zero = ZEROS.into_iter().find(|z| (*z..z + 10).contains(&code))?;
    char::from_digit(code - zero, 10)
}

/// A character of Python's `\d`.
pub fn is_digit(c: char) -> bool {
    digit(c).is_some()
}

/// A character of Python's `\w`.
pub fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Python's `str.strip` set: Unicode white space and the separators 1C..1F.
pub fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c)
}

#[cfg(test)]
mod tests {
    use super::*;

    // Oracle: CPython 3.11, [repr(x) for x in ...], str(round(x, n)), float(s), int(s).
    #[test]
    fn repr_like_cpython() {
        for (x, text) in [
            (3.0, "3.0"),
            (1e-5, "1e-05"),
            (1e-4, "0.0001"),
            (1e16, "1e+16"),
            (1e15, "1000000000000000.0"),
            (1.5e300, "1.5e+300"),
            (-0.0, "-0.0"),
            (0.1 + 0.2, "0.30000000000000004"),
        ] {
            assert_eq!(repr(x), text);
        }
    }

    #[test]
    fn rounding_is_half_to_even_of_the_exact_value() {
        assert_eq!(str_round(2.5, 0), "2.0");
        assert_eq!(str_round(0.25, 1), "0.2");
        assert_eq!(str_round(2.675, 2), "2.67");
        assert_eq!(str_round(1.005, 2), "1.0");
        assert_eq!(str_round(f64::NAN, 2), "nan");
    }

    #[test]
    fn reading_like_cpython() {
        assert_eq!(float(" 1_000.5\n"), Some(1000.5));
        assert_eq!(float("1e5"), Some(100_000.0));
        assert_eq!(float("５"), Some(5.0));
        for bad in ["", ".", "1__0", "_1", "1_", "0x10", "1,5", "e5", "infinit"] {
            assert_eq!(float(bad), None, "{bad}");
        }
        assert!(float("-Infinity").is_some_and(|x| x == f64::NEG_INFINITY));
        assert_eq!(int(" +007 ").as_deref(), Some("7"));
        assert_eq!(int("-0").as_deref(), Some("0"));
        assert_eq!(int("1.0"), None);
        assert_eq!(str_int(-1.9).as_deref(), Some("-1"));
        assert_eq!(str_int(f64::INFINITY), None);
    }
}
