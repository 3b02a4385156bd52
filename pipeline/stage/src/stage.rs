//! One stage = one output schema = one crate under `stages/`.

use crate::Job;
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

/// Whether running a stage again with the same key must give the same bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purity {
    /// Same key, same bytes: `beyond check` re-executes it and compares.
    Pure,
    /// A measurement of the world (an endpoint): recorded, never silently re-made.
    Measurement,
}

/// A step of the pipeline.
pub trait Stage: Send + Sync + 'static {
    /// Name in specs, keys and tables.
    const NAME: &'static str;
    /// Bumped when the meaning or the bytes of an output change.
    const VERSION: u32;
    /// Only what the stage reads. Normalised through this type before hashing, so that written-out defaults change nothing.
    type Params: Serialize + DeserializeOwned;

    /// Writes the outputs through `job`.
    fn run(&self, params: &Self::Params, job: &Job) -> Result<()>;

    /// See [`Purity`]; may depend on the params (sampling from an endpoint is a measurement, from a checkpoint it is not).
    fn purity(&self, _params: &Self::Params) -> Purity {
        Purity::Pure
    }

    /// Expected work for `plan`: (unit, amount), for example ("steps", 300). None when only the past can tell.
    fn work(&self, _params: &Self::Params) -> Option<(&'static str, u64)> {
        None
    }

    /// Role of the inputs whose makers' amounts of work multiply [`Stage::work`]: n samples for each of the "problems". None when the
    /// params tell all.
    fn work_per(&self) -> Option<&'static str> {
        None
    }

    /// Whether a larger amount re-uses what an earlier run of the step left in its journal.
    fn tops_up(&self) -> bool {
        false
    }
}

/// A [`Stage`] without its type parameters, for the registry.
pub trait AnyStage: Send + Sync {
    /// [`Stage::NAME`].
    fn name(&self) -> &'static str;
    /// [`Stage::VERSION`].
    fn version(&self) -> u32;
    /// The params with all defaults written out, in the type's field order. Errs when they do not fit the stage's type.
    fn normalise(&self, params: &Value) -> Result<Value>;
    /// [`Stage::run`].
    fn run(&self, params: &Value, job: &Job) -> Result<()>;
    /// [`Stage::purity`].
    fn purity(&self, params: &Value) -> Result<Purity>;
    /// [`Stage::work`].
    fn work(&self, params: &Value) -> Result<Option<(&'static str, u64)>>;
    /// [`Stage::work_per`].
    fn work_per(&self) -> Option<&'static str>;
    /// [`Stage::tops_up`].
    fn tops_up(&self) -> bool;
}

fn typed<S: Stage>(params: &Value) -> Result<S::Params> {
    S::Params::deserialize(params).with_context(|| format!("parameters of stage {}", S::NAME))
}

impl<S: Stage> AnyStage for S {
    fn name(&self) -> &'static str {
        S::NAME
    }

    fn version(&self) -> u32 {
        S::VERSION
    }

    fn normalise(&self, params: &Value) -> Result<Value> {
        Ok(serde_json::to_value(typed::<S>(params)?)?)
    }

    fn run(&self, params: &Value, job: &Job) -> Result<()> {
        Stage::run(self, &typed::<S>(params)?, job)
    }

    fn purity(&self, params: &Value) -> Result<Purity> {
        Ok(Stage::purity(self, &typed::<S>(params)?))
    }

    fn work(&self, params: &Value) -> Result<Option<(&'static str, u64)>> {
        Ok(Stage::work(self, &typed::<S>(params)?))
    }

    fn work_per(&self) -> Option<&'static str> {
        Stage::work_per(self)
    }

    fn tops_up(&self) -> bool {
        Stage::tops_up(self)
    }
}
