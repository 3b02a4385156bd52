//! Mathematics under the strict policy: own cases by category, public cases under their suites' options, known false
//! positives of other graders, symmetry, no panic.

mod common;

use beyond_verifier::{Options, Outcome, Policy, explain_math, grade_math, grade_math_with, math::steps_of_math};
use common::{rows, text};
use proptest::prelude::*;
use serde_json::Value;

const OWN: &str = include_str!("equivalence.jsonl");

fn own() -> Vec<Value> {
    OWN.lines().map(|l| serde_json::from_str(l).expect("a JSON line")).collect()
}

fn correct(gold: &str, pred: &str) -> bool {
    grade_math(gold, pred, Policy::Strict).outcome == Outcome::Correct
}

/// `equivalence.jsonl`: category, gold, pred, whether they are equal.
#[test]
fn own_cases_by_category() {
    let rows = own();
    assert!(rows.len() > 300);
    for row in &rows {
        let (gold, pred) = (text(row, "gold"), text(row, "pred"));
        let expected = row["equal"].as_bool().expect("equal");
        assert_eq!(correct(gold, pred), expected, "{}: {}", row["category"], explain_math(gold, pred, &Options::default()));
    }
}

/// The same answers in a box at the end of a completion.
#[test]
fn own_cases_in_a_box() {
    for row in own().iter().filter(|r| !matches!(text(r, "category"), "latex" | "empty")) {
        let (gold, pred) = (text(row, "gold"), text(row, "pred"));
        let response = format!("We compute 17 + 4 = 21 first.\n\nTherefore the answer is $\\boxed{{{pred}}}$.");
        let expected = row["equal"].as_bool().expect("equal");
        let balanced = pred.matches('{').count() == pred.matches('}').count();
        assert!(!balanced || correct(gold, &response) == expected, "{gold} | {response}");
    }
}

/// Equality does not depend on which side is the gold answer, but for approximations and number words in text.
#[test]
fn symmetric() {
    for row in own().iter().filter(|r| !matches!(text(r, "category"), "approximation" | "empty" | "letter case")) {
        let (gold, pred) = (text(row, "gold"), text(row, "pred"));
        assert_eq!(correct(gold, pred), correct(pred, gold), "{gold} | {pred}");
    }
}

#[test]
fn every_answer_equals_itself() {
    for row in own().iter().filter(|r| text(r, "category") != "empty") {
        let gold = text(row, "gold");
        assert!(correct(gold, gold), "{gold}");
        assert!(correct(gold, &format!("\\boxed{{ {gold} }}")), "{gold}");
    }
}

/// reference/verification.md 2.1 and 3.5: judged equal by Math-Verify 0.9.0 or by the paper's grader, and different.
#[test]
fn false_positives_of_other_graders() {
    for (gold, pred) in [
        ("6", "6√2"),
        ("6", "6 \\sqrt(2)"),
        ("31", "31.\\overline{6}"),
        ("2", "(1 + √3) / 2"),
        ("2", "2 + sqrt(3), 2 - sqrt(3)"),
        ("36", "9, 18, 27, 36, ..."),
        ("8", "4√2 + 8"),
        ("1/2004!", "1/2006!"),
        ("1/2^{99}", "1/2^{98}"),
        ("\\frac{2^{2005}+1}{3\\cdot2^{2006}}", "\\frac{1}{3\\cdot2^{2006}}"),
        ("1-\\frac1{\\mathrm e}", "1+\\frac1{\\mathrm e}"),
        ("52_8", "52"),
        ("52", "52_8"),
        ("1331 and 1728", "1728"),
        ("3*x-1*y+13=0", "3x+4y+14=0"),
        ("1,2,\\ldots,n", "1,3,5,\\ldots,2n-1"),
        ("50", "0.5"),
        ("600", "6"),
        ("(0,0.5]", "[0,50)"),
        ("100009", "100000"),
        ("(0,1.00001)", "(0,1)"),
        ("12", "1,2"),
        ("235", "2,3,5"),
        ("2+\\sqrt3", "2+\\sqrt3,2-\\sqrt3"),
        ("1,-3", "1,-2"),
        ("x=1,x=-3", "x=1,x=-2"),
        ("\\frac12", "\\frac12,3"),
        ("x<3", "x>3"),
        ("x\\ge 3", "x\\le 3"),
        ("c+5", "a+5"),
        ("s^2+1", "t^2+1"),
        ("c - b", "a + b"),
        ("\\frac{c d}2", "\\frac{a b}2"),
        ("east", "seat"),
        ("no", "on"),
        ("evil", "live"),
        ("2^{2025}", "3^{2025}"),
        ("\\text{east}", "\\text{west}"),
        ("\\text{east}", "I do not know"),
        ("7^3/(2^{12}*13^2)", "(\\sqrt3/49)^6"),
    ] {
        for (a, b) in [(gold, pred), (pred, gold)] {
            assert!(!correct(a, b), "{}", explain_math(a, b, &Options::default()));
        }
    }
}

