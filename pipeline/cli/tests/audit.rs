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

fn page(log: &str) -> (String, String) {
    let project = Project::new();
    project.write("experiments/tiny.yaml", SPEC);
    project.write("base.jsonl", log);
    let out = project.out(0, &["run", "experiments/tiny.yaml"]);
    (out, fs::read_to_string(project.path("reports/tiny/index.html")).unwrap())
}

#[test]
fn a_seed_used_twice_stops_the_report_with_an_explanation() {
    let (out, page) = page(&log(|sample| if (8..16).contains(&sample) { sample - 8 } else { sample }));
    assert!(out.contains("BLOCKED by audit duplicates"), "{out}");
    assert!(page.contains("<section id=\"blocked\">") && !page.contains("<section id=\"fig2\">"), "the analysis is not shown");
}

#[test]
fn independent_samples_pass() {
    let (out, page) = page(&log(|sample| sample));
    assert!(!out.contains("BLOCKED") && page.contains("<section id=\"fig2\">"), "{out}");
}
