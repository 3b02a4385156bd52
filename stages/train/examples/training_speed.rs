//! What training costs and where the time goes, on the laboratory's default model and corpus.
//!
//! `cargo run -p beyond-train --example training_speed -- [name=value ...]`, names and defaults in [`Options`]. Times are CPU-seconds (user + system)
//! of the process, because cores may be shared; divide by threads for wall time on free cores. Problems are of the RL fold.

use anyhow::{Context, Result};
use beyond_model::{
    AdamW, AdamWParams, Decoder, Gradient, Grads, Objective, Request as Prompted, Sample, SamplingParams, Scorable, Sequence, TokenStats,
    Tokenizer, backward, sample,
};
use beyond_problems::{Family, FamilySpec, Request, Split};
use beyond_record::{Problem, TrainLog};
use beyond_stage::{Digest, Input, Job, Stage, table};
use beyond_train::{Params, Train};
use serde_json::{Value, json};
use std::path::Path;
use std::time::Instant;

/// Problem sets whose pass@1 is printed: family, level.
const SETS: [(&str, u32); 7] =
    [("program", 2), ("program", 3), ("modular", 1), ("modular", 2), ("modular", 3), ("countdown", 3), ("countdown", 4)];
/// RL problems: family, level, how many.
type Mixture = &'static [(&'static str, u32, u32)];
/// Problems that a base solves now and then.
const EASY: Mixture = &[("program", 2, 200), ("countdown", 3, 1000), ("modular", 1, 400), ("modular", 2, 400)];
/// A mixture with many problems that it hardly ever solves.
const HARD: Mixture = &[("program", 2, 200), ("program", 3, 1800), ("countdown", 4, 1000), ("modular", 3, 1000)];
/// Parts of the corpus.
const CORPUS: [(&str, f64); 3] = [("program", 0.5), ("countdown", 0.25), ("modular", 0.25)];

#[derive(serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Options {
    /// Pretraining steps, documents per step, peak learning rate.
    pretrain: u64,
    batch: u64,
    rate: f64,
    /// RL steps of every run; 0 leaves RL and the phases out.
    rounds: u64,
    threads: usize,
    seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Options { pretrain: 300, batch: 256, rate: 4e-3, rounds: 20, threads: 1, seed: 101 }
    }
}

impl Options {
    fn read() -> Result<Self> {
        let mut given = serde_json::Map::new();
        for argument in std::env::args().skip(1) {
            let (name, value) = argument.split_once('=').with_context(|| format!("{argument:?} is not name=value"))?;
            given.insert(name.to_string(), serde_json::from_str(value).with_context(|| format!("{value:?} is not a number"))?);
        }
        Ok(serde_json::from_value(Value::Object(given))?)
    }
}

fn main() -> Result<()> {
    let options = Options::read()?;
    let folder = tempfile::tempdir()?;
    let base = train(&folder.path().join("base"), None, pretrain(&options), &options)?;
    pass_rates("base", &base, options.threads)?;
    if options.rounds > 0 {
        for algorithm in ["grpo", "ppo", "rloo", "remax", "reinforce_plus_plus", "dapo"] {
            run(algorithm, "easy", EASY, &base, folder.path(), &options)?;
        }
        run("grpo", "hard", HARD, &base, folder.path(), &options)?;
        pretraining_phases(&base, &options)?;
        rollout_phases(&base, &options)?;
    }
    Ok(())
}

fn pretrain(options: &Options) -> Value {
    let corpus: Vec<Value> = CORPUS.iter().map(|(name, weight)| json!({"family": {"family": name}, "weight": weight})).collect();
    let architecture = json!({"hidden": 64, "layers": 3, "heads": 4, "feed_forward": 160});
    json!({"pretrain": {"architecture": architecture, "corpus": corpus, "steps": options.pretrain, "batch": options.batch, "learning_rate": options.rate}})
}

/// One RL run from the base, its cost and what came of it.
fn run(algorithm: &str, name: &str, problems: Mixture, base: &Path, folder: &Path, options: &Options) -> Result<()> {
    let source = |(name, level, problems): &(&str, u32, u32)| json!({"family": {"family": name}, "level": level, "problems": problems});
    let problems: Vec<Value> = problems.iter().map(source).collect();
    let recipe = json!({"reinforce": {"algorithm": algorithm, "problems": problems, "steps": options.rounds}});
    let tuned = train(&folder.join(algorithm).join(name), Some(base), recipe, options)?;
    pass_rates(&format!("{algorithm} on {name} problems"), &tuned, options.threads)
}

/// User and system time of this process, seconds.
fn cpu_seconds() -> f64 {
    // SAFETY: getrusage fills the struct it is given.
    let usage = unsafe {
        let mut usage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_SELF, &mut usage);
        usage
    };
    let seconds = |t: libc::timeval| t.tv_sec as f64 + t.tv_usec as f64 * 1e-6;
    seconds(usage.ru_utime) + seconds(usage.ru_stime)
}

