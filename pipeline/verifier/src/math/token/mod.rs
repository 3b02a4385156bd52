//! Text -> tokens with spans. Tolerant: unknown commands are symbols; what is no mathematics at all stops it.

mod base;
mod command;

use super::{
    command::{self as commands, Big, Mark},
    constant::bits,
    number::{self, Grouping, Number},
    tree::{Func, Rel},
    words::{self, Run},
};
use base::base_literal;

/// Most bits of the numbers in one answer together.
const MAX_BITS: u64 = 65_536;
/// Most tokens in one answer.
pub const MAX_TOKENS: usize = 2048;

/// What a token is.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub enum Tok {
    Num(Number),
    /// Digits and their base: `52_8`, `1A_{16}`.
    Base(String, u32),
    Sym(String),
    Word(String),
    Func(Func),
    Rel(Rel),
    Mark(Mark),
    Big(Big),
    Frac,
    Sqrt,
    Binom,
    Over,
    Choose,
    Accent(&'static str),
    NamedSet(char),
    Begin(String),
    End(String),
}

/// A token with its bytes and whether white space stands before it.
#[derive(Clone, Debug, PartialEq)]
pub struct Token {
    /// What it is.
    pub tok: Tok,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// White space before it.
    pub spaced: bool,
}

/// Where and why reading stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stopped {
    /// Byte of the normalised text.
    pub at: usize,
    /// What was expected.
    pub why: &'static str,
}

/// How a text is read where it can be read in several ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// What commas and spaces between digits mean.
    pub grouping: Grouping,
    /// A lone letter after a number is a unit when there is one by that name: `5 m`.
    pub letter_units: bool,
}

impl Reading {
    /// The usual reading.
    pub const USUAL: Reading = Reading { grouping: Grouping::Thousands, letter_units: false };
}

/// Splits `text` into tokens.
pub fn tokenise(text: &str, reading: Reading) -> Result<Vec<Token>, Stopped> {
    let mut lexer =
        Lexer { text, reading, at: 0, spaced: false, depth: 0, out: Vec::with_capacity(16), text_mode: false, text_depth: 0, bits: 0 };
    lexer.run(text.len())?;
    Ok(lexer.out)
}

struct Lexer<'a> {
    text: &'a str,
    reading: Reading,
    at: usize,
    spaced: bool,
    /// Open brackets, in which commas separate.
    depth: usize,
    out: Vec<Token>,
    text_mode: bool,
    /// `\text` inside of `\text`.
    text_depth: usize,
    /// Of all numbers so far.
    bits: u64,
}

