//! extract(completion) -> candidates with spans. Pure and linear in the length of the text.
//!
//! Priority: boxes (the last group of neighbouring ones), `<answer>`, `####`, "answer is" / `Answer:`, the whole text
//! when it is a bare answer, else the last formula or number of the prose. Which of the later ones is judged depends on
//! whether it can be read as a whole, so [`Extraction::choices`] keeps them in order.

use super::{
    boxed::{boxes, last_group},
    clause, prose,
};

/// Longest answer that is read, in bytes; longer ones are Unparsed.
pub const MAX_ANSWER: usize = 4096;

/// How a candidate was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// `\boxed{..}`, `\fbox{..}`, `oxed{..}`.
    Boxed,
    /// A box whose brace never closes, or `\boxed 5` without braces.
    BoxedOpen,
    /// `<answer>..</answer>`.
    AnswerTag,
    /// `#### 42`.
    Hashes,
    /// After "answer is", "Answer:" and the like.
    AnswerPhrase,
    /// The whole text.
    Whole,
    /// The last `$..$`, `\(..\)`, `\[..\]`.
    Formula,
    /// After the last " is " of a sentence.
    AfterIs,
    /// The last number or expression of the prose.
    LastExpression,
}

/// A candidate answer: bytes `start..end` of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// How it was found.
    pub rule: Rule,
}

impl Candidate {
    /// Its text.
    pub fn of<'a>(&self, text: &'a str) -> &'a str {
        text.get(self.start..self.end).unwrap_or("")
    }
}

/// What to judge: candidates in order of preference, each one a group of spans that together are one answer.
#[derive(Clone, Debug, Default)]
pub struct Extraction {
    /// Groups, best first; a group has several members only for joined boxes.
    pub choices: Vec<Vec<Candidate>>,
}

/// Finds the answer of a completion.
pub fn extract(text: &str) -> Extraction {
    let (from, to) = visible(text);
    let first = extract_within(text, from, to);
    if first.choices.is_empty() && from > 0 {
        return extract_within(text, 0, to);
    }
    first
}

/// Every candidate of every rule, in order of position; for traces.
pub fn all_candidates(text: &str) -> Vec<Candidate> {
    let (_, to) = visible(text);
    let mut found = boxes(text, 0, to);
    found.extend(answer_tag(text, 0, to));
    found.extend(hashes(text, 0, to));
    found.extend(answer_phrase(text, 0, to));
    found.extend(last_formula(text, 0, to));
    found.extend(last_expression(text, 0, to));
    found.sort_by_key(|c| (c.start, c.end));
    found
}

fn extract_within(text: &str, from: usize, to: usize) -> Extraction {
    let boxed = last_group(text, &boxes(text, from, to));
    if let Some(last) = boxed.last()
        && let Some(said) = final_answer_after(text, last.end, to)
    {
        return Extraction { choices: vec![vec![said], boxed] };
    }
    if !boxed.is_empty() {
        return Extraction { choices: vec![boxed] };
    }
    if let Some(tag) = answer_tag(text, from, to).or_else(|| hashes(text, from, to)) {
        return sentence_choices(text, tag);
    }
    if let Some(phrase) = answer_phrase(text, from, to) {
        return sentence_choices(text, phrase);
    }
    unmarked(text, from, to)
}

/// A marked answer, then what can be judged inside it when it is a sentence.
fn sentence_choices(text: &str, marked: Candidate) -> Extraction {
    let mut choices = vec![vec![marked]];
    if prose::has_words(marked.of(text)) {
        let (from, to) = (marked.start, marked.end);
        choices.extend(after_is(text, from, to).map(|c| vec![c]));
        choices.extend(later_of(text, from, to));
    }
    Extraction { choices }
}

/// No marker at all: the whole text if it is short, else the last formula or number.
fn unmarked(text: &str, from: usize, to: usize) -> Extraction {
    let whole = trimmed(text, from, to, Rule::Whole);
    let mut choices = Vec::new();
    let short = whole.end - whole.start <= MAX_ANSWER;
    if short && whole.end > whole.start {
        choices.push(vec![whole]);
    }
    if !short || prose::has_words(whole.of(text)) {
        choices.extend(later_of(text, from, to));
    }
    Extraction { choices }
}

fn later_of(text: &str, from: usize, to: usize) -> Vec<Vec<Candidate>> {
    let formula = last_formula(text, from, to);
    let number = last_expression(text, formula.map_or(from, |c| c.end), to);
    number.into_iter().chain(formula).map(|c| vec![c]).collect()
}

/// The part that answers: after the last `</think>`, before the first end-of-turn token.
fn visible(text: &str) -> (usize, usize) {
    const ENDS: [&str; 6] = ["<|im_end|>", "<|im_start|>", "<|endoftext|>", "<|eot_id|>", "<|end_of_text|>", "</s>"];
    let mut to = text.len();
    if text.contains("<|") || text.contains("</s>") {
        let first = |end: &&str| text.find(*end).filter(|&i| !text[..i].trim().is_empty());
        to = ENDS.iter().filter_map(first).min().unwrap_or(to);
    }
    let from = text[..to].rfind("</think>").map_or(0, |i| i + 8);
    (from, to)
}

