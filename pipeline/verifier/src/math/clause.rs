//! What the words around a number in prose make of it: "more than 5" is not 5, "step 5" is a label, "12 apples, then we"
//! breaks off. A number under such words is a fragment of what is said, and decides nothing.

/// Words after which a number is a bound, a denial or a part, not the answer.
const BOUNDS: [&str; 19] = [
    "not", "than", "except", "between", "above", "below", "over", "under", "exceeds", "exceed", "besides", "twice", "double", "triple",
    "half", "negative", "minus", "plus", "times",
];

/// Words after a number that change it.
const CHANGING: [&str; 8] = ["squared", "cubed", "factorial", "divided", "multiplied", "plus", "minus", "choose"];

/// What is taken of a number: "the square root of 2", "half of 2".
const TAKEN: [&str; 10] = ["root", "half", "third", "quarter", "square", "cube", "reciprocal", "logarithm", "factorial", "power"];

/// Words that a number only labels.
const LABELS: [&str; 19] = [
    "step", "section", "question", "problem", "case", "part", "equation", "eq", "figure", "fig", "example", "chapter", "page", "table",
    "lemma", "theorem", "exercise", "method", "appendix",
];

/// Words that go on with a sentence: what follows them is missing when the text ends soon after.
const CONTINUING: [&str; 24] = [
    "we", "then", "need", "so", "let", "now", "next", "the", "a", "an", "of", "to", "and", "or", "is", "are", "was", "that", "which",
    "because", "by", "with", "for", "if",
];

/// Whether the words before a number make it a bound, a denial or a label.
pub fn is_qualified(before: &str) -> bool {
    let clause = before.rsplit(['.', ';', '!', '?', '\n', ':']).next().unwrap_or("");
    let mut words =
        clause.split_whitespace().rev().map(|w| w.trim_matches(|c: char| !c.is_alphanumeric() && c != '\'').to_ascii_lowercase());
    let (first, second, third) = (words.next(), words.next(), words.next());
    let touching = first.as_deref().unwrap_or("");
    let denied = |w: &Option<String>| w.as_deref().is_some_and(|w| w == "not" || w.ends_with("n't") || w == "cannot");
    let taken = touching == "of" && second.as_deref().is_some_and(|w| TAKEN.contains(&w));
    let operated = touching == "by" && matches!(second.as_deref(), Some("multiplied" | "divided"));
    let equal_to = matches!((second.as_deref(), touching), (Some("equal"), "to"));
    taken || operated || BOUNDS.contains(&touching) || LABELS.contains(&touching) || denied(&first) || equal_to && denied(&third)
}

/// Whether the words right after a number change it: "5 squared", "12 more than x", "2 to the power of 10".
pub fn is_changed(after: &str) -> bool {
    let mut words = after.split_whitespace().map(|w| w.trim_matches(|c: char| !c.is_alphanumeric()));
    let (first, second) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
    let phrase = matches!((first, second), ("more" | "less" | "fewer" | "greater" | "smaller", "than") | ("to", "the"));
    after.starts_with(' ') && (phrase || CHANGING.contains(&first))
}

/// Whether the text stops in the middle of the sentence that holds the number: no sign ends it, several words follow, and
/// one of them goes on.
pub fn breaks_off(after: &str) -> bool {
    if after.contains(['.', '!', '?', '\n', ')', '$', '\\', ']', '。']) {
        return false;
    }
    let words: Vec<&str> = after.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|w| !w.is_empty()).collect();
    let last_goes_on = words.last().is_some_and(|w| CONTINUING.contains(&w.to_ascii_lowercase().as_str()));
    let clause = |w: &&str| matches!(*w, "we" | "then" | "need");
    last_goes_on || words.len() >= 4 && words.iter().any(clause)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_denials_and_labels() {
        for before in
            ["x is greater than ", "it is not ", "which isn't ", "x is not equal to ", "somewhere between ", "See section ", "In Step "]
        {
            assert!(is_qualified(before), "{before}");
        }
        for before in ["she needs at least ", "the total is ", "It is not clear; the total is ", "Not bad: ", "", "equal to "] {
            assert!(!is_qualified(before), "{before}");
        }
    }

    #[test]
    fn words_that_change_a_number() {
        assert!(is_changed(" squared") && is_changed(" more than the original") && is_changed(" to the power of 10"));
        assert!(!is_changed(" more apples") && !is_changed(" to go") && !is_changed(". Multiplied") && !is_changed(""));
    }

    #[test]
    fn sentences_that_break_off() {
        assert!(breaks_off(" apples are put in the basket, then we"));
        assert!(breaks_off(" and then we need to compute"));
        assert!(breaks_off(" is the"));
        assert!(!breaks_off(" apples left in the basket"));
        assert!(!breaks_off(" apples are put in the basket, then we stop."));
        assert!(!breaks_off(""));
    }
}
