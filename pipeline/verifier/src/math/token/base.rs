//! Digits with a base as subscript.

use crate::math::words;

/// `52_8`, `1A_{16}`, `4210_{\text{five}}`: digits, base, bytes.
pub fn base_literal(rest: &str) -> Option<(String, u32, usize)> {
    let bytes = rest.as_bytes();
    let digit = |b: &u8| b.is_ascii_digit() || b.is_ascii_uppercase();
    let len = bytes.iter().take_while(|b| digit(b)).count();
    if len == 0 || len > 256 || bytes.get(len) != Some(&b'_') {
        return None;
    }
    let (name, stop) = subscript(rest, len + 1)?;
    let base: u32 = match name.parse() {
        Ok(n) => n,
        Err(_) => u32::try_from(words::cardinal(&name)?.0).ok()?,
    };
    let digits = &rest[..len];
    let has_digit = digits.bytes().any(|b| b.is_ascii_digit());
    // Letters alone are names (`A_{12}`), but for hexadecimal.
    let fits = (2..=36).contains(&base) && (has_digit || base == 16 && len > 1);
    (fits && digits.chars().all(|c| c.is_digit(base))).then(|| (digits.to_owned(), base, stop))
}

/// The plain content of a subscript at `at`, and where it ends.
fn subscript(rest: &str, at: usize) -> Option<(String, usize)> {
    let tail = &rest[at..];
    let digits = tail.bytes().take_while(u8::is_ascii_digit).count();
    if digits > 0 {
        return Some((tail[..digits].to_owned(), at + digits));
    }
    let open = tail.find('{').filter(|i| tail[..*i].bytes().all(|b| b == b' ' || b == b'\\' || b.is_ascii_alphabetic()))?;
    let close = crate::math::boxed::closing_brace(tail.as_bytes(), open, tail.len().min(64))?;
    let mut content = tail[open + 1..close].trim();
    for wrapper in ["\\text{", "\\mathrm{", "\\textbf{", "\\rm ", "("] {
        content = content.strip_prefix(wrapper).unwrap_or(content);
    }
    let content = content.trim_matches(['}', ')', ' ', '{']);
    Some((content.to_owned(), at + close + 1))
}
