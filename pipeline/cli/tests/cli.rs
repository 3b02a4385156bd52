//! The program as people use it: messages, exit statuses, what ran.

mod project;

use project::{Project, counts, shared};
use serde_json::Value;
use std::fs;

const RUN: &[&str] = &["run", "experiments/tiny.yaml"];

#[test]
fn a_run_exports_its_report_and_a_second_run_does_nothing() {
    let project = Project::new();
    let first = project.out(0, RUN);
    let index = project.path("reports/tiny/index.html");
    assert!(first.starts_with("tiny: ") && first.contains(" done in "), "{first}");
    assert!(first.contains("report: reports/tiny/index.html\n"), "{first}");
    let table = fs::read_to_string(project.path("reports/tiny/tables/counts.csv")).unwrap();
    assert_eq!(table.lines().count(), 13, "{table}");
    let second = project.out(0, RUN);
    assert!(second.contains(" hit in ") && !second.contains("done"), "{second}");
    project.out(0, &["plan", "experiments/tiny.yaml", "--check"]);
    // the copy follows the store when someone removes it
    fs::remove_dir_all(project.path("reports/tiny")).unwrap();
    project.out(0, RUN);
    assert!(index.exists());
}

#[test]
fn an_edit_redoes_only_what_it_must() {
    let project = Project::new();
    let all = project.ran("done").len();
    assert!(all > 5);
    project.write("rl.csv", &counts(&[0, 0, 4, 6, 7, 7]));
    let again = project.ran("done");
    assert!(again.contains(&"import/rl/quiz/published".to_string()) && again.contains(&"report".to_string()), "{again:?}");
    assert!(!again.contains(&"import/base/quiz/published".to_string()) && again.len() < all, "{again:?}");
    // the same counts in another order: the import is made again, nothing below it
    project.write("rl.csv", "problem,n,correct\np5,8,7\np4,8,7\np3,8,6\np2,8,4\np1,8,0\np0,8,0\n");
    assert_eq!(project.ran("done"), ["import/rl/quiz/published"]);
}

#[test]
fn plan_tells_what_would_run_and_check_exits_with_1() {
    let project = Project::new();
    let plan = project.out(1, &["plan", "experiments/tiny.yaml", "--check"]);
    assert!(plan.contains("run      import/base/quiz/published"), "{plan}");
    assert!(plan.contains("key not known yet: import/base/quiz/published will be made first"), "{plan}");
    assert!(!project.path("data").exists(), "a plan writes nothing");
    let plan = project.json(&["plan", "experiments/tiny.yaml", "--json"]);
    assert!(plan["steps"].as_array().unwrap().iter().any(|step| step["status"] == "unknown" && step["key"].is_null()));
}

#[test]
fn explain_points_at_the_line_that_changed() {
    let project = Project::new();
    project.out(0, RUN);
    project.edit("extrapolate: 0", "extrapolate: 0\n  k_max: 4");
    let line =
        1 + fs::read_to_string(project.path("experiments/tiny.yaml")).unwrap().lines().position(|line| line.contains("k_max")).unwrap();
    let text = project.out(0, &["explain", "experiments/tiny.yaml", "report"]);
    let cause = text.lines().find(|line| line.contains("first cause")).unwrap();
    assert!(cause.contains("k_max null -> 4") && cause.contains(&format!("tiny.yaml:{line}:10")), "{text}");
    let json = project.json(&["explain", "experiments/tiny.yaml", "report", "--json"]);
    assert_eq!(json["causes"][0]["new"], 4);
    assert_eq!(json["chain"][0], "report");
    let error = project.err(2, &["explain", "experiments/tiny.yaml", "reprot"]);
    assert!(error.contains("there is no step \"reprot\"; perhaps you mean one of:"), "{error}");
}