fn answer_tag(text: &str, from: usize, to: usize) -> Option<Candidate> {
    let part = &text[from..to];
    let open = part.rfind("<answer>")? + "<answer>".len();
    let close = part[open..].find("</answer>").unwrap_or(part.len() - open);
    non_empty(trimmed(text, from + open, from + open + close, Rule::AnswerTag))
}

fn hashes(text: &str, from: usize, to: usize) -> Option<Candidate> {
    let part = &text[from..to];
    let start = part.rfind("####")? + 4;
    let line = part[start..].trim_start();
    let skipped = part.len() - start - line.len();
    let end = line.find('\n').unwrap_or(line.len());
    let begin = from + start + skipped;
    non_empty(trimmed(text, begin, begin + end, Rule::Hashes)).filter(|c| {
        // A Markdown heading of level four is no answer.
        !prose::has_words(c.of(text)) || c.of(text).len() < 40
    })
}

/// What follows the last "answer is" or "answer:".
fn answer_phrase(text: &str, from: usize, to: usize) -> Option<Candidate> {
    let part = &text[from..to];
    let said = |word: &str| {
        part.rmatch_indices(word).take(64).find_map(|(i, _)| {
            let tail = part.get(i + 5..)?;
            Some(i + 5 + after_verb(tail)?)
        })
    };
    let english = said("nswer").max(said("NSWER"));
    let chinese = ["答案是", "答案为", "答案：", "答案:"].iter().filter_map(|m| part.rfind(m).map(|i| i + m.len())).max();
    let start = from + english.max(chinese)?;
    let end = start + prose::sentence_end(&text[start..to]);
    let end = start + prose::without_afterthought(&text[start..end]);
    let found = trimmed(text, start, end, Rule::AnswerPhrase);
    // "The answer is not 8" gives no answer, nor does "between 3 and 4".
    let vague = ["not ", "between ", "greater than ", "less than ", "more than ", "fewer than "];
    (found.end > found.start && !vague.iter().any(|v| found.of(text).starts_with(v))).then_some(found)
}

/// "the final answer is .." after the last box: what is said last counts.
fn final_answer_after(text: &str, from: usize, to: usize) -> Option<Candidate> {
    let part = &text[from..to];
    let start = from + part.rfind("final answer is")? + "final answer is".len();
    let end = start + prose::sentence_end(&text[start..to]);
    let found = trimmed(text, start, end, Rule::AnswerPhrase);
    let plain = !prose::has_words(found.of(text)) && !found.of(text).trim_matches([':', '$', ' ']).is_empty();
    (plain && found.end - found.start < 200).then_some(found)
}

/// Length of what stands between "answer" and the answer: "s are", " is:", ":**", " to the question is".
fn after_verb(tail: &str) -> Option<usize> {
    let head = char_floor(tail, tail.len().min(80));
    let head = &tail[..head];
    let stop = head.find(['\n', '.', '$', '\\']).unwrap_or(head.len());
    let mut head_part = &head[..stop];
    if let Some(colon) = head_part.find(':') {
        if colon <= 40 {
            return Some(colon + 1);
        }
        head_part = &head_part[..colon];
    }
    let verbs = [" is", " are", " should be", " would be", " will be", " =", "是", "为"];
    let (i, verb) = verbs.iter().filter_map(|v| head_part.find(v).map(|i| (i, v))).min()?;
    let after = i + verb.len();
    let whole_word = tail[after..].chars().next().is_none_or(|c| !c.is_ascii_alphabetic());
    let mut skip = after;
    for extra in [" therefore", " thus", " simply", " then", ":"] {
        if tail[skip..].starts_with(extra) {
            skip += extra.len();
        }
    }
    whole_word.then_some(skip)
}

fn after_is(text: &str, from: usize, to: usize) -> Option<Candidate> {
    let part = &text[from..to];
    let (i, verb) = [" is ", " are ", " be ", " equals ", " is: ", " are: "].iter().filter_map(|v| part.rfind(v).map(|i| (i, v))).max()?;
    non_empty(trimmed(text, from + i + verb.len(), to, Rule::AfterIs))
}

/// The last `$..$`, `$$..$$`, `\(..\)` or `\[..\]`.
fn last_formula(text: &str, from: usize, to: usize) -> Option<Candidate> {
    let part = &text[from..to];
    let mut best: Option<(usize, usize)> = None;
    for (open, close) in [("\\(", "\\)"), ("\\[", "\\]")] {
        if let Some(end) = part.rfind(close)
            && let Some(start) = part[..end].rfind(open)
        {
            best = best.max(Some((start + 2, end)));
        }
    }
    best = best.max(last_dollars(part));
    let (start, end) = best?;
    non_empty(trimmed(text, from + start, from + end, Rule::Formula))
}

