//! Runs the stage in temporary folders, on models that train in a second.
#![allow(dead_code)]

use beyond_model::{Decoder, Scorable, Tokenizer};
use beyond_problems::{FamilySpec, Request, Split};
use beyond_record::TrainLog;
use beyond_stage::{Cancelled, Digest, Input, Job, Observer, Stage, table};
use beyond_train::{Params, Train};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use tempfile::TempDir;

/// One step of a pipeline: its inputs and its folders.
pub struct Step {
    folder: TempDir,
    inputs: Vec<Input>,
    pub threads: usize,
}

impl Step {
    pub fn new(inputs: &[(&str, &Path)]) -> Self {
        let input = |(role, path): &(&str, &Path)| Input { role: role.to_string(), digest: Digest::of(b""), path: path.to_path_buf() };
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("output")).unwrap();
        Step { folder, inputs: inputs.iter().map(input).collect(), threads: 2 }
    }

    fn job(&self) -> Job {
        let at = |name: &str| self.folder.path().join(name);
        Job::new(("train", 1), self.inputs.clone(), &at("output"), &at("scratch"), &at("journals")).with_threads(self.threads)
    }

    /// Runs to the end.
    pub fn run(&self, recipe: Value) -> &Self {
        self.try_run(recipe).unwrap();
        self
    }

    pub fn try_run(&self, recipe: Value) -> anyhow::Result<()> {
        Train.run(&params(recipe), &self.job())
    }

    /// Runs until `steps` steps are done, then asks for a stop.
    pub fn interrupt(&self, recipe: Value, steps: u64) {
        let flag = Arc::new(AtomicBool::new(false));
        let watch = Arc::new(StopAfter { left: AtomicU64::new(steps), flag: flag.clone() });
        let error = Train.run(&params(recipe), &self.job().with_cancel(flag).with_progress(watch)).unwrap_err();
        assert!(error.is::<Cancelled>(), "{error:#}");
    }

    pub fn output(&self, name: &str) -> PathBuf {
        self.folder.path().join("output").join(name)
    }

    pub fn checkpoint(&self) -> PathBuf {
        self.output("checkpoint")
    }

    pub fn log(&self) -> Vec<TrainLog> {
        table::read_file(&self.output("train_log.parquet")).unwrap()
    }

    /// Every output file and its bytes, sorted by path.
    pub fn bytes(&self) -> Vec<(String, Vec<u8>)> {
        let root = self.output("");
        let files = beyond_stage::digest::files_below(&root).unwrap();
        files.iter().map(|file| (file.strip_prefix(&root).unwrap().display().to_string(), std::fs::read(file).unwrap())).collect()
    }
}

/// Sets a flag after a number of steps.
struct StopAfter {
    left: AtomicU64,
    flag: Arc<AtomicBool>,
}

impl Observer for StopAfter {
    fn total(&self, _: &str, _: u64, _: u64) {}
    fn advance(&self, units: u64, _: u64) {
        if self.left.fetch_sub(units, Relaxed) == units {
            self.flag.store(true, Relaxed);
        }
    }
    fn note(&self, _: &str) {}
}

pub fn params(recipe: Value) -> Params {
    serde_json::from_value(json!({"run": "tiny", "seed": 3, "recipe": recipe})).unwrap()
}

/// Short expressions, whose correct strings can be listed.
pub fn family() -> Value {
    json!({"family": "enumerable", "length_weights": [1.0, 0.0], "target_max": 30})
}

pub fn pretraining(steps: u32) -> Value {
    let architecture = json!({"hidden": 32, "layers": 2, "heads": 2, "feed_forward": 64, "max_positions": 64});
    let corpus = json!([{"family": family(), "weight": 3.0}, {"family": {"family": "modular"}}]);
    json!({"pretrain": {"architecture": architecture, "corpus": corpus, "steps": steps, "batch": 48, "learning_rate": 1e-2}})
}

pub const PROBLEMS: u32 = 12;

pub fn source() -> Value {
    json!([{"family": family(), "level": 3, "problems": PROBLEMS}])
}

/// RL on [`source`], small enough for tests; `more` overrides.
pub fn reinforcement(algorithm: &str, more: Value) -> Value {
    let mut recipe =
        json!({"algorithm": algorithm, "problems": source(), "steps": 4, "prompts": 6, "group": 8, "max_tokens": 8, "learning_rate": 3e-3});
    for (name, value) in more.as_object().unwrap() {
        recipe[name] = value.clone();
    }
    json!({ "reinforce": recipe })
}

/// A base model that solves about a tenth of [`source`]. Pretraining alone would take minutes to get there; it has read the solver's answers.
pub fn base() -> Step {
    let pretrained = Step::new(&[]);
    pretrained.run(pretraining(100));
    let step = Step::new(&[("checkpoint", &pretrained.checkpoint())]);
    step.run(lesson(json!({"solver": source()}), 55, 1e-2));
    step
}

/// Supervised training on answers.
pub fn lesson(answers: Value, steps: u32, learning_rate: f64) -> Value {
    json!({"supervised": {"answers": answers, "steps": steps, "batch": 12, "learning_rate": learning_rate, "label": "sft"}})
}

/// Exact probability that the model at `checkpoint` answers correctly, mean over the problems of [`source`]: the probabilities of all
/// correct strings, end token included.
pub fn success(checkpoint: &Path) -> f64 {
    let (decoder, tokenizer) = (Decoder::load(checkpoint).unwrap(), Tokenizer::load(checkpoint).unwrap());
    let spec: FamilySpec = serde_json::from_value(family()).unwrap();
    let family = spec.build().unwrap();
    let request = Request { benchmark: "b".into(), split: Split::RlTrain, level: 3, exposure: None, count: PROBLEMS as usize, seed: 3 };
    let problems = family.problems(&request).unwrap();
    let mut sum = 0.0;
    for problem in &problems {
        let prompt = beyond_prompt::prompt(problem, "plain", &tokenizer).unwrap();
        let encode = |text: &String| [tokenizer.encode(text).unwrap(), vec![tokenizer.eos_ids()[0]]].concat();
        let answers: Vec<Vec<u32>> = family.correct_strings(problem).unwrap().iter().map(encode).collect();
        let pairs: Vec<Scorable> = answers.iter().map(|answer| Scorable { image: None, prompt: &prompt.ids, completion: answer }).collect();
        let logp = |logprobs: &[f32]| logprobs.iter().map(|logp| f64::from(*logp)).sum::<f64>();
        sum += decoder.score(&pairs, 1).unwrap().iter().map(|scores| logp(&scores.logprobs).exp()).sum::<f64>();
    }
    sum / problems.len() as f64
}
