//! sympy 1.12's `parse_latex` as far as its grammar goes: a *prefix* of the text is read and the rest ignored, letters
//! multiply, a letter before a parenthesis is a function, `\pi`, `e` and `i` are plain symbols, white space means nothing.
//!
//! Where the continuation of a sum or product cannot be read, its prediction gives the shorter reading; inside of a group
//! that is an error, at the outer level the prefix.

mod operand;

use super::lexer::{Tok, lex};
use crate::math::{
    command,
    tree::{Func, Node, Rel},
};

/// Longest text that is read.
const MAX_LENGTH: usize = 4096;
const MAX_DEPTH: usize = 48;
/// Most readings tried: each `|` or letter before `(` doubles them, and a text of nothing else is no answer.
const MAX_ATTEMPTS: usize = 3_000;

/// What a text is to sympy.
#[derive(Clone, Debug, PartialEq)]
pub enum Parsed {
    /// An expression.
    Expr(Node),
    /// One relation.
    Relation(Rel, Node, Node),
    /// An equation of an equation: sympy's `False`.
    False,
}

/// Reads a prefix of the text; None where sympy raises.
pub fn parse(text: &str) -> Option<Parsed> {
    if text.len() > MAX_LENGTH {
        return None;
    }
    let tokens = lex(text);
    let mut parser = Parser { tokens: &tokens, at: 0, depth: 0, attempts: 0 };
    let first = parser.sum()?;
    let mut relations = Vec::new();
    loop {
        let start = parser.at;
        let Some(rel) = parser.relation() else {
            break;
        };
        match parser.sum() {
            Some(right) => relations.push((rel, right)),
            None => {
                parser.at = start;
                break;
            }
        }
    }
    // A character that is no token stops the lexer as soon as it is looked at.
    let next = |offset: usize| parser.tokens.get(parser.at + offset);
    // After a comma it looks one token further: a group of digits could follow.
    if next(0) == Some(&Tok::Bad) || next(0) == Some(&Tok::Char(',')) && next(1) == Some(&Tok::Bad) {
        return None;
    }
    if parser.attempts > MAX_ATTEMPTS {
        return None;
    }
    match relations.len() {
        0 => Some(Parsed::Expr(first)),
        1 => relations.pop().map(|(rel, right)| Parsed::Relation(rel, first, right)),
        _ if relations.iter().all(|(r, _)| *r == Rel::Eq) => Some(Parsed::False),
        // A chain of inequalities raises.
        _ => None,
    }
}

