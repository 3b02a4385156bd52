//! MATH-Vision (mathllm/MATH-V, evaluation/evaluate.py and utils.py).

use crate::{
    Judgement, Outcome, choice, grade_choice, grade_math, latex,
    math::{answer_text, approximate_value},
    policy::Policy,
    python,
};
use serde::{Deserialize, Serialize};

/// Which rules judge a MATH-Vision answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VisionProfile {
    /// Ours: exact comparison with the letter or with the option's value.
    #[default]
    Strict,
    /// The released rules: text equality, else values equal after rounding to two decimals.
    Released,
}

/// Judges one MATH-Vision answer; `gold` is a letter where there are `options`, else the answer itself.
///
/// The released rules evaluate model text as Python code and round to two decimals, so that any two values near 0 are
/// equal; here the value comes from our own parser, and only [`VisionProfile::Released`] rounds.
pub fn grade_mathvision(gold: &str, options: &[String], response: &str, profile: VisionProfile) -> Judgement {
    let value = choice::chosen(gold, options).and_then(|i| options.get(i));
    match profile {
        VisionProfile::Released => released(gold, value.map_or("", String::as_str), response),
        VisionProfile::Strict if options.is_empty() => grade_math(gold, response, Policy::Strict),
        VisionProfile::Strict => strict_choice(gold, value, options, response),
    }
}

/// By letter first; where the answer names no option, by equality with the value of the gold option alone.
fn strict_choice(gold: &str, value: Option<&String>, options: &[String], response: &str) -> Judgement {
    let by_letter = grade_choice(gold, options, response);
    let letters_only = options.iter().all(|o| o.trim().len() <= 1);
    match (by_letter.outcome, value, answer_text(response)) {
        (Outcome::Unparsed, Some(value), Some(answer)) if !letters_only => grade_math(value, answer, Policy::Strict),
        _ => by_letter,
    }
}

fn released(gold: &str, value: &str, response: &str) -> Judgement {
    let answer = model_answer(response);
    let equal = is_equal(gold, &answer) || is_equal(value, &answer);
    Judgement::decided(equal, &answer, "released MATH-V rules")
}

/// The answer as the released code cuts it out of a response.
fn model_answer(response: &str) -> String {
    let mut text = letter_alone(response.trim_matches(python::is_space).to_owned());
    let tail = text.rsplit("is ").next().unwrap_or("").trim_end_matches('.');
    if python::float(tail).is_some() {
        text = tail.to_owned();
    }
    match text.matches("oxed{").count() {
        0 => text = after_flags(text),
        1 => {}
        _ => text = format!("\\boxed{{{}", text.rsplit("oxed{").next().unwrap_or("")),
    }
    let mut answer = find_math_answer(&text);
    for c in ["a", "b", "c", "d", "e"] {
        answer = answer.replace(&format!("({c})"), c);
    }
    for c in ["a", "b", "c", "d", "e"] {
        answer = answer.replace(&format!("{{{c}}}"), c);
    }
    let answer = answer.trim_end_matches('.').trim_start_matches(':');
    answer.trim_matches(python::is_space).to_owned()
}

fn letter_alone(mut text: String) -> String {
    for c in ["A", "B", "C", "D", "E"] {
        let ends = [format!(" {c}."), format!(" ({c}).")];
        let starts = [format!("{c}\n"), format!("({c})\n"), format!("({c}) {c}\n")];
        if ends.iter().any(|e| text.ends_with(e)) || starts.iter().any(|s| text.starts_with(s)) {
            text = c.to_owned();
        }
    }
    text
}

fn after_flags(mut text: String) -> String {
    let flags = ["the final answer is", "the answer is", "the correct answer is", "the answer should be"];
    for flag in flags {
        for flag in [flag.to_owned(), flag.replacen("the", "The", 1)] {
            let found = text.contains(&flag);
            let mut tail = text.rsplit(&flag).next().unwrap_or("").trim_matches(python::is_space);
            if found {
                tail = tail.split('\n').next().unwrap_or("");
                tail = tail.split(". ").next().unwrap_or("");
            }
            text = tail.to_owned();
        }
    }
    text
}

fn find_math_answer(text: &str) -> String {
    let text = text.to_lowercase().replace("{}", "");
    // Greedy: from the first `oxed{` to the last brace after it.
    let boxed = text.find("oxed{").and_then(|i| {
        let inner = &text[i + 5..];
        inner.rfind('}').map(|end| &inner[..end])
    });
    let mut answer = boxed.unwrap_or(&text);
    if let Some(close) = answer.find('}')
        && answer.find('{').is_none_or(|open| close < open)
    {
        answer = &answer[..close];
    }
    answer = answer.rsplit('=').next().unwrap_or("");
    answer = answer.rsplit("\\approx").next().unwrap_or("");
    strip_string(&clean(answer))
}

