//! From a checked spec to steps. The only place that knows which stage feeds which.

mod cells;
mod comparison;
mod evaluation;
mod problems;
mod report;
mod scoring;
mod training;

use crate::document::Document;
use crate::replica::with_replicas;
use crate::spec::Spec;
use anyhow::Result;
use beyond_runner::graph::{Binding, Origin, Source, Step};
use cells::{cells, replicas};
use indexmap::IndexMap;
use serde::Serialize;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// One cell: a model on a benchmark under a setting.
type Cell = (String, String, String);

/// All steps, and the id of the report step.
pub fn expand(spec: &Spec, document: &Document, preset: &str, root: &Path) -> Result<(Vec<Step>, Option<String>)> {
    let spec = &with_replicas(spec);
    let (cells, replicas) = (cells(spec), replicas(spec));
    let mut expansion = Expansion { spec, document, root, folder: folder_of(&document.file), steps: Vec::new(), cells, replicas };
    expansion.benchmarks();
    expansion.training();
    expansion.filters();
    expansion.evaluation()?;
    expansion.comparisons();
    expansion.scorings();
    expansion.exact();
    expansion.claims();
    expansion.report(preset);
    Ok((expansion.steps, Some("report".to_string())))
}

fn folder_of(file: &Path) -> PathBuf {
    file.parent().map(Path::to_path_buf).unwrap_or_default()
}

struct Expansion<'a> {
    spec: &'a Spec,
    document: &'a Document,
    root: &'a Path,
    folder: PathBuf,
    steps: Vec<Step>,
    cells: IndexMap<Cell, u32>,
    /// Cells of further training runs: sampled and counted, for the intervals over runs only.
    replicas: IndexMap<Cell, u32>,
}

fn output(role: &str, step: impl Into<String>, name: &str) -> Binding {
    Binding { role: role.to_string(), source: Source::Output { step: step.into(), name: name.to_string() } }
}

fn file(role: &str, path: PathBuf) -> Binding {
    Binding { role: role.to_string(), source: Source::Path(path) }
}

fn plain(params: impl Serialize) -> Value {
    serde_json::to_value(params).expect("stage parameters are plain data and serialise")
}

fn cell_id(stage: &str, (model, benchmark, setting): &Cell) -> String {
    format!("{stage}/{model}/{benchmark}/{setting}")
}

impl Expansion<'_> {
    /// Adds a step that stands at `path` in the spec; `fields` pairs a params prefix with the spec path it comes from.
    fn step(&mut self, id: String, stage: &str, params: Value, inputs: Vec<Binding>, path: &str, fields: &[(&str, &str)]) {
        let (line, column) = self.document.position(path);
        let mut origin = Origin { file: self.document.file.clone(), line, column, ..Default::default() };
        for (prefix, from) in fields {
            origin.fields.insert(prefix.to_string(), self.document.position(from));
            for (below, position) in self.document.positions_below(from) {
                let name = if prefix.is_empty() { below } else { format!("{prefix}.{below}") };
                origin.fields.insert(name, position);
            }
        }
        self.steps.push(Step { id, stage: stage.to_string(), params, inputs, origin });
    }
}
