//! Operands of sympy's LaTeX grammar: groups, names, numbers, commands, functions.

use super::Parser;
use crate::math::{
    command::{self, Big},
    number::Number,
    paper::lexer::{Tok, shown},
    tree::{Const, Func, Node},
};
use num_bigint::BigInt;
use num_rational::BigRational;

impl Parser<'_> {
    /// `{expr}` or one atom.
    pub(super) fn script(&mut self) -> Option<Node> {
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

    pub(super) fn component(&mut self) -> Option<Node> {
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
