//! The Python subset: the tokens of a line.

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Int(i64),
    Word(String),
    Sign(&'static str),
}

/// Longer signs before their prefixes.
const SIGNS: [&str; 25] = [
    "//=", "**", "//", "==", "!=", "<=", ">=", "+=", "-=", "*=", "%=", "+", "-", "*", "/", "%", "=", "<", ">", "(", ")", ",", ":", ";", ".",
];

/// The tokens of one line without its indentation. A number must not touch a letter, as Python warns about or
/// misreads it; leading zeros are refused.
pub(super) fn tokens(line: &str) -> Option<Vec<Token>> {
    let mut rest = line;
    let mut out = Vec::new();
    while let Some(first) = rest.chars().next() {
        let length = |test: fn(char) -> bool| rest.find(|c| !test(c)).unwrap_or(rest.len());
        let (token, used) = if first == ' ' {
            rest = &rest[1..];
            continue;
        } else if first.is_ascii_digit() {
            let used = length(|c| c.is_ascii_alphanumeric());
            let text = &rest[..used];
            let canonical = text == "0" || !text.starts_with('0');
            (Token::Int(text.parse().ok().filter(|_| canonical && used <= 9)?), used)
        } else if first.is_ascii_lowercase() {
            let used = length(|c| c.is_ascii_alphanumeric());
            (Token::Word(rest[..used].to_string()), used)
        } else {
            let sign = SIGNS.iter().find(|sign| rest.starts_with(**sign))?;
            (Token::Sign(sign), sign.len())
        };
        out.push(token);
        rest = &rest[used..];
    }
    Some(out)
}
