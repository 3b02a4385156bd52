//! Prints the bars of the code judge: reference solutions, recorded verdicts, throughput.
//!
//!     cargo run -p beyond-sandbox --example sandbox_bars [-- [references|samples|trivial] [CPU_SECONDS [WORKERS]]]
//!
//! Needs the folder `../shared` beside the checkout (benchmark files and recorded model outputs); see
//! docs/verification.md, section Code, for the numbers it gave.

use anyhow::{Context, Result};
use beyond_record::Outcome;
use beyond_sandbox::{Config, Form, Judgement, Sandbox, Task, Test, Value, load_tasks};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

fn main() -> Result<()> {
    let (numbers, names): (Vec<String>, Vec<String>) = std::env::args().skip(1).partition(|a| a.parse::<f64>().is_ok());
    let asked = |name: &str| names.is_empty() || names.iter().any(|n| n == name);
    let mut config = Config::default();
    config.cpu_seconds = numbers.first().map_or(Ok(config.cpu_seconds), |n| n.parse())?;
    config.workers = numbers.get(1).map_or(Ok(config.workers), |n| n.parse())?;
    let shared = shared().context("no folder ../shared beside the checkout")?;
    if asked("references") {
        references(&config, &shared.join("data/benchmarks"))?;
    }
    if asked("samples") {
        samples(&config, &shared.join("data"))?;
    }
    if asked("trivial") {
        trivial(&config)?;
    }
    Ok(())
}

/// `<checkout>/../shared`, found by walking up.
fn shared() -> Option<PathBuf> {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|p| p.join("../shared")).find(|p| p.join("data").is_dir())
}

/// User and system CPU seconds of this process and of all that it has waited for.
fn cpu_seconds() -> f64 {
    [libc::RUSAGE_SELF, libc::RUSAGE_CHILDREN].into_iter().map(used).sum()
}

fn used(who: libc::c_int) -> f64 {
    // SAFETY: getrusage fills the struct it is given
    let usage = unsafe {
        let mut usage = std::mem::zeroed::<libc::rusage>();
        libc::getrusage(who, &mut usage);
        usage
    };
    [usage.ru_utime, usage.ru_stime].iter().map(|t| t.tv_sec as f64 + t.tv_usec as f64 / 1e6).sum()
}

/// Judges the items in a sandbox of its own; also the CPU seconds of everything, zygotes and judge included.
fn judge(config: &Config, items: &[(&Task, &str)]) -> Result<(Vec<Judgement>, f64)> {
    let (cpu, wall) = (cpu_seconds(), Instant::now());
    let sandbox = Sandbox::start(config.clone())?;
    let environment = serde_json::to_string(&sandbox.environment())?;
    let done = AtomicUsize::new(0);
    let judgements = sandbox.judge_many(items, |_, _| progress(done.fetch_add(1, Ordering::Relaxed) + 1, items.len()));
    drop(sandbox);
    let spent = cpu_seconds() - cpu;
    println!("  {environment}\n  {} candidates, {spent:.1} CPU s, {:.1} s wall", items.len(), wall.elapsed().as_secs_f64());
    Ok((judgements, spent))
}

fn progress(done: usize, of: usize) {
    if done.is_multiple_of(1000) {
        eprintln!("  {done} of {of}");
    }
}

/// Reference solutions must pass their own tests.
fn references(config: &Config, folder: &Path) -> Result<()> {
    for file in ["HumanEvalPlus-v0.1.10.jsonl.gz", "MbppPlus-v0.2.0.jsonl.gz"] {
        println!("reference solutions of {file}");
        let mut tasks = load_tasks(&folder.join(file))?;
        tasks.iter_mut().for_each(|t| t.form = Form::Program);
        let solutions: Vec<(&Task, &str)> = tasks.iter().filter_map(|t| Some((t, reference(t)?))).collect();
        let (judgements, _) = judge(config, &solutions)?;
        let right = judgements.iter().filter(|j| j.outcome.is_correct()).count();
        println!("  {right} of {} pass", tasks.len());
        for ((task, _), j) in solutions.iter().zip(&judgements).filter(|(_, j)| !j.outcome.is_correct()) {
            println!("  {} {}: {}", task.id, j.outcome.as_str(), j.reason);
        }
    }
    Ok(())
}

fn reference(task: &Task) -> Option<&str> {
    match &task.test {
        Test::EvalPlus(test) => Some(&test.reference),
        _ => None,
    }
}

#[derive(Deserialize)]
struct Samples {
    samples: Vec<String>,
}

#[derive(Deserialize)]
struct Recorded {
    task_id: String,
    codet_row: usize,
    verdicts: String,
    errors: Vec<Option<String>>,
}

fn rows<T: serde::de::DeserializeOwned>(path: &Path) -> Result<Vec<T>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    text.lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
}

