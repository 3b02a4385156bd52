//! From a step to its key: stage, normalised params, and the content of its inputs.

use crate::graph::{Binding, Graph, Source, Step};
use crate::record::{Kind, Output, Parent, ParentSource, Record};
use crate::registry::Registry;
use crate::sources::Sources;
use crate::store::Store;
use anyhow::{Context, Result, anyhow};
use beyond_stage::{AnyStage, Ingredients, Input, user_error};
use serde_json::Value;

/// A graph whose steps were matched with their stages: params fit, names exist. Nothing has run yet.
pub struct Resolver<'a> {
    /// The graph.
    pub graph: &'a Graph,
    /// The store.
    pub store: &'a Store,
    stages: Vec<&'a dyn AnyStage>,
    params: Vec<Value>,
    sources: Sources,
}

/// One resolved input.
#[derive(Clone, Debug)]
pub struct Bound {
    /// As the stage sees it.
    pub input: Input,
    /// As the record keeps it.
    pub parent: Parent,
    /// The producing step's position and the artifact, when it lies in the store.
    pub producer: Option<(usize, Output)>,
}

impl<'a> Resolver<'a> {
    /// Matches every step with its stage. Errs on the first unknown stage or unfitting params, with the place in the spec.
    pub fn new(graph: &'a Graph, registry: &'a Registry, store: &'a Store) -> Result<Self> {
        let mut stages = Vec::new();
        let mut params = Vec::new();
        for step in graph.steps() {
            let stage = registry.get(&step.stage).map_err(|error| blame(step, &error))?;
            params.push(stage.normalise(&step.params).map_err(|error| blame(step, &error))?);
            stages.push(stage);
        }
        let sources = Sources::load(store.root().join("sources.json"));
        Ok(Resolver { graph, store, stages, params, sources })
    }

    /// The stage of step `i`.
    pub fn stage(&self, i: usize) -> &'a dyn AnyStage {
        self.stages[i]
    }

    /// A stage by its name, when a step of the graph has it.
    pub fn stage_named(&self, name: &str) -> Option<&'a dyn AnyStage> {
        self.stages.iter().copied().find(|stage| stage.name() == name)
    }

    /// The normalised params of step `i`.
    pub fn params(&self, i: usize) -> &Value {
        &self.params[i]
    }

    /// Remembers the digests of outside files for the next run.
    pub fn save(&self) {
        self.sources.save();
    }

    /// The inputs of step `i`, given the records of the steps it reads. Errs when an outside file or a named output is missing.
    pub fn bind<'r>(&self, i: usize, record: impl Fn(usize) -> Option<&'r Record>) -> Result<Vec<Bound>> {
        let step = &self.graph.steps()[i];
        step.inputs.iter().map(|binding| self.bind_one(step, binding, &record)).collect()
    }

    fn bind_one<'r>(&self, step: &Step, binding: &Binding, record: &impl Fn(usize) -> Option<&'r Record>) -> Result<Bound> {
        let role = binding.role.clone();
        match &binding.source {
            Source::Path(path) => {
                let digest = self.sources.digest(path).map_err(|error| blame(step, &error))?;
                let parent = Parent { role: role.clone(), digest, from: ParentSource::Path(path.clone()) };
                Ok(Bound { input: Input { role, digest, path: path.clone() }, parent, producer: None })
            }
            Source::Output { step: id, name } => {
                let position = self.graph.position(id).context("the graph checked its references")?;
                let made = record(position).with_context(|| format!("step {id:?} has not been made"))?;
                let output = made.outputs.get(name).ok_or_else(|| missing_output(step, name, made))?;
                let from = ParentSource::Action { step: id.clone(), key: made.key, output: name.clone() };
                let input = Input { role: role.clone(), digest: output.digest, path: self.store.content(output) };
                Ok(Bound { parent: Parent { role, digest: output.digest, from }, input, producer: Some((position, output.clone())) })
            }
        }
    }

    /// What decides step `i` with these inputs.
    pub fn ingredients(&self, i: usize, inputs: &[Bound]) -> Ingredients {
        Ingredients {
            stage: self.stages[i].name().to_string(),
            version: self.stages[i].version(),
            params: self.params[i].clone(),
            inputs: inputs.iter().map(|bound| (bound.input.role.clone(), bound.input.digest)).collect(),
        }
    }
}

/// The user's mistake, with its place and step.
fn blame(step: &Step, error: &anyhow::Error) -> anyhow::Error {
    user_error(format!("{}: step {:?}: {error:#}", step.origin.describe(""), step.id))
}

fn missing_output(step: &Step, name: &str, made: &Record) -> anyhow::Error {
    let names: Vec<String> = made.outputs.iter().map(|(name, output)| describe(name, output)).collect();
    anyhow!("step {:?} reads {name:?} of step {:?}, which made only {}", step.id, made.step, names.join(", "))
}

fn describe(name: &str, output: &Output) -> String {
    match output.kind {
        Kind::Table => format!("table {name:?}"),
        Kind::File => format!("file {name:?}"),
        Kind::Folder => format!("folder {name:?}"),
    }
}
