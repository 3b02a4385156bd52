//! MathVista (lupantech/MathVista, evaluation/calculate_score.py): choice, integer, float with precision, list.

use crate::python;
use crate::{
    Judgement, Options, Outcome,
    math::{answer_text, grade_math_with},
};
use serde::{Deserialize, Serialize};

/// Which rules judge a MathVista answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VistaProfile {
    /// Ours: an answer is extracted by rules and compared exactly; nothing is guessed.
    #[default]
    Strict,
    /// The rules that made the recorded predictions: integers by `str(int(x))`; the response is the extracted answer.
    Recorded,
    /// The released code: integers by `str(int(float(x)))`; the response is the extracted answer.
    Released,
}

/// Judges one MathVista answer.
///
/// * `options`: the choices, empty for free-form questions; `question_type`: `multi_choice` or `free_form`;
///   `answer_type`: `text`, `integer`, `float` or `list`; `precision`: decimals of a float answer.
/// * Under [`VistaProfile::Strict`] `response` is a whole completion. Under the two compatible profiles it is the
///   *extracted* answer: the study extracts with a language model, which rules cannot re-make; what is exact is
///   everything after it (normalise, compare as strings), including that any text becomes the nearest option.
pub fn grade_mathvista(
    gold: &str,
    options: &[String],
    question_type: &str,
    answer_type: &str,
    precision: Option<u32>,
    response: &str,
    profile: VistaProfile,
) -> Judgement {
    let is_choice = question_type == "multi_choice";
    match profile {
        VistaProfile::Strict if is_choice => crate::grade_choice(gold, options, response),
        VistaProfile::Strict => strict(gold, answer_type, precision, response),
        _ => {
            let prediction =
                if is_choice { nearest_choice(response, options) } else { normalise(response, answer_type, precision, profile) };
            compatible(gold, response, prediction)
        }
    }
}

fn compatible(gold: &str, response: &str, prediction: Option<String>) -> Judgement {
    match prediction {
        None => Judgement::new(Outcome::Unparsed, Some(response), "normalises to None, which counts as wrong"),
        Some(text) => {
            let reason = format!("normalised to {text:?}");
            Judgement::decided(text == gold, response, reason)
        }
    }
}

fn normalise(text: &str, answer_type: &str, precision: Option<u32>, profile: VistaProfile) -> Option<String> {
    match (answer_type, profile) {
        ("integer", VistaProfile::Released) => python::str_int(python::float(text)?),
        ("integer", _) => python::int(text),
        ("float", _) => Some(python::str_round(python::float(text)?, precision?)),
        _ => Some(text.to_owned()),
    }
}

/// First bracketed letter, else the text itself, as a letter in range; otherwise the option at the smallest Levenshtein
/// distance, the first on ties. So any text becomes an option: the known false positive of this profile.
fn nearest_choice(text: &str, options: &[String]) -> Option<String> {
    let text = text.trim_matches(python::is_space);
    let letter = bracketed_letter(text).map(|c| c.to_ascii_uppercase().to_string());
    let text = letter.as_deref().unwrap_or(text);
    let mut chars = text.chars();
    if let (Some(c), None) = (chars.next(), chars.next())
        && c.is_ascii_uppercase()
        && let Some(option) = options.get(usize::from(c as u8 - b'A'))
    {
        return Some(option.clone());
    }
    let nearest = options.iter().min_by_key(|option| strsim::levenshtein(text, option));
    nearest.cloned()
}

fn bracketed_letter(text: &str) -> Option<char> {
    text.as_bytes().windows(3).find(|w| w[0] == b'(' && w[1].is_ascii_alphabetic() && w[2] == b')').map(|w| char::from(w[1]))
}

fn strict(gold: &str, answer_type: &str, precision: Option<u32>, response: &str) -> Judgement {
    let mut options = Options::default();
    match (answer_type, precision) {
        // A float answer is a rounded one: half a unit of its last decimal.
        ("float", Some(digits)) => options.tolerance = vec![half_unit(digits)],
        ("list", _) => options.ordered = true,
        _ => {}
    }
    if answer_type == "list" {
        return strict_list(gold, response, &options);
    }
    grade_math_with(gold, response, &options)
}

