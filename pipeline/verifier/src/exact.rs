//! Exact text: the answer line, byte for byte after trimming.

use crate::{Judgement, Outcome};

/// Judges by equality of trimmed text: the completion as a whole, else its last non-empty line, which may open with `Answer:`.
///
/// Empty gold is Unjudged and an empty completion Unparsed: an empty answer never equals anything.
pub fn grade_exact(gold: &str, response: &str) -> Judgement {
    let (gold, whole) = (gold.trim(), response.trim());
    if gold.is_empty() {
        return Judgement::new(Outcome::Unjudged, None, "the gold answer is empty");
    }
    let Some(line) = whole.lines().rev().map(str::trim).find(|l| !l.is_empty()) else {
        return Judgement::nothing("the completion is empty");
    };
    if whole == gold {
        return Judgement::decided(true, whole, "equal text");
    }
    let answer = after_label(line);
    let equal = answer == gold;
    let reason = if equal { "equal text" } else { "different text" };
    Judgement::decided(equal, answer, reason)
}

fn after_label(line: &str) -> &str {
    let label = "answer:";
    match line.get(..label.len()) {
        Some(head) if head.eq_ignore_ascii_case(label) => line[label.len()..].trim(),
        _ => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_text_or_last_line() {
        assert_eq!(grade_exact("a b", " a b\n").outcome, Outcome::Correct);
        assert_eq!(grade_exact("7", "think\nAnswer: 7\n\n").outcome, Outcome::Correct);
        assert_eq!(grade_exact("a\nb", "a\nb").outcome, Outcome::Correct);
        assert_eq!(grade_exact("7", "7 or 8").outcome, Outcome::Incorrect);
        assert_eq!(grade_exact("A", "a").outcome, Outcome::Incorrect);
    }

    #[test]
    fn empty_never_equals() {
        assert_eq!(grade_exact("", "").outcome, Outcome::Unjudged);
        assert_eq!(grade_exact("x", " \n ").outcome, Outcome::Unparsed);
        assert_eq!(grade_exact("x", "ärger").outcome, Outcome::Incorrect);
    }
}
