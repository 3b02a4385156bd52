//! Plan, explain, check, why and garbage collection.

mod toy;

use beyond_runner::check::{Finding, check};
use beyond_runner::explain::explain;
use beyond_runner::gc::{Sweep, sweep};
use beyond_runner::why::why;
use beyond_runner::{Graph, State};
use beyond_stage::{Progress, progress::Silent};
use serde_json::json;
use std::sync::Arc;
use toy::{Lab, count, graph, step, write};

fn chain(text: &str) -> Graph {
    graph(vec![write("a", text, &[]), count("n", "a"), write("end", "!", &["n"])])
}

fn explained(lab: &Lab, graph: &Graph, step: &str) -> String {
    explain(&lab.survey(graph), &lab.history(), step).unwrap().to_string()
}

/// A text without its keys and times.
fn masked(text: &str) -> String {
    let hex = |word: &str| word.len() == 12 && word.chars().all(|c| c.is_ascii_hexdigit());
    let lines = text.lines().map(|line| {
        let line = line.split(", made ").next().unwrap_or(line);
        line.split(' ').map(|word| if hex(word) { "KEY" } else { word }).collect::<Vec<_>>().join(" ")
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_plan_tells_hit_run_unknown_and_blocked_apart() {
    let lab = Lab::new();
    let words = |graph: &Graph| lab.plan(graph).steps.iter().map(|step| step.status).collect::<Vec<_>>();
    assert_eq!(words(&chain("abc")), ["run", "unknown", "unknown"]);
    assert!(lab.ran.lock().unwrap().is_empty() && !lab.store.root().exists(), "planning starts nothing and writes nothing");
    lab.run(&chain("abc"));
    assert_eq!(words(&chain("abc")), ["hit", "hit", "hit"]);
    assert!(lab.plan(&chain("abc")).to_string().ends_with("3 hit, 0 run, 0 unknown, 0 blocked: nothing to do"));
    let plan = lab.plan(&chain("xyz"));
    assert!(plan.would_run());
    assert!(plan.to_string().contains("key not known yet: a will be made first"), "{plan}");
    let mut missing = write("raw", "", &[]);
    missing.inputs = vec![beyond_runner::Binding { role: "text".into(), source: beyond_runner::Source::Path("no/such/file".into()) }];
    let plan = lab.plan(&graph(vec![missing, count("n", "raw")]));
    assert_eq!(plan.count("blocked"), 2);
    assert!(plan.to_string().contains("no/such/file"), "{plan}");
}

#[test]
fn a_plan_estimates_from_history_and_leaves_out_what_is_there() {
    let lab = Lab::new();
    let draw = |n: u32| graph(vec![step("draw", "draw", json!({"n": n}), &[])]);
    let planned = lab.plan(&draw(64)).steps.remove(0);
    assert_eq!((planned.work.unwrap().amount, planned.seconds, planned.tokens), (64, None, None));
    lab.run(&draw(64));
    let plan = lab.plan(&draw(256));
    let planned = &plan.steps[0];
    assert_eq!(planned.work.as_ref().map(|work| (work.unit.as_str(), work.amount, work.reused)), Some(("samples", 256, 64)));
    assert_eq!(planned.tokens, Some(1920.0));
    assert!(planned.seconds.unwrap() > 0.0);
    assert!(plan.to_string().contains("256 samples (64 of them probably re-used), 1920 tokens, "), "{plan}");
}

#[test]
fn an_estimate_grows_with_what_the_inputs_ask_for() {
    let lab = Lab::new();
    let draw = |text: &str, n: u32| graph(vec![write("a", text, &[]), step("draw", "draw", json!({"n": n}), &["a"])]);
    assert!(
        lab.plan(&draw("ab", 8))
            .to_string()
            .contains("0 hit, 1 run, 1 unknown, 0 blocked; about 16 samples, time unknown: nothing like it has run yet")
    );
    lab.run(&draw("ab", 8)); // 8 samples for 2 x 8
    let plan = lab.plan(&draw("abcdef", 16));
    let work = plan.steps[1].work.as_ref().unwrap();
    assert_eq!((plan.steps[1].status, work.amount, work.reused), ("unknown", 48, 0));
    assert_eq!((plan.amount("samples"), plan.tokens()), (48, 480.0));
    assert!(plan.to_string().contains("; about 48 samples, 480 tokens, ") && plan.to_string().ends_with(" s on 2 thread(s)"), "{plan}");
}

#[test]
fn explain_names_the_first_cause_with_its_place() {
    let lab = Lab::new();
    let first = explained(&lab, &chain("abc"), "a");
    assert!(
        first.contains("first cause: step \"a\" has no earlier record, nor has any other step of stage write: it never ran"),
        "{first}"
    );
    lab.run(&chain("abc"));
    assert_eq!(masked(&explained(&lab, &chain("abc"), "end")), "step \"end\" is up to date\n  its record KEY of step \"end\"");
    assert_eq!(
        masked(&explained(&lab, &chain("xyz"), "a")),
        "step \"a\" will run: its key KEY is not in the store\n  nearest earlier record KEY of step \"a\"\n  \
         first cause: step \"a\": text \"abc\" -> \"xyz\" at lab.yaml:11:9"
    );
    assert_eq!(
        masked(&explained(&lab, &chain("xyz"), "end")),
        "step \"end\" waits for an input that will be re-made; it runs unless the new input has the old content\n  \
         nearest earlier record KEY of step \"end\"\n  through end <- n <- a\n  first cause: step \"a\": text \"abc\" -> \"xyz\" at lab.yaml:11:9"
    );
}

#[test]
fn explain_names_a_few_of_many_causes() {
    let lab = Lab::new();
    let names: Vec<String> = (0..8).map(|i| format!("s{i}")).collect();
    let wide = |text: &str| {
        let ids: Vec<&str> = names.iter().map(String::as_str).collect();
        let writes = ids.iter().map(|id| write(id, &format!("{text} {id}"), &[]));
        graph(writes.chain([step("p", "pack", json!({}), &ids)]).collect())
    };
    lab.run(&wide("old"));
    let text = explained(&lab, &wide("new"), "p");
    assert!(
        text.contains("first cause: step \"s0\": text \"old s0\" -> \"new s0\"") && text.ends_with("and 3 more (--json lists them)"),
        "{text}"
    );
    assert_eq!(explain(&lab.survey(&wide("new")), &lab.history(), "p").unwrap().causes.len(), 8);
}

#[test]
fn explain_follows_a_changed_input_to_a_step_that_is_there() {
    let lab = Lab::new();
    lab.run(&chain("abc"));
    let longer = graph(vec![write("a", "abcd", &[]), count("n", "a")]);
    lab.run(&longer);
    let text = masked(&explained(&lab, &chain("abcd"), "end"));
    assert!(text.starts_with("step \"end\" will run"), "{text}");
    assert!(text.ends_with("through end <- n <- a\n  first cause: step \"a\": text \"abc\" -> \"abcd\" at lab.yaml:11:9"), "{text}");
}

#[test]
fn explain_tells_of_removed_artifacts_changed_files_and_unknown_steps() {
    let lab = Lab::new();
    let summary = lab.run(&chain("abc"));
    std::fs::remove_file(lab.store.content(&summary.state("n").unwrap().record().unwrap().outputs["text.txt"])).unwrap();
    let text = explained(&lab, &chain("abc"), "end");
    assert!(text.contains("first cause: step \"n\" was made before, but its artifact \"text.txt\" is no longer in the store"), "{text}");
    let error = explain(&lab.survey(&chain("abc")), &lab.history(), "ned").unwrap_err();
    assert_eq!(error.to_string(), "there is no step \"ned\"; perhaps you mean one of: n, a, end");
    let file = lab.dir.path().join("raw");
    let mut raw = write("raw", "", &[]);
    raw.inputs = vec![beyond_runner::Binding { role: "text".into(), source: beyond_runner::Source::Path(file.clone()) }];
    let raw = graph(vec![raw]);
    std::fs::write(&file, "1").unwrap();
    lab.run(&raw);
    std::fs::write(&file, "22").unwrap();
    let text = explained(&lab, &raw, "raw");
    let change = format!("the content of its input \"text.0\" ({}) changed: ", file.display());
    assert!(text.contains(&format!("first cause: step \"raw\": {change}")), "{text}");
    let many = graph((0..12).map(|i| write(&format!("step-{i}"), "x", &[])).collect());
    let error = explain(&lab.survey(&many), &lab.history(), "step-11x").unwrap_err().to_string();
    assert!(error.contains("one of: step-11, step-1, ") && error.ends_with(" and 4 more (`beyond plan` lists them)"), "{error}");
}

#[test]
fn check_re_executes_and_compares() {
    let lab = Lab::new();
    let steps = graph(vec![
        write("a", "abc", &[]),
        step("draw", "draw", json!({"n": 8}), &[]),
        step("m", "moody", json!({}), &[]),
        step("p", "pack", json!({}), &["a"]),
    ]);
    let find = |i: usize| {
        let silent: Progress = Arc::new(Silent);
        check(&lab.survey(&steps), i, 1, &Arc::default(), &silent).unwrap()
    };
    std::fs::create_dir_all(lab.store.root()).unwrap();
    assert!(matches!(find(0), Finding::Skipped { .. }));
    lab.run(&steps);
    lab.ran.lock().unwrap().clear();
    assert_eq!([find(0), find(1), find(3)], [Finding::Same, Finding::Same, Finding::Same]);
    assert_eq!(*lab.ran.lock().unwrap(), ["write(abc)", "draw(8)", "pack"], "nothing is taken from the journal");
    assert_eq!(find(2), Finding::Different { outputs: vec!["text.txt".into()] });
    assert_eq!(lab.listing("").len(), 5, "{:?}", lab.listing(""));
}

#[test]
fn why_walks_to_raw_inputs() {
    let lab = Lab::new();
    let file = lab.dir.path().join("raw");
    std::fs::write(&file, "raw").unwrap();
    let mut read = write("read", "", &[]);
    read.inputs = vec![beyond_runner::Binding { role: "text".into(), source: beyond_runner::Source::Path(file.clone()) }];
    let summary = lab.run(&graph(vec![read, count("n", "read")]));
    let digest = summary.state("n").unwrap().record().unwrap().outputs["text.txt"].digest;
    let records = lab.store.records().unwrap();
    let found = why(&records, &digest.short()).unwrap();
    let names = [&found[0].name, &found[0].parents[0].name, &found[0].parents[0].parents[0].name];
    assert_eq!(names, ["n/text.txt", "read/text.txt", &file.display().to_string()]);
    assert!(why(&records, "n/text.txt").is_ok());
    assert!(why(&records, "ab").unwrap_err().to_string().contains("at least 4 digits"));
}

#[test]
fn gc_keeps_what_the_named_graphs_reach() {
    let lab = Lab::new();
    let kept = chain("abc");
    lab.run(&kept);
    lab.run(&chain("longer text"));
    lab.run(&graph(vec![step("draw", "draw", json!({"n": 8}), &[])]));
    std::fs::create_dir_all(lab.store.root().join("temporary/leftover")).unwrap();
    let before = (lab.listing("actions"), lab.listing("content"));
    let dry = sweep(&lab.store, &[lab.survey(&kept)], &[], Sweep::default()).unwrap();
    assert_eq!(before, (lab.listing("actions"), lab.listing("content")), "a dry run removes nothing");
    let counts = |shares: &[beyond_runner::gc::Share]| shares.iter().map(|share| share.count).collect::<Vec<_>>();
    // records, content, scratch, journals, temporary
    assert_eq!((counts(&dry.removed), counts(&dry.kept)), (vec![4, 4, 0, 0, 1], vec![3, 3, 0, 1, 0]));
    let swept = sweep(&lab.store, &[lab.survey(&kept)], &[], Sweep { delete: true, journals: false }).unwrap();
    assert_eq!(counts(&swept.removed), counts(&dry.removed));
    assert_eq!(lab.ran(&kept), [""; 0]);
    assert_eq!(lab.listing("journals").len(), 1);
    let unread = sweep(&lab.store, &[], &["other/lab.yaml".into()], Sweep::default()).unwrap();
    assert_eq!((unread.removed[0].count, unread.removed[1].count), (0, 0), "a spec that cannot be read keeps what it made");
    sweep(&lab.store, &[], &[], Sweep { delete: true, journals: true }).unwrap();
    assert!(lab.listing("journals").is_empty() && lab.listing("actions").is_empty());
}

#[test]
fn gc_refuses_while_a_run_uses_the_store() {
    let lab = Lab::new();
    lab.run(&chain("abc"));
    let in_use = std::fs::File::open(lab.store.root().join("locks/store.lock")).unwrap();
    in_use.lock_shared().unwrap();
    let error = sweep(&lab.store, &[], &[], Sweep { delete: true, journals: false }).unwrap_err();
    assert!(error.to_string().contains("a run is using"), "{error}");
    assert!(matches!(lab.run(&chain("abc")).state("a").unwrap(), State::Hit(_)));
}
