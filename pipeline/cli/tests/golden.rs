//! The rows that every stage writes for one small experiment, as they stood when they were last looked at.
//!
//! A difference is either a mistake or a change of meaning. In the second case raise the `VERSION` of the stage, so that nobody's store mixes the
//! two, run `BLESS=1 cargo nextest run -p beyond-cli --test golden`, and read the difference of `tests/golden/` before it is committed.

mod project;

use beyond_stage::Stage;
use project::Project;
use std::fs;
use std::path::PathBuf;

/// Tables whose numbers come from formulas: equal but for the last digits, which belong to the machine's `libm`.
const FORMULAS: &[&str] = &[
    "audits",
    "claims",
    "contrasts",
    "controls",
    "counts",
    "coverage",
    "crossings",
    "curves",
    "extrapolation",
    "flips",
    "guessing",
    "histogram",
    "paired",
    "problem_changes",
    "problems",
    "seeds",
    "verdicts",
];
/// Tables whose numbers come from a trained model: the digits that are lost in 1,200 steps of single precision.
const MODELS: &[&str] = &[
    "completions",
    "exact_curves",
    "exact_rates",
    "likelihood",
    "perplexity",
    "perplexity_boxes",
    "train_log WHERE step % 100 = 0 OR run LIKE 'rl%'",
];
/// Outputs without a float that depends on `libm`: their Parquet bytes are the same everywhere.
const BYTES: &[&str] = &["problems", "verdicts", "counts", "histogram", "recorded.json"];

fn versions() -> String {
    fn of<S: Stage>(_: S) -> String {
        format!("{},{}\n", S::NAME, S::VERSION)
    }
    let all = [
        of(beyond_benchmark::Benchmark),
        of(beyond_train::Train),
        of(beyond_sample::Sample),
        of(beyond_sample::Match),
        of(beyond_sample::Import),
        of(beyond_verify::Verify),
        of(beyond_verify::Filter),
        of(beyond_estimate::Estimate),
        of(beyond_perplexity::PerplexityStage),
        of(beyond_exact::Exact),
        of(beyond_coverage::CoverageStage),
        of(beyond_distill::Distill),
        of(beyond_seeds::Seeds),
        of(beyond_claims::Claims),
    ];
    format!("stage,version\n{}", all.concat())
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

/// What is written down under a name, and what is found now.
struct Compared {
    name: String,
    found: String,
    tolerance: f64,
}

impl Compared {
    fn golden(&self) -> String {
        fs::read_to_string(folder().join(format!("{}.csv", self.name))).unwrap_or_default()
    }

    /// The first line that differs by more than the tolerance.
    fn difference(&self) -> Option<String> {
        let golden = self.golden();
        let (before, now): (Vec<&str>, Vec<&str>) = (golden.lines().collect(), self.found.lines().collect());
        let line = |lines: &[&str], i: usize| lines.get(i).map_or("nothing".to_string(), |line| line.to_string());
        let differs = |i: &usize| !equal(&line(&before, *i), &line(&now, *i), self.tolerance);
        let first = (0..before.len().max(now.len())).find(differs)?;
        Some(format!("{}, line {}:\n  was {}\n  is  {}\n", self.name, first + 1, line(&before, first), line(&now, first)))
    }
}

/// Two lines whose numbers agree and whose other pieces are equal.
fn equal(a: &str, b: &str, tolerance: f64) -> bool {
    let (a, b): (Vec<&str>, Vec<&str>) = (pieces(a), pieces(b));
    let same = |(a, b): (&&str, &&str)| {
        a == b
            || matches!((a.parse::<f64>(), b.parse::<f64>()), (Ok(x), Ok(y)) if (x - y).abs() <= tolerance * (1.0 + x.abs().max(y.abs())))
    };
    a.len() == b.len() && a.iter().zip(&b).all(same)
}

fn pieces(line: &str) -> Vec<&str> {
    line.split([',', '[', ']', ' ', '"']).collect()
}

fn compared() -> Vec<Compared> {
    let project = Project::new();
    fs::copy(folder().join("golden.yaml"), project.path("experiments/golden.yaml")).unwrap();
    for log in ["base.jsonl", "rl.jsonl"] {
        fs::copy(folder().join(log), project.path(log)).unwrap();
    }
    let run = project.json(&["run", "experiments/golden.yaml", "--json"]);
    assert_eq!(run["exit_code"], 0, "{run}");
    let table = |(source, tolerance): (&str, f64)| {
        let found = project.out(0, &["query", &format!("FROM {source} ORDER BY ALL"), "--csv", "--spec", "experiments/golden.yaml"]);
        assert!(found.lines().count() > 1, "{source} has rows");
        Compared { name: source.split(' ').next().unwrap().to_string(), found, tolerance }
    };
    let formulas = FORMULAS.iter().map(|name| (*name, 1e-9));
    let mut all: Vec<Compared> = formulas.chain(MODELS.iter().map(|name| (*name, 1e-4))).map(table).collect();
    let mut digests = String::from("step,output,digest\n");
    for step in run["steps"].as_array().unwrap() {
        for (output, content) in step["outputs"].as_object().unwrap() {
            if BYTES.contains(&output.as_str()) {
                digests += &format!("{},{output},{}\n", step["step"].as_str().unwrap(), content["digest"].as_str().unwrap());
            }
        }
    }
    all.push(Compared { name: "bytes".into(), found: digests, tolerance: 0.0 });
    all
}

#[test]
fn every_stage_writes_the_rows_it_wrote_before() {
    let differences: Vec<(Compared, String)> =
        compared().into_iter().filter_map(|compared| compared.difference().map(|words| (compared, words))).collect();
    let versions = Compared { name: "versions".into(), found: versions(), tolerance: 0.0 };
    let raised = versions.difference().is_some();
    let words: String = differences.iter().map(|(_, words)| words.as_str()).collect();
    if std::env::var("BLESS").is_err() {
        assert!(
            words.is_empty(),
            "rows changed. If they were meant to, raise VERSION of the stage and see the head of golden.rs.\n{words}"
        );
        assert!(!raised, "a version was raised: write it down with BLESS=1");
        return;
    }
    let known = differences.iter().any(|(compared, _)| !compared.golden().is_empty());
    assert!(raised || !known, "rows changed, but no stage has another VERSION\n{words}");
    for compared in differences.iter().map(|(compared, _)| compared).chain([&versions]) {
        fs::write(folder().join(format!("{}.csv", compared.name)), &compared.found).unwrap();
    }
}

#[test]
fn every_table_has_its_golden_rows() {
    // no log here has verdicts of its own, and the examples are rows of `completions` and `verdicts`
    let left_out = ["examples", "recorded"];
    let covered = |table: &&&str| FORMULAS.iter().chain(MODELS).any(|source| source.split(' ').next() == Some(**table));
    let missing: Vec<_> = beyond_record::TABLES.iter().filter(|table| !covered(table) && !left_out.contains(table)).collect();
    assert!(missing.is_empty(), "add {missing:?} to FORMULAS or MODELS");
}

#[test]
fn only_numbers_may_differ_and_only_in_their_last_digits() {
    assert!(equal("a,0.1,x", "a,0.10000000001,x", 1e-9) && equal("[1.0, 2.0]", "[1.0, 2.0]", 0.0));
    assert!(!equal("a,0.1", "a,0.1001", 1e-9) && !equal("a,1", "b,1", 1.0) && !equal("1,2", "1", 1.0));
}
