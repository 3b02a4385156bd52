//! Units after a value, money before it, clock times.

use super::{Mark, Node, Parsed, Parser, Stopped, Tok};
use crate::math::{
    number::Number,
    unit::{Builder, Relation, Unit, relate},
    words,
};
use num_traits::ToPrimitive;

impl Parser<'_> {
    /// A word, or a currency sign, after an operand.
    pub(super) fn starts_unit(&self) -> bool {
        match self.peek() {
            Some(Tok::Word(_)) => true,
            Some(Tok::Mark(m)) => currency(*m).is_some() && self.at > 0,
            _ => false,
        }
    }

    /// `12 square feet`, `60 km/h`, `5 cents`: a value and its unit, up to the end of the item.
    pub(super) fn quantity(&mut self, value: Node) -> Parsed {
        if let Some(time) = self.meridiem(&value) {
            return Ok(time);
        }
        let value = self.in_words_of_scale(value);
        let unit = self.unit(Builder::default())?;
        let first = self.with_unit(value, unit)?;
        self.compound(first)
    }

    /// `5 million`, `3 dozen`, `5 thirds`, `x squared`: the word counts, it is no unit.
    fn in_words_of_scale(&mut self, mut value: Node) -> Node {
        while let Some(Tok::Word(word)) = self.peek() {
            if let Some(n) = exponent_word(word) {
                value = Node::Pow(Box::new(value), Box::new(Node::int(i64::from(n))));
                self.at += 1;
                continue;
            }
            if let Some(parts) = words::plural_fraction(word) {
                value = Node::Div(Box::new(value), Box::new(Node::int(parts)));
                self.at += 1;
                continue;
            }
            let scale = match word.to_ascii_lowercase().trim_end_matches('s') {
                "dozen" => 12,
                "hundred" => 100,
                "thousand" => 1_000,
                "million" => 1_000_000,
                "billion" => 1_000_000_000,
                "trillion" => 1_000_000_000_000,
                _ => break,
            };
            // What is written as a decimal is exact here: 2.5 million.
            let number = match value {
                Node::Num(n) => Node::Num(Number::exact(n.value)),
                other => other,
            };
            value = Node::Mul(vec![number, Node::int(scale)]);
            self.at += 1;
        }
        value
    }

    /// `5 hours 30 minutes`: the sum, in the last unit.
    fn compound(&mut self, first: Node) -> Parsed {
        let word_after = matches!(self.peek_at(1), Some(Tok::Word(_)));
        let (Node::Quantity(value, unit), Some(Tok::Num(n))) = (&first, self.peek()) else {
            return Ok(first);
        };
        if !word_after {
            return Ok(first);
        }
        let more = Node::Num(n.clone());
        let (value, unit) = (value.as_ref().clone(), unit.clone());
        self.at += 1;
        match self.unit(Builder::default())? {
            Some(smaller) => match relate(&unit, &smaller) {
                Relation::Factor(ratio) => {
                    let scaled = Node::Mul(vec![value, Node::Num(Number::exact(ratio))]);
                    let sum = Node::Add(vec![scaled, more]);
                    Ok(Node::Quantity(Box::new(sum), smaller))
                }
                _ => Err(self.stop("a unit of the same kind")),
            },
            None => Err(self.stop("a unit")),
        }
    }

    /// `60 / hour`.
    pub(super) fn unit_after_slash(&mut self, value: Node) -> Parsed {
        let mut builder = Builder::default();
        builder.divide();
        let unit = self.unit(builder)?;
        self.with_unit(value, unit)
    }

    fn with_unit(&mut self, value: Node, unit: Option<Unit>) -> Parsed {
        match unit {
            Some(unit) => Ok(Node::Quantity(Box::new(value), unit)),
            None => Ok(value),
        }
    }

    fn unit(&mut self, mut builder: Builder) -> Result<Option<Unit>, Stopped> {
        let mut words = 0;
        loop {
            match self.peek() {
                Some(Tok::Word(word)) if OPERATIONS.contains(&word.to_ascii_lowercase().as_str()) => {
                    return Err(self.stop("a unit, not an operation in words"));
                }
                Some(Tok::Word(word)) => {
                    let word = word.trim_end_matches('.').to_owned();
                    match exponent_word(&word) {
                        Some(n) => builder.power(n),
                        None => builder.word(&word),
                    }
                    words += 1;
                    self.at += 1;
                }
                Some(Tok::Mark(m)) if currency(*m).is_some() => {
                    builder.word(currency(*m).unwrap_or_default());
                    self.at += 1;
                }
                Some(Tok::Sym(s)) if words > 0 && s.len() == 1 && self.single_letter_unit() => {
                    builder.word(&s.clone());
                    self.at += 1;
                }
                Some(Tok::Mark(Mark::Slash)) if self.unit_follows() => {
                    builder.divide();
                    self.at += 1;
                }
                Some(Tok::Mark(Mark::Times)) if self.unit_follows() => self.at += 1,
                Some(Tok::Mark(Mark::Caret)) => builder.power(self.unit_power()?),

                _ => break,
            }
            if words > 24 {
                return Err(self.stop("a shorter unit"));
            }
        }
        Ok(builder.finish())
    }

    fn unit_follows(&self) -> bool {
        match self.peek_at(1) {
            Some(Tok::Word(_)) => true,
            Some(Tok::Sym(s)) => matches!(s.as_str(), "s" | "h" | "m" | "L" | "g"),
            _ => false,
        }
    }

    fn single_letter_unit(&self) -> bool {
        let before = self.at.checked_sub(1).map(|i| &self.tokens[i].tok);
        matches!(before, Some(Tok::Mark(Mark::Slash)))
    }

    /// The exponent of a unit: a small integer, braced or not.
    fn unit_power(&mut self) -> Result<i32, Stopped> {
        self.at += 1;
        let braced = self.accept(Mark::OpenBrace);
        let negative = self.accept(Mark::Minus);
        let power = match self.peek() {
            Some(Tok::Num(n)) => n.value.to_integer().to_i32(),
            _ => None,
        };
        let Some(power) = power.filter(|n| (0..=9).contains(n)) else {
            return Err(self.stop("a small exponent of a unit"));
        };
        self.at += 1;
        if braced {
            self.close(Mark::CloseBrace, "a closing brace")?;
        }
        Ok(if negative { -power } else { power })
    }

    /// `\$5`, `€ 5`.
    pub(super) fn money(&mut self, mark: Mark) -> Parsed {
        self.at += 1;
        let value = self.factor()?;
        let value = self.in_words_of_scale(value);
        let mut builder = Builder::default();
        builder.word(currency(mark).unwrap_or_default());
        let unit = builder.finish();
        self.with_unit(value, unit)
    }

    pub(super) fn arc_minutes(&mut self, value: Node) -> Parsed {
        let mut builder = Builder::default();
        builder.word("arcminute");
        let unit = builder.finish();
        self.with_unit(value, unit)
    }

    /// `12:00`, `8:30 a.m.`: two digits of minutes after hours up to 24.
    pub(super) fn clock_time(&mut self, hours: &Node) -> Option<Node> {
        let hours = small_integer(hours).filter(|h| (0..=24).contains(h))?;
        let token = self.tokens.get(self.at + 1)?;
        let Tok::Num(minutes) = &token.tok else {
            return None;
        };
        let minutes = minutes.value.to_integer().to_i64().filter(|m| (0..60).contains(m))?;
        if token.end - token.start != 2 || matches!(self.peek_at(2), Some(Tok::Mark(Mark::Colon))) {
            return None;
        }
        self.at += 2;
        let total = u32::try_from(hours * 60 + minutes).ok()?;
        Some(Node::Time(total, self.half_day()))
    }

    /// `8 p.m.`
    fn meridiem(&mut self, hours: &Node) -> Option<Node> {
        let hours = small_integer(hours).filter(|h| (1..=12).contains(h))?;
        let half = self.half_day()?;
        Some(Node::Time(u32::try_from(hours * 60).ok()?, Some(half)))
    }

    fn half_day(&mut self) -> Option<bool> {
        let word = |t: Option<&Tok>| match t {
            Some(Tok::Word(w)) => w.to_ascii_lowercase().replace('.', ""),
            Some(Tok::Sym(s)) => s.to_ascii_lowercase(),
            _ => String::new(),
        };
        let (first, second) = (word(self.peek()), word(self.peek_at(1)));
        let (half, taken) = match (first.as_str(), second.as_str()) {
            ("am", _) => (false, 1),
            ("pm", _) => (true, 1),
            ("a", "m") => (false, 2),
            ("p", "m") => (true, 2),
            _ => return None,
        };
        self.at += taken;
        Some(half)
    }
}

/// Words after a value that change it: with them the value alone would be a fragment.
const OPERATIONS: [&str; 9] = ["than", "factorial", "divided", "multiplied", "plus", "minus", "power", "root", "choose"];

/// `squared`, `cubed`.
fn exponent_word(word: &str) -> Option<i32> {
    match word.to_ascii_lowercase().as_str() {
        "squared" => Some(2),
        "cubed" => Some(3),
        _ => None,
    }
}

fn small_integer(node: &Node) -> Option<i64> {
    match node {
        Node::Num(n) if n.ulp.is_none() && n.value.is_integer() => n.value.to_integer().to_i64(),
        _ => None,
    }
}

/// The unit's name for a currency sign.
pub(super) fn currency(mark: Mark) -> Option<&'static str> {
    match mark {
        Mark::Dollar => Some("dollar"),
        Mark::Euro => Some("euro"),
        Mark::Pound => Some("sterling"),
        Mark::Yen => Some("yen"),
        _ => None,
    }
}
