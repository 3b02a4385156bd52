//! word2number 1.1 as it is: unknown words are ignored, and one word of number is enough.

use crate::python;

/// `str(word_to_num(text))`, or None where the package raises.
pub fn word_to_num(text: &str) -> Option<String> {
    let lower = text.replace('-', " ").to_lowercase();
    if !lower.is_empty() && lower.chars().all(python::is_digit) {
        return python::int(&lower);
    }
    let words: Vec<&str> = lower.split(python::is_space).filter(|w| value(w).is_some() || *w == "point").collect();
    if words.is_empty() {
        return None;
    }
    let count = |word: &str| words.iter().filter(|w| **w == word).count();
    if ["thousand", "million", "billion", "point"].iter().any(|w| count(w) > 1) {
        return None;
    }
    let point = words.iter().position(|w| *w == "point");
    let (whole, decimals) = match point {
        Some(i) => (&words[..i], &words[i + 1..]),
        None => (words.as_slice(), [].as_slice()),
    };
    let total = whole_part(whole)?;
    if decimals.is_empty() {
        return Some(total.to_string());
    }
    // Summed as floats, as there.
    Some(python::repr(total as f64 + decimal_part(decimals)))
}

fn value(word: &str) -> Option<i64> {
    const SMALL: [&str; 20] = [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ];
    const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
    let small = SMALL.iter().position(|w| *w == word).and_then(|i| i64::try_from(i).ok());
    let tens = || TENS.iter().position(|w| *w == word).and_then(|i| i64::try_from(i).ok()).map(|i| 20 + 10 * i);
    small.or_else(tens).or(match word {
        "hundred" => Some(100),
        "thousand" => Some(1000),
        "million" => Some(1_000_000),
        "billion" => Some(1_000_000_000),
        _ => None,
    })
}

fn whole_part(words: &[&str]) -> Option<i64> {
    let at = |word: &str| words.iter().position(|w| *w == word);
    let (billion, million, thousand) = (at("billion"), at("million"), at("thousand"));
    let before = |a: Option<usize>, b: Option<usize>| matches!((a, b), (Some(a), Some(b)) if a < b);
    if before(thousand, million) || before(thousand, billion) || before(million, billion) {
        return None;
    }
    match words {
        [] => return Some(0),
        [one] => return value(one),
        _ => {}
    }
    let mut total = 0i64;
    let mut start = 0;
    for (index, scale) in [(billion, 1_000_000_000), (million, 1_000_000), (thousand, 1000)] {
        if let Some(i) = index {
            total = total.checked_add(formed(&words[start..i])?.checked_mul(scale)?)?;
            start = i + 1;
        }
    }
    if start < words.len() || start == 0 {
        total = total.checked_add(formed(&words[start..])?)?;
    }
    Some(total)
}

/// At most four words; more than four count as the first alone.
fn formed(words: &[&str]) -> Option<i64> {
    let n = words.iter().map(|w| value(w)).collect::<Option<Vec<_>>>()?;
    match n.as_slice() {
        [a, b, c, d] => a.checked_mul(*b)?.checked_add(c + d),
        [a, b, c] => a.checked_mul(*b)?.checked_add(*c),
        [a, b] if *a == 100 || *b == 100 => a.checked_mul(*b),
        [a, b] => Some(a + b),
        [a, ..] => Some(*a),
        [] => None,
    }
}

fn decimal_part(words: &[&str]) -> f64 {
    let digits: Option<String> = words.iter().map(|w| value(w).filter(|v| *v < 10).map(|v| v.to_string())).collect();
    digits.and_then(|d| format!("0.{d}").parse().ok()).unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    // Oracle: word2number 1.1.
    #[test]
    fn as_the_package_reads() {
        for (text, number) in [
            ("two thirds", Some("2")),
            ("one of them is red", Some("1")),
            ("one and a half", Some("1")),
            ("twenty-one", Some("21")),
            ("two million", Some("2000000")),
            ("one point five", Some("1.5")),
            ("025", Some("25")),
            ("one hundred", Some("100")),
            ("point", Some("0")),
            ("two thousand three hundred and four", Some("2304")),
            ("thousand million", None),
            ("x+1", None),
            ("-5", None),
        ] {
            assert_eq!(word_to_num(text).as_deref(), number, "{text}");
        }
    }
}
