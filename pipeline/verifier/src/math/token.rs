//! Text -> tokens with spans. Tolerant: unknown commands are symbols; what is no mathematics at all stops it.

use super::{
    command::{self, Big, Command, Mark},
    number::{self, Grouping, Number},
    tree::{Func, Rel},
    words::{self, Run},
};

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
    let mut lexer = Lexer { text, reading, at: 0, spaced: false, depth: 0, out: Vec::with_capacity(16), text_mode: false, text_depth: 0 };
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
            Some((n, len)) if !after_letter => {
                self.push(Tok::Num(n), self.at + len);
                Ok(())
            }
            _ => Err(self.stop("a number of ordinary size")),
        }
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
        if self.text_mode || run.len() > 8 || command::function(run).is_some() {
            return 0;
        }
        let names = ["arcsin", "arccos", "arctan", "sqrt", "sin", "cos", "tan", "log", "exp", "ln", "pi"];
        let found = names.iter().find(|n| run.ends_with(*n) && run.len() > n.len());
        let stem = found.map_or(0, |n| run.len() - n.len());
        let opens = self.text[self.at + run.len()..].starts_with(['(', '{']) || found == Some(&"pi");
        if opens && stem <= 2 && !run.contains("sp") { stem } else { 0 }
    }

    fn command(&mut self, end: usize) -> Result<(), Stopped> {
        let rest = &self.text[self.at..end];
        let name_len = rest[1..].bytes().take_while(u8::is_ascii_alphabetic).count();
        if name_len == 0 {
            return self.escaped(rest);
        }
        let (name, len) = known_prefix(&rest[1..=name_len]);
        let after = self.at + 1 + len;
        match command::lookup(name) {
            None => self.push(Tok::Sym(format!("\\{name}")), after),
            Some(command) => return self.known(command, name, after, end),
        }
        Ok(())
    }

    fn known(&mut self, command: Command, name: &str, after: usize, end: usize) -> Result<(), Stopped> {
        match command {
            Command::Nothing => {
                // `\left.` and `\right.` have an invisible delimiter.
                let invisible = (name == "left" || name == "right") && self.text[after..end].starts_with('.');
                self.at = after + usize::from(invisible);
            }
            Command::Space => {
                self.at = after;
                self.spaced = true;
            }
            Command::Text => return self.text_group(after, end),
            Command::Font => return self.font_group(name, after, end),
            Command::Blackboard => self.blackboard(after, end),
            Command::Drop => self.at = self.group(after, end).map_or(after, |g| g.1 + 1),
            Command::Accent(a) => self.push(Tok::Accent(a), after),
            Command::Frac => self.push(Tok::Frac, after),
            Command::Sqrt => self.push(Tok::Sqrt, after),
            Command::Binom => self.push(Tok::Binom, after),
            Command::Over => self.push(Tok::Over, after),
            Command::Choose => self.push(Tok::Choose, after),
            Command::Func(f) => self.push(Tok::Func(f), after),
            Command::Rel(r) => self.push(Tok::Rel(r), after),
            Command::Big(b) => self.push(Tok::Big(b), after),
            Command::Symbol(s) => self.push(Tok::Sym(s.to_owned()), after),
            Command::Mark(m) => self.mark(m, after - self.at),
            Command::Begin | Command::End => return self.environment(command, after, end),
        }
        Ok(())
    }

    fn escaped(&mut self, rest: &str) -> Result<(), Stopped> {
        let second = rest[1..].chars().next();
        let mark = match second {
            Some('{') => Mark::OpenSet,
            Some('}') => Mark::CloseSet,
            Some('|') => Mark::DoubleBar,
            Some('%') => Mark::Percent,
            Some('$') => Mark::Dollar,
            Some('\\') => {
                let skip = row_skip(&rest[2..]);
                self.push(Tok::Mark(Mark::Row), self.at + 2 + skip);
                return Ok(());
            }
            Some(',' | ';' | ':' | '!' | ' ' | '/' | '\n' | '>') | None => {
                self.spaced = true;
                self.at += 1 + second.map_or(0, char::len_utf8);
                return Ok(());
            }
            Some('_' | '&' | '#') => return Err(self.stop("a mathematical character")),
            Some('\'' | '`' | '^' | '"' | '=') => {
                // An accent of text: \'e.
                self.at += 2;
                return Ok(());
            }
            Some(_) => return Err(self.stop("a LaTeX command")),
        };
        self.mark(mark, 2);
        Ok(())
    }

    /// Content of the group that opens at or after `at`: first byte, and the byte of its closing brace.
    fn group(&self, at: usize, end: usize) -> Option<(usize, usize)> {
        let bytes = self.text.as_bytes();
        let mut open = at;
        while open < end && bytes[open] == b' ' {
            open += 1;
        }
        if open >= end || bytes[open] != b'{' {
            return None;
        }
        let close = super::extract::closing_brace(bytes, open, end).unwrap_or(end);
        Some((open + 1, close))
    }

    fn text_group(&mut self, after: usize, end: usize) -> Result<(), Stopped> {
        let Some((from, to)) = self.group(after, end) else {
            self.at = after;
            return Ok(());
        };
        self.text_depth += 1;
        if self.text_depth > 8 {
            return Err(self.stop("text that is nested less"));
        }
        let content = &self.text[from..to];
        let symbol = content.trim_matches(|c: char| !c.is_alphanumeric());
        self.at = from;
        self.spaced = true;
        let outer = std::mem::replace(&mut self.text_mode, true);
        // A lone letter, as in `\text{(C)}` or `\text{e}`, is that letter; after a number it may be a unit.
        let lone = symbol.len() == 1 && !self.after_number();
        self.text_mode = !lone;
        let read = self.run(to);
        self.text_mode = outer;
        self.text_depth -= 1;
        read?;
        self.at = (to + 1).min(end);
        self.spaced = true;
        Ok(())
    }

    fn font_group(&mut self, name: &str, after: usize, end: usize) -> Result<(), Stopped> {
        let upright = matches!(name, "mathrm" | "operatorname" | "mathsf" | "mathtt" | "mathop");
        let near = super::extract::char_floor(self.text, end.min(after + 256));
        let Some((from, to)) = self.group(after, near) else {
            self.at = after;
            return Ok(());
        };
        let content = self.text[from..to].trim_matches([' ', '~', '\\', ',', ';', '!']);
        let plain = !content.is_empty() && content.bytes().all(|b| b.is_ascii_alphabetic());
        let wordy = plain && (content.len() > 1 || self.after_number());
        if !upright || !wordy {
            self.at = after;
            return Ok(());
        }
        let stop = (to + 1).min(end);
        let subscript = matches!(self.out.last().map(|t| &t.tok), Some(Tok::Mark(Mark::Under)));
        match command::function(content) {
            Some(f) => self.push(Tok::Func(f), stop),
            None if subscript => self.push(Tok::Sym(content.to_owned()), stop),
            None => match words::classify(content, true, true) {
                Run::Mark(m) => self.mark(m, stop - self.at),
                _ => self.push(Tok::Word(content.to_owned()), stop),
            },
        }
        Ok(())
    }

    fn blackboard(&mut self, after: usize, end: usize) {
        let (letter, stop) = match self.group(after, end) {
            Some((from, to)) => (self.text[from..to].trim().chars().next(), (to + 1).min(end)),
            None => {
                let c = self.text[after..end].trim_start().chars().next();
                let space = self.text[after..end].len() - self.text[after..end].trim_start().len();
                (c, after + space + c.map_or(0, char::len_utf8))
            }
        };
        match letter {
            Some(c) if c.is_alphabetic() => self.push(Tok::NamedSet(c), stop),
            _ => self.at = after,
        }
    }

    fn environment(&mut self, command: Command, after: usize, end: usize) -> Result<(), Stopped> {
        let Some((from, to)) = self.group(after, end) else {
            return Err(self.stop("the name of an environment"));
        };
        let name = self.text[from..to].trim().trim_end_matches('*').to_owned();
        let mut stop = (to + 1).min(end);
        if command == Command::Begin && name == "array" {
            stop = self.group(stop, end).map_or(stop, |g| (g.1 + 1).min(end));
        }
        // Commas inside matrices separate nothing that groups digits.
        if command == Command::Begin {
            self.depth += 1;
            self.push(Tok::Begin(name), stop);
        } else {
            self.depth = self.depth.saturating_sub(1);
            self.push(Tok::End(name), stop);
        }
        Ok(())
    }
}

