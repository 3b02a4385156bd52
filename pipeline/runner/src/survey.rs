//! What the store holds of a graph, without running anything.

use crate::graph::Graph;
use crate::record::Record;
use crate::registry::Registry;
use crate::resolve::Resolver;
use crate::store::{Lookup, Store};
use anyhow::Result;
use beyond_stage::{Digest, Ingredients};

/// What a run would do with a step.
#[derive(Clone, Debug)]
pub enum Status {
    /// Nothing: it is there.
    Hit(Box<Record>),
    /// Run it: its key is known and not in the store. The reason says why when it was there once.
    Run {
        /// Its key.
        key: Digest,
        /// Its ingredients.
        ingredients: Ingredients,
        /// Why a record does not count, when there is one.
        reason: Option<String>,
    },
    /// Its key is not known, because these parents will be made first. It may turn out to be there.
    Unknown {
        /// Positions of the parents that are not hits.
        remade: Vec<usize>,
    },
    /// It cannot run.
    Blocked {
        /// Why.
        reason: String,
    },
}

impl Status {
    /// The record of a hit.
    pub fn record(&self) -> Option<&Record> {
        if let Status::Hit(record) = self { Some(record) } else { None }
    }

    /// One word for tables.
    pub fn word(&self) -> &'static str {
        match self {
            Status::Hit(_) => "hit",
            Status::Run { .. } => "run",
            Status::Unknown { .. } => "unknown",
            Status::Blocked { .. } => "blocked",
        }
    }
}

/// A resolved graph with the status of every step.
pub struct Survey<'a> {
    /// The resolved graph.
    pub resolver: Resolver<'a>,
    /// One status per step, in the order of the graph.
    pub statuses: Vec<Status>,
}

impl<'a> Survey<'a> {
    /// Looks every step up. Errs when a step does not fit its stage.
    pub fn new(graph: &'a Graph, registry: &'a Registry, store: &'a Store) -> Result<Self> {
        let resolver = Resolver::new(graph, registry, store)?;
        let mut statuses = Vec::with_capacity(graph.steps().len());
        for i in 0..graph.steps().len() {
            statuses.push(look(&resolver, i, &statuses));
        }
        resolver.save();
        Ok(Survey { resolver, statuses })
    }

    /// Id of step `i`.
    pub fn id(&self, i: usize) -> &str {
        &self.resolver.graph.steps()[i].id
    }

    /// The records that are there, in the order of the graph.
    pub fn records(&self) -> impl Iterator<Item = &Record> {
        self.statuses.iter().filter_map(Status::record)
    }
}

fn look(resolver: &Resolver, i: usize, before: &[Status]) -> Status {
    let parents = resolver.graph.parents(i);
    if let Some(&parent) = parents.iter().find(|&&parent| matches!(before[parent], Status::Blocked { .. })) {
        return Status::Blocked { reason: format!("reads step {:?}, which is blocked", resolver.graph.steps()[parent].id) };
    }
    let remade: Vec<usize> = parents.into_iter().filter(|&parent| before[parent].record().is_none()).collect();
    if !remade.is_empty() {
        return Status::Unknown { remade };
    }
    let inputs = match resolver.bind(i, |parent| before[parent].record()) {
        Ok(inputs) => inputs,
        Err(error) => return Status::Blocked { reason: format!("{error:#}") },
    };
    let ingredients = resolver.ingredients(i, &inputs);
    let key = ingredients.key();
    match resolver.store.lookup(key) {
        Lookup::Hit(record) => Status::Hit(record),
        Lookup::Miss(reason) => Status::Run { key, ingredients, reason },
    }
}