/// The last pair of dollars; `\$` is money.
fn last_dollars(part: &str) -> Option<(usize, usize)> {
    let bytes = part.as_bytes();
    let is_delimiter = |i: &usize| bytes[*i] == b'$' && (*i == 0 || bytes[*i - 1] != b'\\');
    let mut marks = (0..bytes.len()).rev().filter(is_delimiter);
    let mut end = marks.next()?;
    let mut start = marks.next()?;
    if start + 1 == end {
        // `$$`: display math, unless it is an empty pair.
        end = start;
        start = marks.next()?;
    }
    (end > start + 1).then_some((start + 1, end))
}

/// The last number or expression that stands alone in the prose.
fn last_expression(text: &str, from: usize, to: usize) -> Option<Candidate> {
    let part = &text[from..to];
    let (start, end) = prose::last_expression(part)?;
    let start = prose::with_coordinated(part, start);
    let after = &part[end..];
    let kept = !clause::is_qualified(&part[..start]) && !clause::is_changed(after) && !clause::breaks_off(after);
    non_empty(trimmed(text, from + start, from + end, Rule::LastExpression)).filter(|_| kept)
}

fn non_empty(candidate: Candidate) -> Option<Candidate> {
    (candidate.end > candidate.start).then_some(candidate)
}

/// The span without surrounding white space, asterisks of Markdown and empty dollars.
pub fn trimmed(text: &str, start: usize, end: usize, rule: Rule) -> Candidate {
    let part = text.get(start..end).unwrap_or("");
    // Not every white space: a form feed or a tab may be half of `\frac` or `\text`.
    let skip = |c: char| matches!(c, ' ' | '\n' | '*' | '`');
    let left = part.trim_start_matches(skip);
    let start = start + part.len() - left.len();
    let end = start + left.trim_end_matches(skip).len();
    Candidate { start, end, rule }
}

/// The largest char boundary not above `index`.
pub fn char_floor(text: &str, index: usize) -> usize {
    let mut i = index.min(text.len());
    while !text.is_char_boundary(i) {
        i -= 1;
    }
    i
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(text: &str) -> Vec<String> {
        let extraction = extract(text);
        let first = extraction.choices.first().cloned().unwrap_or_default();
        first.iter().map(|c| c.of(text).to_owned()).collect()
    }

    #[test]
    fn boxes_nested_joined_and_malformed() {
        assert_eq!(chosen("so \\boxed{\\frac{1}{2}}."), ["\\frac{1}{2}"]);
        assert_eq!(chosen("\\boxed{1} and later text, \\boxed{2}"), ["2"]);
        assert_eq!(chosen("\\boxed{1}, \\boxed{2} and \\boxed{3}"), ["1", "2", "3"]);
        assert_eq!(chosen("\\boxed{\\boxed{5}}"), ["\\boxed{5}"]);
        assert_eq!(chosen("$\\boxed{28 pct$"), ["28 pct"]);
        assert_eq!(chosen("$\\boxed 7$ done"), ["7"]);
        assert_eq!(chosen("beginboxed{4} oxed{5}"), ["4", "5"]);
        assert_eq!(chosen("put it in \\boxed{}. \\boxed{}"), ["put it in \\boxed{}. \\boxed{}"]);
        assert_eq!(chosen("\\boxed{\\{1,2\\}}"), ["\\{1,2\\}"]);
    }

    #[test]
    fn phrases_tags_and_hashes() {
        assert_eq!(chosen("The answer is 12. More 13."), ["12"]);
        assert_eq!(chosen("**Final Answer: **73**"), ["73"]);
        assert_eq!(chosen("Final Answer: the final answer is $3.5$. I hope"), ["$3.5$"]);
        assert_eq!(chosen("x\n#### 1,234"), ["1,234"]);
        assert_eq!(chosen("<answer> 5 </answer>"), ["5"]);
        assert_eq!(chosen("答案是 5"), ["5"]);
        assert_eq!(chosen("Answer:\n\n\\[ 9 \\]"), ["\\[ 9 \\]"]);
    }

    #[test]
    fn only_the_visible_part_counts() {
        assert_eq!(chosen("<think>\\boxed{1}</think> \\boxed{2}"), ["2"]);
        assert_eq!(chosen("<think>\\boxed{1}</think>"), ["1"]);
        assert_eq!(chosen("it is 2/3. <|im_start|>user 5"), ["it is 2/3."]);
    }

    #[test]
    fn no_panic_at_char_boundaries() {
        for text in ["", "é", "\\boxed", "\\boxed{é", "answer is é", "$é$", "答案是", "####", "<answer>"] {
            let _ = (extract(text), all_candidates(text));
        }
    }
}
