//! The reference numbers and the two real count sets, found beside the checkout; tests skip when they are absent.
#![allow(dead_code)] // each test binary uses its own part

use beyond_statistics::Count;
use beyond_statistics::pass_at_k::thinned_law;
use beyond_statistics::rng::Stream;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// One set of counts with its reference numbers.
pub struct Set {
    pub name: &'static str,
    pub base: Vec<Count>,
    pub rl: Vec<Count>,
    pub expected: Value,
}

fn shared() -> Option<PathBuf> {
    let mut at = Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf();
    loop {
        let candidate = at.parent()?.join("shared");
        if candidate.join("reference/statistics_acceptance.json").exists() {
            return Some(candidate);
        }
        at = at.parent()?.to_path_buf();
    }
}

/// Both sets, or None with a message.
pub fn sets() -> Option<Vec<Set>> {
    let Some(root) = shared() else {
        eprintln!("skipped: no shared/reference/statistics_acceptance.json beside the checkout");
        return None;
    };
    let text = std::fs::read_to_string(root.join("reference/statistics_acceptance.json")).unwrap();
    let all: Value = serde_json::from_str(&text).unwrap();
    let counts = root.join("data/counts");
    let jsonl = |file: &str| read_jsonl(&counts.join("deepscaler32k").join(file));
    let csv = |model: &str| read_csv(&counts.join("math500-qwen2.5-7b.csv"), model);
    let ds = Set { name: "DS", base: jsonl("base.jsonl"), rl: jsonl("rl.jsonl"), expected: all["deepscaler32k"].clone() };
    let m5 = Set { name: "M5", base: csv("qwen2.5-7b"), rl: csv("simplerl-7b"), expected: all["math500"].clone() };
    Some(vec![ds, m5])
}

fn read_jsonl(path: &Path) -> Vec<Count> {
    let row = |line: &str| {
        let value: Value = serde_json::from_str(line).unwrap();
        Count::new(value["n"].as_u64().unwrap() as u32, value["c"].as_u64().unwrap() as u32).unwrap()
    };
    std::fs::read_to_string(path).unwrap().lines().map(row).collect()
}

fn read_csv(path: &Path, model: &str) -> Vec<Count> {
    let row = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        (cells[0] == model).then(|| Count::new(cells[2].parse().unwrap(), cells[3].parse().unwrap()).unwrap())
    };
    std::fs::read_to_string(path).unwrap().lines().skip(1).filter_map(row).collect()
}

/// Asserts |value - expected| <= tolerance, naming the number.
#[track_caller]
pub fn close(what: &str, value: f64, expected: &Value, tolerance: f64) {
    let expected = expected.as_f64().unwrap_or_else(|| panic!("{what}: no reference number"));
    assert!((value - expected).abs() <= tolerance, "{what}: {value} is not {expected} (tolerance {tolerance})");
}

/// Reference numbers that stand beside a formula, or None with a message.
pub fn vectors() -> Option<Value> {
    part("formula_vectors")
}

/// Simulated reference numbers, or None with a message.
pub fn simulations() -> Option<Value> {
    part("simulation_checks")
}

fn part(name: &str) -> Option<Value> {
    let Some(root) = shared() else {
        eprintln!("skipped: no shared/reference/statistics_acceptance.json beside the checkout");
        return None;
    };
    let text = std::fs::read_to_string(root.join("reference/statistics_acceptance.json")).unwrap();
    Some(serde_json::from_str::<Value>(&text).unwrap()[name].clone())
}

/// A random subset of `n0` of the n samples of every problem.
pub fn thin(counts: &[Count], n0: u32, stream: &mut Stream) -> Vec<Count> {
    let one = |count: &Count| {
        let u = stream.uniform();
        let mut sum = 0.0;
        let is_below = |p: &f64| {
            sum += *p;
            sum < u
        };
        let c0 = thinned_law(*count, n0).into_iter().take_while(is_below).count() as u32;
        Count::new(n0, c0.min(n0).min(count.c())).unwrap()
    };
    counts.iter().map(one).collect()
}

/// One problem of the DeepScaleR counts that are committed with the project.
pub struct Row {
    pub source: String,
    pub base: Count,
    pub rl: Count,
}

/// data/counts/deepscaler32k; both files list the same ids in the same order.
pub fn deepscaler_rows() -> Vec<Row> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/counts/deepscaler32k");
    let lines = |file: &str| -> Vec<Value> {
        let text = std::fs::read_to_string(folder.join(file)).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let count = |row: &Value| {
        let number = |name: &str| row[name].as_u64().unwrap() as u32;
        Count::new(number("n"), number("c")).unwrap()
    };
    let pair = |(base, rl): (Value, Value)| {
        assert_eq!(base["id"], rl["id"]);
        let source = base["source"].as_str().unwrap().to_string();
        Row { source, base: count(&base), rl: count(&rl) }
    };
    lines("base.jsonl").into_iter().zip(lines("rl.jsonl")).map(pair).collect()
}
