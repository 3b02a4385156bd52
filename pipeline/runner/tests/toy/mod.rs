//! Toy stages, a graph builder and a store in a temporary folder.
#![allow(dead_code)] // each test file uses its part

use anyhow::{Result, bail};
use beyond_runner::{Binding, Graph, History, Options, Origin, Plan, Registry, Source, State, Step, Store, Summary, Survey, Watch, run};
use beyond_stage::{Job, Progress, Stage, progress::Silent, user_error};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// What ran, in the order in which it ended: `stage(text)`.
pub type Log = Arc<Mutex<Vec<String>>>;

/// Writes `text.txt`: the text of its params, or the joined texts of its inputs in capitals.
pub struct Write(pub Log);
/// Writes `text.txt`: the number of characters of its input.
pub struct Count(pub Log);
/// Writes the folder `box` with one file per input.
pub struct Pack(pub Log);
/// Ends as its params say.
pub struct Trouble(pub Log);
/// Draws `n` numbers through its journal and writes them.
pub struct Draw(pub Log);
/// Makes other bytes each time.
pub struct Moody(pub Log);

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    #[serde(default)]
    pub text: String,
    #[serde(default = "two")]
    pub times: u32,
}

fn two() -> u32 {
    2
}

#[derive(Serialize, Deserialize)]
pub struct N {
    pub n: u32,
}

fn texts(job: &Job) -> Result<String> {
    let read = |input: &beyond_stage::Input| Ok(std::fs::read_to_string(&input.path)?);
    job.inputs_of("text").map(read).collect()
}

fn log(log: &Log, line: String) {
    log.lock().unwrap().push(line);
}

impl Stage for Write {
    const NAME: &'static str = "write";
    const VERSION: u32 = 1;
    type Params = Text;

    fn run(&self, params: &Text, job: &Job) -> Result<()> {
        let text = params.text.clone() + &texts(job)?.to_uppercase();
        log(&self.0, format!("write({text})"));
        job.write_file("text.txt", text.as_bytes())
    }

    fn work(&self, params: &Text) -> Option<(&'static str, u64)> {
        Some(("characters", params.text.len() as u64))
    }
}

impl Stage for Count {
    const NAME: &'static str = "count";
    const VERSION: u32 = 1;
    type Params = BTreeMap<String, String>;

    fn run(&self, _: &Self::Params, job: &Job) -> Result<()> {
        let text = texts(job)?;
        log(&self.0, format!("count({text})"));
        job.write_file("text.txt", text.len().to_string().as_bytes())
    }
}

impl Stage for Pack {
    const NAME: &'static str = "pack";
    const VERSION: u32 = 1;
    type Params = BTreeMap<String, String>;

    fn run(&self, _: &Self::Params, job: &Job) -> Result<()> {
        let folder = job.output_folder("box")?;
        for (i, input) in job.inputs_of("text").enumerate() {
            std::fs::copy(&input.path, folder.join(format!("{i}.txt")))?;
        }
        log(&self.0, "pack".into());
        Ok(())
    }
}

impl Stage for Trouble {
    const NAME: &'static str = "trouble";
    const VERSION: u32 = 1;
    type Params = Text;

    fn run(&self, params: &Text, job: &Job) -> Result<()> {
        log(&self.0, format!("trouble({})", params.text));
        job.write_file("half.txt", b"half made")?;
        match params.text.as_str() {
            "machine" => {
                // the machine fails the first time only
                let (item, mut journal) = (beyond_stage::Digest::of(b"turn"), job.journal(&"machine")?);
                let first = journal.shards(item, 1).is_empty();
                journal.append(vec![(item, beyond_stage::journal::Shard { range: 0..1, payload: Vec::new() })])?;
                if first {
                    job.set_provisional("2 of 3 are missing".into());
                }
                job.write_file("text.txt", if first { b"1" } else { b"3" })
            }
            "panic" => panic!("index out of cheese"),
            "user" => Err(user_error("lab.yaml:3:1: no such benchmark")),
            "full disk" => Ok(std::fs::write("/dev/full", "x")?),
            "cancel" => {
                std::fs::write(job.scratch()?.join("progress"), "50 %")?;
                job.cancel_flag().store(true, Ordering::Relaxed);
                job.check_cancelled()
            }
            _ => bail!("out of cheese"),
        }
    }
}

impl Stage for Draw {
    const NAME: &'static str = "draw";
    const VERSION: u32 = 1;
    type Params = N;

