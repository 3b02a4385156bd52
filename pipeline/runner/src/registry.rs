//! The stages that exist, by name.

use anyhow::Result;
use beyond_stage::{AnyStage, user_error};
use std::collections::BTreeMap;

/// All stages of a program.
#[derive(Default)]
pub struct Registry {
    stages: BTreeMap<&'static str, Box<dyn AnyStage>>,
}

impl Registry {
    /// A registry of these stages; of two with one name the later stands.
    pub fn new(stages: Vec<Box<dyn AnyStage>>) -> Self {
        Registry { stages: stages.into_iter().map(|stage| (stage.name(), stage)).collect() }
    }

    /// The stage of a name. Errs with the names that exist.
    pub fn get(&self, name: &str) -> Result<&dyn AnyStage> {
        let stage = self.stages.get(name).map(Box::as_ref);
        stage.ok_or_else(|| user_error(format!("there is no stage {name:?}; the stages are {}", self.names().join(", "))))
    }

    /// Names in alphabetical order.
    pub fn names(&self) -> Vec<&'static str> {
        self.stages.keys().copied().collect()
    }
}