/// What the paper's grader calls different, and is equal (3.5), and Math-Verify's (2.1).
#[test]
fn false_negatives_of_other_graders() {
    for (gold, pred) in [
        ("10{,}000", "10000"),
        ("\\frac32", "1\\frac12"),
        ("4x+6y=12", "2x+3y=6"),
        ("y-2x=1", "y=2x+1"),
        ("1,2", "2,1"),
        ("1+\\sqrt{19},1-\\sqrt{19}", "1\\pm\\sqrt{19}"),
        ("(0,1)", "0<x<1"),
        ("[2,3]", "x \\in [2,3]"),
        ("\\begin{pmatrix}1\\\\2\\\\3\\end{pmatrix}", "(1,2,3)"),
        ("74", "74°"),
        ("\\sin 2x", "2\\sin x\\cos x"),
        ("\\frac{2x\\pi}3", "\\frac{2\\pi x}3"),
        ("(0,12.5)", "0<x<12.5"),
        ("95/3", "31.\\overline{6}"),
        ("\\frac12", "½"),
        ("x^2", "x²"),
        ("12", "3·4"),
    ] {
        assert!(correct(gold, pred), "{}", explain_math(gold, pred, &Options::default()));
    }
}

fn row_options(file: &str, row: &Value) -> Options {
    let opts = &row["opts"];
    let number = |v: &Value| v.as_f64().or_else(|| v.as_str()?.parse().ok());
    let mut options = Options::default();
    match file {
        "olympiadbench" => {
            options.tolerance = match &opts["precision"] {
                Value::Array(all) => all.iter().filter_map(number).collect(),
                one => number(one).into_iter().collect(),
            }
        }
        "hendrycks" => options.ordered = true,
        "simple_evals" => options.lowest_terms = true,
        "math_verify" => {
            options.decimals = opts["precision"].as_u64().and_then(|n| u32::try_from(n).ok());
            options.names_matter = opts["strict"].as_bool().unwrap_or(true);
            options.set_as_relation = opts["allow_set_relation_comp"].as_bool().unwrap_or(true);
            options.inline_math_spans_lines = false;
        }
        _ => {}
    }
    options
}

/// Every labelled public case under its suite's options; the two rows marked suspect are left out.
#[test]
fn public_cases() {
    for file in ["math_verify", "olympiadbench", "hendrycks", "simple_evals", "mv_issues"] {
        let Some(rows) = rows(&format!("cases/cases_{file}.jsonl")) else { return };
        for (i, row) in rows.iter().enumerate().filter(|(_, r)| r["suspect_label"].as_bool() != Some(true)) {
            let (gold, pred) = (text(row, "gold"), text(row, "pred"));
            let options = row_options(file, row);
            let judged = grade_math_with(gold, pred, &options).outcome == Outcome::Correct;
            assert_eq!(Some(judged), row["expected"].as_bool(), "{file} {i}: {}", explain_math(gold, pred, &options));
        }
    }
}

/// Under the defaults: only rows whose label is a format rule may differ.
#[test]
fn public_cases_under_the_defaults() {
    let bars = [("math_verify", 2), ("olympiadbench", 0), ("hendrycks", 2), ("simple_evals", 1), ("mv_issues", 0)];
    for (file, allowed) in bars {
        let Some(rows) = rows(&format!("cases/cases_{file}.jsonl")) else { return };
        let differs = |row: &&Value| {
            let mut options = row_options(file, row);
            (options.ordered, options.lowest_terms, options.inline_math_spans_lines) = (false, false, true);
            let judged = grade_math_with(text(row, "gold"), text(row, "pred"), &options).outcome == Outcome::Correct;
            row["suspect_label"].as_bool() != Some(true) && Some(judged) != row["expected"].as_bool()
        };
        assert!(rows.iter().filter(differs).count() <= allowed, "{file}");
    }
}

/// Real completions: all recorded verdicts but nine that are wrong (`4:30 p.m.` and `10{,}000` recorded as misses).
#[test]
fn real_completions() {
    let Some(rows) = rows("outputs/qwen25math/math_cot_100.jsonl") else { return };
    let mut differs = Vec::new();
    for row in &rows {
        let codes = row["code"].as_array().expect("code");
        for (k, code) in codes.iter().enumerate() {
            if correct(text(row, "answer"), code.as_str().unwrap_or("")) != row["score"][k].as_bool().unwrap_or(false) {
                differs.push(row["idx"].as_u64().unwrap_or(0));
            }
        }
    }
    assert_eq!(differs, [3, 3, 3, 3, 3, 3, 3, 3, 72]);
}

