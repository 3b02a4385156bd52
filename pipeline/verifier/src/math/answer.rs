//! An answer as it is judged: its text, its normal form, and the ways it can be read.

use super::{
    extract::{self, Candidate, Extraction, MAX_ANSWER, Rule},
    normalise::{self, Normal},
    parse::parse,
    prose, text,
    token::{Reading, Stopped},
    tree::{Node, SetOp},
    words,
};
use crate::Options;
use std::cell::OnceCell;

/// An answer.
#[derive(Debug)]
pub struct Answer {
    /// As it stands in the text, joined when it has several parts.
    pub shown: String,
    /// How it was found.
    pub rule: Rule,
    normal: Normal,
    key: String,
    /// Longer than [`MAX_ANSWER`]: never read, equal to nothing.
    pub too_long: bool,
    node: OnceCell<Result<Node, Stopped>>,
}

impl Answer {
    fn new(shown: String, rule: Rule) -> Self {
        let normal = normalise::normalise(&shown);
        let key = compact(&normal.text);
        Self { shown, rule, normal, key, too_long: false, node: OnceCell::new() }
    }

    /// An answer that is not read; its head is shown.
    fn too_long(text: &str, rule: Rule) -> Self {
        let head = &text[..extract::char_floor(text, 80)];
        let at = Stopped { at: MAX_ANSWER, why: "an answer of at most 4096 bytes" };
        Self {
            shown: format!("{head}..."),
            rule,
            normal: Normal::default(),
            key: "too long".to_owned(),
            node: OnceCell::from(Err(at)),
            too_long: true,
        }
    }

    /// The normal form without white space: equal keys are identical answers.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The normal form and its log.
    pub fn normal(&self) -> &Normal {
        &self.normal
    }

    /// The usual reading, or where it stopped.
    pub fn node(&self) -> &Result<Node, Stopped> {
        // A number found in prose may carry a unit of one letter: 1,000.99m².
        let letter_units = self.rule == Rule::LastExpression;
        let read = |text: &str| parse(text, Reading { letter_units, ..Reading::USUAL });
        self.node.get_or_init(|| {
            if let Some(words) = hyphenated_number(&self.normal.text) {
                return Ok(Node::Text(words.to_owned()));
            }
            match text::all_reals_but(&self.normal.text) {
                Some(excluded) => read(excluded).map(reals_without),
                None => read(&self.normal.text),
            }
        })
    }

    /// Whether the text could not be read as mathematics or text of mathematics as a whole.
    pub fn is_unread(&self) -> bool {
        self.node().is_err()
    }

    /// The tree, or the whole text as text.
    pub fn tree(&self) -> Node {
        match self.node() {
            Ok(node) => node.clone(),
            Err(_) => Node::Text(self.normal.text.clone()),
        }
    }

    /// A lone capital from A to J, bracketed or not.
    pub fn letter(&self) -> Option<char> {
        let inner = text_free(&self.normal.text);
        let mut chars = inner.trim_matches(['(', ')', '.', ' ']).chars();
        match (chars.next(), chars.next()) {
            (Some(c @ 'A'..='J'), None) => Some(c),
            _ => None,
        }
    }

    /// `(D) 10`, `D. 10`, `D: 10`: the letter and what follows it.
    pub fn labelled(&self) -> Option<(char, String)> {
        let plain = text_free(&self.normal.text);
        let text = plain.trim_start();
        let text = ["Option ", "option ", "Choice "].iter().find_map(|p| text.strip_prefix(p)).unwrap_or(text);
        let inner = text.strip_prefix('(');
        let mut chars = inner.unwrap_or(text).chars();
        let letter = chars.next().filter(|c| ('A'..='J').contains(c))?;
        let rest = chars.as_str();
        let rest = match (inner.is_some(), rest.chars().next()) {
            (_, Some(')')) => &rest[1..],
            (false, Some('.' | ':')) => &rest[1..],
            (false, None) if text.len() < plain.trim().len() => rest,
            _ => return None,
        };
        Some((letter, rest.trim().trim_start_matches(['.', ':', ' ', '~', '\\']).to_owned()))
    }
}

/// The real numbers without those that are listed.
fn reals_without(excluded: Node) -> Node {
    let points = match excluded {
        Node::List(items) => Node::Set(items),
        set @ Node::Set(_) => set,
        one => Node::Set(vec![one]),
    };
    Node::SetOp(SetOp::Difference, Box::new(Node::NamedSet('R')), Box::new(points))
}

/// Without white space, but for the one between digits: `1 1/2` is not `11/2`.
fn compact(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for part in text.split_ascii_whitespace() {
        if out.ends_with(|c: char| c.is_ascii_digit()) && part.starts_with(|c: char| c.is_ascii_digit()) {
            out.push(' ');
        }
        out.push_str(part);
    }
    out
}

