//! `extract_answer` of the released parser: first hit wins.

use crate::python;

/// The answer text of a completion, before stripping.
pub fn extract(text: &str) -> String {
    let text = text.replace("ки", "");
    let pred = marked(&text).unwrap_or_else(|| last_number(&text.replace(',', "")));
    tidy(&pred)
}

fn marked(text: &str) -> Option<String> {
    let strip = |s: &str| s.trim_matches(python::is_space).to_owned();
    if text.contains("final answer is $") && text.contains("$. I hope") {
        let tail = text.split_once("final answer is $")?.1;
        return Some(strip(tail.split("$. I hope").next()?));
    }
    if let Some(i) = text.rfind("boxed") {
        return Some(boxed(&text[i + 5..]));
    }
    for marker in ["he answer is", "final answer is"] {
        if let Some(i) = text.rfind(marker) {
            return Some(strip(&text[i + marker.len()..]));
        }
    }
    let tail = text.split_once("答案是")?.1.trim_matches(python::is_space);
    Some(strip(tail.split("\n\n").next()?))
}

/// Up to the matching brace (to the end when there is none), else up to a dollar.
fn boxed(tail: &str) -> String {
    let Some(inner) = tail.strip_prefix('{') else {
        return tail.split('$').next().unwrap_or("").trim_matches(python::is_space).to_owned();
    };
    let mut depth = 1;
    for (i, c) in inner.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return inner[..i].to_owned();
        }
    }
    inner.to_owned()
}

/// The last match of `-?\d*\.?\d+`, or nothing.
fn last_number(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let digit = |i: usize| chars.get(i).is_some_and(|c| python::is_digit(*c));
    let mut last = (0, 0);
    let mut i = 0;
    while i < chars.len() {
        let start = i;
        let mut j = i + usize::from(chars[i] == '-');
        while digit(j) {
            j += 1;
        }
        let whole = j;
        if chars.get(j) == Some(&'.') && digit(j + 1) {
            j += 1;
            while digit(j) {
                j += 1;
            }
        }
        let has_digits = j > whole || whole > start && digit(whole - 1);
        if has_digits {
            last = (start, j);
            i = j;
        } else {
            i = start + 1;
        }
    }
    chars[last.0..last.1].iter().collect()
}

/// Lines joined; one leading colon, one final period, one final slash dropped.
fn tidy(pred: &str) -> String {
    let mut out = String::with_capacity(pred.len());
    let mut chars = pred.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\n' {
            while chars.peek().is_some_and(|d| python::is_space(*d)) {
                chars.next();
            }
        } else {
            out.push(c);
        }
    }
    let mut rest = out.strip_prefix(':').unwrap_or(&out);
    rest = rest.strip_suffix('.').unwrap_or(rest);
    rest.strip_suffix('/').unwrap_or(rest).to_owned()
}

/// Whether the text is an answer alone: no marker, one line, at most four words of prose.
pub fn is_bare(text: &str) -> bool {
    let markers = ["boxed", "he answer is", "final answer is", "答案是"];
    let words = text.split(|c: char| !c.is_alphabetic()).filter(|w| w.len() > 2).count();
    !text.trim().contains('\n') && words <= 4 && text.len() <= 400 && !markers.iter().any(|m| text.contains(m))
}

/// `choice_answer_clean` of the parser: the first letter after the last "answer is" or "choice is", else the last letter.
pub fn choice_of_completion(completion: &str) -> String {
    let mut text = completion.trim_matches('\n');
    let triggers = ["choice is", "answer is"];
    if triggers.iter().any(|t| text.matches(t).count() > 1) {
        text = text.split("\n\n").next().unwrap_or("");
    }
    let after = triggers.iter().filter_map(|t| text.rfind(t).map(|i| i + t.len())).max();
    let tail = &text[after.unwrap_or(0)..];
    let tail = tail.trim_matches('\n').trim_end_matches('.').trim_end_matches('/').trim_matches(' ').trim_start_matches(':');
    let letters = stand_alone_letters(tail);
    let found = if after.is_some() { letters.first() } else { letters.last() };
    let chosen = match found {
        Some(c) => c.to_string(),
        None => tail.trim_matches(python::is_space).trim_matches('.').to_owned(),
    };
    chosen.trim_end_matches('.').trim_end_matches('/').to_owned()
}

/// `\b(A|B|C|D|E)\b` in the upper-cased text.
pub fn stand_alone_letters(text: &str) -> Vec<char> {
    let upper: Vec<char> = text.to_uppercase().chars().collect();
    let word = |c: Option<&char>| c.is_some_and(|c| python::is_word(*c));
    let alone = |i: &usize| {
        let left = i.checked_sub(1).and_then(|j| upper.get(j));
        ('A'..='E').contains(&upper[*i]) && !word(left) && !word(upper.get(i + 1))
    };
    (0..upper.len()).filter(alone).map(|i| upper[i]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn last_numbers() {
        // Oracle: CPython re.findall(r"-?\d*\.?\d+", s)[-1].
        for (text, number) in [
            ("x^2", "2"),
            ("2/3", "3"),
            ("1.2.3", ".3"),
            ("is -5.", "-5"),
            ("3.", "3"),
            ("- 7", "7"),
            ("a-.5b", "-.5"),
            ("none", ""),
            ("12-", "12"),
        ] {
            assert_eq!(last_number(text), number, "{text}");
        }
    }

    #[test]
    fn markers_in_order() {
        assert_eq!(extract("the boxed answer"), "answer");
        assert_eq!(extract("\\boxed{a{b}c} x"), "a{b}c");
        assert_eq!(extract("\\boxed{a"), "a");
        assert_eq!(extract("The answer is: 5."), " 5");
        assert_eq!(extract("答案是 7\n\n8"), "7");
        assert_eq!(extract("total 1,234"), "1234");
    }

    #[test]
    fn letters() {
        assert_eq!(choice_of_completion("so the answer is (C), not A."), "C");
        assert_eq!(choice_of_completion("maybe A or D"), "D");
        assert_eq!(stand_alone_letters("a B_C d"), ['A', 'D']);
    }
}
