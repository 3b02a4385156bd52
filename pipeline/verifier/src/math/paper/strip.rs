//! `strip_string` of the released parser, step by step.

use super::{units, word_number};
use crate::{latex, python};

/// Strips an answer; `skip_unit` is set for minerva_math and carp_en.
pub fn strip(text: &str, skip_unit: bool) -> String {
    let mut s = text.trim_matches(python::is_space).replace('\n', "");
    s = replaced(s.trim_end_matches('.').to_owned(), "\\!", "");
    s = replaced(arrays(&s), "bmatrix", "pmatrix");
    for (from, to) in [("tfrac", "frac"), ("dfrac", "frac"), ("\\neq", "\\ne"), ("\\leq", "\\le"), ("\\geq", "\\ge")] {
        s = replaced(s, from, to);
    }
    for (from, to) in [("\\left", ""), ("\\right", ""), ("\\{", "{"), ("\\}", "}")] {
        s = replaced(s, from, to);
    }
    s = without_final_text(&s);
    if !skip_unit {
        s = units::remove(&s);
    }
    for mark in ["^{\\circ}", "^\\circ", "\\$", "$", "\\(", "\\)"] {
        s = replaced(s, mark, "");
    }
    s = word_number::word_to_num(&s).unwrap_or(s);
    s = unwrapped(&s, "\\text{", true);
    for key in ["x=", "y=", "z=", "x\\in", "y\\in", "z\\in", "x\\to", "y\\to", "z\\to"] {
        s = replaced(s, key, "");
    }
    for (from, to) in [("\\emptyset", "{}"), ("(-\\infty,\\infty)", "\\mathbb{R}"), ("\\%", ""), ("%", ""), (" .", " 0."), ("{.", "{0.")] {
        s = replaced(s, from, to);
    }
    finish(infinity(&s))
}

/// All occurrences replaced. Most texts hold none, and looking for its first byte is far cheaper than looking for a word.
fn replaced(text: String, from: &str, to: &str) -> String {
    let first = from.as_bytes()[0];
    if text.as_bytes().contains(&first) { text.replace(from, to) } else { text }
}

fn finish(s: String) -> String {
    let mut s = replaced(replaced(s, "and", ""), "\\mathbf", "");
    s = unwrapped(&s, "\\mbox{", false);
    if s.contains('j') && !s.contains('i') {
        s = s.replace('j', "i");
    }
    s = trailing_zeros(&s);
    if s.is_empty() {
        return s;
    }
    if s.starts_with('.') {
        s.insert(0, '0');
    }
    if let Some((left, right)) = s.split_once('=')
        && !right.contains('=')
        && left.chars().count() <= 2
    {
        s = right.to_owned();
    }
    s = braced_roots(&s).replace(' ', "");
    slash_to_fraction(latex::brace_fractions(&s))
}

/// `\begin{array}{..}` -> `\begin{pmatrix}`.
fn arrays(s: &str) -> String {
    const OPEN: &str = "\\begin{array}{";
    let mut out = String::with_capacity(s.len());
    let mut rest = s;
    while let Some(i) = rest.find(OPEN) {
        let tail = &rest[i + OPEN.len()..];
        let Some(close) = tail.find('}') else {
            break;
        };
        out.push_str(&rest[..i]);
        out.push_str("\\begin{pmatrix}");
        rest = &tail[close + 1..];
    }
    out.push_str(rest);
    out.replace("\\end{array}", "\\end{pmatrix}")
}

/// `\\text{.*?}$`: from the first `\text{` to a brace at the very end, if something is left.
fn without_final_text(s: &str) -> String {
    let cut = s.find("\\text{").filter(|i| s.ends_with('}') && s.len() > i + 6);
    match cut.map(|i| s[..i].trim_matches(python::is_space)) {
        Some(head) if !head.is_empty() => head.to_owned(),
        _ => s.to_owned(),
    }
}

