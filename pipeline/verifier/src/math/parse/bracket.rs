//! Brackets: groups, tuples, intervals, sets, absolute values, floors.

use super::{Close, Mark, Node, Parsed, Parser, Tok};
use crate::math::tree::{End, Func};

impl Parser<'_> {
    /// `(..)`, `[..]`, `(..]`, `]..[`: one part is a group, two an interval or tuple, more a tuple.
    pub(super) fn bracket(&mut self, open: Mark) -> Parsed {
        self.at += 1;
        let builder = std::mem::replace(&mut self.in_builder, false);
        let bars = std::mem::replace(&mut self.bars, 0);
        let inner = self.list(Close::Bracket);
        (self.in_builder, self.bars) = (builder, bars);
        let inner = inner?;
        let close = self.mark();
        if close.is_some() {
            self.at += 1;
        }
        let parts = match inner {
            Node::List(parts) => parts,
            one => vec![one],
        };
        self.bracketed(open, close, parts)
    }

    fn bracketed(&mut self, open: Mark, close: Option<Mark>, mut parts: Vec<Node>) -> Parsed {
        use Mark::{CloseBracket, CloseParen, OpenBracket, OpenParen};
        let matched = matches!((open, close), (OpenParen, Some(CloseParen)) | (OpenParen, None) | (OpenBracket, Some(CloseBracket)));
        match parts.len() {
            1 if matched => Ok(parts.swap_remove(0)),
            2 if open == OpenParen && matched => Ok(Node::Tuple(parts)),
            2 => match interval(open, close, parts) {
                Some(node) => Ok(node),
                None => Err(self.stop("a closing bracket")),
            },
            _ if open == OpenParen && matched => Ok(Node::Tuple(parts)),
            _ if matched => Ok(Node::Bracket(parts)),
            _ => Err(self.stop("brackets of one kind")),
        }
    }

    /// `\{..\}`: a set, empty or not, or a set by condition.
    pub(super) fn set(&mut self) -> Parsed {
        self.at += 1;
        if self.accept(Mark::CloseSet) {
            return Ok(Node::Set(Vec::new()));
        }
        let (builder, bars) = (self.in_builder, self.bars);
        self.in_builder = self.has_such_that();
        self.bars = 0;
        let node = self.set_content();
        (self.in_builder, self.bars) = (builder, bars);
        let node = node?;
        self.close(Mark::CloseSet, "a closing brace of the set")?;
        Ok(node)
    }

    fn set_content(&mut self) -> Parsed {
        let inner = self.list_until_such_that()?;
        if self.in_builder && matches!(self.mark(), Some(Mark::Bar | Mark::Colon)) {
            self.at += 1;
            self.in_builder = false;
            let condition = self.list(Close::Mark(Mark::CloseSet))?;
            return Ok(Node::Builder(Box::new(inner), Box::new(condition)));
        }
        Ok(match inner {
            Node::List(parts) => Node::Set(parts),
            one => Node::Set(vec![one]),
        })
    }

    fn list_until_such_that(&mut self) -> Parsed {
        if self.in_builder {
            return self.statement();
        }
        self.list(Close::Mark(Mark::CloseSet))
    }

    /// Whether a `|` or `:` stands at the outer level of this set, not as an absolute value.
    fn has_such_that(&self) -> bool {
        let mut depth = 0i32;
        let mut bars = 0;
        for token in &self.tokens[self.at..] {
            match &token.tok {
                Tok::Mark(Mark::OpenParen | Mark::OpenBracket | Mark::OpenSet | Mark::OpenBrace) => depth += 1,
                Tok::Mark(Mark::CloseSet) if depth == 0 => break,
                Tok::Mark(Mark::CloseParen | Mark::CloseBracket | Mark::CloseSet | Mark::CloseBrace) => depth -= 1,
                Tok::Mark(Mark::Colon) if depth == 0 => return true,
                Tok::Mark(Mark::Bar) if depth == 0 => bars += 1,
                _ => {}
            }
        }
        bars % 2 == 1
    }

    pub(super) fn angle(&mut self) -> Parsed {
        self.at += 1;
        let inner = self.list(Close::Mark(Mark::CloseAngle))?;
        self.close(Mark::CloseAngle, "a closing angle bracket")?;
        Ok(match inner {
            Node::List(parts) => Node::Tuple(parts),
            one => Node::Tuple(vec![one]),
        })
    }

    /// `|x|`.
    pub(super) fn absolute(&mut self) -> Parsed {
        self.at += 1;
        self.bars += 1;
        let builder = std::mem::replace(&mut self.in_builder, false);
        let inner = self.list(Close::Mark(Mark::Bar));
        self.in_builder = builder;
        self.bars -= 1;
        let inner = inner?;
        if !self.accept(Mark::Bar) {
            return Err(self.stop("a closing bar"));
        }
        Ok(match inner {
            Node::Matrix(_) => Node::Func(Func::Det, vec![inner]),
            other => Node::Func(Func::Abs, vec![other]),
        })
    }

    pub(super) fn enclosed(&mut self, close: Mark, func: Func) -> Parsed {
        self.at += 1;
        let inner = self.list(Close::Mark(close))?;
        self.close(close, "a closing bracket")?;
        Ok(Node::Func(func, vec![inner]))
    }
}

fn interval(open: Mark, close: Option<Mark>, parts: Vec<Node>) -> Option<Node> {
    let mut parts = parts.into_iter();
    let (low, high) = (parts.next()?, parts.next()?);
    let low_closed = match open {
        Mark::OpenBracket => true,
        Mark::OpenParen | Mark::CloseBracket => false,
        _ => return None,
    };
    let high_closed = match close? {
        Mark::CloseBracket => true,
        Mark::CloseParen | Mark::OpenBracket => false,
        _ => return None,
    };
    let end = |at: Node, closed| End { at: Box::new(at), closed };
    Some(Node::Interval(end(low, low_closed), end(high, high_closed)))
}