#[test]
fn query_prints_tables_csv_and_json() {
    let project = Project::new();
    project.out(0, RUN);
    let sql = "SELECT model, sum(correct) AS solved, 0.5 AS half FROM counts GROUP BY model ORDER BY model";
    assert_eq!(project.out(0, &["query", sql]), "model  solved  half\n-----  ------  ----\nbase       18   0.5\nrl         25   0.5\n");
    assert_eq!(project.out(0, &["query", sql, "--csv"]), "model,solved,half\nbase,18,0.5\nrl,25,0.5\n");
    let json = project.json(&["query", sql, "--json", "--spec", "experiments/tiny.yaml"]);
    assert_eq!(json[1], serde_json::json!({"model": "rl", "solved": 25, "half": 0.5}));
    // superseded artifacts do not count twice
    project.write("rl.csv", &counts(&[0, 0, 0, 0, 0, 1]));
    project.out(0, RUN);
    assert!(project.out(0, &["query", sql, "--csv"]).contains("rl,1,0.5"));
    assert!(project.err(2, &["query", "SELECT colour FROM counts"]).contains("colour"));
}

#[test]
fn the_graph_comes_in_three_forms() {
    let project = Project::new();
    let form = |name: &str| project.out(0, &["graph", "experiments/tiny.yaml", "--format", name]);
    let mermaid = form("mermaid");
    assert!(mermaid.starts_with("graph LR\n") && mermaid.contains("[\"import/base/quiz/published\"]:::run") && mermaid.contains("-->"));
    assert!(form("dot").starts_with("digraph beyond {") && form("dot").trim_end().ends_with('}'));
    let json: Value = serde_json::from_str(&form("json")).unwrap();
    assert!(json["edges"].as_array().unwrap().iter().any(|edge| edge[0] == "import/rl/quiz/published"));
}

#[test]
fn gc_shows_first_and_removes_only_what_no_experiment_reaches() {
    let project = Project::new();
    project.out(0, RUN);
    project.edit("extrapolate: 0", "extrapolate: 0\n  k_max: 4");
    project.out(0, RUN);
    let shown = project.out(0, &["gc"]);
    assert!(shown.contains("would go") && shown.contains("nothing was removed: add --delete"), "{shown}");
    let removed = project.json(&["gc", "--delete", "--json"]);
    assert!(removed["deleted"] == true && removed["removed"][0]["count"].as_u64().unwrap() > 0, "{removed}");
    assert_eq!(project.ran("done"), [""; 0]);
    // a spec that cannot be read keeps what it made, unless it was named: then it is a mistake
    let spec = fs::read_to_string(project.path("experiments/tiny.yaml")).unwrap();
    project.edit("title:", "titel:");
    let shown = project.json(&["gc", "--json"]);
    assert_eq!((&shown["removed"][0]["count"], &shown["removed"][1]["count"]), (&Value::from(0), &Value::from(0)), "{shown}");
    assert!(project.err(2, &["gc", "experiments/tiny.yaml"]).contains("titel"));
    project.write("experiments/tiny.yaml", &spec);
    project.edit("  k_max: 4\n", "");
    assert!(!project.ran("done").is_empty());
}

#[test]
fn check_re_executes_and_why_walks_to_the_file() {
    let project = Project::new();
    project.out(0, RUN);
    let checked = project.out(0, &["check", "experiments/tiny.yaml"]);
    assert!(checked.lines().all(|line| line.starts_with("same ")) && checked.lines().count() > 5, "{checked}");
    assert_eq!(project.out(0, &["check", "experiments/tiny.yaml", "import"]).lines().count(), 2);
    let why = project.out(0, &["why", "report/summary.txt"]);
    assert!(why.lines().any(|line| line.ends_with("raw input") && line.contains("base.csv")), "{why}");
    assert!(project.err(2, &["why", "no/such"]).contains("no artifact"));
}

#[test]
fn claims_and_schema_are_printed() {
    let project = Project::new();
    assert!(project.err(2, &["claims", "experiments/tiny.yaml"]).contains("have not been judged yet"));
    project.out(0, RUN);
    let claims = project.json(&["claims", "experiments/tiny.yaml", "--json"]);
    assert_eq!((&claims[0]["claim"], claims[0]["line"].as_u64()), (&Value::from("gain"), Some(18)));
    assert!(project.out(0, &["claims", "experiments/tiny.yaml"]).contains("gain (line 18)"));
    assert!(project.json(&["schema"])["properties"]["benchmarks"].is_object());
    assert!(project.err(2, &["review", "experiments/tiny.yaml"]).contains("nothing has been verified yet"));
}

