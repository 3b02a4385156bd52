//! Text -> text, each rewrite named. What is lost is only what carries no mathematics.

use super::{command, prose, unicode};

/// A normalised answer and the names of the rewrites that changed it.
#[derive(Clone, Debug, Default)]
pub struct Normal {
    /// The text the parser reads.
    pub text: String,
    /// Names of the rules that changed something, in order.
    pub log: Vec<&'static str>,
}

/// Normalises an answer.
pub fn normalise(answer: &str) -> Normal {
    let mut normal = Normal { text: answer.trim_matches([' ', '\n']).to_owned(), log: Vec::new() };
    normal.apply("control characters to commands", repair_controls);
    normal.apply("unicode to LaTeX", unicode::to_latex);
    normal.apply("doubled backslashes", halve_backslashes);
    normal.apply("math delimiters", drop_delimiters);
    normal.apply("outer punctuation", trim_punctuation);
    normal.apply("spellings", spellings);
    normal
}

/// One spelling for what is written in several ways: `f^{\prime}`, `\text{cis}`, `per cent`, `3:45 p.m.`, `(101)_2`,
/// `\frac{\text{km}}{\text{h}}`.
fn spellings(text: &str) -> Option<String> {
    const SAME: [(&str, &str); 8] = [
        ("{:}", ":"),
        ("^{\\prime}", "'"),
        ("^\\prime", "'"),
        ("^{\\prime\\prime}", "''"),
        ("\\text{cis}", "\\operatorname{cis}"),
        ("per cent", "percent"),
        (" x 10^", " \\times 10^"),
        ("\\text{¢}", "\\text{ cents}"),
    ];
    let mut out = text.to_owned();
    for (from, to) in SAME {
        if out.contains(from) {
            out = out.replace(from, to);
        }
    }
    let conclusion = ["so ", "So ", "Thus ", "thus ", "Hence ", "hence ", "Therefore "].iter().find_map(|w| out.strip_prefix(w));
    out = conclusion.filter(|rest| !prose::has_words(rest)).map(str::to_owned).unwrap_or(out);
    let negative = ["negative ", "minus ", "Negative ", "Minus "].iter().find_map(|w| out.strip_prefix(w));
    let number = |rest: &&str| rest.starts_with(|c: char| c.is_ascii_digit() || c == '\\') && !prose::has_words(rest);
    out = negative.filter(number).map(|rest| format!("-{rest}")).unwrap_or(out);
    out = half_days(&out).unwrap_or(out);
    out = bracketed_base(&out).unwrap_or(out);
    out = quotient_of_units(&out).unwrap_or(out);
    (out != text).then_some(out)
}

/// `3:45 p.m` -> `3:45 pm`: the second period has gone with the end of the sentence, or stands in the middle of it.
fn half_days(text: &str) -> Option<String> {
    let at = ["a.m", "p.m"].iter().filter_map(|m| text.find(m)).min()?;
    let before = text[..at].trim_end();
    let after = text[at + 3..].strip_prefix('.').unwrap_or(&text[at + 3..]);
    let clock = before.ends_with(|c: char| c.is_ascii_digit()) && !after.starts_with(|c: char| c.is_alphanumeric());
    clock.then(|| format!("{before} {}m{after}", &text[at..=at]))
}

/// `(101)_2` -> `101_2`.
fn bracketed_base(text: &str) -> Option<String> {
    let inner = text.strip_prefix('(')?;
    let (digits, base) = inner.split_once(")_")?;
    let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit() || (b'A'..=b'F').contains(&b));
    plain.then(|| format!("{digits}_{base}"))
}

/// `\frac{\text{km}}{\text{h}}` -> `\text{km/h}`.
fn quotient_of_units(text: &str) -> Option<String> {
    let (head, above, below, tail) = ["\\text{", "\\mathrm{"].iter().find_map(|open| {
        let start = format!("\\frac{{{open}");
        let (head, rest) = text.split_once(start.as_str())?;
        let (above, rest) = rest.split_once(format!("}}}}{{{open}").as_str())?;
        let (below, tail) = rest.split_once("}}")?;
        Some((head, above, below, tail))
    })?;
    let word = |w: &str| !w.is_empty() && w.bytes().all(|b| b.is_ascii_alphabetic() || b == b' ');
    (word(above) && word(below) && head.trim_end_matches(['\\', ',', ' ', '~', ';']).ends_with(|c: char| c.is_ascii_digit() || c == '}'))
        .then(|| format!("{head}\\text{{ {above}/{below}}}{tail}"))
}

impl Normal {
    fn apply(&mut self, rule: &'static str, rewrite: impl Fn(&str) -> Option<String>) {
        if let Some(text) = rewrite(&self.text) {
            self.text = text;
            self.log.push(rule);
        }
    }
}