/// Different gold answers of MATH500 are different, unless they are one value in two forms.
#[test]
fn gold_answers_are_told_apart() {
    let Some(rows) = rows("benchmarks/math500.jsonl") else { return };
    let mut golds: Vec<&str> = rows.iter().map(|r| text(r, "answer")).collect();
    golds.sort_unstable();
    golds.dedup();
    let plain = |s: &&str| s.bytes().all(|b| b.is_ascii_digit());
    golds.retain(|s| !plain(s));
    let mut same = Vec::new();
    for (i, a) in golds.iter().enumerate() {
        same.extend(golds[i + 1..].iter().filter(|b| correct(a, b)).map(|b| (*a, *b)));
    }
    for (a, b) in &same {
        eprintln!("{a} = {b}");
    }
    assert_eq!(same.len(), 7, "{same:?}");
}

#[test]
fn options_change_what_they_say() {
    let with = |f: fn(&mut Options)| {
        let mut options = Options::default();
        f(&mut options);
        options
    };
    let judge = |gold, pred, options: &Options| grade_math_with(gold, pred, options).outcome == Outcome::Correct;
    assert!(!judge("5 cm", "5", &with(|o| o.units_required = true)));
    assert!(!judge("1,2", "2,1", &with(|o| o.ordered = true)));
    assert!(!judge("5", "the answer is 5", &with(|o| o.boxed_only = true)));
    assert!(judge("5", "\\boxed{5}", &with(|o| o.boxed_only = true)));
    assert!(judge("x+1", "y+1", &with(|o| o.names_matter = false)));
    assert!(judge("3.14159", "3.14", &with(|o| o.tolerance = vec![0.01])));
    assert!(judge("\\pi", "3.14", &with(|o| o.decimals = Some(2))));
    assert!(!judge("1,22", "1.22", &with(|o| o.decimal_comma = beyond_verifier::DecimalComma::Never)));
    assert_eq!(grade_math_with("\\sin x", "\\cos x", &with(|o| o.budget = 50)).outcome, Outcome::TimedOut);
}

#[test]
fn outcomes_that_are_no_verdict() {
    assert_eq!(grade_math("", "5", Policy::Strict).outcome, Outcome::Unjudged);
    assert_eq!(grade_math("5", "", Policy::Strict).outcome, Outcome::Unparsed);
    assert_eq!(grade_math("5", "\\boxed{#}", Policy::Strict).outcome, Outcome::Unparsed);
    assert_eq!(grade_math("5", &"9".repeat(5000), Policy::Strict).outcome, Outcome::Unparsed);
    let integral = grade_math("\\int_0^1 x^x dx", "0.78343", Policy::Strict);
    assert_eq!(integral.outcome, Outcome::Unjudged, "{}", integral.reason);
}

/// Nesting and signs are bounded: a verdict, neither a hang nor a full stack.
#[test]
fn nested_parts_and_many_signs_are_bounded() {
    let nested = |n: usize, core: &str| format!("{}{core}{}", "(1,".repeat(n), ")".repeat(n));
    assert!(correct(&nested(20, "x+y"), &nested(20, "y+x")));
    for n in [30, 60, 150, 900] {
        let outcome = grade_math(&nested(n, "x"), &nested(n, "y"), Policy::Strict).outcome;
        assert_ne!(outcome, Outcome::Correct, "{n}");
    }
    let signs = |n: i32| (1..=n).map(|k| format!("\\pm {k}")).collect::<String>();
    assert!(correct(&signs(2), "3,1,-1,-3"));
    assert!(!correct(&signs(2), "3,1,-1"));
    // More signs than are written out: the same sum is equal, another one is not known to be.
    assert!(correct(&signs(7), &format!("{}\\pm 1", signs(7).replacen("\\pm 1", "", 1))));
    assert_eq!(grade_math(&signs(7), &signs(8), Policy::Strict).outcome, Outcome::Unjudged);
    assert_eq!(grade_math(&signs(7), "5", Policy::Strict).outcome, Outcome::Unjudged);
}