struct Parser<'a> {
    tokens: &'a [Tok],
    at: usize,
    depth: usize,
    attempts: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<&Tok> {
        self.tokens.get(self.at)
    }

    fn is(&self, c: char) -> bool {
        self.peek() == Some(&Tok::Char(c))
    }

    fn accept(&mut self, c: char) -> bool {
        let found = self.is(c);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, c: char) -> Option<()> {
        self.accept(c).then_some(())
    }

    fn symbol(&self) -> Option<&str> {
        match self.peek() {
            Some(Tok::Symbol(s)) => Some(s),
            _ => None,
        }
    }

    /// Runs `f`; on failure nothing is consumed.
    fn attempt<T>(&mut self, f: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let start = self.at;
        self.attempts += 1;
        if self.depth >= MAX_DEPTH || self.attempts > MAX_ATTEMPTS {
            return None;
        }
        self.depth += 1;
        let result = f(self);
        self.depth -= 1;
        if result.is_none() {
            self.at = start;
        }
        result
    }

    fn relation(&mut self) -> Option<Rel> {
        let rel = match self.peek()? {
            Tok::Char('=') => Rel::Eq,
            Tok::Char('<') => Rel::Lt,
            Tok::Char('>') => Rel::Gt,
            Tok::Symbol(s) => match s.as_str() {
                "lt" => Rel::Lt,
                "gt" => Rel::Gt,
                "le" | "leq" | "leqslant" | "leqq" => Rel::Le,
                "ge" | "geq" | "geqslant" | "geqq" => Rel::Ge,
                "ne" | "neq" => Rel::Ne,
                _ => return None,
            },
            _ => return None,
        };
        self.at += 1;
        Some(rel)
    }

    fn sum(&mut self) -> Option<Node> {
        let mut terms = vec![self.product(false)?];
        loop {
            let negative = self.is('-');
            if !negative && !self.is('+') {
                break;
            }
            let term = self.attempt(|p| {
                p.at += 1;
                p.product(false)
            });
            match term {
                Some(t) => terms.push(if negative { Node::Neg(Box::new(t)) } else { t }),
                None => break,
            }
        }
        Some(if terms.len() == 1 { terms.swap_remove(0) } else { Node::Add(terms) })
    }

    /// `argument`: the argument of a function without parentheses stops before the next function.
    fn product(&mut self, argument: bool) -> Option<Node> {
        let mut left = self.unary(argument)?;
        loop {
            let divide = self.is('/') || self.is(':') || self.symbol() == Some("div");
            let times = self.is('*') || matches!(self.symbol(), Some("times" | "cdot"));
            if !divide && !times {
                return Some(left);
            }
            let right = self.attempt(|p| {
                p.at += 1;
                p.unary(argument)
            });
            let Some(right) = right else {
                return Some(left);
            };
            left = if divide { Node::Div(Box::new(left), Box::new(right)) } else { Node::Mul(vec![left, right]) };
        }
    }

    fn unary(&mut self, argument: bool) -> Option<Node> {
        if self.accept('-') {
            return self.attempt(|p| p.unary(argument)).map(|n| Node::Neg(Box::new(n)));
        }
        if self.accept('+') {
            return self.attempt(|p| p.unary(argument));
        }
        let mut factors = vec![self.postfix()?];
        loop {
            let function = self.symbol().and_then(command::function).is_some();
            if argument && function {
                break;
            }
            match self.attempt(Self::postfix) {
                Some(f) => factors.push(f),
                None => break,
            }
        }
        Some(if factors.len() == 1 { factors.swap_remove(0) } else { Node::Mul(factors) })
    }

    fn postfix(&mut self) -> Option<Node> {
        let mut node = self.component()?;
        // What is raised and raised again nests: as deep as brackets may, else nothing is read.
        for _ in 0..MAX_DEPTH {
            if self.accept('!') {
                node = Node::Func(Func::Factorial, vec![node]);
                continue;
            }
            if !self.is('^') {
                return Some(node);
            }
            let power = self.attempt(|p| {
                p.at += 1;
                p.script()
            });
            match power {
                Some(e) => node = Node::Pow(Box::new(node), Box::new(e)),
                None => return Some(node),
            }
        }
        self.attempts = MAX_ATTEMPTS + 1;
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expr(text: &str) -> Option<Node> {
        match parse(text)? {
            Parsed::Expr(n) => Some(n),
            _ => None,
        }
    }

    #[test]
    fn a_prefix_is_enough() {
        assert_eq!(expr("1,-2"), expr("1"));
        assert_eq!(expr("4\\sqrt(2)"), expr("4"));
        assert_eq!(expr("2+\\sqrt{3},2-\\sqrt{3}"), expr("2+\\sqrt{3}"));
        assert_eq!(expr("(1,2)"), None);
        assert_eq!(expr("6√2"), None);
        assert_eq!(parse("z=1+1=2"), Some(Parsed::False));
        assert_eq!(parse("0<x<1"), None);
    }

    #[test]
    fn letters_and_functions() {
        assert!(matches!(expr("x(x+1)"), Some(Node::Apply(..))));
        assert!(matches!(expr("\\pi"), Some(Node::Sym(_))));
        assert_eq!(expr("\\x"), expr("x"));
        assert_eq!(expr("1\\,234"), expr("1234"));
    }
}
