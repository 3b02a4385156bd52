//! Named functions, sums, products, integrals, limits.

use super::{Close, Mark, Node, Parsed, Parser, Tok};
use crate::math::{
    command::Big,
    set::replace,
    tree::{Const, Func, Rel},
};

impl Parser<'_> {
    /// `\sin^2 x`, `\log_2 8`, `\ln\frac ab`, `\gcd(a,b)`.
    pub(super) fn function(&mut self, func: Func) -> Parsed {
        self.at += 1;
        let (mut base, mut power) = (None, None);
        loop {
            if self.is(Mark::Under) && base.is_none() {
                self.at += 1;
                base = Some(self.argument()?);
            } else if self.is(Mark::Caret) && power.is_none() {
                self.at += 1;
                power = Some(self.script_argument()?);
            } else {
                break;
            }
        }
        let args = self.arguments(func)?;
        self.assemble_function(func, base, power, args)
    }

    fn assemble_function(&mut self, func: Func, base: Option<Node>, power: Option<Node>, mut args: Vec<Node>) -> Parsed {
        if let Some(base) = base {
            if func != Func::Log || args.len() != 1 {
                // `\max_{x}`, `\gcd_..`: nothing that is compared here.
                return Err(self.stop("a function without subscript"));
            }
            args.push(base);
        }
        match power {
            None => Ok(Node::Func(func, args)),
            Some(Node::Num(n)) if n.value == super::super::number::Number::int(-1).value => match inverse(func) {
                Some(inverse) => Ok(Node::Func(inverse, args)),
                None => Err(self.stop("a function that has a named inverse")),
            },
            Some(p) => Ok(Node::Pow(Box::new(Node::Func(func, args)), Box::new(p))),
        }
    }

    fn arguments(&mut self, func: Func) -> Result<Vec<Node>, super::Stopped> {
        let closer = match self.mark() {
            Some(Mark::OpenParen) => Some(Mark::CloseParen),
            Some(Mark::OpenBracket) => Some(Mark::CloseBracket),
            Some(Mark::OpenBrace) => Some(Mark::CloseBrace),
            Some(Mark::OpenSet) if matches!(func, Func::Max | Func::Min | Func::Gcd | Func::Lcm) => Some(Mark::CloseSet),
            _ => None,
        };
        let Some(closer) = closer else {
            return self.nested(|p| p.product(true)).map(|n| vec![n]);
        };
        self.at += 1;
        let inner = self.list(Close::Mark(closer))?;
        self.close(closer, "a closing bracket")?;
        if self.binds_tighter(closer) {
            // `\sin{2}x`: TeX's braces only group; the argument goes on.
            let first = self.postfix(inner)?;
            return Ok(vec![first]);
        }
        Ok(match inner {
            Node::List(items) => items,
            one => vec![one],
        })
    }

    fn binds_tighter(&self, closer: Mark) -> bool {
        closer == Mark::CloseBrace && matches!(self.mark(), Some(Mark::Caret | Mark::Bang | Mark::Degree))
    }

    fn script_argument(&mut self) -> Parsed {
        let negative = self.accept(Mark::Minus);
        let node = self.argument()?;
        Ok(match node {
            Node::Num(n) if negative => Node::Num(super::super::number::Number { value: -n.value, ..n }),
            node if negative => Node::Neg(Box::new(node)),
            node => node,
        })
    }

    /// `\sum_{k=0}^{n} body` -> [variable, from, to, body]; missing bounds are empty text.
    pub(super) fn big(&mut self, big: Big) -> Parsed {
        self.at += 1;
        let nothing = || Node::Text(String::new());
        let (mut lower, mut upper) = (nothing(), nothing());
        loop {
            if self.accept(Mark::Under) {
                lower = self.bound()?;
            } else if self.accept(Mark::Caret) {
                upper = self.bound()?;
            } else {
                break;
            }
        }
        let body = self.nested(|p| p.product(false))?;
        let (variable, from) = match lower {
            Node::Chain(v, mut rest) if rest.len() == 1 && matches!(rest[0].0, Rel::Eq | Rel::To) => (*v, rest.remove(0).1),
            other => (nothing(), other),
        };
        // The index i is no imaginary unit.
        if matches!(variable, Node::Const(Const::I | Const::E)) {
            let name = Node::Sym(if variable == Node::Const(Const::I) { "i" } else { "e" }.to_owned());
            let body = replace(&body, &variable, &name);
            return Ok(Node::Big(big, vec![name, from, upper, body]));
        }
        Ok(Node::Big(big, vec![variable, from, upper, body]))
    }

    fn bound(&mut self) -> Parsed {
        if self.accept(Mark::OpenBrace) {
            let node = self.list(Close::Mark(Mark::CloseBrace))?;
            self.close(Mark::CloseBrace, "a closing brace")?;
            return Ok(node);
        }
        self.factor_without_power()
    }

    fn factor_without_power(&mut self) -> Parsed {
        let negative = self.accept(Mark::Minus);
        let node = self.nested(|p| p.atom())?;
        Ok(if negative { Node::Neg(Box::new(node)) } else { node })
    }

    /// One argument of a command: a group, one digit, or one token.
    pub(super) fn argument(&mut self) -> Parsed {
        if self.accept(Mark::OpenBrace) {
            let node = self.list(Close::Mark(Mark::CloseBrace))?;
            self.close(Mark::CloseBrace, "a closing brace")?;
            return Ok(node);
        }
        if let Some(digit) = self.first_digit() {
            return Ok(digit);
        }
        if self.peek().is_none() {
            return Err(self.stop("an argument"));
        }
        self.nested(|p| p.atom())
    }

    /// TeX takes one digit: `\frac12` is one half. The rest of the number stays.
    fn first_digit(&mut self) -> Option<Node> {
        let token = self.tokens.get(self.at)?;
        let Tok::Num(_) = token.tok else {
            return None;
        };
        let (start, end) = (token.start, token.end);
        let raw = self.text.get(start..end)?;
        if raw.len() < 2 || !raw.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let digit = i64::from(raw.as_bytes()[0] - b'0');
        let (rest, _) = crate::math::number::scan(&raw[1..], crate::math::number::Grouping::List, false)?;
        let token = self.tokens.get_mut(self.at)?;
        token.tok = Tok::Num(rest);
        token.start = start + 1;
        token.spaced = false;
        Some(Node::int(digit))
    }
}

fn inverse(func: Func) -> Option<Func> {
    Some(match func {
        Func::Sin => Func::Asin,
        Func::Cos => Func::Acos,
        Func::Tan => Func::Atan,
        Func::Cot => Func::Acot,
        Func::Sec => Func::Asec,
        Func::Csc => Func::Acsc,
        Func::Sinh => Func::Asinh,
        Func::Cosh => Func::Acosh,
        Func::Tanh => Func::Atanh,
        _ => return None,
    })
}
