//! Tokens -> typed tree. The whole answer is consumed, or it is not read at all.
//!
//! Recursive descent, loosest first: list (`,` `;` and or) > relation chain > union > ratio > sum > product > postfix > atom.

mod atom;
mod bracket;
mod function;
mod matrix;
mod name;
mod scalar;
mod unit;

use super::{
    command::Mark,
    set::only_variable,
    token::{Reading, Stopped, Tok, Token, tokenise},
    tree::{MAX_DEPTH, MAX_NODES, Node, Rel, SetOp},
};

/// Most inequalities joined by "or" that become a union.
const MAX_ALTERNATIVES: usize = 16;

type Parsed = Result<Node, Stopped>;

/// Reads a normalised answer as a whole.
pub fn parse(text: &str, reading: Reading) -> Parsed {
    let tokens = unbraced_words(tokenise(text, reading)?);
    let mut parser = Parser { text, tokens, at: 0, depth: 0, nodes: 0, bars: 0, in_builder: false };
    let node = parser.list(Close::End)?;
    parser.trailing_closers();
    if parser.at < parser.tokens.len() {
        return Err(parser.stop("the end of the answer"));
    }
    if node.height() > MAX_DEPTH {
        return Err(parser.stop("an answer that is nested less"));
    }
    Ok(node)
}

/// `{cm}` -> `cm`: braces around one word only group.
fn unbraced_words(tokens: Vec<Token>) -> Vec<Token> {
    let mark = |t: Option<&Token>, m| t.is_some_and(|t| t.tok == Tok::Mark(m));
    let word = |t: Option<&Token>| t.is_some_and(|t| matches!(t.tok, Tok::Word(_)));
    if !tokens.iter().any(|t| matches!(t.tok, Tok::Word(_))) {
        return tokens;
    }
    let mut out: Vec<Token> = Vec::with_capacity(tokens.len());
    for i in 0..tokens.len() {
        let (token, before) = (&tokens[i], i.checked_sub(1).map(|j| &tokens[j]));
        let opens = mark(Some(token), Mark::OpenBrace) && word(tokens.get(i + 1)) && mark(tokens.get(i + 2), Mark::CloseBrace);
        let opener = i.checked_sub(2).map(|j| &tokens[j]);
        let closes = mark(Some(token), Mark::CloseBrace) && word(before) && mark(opener, Mark::OpenBrace);
        if !opens && !closes {
            out.push(token.clone());
        }
    }
    out
}

/// What ends the list being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Close {
    End,
    Mark(Mark),
    /// `)` or `]`: intervals close with either.
    Bracket,
    /// `&`, a row's end, or the end of the environment.
    Cell,
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    nodes: usize,
    /// Open `|`.
    bars: usize,
    /// Inside `{ x | .. }`, where `|` and `:` mean "such that".
    in_builder: bool,
}

