//! A stage run on rows, for the tests of stages. Folders are the caller's; everything here panics rather than err.

use crate::{Digest, Input, Job, Stage, table};
use anyhow::Result;
use beyond_record::Table;
use std::path::Path;

/// The rows as an input of this role, in a file of its own under `folder`.
pub fn input<R: Table>(folder: &Path, role: &str, rows: &[R]) -> Input {
    let bytes = table::encode(rows).expect("rows of a table encode");
    let digest = Digest::of(&bytes);
    let path = folder.join(format!("input-{role}-{digest}.parquet"));
    std::fs::write(&path, bytes).expect("the folder of a test is writable");
    Input { role: role.to_string(), digest, path }
}

/// Runs the stage; its outputs and scratch are in `folder`.
///
/// # Errors
/// As the stage.
pub fn run<S: Stage>(stage: &S, params: &S::Params, inputs: Vec<Input>, folder: &Path) -> Result<()> {
    stage.run(params, &Job::new((S::NAME, S::VERSION), inputs, folder, folder, folder))
}

/// The rows of a table that a stage wrote into `folder`.
pub fn output<R: Table>(folder: &Path) -> Vec<R> {
    table::read_file(&folder.join(format!("{}.parquet", R::NAME))).expect("the stage wrote this table")
}