/// `\text{X}` -> X or nothing, up to the first closing brace.
fn unwrapped(s: &str, open: &str, keep: bool) -> String {
    let mut out = String::with_capacity(s.len());
    let mut rest = s;
    while let Some(i) = rest.find(open) {
        let tail = &rest[i + open.len()..];
        let Some(close) = tail.find('}') else {
            break;
        };
        out.push_str(&rest[..i]);
        if keep {
            out.push_str(&tail[..close]);
        }
        rest = &tail[close + 1..];
    }
    out.push_str(rest);
    out
}

fn infinity(s: &str) -> String {
    let mut s = replaced(s.to_owned(), "infinity", "\\infty");
    if !s.contains("\\infty") {
        s = replaced(s, "inf", "\\infty");
    }
    replaced(s, "+\\inity", "\\infty")
}

/// `(\d+)\.0*([^\d])` -> `\1\2`, then `(\d+)\.0*$` -> `\1`.
fn trailing_zeros(s: &str) -> String {
    let chars: Vec<char> = s.chars().collect();
    let mut out = String::with_capacity(s.len());
    // The character that ends a match is consumed: digits before it cannot open the next one.
    let mut digit_before = false;
    let mut i = 0;
    while i < chars.len() {
        if chars[i] == '.' && digit_before {
            let zeros = chars[i + 1..].iter().take_while(|c| **c == '0').count();
            if let Some(c) = chars.get(i + 1 + zeros).filter(|c| !python::is_digit(**c)) {
                out.push(*c);
                i += zeros + 2;
                digit_before = false;
                continue;
            }
        }
        digit_before = python::is_digit(chars[i]);
        out.push(chars[i]);
        i += 1;
    }
    let head = out.trim_end_matches('0').strip_suffix('.');
    match head.filter(|h| h.ends_with(python::is_digit)) {
        Some(head) => head.to_owned(),
        None => out,
    }
}

/// `\\sqrt(\w+)` -> `\sqrt{..}`: all word characters.
fn braced_roots(s: &str) -> String {
    let mut parts = s.split("\\sqrt");
    let mut out = parts.next().unwrap_or("").to_owned();
    for part in parts {
        let word: String = part.chars().take_while(|c| python::is_word(*c)).collect();
        out.push_str("\\sqrt");
        if !word.is_empty() {
            out.push('{');
            out.push_str(&word);
            out.push('}');
        }
        out.push_str(&part[word.len()..]);
    }
    out
}

/// `a/b` with two plain integers (or anything with a root) and exactly one slash.
fn slash_to_fraction(s: String) -> String {
    let Some((a, b)) = s.split_once('/') else {
        return s;
    };
    let canonical = |part: &str| part.contains("sqrt") || python::int(part).is_some_and(|p| p == part);
    if b.contains('/') || !canonical(a) || !canonical(b) {
        return s;
    }
    format!("\\frac{{{a}}}{{{b}}}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_steps() {
        for (text, stripped) in [
            ("5\\text{ m}^{2}", "5"),
            ("6\\text{ cm}", "6"),
            ("\\frac43", "\\frac{4}{3}"),
            ("100/3", "\\frac{100}{3}"),
            ("x=5", "5"),
            ("2x+3y=6", "2x+36"),
            ("3.00", "3"),
            ("1.0.5", "1.5"),
            ("10.05", "10.05"),
            ("8:30 a.m.", "8:300"),
            ("1 \\pm \\sqrt{19}", "1\\\\sqrt{19}"),
            ("\\{1,2\\}", "{1,2}"),
            ("0.6\\%", "0.6"),
            ("\\text{(A)}", "(A)"),
            ("\\sqrt12", "\\sqrt{12}"),
            ("\\begin{array}{cc}1&2\\end{array}", "\\begin{pmatrix}1&2\\end{pmatrix}"),
            ("inf", "\\infty"),
            ("2 and 3", "23"),
            (".5", "0.5"),
            ("j", "i"),
        ] {
            assert_eq!(strip(text, false), stripped, "{text}");
        }
    }
}
