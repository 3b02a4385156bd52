//! sympy 1.12's `parse_latex` as far as its grammar goes: a *prefix* of the text is read and the rest ignored, letters
//! multiply, a letter before a parenthesis is a function, `\pi`, `e` and `i` are plain symbols, white space means nothing.
//!
//! Where the continuation of a sum or product cannot be read, its prediction gives the shorter reading; inside of a group
//! that is an error, at the outer level the prefix.

use super::lexer::{Tok, lex, shown};
use crate::math::{
    command::{self, Big},
    number::Number,
    tree::{Const, Func, Node, Rel},
};
use num_bigint::BigInt;
use num_rational::BigRational;

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

    /// `{expr}` or one atom.
    fn script(&mut self) -> Option<Node> {
        if self.is('{') { self.group('{', '}') } else { self.atom() }
    }

    fn group(&mut self, open: char, close: char) -> Option<Node> {
        self.attempt(|p| {
            p.expect(open)?;
            let inner = p.sum()?;
            p.expect(close)?;
            Some(inner)
        })
    }

    fn component(&mut self) -> Option<Node> {
        match self.peek()? {
            Tok::Char('(') => self.group('(', ')'),
            Tok::Char('[') => self.group('[', ']'),
            Tok::Char('{') => self.group('{', '}'),
            Tok::Char('|') => self.group('|', '|').map(|n| Node::Func(Func::Abs, vec![n])),
            Tok::Symbol(s) => {
                let name = s.clone();
                self.attempt(|p| p.command(&name)).or_else(|| self.attempt(Self::atom))
            }
            Tok::Letter(_) => self.attempt(Self::applied).or_else(|| self.atom()),
            _ => self.atom(),
        }
    }

    /// `f(x, y)`: a letter before a parenthesis is a function.
    fn applied(&mut self) -> Option<Node> {
        let name = self.name()?;
        self.expect('(')?;
        let mut args = vec![self.sum()?];
        while self.accept(',') {
            args.push(self.sum()?);
        }
        self.expect(')')?;
        Some(Node::Apply(name, args))
    }

    /// A letter or symbol with subscript and quotes.
    fn name(&mut self) -> Option<String> {
        let mut name = match self.peek()? {
            Tok::Letter(c) => c.to_string(),
            Tok::Symbol(s) if !is_command(s) => s.clone(),
            _ => return None,
        };
        self.at += 1;
        let quotes = |p: &mut Self, name: &mut String| {
            while p.accept('\'') {
                name.push('\'');
            }
        };
        quotes(self, &mut name);
        if self.is('_') {
            let start = self.at;
            let subscript = self.attempt(|p| {
                p.at += 1;
                p.script()
            });
            if subscript.is_some() {
                let braces = |t: &&Tok| !matches!(t, Tok::Char('{' | '}' | '_'));
                let text: String = self.tokens[start..self.at].iter().filter(braces).map(shown).collect();
                name = format!("{name}_{{{text}}}");
            }
        }
        quotes(self, &mut name);
        Some(name)
    }

    fn atom(&mut self) -> Option<Node> {
        if let Some(number) = self.attempt(Self::number) {
            return Some(number);
        }
        if self.symbol() == Some("infty") {
            self.at += 1;
            return Some(Node::Const(Const::Infinity));
        }
        match self.symbol() {
            Some("frac") => return self.attempt(Self::fraction),
            Some("binom" | "dbinom" | "tbinom") => return self.attempt(Self::binomial),
            _ => {}
        }
        self.attempt(Self::name).map(Node::Sym)
    }

    /// Digits, `,ddd` groups, decimals; white space between digits is nothing.
    fn number(&mut self) -> Option<Node> {
        let mut whole = self.digits(usize::MAX);
        while !whole.is_empty() && self.is(',') && self.digit_at(1) && self.digit_at(2) && self.digit_at(3) {
            self.at += 1;
            whole += &self.digits(3);
        }
        let mut decimals = 0;
        if self.is('.') && self.digit_at(1) {
            self.at += 1;
            let part = self.digits(usize::MAX);
            decimals = part.len();
            whole += &part;
        }
        let value: BigInt = whole.parse().ok()?;
        let scale = num_traits::Pow::pow(BigInt::from(10), decimals);
        Some(Node::Num(Number::exact(BigRational::new(value, scale))))
    }

    fn digit_at(&self, offset: usize) -> bool {
        matches!(self.tokens.get(self.at + offset), Some(Tok::Digit(_)))
    }

    fn digits(&mut self, limit: usize) -> String {
        let mut out = String::new();
        while let Some(Tok::Digit(d)) = self.peek() {
            if out.len() >= limit {
                break;
            }
            out.push(*d);
            self.at += 1;
        }
        out
    }

    fn one_digit(&mut self) -> Option<Node> {
        let Some(Tok::Digit(d)) = self.peek() else {
            return None;
        };
        let value = i64::from(d.to_digit(10)?);
        self.at += 1;
        Some(Node::int(value))
    }

    fn fraction(&mut self) -> Option<Node> {
        self.at += 1;
        let part = |p: &mut Self| if p.is('{') { p.group('{', '}') } else { p.one_digit() };
        let above = part(self)?;
        let below = part(self)?;
        Some(Node::Div(Box::new(above), Box::new(below)))
    }

    fn binomial(&mut self) -> Option<Node> {
        self.at += 1;
        let (n, k) = (self.group('{', '}')?, self.group('{', '}')?);
        Some(Node::Func(Func::Binom, vec![n, k]))
    }

    fn command(&mut self, name: &str) -> Option<Node> {
        match name {
            "sqrt" => self.root(),
            "overline" => {
                self.at += 1;
                let inner = self.group('{', '}')?;
                Some(Node::Apply("conjugate".to_owned(), vec![inner]))
            }
            "lfloor" => self.enclosed("rfloor", Func::Floor),
            "lceil" => self.enclosed("rceil", Func::Ceil),
            "{" => {
                self.at += 1;
                let inner = self.sum()?;
                (self.symbol() == Some("}")).then(|| self.at += 1)?;
                Some(inner)
            }
            "sum" => self.big(Big::Sum),
            "prod" => self.big(Big::Product),
            "lim" | "int" => None,
            _ => match command::function(name) {
                Some(func) => self.function(func),
                None => self.applied(),
            },
        }
    }

    fn root(&mut self) -> Option<Node> {
        self.at += 1;
        let degree = if self.is('[') { self.group('[', ']')? } else { Node::int(2) };
        let base = self.group('{', '}')?;
        // Written as a power: sympy takes the principal branch.
        let inverse = Node::Div(Box::new(Node::int(1)), Box::new(degree));
        Some(Node::Pow(Box::new(base), Box::new(inverse)))
    }

    fn enclosed(&mut self, close: &str, func: Func) -> Option<Node> {
        self.at += 1;
        let inner = self.sum()?;
        (self.symbol() == Some(close)).then(|| self.at += 1)?;
        Some(Node::Func(func, vec![inner]))
    }

    fn function(&mut self, func: Func) -> Option<Node> {
        self.at += 1;
        let (mut base, mut power) = (None, None);
        for _ in 0..2 {
            if self.is('_') && base.is_none() {
                self.at += 1;
                // `\log_28`: the base is one digit when an argument has to remain.
                base = Some(if self.is('{') { self.group('{', '}')? } else { self.one_digit().or_else(|| self.atom())? });
            } else if self.is('^') && power.is_none() {
                self.at += 1;
                power = Some(self.script()?);
            }
        }
        let arg = if self.is('(') { self.group('(', ')')? } else { self.product(true)? };
        let mut args = vec![arg];
        // `\log` without a base is the common logarithm in this version.
        match (func, base) {
            (Func::Log, Some(b)) => args.push(b),
            (Func::Log, None) => args.push(Node::int(10)),
            (_, Some(_)) => return None,
            _ => {}
        }
        let minus_one = Node::Neg(Box::new(Node::int(1)));
        Some(match power {
            Some(p) if p == minus_one && func == Func::Sin => Node::Func(Func::Asin, args),
            Some(p) if p == minus_one && func == Func::Cos => Node::Func(Func::Acos, args),
            Some(p) if p == minus_one && func == Func::Tan => Node::Func(Func::Atan, args),
            Some(p) => Node::Pow(Box::new(Node::Func(func, args)), Box::new(p)),
            None => Node::Func(func, args),
        })
    }

    fn big(&mut self, big: Big) -> Option<Node> {
        self.at += 1;
        self.expect('_')?;
        self.expect('{')?;
        let variable = self.atom()?;
        self.expect('=')?;
        let from = self.sum()?;
        self.expect('}')?;
        self.expect('^')?;
        let to = self.script()?;
        let body = self.product(false)?;
        Some(Node::Big(big, vec![variable, from, to, body]))
    }
}

/// Commands of the grammar, which are no symbols.
fn is_command(name: &str) -> bool {
    let structural = [
        "sqrt", "frac", "binom", "dbinom", "tbinom", "overline", "lfloor", "rfloor", "lceil", "rceil", "sum", "prod", "int", "lim",
        "times", "cdot", "div", "le", "leq", "ge", "geq", "lt", "gt", "ne", "neq", "leqslant", "geqslant", "to", "mathit", "begin", "end",
        "{", "}",
    ];
    structural.contains(&name) || command::function(name).is_some() && !matches!(name, "gcd" | "lcm" | "max" | "min" | "Re" | "Im" | "arg")
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
