//! Multiple choice: which letter does a completion choose?

use crate::{Judgement, Outcome, math::answer_text};

/// Judges a multiple-choice answer. `gold` is a letter, or the text of one of `options`; `options` may be empty, then
/// letters A..J are allowed.
///
/// A letter counts as bare (`B`), bracketed (`(B)`), after "option" or "choice", or followed by its option's text;
/// otherwise the whole answer must equal the text of exactly one option. There is no guess at the nearest option.
/// Gold that names no option is Unjudged; an answer that names none is Unparsed.
pub fn grade_choice(gold: &str, options: &[String], response: &str) -> Judgement {
    let Some(wanted) = chosen(gold, options) else {
        let reason = "the gold answer is no option: expected a letter or an option's text";
        return Judgement::new(Outcome::Unjudged, None, reason);
    };
    let Some(answer) = answer_text(response) else {
        return Judgement::nothing("no answer found");
    };
    match chosen(answer, options) {
        None => Judgement::new(Outcome::Unparsed, Some(answer), "names no single option"),
        Some(found) => Judgement::decided(found == wanted, answer, format!("chose {}, gold {}", letter(found), letter(wanted))),
    }
}

/// Index of the option that `answer` names, if it names exactly one.
pub(crate) fn chosen(answer: &str, options: &[String]) -> Option<usize> {
    let plain = plain(answer);
    if let Some(i) = same_text(&plain, options) {
        return Some(i);
    }
    let (index, rest) = leading_letter(&plain, options.len())?;
    let agrees = rest.is_empty() || options.get(index).is_none_or(|o| fold(o) == fold(rest) || options.is_empty());
    agrees.then_some(index)
}

fn letter(index: usize) -> char {
    char::from(b'A' + u8::try_from(index).unwrap_or(25).min(25))
}

fn same_text(answer: &str, options: &[String]) -> Option<usize> {
    let folded = fold(answer);
    let mut hits = (0..options.len()).filter(|&i| fold(&plain(&options[i])) == folded);
    match (hits.next(), hits.next()) {
        (Some(i), None) if !folded.is_empty() => Some(i),
        _ => None,
    }
}

/// `(B) rest`, `B. rest`, `B: rest`, `option B`, `B` -> index and rest.
fn leading_letter(text: &str, n: usize) -> Option<(usize, &str)> {
    let limit = if n == 0 { 10 } else { n.min(26) };
    let text = strip_word(strip_word(text, "option"), "choice");
    let bracketed = text.starts_with('(');
    let inner = text.strip_prefix('(').unwrap_or(text);
    let mut chars = inner.chars();
    let c = chars.next().filter(char::is_ascii_alphabetic)?;
    let index = usize::from(c.to_ascii_uppercase() as u8 - b'A');
    let rest = chars.as_str();
    let rest = match (bracketed, rest.chars().next()) {
        (_, Some(')')) => &rest[1..],
        (true, _) => return None,
        (false, None) => rest,
        (false, Some('.' | ':' | ',')) => &rest[1..],
        (false, Some(_)) => return None,
    };
    (index < limit).then(|| (index, rest.trim().trim_end_matches('.')))
}

fn strip_word<'a>(text: &'a str, word: &str) -> &'a str {
    match text.get(..word.len()) {
        Some(head) if head.eq_ignore_ascii_case(word) => text[word.len()..].trim_start(),
        _ => text,
    }
}

fn fold(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").trim_end_matches('.').to_lowercase()
}

/// Without dollars, `\text{..}` and the like, asterisks and a final period.
fn plain(answer: &str) -> String {
    let mut text = answer.replace(['$', '*'], "");
    for wrapper in ["\\text", "\\textbf", "\\mathrm", "\\mathbf", "\\mbox", "\\rm"] {
        for pair in [format!("{wrapper}{{"), format!("{wrapper} {{")] {
            text = text.replace(&pair, "{");
        }
    }
    let bare = text.trim().trim_end_matches('.').trim();
    if bare.starts_with('{') && bare.find('}') == Some(bare.len() - 1) {
        return bare[1..bare.len() - 1].trim().to_owned();
    }
    bare.replace(['{', '}'], " ").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(gold: &str, options: &[&str], response: &str) -> Outcome {
        let options: Vec<String> = options.iter().map(|s| s.to_string()).collect();
        grade_choice(gold, &options, response).outcome
    }

    #[test]
    fn letters_in_their_usual_forms() {
        for answer in
            ["B", "(B)", "b", "\\boxed{B}", "\\boxed{\\text{(B)}}", "Option B", "The answer is B.", "**B**", "(B) 20", "B. 20", "20"]
        {
            assert_eq!(says("B", &["10", "20", "30"], answer), Outcome::Correct, "{answer}");
        }
    }

    #[test]
    fn no_guess_and_no_contradiction() {
        assert_eq!(says("B", &["10", "20"], "C"), Outcome::Unparsed);
        assert_eq!(says("B", &["10", "20"], "(B) 10"), Outcome::Unparsed);
        assert_eq!(says("B", &["10", "20"], "21"), Outcome::Unparsed);
        assert_eq!(says("B", &["10", "20"], "A"), Outcome::Incorrect);
        assert_eq!(says("B", &["20", "20"], "20"), Outcome::Unparsed);
        assert_eq!(says("B", &["10", "20"], ""), Outcome::Unparsed);
        assert_eq!(says("blue", &["red", "blue"], "Blue."), Outcome::Correct);
        assert_eq!(says("green", &["red", "blue"], "red"), Outcome::Unjudged);
    }
}
