//! The interpreter against CPython, on corpus bodies, on mutations of them and on random expressions.

use super::parse::parse;
use super::run::{Fault, run};
use super::{Params, build};
use crate::Rng;
use std::io::Write;
use std::process::{Command, Stdio};

/// Prints one line per body: f(3)..f(12), `E` for an exception, `N` for None; `S` alone when it does not compile.
const PYTHON: &str = r#"
import json, sys, warnings
warnings.simplefilter("ignore")
for body in json.load(sys.stdin):
    names = {}
    try:
        exec("def f(n):\n" + "".join(" " + line + "\n" for line in body.split("\n")), names)
    except SyntaxError:
        print("S")
        continue
    out = []
    for n in range(3, 13):
        try:
            value = names["f"](n)
            out.append("N" if value is None else str(int(value)))
        except Exception:
            out.append("E")
    print(" ".join(out))
"#;

const PIECES: [&str; 40] = [
    "n",
    "i",
    "s",
    "x",
    "0",
    "1",
    "2",
    "3",
    "12",
    "+",
    "-",
    "*",
    "//",
    "%",
    "(",
    ")",
    ",",
    ":",
    "=",
    "==",
    "<",
    ">=",
    "+=",
    "\n",
    "\n ",
    " ",
    "  ",
    ";",
    "if ",
    " if ",
    " else ",
    " and ",
    " or ",
    "not ",
    "return ",
    "for i in range(",
    "sum(",
    "max(",
    "min(",
    "abs(",
];

/// A body with up to three pieces inserted, deleted or replaced.
fn mutated(rng: &mut Rng, body: &str) -> String {
    let mut pieces: Vec<&str> = crate::pieces(body);
    for _ in 0..1 + rng.below(3) {
        let at = rng.below(pieces.len());
        match rng.below(3) {
            0 => pieces.insert(at, rng.pick(&PIECES)),
            1 if pieces.len() > 1 => drop(pieces.remove(at)),
            _ => pieces[at] = rng.pick(&PIECES),
        }
    }
    pieces.concat()
}

/// A random expression over n, i and small numbers.
fn expression(rng: &mut Rng, depth: usize) -> String {
    if depth == 0 {
        return rng.pick(&["n", "n", "i", "0", "1", "2", "3", "7"]).to_string();
    }
    let mut inner = || expression(rng, depth - 1);
    let (a, b, c) = (inner(), inner(), inner());
    let op = rng.pick(&["+", "-", "*", "//", "%", "<", "==", ">=", "!=", " and ", " or "]);
    match rng.below(8) {
        0 => format!("({a}{op}{b})"),
        1 => format!("-{a}{op}{b}"),
        2 => format!("(not {a})"),
        3 => format!("({a} if {b} else {c})"),
        4 => format!("sum({a} for i in range({b}%9)if {c})"),
        5 => format!("max({a},{b},{c})"),
        6 => format!("min({a}{op}{b} for i in range(n,{c},-2))"),
        _ => format!("{a}{op}{b}{op}{c}"),
    }
}

/// What the interpreter says, as the Python script prints it; None when it refuses or gives up.
fn ours(body: &str) -> Option<String> {
    let parsed = parse(body)?;
    let value = |n| match run(&parsed, n) {
        Ok(value) => Some(value.to_string()),
        Err(Fault::Raised) => Some("E".to_string()),
        Err(Fault::Exhausted) => None,
    };
    (3..13).map(value).collect::<Option<Vec<_>>>().map(|values| values.join(" "))
}

fn python(bodies: &[&String]) -> Option<String> {
    let mut child = Command::new("python3").args(["-I", "-c", PYTHON]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().ok()?;
    child.stdin.take()?.write_all(&serde_json::to_vec(bodies).ok()?).ok()?;
    let output = child.wait_with_output().ok()?;
    output.status.success().then(|| String::from_utf8(output.stdout).ok())?
}

#[test]
fn what_is_accepted_means_the_same_in_cpython() {
    let family = build(Params::default()).unwrap();
    let mut rng = Rng::keyed("oracle", 1, 0);
    let mut bodies: Vec<String> = (0..400).map(|i| family.document(0, i).response).collect();
    for i in 0..12_000 {
        let body = bodies[i % 400].clone();
        bodies.push(mutated(&mut rng, &body));
    }
    bodies.extend((0..4_000).map(|i| format!("i=n-5\nreturn {}", expression(&mut rng, 1 + i % 3))));
    let judged: Vec<(&String, String)> = bodies.iter().filter_map(|body| Some((body, ours(body)?))).collect();
    let Some(output) = python(&judged.iter().map(|(body, _)| *body).collect::<Vec<_>>()) else {
        return eprintln!("skipped: python3 cannot be run");
    };
    let lines: Vec<&str> = output.lines().collect();
    assert_eq!(lines.len(), judged.len());
    assert!(judged.len() > 4_000, "only {} of {} bodies were accepted", judged.len(), bodies.len());
    for ((body, ours), python) in judged.iter().zip(lines) {
        // A function that returns nothing is a failure for us; Python says None.
        assert_eq!(*ours, python.replace('N', "E"), "{body:?}");
    }
}