/// Runs the stage and prints what it cost.
fn train(folder: &Path, from: Option<&Path>, recipe: Value, options: &Options) -> Result<std::path::PathBuf> {
    let params: Params = serde_json::from_value(json!({"run": "measured", "seed": options.seed, "recipe": recipe}))?;
    let inputs = from.map(|path| Input { role: "checkpoint".into(), digest: Digest::of(b""), path: path.to_path_buf() });
    let output = folder.join("output");
    std::fs::create_dir_all(&output)?;
    let job =
        Job::new((Train::NAME, Train::VERSION), inputs.into_iter().collect(), &output, &folder.join("scratch"), &folder.join("journals"));
    let (cpu, wall) = (cpu_seconds(), Instant::now());
    Train.run(&params, &job.with_threads(options.threads))?;
    let log: Vec<TrainLog> = table::read_file(&output.join("train_log.parquet"))?;
    report(&log, cpu_seconds() - cpu, wall.elapsed().as_secs_f64());
    Ok(output.join("checkpoint"))
}

fn report(log: &[TrainLog], cpu: f64, wall: f64) {
    let (steps, last) = (log.len() as f64, &log[log.len() - 1]);
    println!("\n{}: {steps} steps, {cpu:.1} CPU-s, {wall:.1} s wall", last.algorithm);
    let tail = &log[log.len() - log.len().div_ceil(20)..];
    let loss = tail.iter().map(|row| row.loss).sum::<f64>() / tail.len() as f64;
    println!("  {:.1} CPU-ms per step, {:.0} tokens per CPU-s", 1e3 * cpu / steps, last.tokens as f64 / cpu);
    println!("  mean loss of the last {} steps {loss:.4}", tail.len());
    for row in log.iter().step_by((log.len() / 10).max(1)).chain([last]) {
        let show = |name: &str, value: Option<f64>| value.map_or(String::new(), |value| format!("  {name} {value:.4}"));
        let columns = [
            ("reward", row.reward),
            ("length", row.response_length),
            ("entropy", row.entropy),
            ("kl", row.kl),
            ("clipped", row.clip_share),
            ("active", row.active_share),
        ];
        let columns: String = columns.map(|(name, value)| show(name, value)).concat();
        println!("  step {:5}  loss {:.4}  |g| {:.3}{columns}", row.step, row.loss, row.grad_norm);
    }
}

fn family(name: &str) -> Result<Box<dyn Family>> {
    serde_json::from_value::<FamilySpec>(json!({ "family": name }))?.build()
}

fn problems(name: &str, level: u32, count: usize) -> Result<Vec<Problem>> {
    family(name)?.problems(&Request { benchmark: "measure".into(), split: Split::RlTrain, level, exposure: None, count, seed: 77 })
}

/// `count` samples of each problem at temperature 1.
fn answers(decoder: &Decoder, tokenizer: &Tokenizer, problems: &[Problem], count: u32, threads: usize) -> Result<Vec<(usize, Sample)>> {
    let prompts = beyond_prompt::prompts(problems, "plain", tokenizer)?;
    let request = |(key, prompt): (usize, &beyond_prompt::Prompt)| Prompted {
        prompt_ids: prompt.ids.clone(),
        image: None,
        key: key as u64,
        first_sample: 0,
        count,
    };
    let requests: Vec<Prompted> = prompts.iter().enumerate().map(request).collect();
    let params = SamplingParams {
        temperature: 1.0,
        top_p: 1.0,
        top_k: 0,
        max_tokens: 48,
        stop_ids: tokenizer.eos_ids().to_vec(),
        forbidden_ids: vec![],
        seed: 5,
    };
    let mut drawn = Vec::new();
    sample(decoder, &requests, &params, threads, None, |problem, _, sample| drawn.push((problem, sample)))?;
    Ok(drawn)
}

/// pass@1 and pass@16 at temperature 1 on problems of the RL fold.
fn pass_rates(label: &str, checkpoint: &Path, threads: usize) -> Result<()> {
    let (decoder, tokenizer) = (Decoder::load(checkpoint)?, Tokenizer::load(checkpoint)?);
    println!("  {label}, 200 RL-fold problems x 16 samples, T = 1:");
    for (name, level) in SETS {
        let (judge, problems) = (family(name)?, problems(name, level, 200)?);
        let (mut right, mut solved) = (0, vec![false; problems.len()]);
        for (problem, sample) in answers(&decoder, &tokenizer, &problems, 16, threads)? {
            if judge.verify(&problems[problem], &beyond_prompt::visible_text(&sample.ids, &tokenizer)?).outcome.is_correct() {
                right += 1;
                solved[problem] = true;
            }
        }
        let covered = solved.iter().filter(|solved| **solved).count();
        println!("    {name}-{level}: pass@1 {:.4}  pass@16 {:.3}", f64::from(right) / 3200.0, covered as f64 / 200.0);
    }
    Ok(())
}