fn clean(text: &str) -> String {
    const REWRITES: [(&str, &str); 16] = [
        (" ", ""),
        ("\\,", ""),
        ("∞", "\\infty"),
        ("+\\infty", "\\infty"),
        ("\\\\", "\\"),
        ("\n", ""),
        ("\\text", ""),
        ("\\mbox", ""),
        ("bmatrix", "pmatrix"),
        ("\\left", ""),
        ("\\right", ""),
        ("^{\\circ}", ""),
        ("^\\circ", ""),
        ("{m}^3", ""),
        ("m^3", ""),
        ("{units}", ""),
    ];
    let mut text = text.to_owned();
    for (from, to) in REWRITES {
        text = text.replace(from, to);
    }
    for unit in ["units", "{km}", "km"] {
        text = text.replace(unit, "");
    }
    text
}

fn strip_string(text: &str) -> String {
    const REWRITES: [(&str, &str); 8] =
        [("\\!", ""), ("\\\\", "\\"), ("tfrac", "frac"), ("dfrac", "frac"), ("\\$", ""), ("$", ""), ("\\%", ""), ("{.", "{0.")];
    let mut text = text.to_owned();
    for (from, to) in REWRITES {
        text = text.replace(from, to);
    }
    if text.starts_with('.') {
        text.insert(0, '0');
    }
    if text.contains("sqrt") {
        text = latex::brace_fractions(&brace_roots(&text));
    }
    if text == "0.5" {
        return "\\frac{1}{2}".to_owned();
    }
    slash_to_fraction(&text).unwrap_or(text)
}

fn brace_roots(text: &str) -> String {
    let mut parts = text.split("\\sqrt");
    let mut out = parts.next().unwrap_or("").to_owned();
    for part in parts {
        out.push_str("\\sqrt");
        match part.chars().next() {
            Some(c) if c != '{' => out.push_str(&format!("{{{c}}}{}", &part[c.len_utf8()..])),
            _ => out.push_str(part),
        }
    }
    out
}

fn slash_to_fraction(text: &str) -> Option<String> {
    let (a, b) = text.split_once('/')?;
    let canonical = |s: &str| python::int(s).is_some_and(|printed| printed == s);
    (canonical(a) && canonical(b)).then(|| format!("\\frac{{{a}}}{{{b}}}"))
}

fn is_equal(gold: &str, answer: &str) -> bool {
    let (gold, answer) = (gold.to_lowercase(), answer.to_lowercase());
    if gold.trim().is_empty() || answer.trim().is_empty() {
        return false;
    }
    if gold.trim() == answer.trim() {
        return true;
    }
    let rounded = |text: &str| approximate_value(text).map(|x| python::str_round(x, 2));
    if let (Some(a), Some(b)) = (elements(&gold), elements(&answer)) {
        let same = |x: &&str, y: &&str| x == y || rounded(x).is_some_and(|v| rounded(y) == Some(v));
        return a.0 == b.0 && a.1.len() == b.1.len() && a.1.iter().zip(&b.1).all(|(x, y)| same(x, y));
    }
    rounded(&gold).is_some_and(|v| rounded(&answer) == Some(v))
}

/// Opening bracket and elements of `(a,b,..)` or `[a,b,..]`.
fn elements(text: &str) -> Option<(char, Vec<&str>)> {
    let open = text.chars().next()?;
    let close = match open {
        '(' => ')',
        '[' => ']',
        _ => return None,
    };
    let inner = text[1..].strip_suffix(close)?;
    let parts: Vec<&str> = inner.split(',').collect();
    (parts.len() > 1).then_some((open, parts))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(gold: &str, options: &[&str], response: &str, profile: VisionProfile) -> Outcome {
        let options: Vec<String> = options.iter().map(|s| s.to_string()).collect();
        grade_mathvision(gold, &options, response, profile).outcome
    }

    #[test]
    fn two_decimals_only_in_the_released_profile() {
        let gold = "\\frac{7^3}{2^{12} \\cdot 13^2}";
        let answer = "\\boxed{\\left(\\frac{\\sqrt3}{49}\\right)^6}";
        assert_eq!(says(gold, &[], answer, VisionProfile::Released), Outcome::Correct);
        assert_eq!(says(gold, &[], answer, VisionProfile::Strict), Outcome::Incorrect);
    }

    #[test]
    fn letter_or_value() {
        let options = ["12", "20", "\\frac{1}{2}", "4", "5"];
        for profile in [VisionProfile::Released, VisionProfile::Strict] {
            assert_eq!(says("B", &options, "So the answer is B.", profile), Outcome::Correct);
            assert_eq!(says("B", &options, "\\boxed{20}", profile), Outcome::Correct);
            assert_eq!(says("C", &options, "\\boxed{0.5}", profile), Outcome::Correct);
            assert_eq!(says("B", &options, "\\boxed{A}", profile), Outcome::Incorrect);
        }
    }

    #[test]
    fn released_rules_step_by_step() {
        assert_eq!(model_answer("I think it is 12."), "12");
        assert_eq!(model_answer("x\nThe answer is 7. Then more"), "7");
        assert_eq!(model_answer("\\boxed{1} and \\boxed{(C)}"), "c");
        assert_eq!(model_answer("\\boxed{x = 3^{\\circ}}"), "3");
        assert_eq!(model_answer("\\boxed{1/2}"), "\\frac{1}{2}");
        assert_eq!(latex::brace_fractions("\\frac1{72}"), "\\frac{1}{72}");
        assert_eq!(latex::brace_fractions("\\frac1"), "\\frac1");
    }
}
