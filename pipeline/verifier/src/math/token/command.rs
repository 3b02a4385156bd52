//! LaTeX commands in the text.

use super::{Lexer, Stopped, Tok};
use crate::math::{
    command::{self, Command, Mark},
    words::{self, Run},
};

impl Lexer<'_> {
    pub(super) fn command(&mut self, end: usize) -> Result<(), Stopped> {
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
        let close = crate::math::boxed::closing_brace(bytes, open, end).unwrap_or(end);
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
        let near = crate::math::extract::char_floor(self.text, end.min(after + 256));
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
