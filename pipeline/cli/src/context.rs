//! A loaded spec with its store and the stages: what most commands need.

use crate::args::{Cli, SpecArgs};
use crate::registry::registry;
use anyhow::{Context as _, Result};
use beyond_experiment::Loaded;
use beyond_runner::{History, Registry, Store, Survey};
use std::path::{Path, PathBuf};

/// See the module documentation.
pub struct Context {
    /// The spec.
    pub loaded: Loaded,
    /// Its store.
    pub store: Store,
    /// All stages.
    pub registry: Registry,
}

impl Context {
    /// Reads a spec.
    pub fn load(cli: &Cli, spec: &SpecArgs) -> Result<Self> {
        let loaded = beyond_experiment::load(&spec.spec, spec.preset.as_deref())?;
        let store = Store::new(&cli.artifacts.clone().unwrap_or_else(|| artifacts(&loaded.root)));
        Ok(Context { loaded, store, registry: registry() })
    }

    /// Looks every step up.
    pub fn survey(&self) -> Result<Survey<'_>> {
        Survey::new(&self.loaded.graph, &self.registry, &self.store)
    }

    /// Reads every record.
    pub fn history(&self) -> Result<History> {
        Ok(History::new(self.store.records()?))
    }
}

fn artifacts(root: &Path) -> PathBuf {
    root.join("data").join("artifacts")
}

/// The project that holds the current folder: the nearest folder above it with `experiments`, else the current folder.
pub fn project() -> Result<PathBuf> {
    let here = std::env::current_dir().context("the current folder is gone")?;
    let found = here.ancestors().find(|folder| folder.join("experiments").is_dir());
    Ok(found.unwrap_or(&here).to_path_buf())
}

/// The store for commands that take no spec.
pub fn store(cli: &Cli) -> Result<Store> {
    Ok(Store::new(&match &cli.artifacts {
        Some(folder) => folder.clone(),
        None => artifacts(&project()?),
    }))
}

/// Threads asked for, else all cores.
pub fn threads(asked: Option<usize>) -> usize {
    asked.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, |n| n.get())).max(1)
}
