//! From a spec in YAML to the graph of steps it asks for.
//!
//! [`document`] reads YAML and remembers where every value stands; [`spec`] is its typed form; [`check`] refuses references to things that
//! are not there; [`expand`] turns it into steps. Every error names file, line, column, what was expected and the nearest valid name.

mod check;
mod document;
mod expand;
mod spec;

pub use document::Document;
pub use spec::*;

use anyhow::{Context, Result};
use beyond_runner::graph::Graph;
use std::path::{Path, PathBuf};

/// A spec that was read, checked and expanded.
#[derive(Debug)]
pub struct Loaded {
    /// Experiment id.
    pub name: String,
    /// The steps.
    pub graph: Graph,
    /// Id of the step that writes the report.
    pub report: Option<String>,
    /// Folder that holds `data/artifacts` and `reports`.
    pub root: PathBuf,
    /// Names of the spec's presets.
    pub presets: Vec<String>,
}

/// Reads a spec, applies a preset (the spec's default one when None), checks it and expands it. Errs with file, line and column.
pub fn load(path: &Path, preset: Option<&str>) -> Result<Loaded> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| beyond_stage::user_error(format!("cannot read the spec {}: {error}", path.display())))?;
    let document = Document::parse(path, &text)?;
    let presets = document.presets();
    let (document, preset) = document.with_preset(preset)?;
    let spec: Spec = document.typed()?;
    check::check(&spec, &document)?;
    let root = root_of(path);
    let (steps, report) = expand::expand(&spec, &document, &preset, &root)?;
    let graph = Graph::new(steps).with_context(|| format!("spec {}", path.display()))?;
    Ok(Loaded { name: spec.name, graph, report, root, presets })
}

/// The JSON schema of specs, for editors.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Spec).to_value()
}

/// The nearest folder above the spec that holds `experiments/`; the current folder when there is none.
fn root_of(spec: &Path) -> PathBuf {
    let absolute = std::path::absolute(spec).unwrap_or_else(|_| spec.to_path_buf());
    let above = absolute.ancestors().skip(1).find(|folder| folder.join("experiments").is_dir());
    above.map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}