#[test]
fn plan_samples_answers_from_counts() {
    let project = Project::new();
    let arguments = ["plan-samples", "--base", "base.csv", "--model", "rl.csv", "--k", "1,4,8", "--half-width", "0.1"];
    let text = project.out(0, &arguments);
    assert!(text.contains("pilot: 6 problems x 8 samples") && text.contains("fitted law (2k > n)"), "{text}");
    let json = project.json(&[&arguments[..], &["--json", "--budget", "64"]].concat());
    let plans = json["plans"].as_array().unwrap();
    assert!(plans.iter().all(|plan| plan["problems_needed"].as_u64().unwrap() >= 2));
    let spent: u64 =
        json["division"].as_array().unwrap().iter().map(|share| share["base"].as_u64().unwrap() + share["model"].as_u64().unwrap()).sum();
    assert_eq!(spent, 64);
    assert!(project.err(2, &["plan-samples", "--base", "base.csv", "--model", "rl.csv", "--k", "9"]).contains("k = 9 needs a pilot"));
    project.write("other.csv", "problem,n,correct\nq,8,1\n");
    assert!(project.err(2, &["plan-samples", "--base", "base.csv", "--model", "other.csv"]).contains("counts of one model only"));
}

#[test]
fn grade_keeps_the_order_and_names_bad_lines() {
    let project = Project::new();
    project.write(
        "pairs.jsonl",
        "{\"gold\": \"1/2\", \"pred\": \"so it is \\\\boxed{0.5}\"}\n{\"gold\": \"6\", \"pred\": \"\\\\boxed{6\\\\sqrt{2}}\"}\n",
    );
    let out = project.out(0, &["grade", "--domain", "math", "pairs.jsonl"]);
    let verdicts: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(verdicts.iter().map(|verdict| verdict["outcome"].as_str().unwrap()).collect::<Vec<_>>(), ["correct", "incorrect"]);
    assert!(!project.out(0, &["grade", "--domain", "math", "--explain", "pairs.jsonl"]).is_empty());
    project.write("bad.jsonl", "{\"gold\": \"1\", \"pred\": \"1\"}\n{\"gold\": \"1\"}\n");
    let error = project.err(2, &["grade", "--domain", "math", "bad.jsonl"]);
    assert!(error.contains("bad.jsonl:2: expected {\"gold\"") && error.contains("pred"), "{error}");
    assert!(project.err(2, &["grade", "--domain", "code", "bad.jsonl"]).contains("bad.jsonl:1"));
}

#[test]
fn logprobs_agree_with_transformers() {
    let Some(folder) = shared("data/parity/tiny-qwen2") else { return };
    let project = Project::new();
    let reference: Value = serde_json::from_str(&fs::read_to_string(folder.join("reference.json")).unwrap()).unwrap();
    let ids: Vec<Value> = ["prompt_ids", "completion_ids"].iter().flat_map(|name| reference[name].as_array().unwrap().clone()).collect();
    let close = |a: &Value, b: &Value| match (a.as_f64(), b.as_f64()) {
        (Some(a), Some(b)) => (a - b).abs() < 1e-4,
        _ => a.is_null() && b.is_null(),
    };
    project.write("ids.json", &serde_json::json!({"ids": ids}).to_string());
    let found = project.json(&["logprobs", "--model", folder.to_str().unwrap(), "--ids", "ids.json"]);
    for field in ["token_logprobs", "logits_last"] {
        let (found, expected) = (found[field].as_array().unwrap(), reference[field].as_array().unwrap());
        assert!(found.len() == expected.len() && found.iter().zip(expected).all(|(a, b)| close(a, b)), "{field}");
    }
    project.write("ids.json", "[1, 2]");
    assert!(
        project.err(2, &["logprobs", "--model", folder.to_str().unwrap(), "--ids", "ids.json"]).contains("expected {\"ids\": [token ids]}")
    );
}

#[test]
fn samples_repeat_with_their_seed() {
    let Some(folder) = shared("data/parity/tiny-qwen2") else { return };
    let project = Project::new();
    let sample = |seed: &str, threads: &str| {
        let model = folder.to_str().unwrap();
        project.out(
            0,
            &["sample", "--model", model, "--prompt", "one", "-n", "3", "--max-tokens", "8", "--seed", seed, "-j", threads, "--json"],
        )
    };
    assert_eq!(sample("1", "1"), sample("1", "2"));
    assert_eq!(sample("1", "1").lines().count(), 3);
    assert_ne!(sample("1", "1"), sample("2", "1"));
}
