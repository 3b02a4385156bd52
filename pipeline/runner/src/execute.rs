//! Runs one step: lock, verify inputs, run the stage into a temporary folder, publish, record.

use crate::lock::Patience;
use crate::machine;
use crate::meter::Meter;
use crate::record::{Output, Parent, Provenance, Record};
use crate::resolve::{Bound, Resolver};
use crate::store::{self, Lookup, Store};
use anyhow::{Result, anyhow};
use beyond_stage::{Cancelled, Digest, Ingredients, Job, Progress};
use std::any::Any;
use std::collections::{BTreeMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

/// A step whose key is known.
pub struct Task {
    /// Position in the graph.
    pub position: usize,
    /// What decides it.
    pub ingredients: Ingredients,
    /// Digest of the ingredients.
    pub key: Digest,
    /// Its inputs.
    pub inputs: Vec<Bound>,
}

/// How one step ended.
pub enum Ended {
    /// The stage ran and its outputs are published.
    Made(Box<Record>),
    /// Another run published the same key while this one waited for it.
    Reused(Box<Record>),
    /// An input's bytes are not those of its digest; the step that makes it must run again.
    Damaged {
        /// Position of that step.
        producer: usize,
        /// The damaged artifact.
        output: Output,
    },
    /// Asked to stop.
    Cancelled,
    /// Failed; nothing is cached.
    Failed(anyhow::Error),
}

/// What all steps of one run share.
pub struct Workshop<'a> {
    /// The resolved graph.
    pub resolver: &'a Resolver<'a>,
    /// Stops the run when set.
    pub cancel: Arc<AtomicBool>,
    /// How long to wait for another run that makes the same key.
    pub lock_timeout: Option<Duration>,
    verified: Mutex<HashSet<Digest>>,
    commit: OnceLock<Option<String>>,
}

impl<'a> Workshop<'a> {
    /// A workshop in which nothing was verified yet.
    pub fn new(resolver: &'a Resolver<'a>, cancel: Arc<AtomicBool>, lock_timeout: Option<Duration>) -> Self {
        Workshop { resolver, cancel, lock_timeout, verified: Mutex::default(), commit: OnceLock::new() }
    }

    fn store(&self) -> &Store {
        self.resolver.store
    }

    /// Runs a task with this many threads; `alone` says that no other step runs beside it.
    pub fn execute(&self, task: &Task, threads: usize, alone: bool, progress: &Progress) -> Ended {
        match caught(&task.ingredients.stage, || self.attempt(task, threads, alone, progress)) {
            Ok(ended) => ended,
            Err(error) if error.chain().any(|cause| cause.is::<Cancelled>()) => Ended::Cancelled,
            Err(error) => Ended::Failed(error),
        }
    }

    fn attempt(&self, task: &Task, threads: usize, alone: bool, progress: &Progress) -> Result<Ended> {
        let patience = Patience { cancel: &self.cancel, timeout: self.lock_timeout };
        let _lock = self.store().lock(task.key, &patience, |owner| progress.note(&format!("waits: it is being made by {owner}")))?;
        if let Lookup::Hit(record) = self.store().lookup(task.key)
            && record.provisional.is_none()
        {
            return Ok(Ended::Reused(record));
        }
        if let Some((producer, output)) = self.damaged(&task.inputs) {
            return Ok(Ended::Damaged { producer, output });
        }
        let folder = self.store().fresh_temporary(task.key)?;
        let made = self.make(task, &folder, threads, alone, progress);
        store::remove(&folder)?;
        let record = made?;
        self.store().write_record(&record)?;
        self.verified.lock().expect("no panic while verifying").extend(record.outputs.values().map(|output| output.digest));
        store::remove(&self.store().scratch(task.key))?;
        Ok(Ended::Made(Box::new(record)))
    }

    /// The first input from the store whose bytes are not those of its digest. Each artifact is read once per run.
    fn damaged(&self, inputs: &[Bound]) -> Option<(usize, Output)> {
        for bound in inputs {
            let Some((producer, output)) = &bound.producer else { continue };
            if self.verified.lock().expect("no panic while verifying").contains(&output.digest) {
                continue;
            }
            if !Digest::of_path(&bound.input.path).is_ok_and(|found| found == output.digest) {
                return Some((*producer, output.clone()));
            }
            self.verified.lock().expect("no panic while verifying").insert(output.digest);
        }
        None
    }

    fn make(&self, task: &Task, folder: &Path, threads: usize, alone: bool, progress: &Progress) -> Result<Record> {
        let meter = Arc::new(Meter::new(progress.clone()));
        let (clock, started) = (Instant::now(), crate::clock::now());
        let cpu = Cpu::start(threads, alone);
        let job = self.job(task, folder, threads, meter.clone());
        let (stage, params) = (self.resolver.stage(task.position), self.resolver.params(task.position));
        caught(stage.name(), || stage.run(params, &job))?;
        let outputs = self.store().publish(folder)?;
        let provenance = Provenance {
            beyond: env!("CARGO_PKG_VERSION").to_string(),
            commit: self.commit.get_or_init(|| machine::commit(self.store().root())).clone(),
            host: machine::host(),
            started,
            seconds: clock.elapsed().as_secs_f64(),
            cpu_seconds: cpu.seconds(),
            threads,
        };
        Ok(self.record(task, outputs, &job, &meter, provenance))
    }

    fn job(&self, task: &Task, folder: &Path, threads: usize, progress: Progress) -> Job {
        let stage = self.resolver.stage(task.position);
        let inputs = task.inputs.iter().map(|bound| bound.input.clone()).collect();
        let (scratch, journals) = (self.store().scratch(task.key), self.store().journals());
        Job::new((stage.name(), stage.version()), inputs, folder, &scratch, &journals)
            .with_threads(threads)
            .with_progress(progress)
            .with_cancel(self.cancel.clone())
    }

    fn record(&self, task: &Task, outputs: BTreeMap<String, Output>, job: &Job, meter: &Meter, provenance: Provenance) -> Record {
        let step = &self.resolver.graph.steps()[task.position];
        Record {
            key: task.key,
            step: step.id.clone(),
            origin: step.origin.describe(""),
            ingredients: task.ingredients.clone(),
            parents: parents(&task.inputs),
            outputs,
            measures: job.measures(),
            provisional: job.provisional(),
            effort: meter.effort(),
            provenance,
        }
    }
}

fn parents(inputs: &[Bound]) -> Vec<Parent> {
    inputs.iter().map(|bound| bound.parent.clone()).collect()
}

/// Turns a panic into an error: it is that step's failure, not the run's.
pub fn caught<T>(stage: &str, body: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(body))
        .unwrap_or_else(|panic| Err(anyhow!("stage {stage} panicked: {} (a defect of the program)", message(&*panic))))
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("without a message")
}

/// CPU time of one step: of the whole process when the step has it for itself, of its own thread when it has only that one.
enum Cpu {
    Process(f64),
    Thread(f64),
    Unknown,
}

impl Cpu {
    fn start(threads: usize, alone: bool) -> Self {
        match machine::thread_cpu() {
            _ if alone => Cpu::Process(machine::process_cpu()),
            Some(start) if threads == 1 => Cpu::Thread(start),
            _ => Cpu::Unknown,
        }
    }

    fn seconds(&self) -> Option<f64> {
        match self {
            Cpu::Process(start) => Some(machine::process_cpu() - start),
            Cpu::Thread(start) => machine::thread_cpu().map(|now| now - start),
            Cpu::Unknown => None,
        }
    }
}
