//! Published benchmarks, where the reference material stands beside the checkout; skipped where it does not.
//! Small parts only: `examples/sandbox_bars.rs` runs everything.

use beyond_record::Outcome;
use beyond_sandbox::{Config, Form, Sandbox, Task, Test, load_tasks};
use std::path::{Path, PathBuf};

fn shared(path: &str) -> Option<PathBuf> {
    let mut folders = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|p| p.join("../shared").join(path));
    let found = folders.find(|p| p.exists());
    if found.is_none() {
        eprintln!("skipped: no ../shared/{path} beside the checkout");
    }
    found
}

/// Judges programs that must all be right; shows those that are not.
fn assert_all_right(items: &[(&Task, &str)]) {
    let sandbox = Sandbox::start(Config::default()).expect("a sandbox on this machine");
    let judgements = sandbox.judge_many(items, |_, _| ());
    let judged = items.iter().zip(&judgements);
    let wrong: Vec<_> = judged.filter(|(_, j)| j.outcome != Outcome::Correct).map(|((t, _), j)| (&t.id, j)).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn reference(task: &Task) -> &str {
    match &task.test {
        Test::EvalPlus(test) => &test.reference,
        _ => panic!("{} has no reference solution", task.id),
    }
}

#[test]
fn the_solutions_of_human_eval_plus_pass_the_tests_of_human_eval() {
    let Some(path) = shared("data/benchmarks/HumanEval.jsonl.gz") else { return };
    let Some(plus) = shared("data/benchmarks/HumanEvalPlus-v0.1.10.jsonl.gz") else { return };
    let mut tasks = load_tasks(&path).unwrap();
    tasks.iter_mut().for_each(|t| t.form = Form::Program);
    let solved = load_tasks(&plus).unwrap();
    let items: Vec<(&Task, &str)> = tasks.iter().zip(&solved).map(|(t, s)| (t, reference(s))).collect();
    assert_eq!(items.len(), 164);
    assert_all_right(&items);
}

/// Tasks of every special rule: deserialisation, oracle, own tolerance.
#[test]
fn the_references_of_the_special_tasks_of_mbpp_plus_pass() {
    let Some(path) = shared("data/benchmarks/MbppPlus-v0.2.0.jsonl.gz") else { return };
    let special = [
        2, 63, 70, 75, 82, 106, 120, 124, 137, 233, 250, 252, 259, 278, 307, 558, 579, 580, 581, 615, 722, 737, 742, 750, 753, 769, 791,
        793, 809,
    ];
    let mut tasks = load_tasks(&path).unwrap();
    assert_eq!(tasks.len(), 378);
    tasks.retain(|t| special.iter().any(|n| t.id == format!("Mbpp/{n}")));
    tasks.iter_mut().for_each(|t| t.form = Form::Program);
    assert!(tasks.len() > 20, "{}", tasks.len());
    assert_all_right(&tasks.iter().map(|t| (t, reference(t))).collect::<Vec<_>>());
}

#[derive(serde::Deserialize)]
struct Samples {
    samples: Vec<String>,
}

#[derive(serde::Deserialize)]
struct Recorded {
    task_id: String,
    codet_row: usize,
    verdicts: String,
}

fn rows<T: serde::de::DeserializeOwned>(path: &Path) -> Vec<T> {
    std::fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Every twentieth problem, without its recorded time-outs.
#[test]
fn recorded_verdicts_of_real_samples_are_reproduced() {
    let Some(folder) = shared("data/outputs/codet_humaneval") else { return };
    let Some(path) = shared("data/benchmarks/HumanEval.jsonl.gz") else { return };
    let mut tasks = load_tasks(&path).unwrap();
    tasks.iter_mut().for_each(|t| t.form = Form::Continuation);
    let samples: Vec<Samples> = rows(&folder.join("HumanEval_codegen16B_temp0.8_topp0.95_num100_max300_code_solution.jsonl"));
    let recorded: Vec<Recorded> = rows(&folder.join("verdicts.jsonl"));
    let (mut items, mut want) = (Vec::new(), Vec::new());
    for row in recorded.iter().step_by(20) {
        let task = tasks.iter().find(|t| t.id == row.task_id).unwrap();
        for (text, verdict) in samples[row.codet_row].samples.iter().zip(row.verdicts.chars()).filter(|(_, v)| *v != 'T') {
            items.push((task, text.as_str()));
            want.push(verdict == 'P');
        }
    }
    let sandbox = Sandbox::start(Config::default()).expect("a sandbox on this machine");
    let judgements = sandbox.judge_many(&items, |_, _| ());
    let differ: Vec<_> = judgements.iter().zip(&want).enumerate().filter(|(_, (j, right))| j.outcome.is_correct() != **right).collect();
    assert!(differ.is_empty() && want.len() > 800, "{differ:#?}");
}

/// Eight at once on however few cores: the verdicts, reasons included, are those of one at a time. Real samples of HumanEval
/// (every fortieth problem, without recorded time-outs) and the special tasks of MBPP+ with right and with wrong programs.
#[test]
fn verdicts_do_not_depend_on_company() {
    let Some(folder) = shared("data/outputs/codet_humaneval") else { return };
    let (Some(human_eval), Some(mbpp)) = (shared("data/benchmarks/HumanEval.jsonl.gz"), shared("data/benchmarks/MbppPlus-v0.2.0.jsonl.gz"))
    else {
        return;
    };
    let mut tasks = load_tasks(&human_eval).unwrap();
    let samples: Vec<Samples> = rows(&folder.join("HumanEval_codegen16B_temp0.8_topp0.95_num100_max300_code_solution.jsonl"));
    let recorded: Vec<Recorded> = rows(&folder.join("verdicts.jsonl"));
    tasks.iter_mut().for_each(|t| t.form = Form::Continuation);
    let mut plus: Vec<Task> = load_tasks(&mbpp).unwrap().into_iter().step_by(40).collect();
    plus.iter_mut().for_each(|t| t.form = Form::Program);
    let broken: Vec<String> = plus.iter().map(|t| reference(t).replacen("return", "return None and", 1)).collect();
    let mut items: Vec<(&Task, &str)> = plus.iter().flat_map(|t| [(t, reference(t))]).collect();
    items.extend(plus.iter().zip(&broken).map(|(t, program)| (t, program.as_str())));
    for row in recorded.iter().skip(3).step_by(40) {
        let task = tasks.iter().find(|t| t.id == row.task_id).unwrap();
        let kept = samples[row.codet_row].samples.iter().zip(row.verdicts.chars()).filter(|(_, v)| *v != 'T');
        items.extend(kept.map(|(text, _)| (task, text.as_str())));
    }
    let judged = |workers| Sandbox::start(Config { workers, ..Config::default() }).expect("a sandbox").judge_many(&items, |_, _| ());
    let (one, eight) = (judged(1), judged(8));
    let said = |j: &beyond_sandbox::Judgement| (j.outcome, j.reason.clone());
    let differ: Vec<_> = one.iter().zip(&eight).enumerate().filter(|(_, (a, b))| said(a) != said(b)).collect();
    assert!(differ.is_empty() && items.len() > 300, "{differ:#?}");
    let right = one.iter().filter(|j| j.outcome == Outcome::Correct).count();
    assert!(right > 10 && right < items.len() - 100, "both kinds: {right} of {}", items.len());
}
