//! Multiple choice: which option does a completion choose?

use crate::{
    Judgement, Outcome, Policy, grade_math,
    math::{answer_text, answer_texts},
};

/// Letters allowed when there are no options.
const BARE_LETTERS: usize = 10;
/// How far from the end a bracketed letter or an option's text is looked for, in bytes.
const TAIL: usize = 400;

/// Judges a multiple-choice answer. `gold` is a letter, or the text of one of `options`; `options` may be empty, then
/// letters A..J are allowed.
///
/// A letter counts as bare (`B`), bracketed (`(B)`), after "option" or "choice", or followed by its own option's text;
/// an answer counts as an option when it is that option's text, or equals its value and no other option's. There is no
/// guess at the nearest option. Gold that names no option is Unjudged; an answer that names none is Unparsed.
pub fn grade_choice(gold: &str, options: &[String], response: &str) -> Judgement {
    let Some(wanted) = chosen(gold, options) else {
        let reason = "the gold answer is no option: expected a letter or an option's text";
        return Judgement::new(Outcome::Unjudged, None, reason);
    };
    match find(response, options) {
        None => match answer_text(response) {
            Some(answer) => Judgement::new(Outcome::Unparsed, Some(answer), "names no single option"),
            None => Judgement::nothing("no answer found"),
        },
        Some((found, answer)) => {
            // Two options may have the same text.
            let same = found == wanted || options.get(found).is_some_and(|o| options.get(wanted) == Some(o));
            Judgement::decided(same, answer, format!("chose {}, gold {}", letter(found), letter(wanted)))
        }
    }
}

/// The option a response names, and the text that names it.
fn find<'a>(response: &'a str, options: &[String]) -> Option<(usize, &'a str)> {
    let texts = answer_texts(response);
    let named = texts.iter().find_map(|t| chosen(t, options).map(|i| (i, *t)));
    let valued = || texts.iter().find_map(|t| by_value(t, options).map(|i| (i, *t)));
    let tail = &response[response.len() - tail_length(response)..];
    named.or_else(valued).or_else(|| last_letter(tail, options.len())).or_else(|| mentioned(response, options))
}

/// Index of the option that `answer` names, if it names exactly one.
pub(crate) fn chosen(answer: &str, options: &[String]) -> Option<usize> {
    let plain = plain(answer);
    if let Some(i) = same_text(&plain, options) {
        return Some(i);
    }
    let (index, rest) = leading_letter(&plain, options.len())?;
    let agrees = rest.is_empty() || options.get(index).is_none_or(|o| same_value(o, rest));
    agrees.then_some(index)
}

fn letter(index: usize) -> char {
    char::from(b'A' + u8::try_from(index).unwrap_or(25).min(25))
}

fn limit(options: usize) -> usize {
    if options == 0 { BARE_LETTERS } else { options.min(26) }
}

/// The only option with this text; of several with one text the first.
fn same_text(answer: &str, options: &[String]) -> Option<usize> {
    let folded = fold(answer);
    let mut hits = (0..options.len()).filter(|&i| fold(&plain(&options[i])) == folded);
    let first = hits.next().filter(|_| !folded.is_empty())?;
    hits.all(|i| options[i] == options[first]).then_some(first)
}

/// The only option whose value the answer has.
fn by_value(answer: &str, options: &[String]) -> Option<usize> {
    if answer.len() > 200 {
        return None;
    }
    let mut hits = (0..options.len()).filter(|&i| same_value(&options[i], answer));
    let first = hits.next()?;
    hits.all(|i| options[i] == options[first]).then_some(first)
}

fn same_value(option: &str, answer: &str) -> bool {
    let equal = |o: &str| grade_math(o, answer, Policy::Strict).outcome == Outcome::Correct;
    // `34m` and `20海里` are numbers with a unit; the unit may be left out.
    let number = option.trim().trim_end_matches(char::is_alphabetic);
    let unit = number.len() < option.trim().len() && number.ends_with(|c: char| c.is_ascii_digit() || c == '}');
    fold(&plain(option)) == fold(&plain(answer)) || equal(option) || unit && equal(number)
}

/// `(B) rest`, `B. rest`, `B: rest`, `option B`, `B` -> index and rest.
fn leading_letter(text: &str, n: usize) -> Option<(usize, &str)> {
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
    (index < limit(n)).then(|| (index, rest.trim().trim_end_matches('.')))
}

/// The last `(B)`, `option B` or `choice B` of the tail, when it is in range.
fn last_letter(tail: &str, n: usize) -> Option<(usize, &str)> {
    let line = tail.lines().rev().find(|l| bracketed(l).next().is_some() || l.contains("ption ") || l.contains("hoice "))?;
    let bytes = line.as_bytes();
    let named = ["option ", "choice ", "Option ", "Choice "].iter().filter_map(|word| {
        let i = line.rfind(word)? + word.len();
        let alone = !bytes.get(i + 1).is_some_and(u8::is_ascii_alphanumeric);
        (bytes.get(i).is_some_and(u8::is_ascii_uppercase) && alone).then_some(i)
    });
    let mut found: Vec<usize> = bracketed(line).chain(named).collect();
    found.sort_unstable();
    let at = *found.last()?;
    // "(A), (B) and (E) are not correct" chooses none.
    let single = found.iter().all(|i| bytes[*i] == bytes[at]);
    let index = usize::from(bytes[at] - b'A');
    (single && index < limit(n)).then(|| (index, &line[at..=at]))
}