/// Half a unit in the last of `digits` decimals. The comparison allows a factor 1.01 on tolerances.
fn half_unit(digits: u32) -> f64 {
    0.5 * 10f64.powi(-i32::try_from(digits.min(300)).unwrap_or(300)) / 1.01
}

/// Lists are printed by Python as `[a, b]`; brackets or not, the same elements in the same order.
fn strict_list(gold: &str, response: &str, options: &Options) -> Judgement {
    let bare = |text: &str| text.trim().trim_start_matches('[').trim_end_matches(']').to_owned();
    let Some(answer) = answer_text(response) else {
        return Judgement::nothing("no answer found");
    };
    let judged = grade_math_with(&bare(gold), &bare(answer), options);
    Judgement { extracted: Some(answer.to_owned()), ..judged }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(list: &[&str]) -> Vec<String> {
        list.iter().map(|s| s.to_string()).collect()
    }

    fn outcome(gold: &str, list: &[&str], kind: (&str, &str), precision: Option<u32>, response: &str, profile: VistaProfile) -> Outcome {
        let options = options(list);
        grade_mathvista(gold, &options, kind.0, kind.1, precision, response, profile).outcome
    }

    const CHOICE: (&str, &str) = ("multi_choice", "text");
    const INTEGER: (&str, &str) = ("free_form", "integer");
    const FLOAT: (&str, &str) = ("free_form", "float");
    const LIST: (&str, &str) = ("free_form", "list");

    #[test]
    fn garbage_becomes_an_option_only_in_the_compatible_profiles() {
        let list = ["Yes", "No"];
        let judge = |profile| outcome("No", &list, CHOICE, None, "I cannot tell", profile);
        assert_ne!(judge(VistaProfile::Strict), Outcome::Correct);
        assert_eq!(outcome("No", &list, CHOICE, None, "", VistaProfile::Recorded), Outcome::Correct);
        assert_eq!(outcome("No", &list, CHOICE, None, "", VistaProfile::Strict), Outcome::Unparsed);
        assert_eq!(outcome("No", &list, CHOICE, None, "(b) x", VistaProfile::Recorded), Outcome::Correct);
    }

    #[test]
    fn integers_truncate_only_in_the_released_profile() {
        let judge = |text, profile| outcome("1", &[], INTEGER, None, text, profile);
        assert_eq!(judge("1.5", VistaProfile::Released), Outcome::Correct);
        assert_eq!(judge("1.5", VistaProfile::Recorded), Outcome::Unparsed);
        assert_eq!(judge("1.5", VistaProfile::Strict), Outcome::Incorrect);
        assert_eq!(judge("1.0", VistaProfile::Strict), Outcome::Correct);
        assert_eq!(judge("the answer is 1.", VistaProfile::Strict), Outcome::Correct);
    }

    #[test]
    fn floats_are_rounded_to_the_precision() {
        let judge = |text, profile| outcome("1.2", &[], FLOAT, Some(1), text, profile);
        for profile in [VistaProfile::Strict, VistaProfile::Recorded] {
            assert_eq!(judge("1.23", profile), Outcome::Correct);
            assert_eq!(judge("1.26", profile), Outcome::Incorrect);
        }
        assert_eq!(outcome("1.2", &[], FLOAT, None, "1.2", VistaProfile::Recorded), Outcome::Unparsed);
    }

    #[test]
    fn lists_keep_their_order() {
        let judge = |text, profile| outcome("[1, 2]", &[], LIST, None, text, profile);
        assert_eq!(judge("[1, 2]", VistaProfile::Recorded), Outcome::Correct);
        assert_eq!(judge("[1,2]", VistaProfile::Recorded), Outcome::Incorrect);
        assert_eq!(judge("[1,2]", VistaProfile::Strict), Outcome::Correct);
        assert_eq!(judge("[2, 1]", VistaProfile::Strict), Outcome::Incorrect);
    }
}
