//! Removal of "units": 139 names, many of one letter, some with a regex dot, each also with an "s".

use crate::python;
use std::{collections::HashSet, sync::LazyLock};

/// In the order of the source; `.` matches any character.
const UNITS: &str = "east|degree|mph|kmph|ft|m sqaure| m east|sq m|deg|mile|q .|monkey|prime|ratio|profit of rs|rd|o|gm|p . m|lb|tile|per|dm|lt|gain|ab|way|west|a .|b .|c .|d .|e .|f .|g .|h .|t|a|h|no change|men|soldier|pie|bc|excess|st|inches|noon|percent|by|gal|kmh|c|acre|rise|a . m|th|π r 2|sq|mark|l|toy|coin|sq . m|gallon|° f|profit|minw|yr|women|feet|am|pm|hr|cu cm|square|v â € ™|are|rupee|rounds|cubic|cc|mtr|s|ohm|number|kmph|day|hour|minute|min|second|man|woman|sec|cube|mt|sq inch|mp|∏ cm ³|hectare|more|sec|unit|cu . m|cm 2|rs .|rs|kg|g|month|km|m|cm|mm|apple|liter|loss|yard|pure|year|increase|decrease|d|less|Surface|litre|pi sq m|s .|metre|meter|inch";

/// A unit as the source writes it or with a final "s", and the words that a text with a match in it must hold.
struct Unit {
    pattern: Vec<char>,
    words: Vec<String>,
}

impl Unit {
    fn new(name: &str, plural: bool) -> Self {
        let text = format!("{name}{}", if plural { "s" } else { "" });
        // A match stands between two ends of words; what touches the wildcard may be part of a longer word.
        let parts = text.split(|c: char| c != '.' && !python::is_word(c));
        let words = parts.filter(|w| !w.is_empty() && !w.contains('.')).map(str::to_owned).collect();
        Self { pattern: text.chars().collect(), words }
    }
}

static ALL: LazyLock<Vec<Unit>> = LazyLock::new(|| {
    let names = |plural| UNITS.split('|').map(move |name| Unit::new(name, plural));
    names(false).chain(names(true)).collect()
});

/// The units whose words all occur. Removing one never makes a new word: what surrounds it stays.
fn candidates(text: &str) -> Vec<&'static Unit> {
    let present: HashSet<&str> = text.split(|c: char| !python::is_word(c)).collect();
    ALL.iter().filter(|u| u.words.iter().all(|w| present.contains(w.as_str()))).collect()
}

/// Characters that [`remove`] looks at.
pub fn work(text: &str) -> usize {
    2 * text.len() * candidates(text).len()
}

/// Twice over the list without and with a final "s": `(^|\W)unit($|\W)` -> `\1\2`, unless nothing would be left.
pub fn remove(text: &str) -> String {
    let units = candidates(text);
    let mut chars: Vec<char> = text.chars().collect();
    for _ in 0..2 {
        for unit in &units {
            remove_one(&mut chars, &unit.pattern);
        }
    }
    chars.into_iter().collect()
}

fn remove_one(chars: &mut Vec<char>, pattern: &[char]) {
    let mut out = Vec::with_capacity(chars.len());
    let mut i = 0;
    let mut changed = false;
    while i <= chars.len() {
        match match_at(chars, i, pattern) {
            Some((before, after, end)) => {
                out.extend(before);
                out.extend(after);
                changed = true;
                // The suffix is consumed: it cannot be the prefix of the next match.
                i = end;
            }
            None => {
                out.extend(chars.get(i));
                i += 1;
            }
        }
    }
    if changed && !out.is_empty() {
        *chars = out;
    }
}

/// A match of `(^|\W)pattern($|\W)` at `i`: what both groups hold, and where it ends.
fn match_at(chars: &[char], i: usize, pattern: &[char]) -> Option<(Option<char>, Option<char>, usize)> {
    let fits = |from: usize| {
        let part = chars.get(from..from + pattern.len())?;
        let same = part.iter().zip(pattern).all(|(c, p)| *p == '.' || c == p);
        same.then_some(from + pattern.len())
    };
    let close = |end: usize| match chars.get(end) {
        None => Some((None, end)),
        Some(c) if !python::is_word(*c) => Some((Some(*c), end + 1)),
        Some(_) => None,
    };
    let at_start = (i == 0).then(|| fits(0).and_then(close)).flatten();
    if let Some((after, end)) = at_start {
        return Some((None, after, end));
    }
    let before = *chars.get(i).filter(|c| !python::is_word(**c))?;
    let (after, end) = fits(i + 1).and_then(close)?;
    Some((Some(before), after, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_letter_units_and_dots() {
        for (text, left) in
            [("5 cm", "5 "), ("east", ""), ("a+5", "+5"), ("a + b", " b"), ("10 hours", "10 "), ("3x", "3x"), ("\\pm", "\\")]
        {
            // Nothing may vanish as a whole.
            let expected = if left.is_empty() { text } else { left };
            assert_eq!(remove(text), expected, "{text}");
        }
    }
}