/// `\quadx`, `\cdotx`: the longest known command that a run of letters opens with, else the whole run.
fn known_prefix(name: &str) -> (&str, usize) {
    if command::is_known(name) {
        return (name, name.len());
    }
    for prefix in ["qquad", "quad", "cdot", "times", "infty", "displaystyle", "left", "right"] {
        if name.starts_with(prefix) {
            return (prefix, prefix.len());
        }
    }
    (name, name.len())
}

/// `[2pt]` after a row end.
fn row_skip(tail: &str) -> usize {
    let Some(inner) = tail.strip_prefix('[') else {
        return 0;
    };
    let Some(close) = inner.find(']') else {
        return 0;
    };
    let length = &inner[..close];
    let unit = ["pt", "em", "ex", "mm", "cm", "in"].iter().any(|u| length.ends_with(u));
    let digits = length.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b'-');
    if unit && number { close + 2 } else { 0 }
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

/// `52_8`, `1A_{16}`, `4210_{\text{five}}`: digits, base, bytes.
fn base_literal(rest: &str) -> Option<(String, u32, usize)> {
    let bytes = rest.as_bytes();
    let digit = |b: &u8| b.is_ascii_digit() || b.is_ascii_uppercase();
    let len = bytes.iter().take_while(|b| digit(b)).count();
    if len == 0 || len > 256 || bytes.get(len) != Some(&b'_') {
        return None;
    }
    let (name, stop) = subscript(rest, len + 1)?;
    let base: u32 = match name.parse() {
        Ok(n) => n,
        Err(_) => u32::try_from(words::cardinal(&name)?.0).ok()?,
    };
    let digits = &rest[..len];
    let has_digit = digits.bytes().any(|b| b.is_ascii_digit());
    // Letters alone are names (`A_{12}`), but for hexadecimal.
    let fits = (2..=36).contains(&base) && (has_digit || base == 16 && len > 1);
    (fits && digits.chars().all(|c| c.is_digit(base))).then(|| (digits.to_owned(), base, stop))
}

/// The plain content of a subscript at `at`, and where it ends.
fn subscript(rest: &str, at: usize) -> Option<(String, usize)> {
    let tail = &rest[at..];
    let digits = tail.bytes().take_while(u8::is_ascii_digit).count();
    if digits > 0 {
        return Some((tail[..digits].to_owned(), at + digits));
    }
    let open = tail.find('{').filter(|i| tail[..*i].bytes().all(|b| b == b' ' || b == b'\\' || b.is_ascii_alphabetic()))?;
    let close = super::extract::closing_brace(tail.as_bytes(), open, tail.len().min(64))?;
    let mut content = tail[open + 1..close].trim();
    for wrapper in ["\\text{", "\\mathrm{", "\\textbf{", "\\rm ", "("] {
        content = content.strip_prefix(wrapper).unwrap_or(content);
    }
    let content = content.trim_matches(['}', ')', ' ', '{']);
    Some((content.to_owned(), at + close + 1))
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
