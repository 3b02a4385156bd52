//! `math_equal` of the released grader: the first rule that answers.

use super::{extract, symbolic};
use crate::{Outcome, math::budget::Budget, python};

/// Which rule decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Decided {
    Text,
    Choice,
    Numeric,
    Empty,
    Brackets,
    Tuple,
    Matrix,
    Equation,
    Symbolic,
}

impl Decided {
    /// The name used in reasons.
    pub fn as_str(self) -> &'static str {
        match self {
            Decided::Text => "equal text",
            Decided::Choice => "choice",
            Decided::Numeric => "numbers within 1e-4, or x100, or /100",
            Decided::Empty => "empty prediction",
            Decided::Brackets => "equal text without brackets",
            Decided::Tuple => "element by element",
            Decided::Matrix => "matrix cell by cell",
            Decided::Equation => "equation, symbolic",
            Decided::Symbolic => "symbolic",
        }
    }
}

/// Deepest recursion into parts of tuples.
const MAX_DEPTH: usize = 32;

/// Equality of two stripped answers.
pub fn math_equal(pred: &str, gold: &str, budget: &Budget) -> (Outcome, Decided) {
    match (Grader { budget }).equal(pred, gold, 0) {
        Ok((true, rule)) => (Outcome::Correct, rule),
        Ok((false, rule)) => (Outcome::Incorrect, rule),
        Err(symbolic::Hang) => (Outcome::TimedOut, Decided::Symbolic),
    }
}

struct Grader<'a> {
    budget: &'a Budget,
}

type Found = Result<(bool, Decided), symbolic::Hang>;

