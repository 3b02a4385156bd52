//! Hard equivalences and hard non-equivalences by category: `hard.jsonl` holds gold, pred, the label and its reason.

mod common;

use beyond_verifier::{Options, Outcome, Policy, explain_math, grade_math};
use common::text;
use serde_json::Value;

const HARD: &str = include_str!("hard.jsonl");
const PROBES: &str = include_str!("probes.jsonl");

fn cases() -> Vec<Value> {
    HARD.lines().map(|l| serde_json::from_str(l).expect("a JSON line")).collect()
}

fn correct(gold: &str, pred: &str) -> bool {
    grade_math(gold, pred, Policy::Strict).outcome == Outcome::Correct
}

/// A bare answer, as opposed to a completion in which one has to be found.
fn is_answer(row: &Value) -> bool {
    !matches!(text(row, "category"), "prose" | "boxes" | "Chinese" | "choice" | "sloppy LaTeX")
}

fn label(row: &Value) -> bool {
    row["equal"].as_bool().expect("equal")
}

#[test]
fn every_label() {
    let rows = cases();
    let equal = rows.iter().filter(|r| label(r)).count();
    assert!(equal > 250 && rows.len() - equal > 250, "both kinds: {equal} of {}", rows.len());
    for row in &rows {
        let (gold, pred) = (text(row, "gold"), text(row, "pred"));
        let trace = || explain_math(gold, pred, &Options::default());
        assert_eq!(correct(gold, pred), label(row), "{} ({}): {}", row["category"], text(row, "why"), trace());
    }
}

#[test]
fn every_label_in_a_box() {
    for row in cases().iter().filter(|r| is_answer(r)) {
        let (gold, pred) = (text(row, "gold"), text(row, "pred"));
        let response = format!("First $a_1 = 17$, then 4.\n\nSo the result is $\\boxed{{{pred}}}$.");
        assert_eq!(correct(gold, &response), label(row), "{gold} | {response}");
    }
}

/// Both ways, but for rounding: a rounded gold may be answered exactly, an exact gold not by a rounded number.
#[test]
fn every_label_holds_both_ways() {
    for row in cases().iter().filter(|r| is_answer(r) && text(r, "category") != "rounding") {
        let (gold, pred) = (text(row, "gold"), text(row, "pred"));
        assert_eq!(correct(pred, gold), label(row), "{}: {pred} | {gold}", row["category"]);
    }
}

/// `probes.jsonl`: bare answers, sentences, boxes, unfinished and broken texts; category, gold, pred and the label.
#[test]
fn every_probe() {
    let rows: Vec<Value> = PROBES.lines().map(|l| serde_json::from_str(l).expect("a JSON line")).collect();
    let equal = rows.iter().filter(|r| label(r)).count();
    assert!(equal > 300 && rows.len() - equal > 250, "both kinds: {equal} of {}", rows.len());
    for row in &rows {
        let (gold, pred) = (text(row, "gold"), text(row, "pred"));
        assert_eq!(correct(gold, pred), label(row), "{}: {}", row["category"], explain_math(gold, pred, &Options::default()));
    }
}

/// What differs by one more answer, by a factor or by a sign is not equal.
#[test]
fn a_changed_answer_is_another_one() {
    let plain = |t: &str| t.bytes().all(|b| b.is_ascii_digit()) && t != "0";
    for row in cases().iter().filter(|r| plain(text(r, "gold"))) {
        let gold = text(row, "gold");
        for changed in [
            format!("-{gold}"),
            format!("{gold}, {gold}1"),
            format!("{gold}\\sqrt{{2}}"),
            format!("{gold}x"),
            format!("{gold}+\\pi"),
            format!("\\frac{{{gold}}}{{7}}"),
            format!("({gold},{gold}2)"),
            format!("{gold}^{{-3}}\\cdot 5"),
            format!("{gold}!+1"),
            format!("x>{gold}"),
        ] {
            assert!(!correct(gold, &changed), "{gold} | {changed}");
            assert!(!correct(&changed, gold), "{changed} | {gold}");
        }
    }
}