/// CPU-milliseconds per call of `f`, mean of `times`.
fn milliseconds<T>(times: u32, mut f: impl FnMut() -> T) -> f64 {
    let start = cpu_seconds();
    for _ in 0..times {
        std::hint::black_box(f());
    }
    1e3 * (cpu_seconds() - start) / f64::from(times)
}

struct Likelihood;

impl Objective for Likelihood {
    fn gradient(&self, _: usize, _: &Sequence, token: &TokenStats) -> Gradient {
        Gradient { dlogp: vec![-1e-4; token.logp.len()], ..Gradient::default() }
    }
}

fn pretraining_phases(checkpoint: &Path, options: &Options) -> Result<()> {
    let (mut decoder, tokenizer) = (Decoder::load(checkpoint)?, Tokenizer::load(checkpoint)?);
    println!("  CPU-ms of one pretraining step by phase:");
    let mut sequences = Vec::new();
    for (name, share) in CORPUS {
        let (family, count) = (family(name)?, (options.batch as f64 * share) as u64);
        let mut documents = Vec::new();
        let writing = milliseconds(10, || documents = (0..count).map(|index| family.document(999, index)).collect());
        let encode = |text: &str| tokenizer.encode(text).expect("the corpus can be encoded");
        let encoding = milliseconds(10, || documents.iter().map(|d| (encode(&d.draft.prompt), encode(&d.response))).collect::<Vec<_>>());
        println!("    {count} documents of {name}: written in {writing:.2}, encoded in {encoding:.2}");
        for document in &documents {
            let prompt = [vec![tokenizer.bos_id().unwrap_or(0)], encode(&document.draft.prompt)].concat();
            let response = [encode(&document.response), vec![tokenizer.eos_ids()[0]]].concat();
            sequences.push(Sequence { response_start: prompt.len(), ids: [prompt, response].concat(), image: None });
        }
    }
    let tokens: usize = sequences.iter().map(|sequence| sequence.ids.len()).sum();
    let gradient = milliseconds(5, || backward(&decoder, &sequences, &Likelihood, options.threads).expect("a gradient"));
    let grads = Grads::zeros(&decoder);
    let mut optimizer = AdamW::new(&decoder, AdamWParams::default());
    let update = milliseconds(20, || optimizer.step(&mut decoder, &grads, 0.0).expect("a step"));
    println!(
        "    forward and backward of {tokens} tokens {gradient:.1} ({:.0} tokens per CPU-s), AdamW {update:.2}",
        1e3 * tokens as f64 / gradient
    );
    Ok(())
}

fn rollout_phases(checkpoint: &Path, options: &Options) -> Result<()> {
    let (decoder, tokenizer) = (Decoder::load(checkpoint)?, Tokenizer::load(checkpoint)?);
    println!("  CPU-ms of one step's rollouts (64 prompts x 16) by phase and family:");
    for (name, level) in SETS {
        let (judge, problems) = (family(name)?, problems(name, level, 64)?);
        let mut drawn = Vec::new();
        let sampling = milliseconds(3, || drawn = answers(&decoder, &tokenizer, &problems, 16, options.threads).expect("samples"));
        let text = |sample: &Sample| beyond_prompt::visible_text(&sample.ids, &tokenizer).expect("text");
        let decoding = milliseconds(3, || drawn.iter().map(|(_, sample)| text(sample)).collect::<Vec<_>>());
        let texts: Vec<(usize, String)> = drawn.iter().map(|(problem, sample)| (*problem, text(sample))).collect();
        let verifying = milliseconds(3, || texts.iter().map(|(problem, text)| judge.verify(&problems[*problem], text)).collect::<Vec<_>>());
        let prompts = beyond_prompt::prompts(&problems, "plain", &tokenizer)?;
        let scored: Vec<Scorable> = drawn
            .iter()
            .step_by(16)
            .map(|(problem, sample)| Scorable { image: None, prompt: &prompts[*problem].ids, completion: &sample.ids })
            .collect();
        let scoring = milliseconds(3, || decoder.score(&scored, options.threads).expect("scores"));
        let tokens: usize = drawn.iter().map(|(_, sample)| sample.ids.len()).sum();
        println!(
            "    {name}-{level}: sampling {tokens} tokens {sampling:.1} ({:.0} tokens per CPU-s), decoding {decoding:.1}, verifying {verifying:.1}, KL on one in 16 {scoring:.1}",
            1e3 * tokens as f64 / sampling
        );
    }
    Ok(())
}