impl Parser<'_> {
    fn stop(&self, why: &'static str) -> Stopped {
        let at = self.tokens.get(self.at).map_or(self.text.len(), |t| t.start);
        Stopped { at, why }
    }

    fn peek(&self) -> Option<&Tok> {
        self.tokens.get(self.at).map(|t| &t.tok)
    }

    fn peek_at(&self, offset: usize) -> Option<&Tok> {
        self.tokens.get(self.at + offset).map(|t| &t.tok)
    }

    fn mark(&self) -> Option<Mark> {
        match self.peek() {
            Some(Tok::Mark(m)) => Some(*m),
            _ => None,
        }
    }

    fn is(&self, mark: Mark) -> bool {
        self.mark() == Some(mark)
    }

    fn accept(&mut self, mark: Mark) -> bool {
        let found = self.is(mark);
        self.at += usize::from(found);
        found
    }

    fn spaced(&self) -> bool {
        self.tokens.get(self.at).is_some_and(|t| t.spaced)
    }

    /// Consumes the closer; at the end of the answer a missing one is forgiven.
    fn close(&mut self, mark: Mark, why: &'static str) -> Result<(), Stopped> {
        if self.accept(mark) || self.at >= self.tokens.len() {
            return Ok(());
        }
        Err(self.stop(why))
    }

    /// Counts a node and guards against deep nesting around `f`.
    fn nested<T>(&mut self, f: impl FnOnce(&mut Self) -> Result<T, Stopped>) -> Result<T, Stopped> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return Err(self.stop("an answer with fewer parts"));
        }
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.stop("an answer that is nested less"));
        }
        let result = f(self);
        self.depth -= 1;
        result
    }

    /// Braces that close nothing, at the very end.
    fn trailing_closers(&mut self) {
        while matches!(self.mark(), Some(Mark::CloseBrace)) {
            self.at += 1;
        }
    }

    /// Answers side by side, up to `close`.
    fn list(&mut self, close: Close) -> Parsed {
        self.nested(|p| {
            let mut groups: Vec<Vec<Node>> = vec![Vec::new()];
            let (mut semicolons, mut and, mut or) = (false, false, false);
            loop {
                while let Some(separator) = p.separator() {
                    and |= separator == Mark::And;
                    or |= separator == Mark::Or;
                    if separator == Mark::Semi && groups.last().is_some_and(|g| !g.is_empty()) {
                        semicolons = true;
                        groups.push(Vec::new());
                    }
                }
                if p.ends_before_item(close) {
                    break;
                }
                let item = p.statement()?;
                if let Some(group) = groups.last_mut() {
                    group.push(item);
                }
                if p.ends(close) {
                    break;
                }
                if p.peek_separator().is_none() {
                    return Err(p.stop("an operator, a separator or the end"));
                }
            }
            groups.retain(|g| !g.is_empty());
            let answers = assemble(groups, semicolons).ok_or_else(|| p.stop("an answer"))?;
            Ok(if or && !and { alternatives(answers) } else { answers })
        })
    }

    /// Where an item is expected, `[` opens one.
    fn ends_before_item(&self, close: Close) -> bool {
        self.ends(close) && !(close == Close::Bracket && self.is(Mark::OpenBracket))
    }

    fn ends(&self, close: Close) -> bool {
        match close {
            _ if self.at >= self.tokens.len() => true,
            Close::End => self.tokens[self.at..].iter().all(|t| t.tok == Tok::Mark(Mark::CloseBrace)),
            Close::Mark(m) => self.is(m),
            Close::Bracket => matches!(self.mark(), Some(Mark::CloseParen | Mark::CloseBracket | Mark::OpenBracket)),
            Close::Cell => {
                matches!(self.peek(), Some(Tok::End(_)) | Some(Tok::Mark(Mark::Row | Mark::Cell)))
            }
        }
    }

    fn peek_separator(&self) -> Option<Mark> {
        self.mark().filter(|m| matches!(m, Mark::Comma | Mark::Semi | Mark::And | Mark::Or))
    }

    fn separator(&mut self) -> Option<Mark> {
        let found = self.peek_separator();
        self.at += usize::from(found.is_some());
        found
    }

    /// A chain of relations, or what stands on one side of it.
    fn statement(&mut self) -> Parsed {
        self.nested(|p| {
            let first = p.union()?;
            let mut rest = Vec::new();
            while let Some(rel) = p.relation() {
                rest.push((rel, p.union()?));
            }
            if rest.is_empty() {
                return Ok(first);
            }
            Ok(Node::Chain(Box::new(first), rest))
        })
    }

    fn relation(&mut self) -> Option<Rel> {
        match self.peek() {
            Some(Tok::Rel(r)) => {
                let mut rel = *r;
                self.at += 1;
                // `:=`, `= \approx` and the like: the last one counts.
                while let Some(Tok::Rel(r)) = self.peek() {
                    rel = *r;
                    self.at += 1;
                }
                Some(rel)
            }
            Some(Tok::Mark(Mark::Colon)) if matches!(self.peek_at(1), Some(Tok::Rel(Rel::Eq))) => {
                self.at += 2;
                Some(Rel::Eq)
            }
            _ => None,
        }
    }

    fn union(&mut self) -> Parsed {
        let mut left = self.ratio()?;
        loop {
            let op = match self.mark() {
                Some(Mark::Cup) => SetOp::Union,
                Some(Mark::Cap) => SetOp::Intersection,
                Some(Mark::SetMinus) => SetOp::Difference,
                // `(1,2) U (3,4)`.
                _ if self.is_letter_u() => SetOp::Union,
                _ => return Ok(left),
            };
            self.at += 1;
            self.nodes += 1;
            if self.nodes > MAX_NODES {
                return Err(self.stop("an answer with fewer parts"));
            }
            let right = self.ratio()?;
            left = Node::SetOp(op, Box::new(left), Box::new(right));
        }
    }

    fn is_letter_u(&self) -> bool {
        let is_u = matches!(self.peek(), Some(Tok::Sym(s)) if s == "U");
        let before = self.at.checked_sub(1).and_then(|i| self.tokens.get(i)).map(|t| &t.tok);
        let closed = matches!(before, Some(Tok::Mark(Mark::CloseParen | Mark::CloseBracket | Mark::CloseSet)));
        let opens = matches!(self.peek_at(1), Some(Tok::Mark(Mark::OpenParen | Mark::OpenBracket | Mark::OpenSet)));
        is_u && closed && opens
    }

    fn ratio(&mut self) -> Parsed {
        let first = self.sum()?;
        if !self.is_ratio_colon() {
            return Ok(first);
        }
        if let Some(time) = self.clock_time(&first) {
            return Ok(time);
        }
        if matches!(first, Node::Text(_)) {
            return Err(self.stop("an answer without a label"));
        }
        let mut parts = vec![first];
        while self.is_ratio_colon() {
            self.at += 1;
            if self.is(Mark::Ellipsis) {
                self.at += 1;
                parts.push(Node::Ellipsis);
                continue;
            }
            parts.push(self.sum()?);
        }
        Ok(Node::Ratio(parts))
    }

    fn is_ratio_colon(&self) -> bool {
        self.is(Mark::Colon) && !self.in_builder && !matches!(self.peek_at(1), Some(Tok::Rel(_)) | None)
    }
}