/// Positions of the letters of `(B)`.
fn bracketed(line: &str) -> impl Iterator<Item = usize> {
    let letter = |w: &[u8]| w[0] == b'(' && w[1].is_ascii_uppercase() && w[2] == b')';
    line.as_bytes().windows(3).enumerate().filter(move |(_, w)| letter(w)).map(|(i, _)| i + 1)
}

/// The only option whose text stands, as words, in the last line or opens the response.
fn mentioned<'a>(response: &'a str, options: &[String]) -> Option<(usize, &'a str)> {
    let line = response.lines().rev().map(str::trim).find(|l| !l.is_empty())?;
    let first = response.trim_start().split(['.', ',', '\n']).next().unwrap_or("");
    [line, first].into_iter().find_map(|part| {
        let hits: Vec<usize> = (0..options.len()).filter(|&i| holds_words(part, &options[i])).collect();
        match hits.as_slice() {
            [one] => Some((*one, part)),
            _ => None,
        }
    })
}

fn holds_words(text: &str, option: &str) -> bool {
    let (text, option) = (text.to_lowercase(), option.trim().to_lowercase());
    if option.chars().count() < 2 {
        return false;
    }
    text.match_indices(&option).any(|(i, _)| {
        let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let decimal = text[i + option.len()..].starts_with('.') && text[i + option.len() + 1..].starts_with(|c: char| c.is_ascii_digit());
        !word(text[..i].chars().next_back()) && !word(text[i + option.len()..].chars().next()) && !decimal
    })
}

fn tail_length(text: &str) -> usize {
    let mut length = text.len().min(TAIL);
    while !text.is_char_boundary(text.len() - length) {
        length -= 1;
    }
    length
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
    for wrapper in ["\\textbf", "\\text", "\\mathrm", "\\mathbf", "\\mbox", "\\rm"] {
        text = text.replace(&format!("{wrapper}{{"), "{").replace(&format!("{wrapper} {{"), "{");
    }
    let mut bare = text.trim().trim_end_matches('.').trim();
    while bare.starts_with('{') && bare.find('}') == Some(bare.len() - 1) {
        bare = bare[1..bare.len() - 1].trim();
    }
    // `{(C) }0.6`: braces around the letter alone.
    match bare.strip_prefix('{').and_then(|b| b.split_once('}')) {
        Some((head, tail)) if head.len() <= 5 => format!("{} {}", head.trim(), tail.trim()),
        _ => bare.to_owned(),
    }
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
        for answer in [
            "B",
            "(B)",
            "b",
            "\\boxed{B}",
            "\\boxed{\\text{(B)}}",
            "\\boxed{\\textbf{(B) }20}",
            "Option B",
            "The answer is B.",
            "**B**",
            "(B) 20",
            "B. 20",
            "20",
            "20.0",
            "So the length is 20 cm, which is answer choice (B).",
            "I would choose option B because it fits.",
        ] {
            assert_eq!(says("B", &["10", "20", "30"], answer), Outcome::Correct, "{answer}");
        }
    }

    #[test]
    fn texts_and_values_of_options() {
        assert_eq!(says("blue", &["red", "blue"], "Blue."), Outcome::Correct);
        assert_eq!(says("yes", &["yes", "no"], "Yes, because it is larger."), Outcome::Correct);
        assert_eq!(says("C", &["1", "2", "\\frac{1}{2}"], "0.5"), Outcome::Correct);
        assert_eq!(says("34m", &["13m", "34m"], "34"), Outcome::Correct);
        assert_eq!(says("18", &["9", "18", "18"], "C"), Outcome::Correct);
        assert_eq!(says("red", &["red", "blue"], "It is not red but blue."), Outcome::Unparsed);
    }

    #[test]
    fn no_guess_and_no_contradiction() {
        assert_eq!(says("B", &["10", "20"], "C"), Outcome::Unparsed);
        assert_eq!(says("B", &["10", "20"], "\\boxed{21}"), Outcome::Unparsed);
        assert_eq!(says("B", &["10", "20"], "21"), Outcome::Unparsed);
        assert_eq!(says("B", &["10", "20"], "A"), Outcome::Incorrect);
        assert_eq!(says("B", &["10", "20"], ""), Outcome::Unparsed);
        assert_eq!(says("No", &["Yes", "No"], "N/A"), Outcome::Unparsed);
        assert_eq!(says("green", &["red", "blue"], "red"), Outcome::Unjudged);
    }
}