/// What used to take long or to run out of steps: factorials and binomials beyond a float, roots of high degree, many
/// answers in another order, unions that differ in one end.
#[test]
fn long_answers_are_decided() {
    let joined = |term: &dyn Fn(i64) -> String, sep: &str, back: bool| {
        let mut parts: Vec<String> = (1..=100).map(term).collect();
        if back {
            parts.reverse();
        }
        parts.join(sep)
    };
    let roots = |k: i64| format!("\\sqrt{{{k}}}");
    let intervals = |k: i64| format!("({},{})", 2 * k, 2 * k + 1);
    assert!(correct(&joined(&roots, ", ", false), &joined(&roots, ", ", true)));
    assert!(!correct(&joined(&roots, ", ", false), &joined(&roots, ", ", true).replace("{100}", "{101}")));
    let part = |text: String| text[..text.match_indices("\\cup").nth(39).map_or(0, |m| m.0)].to_owned();
    let union = part(joined(&intervals, "\\cup ", false));
    assert_eq!(grade_math(&union, &union.replace("(8,9)", "(8,9]"), Policy::Strict).outcome, Outcome::Incorrect);
    assert!(correct("\\binom{10000}{5000}", "\\binom{9999}{4999}\\cdot 2"));
    assert!(!correct("\\binom{10000}{5000}", "\\binom{10000}{4999}"));
    assert!(!correct("\\frac{1}{2004!}", "\\frac{1}{2006!}+\\sqrt{2}"));
    assert!(correct("2^{0.521}", "\\sqrt[1000]{2^{521}}"));
    for policy in [Policy::Strict, Policy::Paper] {
        assert_ne!(grade_math("x^2", "\\boxed{x^.521^.521^.521^.521^.521}", policy).outcome, Outcome::Correct);
        assert_ne!(grade_math("5", &format!("\\boxed{{{}}}", "1e9348".repeat(600)), policy).outcome, Outcome::Correct);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_panic_on_any_text(gold in any::<String>(), pred in any::<String>()) {
        for policy in [Policy::Strict, Policy::Paper] {
            let first = grade_math(&gold, &pred, policy);
            prop_assert_eq!(first, grade_math(&gold, &pred, policy));
        }
    }

    #[test]
    fn no_panic_on_texts_of_mathematics(parts in prop::collection::vec(prop::sample::select(PIECES), 0..24), gold in prop::sample::select(GOLDS)) {
        let pred: String = parts.concat();
        for policy in [Policy::Strict, Policy::Paper] {
            let first = grade_math(gold, &pred, policy);
            prop_assert_eq!(first, grade_math(gold, &pred, policy));
        }
        prop_assert!(steps_of_math(gold, &pred, &Options::default()) <= Options::default().budget);
    }

    #[test]
    fn integers_equal_only_themselves(a in -1_000_000i64..1_000_000, b in -1_000_000i64..1_000_000) {
        prop_assert_eq!(correct(&a.to_string(), &b.to_string()), a == b);
        let assigned = format!("x = {a}.0");
        prop_assert!(correct(&a.to_string(), &assigned));
    }

    #[test]
    fn rationals_are_exact(p in -500i64..500, q in 1i64..500, r in -500i64..500, s in 1i64..500) {
        let (a, b) = (format!("\\frac{{{p}}}{{{q}}}"), format!("{r}/{s}"));
        prop_assert_eq!(correct(&a, &b), p * s == r * q, "{} {}", a, b);
    }
}

const GOLDS: &[&str] = &[
    "5",
    "x^2+1",
    "(1,2]",
    "\\{1,2\\}",
    "\\text{east}",
    "x<3",
    "\\begin{pmatrix}1\\\\2\\end{pmatrix}",
    "5 \\text{ cm}",
    "1 \\pm \\sqrt{2}",
];

const PIECES: &[&str] = &[
    "1",
    "23",
    ".5",
    "x",
    "y",
    "e",
    "i",
    "\\pi",
    "+",
    "-",
    "*",
    "/",
    "^",
    "_",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "\\{",
    "\\}",
    "|",
    ",",
    ";",
    ":",
    "=",
    "<",
    "\\le",
    "\\ne",
    "\\frac",
    "\\sqrt",
    "\\sqrt[3]",
    "\\sin",
    "\\log_2",
    "\\ln",
    "!",
    "'",
    "%",
    "^\\circ",
    "\\pm",
    "\\cup",
    "\\in",
    "\\infty",
    "\\mathbb{R}",
    "\\text{ cm}",
    "\\text{and}",
    " or ",
    "\\begin{pmatrix}",
    "\\end{pmatrix}",
    "&",
    "\\\\",
    "\\sum_{k=1}^{9}",
    "\\binom",
    "\\boxed{",
    "$",
    "\\ldots",
    "√",
    "½",
    "²",
    "apples",
    "f(x)",
    "\\overline{6}",
    "10^{",
    "\\lfloor",
    "\\rfloor",
    "\\to",
    "\\mid",
    "a.m.",
    "12:30",
    "\\$",
    "\\dbinom",
    "\\over",
    "\\left",
    "\\right",
    "0.333...",
    "1,234",
    "1 000",
    "\\vec",
    "\\bar",
    "\\max",
    "\\gcd",
    "\\pmod",
    "\n",
];
