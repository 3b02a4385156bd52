//! The ways in which two answers can be read, and the best verdict over them.

use super::{
    answer::Answer,
    number::Grouping,
    parse::parse,
    prose,
    set::replace,
    text,
    token::Reading,
    tree::{Const, Node},
    verdict::{Judge, Verdict},
};
use crate::{DecimalComma, Options};

/// The best verdict over the ways both answers can be read; the usual reading is tried first.
pub fn best_reading(gold: &Answer, pred: &Answer, judge: &Judge) -> Verdict {
    let usual = judge.compare(&renamed(&gold.tree(), judge), &renamed(&pred.tree(), judge));
    if usual.is_equal() {
        return usual;
    }
    if let (Some(a), Some(b)) = (text::date(&gold.normal().text), text::date(&pred.normal().text)) {
        return text::same_date(a, b);
    }
    for (a, b) in other_readings(gold, pred, judge.options) {
        if let Verdict::Equal(why) = judge.compare(&renamed(&a, judge), &renamed(&b, judge)) {
            return Verdict::Equal(format!("{why} (in another reading)"));
        }
    }
    if same_words(&gold.normal().text, &pred.normal().text) {
        return Verdict::equal("the same text");
    }
    usual
}

/// Texts of words that differ in case, articles, accents or punctuation only.
fn same_words(a: &str, b: &str) -> bool {
    prose::has_words(a) && prose::has_words(b) && text::key(a) == text::key(b)
}

/// Other readings of either side: commas as separators or decimal commas, letters as units, a label's value.
fn other_readings(gold: &Answer, pred: &Answer, options: &Options) -> Vec<(Node, Node)> {
    let mut pairs = Vec::new();
    let (g, p) = (gold.tree(), pred.tree());
    for node in alternatives(gold, &p, options) {
        pairs.push((node, p.clone()));
    }
    for node in alternatives(pred, &g, options) {
        pairs.push((g.clone(), node));
    }
    // The imaginary unit as engineers write it.
    let unit = |n: &Node| n.any(&|m| *m == Node::Const(Const::I));
    let (i, j) = (Node::Const(Const::I), Node::Sym("j".to_owned()));
    if g == i || p == i {
        return pairs;
    }
    if unit(&g) && !unit(&p) && p.any(&|m| *m == j) {
        pairs.push((g, replace(&p, &j, &i)));
    } else if unit(&p) && !unit(&g) && g.any(&|m| *m == j) {
        pairs.push((replace(&g, &j, &i), p));
    }
    pairs
}

fn alternatives(answer: &Answer, other: &Node, options: &Options) -> Vec<Node> {
    let text = &answer.normal().text;
    let mut out = Vec::new();
    let push = |out: &mut Vec<Node>, reading: Reading| out.extend(parse(text, reading).ok());
    if comma_between_digits(text) {
        push(&mut out, Reading { grouping: Grouping::List, ..Reading::USUAL });
        let one = text.matches(',').count() == 1;
        if options.decimal_comma == DecimalComma::Either && one && is_decimal(other) && may_be_decimal(text) {
            push(&mut out, Reading { grouping: Grouping::DecimalComma, ..Reading::USUAL });
        }
    }
    if text.contains("{,}") && is_decimal(other) && options.decimal_comma == DecimalComma::Either {
        let reading = Reading { grouping: Grouping::DecimalComma, ..Reading::USUAL };
        out.extend(parse(&text.replace("{,}", ","), reading).ok());
        return out;
    }
    if matches!(other, Node::Quantity(..)) && text.len() < 64 {
        push(&mut out, Reading { letter_units: true, ..Reading::USUAL });
    }
    if let Some((_, rest)) = answer.labelled()
        && !rest.is_empty()
    {
        out.extend(parse(&rest, Reading::USUAL).ok());
    }
    out
}

fn comma_between_digits(text: &str) -> bool {
    text.as_bytes().windows(3).any(|w| w[0].is_ascii_digit() && w[1] == b',' && w[2].is_ascii_digit())
}

/// `1,22` and `0,5` may be decimal; `1,234` is thousands and `1,2` a list.
fn may_be_decimal(text: &str) -> bool {
    let Some((head, tail)) = text.split_once(',') else {
        return false;
    };
    let digits = tail.bytes().take_while(u8::is_ascii_digit).count();
    let zero = head.trim_start_matches(['-', ' ']) == "0";
    zero || digits > 1 && digits != 3
}

/// A number written with a decimal point, with or without a unit.
fn is_decimal(node: &Node) -> bool {
    match node {
        Node::Quantity(a, _) | Node::Percent(a) | Node::Neg(a) => is_decimal(a),
        Node::Num(n) => n.ulp.is_some(),
        _ => false,
    }
}

/// With variables numbered in order of first use, when names do not matter.
fn renamed(node: &Node, judge: &Judge) -> Node {
    if judge.options.names_matter {
        return node.clone();
    }
    let mut names = Vec::new();
    rename(node, &mut names)
}

fn rename(node: &Node, names: &mut Vec<String>) -> Node {
    if let Node::Sym(name) = node {
        let i = names.iter().position(|n| n == name).unwrap_or_else(|| {
            names.push(name.clone());
            names.len() - 1
        });
        return Node::Sym(format!("v{i}"));
    }
    node.map_children(&mut |c| rename(c, names))
}
