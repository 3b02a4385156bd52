//! Verdicts as people get them: programs through `grade`, logs judged again, and what a changed judge does.

mod project;

use project::Project;
use serde_json::Value;
use std::fs;

const RUN: &[&str] = &["run", "experiments/tiny.yaml"];

/// A task of one's own per kind of test; the forms are those of docs/verification.md.
const TASKS: &str = r#"{"id": "assert", "prompt": "def add(a, b):\n", "test": {"kind": "assert", "entry_point": "add", "test": "assert add(1, 2) == 3"}}
{"id": "class", "test": {"kind": "assert", "test": "assert Pair(1, 2).sum() == 3"}}
{"id": "stdin", "form": "program", "test": {"kind": "stdin", "inputs": ["1 2\n"], "outputs": ["3\n"]}}
{"id": "calls", "form": "program", "test": {"kind": "calls", "entry_point": "add", "inputs": [[1, 2]], "outputs": [3]}}
{"question_id": "live-stdin", "question_content": "Add.", "starter_code": "", "public_test_cases": "[{\"input\": \"1 2\", \"output\": \"3\", \"testtype\": \"stdin\"}]", "private_test_cases": "[]", "metadata": "{}"}
{"question_id": "live-calls", "question_content": "Add.", "starter_code": "class Solution:", "public_test_cases": "[{\"input\": \"1\\n2\", \"output\": \"3\", \"testtype\": \"functional\"}]", "private_test_cases": "[]", "metadata": "{\"func_name\": \"add\"}"}
"#;

const PROGRAMS: &str = r#"{"task": "assert", "completion": "    return a + b\n"}
{"task_id": "assert", "solution": "def add(a, b):\n    return a - b\n"}
{"task": "class", "solution": "class Pair:\n    def __init__(s, *xs): s.xs = xs\n    def sum(s): return sum(s.xs)\n"}
{"task": "stdin", "solution": "if __name__ == '__main__':\n    print(sum(map(int, input().split())))"}
{"task": "calls", "solution": "def add(a, b): return a + b"}
{"task": "live-stdin", "completion": "So:\n```python\nprint(sum(map(int, input().split())))\n```"}
{"task": "live-calls", "completion": "```python\nclass Solution:\n    def add(self, a, b):\n        return a * b\n```"}
"#;

#[test]
fn grade_runs_programs_against_every_kind_of_test() {
    let project = Project::new();
    project.write("tasks.jsonl", TASKS);
    project.write("programs.jsonl", PROGRAMS);
    let grade = |tests: &'static str, file: &'static str| ["grade", "--domain", "code", "--tests", tests, file];
    let out = project.out(0, &grade("tasks.jsonl", "programs.jsonl"));
    let outcomes: Vec<String> = out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["outcome"].to_string()).collect();
    let (right, wrong) = ("\"correct\"", "\"incorrect\"");
    assert_eq!(outcomes, [right, wrong, right, right, right, right, wrong], "{out}");
    let refuses = |row: &str, tests: &'static str, message: &str| {
        project.write("row.jsonl", row);
        let error = project.err(2, &grade(tests, "row.jsonl"));
        assert!(error.contains(message), "{error}");
    };
    refuses(
        "\n{\"task\": \"none\", \"completion\": \"\"}",
        "tasks.jsonl",
        "row.jsonl:2: the tests have no task \"none\"; they have 6, such as assert, calls",
    );
    refuses("{\"task\": \"assert\"}", "tasks.jsonl", "row.jsonl:1: give either `completion` (continues the prompt) or `solution`");
    refuses(PROGRAMS, "no.jsonl", "--tests: reading no.jsonl");
    refuses(PROGRAMS, "base.csv", "base.csv, line 1");
    assert!(project.err(2, &["grade", "--domain", "code", "programs.jsonl"]).contains("with --tests FILE"));
    // a test that fails by itself says nothing of the program: not everything was judged
    project.write("broken.jsonl", r#"{"id": "assert", "test": {"kind": "assert", "entry_point": "add", "test": "assert nothing()"}}"#);
    project.write("row.jsonl", "{\"task\": \"assert\", \"solution\": \"def add(a, b): return a + b\"}");
    assert!(project.out(1, &grade("broken.jsonl", "row.jsonl")).contains("\"unjudged\""));
}

/// A log of two problems with four answers each; the source took 10000 for wrong where the gold is 10{,}000.
const LOG: &str = r#"{"problem_id": "a", "sample_index": 0, "text": "\\boxed{10000}", "gold": "10{,}000", "verdict": false}
{"problem_id": "a", "sample_index": 1, "text": "\\boxed{1}", "gold": "10{,}000", "verdict": false}
{"problem_id": "b", "sample_index": 0, "text": "\\boxed{2}", "gold": "2", "verdict": true}
{"problem_id": "b", "sample_index": 1, "text": "\\boxed{3}", "gold": "2", "verdict": false}
"#;

const LOG_SPEC: &str = "\
name: tiny
benchmarks:
  quiz: {results_of: m}
models:
  m:
    results: {quiz: {file: ../log.jsonl, format: normalised}}
evaluate:
  - {models: [m], benchmarks: [quiz], settings: [published]}
estimate: {extrapolate: 0}
verify:
  policy: strict
";

#[test]
fn a_changed_policy_verifies_again_only_and_writes_a_flip_table() {
    let project = Project::new();
    project.write("experiments/tiny.yaml", LOG_SPEC);
    project.write("log.jsonl", LOG);
    let first = project.out(0, RUN);
    assert!(!first.contains("judged anew"), "{first}");
    assert!(project.out(0, &["flips", "experiments/tiny.yaml"]).contains("no earlier verdicts"));
    let sql = "SELECT problem_id, sample_index, recorded, ours FROM recorded WHERE recorded <> ours";
    assert_eq!(project.out(0, &["query", sql, "--csv"]), "problem_id,sample_index,recorded,ours\na,0,incorrect,correct\n");
    project.edit("policy: strict", "policy: paper");
    let again = project.out(0, RUN);
    let headline = "verify/m/quiz/published: 1 of 4 verdicts changed (policy \"strict\" -> \"paper\"); pass@1 0.5000 -> 0.2500, pass@2 1.0000 -> 0.5000";
    assert!(again.contains(&format!("judged anew: {headline}")) && again.contains("flip table: reports/tiny-flips.csv"), "{again}");
    let table = fs::read_to_string(project.path("reports/tiny-flips.csv")).unwrap();
    let (columns, row) =
        ("model,benchmark,setting,problem,sample,old,new,extracted,between", "m,quiz,published,a,0,correct,incorrect,10000,");
    assert_eq!(table, format!("{columns}\n{row}\"policy \"\"strict\"\" -> \"\"paper\"\"\"\n"));
    let text = project.out(0, &["flips", "experiments/tiny.yaml"]);
    assert!(text.starts_with(headline) && text.contains("  since the verdicts of 20"), "{text}");
    let json = project.json(&["flips", "experiments/tiny.yaml", "--only", "quiz", "--json"]);
    assert_eq!((&json[0]["flips"][0]["problem_id"], &json[0]["moved"][0]["k"]), (&Value::from("a"), &Value::from(1)));
    assert!(!project.out(0, RUN).contains("judged anew"), "nothing was judged");
    // the log's own verdicts instead of ours
    project.edit("format: normalised", "format: normalised, judge: recorded");
    let recorded = project.out(0, RUN);
    assert!(recorded.contains("judge absent -> \"recorded\""), "{recorded}");
    project.edit("policy: paper", "policy: lenient");
    assert!(project.err(2, RUN).contains("there is no policy \"lenient\"; there are strict, paper, both"));
}