impl Lexer<'_> {
    fn run(&mut self, end: usize) -> Result<(), Stopped> {
        while self.at < end {
            if self.out.len() > MAX_TOKENS {
                return Err(self.stop("an answer of fewer tokens"));
            }
            self.step(end)?;
        }
        Ok(())
    }

    fn stop(&self, why: &'static str) -> Stopped {
        Stopped { at: self.at, why }
    }

    fn push(&mut self, tok: Tok, end: usize) {
        let start = self.at;
        let spaced = std::mem::take(&mut self.spaced);
        self.out.push(Token { tok, start, end, spaced });
        self.at = end;
    }

    fn mark(&mut self, mark: Mark, len: usize) {
        match mark {
            Mark::OpenParen | Mark::OpenBracket | Mark::OpenSet | Mark::OpenAngle => self.depth += 1,
            Mark::CloseParen | Mark::CloseBracket | Mark::CloseSet | Mark::CloseAngle => {
                self.depth = self.depth.saturating_sub(1);
            }
            _ => {}
        }
        self.push(Tok::Mark(mark), self.at + len);
    }

    fn rel(&mut self, rel: Rel, len: usize) {
        self.push(Tok::Rel(rel), self.at + len);
    }

    fn step(&mut self, end: usize) -> Result<(), Stopped> {
        let rest = &self.text[self.at..end];
        let first = rest.chars().next().unwrap_or(' ');
        match first {
            _ if first.is_whitespace() || first == '~' => {
                self.spaced = true;
                self.at += first.len_utf8();
                Ok(())
            }
            '\\' => self.command(end),
            '0'..='9' | '.' => self.digits(rest),
            _ if first.is_alphabetic() => {
                self.letters(rest);
                Ok(())
            }
            _ => self.sign(rest, first),
        }
    }

    fn sign(&mut self, rest: &str, first: char) -> Result<(), Stopped> {
        use Mark::*;
        for (text, rel) in [
            ("<=>", Rel::Iff),
            ("<=", Rel::Le),
            (">=", Rel::Ge),
            ("=<", Rel::Le),
            ("=>", Rel::To),
            ("->", Rel::To),
            ("!=", Rel::Ne),
            ("==", Rel::Eq),
            ("=", Rel::Eq),
            ("<", Rel::Lt),
            (">", Rel::Gt),
        ] {
            if rest.starts_with(text) {
                self.rel(rel, text.len());
                return Ok(());
            }
        }
        for (text, mark) in [("+/-", PlusMinus), ("+-", PlusMinus), ("**", Caret), ("''", Prime)] {
            if rest.starts_with(text) {
                if text == "''" {
                    self.mark(Prime, 1);
                    self.mark(Prime, 1);
                } else {
                    self.mark(mark, text.len());
                }
                return Ok(());
            }
        }
        let mark = match first {
            '+' => Plus,
            '-' => Minus,
            '*' => Times,
            '/' => Slash,
            '^' => Caret,
            '_' => Under,
            '!' => Bang,
            '\'' => Prime,
            '%' => Percent,
            ',' => Comma,
            ';' => Semi,
            ':' => Colon,
            '(' => OpenParen,
            ')' => CloseParen,
            '[' => OpenBracket,
            ']' => CloseBracket,
            '{' => return self.open_brace(rest),
            '}' => CloseBrace,

            '|' => Bar,
            '&' => Cell,
            '€' => Euro,
            '£' => Pound,
            '¥' => Yen,
            _ => return Err(self.stop("a mathematical character")),
        };
        self.mark(mark, first.len_utf8());
        Ok(())
    }

    /// An empty pair of braces is nothing.
    fn open_brace(&mut self, rest: &str) -> Result<(), Stopped> {
        let inner = rest[1..].trim_start();
        if inner.starts_with('}') {
            self.at += rest.len() - inner.len() + 1;
            return Ok(());
        }
        self.mark(Mark::OpenBrace, 1);
        Ok(())
    }

    fn digits(&mut self, rest: &str) -> Result<(), Stopped> {
        if rest.starts_with("..") {
            let dots = rest.bytes().take_while(|b| *b == b'.').count();
            self.mark(Mark::Ellipsis, dots);
            return Ok(());
        }
        if let Some((digits, base, len)) = base_literal(rest) {
            self.push(Tok::Base(digits, base), self.at + len);
            return Ok(());
        }
        let after_letter = self.text[..self.at].ends_with(|c: char| c.is_ascii_digit());
        match number::scan(rest, self.reading.grouping, self.depth == 0) {
            Some((n, len)) if !after_letter && self.room_for(&n) => {
                self.push(Tok::Num(n), self.at + len);
                Ok(())
            }
            _ => Err(self.stop("a number of ordinary size")),
        }
    }

    /// Whether the numbers so far and this one are of ordinary size together: `1e9999` is short to write and long to hold.
    fn room_for(&mut self, n: &Number) -> bool {
        self.bits += bits(&n.value);
        self.bits <= MAX_BITS
    }

    fn after_number(&self) -> bool {
        let closed = |t: &Token| {
            matches!(t.tok, Tok::Num(_) | Tok::Word(_) | Tok::Mark(Mark::CloseBrace | Mark::CloseParen | Mark::Slash | Mark::Infinity))
        };
        self.out.last().is_some_and(closed)
    }

    fn letters(&mut self, rest: &str) {
        if let Some((digits, base, len)) = base_literal(rest)
            && !self.text_mode
        {
            self.push(Tok::Base(digits, base), self.at + len);
            return;
        }
        // Python's modules: np.arcsin, math.pi.
        for module in ["np.", "math.", "numpy.", "sympy."] {
            if rest.starts_with(module) && rest[module.len()..].starts_with(|c: char| c.is_ascii_alphabetic()) {
                self.at += module.len();
                return;
            }
        }
        let mut len = letter_run(rest, self.text_mode);
        let mut run = &rest[..len];
        // `1orW(x)`: a connector between a number and what follows it.
        if !self.text_mode && self.after_number() && run.len() > 2 {
            for connector in ["and", "or"] {
                let tail = run.strip_prefix(connector);
                if tail.is_some_and(|t| t.len() == 1) {
                    run = &run[..connector.len()];
                }
            }
            len = run.len();
        }
        let stem = self.function_at_the_end(run);
        if stem > 0 {
            run = &run[..stem];
            len = stem;
        }
        let unit = self.reading.letter_units && len == 1 && super::unit::is_known(run);
        let text_mode = self.text_mode || unit && self.after_number();
        match words::classify(run, text_mode, self.after_number()) {
            Run::Func(f) => self.push(Tok::Func(f), self.at + len),
            Run::Sqrt => self.push(Tok::Sqrt, self.at + len),
            Run::Mark(m) => self.mark(m, len),
            Run::Symbol(s) => self.push(Tok::Sym(s.to_owned()), self.at + len),
            Run::Word => self.push(Tok::Word(run.to_owned()), self.at + len),
            Run::Letters => {
                for c in run.to_owned().chars() {
                    self.push(Tok::Sym(c.to_string()), self.at + c.len_utf8());
                }
            }
        }
    }

    /// `xsin(y)`: length of what stands before a function name that ends the run; 0 when the run is something else.
    fn function_at_the_end(&self, run: &str) -> usize {
        if self.text_mode || run.len() > 8 || commands::function(run).is_some() {
            return 0;
        }
        let names = ["arcsin", "arccos", "arctan", "sqrt", "sin", "cos", "tan", "log", "exp", "ln", "pi"];
        let found = names.iter().find(|n| run.ends_with(*n) && run.len() > n.len());
        let stem = found.map_or(0, |n| run.len() - n.len());
        let opens = self.text[self.at + run.len()..].starts_with(['(', '{']) || found == Some(&"pi");
        if opens && stem <= 2 && !run.contains("sp") { stem } else { 0 }
    }
}

