//! Re-executes pure stages and compares bytes.

use crate::execute::caught;
use crate::record::{Output, Record};
use crate::resolve::Bound;
use crate::survey::{Status, Survey};
use anyhow::{Context, Result};
use beyond_stage::{Digest, Job, Progress, Purity};
use serde::Serialize;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// What checking one step found.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "found")]
pub enum Finding {
    /// Every output has the recorded digest.
    Same,
    /// These outputs differ.
    Different {
        /// Output names.
        outputs: Vec<String>,
    },
    /// Not re-executed.
    Skipped {
        /// Why.
        reason: String,
    },
    /// It failed this time.
    Failed {
        /// How.
        error: String,
    },
}

/// Re-executes step `i` in a folder of its own, with an empty journal, and compares its outputs with the record. What is damaged in the store is
/// forgotten, so that the next run makes it again; a step that reads it is skipped.
pub fn check(survey: &Survey, i: usize, threads: usize, cancel: &Arc<AtomicBool>, progress: &Progress) -> Result<Finding> {
    let Status::Hit(record) = &survey.statuses[i] else {
        return Ok(Finding::Skipped { reason: "not in the store; run it first".to_string() });
    };
    let (stage, params) = (survey.resolver.stage(i), survey.resolver.params(i));
    if stage.purity(params)? == Purity::Measurement {
        return Ok(Finding::Skipped { reason: "a measurement: it is recorded, not re-made".to_string() });
    }
    let folder = tempfile::tempdir_in(survey.resolver.store.root()).context("cannot create a folder for the check")?;
    let outputs = folder.path().join("outputs");
    std::fs::create_dir(&outputs).context("cannot create a folder for the check")?;
    let bound = survey.resolver.bind(i, |parent| survey.statuses[parent].record())?;
    if let Some(maker) = bound.iter().find_map(damaged_by) {
        return Ok(Finding::Skipped { reason: format!("what it reads of {} is damaged", survey.id(maker)) });
    }
    let inputs = bound.into_iter().map(|bound| bound.input).collect();
    let job = Job::new((stage.name(), stage.version()), inputs, &outputs, &folder.path().join("scratch"), &folder.path().join("journals"))
        .with_threads(threads)
        .with_cancel(cancel.clone())
        .with_progress(progress.clone());
    match caught(stage.name(), || stage.run(params, &job)) {
        Ok(()) => compare(survey, record, &outputs),
        Err(error) if error.chain().any(|cause| cause.is::<beyond_stage::Cancelled>()) => Err(error),
        Err(error) => Ok(Finding::Failed { error: format!("{error:#}") }),
    }
}

/// The step that made an input whose bytes are not those of its digest.
fn damaged_by(bound: &Bound) -> Option<usize> {
    let (maker, output) = bound.producer.as_ref()?;
    (!intact(&bound.input.path, output)).then_some(*maker)
}

fn intact(path: &Path, output: &Output) -> bool {
    Digest::of_path(path).is_ok_and(|digest| digest == output.digest)
}

fn compare(survey: &Survey, record: &Record, folder: &Path) -> Result<Finding> {
    let mut different = Vec::new();
    for (name, output) in &record.outputs {
        let made = folder.join(file_name(name, output));
        if !intact(&survey.resolver.store.content(output), output) {
            survey.resolver.store.invalidate(record, output)?;
            different.push(format!("{name} (damaged in the store and forgotten: the next run makes it again)"));
        } else if !(made.exists() && intact(&made, output)) {
            different.push(name.clone());
        }
    }
    Ok(if different.is_empty() { Finding::Same } else { Finding::Different { outputs: different } })
}

/// File name under which a stage wrote an output.
fn file_name(name: &str, output: &Output) -> String {
    match output.kind {
        crate::record::Kind::Table => format!("{name}.parquet"),
        _ => name.to_string(),
    }
}
