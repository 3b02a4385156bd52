//! Operands.

use super::{Close, Mark, Node, Parsed, Parser, Tok, unit::currency};
use crate::math::tree::{Const, Func};

impl Parser<'_> {
    /// Whether the next token can open an operand.
    pub(super) fn starts_factor(&self) -> bool {
        use Mark::*;
        match self.peek() {
            None | Some(Tok::Rel(_) | Tok::End(_) | Tok::Over | Tok::Choose) => false,
            Some(Tok::Word(_)) => true,
            Some(Tok::Mark(Bar)) => self.bars == 0 && !self.in_builder,
            Some(Tok::Mark(m)) => {
                matches!(m, OpenParen | OpenBracket | OpenBrace | OpenSet | OpenAngle | OpenFloor | OpenCeil)
                    && !(*m == OpenBracket && self.opens_nothing())
                    || matches!(m, Infinity | Empty)
                    || currency(*m).is_some()
            }
            Some(_) => true,
        }
    }

    /// `[` that closes a French interval `]a, b[`.
    fn opens_nothing(&self) -> bool {
        matches!(self.peek_at(1), None | Some(Tok::Mark(Mark::Cup | Mark::Cap | Mark::CloseBrace | Mark::Comma)))
    }

    pub(super) fn atom(&mut self) -> Parsed {
        let Some(tok) = self.peek().cloned() else {
            return Err(self.stop("an operand"));
        };
        match tok {
            Tok::Num(n) => self.taken(Node::Num(n)),
            Tok::Base(digits, base) => self.taken(Node::Base(digits, base)),
            Tok::NamedSet(c) => {
                let node = self.taken(Node::NamedSet(c))?;
                self.named_set_script(node)
            }
            Tok::Sym(name) => self.symbol(name),
            Tok::Func(func) => self.function(func),
            Tok::Big(big) => self.big(big),
            Tok::Frac => self.pair(|a, b| Node::Div(Box::new(a), Box::new(b))),
            Tok::Binom => self.pair(|a, b| Node::Func(Func::Binom, vec![a, b])),
            Tok::Sqrt => self.root(),
            Tok::Accent(accent) => self.accented(accent),
            Tok::Word(_) => self.text(),
            Tok::Begin(name) => self.environment(&name),
            Tok::Mark(mark) => self.marked(mark),
            Tok::Rel(_) | Tok::End(_) | Tok::Over | Tok::Choose => Err(self.stop("an operand")),
        }
    }

    fn taken(&mut self, node: Node) -> Parsed {
        self.at += 1;
        Ok(node)
    }

    fn marked(&mut self, mark: Mark) -> Parsed {
        match mark {
            Mark::OpenBrace => self.group(),
            Mark::OpenParen | Mark::OpenBracket => self.bracket(mark),
            Mark::CloseBracket => self.bracket(mark),
            Mark::OpenSet => self.set(),
            Mark::OpenAngle => self.angle(),
            Mark::OpenFloor => self.enclosed(Mark::CloseFloor, Func::Floor),
            Mark::OpenCeil => self.enclosed(Mark::CloseCeil, Func::Ceil),
            Mark::Bar => self.absolute(),
            Mark::DoubleBar => self.enclosed(Mark::DoubleBar, Func::Norm),
            Mark::Infinity => self.taken(Node::Const(Const::Infinity)),
            Mark::Empty => self.taken(Node::Set(Vec::new())),
            Mark::Ellipsis => self.taken(Node::Ellipsis),
            m if currency(m).is_some() => self.money(m),
            _ => Err(self.stop("an operand")),
        }
    }

    /// `{..}`: invisible; `{a \over b}` and `{n \choose k}` are read here.
    fn group(&mut self) -> Parsed {
        self.at += 1;
        let inner = self.list_until_over()?;
        let node = match self.peek() {
            Some(Tok::Over) => {
                self.at += 1;
                let below = self.list(Close::Mark(Mark::CloseBrace))?;
                Node::Div(Box::new(inner), Box::new(below))
            }
            Some(Tok::Choose) => {
                self.at += 1;
                let below = self.list(Close::Mark(Mark::CloseBrace))?;
                Node::Func(Func::Binom, vec![inner, below])
            }
            _ => inner,
        };
        self.close(Mark::CloseBrace, "a closing brace")?;
        Ok(node)
    }

    fn list_until_over(&mut self) -> Parsed {
        if self.splits() {
            return self.statement();
        }
        self.list(Close::Mark(Mark::CloseBrace))
    }

    /// Whether `\over` or `\choose` stands at the outer level of this group.
    fn splits(&self) -> bool {
        let mut depth = 0i32;
        for token in &self.tokens[self.at..] {
            match token.tok {
                Tok::Mark(Mark::OpenBrace) => depth += 1,
                Tok::Mark(Mark::CloseBrace) => depth -= 1,
                Tok::Over | Tok::Choose if depth == 0 => return true,
                _ => {}
            }
            if depth < 0 {
                break;
            }
        }
        false
    }

    fn pair(&mut self, make: impl FnOnce(Node, Node) -> Node) -> Parsed {
        self.at += 1;
        let first = self.argument()?;
        let second = self.argument()?;
        Ok(make(first, second))
    }

    /// `\sqrt{x}`, `\sqrt[3]{x}`, `\sqrt2`, `√(1+x)`. Unlike TeX, `\sqrt12` is the root of 12: so it is meant.
    fn root(&mut self) -> Parsed {
        self.at += 1;
        let degree = if self.is(Mark::OpenBracket) {
            self.at += 1;
            let degree = self.list(Close::Mark(Mark::CloseBracket))?;
            self.close(Mark::CloseBracket, "a closing bracket")?;
            degree
        } else {
            Node::int(2)
        };
        let radicand = match self.peek() {
            Some(Tok::Word(_)) | None => return Err(self.stop("a radicand")),
            Some(Tok::Mark(Mark::OpenBrace)) => self.group()?,
            _ => self.nested(|p| p.atom())?,
        };
        Ok(Node::Root(Box::new(degree), Box::new(radicand)))
    }

    /// Words side by side.
    fn text(&mut self) -> Parsed {
        let mut words: Vec<String> = Vec::new();
        while let Some(Tok::Word(word)) = self.peek() {
            words.push(word.clone());
            self.at += 1;
        }
        Ok(Node::Text(words.join(" ")))
    }

    /// `\mathbb{R}^+`, `\mathbb{Z}_{>0}`, `\mathbb{R}^n`: kept by name.
    fn named_set_script(&mut self, node: Node) -> Parsed {
        if !matches!(self.mark(), Some(Mark::Caret | Mark::Under)) {
            return Ok(node);
        }
        let Node::NamedSet(letter) = node else {
            return Ok(node);
        };
        let start = self.at;
        self.at += 1;
        if self.is(Mark::OpenBrace) {
            while self.at < self.tokens.len() && !self.is(Mark::CloseBrace) {
                self.at += 1;
            }
        }
        self.at = (self.at + 1).min(self.tokens.len());
        let from = self.tokens[start].start;
        let to = self.tokens[self.at - 1].end;
        Ok(Node::Text(format!("{letter}{}", &self.text[from..to])))
    }
}