    fn run(&self, params: &N, job: &Job) -> Result<()> {
        let item = beyond_stage::Digest::of(b"item");
        let mut journal = job.journal(&"family")?;
        let missing = journal.missing(item, params.n);
        let drawn: u32 = missing.iter().map(|range| range.end - range.start).sum();
        job.progress().total("samples", params.n.into(), (params.n - drawn).into());
        for range in missing {
            let payload = range.clone().flat_map(|i| format!("{} ", i * i).into_bytes()).collect();
            journal.append(vec![(item, beyond_stage::journal::Shard { range, payload })])?;
        }
        job.progress().advance(drawn.into(), 10 * u64::from(drawn));
        job.measure("samples_drawn", drawn.into());
        log(&self.0, format!("draw({drawn})"));
        let text: Vec<u8> = journal.shards(item, params.n).iter().flat_map(|shard| shard.payload.clone()).collect();
        job.write_file("text.txt", &text)
    }

    fn work(&self, params: &N) -> Option<(&'static str, u64)> {
        Some(("samples", params.n.into()))
    }

    fn work_per(&self) -> Option<&'static str> {
        Some("text")
    }

    fn tops_up(&self) -> bool {
        true
    }
}

static MOOD: AtomicUsize = AtomicUsize::new(0);

impl Stage for Moody {
    const NAME: &'static str = "moody";
    const VERSION: u32 = 1;
    type Params = BTreeMap<String, String>;

    fn run(&self, _: &Self::Params, job: &Job) -> Result<()> {
        job.write_file("text.txt", MOOD.fetch_add(1, Ordering::Relaxed).to_string().as_bytes())
    }
}

/// A store in a temporary folder, toy stages that log, and a notebook of notes.
pub struct Lab {
    pub dir: tempfile::TempDir,
    pub store: Store,
    pub registry: Registry,
    pub ran: Log,
    pub notes: Log,
    pub options: Options,
}

impl Lab {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (ran, notes) = (Log::default(), Log::default());
        let l = || ran.clone();
        let registry = Registry::new(vec![
            Box::new(Write(l())),
            Box::new(Count(l())),
            Box::new(Pack(l())),
            Box::new(Trouble(l())),
            Box::new(Draw(l())),
            Box::new(Moody(l())),
        ]);
        let store = Store::new(&dir.path().join("artifacts"));
        Lab { store, registry, ran, notes, dir, options: Options { threads: 2, ..Options::default() } }
    }

    pub fn run(&self, graph: &Graph) -> Summary {
        run(graph, &self.registry, &self.store, &self.options, self).unwrap()
    }

    /// Runs and returns, sorted, what ran.
    pub fn ran(&self, graph: &Graph) -> Vec<String> {
        self.ran.lock().unwrap().clear();
        let summary = self.run(graph);
        assert_eq!(summary.exit_code(), 0, "{summary:?}");
        let mut ran = self.ran.lock().unwrap().clone();
        ran.sort();
        ran
    }

    pub fn survey<'a>(&'a self, graph: &'a Graph) -> Survey<'a> {
        Survey::new(graph, &self.registry, &self.store).unwrap()
    }

    pub fn history(&self) -> History {
        History::new(self.store.records().unwrap())
    }

    pub fn plan(&self, graph: &Graph) -> Plan {
        Plan::new(&self.survey(graph), &self.history(), 2).unwrap()
    }

    /// Text of a step's output after a run.
    pub fn text(&self, summary: &Summary, step: &str) -> String {
        let record = summary.state(step).unwrap().record().unwrap();
        std::fs::read_to_string(self.store.content(&record.outputs["text.txt"])).unwrap()
    }

    pub fn notes(&self) -> String {
        self.notes.lock().unwrap().join("\n")
    }

    /// Names of everything in a folder of the store.
    pub fn listing(&self, folder: &str) -> Vec<String> {
        names(&self.store.root().join(folder))
    }
}

pub fn names(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

impl Watch for Lab {
    fn started(&self, _: &str, _: usize) -> Progress {
        Arc::new(Silent)
    }

    fn ended(&self, _: &str, _: &State) {}

    fn note(&self, line: &str) {
        log(&self.notes, line.to_string());
    }
}

/// A step `id` of `stage` that reads the `text.txt` of other steps.
pub fn step(id: &str, stage: &str, params: Value, reads: &[&str]) -> Step {
    let binding = |id: &&str| Binding { role: "text".into(), source: Source::Output { step: id.to_string(), name: "text.txt".into() } };
    let origin = Origin {
        file: "lab.yaml".into(),
        line: 10,
        column: 3,
        fields: BTreeMap::from([("text".to_string(), (11, 9)), ("n".to_string(), (12, 6))]),
    };
    Step { id: id.into(), stage: stage.into(), params, inputs: reads.iter().map(binding).collect(), origin }
}

pub fn write(id: &str, text: &str, reads: &[&str]) -> Step {
    step(id, "write", json!({"text": text}), reads)
}

pub fn count(id: &str, read: &str) -> Step {
    step(id, "count", json!({}), &[read])
}

pub fn graph(steps: Vec<Step>) -> Graph {
    Graph::new(steps).unwrap()
}
