//! Sums, products and what follows an operand.

use super::{Mark, Node, Parsed, Parser, Stopped, Tok};
use crate::math::{
    number::Number,
    tree::{Func, MAX_NODES},
};
use num_rational::BigRational;

impl Parser<'_> {
    /// `a + b - c \pm d`.
    pub(super) fn sum(&mut self) -> Parsed {
        self.nested(|p| {
            let mut terms = Vec::new();
            let mut sign = p.sign();
            loop {
                terms.push(signed(sign, p.term()?));
                if terms.len() > MAX_NODES {
                    return Err(p.stop("an answer with fewer parts"));
                }
                if !p.is_additive() {
                    break;
                }
                sign = p.sign();
            }
            Ok(match terms.len() {
                1 => terms.swap_remove(0),
                _ => Node::Add(terms),
            })
        })
    }

    fn is_additive(&self) -> bool {
        matches!(self.mark(), Some(Mark::Plus | Mark::Minus | Mark::PlusMinus | Mark::MinusPlus))
    }

    /// Any run of signs.
    fn sign(&mut self) -> Sign {
        let mut sign = Sign::default();
        loop {
            match self.mark() {
                Some(Mark::Plus) => {}
                Some(Mark::Minus) => sign.negative = !sign.negative,
                Some(Mark::PlusMinus) => sign.either = Some(false),
                Some(Mark::MinusPlus) => sign.either = Some(true),
                _ => return sign,
            }
            self.at += 1;
        }
    }

    fn term(&mut self) -> Parsed {
        if self.is(Mark::Ellipsis) {
            self.at += 1;
            return Ok(Node::Ellipsis);
        }
        self.product(false)
    }

    /// A product; as the argument of a function it stops before the next function and at signs of multiplication.
    pub(super) fn product(&mut self, argument: bool) -> Parsed {
        let mut left = self.factor()?;
        loop {
            self.nodes += 1;
            if self.nodes > MAX_NODES {
                return Err(self.stop("an answer with fewer parts"));
            }
            match self.mark() {
                Some(Mark::Times) if !argument => {
                    self.at += 1;
                    if self.is(Mark::Ellipsis) {
                        self.at += 1;
                        left = times(left, Node::Ellipsis);
                        continue;
                    }
                    let sign = self.sign();
                    let right = self.factor()?;
                    left = times(left, signed(sign, right));
                }
                Some(Mark::Slash) if !argument => {
                    self.at += 1;
                    if self.starts_unit() {
                        return self.unit_after_slash(left);
                    }
                    let sign = self.sign();
                    let right = signed(sign, self.factor()?);
                    left = Node::Div(Box::new(left), Box::new(right));
                }
                Some(Mark::Mod) if !argument => {
                    self.at += 1;
                    let right = self.factor()?;
                    left = Node::Func(Func::Mod, vec![left, right]);
                }
                Some(Mark::ParenMod) if !argument => {
                    self.at += 1;
                    let modulus = self.factor()?;
                    return Ok(Node::Residue(Box::new(left), Box::new(modulus)));
                }
                _ if self.starts_unit() && !argument => return self.quantity(left),
                _ if !self.starts_factor() || argument && self.starts_unit() => return Ok(left),
                _ if matches!(left, Node::Text(_)) => return Err(self.stop("text alone")),
                _ if argument && matches!(self.peek(), Some(Tok::Func(_))) => return Ok(left),
                _ => left = self.implicit(left)?,
            }
        }
    }

    /// Side by side: a mixed number or a product. Two bare numbers side by side are neither.
    fn implicit(&mut self, left: Node) -> Parsed {
        if let Some(mixed) = self.mixed(&left)? {
            return match self.mark() {
                Some(Mark::Percent | Mark::Degree) => self.postfix(mixed),
                _ => Ok(mixed),
            };
        }
        let bare = matches!(self.peek(), Some(Tok::Num(_) | Tok::Base(..)));
        let after_number = self.at > 0 && matches!(self.tokens[self.at - 1].tok, Tok::Num(_) | Tok::Base(..));
        if bare && after_number {
            return Err(self.stop("an operator between numbers"));
        }
        let right = self.factor()?;
        Ok(times(left, right))
    }

    /// `1\frac45`, `1 4/5` -> 9/5. The fraction must be proper and made of plain integers.
    fn mixed(&mut self, left: &Node) -> Result<Option<Node>, Stopped> {
        let Node::Num(whole) = left else {
            return Ok(None);
        };
        if whole.ulp.is_some() || !whole.value.is_integer() {
            return Ok(None);
        }
        let start = self.at;
        let fraction = match self.peek() {
            Some(Tok::Frac) => self.atom()?,
            Some(Tok::Num(_)) if self.spaced() => match self.plain_fraction() {
                Some(f) => f,
                None => return Ok(None),
            },
            _ => return Ok(None),
        };
        // A power binds the fraction alone: then it is a product after all.
        let bound = matches!(self.mark(), Some(Mark::Caret | Mark::Bang));
        if let (Some(value), false) = (proper(&fraction), bound) {
            let sum = &whole.value + value;
            return Ok(Some(Node::Num(Number::exact(sum))));
        }
        self.at = start;
        Ok(None)
    }

    /// `4/5` as two tokens of integers around a slash.
    fn plain_fraction(&mut self) -> Option<Node> {
        let (Some(Tok::Num(a)), Some(Tok::Mark(Mark::Slash)), Some(Tok::Num(b))) = (self.peek(), self.peek_at(1), self.peek_at(2)) else {
            return None;
        };
        let node = Node::Div(Box::new(Node::Num(a.clone())), Box::new(Node::Num(b.clone())));
        self.at += 3;
        Some(node)
    }

    pub(super) fn factor(&mut self) -> Parsed {
        let sign = self.sign();
        self.nested(|p| {
            let base = p.atom()?;
            let node = p.postfix(base)?;
            Ok(signed(sign, node))
        })
    }

    /// Powers, factorials, primes, percent and degree signs.
    pub(super) fn postfix(&mut self, mut node: Node) -> Parsed {
        loop {
            self.nodes += 1;
            node = match self.mark() {
                Some(Mark::Caret) => self.power(node)?,
                Some(Mark::Bang) => self.factorial(node),
                Some(Mark::Percent) => {
                    self.at += 1;
                    Node::Percent(Box::new(node))
                }
                Some(Mark::Degree) => {
                    self.at += 1;
                    self.degree(node)?
                }
                Some(Mark::Prime) => self.prime(node)?,
                _ => return Ok(node),
            };
        }
    }

    fn factorial(&mut self, node: Node) -> Node {
        self.at += 1;
        if self.is(Mark::Bang) && !self.spaced() {
            self.at += 1;
            return Node::Func(Func::DoubleFactorial, vec![node]);
        }
        Node::Func(Func::Factorial, vec![node])
    }

    fn power(&mut self, base: Node) -> Parsed {
        self.at += 1;
        if let Some(marked) = self.marked_power(&base)? {
            return Ok(marked);
        }
        let exponent = self.script()?;
        // `v^2_0` is the square of v_0.
        let base = match base {
            Node::Sym(name) if self.is(Mark::Under) => self.subscripted(&name)?,
            base => base,
        };
        if let (Node::Matrix(_), Node::Sym(t)) = (&base, &exponent)
            && matches!(t.as_str(), "T" | "\\top")
        {
            return Ok(Node::Func(Func::Transpose, vec![base]));
        }
        Ok(Node::Pow(Box::new(base), Box::new(exponent)))
    }

    /// `^\circ`, `^{\circ}`, `^\prime`, `^{\prime\prime}`, `^*`.
    fn marked_power(&mut self, base: &Node) -> Result<Option<Node>, Stopped> {
        let braced = self.is(Mark::OpenBrace);
        let offset = usize::from(braced);
        let closed = |p: &Self, n: usize| !braced || p.peek_at(offset + n) == Some(&Tok::Mark(Mark::CloseBrace));
        match self.peek_at(offset) {
            Some(Tok::Mark(Mark::Degree)) if closed(self, 1) => {
                self.at += 1 + 2 * offset;
                self.degree(base.clone()).map(Some)
            }
            Some(Tok::Mark(Mark::Prime)) => {
                let mut n = 0;
                while self.peek_at(offset + n) == Some(&Tok::Mark(Mark::Prime)) {
                    n += 1;
                }
                if !closed(self, n) {
                    return Ok(None);
                }
                self.at += n + 2 * offset;
                let mut node = base.clone();
                for _ in 0..n {
                    node = self.primed(node)?;
                }
                Ok(Some(node))
            }
            Some(Tok::Mark(Mark::Times)) if closed(self, 1) && matches!(base, Node::Sym(_)) => {
                self.at += 1 + 2 * offset;
                let Node::Sym(name) = base else {
                    return Ok(None);
                };
                Ok(Some(Node::Sym(format!("{name}*"))))
            }
            _ => Ok(None),
        }
    }

    /// The group, number, signed number or symbol after `^`.
    fn script(&mut self) -> Parsed {
        if self.accept(Mark::OpenBrace) {
            let node = self.list(super::Close::Mark(Mark::CloseBrace))?;
            self.close(Mark::CloseBrace, "a closing brace")?;
            return Ok(node);
        }
        let sign = self.sign();
        let node = self.nested(|p| {
            let atom = p.atom()?;
            // `2^3^2` and `2^{n}!`: only another power binds closer.
            match p.mark() {
                Some(Mark::Caret) => p.power(atom),
                _ => Ok(atom),
            }
        })?;
        Ok(signed(sign, node))
    }

    /// `37^\circ`, `37^\circ C`, `45^\circ 30'`.
    fn degree(&mut self, node: Node) -> Parsed {
        if let (Some(Tok::Num(minutes)), Some(Tok::Mark(Mark::Prime))) = (self.peek(), self.peek_at(1)) {
            let part = Number::exact(&minutes.value / BigRational::from_integer(60.into()));
            self.at += 2;
            return Ok(Node::Degree(Box::new(Node::Add(vec![node, Node::Num(part)]))));
        }
        let scale = matches!(self.peek(), Some(Tok::Sym(s)) if s == "C" || s == "F");
        let last = self.tokens.len() == self.at + 1;
        if scale && last {
            self.at += 1;
        }
        Ok(Node::Degree(Box::new(node)))
    }

    fn prime(&mut self, node: Node) -> Parsed {
        self.at += 1;
        self.primed(node)
    }

    fn primed(&mut self, node: Node) -> Parsed {
        match node {
            Node::Sym(name) => Ok(Node::Sym(name + "'")),
            Node::Indexed(name, index) => Ok(Node::Indexed(name + "'", index)),
            Node::Apply(name, args) => Ok(Node::Apply(name + "'", args)),
            Node::Mul(mut parts) => match parts.pop() {
                Some(last) => {
                    parts.push(self.primed(last)?);
                    Ok(Node::Mul(parts))
                }
                None => Err(self.stop("a name before the prime")),
            },
            Node::Num(_) | Node::Quantity(..) => self.arc_minutes(node),
            _ => Err(self.stop("a name before the prime")),
        }
    }
}