/// `twenty-one` is a number in words, no difference.
fn hyphenated_number(text: &str) -> Option<&str> {
    let plain = text.len() < 80 && text.contains('-') && text.bytes().all(|b| b.is_ascii_alphabetic() || matches!(b, b'-' | b' '));
    (plain && words::cardinal(text).is_some()).then_some(text)
}

/// Without `\text`, `\textbf` and the like, braces, and spacing commands.
fn text_free(text: &str) -> String {
    let mut out = text.to_owned();
    if out.contains('\\') {
        for command in ["\\textbf", "\\textrm", "\\text", "\\mathrm", "\\mathbf", "\\bf", "\\rm", "\\quad", "\\ ", "\\,", "\\;", "~"] {
            out = out.replace(command, " ");
        }
    }
    if out.trim_start().starts_with(['{', '(']) || out.len() < 12 {
        out = out.replace(['{', '}'], "");
    }
    out.trim().to_owned()
}

/// The gold answer: its box if it has one, else the whole if it can be read, else what a completion would give.
pub fn of_gold(gold: &str) -> Option<Answer> {
    let whole = gold.trim_matches([' ', '\n']);
    if whole.is_empty() {
        return None;
    }
    let extraction = extract::extract(gold);
    let marked = |e: &Extraction| {
        let rule = e.choices.first().and_then(|g| g.first()).map(|c| c.rule);
        matches!(rule, Some(Rule::Boxed | Rule::BoxedOpen | Rule::Hashes | Rule::AnswerTag))
    };
    if marked(&extraction) {
        return first_readable(gold, &extraction);
    }
    if whole.len() > MAX_ANSWER {
        return first_readable(gold, &extraction);
    }
    let answer = Answer::new(whole.to_owned(), Rule::Whole);
    let long_prose = whole.len() > 80 && prose::has_words(whole);
    let phrase = extraction.choices.first().is_some_and(|g| g[0].rule == Rule::AnswerPhrase);
    if long_prose && answer.is_unread() && phrase {
        return first_readable(gold, &extraction);
    }
    // Prose without a marked answer is text: a formula in it decides nothing.
    (!answer.key.is_empty()).then_some(answer)
}

/// The answer of a completion.
pub fn of_response(response: &str, options: &Options) -> Option<Answer> {
    let mut extraction = extract::extract(response);
    if options.boxed_only || !options.inline_math_spans_lines {
        let allowed = |group: &Vec<Candidate>| {
            let boxed = group.iter().all(|c| c.rule == Rule::Boxed);
            (boxed || !options.boxed_only) && (options.inline_math_spans_lines || !spans_lines(response, group))
        };
        extraction.choices.retain(allowed);
    }
    first_readable(response, &extraction)
}

/// Whether a candidate is, or would be, an inline formula with a line break right inside its delimiters.
fn spans_lines(text: &str, group: &[Candidate]) -> bool {
    group.iter().any(|c| {
        let before = text[..c.start].trim_end_matches([' ', '\n']);
        let break_after_open = text[before.len()..c.start].contains('\n');
        let inline = before.ends_with("\\(") || before.ends_with('$') && !before.ends_with("$$");
        let whole = c.of(text);
        inline && break_after_open || whole.contains("$ \n") && !whole.contains("$$") || whole.contains("\\( \n")
    })
}

/// The first candidate that can be read; boxes and bare answers are taken as they are.
fn first_readable(text: &str, extraction: &Extraction) -> Option<Answer> {
    let mut first = None;
    for group in &extraction.choices {
        let answer = joined(text, group)?;
        let prose = answer.too_long || prose::has_words(&answer.shown);
        let read = !answer.is_unread() && !only_text(&answer) || text::date(&answer.shown).is_some();
        if !prose || read {
            return Some(answer).filter(|a| !a.key.is_empty());
        }
        first.get_or_insert(answer);
    }
    // A sentence that holds no formula and no number is text.
    first.filter(|a| !a.key.is_empty())
}

/// Several words that are no formula: a better candidate may follow.
fn only_text(answer: &Answer) -> bool {
    let several = answer.shown.split_whitespace().count() > 3;
    several && matches!(answer.node(), Ok(Node::Text(_)))
}

fn joined(text: &str, group: &[Candidate]) -> Option<Answer> {
    let rule = group.first()?.rule;
    let parts: Vec<&str> = group.iter().map(|c| c.of(text)).collect();
    let length: usize = parts.iter().map(|p| p.len()).sum();
    if length > MAX_ANSWER {
        return Some(Answer::too_long(parts[0], rule));
    }
    Some(Answer::new(parts.join(", "), rule))
}