/// 16,400 samples of CodeGen-16B on HumanEval against their recorded verdicts.
fn samples(config: &Config, data: &Path) -> Result<()> {
    println!("CodeGen-16B on HumanEval, CPU limit {} s", config.cpu_seconds);
    let folder = data.join("outputs/codet_humaneval");
    let mut tasks = load_tasks(&data.join("benchmarks/HumanEval.jsonl.gz"))?;
    tasks.iter_mut().for_each(|t| t.form = Form::Continuation);
    let samples: Vec<Samples> = rows(&folder.join("HumanEval_codegen16B_temp0.8_topp0.95_num100_max300_code_solution.jsonl"))?;
    let recorded: Vec<Recorded> = rows(&folder.join("verdicts.jsonl"))?;
    let mut items = Vec::new();
    for row in &recorded {
        let task = tasks.iter().find(|t| t.id == row.task_id).with_context(|| row.task_id.clone())?;
        items.extend(samples[row.codet_row].samples.iter().map(|s| (task, s.as_str())));
    }
    let (judgements, spent) = judge(config, &items)?;
    let differ = compare(&recorded, &judgements);
    throughput(&items, &judgements, spent);
    println!("the differences again, with the recorded limits (10 CPU s, 1 GiB)");
    let again: Vec<(&Task, &str)> = differ.iter().map(|i| items[*i]).collect();
    let config = &Config { cpu_seconds: 10.0, memory_bytes: 1 << 30, ..config.clone() };
    for (i, judgement) in differ.iter().zip(judge(config, &again)?.0) {
        println!("  {} [{}] {} {}", items[*i].0.id, i % 100, judgement.outcome.as_str(), judgement.reason);
    }
    Ok(())
}

fn letter(outcome: Outcome) -> char {
    match outcome {
        Outcome::Correct => 'P',
        Outcome::TimedOut => 'T',
        Outcome::Unjudged => 'U',
        _ => 'F',
    }
}

/// Prints the table of recorded against given verdicts, every difference, and pass@k. The items that differ.
fn compare(recorded: &[Recorded], judgements: &[Judgement]) -> Vec<usize> {
    let mut table: BTreeMap<(char, char), u32> = BTreeMap::new();
    let mut reasons: BTreeMap<(String, String), u32> = BTreeMap::new();
    let (mut counts, mut differ) = (Vec::new(), Vec::new());
    for (at, (row, given)) in recorded.iter().zip(judgements.chunks(100)).enumerate() {
        for (i, (was, j)) in row.verdicts.chars().zip(given).enumerate() {
            let is = letter(j.outcome);
            *table.entry((was, is)).or_default() += 1;
            let error = row.errors[i].clone().unwrap_or_default();
            if was != is {
                differ.push(100 * at + i);
                println!("  differs: {} [{i}] recorded {was} {error}, given {is} {}", row.task_id, j.reason);
            } else if error != j.reason && is == 'F' {
                *reasons.entry((error, j.reason.clone())).or_default() += 1;
            }
        }
        counts.push(given.iter().filter(|j| j.outcome.is_correct()).count() as u32);
    }
    println!("  recorded, given: {table:?}");
    println!("  same verdict for another reason: {reasons:?}");
    for k in [1, 2, 10, 100] {
        println!("  pass@{k} {:.4}", counts.iter().map(|c| pass_at_k(100, *c, k)).sum::<f64>() / counts.len() as f64);
    }
    differ
}

/// 1 - C(n-c, k) / C(n, k), here only to check; the pipeline's own lives in beyond-statistics.
fn pass_at_k(n: u32, c: u32, k: u32) -> f64 {
    if n - c < k { 1.0 } else { 1.0 - (n - c + 1..=n).map(|i| 1.0 - f64::from(k) / f64::from(i)).product::<f64>() }
}

fn throughput(items: &[(&Task, &str)], judgements: &[Judgement], spent: f64) {
    let distinct: BTreeMap<(&str, &str), &Judgement> = items.iter().zip(judgements).map(|((t, s), j)| ((t.id.as_str(), *s), j)).collect();
    let late = |j: &&&Judgement| j.outcome == Outcome::TimedOut;
    let waiting: f64 = distinct.values().filter(late).map(|j| j.cpu_seconds).sum();
    let ended = distinct.values().filter(|j| !late(j)).count();
    let slowest = distinct.values().filter(|j| j.outcome.is_correct()).map(|j| j.cpu_seconds).fold(0.0, f64::max);
    let n = items.len() as f64;
    println!("  {:.0} candidates per CPU-second ({:.0} distinct)", n / spent, distinct.len() as f64 / spent);
    println!("  {waiting:.1} CPU s were spent in time-outs; without them {:.0} distinct per CPU-second", ended as f64 / (spent - waiting));
    println!("  slowest correct candidate: {slowest:.3} CPU s");
}

/// Tiny functions on ten inputs: what fork and judge cost.
fn trivial(config: &Config) -> Result<()> {
    println!("trivial functions, ten inputs each");
    let inputs = (0..10).map(|n| vec![Value::List(vec![Value::Int(n), Value::Int(n + 1)])]).collect();
    let outputs = (0..10).map(|n| Value::Int(2 * n + 1)).collect();
    let test = Test::Calls { prelude: String::new(), entry_point: "f".into(), inputs, outputs };
    let task = Task { id: "trivial".into(), prompt: String::new(), form: Form::Program, cpu_seconds: None, memory_bytes: None, test };
    let programs: Vec<String> = (0..4000).map(|i| format!("def f(x):\n    return x[0] + x[1] + {i} - {i}\n")).collect();
    let items: Vec<(&Task, &str)> = programs.iter().map(|p| (&task, p.as_str())).collect();
    let (judgements, spent) = judge(config, &items)?;
    assert!(judgements.iter().all(|j| j.outcome.is_correct()));
    println!("  {:.0} candidates per CPU-second", items.len() as f64 / spent);
    Ok(())
}
