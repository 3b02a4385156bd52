//! What runs, what is re-used, what is blocked, and how a run ends.

mod toy;

use beyond_runner::{Binding, Options, Source, State, run};
use serde_json::json;
use std::sync::atomic::Ordering;
use std::time::Duration;
use toy::{Lab, count, graph, step, write};

#[test]
fn a_second_run_does_nothing_and_an_edit_redoes_only_what_it_must() {
    let lab = Lab::new();
    let chain = |text: &str| graph(vec![write("a", text, &[]), count("n", "a"), write("end", "!", &["n"]), write("b", "apart", &[])]);
    assert_eq!(lab.ran(&chain("abc")), ["count(abc)", "write(!3)", "write(abc)", "write(apart)"]);
    assert_eq!(lab.ran(&chain("abc")), [""; 0]);
    // early cut-off: the edited text has the same length, so nothing below `n` runs
    assert_eq!(lab.ran(&chain("xyz")), ["count(xyz)", "write(xyz)"]);
    assert_eq!(lab.ran(&chain("abcd")), ["count(abcd)", "write(!4)", "write(abcd)"]);
    // going back is free
    assert_eq!(lab.ran(&chain("abc")), [""; 0]);
}

/// What the machine failed in part is published, read by the steps after it, and made again by the next run, once.
#[test]
fn a_provisional_result_is_read_and_made_again() {
    let lab = Lab::new();
    let steps = graph(vec![step("a", "trouble", json!({"text": "machine"}), &[]), write("end", "!", &["a"])]);
    assert_eq!(lab.ran(&steps), ["trouble(machine)", "write(!1)"]);
    let plan = lab.plan(&steps);
    assert_eq!((plan.steps[0].status, plan.steps[0].reason.as_str()), ("run", "2 of 3 are missing"));
    assert!(lab.survey(&steps).records().count() == 2, "it can be looked at meanwhile");
    assert_eq!(lab.ran(&steps), ["trouble(machine)", "write(!3)"]);
    assert!(lab.notes().contains("a: 2 of 3 are missing; it is made again"), "{}", lab.notes());
    assert_eq!(lab.ran(&steps), [""; 0]);
    assert!(!lab.plan(&steps).would_run());
}

#[test]
fn written_out_defaults_and_the_order_of_fields_change_nothing() {
    let lab = Lab::new();
    assert_eq!(lab.ran(&graph(vec![step("a", "write", json!({"text": "x"}), &[])])).len(), 1);
    assert_eq!(lab.ran(&graph(vec![step("renamed", "write", json!({"times": 2, "text": "x"}), &[])])), [""; 0]);
}

#[test]
fn folders_are_artifacts_and_outside_files_are_inputs() {
    let lab = Lab::new();
    let file = lab.dir.path().join("raw.txt");
    std::fs::write(&file, "raw").unwrap();
    let mut pack = step("pack", "pack", json!({}), &["a"]);
    pack.inputs.push(Binding { role: "text".into(), source: Source::Path(file.clone()) });
    let steps = graph(vec![write("a", "made", &[]), pack]);
    let summary = lab.run(&steps);
    let folder = lab.store.content(&summary.state("pack").unwrap().record().unwrap().outputs["box"]);
    assert_eq!(std::fs::read_to_string(folder.join("0.txt")).unwrap(), "made");
    assert_eq!(std::fs::read_to_string(folder.join("1.txt")).unwrap(), "raw");
    assert!(std::fs::metadata(folder.join("1.txt")).unwrap().permissions().readonly());
    assert_eq!(lab.ran(&steps), [""; 0]);
    std::fs::write(&file, "edited").unwrap();
    assert_eq!(lab.ran(&steps), ["pack"]);
    std::fs::remove_file(&file).unwrap();
    let summary = lab.run(&steps);
    assert_eq!(summary.exit_code(), 2);
    let State::Failed(error) = summary.state("pack").unwrap() else { panic!("{summary:?}") };
    assert!(error.to_string().contains("lab.yaml:10:3: step \"pack\": cannot read") && error.to_string().contains("raw.txt"), "{error}");
}

#[test]
fn independent_branches_go_on_after_a_failure() {
    let lab = Lab::new();
    let steps = graph(vec![
        step("bad", "trouble", json!({"text": "any"}), &[]),
        count("below", "bad"),
        write("further", "", &["below"]),
        write("good", "fine", &[]),
        count("n", "good"),
    ]);
    let summary = lab.run(&steps);
    assert_eq!(summary.in_state("failed"), ["bad"]);
    assert_eq!(summary.in_state("blocked"), ["below", "further"]);
    assert_eq!(summary.in_state("done"), ["good", "n"]);
    assert!(matches!(summary.state("further").unwrap(), State::Blocked { by } if by == "bad"));
    assert_eq!(summary.exit_code(), 1);
    // a failure is not cached: it runs again, what was done does not
    lab.ran.lock().unwrap().clear();
    let summary = lab.run(&steps);
    assert_eq!(*lab.ran.lock().unwrap(), ["trouble(any)"]);
    assert_eq!(summary.in_state("hit"), ["good", "n"]);
    assert!(lab.listing("temporary").is_empty(), "nothing half-made is left");
}