/// `x < 1 or x > 2` is the union of both, also where both hold for some number.
fn alternatives(answers: Node) -> Node {
    let region = |n: &Node| matches!(n, Node::Chain(_, rest) if rest.iter().all(|(r, _)| r.is_order()));
    let variable = |n: &Node| match n {
        Node::Chain(first, rest) => only_variable(first, rest),
        _ => None,
    };
    let one_variable = |items: &[Node]| variable(&items[0]).is_some_and(|v| items.iter().all(|n| variable(n).as_ref() == Some(&v)));
    match answers {
        Node::List(items) if items.len() < MAX_ALTERNATIVES && items.iter().all(region) && one_variable(&items) => {
            let union = |a: Node, b: Node| Node::SetOp(SetOp::Union, Box::new(a), Box::new(b));
            items.into_iter().reduce(union).unwrap_or(Node::List(Vec::new()))
        }
        other => other,
    }
}

/// One item is itself; `a, b; c, d` are the tuples (a, b) and (c, d).
fn assemble(groups: Vec<Vec<Node>>, semicolons: bool) -> Option<Node> {
    let wide = groups.iter().any(|g| g.len() > 1);
    let mut items: Vec<Node> = Vec::new();
    for mut group in groups {
        if semicolons && wide && group.len() > 1 {
            items.push(Node::Tuple(group));
        } else {
            items.append(&mut group);
        }
    }
    match items.len() {
        0 => None,
        1 => items.pop(),
        _ => Some(Node::List(items)),
    }
}