/// `\f` + `rac`, TAB + `ext`: a string with escapes was printed without them.
fn repair_controls(text: &str) -> Option<String> {
    const BROKEN: [(char, &[&str], &str); 5] = [
        ('\u{c}', &["rac"], "\\f"),
        ('\t', &["ext", "imes", "frac", "heta", "an", "o ", "au"], "\\t"),
        ('\u{8}', &["oxed", "egin", "inom", "ar", "eta", "mod"], "\\b"),
        ('\r', &["ight", "angle", "ho", "floor", "ceil", "m "], "\\r"),
        ('\u{7}', &["lpha", "pprox", "rc", "ngle"], "\\a"),
    ];
    if !text.bytes().any(|b| matches!(b, 7 | 8 | 9 | 12 | 13)) {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    for (i, c) in text.char_indices() {
        let tail = &text[i + c.len_utf8()..];
        let broken = BROKEN.iter().find(|(mark, tails, _)| *mark == c && tails.iter().any(|t| tail.starts_with(t)));
        match broken {
            Some((_, _, command)) => {
                let doubled = out.ends_with('\\') && !out.ends_with("\\\\");
                if doubled {
                    out.pop();
                }
                out.push_str(command);
            }
            None => out.push(c),
        }
    }
    (out != text).then_some(out)
}

/// `\\frac` outside of an environment, or everywhere when even `\\begin` is doubled.
fn halve_backslashes(text: &str) -> Option<String> {
    if !text.contains("\\\\") {
        return None;
    }
    if text.contains("\\\\begin") {
        return Some(text.replace("\\\\", "\\"));
    }
    if text.contains("\\begin") {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(i) = rest.find("\\\\") {
        out.push_str(&rest[..i]);
        let tail = &rest[i + 2..];
        let name = tail.bytes().take_while(u8::is_ascii_alphabetic).count();
        let delimiter = tail.starts_with(['{', '}', ',', '!', ';', '%', '$', '(', ')', ' ']);
        let known = name > 0 && command::is_known(&tail[..name]);
        out.push_str(if known || delimiter { "\\" } else { "\\\\" });
        rest = tail;
    }
    out.push_str(rest);
    (out != text).then_some(out)
}

/// `$`, `\(`, `\)`, `\[`, `\]` become a space; `\$` is money and `\\[2pt]` a row.
fn drop_delimiters(text: &str) -> Option<String> {
    if !text.contains(['$', '\\']) {
        return None;
    }
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    let mut start = 0;
    let mut i = 0;
    while i < bytes.len() {
        let skip = match (bytes[i], bytes.get(i + 1)) {
            (b'$', _) => 1,
            (b'\\', Some(b'(' | b')' | b'[' | b']')) => 2,
            (b'\\', Some(_)) => {
                i += 2;
                continue;
            }
            _ => 0,
        };
        if skip == 0 {
            i += 1;
            continue;
        }
        out.push_str(&text[start..i]);
        out.push(' ');
        i += skip;
        start = i;
    }
    if start == 0 {
        return None;
    }
    out.push_str(text.get(start..).unwrap_or(""));
    Some(out.trim().to_owned())
}

/// White space, a leading `=` or `:`, and the punctuation that ends a sentence; three dots stay.
fn trim_punctuation(text: &str) -> Option<String> {
    let mut out = text.trim();
    loop {
        let before = out;
        out = out.trim_start_matches([' ', '\n', '*', '`']).trim_end();
        for start in [":", "=", "\\approx", "\\therefore", "\\implies"] {
            out = out.strip_prefix(start).unwrap_or(out).trim_start();
        }
        let sentence = out.ends_with(['.', ',', ';', ':']) && !ends_in_dots(out);
        if sentence && !out.ends_with("\\,") && !out.ends_with("\\;") && !out.ends_with("\\:") {
            out = &out[..out.len() - 1];
        }
        for end in ["**", "`", "\\\\", "\\,", "\\;", "\\!", "\\ ", "~", "\\quad", "\""] {
            out = out.strip_suffix(end).unwrap_or(out).trim_end();
        }
        out = out.strip_prefix('"').unwrap_or(out);
        if out == before {
            break;
        }
    }
    (out != text).then(|| out.to_owned())
}

fn ends_in_dots(text: &str) -> bool {
    text.ends_with("..")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(answer: &str) -> String {
        normalise(answer).text
    }

    #[test]
    fn delimiters_and_punctuation() {
        assert_eq!(text("$ 9 $."), "9");
        assert_eq!(text("\\( x \\)"), "x");
        assert_eq!(text("**73**"), "73");
        assert_eq!(text("\\$18.90"), "\\$18.90");
        assert_eq!(text("12 $ and $13 "), "12   and  13");
        assert_eq!(text("9, 18, ..."), "9, 18, ...");
        assert_eq!(text(": 5;"), "5");
    }

    #[test]
    fn broken_escapes() {
        assert_eq!(text("\u{c}rac{1}{2}"), "\\frac{1}{2}");
        assert_eq!(text("\\\u{c}rac{1}{2}"), "\\frac{1}{2}");
        assert_eq!(text("\text{13}"), "\\text{13}");
        assert_eq!(text("\\\\frac{1}{2}"), "\\frac{1}{2}");
        assert_eq!(text("\\begin{pmatrix}1\\\\x\\end{pmatrix}"), "\\begin{pmatrix}1\\\\x\\end{pmatrix}");
        assert_eq!(text("\\\\begin{pmatrix}1\\\\\\\\2\\\\end{pmatrix}"), "\\begin{pmatrix}1\\\\2\\end{pmatrix}");
    }

    #[test]
    fn rewrites_are_named() {
        assert_eq!(normalise("x").log, Vec::<&str>::new());
        assert_eq!(normalise("$½$").log, ["unicode to LaTeX", "math delimiters"]);
    }
}
