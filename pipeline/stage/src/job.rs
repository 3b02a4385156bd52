//! What a stage sees of the world: its inputs, its output folder, its journal, and a way to say how far it is.

use crate::{Cancelled, Digest, Journal, Progress, progress::Silent, table};
use anyhow::{Context, Result, ensure};
use beyond_record::Table;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// One input artifact: a file or a folder.
#[derive(Clone, Debug)]
pub struct Input {
    /// What it is to the stage: a table name, `checkpoint`, `file`, ... Roles may repeat.
    pub role: String,
    /// Content digest.
    pub digest: Digest,
    /// Where it lies; read-only.
    pub path: PathBuf,
}

/// The surroundings of one run of one step.
pub struct Job {
    inputs: Vec<Input>,
    output: PathBuf,
    scratch: PathBuf,
    journals: PathBuf,
    stage: (String, u32),
    threads: usize,
    cancelled: Arc<AtomicBool>,
    progress: Progress,
    measures: Mutex<BTreeMap<String, f64>>,
    provisional: Mutex<Option<String>>,
}

impl Job {
    /// A job that reads `inputs` and writes below `output`; `scratch` outlives a killed run, `journals` outlives the step.
    pub fn new(stage: (&str, u32), inputs: Vec<Input>, output: &Path, scratch: &Path, journals: &Path) -> Self {
        Job {
            inputs,
            output: output.to_path_buf(),
            scratch: scratch.to_path_buf(),
            journals: journals.to_path_buf(),
            stage: (stage.0.to_string(), stage.1),
            threads: 1,
            cancelled: Arc::default(),
            progress: Arc::new(Silent),
            measures: Mutex::default(),
            provisional: Mutex::default(),
        }
    }

    /// Sets the number of threads the stage may use; results must not depend on it.
    pub fn with_threads(mut self, threads: usize) -> Self {
        self.threads = threads.max(1);
        self
    }

    /// Sets who watches.
    pub fn with_progress(mut self, progress: Progress) -> Self {
        self.progress = progress;
        self
    }

    /// Sets the flag that stops the run.
    pub fn with_cancel(mut self, cancelled: Arc<AtomicBool>) -> Self {
        self.cancelled = cancelled;
        self
    }

    /// Threads the stage may use.
    pub fn threads(&self) -> usize {
        self.threads
    }

    /// Who watches.
    pub fn progress(&self) -> &Progress {
        &self.progress
    }

    /// The flag that stops the run, for code that cannot see the job.
    pub fn cancel_flag(&self) -> &Arc<AtomicBool> {
        &self.cancelled
    }

    /// Errs with [`Cancelled`] once the run was asked to stop. Call it between shards.
    pub fn check_cancelled(&self) -> Result<()> {
        if self.cancelled.load(Ordering::Relaxed) { Err(Cancelled.into()) } else { Ok(()) }
    }

    /// All inputs, in the order of the step.
    pub fn inputs(&self) -> &[Input] {
        &self.inputs
    }

    /// The inputs of one role, in the order of the step.
    pub fn inputs_of<'a>(&'a self, role: &str) -> impl Iterator<Item = &'a Input> {
        self.inputs.iter().filter(move |input| input.role == role)
    }

    /// The only input of a role. Errs when there is none or more than one.
    pub fn input(&self, role: &str) -> Result<&Input> {
        let found: Vec<_> = self.inputs.iter().filter(|input| input.role == role).collect();
        ensure!(found.len() == 1, "stage {} needs exactly one input {role:?}, it got {}", self.stage.0, found.len());
        Ok(found[0])
    }

    /// The rows of every input whose role is the table's name, in the order of the step.
    pub fn read<R: Table>(&self) -> Result<Vec<R>> {
        let mut rows = Vec::new();
        for input in self.inputs_of(R::NAME) {
            rows.extend(table::read_file::<R>(&input.path)?);
        }
        Ok(rows)
    }

    /// Writes the table `R::NAME.parquet` as an output of the step.
    pub fn write<R: Table>(&self, rows: &[R]) -> Result<()> {
        self.write_file(&format!("{}.parquet", R::NAME), &table::encode(rows)?)
    }

    /// Writes one output file.
    pub fn write_file(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let path = self.output.join(name);
        fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))
    }

    /// Creates and names an output folder (a checkpoint, a report).
    pub fn output_folder(&self, name: &str) -> Result<PathBuf> {
        let path = self.output.join(name);
        fs::create_dir_all(&path).with_context(|| format!("cannot create {}", path.display()))?;
        Ok(path)
    }

    /// A folder of this very key that survives a killed run and is removed once the step is published.
    pub fn scratch(&self) -> Result<&Path> {
        fs::create_dir_all(&self.scratch).with_context(|| format!("cannot create {}", self.scratch.display()))?;
        Ok(&self.scratch)
    }

    /// The journal of finished shards that belong to `family`: everything that decides a shard but the item and its range.
    /// It is shared by all steps of this stage and version with the same family; see [`Journal`].
    pub fn journal(&self, family: &impl Serialize) -> Result<Journal> {
        let name = Digest::of_value(&(&self.stage, family));
        fs::create_dir_all(&self.journals).with_context(|| format!("cannot create {}", self.journals.display()))?;
        Journal::open(&self.journals.join(format!("{name}.journal")))
    }

    /// Says that the machine failed the stage in part, and where: the outputs are published and can be read, and the next run makes
    /// them again. For failures of the machine only, never for what would come out the same again.
    pub fn set_provisional(&self, why: String) {
        *self.provisional.lock().expect("no panic while measuring") = Some(why);
    }

    /// What was said with [`Job::set_provisional`].
    pub fn provisional(&self) -> Option<String> {
        self.provisional.lock().expect("no panic while measuring").clone()
    }

    /// Records a number about this run (samples drawn, re-used, tokens): provenance, never part of a key.
    pub fn measure(&self, name: &str, value: f64) {
        self.measures.lock().expect("no panic while measuring").insert(name.to_string(), value);
    }

    /// What was recorded with [`Job::measure`].
    pub fn measures(&self) -> BTreeMap<String, f64> {
        self.measures.lock().expect("no panic while measuring").clone()
    }
}
