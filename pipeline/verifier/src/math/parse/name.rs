//! Names: subscripts, primes, unknown functions, accents.

use super::{Close, Mark, Node, Parsed, Parser, Stopped, Tok};
use crate::math::{
    number::Number,
    tree::{Const, Func},
};

/// Letters that stand for functions when a bracket follows: `f(x)`.
const FUNCTIONS: &[&str] = &["f", "g", "F", "G", "f'", "g'", "f''", "g''", "\\phi", "\\psi", "\\Phi"];

impl Parser<'_> {
    /// A symbol with its subscript, primes and arguments.
    pub(super) fn symbol(&mut self, name: String) -> Parsed {
        self.at += 1;
        let mut node = self.subscripted(&name)?;
        while self.is(Mark::Prime) {
            self.at += 1;
            node = match node {
                Node::Indexed(n, i) => Node::Indexed(n + "'", i),
                Node::Sym(n) => Node::Sym(n + "'"),
                other => other,
            };
        }
        if let Node::Sym(full) = &node
            && let Some(applied) = self.applied(&full.clone())?
        {
            return Ok(applied);
        }
        if let Node::Indexed(full, index) = &node
            && matches!(full.as_str(), "f" | "g" | "F" | "G")
            && self.is(Mark::OpenParen)
        {
            let name = format!("{full}_{index:?}");
            return Ok(self.applied_as(&name)?.unwrap_or(node));
        }
        Ok(constant(node))
    }

    pub(super) fn subscripted(&mut self, name: &str) -> Parsed {
        if !self.is(Mark::Under) {
            return Ok(Node::Sym(name.to_owned()));
        }
        self.at += 1;
        let start = self.at;
        let index = self.subscript()?;
        Ok(match &index {
            Node::Num(Number { value, ulp: None, .. }) => Node::Sym(format!("{name}_{value}")),
            Node::Sym(s) => Node::Sym(format!("{name}_{s}")),
            Node::Text(s) => Node::Sym(format!("{name}_{}", s.to_lowercase())),
            Node::Mul(_) | Node::List(_) | Node::Tuple(_) | Node::Const(_) => Node::Sym(format!("{name}_{}", self.plain(start))),
            _ => Node::Indexed(name.to_owned(), Box::new(index)),
        })
    }

    /// The tokens since `start` without braces, as text: a subscript that is no expression.
    fn plain(&self, start: usize) -> String {
        let tokens = &self.tokens[start..self.at];
        let skip = |t: &&super::Token| !matches!(t.tok, Tok::Mark(Mark::OpenBrace | Mark::CloseBrace));
        tokens.iter().filter(skip).map(|t| &self.text[t.start..t.end]).collect()
    }

    fn subscript(&mut self) -> Parsed {
        if self.accept(Mark::OpenBrace) {
            let start = self.at;
            let node = self.subscript_content()?;
            if !self.accept(Mark::CloseBrace) && self.at < self.tokens.len() {
                return self.skip_subscript(start);
            }
            return Ok(node);
        }
        match self.peek() {
            Some(Tok::Func(_) | Tok::Word(_)) => {
                let text = self.plain_token();
                Ok(Node::Text(text))
            }
            _ => self.nested(|p| p.atom()),
        }
    }

    fn subscript_content(&mut self) -> Parsed {
        if matches!(self.peek(), Some(Tok::Func(_) | Tok::Word(_))) {
            let mut text = String::new();
            while matches!(self.peek(), Some(Tok::Func(_) | Tok::Word(_))) {
                text += &self.plain_token();
            }
            return Ok(Node::Text(text));
        }
        let start = self.at;
        match self.list(Close::Mark(Mark::CloseBrace)) {
            Ok(node) => Ok(node),
            Err(_) => {
                self.at = start;
                Ok(Node::Text(String::new()))
            }
        }
    }

    /// A subscript that is no mathematics (`\mathrm{e,max}`): its text as a name.
    fn skip_subscript(&mut self, start: usize) -> Parsed {
        self.at = start;
        let mut depth = 0usize;
        while let Some(tok) = self.peek() {
            match tok {
                Tok::Mark(Mark::OpenBrace) => depth += 1,
                Tok::Mark(Mark::CloseBrace) if depth == 0 => break,
                Tok::Mark(Mark::CloseBrace) => depth -= 1,
                _ => {}
            }
            self.at += 1;
        }
        let text = self.plain(start);
        self.close(Mark::CloseBrace, "a closing brace")?;
        Ok(Node::Text(text))
    }

    fn plain_token(&mut self) -> String {
        let token = &self.tokens[self.at];
        let raw = &self.text[token.start..token.end];
        self.at += 1;
        raw.replace("\\mathrm", "").replace("\\text", "").replace(['{', '}', '\\', ' '], "")
    }

    /// `f(x, y)` for names that are functions, or any name before a bracket with several parts.
    fn applied(&mut self, name: &str) -> Result<Option<Node>, Stopped> {
        if !self.is(Mark::OpenParen) {
            return Ok(None);
        }
        let known = FUNCTIONS.contains(&name);
        // `I(0)` is a value of I, not zero times I.
        let at_number = matches!((self.peek_at(1), self.peek_at(2)), (Some(Tok::Num(_)), Some(Tok::Mark(Mark::CloseParen))));
        if !known && !at_number && !self.bracket_holds_comma() {
            return Ok(None);
        }
        self.applied_as(name)
    }

    fn applied_as(&mut self, name: &str) -> Result<Option<Node>, Stopped> {
        self.at += 1;
        let inner = self.list(Close::Mark(Mark::CloseParen))?;
        self.close(Mark::CloseParen, "a closing parenthesis")?;
        let args = match inner {
            Node::List(items) => items,
            one => vec![one],
        };
        // Combinations: C(5, 2).
        if name == "C" && args.len() == 2 {
            return Ok(Some(Node::Func(Func::Binom, args)));
        }
        Ok(Some(Node::Apply(name.to_owned(), args)))
    }

    fn bracket_holds_comma(&self) -> bool {
        let mut depth = 0i32;
        for token in &self.tokens[self.at..] {
            match token.tok {
                Tok::Mark(Mark::OpenParen | Mark::OpenBracket | Mark::OpenSet) => depth += 1,
                Tok::Mark(Mark::CloseParen | Mark::CloseBracket | Mark::CloseSet) => depth -= 1,
                Tok::Mark(Mark::Comma) if depth == 1 => return true,
                _ => {}
            }
            if depth <= 0 {
                break;
            }
        }
        false
    }

    /// `\overline{AB}` is the name AB with a mark; a mark over an expression is kept as an unknown function.
    pub(super) fn accented(&mut self, accent: &'static str) -> Parsed {
        self.at += 1;
        let inner = self.argument()?;
        let name = match &inner {
            Node::Sym(s) => Some(s.clone()),
            Node::Mul(parts) => parts
                .iter()
                .map(|p| match p {
                    Node::Sym(s) => Some(s.as_str()),
                    _ => None,
                })
                .collect::<Option<String>>(),
            _ => None,
        };
        Ok(match (name, accent) {
            (Some(name), "") => self.subscripted(&name)?,
            (Some(name), _) => self.subscripted(&format!("{accent} {name}"))?,
            (None, "") => inner,
            (None, _) => Node::Apply(accent.to_owned(), vec![inner]),
        })
    }
}

/// `e`, `i`, `\pi` without subscript are constants.
fn constant(node: Node) -> Node {
    match &node {
        Node::Sym(s) => match s.as_str() {
            "e" => Node::Const(Const::E),
            "i" => Node::Const(Const::I),
            "\\pi" => Node::Const(Const::Pi),
            _ => node,
        },
        _ => node,
    }
}
