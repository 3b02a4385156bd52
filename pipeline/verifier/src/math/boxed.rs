//! Boxes: `\boxed{..}`, nested, neighbouring, malformed.

use super::{
    extract::{Candidate, MAX_ANSWER, Rule, char_floor, trimmed},
    prose,
};

/// Boxes looked at, from the end.
const MAX_BOXES: usize = 64;
/// Longest text between two boxes that still joins them, with the braces and commands around it.
const MAX_GAP: usize = 64;

/// Non-empty boxes of `text[from..to]`, in order; the last [`MAX_BOXES`] of them.
pub fn boxes(text: &str, from: usize, to: usize) -> Vec<Candidate> {
    let mut found: Vec<Candidate> = Vec::new();
    let part = &text[from..to];
    for needle in ["oxed", "fbox", "framebox"] {
        if !found.is_empty() {
            break;
        }
        for (i, _) in part.rmatch_indices(needle).take(MAX_BOXES) {
            found.extend(box_at(text, from + i, from + i + needle.len(), to));
        }
    }
    found.reverse();
    found
}

/// The box whose name starts at `name` and ends before `after`.
fn box_at(text: &str, name: usize, after: usize, to: usize) -> Option<Candidate> {
    let bytes = text.as_bytes();
    let mut open = after;
    while open < to && bytes[open] == b' ' {
        open += 1;
    }
    if open >= to {
        return None;
    }
    if bytes[open] != b'{' {
        let command = text[..name].ends_with('\\') || text[..name].ends_with("\\b");
        return command.then(|| trimmed(text, open, open_end(text, open, to), Rule::BoxedOpen)).filter(|c| c.end > c.start);
    }
    let limit = to.min(open + 2 * MAX_ANSWER);
    let found = match closing_brace(bytes, open, limit) {
        Some(close) => trimmed(text, open + 1, close, Rule::Boxed),
        None => trimmed(text, open + 1, open_end(text, open + 1, to), Rule::BoxedOpen),
    };
    let found = if found.rule == Rule::Boxed { with_continuation(text, found, to) } else { found };
    (found.end > found.start).then_some(found)
}

/// `\boxed{5}^2`, `\boxed{3}\sqrt2`, `\boxed{2} \times 10^3`: the box holds a part of a formula. The span then runs to the end
/// of the formula, brace included, and is read as a whole or not at all.
fn with_continuation(text: &str, found: Candidate, to: usize) -> Candidate {
    let Some(close) = text[found.end..to].find('}').map(|i| found.end + i + 1) else {
        return found;
    };
    let rest = text[close..to].trim_start_matches(' ');
    let operators = ["\\times", "\\cdot", "\\sqrt", "\\pi", "\\frac"];
    let degree = ["^\\circ", "^{\\circ}", "^°", "^{°}"].iter().any(|d| rest.starts_with(d));
    let goes_on = rest.starts_with('^') && !degree || operators.iter().any(|o| rest.starts_with(o));
    let end = || open_end(text, close, to);
    if goes_on { trimmed(text, found.start, end(), Rule::Boxed) } else { found }
}

/// Index of the brace that closes the one at `open`; `\{` and `\}` do not count.
pub fn closing_brace(bytes: &[u8], open: usize, limit: usize) -> Option<usize> {
    let mut depth = 0usize;
    let mut i = open;
    while i < limit {
        match bytes[i] {
            b'\\' => i += 1,
            b'{' => depth += 1,
            b'}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(i);
                }
            }
            _ => {}
        }
        i += 1;
    }
    None
}

/// Where a box without a closing brace ends: at a closing math delimiter, a line's end, or the limit.
fn open_end(text: &str, start: usize, to: usize) -> usize {
    let limit = char_floor(text, to.min(start + MAX_ANSWER));
    let part = &text[start..limit];
    let ends = ["$", "\\]", "\\)", "\n"];
    let first = ends.iter().filter_map(|e| part.find(e)).min();
    start + first.unwrap_or(part.len())
}

/// The boxes that together are the answer: the last one, and those before it that only connectors separate from it.
pub fn last_group(text: &str, boxes: &[Candidate]) -> Vec<Candidate> {
    let Some(&last) = boxes.last() else {
        return Vec::new();
    };
    let mut group = vec![last];
    for &previous in boxes[..boxes.len() - 1].iter().rev() {
        let head = group[group.len() - 1];
        if previous.end >= head.end && previous.start <= head.start {
            // A box around the group so far.
            group.retain(|c| c.start >= previous.end);
            group.push(previous);
        } else if joins(text, previous, head) {
            group.push(previous);
        } else {
            break;
        }
    }
    group.reverse();
    group
}

fn joins(text: &str, previous: Candidate, next: Candidate) -> bool {
    if previous.end > next.start {
        return false;
    }
    let gap = &text[previous.end..next.start];
    gap.len() <= MAX_GAP && prose::connects(gap)
}