#[test]
fn the_exit_status_tells_whose_mistake_it_was() {
    let lab = Lab::new();
    let code = |texts: &[&str]| {
        let steps = texts.iter().map(|text| step(text, "trouble", json!({"text": text}), &[])).collect();
        lab.run(&graph(steps)).exit_code()
    };
    assert_eq!(code(&["user"]), 2);
    assert_eq!(code(&["user", "any"]), 1);
    assert_eq!(code(&["full disk"]), 1);
    let unknown = run(&graph(vec![step("a", "wriet", json!({}), &[])]), &lab.registry, &lab.store, &lab.options, &lab).unwrap_err();
    assert!(beyond_runner::is_users(&unknown));
    assert_eq!(
        unknown.to_string(),
        "lab.yaml:10:3: step \"a\": there is no stage \"wriet\"; the stages are count, draw, moody, pack, trouble, write"
    );
    let unfit = run(&graph(vec![step("a", "write", json!({"txet": 1}), &[])]), &lab.registry, &lab.store, &lab.options, &lab).unwrap_err();
    assert!(unfit.to_string().contains("unknown field `txet`"), "{unfit}");
}

#[test]
fn a_panic_is_the_failure_of_its_step() {
    let lab = Lab::new();
    let summary = lab.run(&graph(vec![step("bad", "trouble", json!({"text": "panic"}), &[]), write("good", "fine", &[])]));
    let State::Failed(error) = summary.state("bad").unwrap() else { panic!("{summary:?}") };
    assert_eq!(error.to_string(), "stage trouble panicked: index out of cheese (a defect of the program)");
    assert_eq!(summary.in_state("done"), ["good"]);
}

#[test]
fn stopping_keeps_what_is_done_and_the_scratch_of_what_is_not() {
    let lab = Lab::new();
    let steps =
        graph(vec![write("first", "x", &[]), step("long", "trouble", json!({"text": "cancel"}), &["first"]), count("after", "long")]);
    let summary = lab.run(&steps);
    assert_eq!(summary.in_state("done"), ["first"]);
    assert_eq!(summary.in_state("stopped"), ["long", "after"]);
    assert_eq!(summary.exit_code(), 130);
    assert_eq!(lab.listing("scratch").len(), 1, "the half-done step can resume");
    assert!(lab.listing("temporary").is_empty() && lab.listing("actions").len() == 1);
    lab.options.cancel.store(false, Ordering::Relaxed);
    assert_eq!(lab.run(&steps).in_state("hit"), ["first"]);
}

#[test]
fn raising_n_draws_only_what_is_missing() {
    let lab = Lab::new();
    let draw = |n: u32| graph(vec![step("draw", "draw", json!({"n": n}), &[])]);
    assert_eq!(lab.ran(&draw(64)), ["draw(64)"]);
    assert_eq!(lab.ran(&draw(256)), ["draw(192)"]);
    let record = lab.run(&draw(256)).state("draw").unwrap().record().unwrap().clone();
    assert_eq!((record.effort.total, record.effort.found, record.effort.done, record.effort.tokens), (256, 64, 192, 1920));
    assert_eq!(record.measures["samples_drawn"], 192.0);
    let fresh = Lab::new();
    let (raised, straight) = (lab.text(&lab.run(&draw(256)), "draw"), fresh.text(&fresh.run(&draw(256)), "draw"));
    assert_eq!(raised, straight);
}

#[test]
fn concurrent_runs_make_each_step_once() {
    let lab = Lab::new();
    let steps: Vec<_> = (0..12).map(|i| write(&format!("s{i}"), &format!("text {i}"), &[])).collect();
    let (all, half) = (graph(steps.clone()), graph(steps[..6].to_vec()));
    std::thread::scope(|scope| {
        for graph in [&all, &half, &all, &half] {
            scope.spawn(|| assert_eq!(lab.run(graph).exit_code(), 0));
        }
    });
    let mut ran = lab.ran.lock().unwrap().clone();
    ran.sort();
    let mut once = ran.clone();
    once.dedup();
    assert_eq!((ran.len(), ran), (12, once));
    assert_eq!(lab.listing("locks"), ["store.lock"]);
}

#[test]
fn a_run_waits_for_the_lock_of_another_and_gives_up_when_told_to() {
    let lab = Lab::new();
    let steps = graph(vec![write("a", "x", &[])]);
    let key = match &lab.survey(&steps).statuses[0] {
        beyond_runner::Status::Run { key, .. } => *key,
        other => panic!("{other:?}"),
    };
    std::fs::create_dir_all(lab.store.root().join("locks")).unwrap();
    let path = lab.store.root().join(format!("locks/{key}.lock"));
    std::fs::write(&path, "process 7 on elsewhere").unwrap();
    let held = std::fs::File::open(&path).unwrap();
    held.lock().unwrap();
    let patient = Options { lock_timeout: Some(Duration::ZERO), ..lab.options.clone() };
    let summary = run(&steps, &lab.registry, &lab.store, &patient, &lab).unwrap();
    let State::Failed(error) = summary.state("a").unwrap() else { panic!("{summary:?}") };
    assert!(error.to_string().contains("held by process 7 on elsewhere"), "{error}");
    drop(held); // the owner died: its file is still there, its lock is not
    assert_eq!(lab.run(&steps).in_state("done"), ["a"]);
}

#[test]
fn results_and_keys_do_not_depend_on_the_number_of_threads() {
    let steps = graph(vec![write("a", "x", &[]), write("b", "y", &[]), write("c", "", &["a", "b"]), count("d", "c")]);
    let digests = |threads: usize| {
        let mut lab = Lab::new();
        lab.options.threads = threads;
        let summary = lab.run(&steps);
        summary.steps.iter().map(|(_, state)| (state.record().unwrap().key, state.record().unwrap().outputs.clone())).collect::<Vec<_>>()
    };
    assert_eq!(digests(1), digests(8));
}