/// Length of a run of letters; in text also `p.m.` and hyphens between letters.
fn letter_run(rest: &str, text_mode: bool) -> usize {
    let mut len = 0;
    let mut chars = rest.char_indices().peekable();
    while let Some((i, c)) = chars.next() {
        let next = chars.peek().is_some_and(|(_, d)| d.is_alphabetic());
        let inner = text_mode && i > 0 && matches!(c, '.' | '-' | '\'') && next;
        let last_dot = text_mode && c == '.' && rest[..i].contains('.') && i > 0;
        if !(c.is_alphabetic() || inner || last_dot) {
            break;
        }
        len = i + c.len_utf8();
    }
    len
}

#[cfg(test)]
mod tests {
    use super::*;

    fn toks(text: &str) -> Vec<Tok> {
        let tokens = tokenise(text, Reading::USUAL).expect(text);
        tokens.into_iter().map(|t| t.tok).collect()
    }

    fn sym(s: &str) -> Tok {
        Tok::Sym(s.to_owned())
    }

    fn int(n: i64) -> Tok {
        Tok::Num(Number::int(n))
    }

    #[test]
    fn letters_words_units() {
        assert_eq!(toks("2ab"), [int(2), sym("a"), sym("b")]);
        assert_eq!(toks("5\\text{ cm}"), [int(5), Tok::Word("cm".into())]);
        assert_eq!(toks("\\text{(C)}")[1], sym("C"));
        assert_eq!(toks("\\mathrm{e}"), [Tok::Mark(Mark::OpenBrace), sym("e"), Tok::Mark(Mark::CloseBrace)]);
        assert_eq!(toks("\\text{13}"), [int(13)]);
        assert_eq!(toks("1orW")[1], Tok::Mark(Mark::Or));
        assert_eq!(toks("\\quadx"), [sym("x")]);
    }

    #[test]
    fn bases_and_rows() {
        assert_eq!(toks("52_8"), [Tok::Base("52".into(), 8)]);
        assert_eq!(toks("1A_{16}"), [Tok::Base("1A".into(), 16)]);
        assert_eq!(toks("4210_{\\text{five}}"), [Tok::Base("4210".into(), 5)]);
        assert_eq!(toks("1\\\\[2pt]2"), [int(1), Tok::Mark(Mark::Row), int(2)]);
        assert_eq!(toks("x_2"), [sym("x"), Tok::Mark(Mark::Under), int(2)]);
    }

    #[test]
    fn what_is_no_mathematics_stops() {
        for text in ["#", "a \u{1F600}", "\\#", "1e99999"] {
            assert!(tokenise(text, Reading::USUAL).is_err(), "{text}");
        }
        assert!(tokenise(&"+".repeat(5000), Reading::USUAL).is_err());
    }
}
