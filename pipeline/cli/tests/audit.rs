//! A fault of the samples, planted where people plant it: the report must stop and say why.

mod project;

use beyond_statistics::rng::Stream;
use project::Project;
use std::fs;

const SPEC: &str = "\
name: tiny
benchmarks:
  quiz: {results_of: base}
models:
  base: {role: base, results: {quiz: {file: ../base.jsonl, format: normalised}}}
evaluate:
  - {models: [base], benchmarks: [quiz], settings: [published]}
estimate: {extrapolate: 0}
";

/// A log of 12 problems x 32 samples; sample j of a problem has the text of sample `source(j)`.
fn log(source: fn(u32) -> u32) -> String {
    let mut lines = Vec::new();
    for problem in 0..12u32 {
        for sample in 0..32u32 {
            let drawn = Stream::new(u64::from(problem), u64::from(source(sample))).below(1009);
            let text = format!("Attempt {drawn} of problem {problem}: the answer is \\\\boxed{{{}}}", drawn % 3);
            lines.push(format!(
                r#"{{"problem_id": "p{problem:02}", "prompt": "?", "gold": "1", "sample_index": {sample}, "text": "{text}"}}"#
            ));
        }
    }
    lines.join("\n") + "\n"
}

/// What the run prints, and the page, for a spec and the logs it names.
fn reported(spec: &str, logs: &[(&str, &str)]) -> (String, String) {
    let project = Project::new();
    project.write("experiments/tiny.yaml", spec);
    logs.iter().for_each(|(name, log)| project.write(name, log));
    let out = project.out(0, &["run", "experiments/tiny.yaml"]);
    (out, fs::read_to_string(project.path("reports/tiny/index.html")).unwrap())
}

#[test]
fn a_seed_used_twice_stops_the_report_with_an_explanation() {
    let (out, page) = reported(SPEC, &[("base.jsonl", &log(|sample| if (8..16).contains(&sample) { sample - 8 } else { sample }))]);
    assert!(out.contains("BLOCKED by audit duplicates"), "{out}");
    assert!(page.contains("<section id=\"blocked\">") && !page.contains("<section id=\"fig2\">"), "the analysis is not shown");
}

#[test]
fn independent_samples_pass() {
    let (out, page) = reported(SPEC, &[("base.jsonl", &log(|sample| sample))]);
    assert!(!out.contains("BLOCKED") && page.contains("<section id=\"fig2\">"), "{out}");
}

const PAIR: &str = "\
name: tiny
benchmarks:
  quiz: {results_of: base}
models:
  base: {role: base, results: {quiz: {file: ../base.jsonl, format: normalised}}}
  rl: {role: rl, from: base, results: {quiz: {file: ../rl.jsonl, format: normalised}}}
evaluate:
  - {models: [base, rl], benchmarks: [quiz], settings: [published]}
compare:
  - {base: base, models: [rl], benchmarks: [quiz], settings: [published]}
estimate: {extrapolate: 0, band_draws: 2000, replicates: 200}
";

/// A log of these problems x 8 samples; every prompt starts with `start`.
fn asked(problems: std::ops::Range<u32>, start: &str, seed: u64) -> String {
    let mut lines = String::new();
    for (problem, sample) in problems.flat_map(|problem| (0..8u32).map(move |sample| (problem, sample))) {
        let drawn = Stream::new(seed + u64::from(problem), u64::from(sample)).below(1009);
        lines += &format!(
            r#"{{"problem_id": "p{problem:02}", "prompt": "{start} {problem}", "gold": "1", "sample_index": {sample}, "text": "Try {drawn}: \\boxed{{{}}}"}}"#,
            drawn % 3
        );
        lines.push('\n');
    }
    lines
}

#[test]
fn models_that_were_asked_differently_stop_the_report_unless_the_spec_means_it() {
    let (base, rl) = (asked(0..10, "Solve:", 1), asked(0..10, "Think step by step. Solve:", 2));
    let (out, page) = reported(PAIR, &[("base.jsonl", &base), ("rl.jsonl", &rl)]);
    assert!(out.contains("BLOCKED by audit prompts against base: 10 of 10 prompts differ"), "{out}");
    assert!(page.contains("unequal_prompts: true") && !page.contains("<section id=\"fig2\">"), "the analysis is not shown");
    let meant = PAIR.replace("settings: [published]}\nestimate", "settings: [published], unequal_prompts: true}\nestimate");
    let (out, page) = reported(&meant, &[("base.jsonl", &base), ("rl.jsonl", &rl)]);
    assert!(!out.contains("BLOCKED") && page.contains("<section id=\"fig2\">"), "{out}");
    assert!(page.contains("10 of 10 prompts differ"), "it is still told");
}

#[test]
fn problems_that_one_model_was_not_asked_are_told_in_the_report() {
    let both = "benchmarks:\n  quiz: {results_of: all}\nmodels:\n  all: {role: other, results: {quiz: {file: ../all.jsonl, format: normalised}}}\n";
    let spec =
        PAIR.replace("benchmarks:\n  quiz: {results_of: base}\nmodels:\n", both).replace("models: [base, rl]", "models: [base, rl, all]");
    let project = Project::new();
    project.write("experiments/tiny.yaml", &spec);
    project.write("all.jsonl", &asked(0..12, "Solve:", 3));
    project.write("base.jsonl", &asked(0..10, "Solve:", 1));
    project.write("rl.jsonl", &asked(2..12, "Solve:", 2));
    let out = project.out(0, &["run", "experiments/tiny.yaml"]);
    let page = fs::read_to_string(project.path("reports/tiny/index.html")).unwrap();
    assert!(!out.contains("BLOCKED"), "{out}");
    assert!(page.contains("8 problems are shared; only the base has p00, p01; only the model has p10, p11"), "the report says it");
}