/// A sign in front of an operand.
#[derive(Clone, Copy, Debug, Default)]
struct Sign {
    negative: bool,
    /// `\pm` (false) or `\mp` (true).
    either: Option<bool>,
}

fn signed(sign: Sign, node: Node) -> Node {
    let node = match sign.either {
        Some(opposite) => Node::PlusMinus(opposite, Box::new(node)),
        None => node,
    };
    match node {
        node if !sign.negative => node,
        Node::Num(n) => Node::Num(Number { value: -n.value, ..n }),
        node => Node::Neg(Box::new(node)),
    }
}

/// Flattens products as they are built.
pub(super) fn times(left: Node, right: Node) -> Node {
    match left {
        Node::Mul(mut parts) => {
            parts.push(right);
            Node::Mul(parts)
        }
        left => Node::Mul(vec![left, right]),
    }
}

/// The value of a proper fraction of plain integers.
fn proper(node: &Node) -> Option<BigRational> {
    let Node::Div(a, b) = node else {
        return None;
    };
    let (Node::Num(a), Node::Num(b)) = (a.as_ref(), b.as_ref()) else {
        return None;
    };
    let zero = BigRational::from_integer(0.into());
    let plain = |n: &Number| n.ulp.is_none() && n.value.is_integer() && n.value > zero;
    (plain(a) && plain(b) && a.value < b.value).then(|| &a.value / &b.value)
}