impl Grader<'_> {
    fn equal(&self, pred: &str, gold: &str, depth: usize) -> Found {
        let trim = |s: &str| s.trim_matches(python::is_space).to_lowercase();
        if trim(pred) == trim(gold) {
            return Ok((true, Decided::Text));
        }
        if matches!(gold, "A" | "B" | "C" | "D" | "E") && choice(pred) == gold {
            return Ok((true, Decided::Choice));
        }
        if let (Some(p), Some(g)) = (digits(pred), digits(gold)) {
            let close = [g / 100.0, g, g * 100.0].into_iter().any(|x| is_close(x, p));
            return Ok((close, Decided::Numeric));
        }
        if pred.is_empty() {
            return Ok((false, Decided::Empty));
        }
        if depth > MAX_DEPTH {
            return Err(symbolic::Hang);
        }
        self.structured(pred.trim_matches(python::is_space), gold.trim_matches(python::is_space), depth)
    }

    fn structured(&self, pred: &str, gold: &str, depth: usize) -> Found {
        let converted;
        let gold = if pred.contains("pmatrix") && !gold.contains("pmatrix") {
            converted = as_pmatrix(gold);
            converted.as_str()
        } else {
            gold
        };
        if without_brackets(pred, gold) {
            return Ok((true, Decided::Brackets));
        }
        if is_bracketed(pred) && is_bracketed(gold) && self.parts(&inner(pred), &inner(gold), depth)? {
            return Ok((true, Decided::Tuple));
        }
        if let (Some(p), Some(g)) = (matrix_body(pred), matrix_body(gold))
            && self.matrix(p, g, depth)?
        {
            return Ok((true, Decided::Matrix));
        }
        self.equations(pred, gold, depth)
    }

    /// Equal number of comma-separated parts, equal in order; commas inside of inner brackets split too.
    fn parts(&self, pred: &str, gold: &str, depth: usize) -> Result<bool, symbolic::Hang> {
        let (p, g): (Vec<&str>, Vec<&str>) = (pred.split(',').collect(), gold.split(',').collect());
        if p.len() != g.len() {
            return Ok(false);
        }
        for (x, y) in p.into_iter().zip(g) {
            if !self.equal(x, y, depth + 1)?.0 {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn matrix(&self, pred: &str, gold: &str, depth: usize) -> Result<bool, symbolic::Hang> {
        let lines = |s: &str| {
            let all = s.split("\\\\").map(|l| l.trim_matches(python::is_space).to_owned());
            all.filter(|l| !l.is_empty()).collect::<Vec<_>>()
        };
        let (p, g) = (lines(pred), lines(gold));
        if p.len() != g.len() {
            return Ok(false);
        }
        for (x, y) in p.iter().zip(&g) {
            let (cells, others): (Vec<&str>, Vec<&str>) = (x.split('&').collect(), y.split('&').collect());
            if cells.len() != others.len() {
                return Ok(false);
            }
            for (c, d) in cells.into_iter().zip(others) {
                if !self.equal(c, d, depth + 1)?.0 {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    fn equations(&self, pred: &str, gold: &str, depth: usize) -> Found {
        let sides = |s: &str| {
            let (l, r) = s.split_once('=')?;
            let trim = |t: &str| t.trim_matches(python::is_space).to_owned();
            (!r.contains('=')).then(|| (trim(l), trim(r), r.to_owned()))
        };
        let short = |s: &str| s.chars().count() <= 2;
        match (sides(pred), sides(gold)) {
            (Some((a, b, _)), Some((c, d, _))) => {
                let (p, g) = (format!("{a} - ({b})"), format!("{c} - ({d})"));
                if self.symbolic(&p, &g)? || self.symbolic(&format!("-({p})"), &g)? {
                    return Ok((true, Decided::Equation));
                }
            }
            (Some((a, _, right)), None) if short(&a) && !gold.contains('=') && self.equal(&right, gold, depth + 1)?.0 => {
                return Ok((true, Decided::Equation));
            }
            (None, Some((c, _, right))) if short(&c) && !pred.contains('=') && self.equal(pred, &right, depth + 1)?.0 => {
                return Ok((true, Decided::Equation));
            }
            _ => {}
        }
        Ok((self.symbolic(pred, gold)?, Decided::Symbolic))
    }

    fn symbolic(&self, pred: &str, gold: &str) -> Result<bool, symbolic::Hang> {
        symbolic::equal(pred, gold, self.budget)
    }
}

/// `choice_answer_clean` of the grader.
fn choice(pred: &str) -> String {
    let text = pred.trim_matches('\n').trim_end_matches('.').trim_end_matches('/').trim_matches(' ').trim_start_matches(':');
    let last = extract::stand_alone_letters(text).last().map(char::to_string);
    let chosen = last.unwrap_or_else(|| text.trim_matches(python::is_space).trim_matches('.').to_owned());
    chosen.trim_end_matches('.').trim_end_matches('/').to_owned()
}

/// `parse_digits`: commas deleted, Python float, else a percentage.
fn digits(text: &str) -> Option<f64> {
    let text = text.replace(',', "");
    python::float(&text).or_else(|| {
        let head = text.strip_suffix('%')?;
        python::float(head.strip_suffix('\\').unwrap_or(head)).map(|x| x / 100.0)
    })
}

/// Python's `math.isclose(a, b, rel_tol=1e-4)`.
pub fn is_close(a: f64, b: f64) -> bool {
    if a == b {
        return true;
    }
    if a.is_infinite() || b.is_infinite() {
        return false;
    }
    (a - b).abs() <= 1e-4 * a.abs().max(b.abs())
}

/// Brackets at both ends gone if the kinds allow, then all of `{}()`: equal text?
fn without_brackets(pred: &str, gold: &str) -> bool {
    let square = pred.starts_with('[') && pred.ends_with(']') && !gold.starts_with('(');
    let round = pred.starts_with('(') && pred.ends_with(')') && !gold.starts_with('[');
    let ends = ['[', ']', '(', ')'];
    let (p, g) = if square || round { (pred.trim_matches(ends), gold.trim_matches(ends)) } else { (pred, gold) };
    let bare = |s: &str| s.replace(['{', '}', '(', ')'], "").to_lowercase();
    bare(p) == bare(g)
}

/// `(\(|\[).+(\)|\])` at the start.
fn is_bracketed(text: &str) -> bool {
    let opens = text.starts_with(['(', '[']);
    let close = text.rfind([')', ']']);
    opens && close.is_some_and(|i| i > 1)
}

/// Without the first and the last character.
fn inner(text: &str) -> String {
    let mut chars = text.chars();
    chars.next();
    chars.next_back();
    chars.as_str().to_owned()
}

fn matrix_body(text: &str) -> Option<&str> {
    let open = ["\\begin{pmatrix}", "\\begin{bmatrix}"].iter().find_map(|o| text.strip_prefix(o))?;
    ["\\end{pmatrix}", "\\end{bmatrix}"].iter().find_map(|c| open.strip_suffix(c))
}

/// `{a,b}` -> a matrix with a broken row separator: it never matches, but it replaces the gold answer.
fn as_pmatrix(gold: &str) -> String {
    let span = gold.find('{').and_then(|i| {
        let close = gold.rfind('}').filter(|c| *c > i)?;
        gold[i..close].contains(',').then(|| &gold[i..=close])
    });
    match span {
        Some(m) => format!("\\begin{{pmatrix}}{}\\end{{pmatrix}}", m.trim_matches(['{', '}']).replace(',', "\\")),
        None => String::new(),
    }
}
