//! Where an artifact comes from: its makers, up to raw inputs.

use crate::record::{ParentSource, Record};
use anyhow::Result;
use beyond_stage::{Digest, user_error};
use serde::Serialize;
use std::fmt;

/// One maker of an artifact, and what it read.
#[derive(Clone, Debug, Serialize)]
pub struct Why {
    /// `step/output`, or the path of a raw input.
    pub name: String,
    /// Content digest.
    pub digest: Digest,
    /// Key of the action; None for a raw input.
    pub key: Option<Digest>,
    /// Stage and version, host and time; empty for a raw input.
    pub made: String,
    /// What the action read.
    pub parents: Vec<Why>,
}

/// The origin of the artifacts whose digest starts with `artifact` (hexadecimal digits) or whose name is `step/output`, newest record
/// first. Errs, as the user's mistake, when there is none.
pub fn why(records: &[Record], artifact: &str) -> Result<Vec<Why>> {
    let mut found = Vec::new();
    for record in records.iter().rev() {
        for (name, output) in &record.outputs {
            let full = format!("{}/{name}", record.step);
            if (artifact.len() >= 4 && output.digest.to_string().starts_with(artifact)) || full == artifact {
                found.push(trace(records, record, name, output.digest));
            }
        }
    }
    if found.is_empty() {
        return Err(user_error(format!(
            "no artifact {artifact:?}; give at least 4 digits of a digest, or STEP/OUTPUT (`beyond plan SPEC` lists the steps)"
        )));
    }
    Ok(found)
}

fn trace(records: &[Record], record: &Record, output: &str, digest: Digest) -> Why {
    let parent = |parent: &crate::record::Parent| match &parent.from {
        ParentSource::Path(path) => raw(path.display().to_string(), parent.digest),
        ParentSource::Action { step, key, output } => match records.iter().find(|record| record.key == *key) {
            Some(maker) => trace(records, maker, output, parent.digest),
            None => raw(format!("{step}/{output} (its record was collected)"), parent.digest),
        },
    };
    let made = &record.provenance;
    Why {
        name: format!("{}/{output}", record.step),
        digest,
        key: Some(record.key),
        made: format!(
            "stage {} v{}, {}, {}",
            record.ingredients.stage,
            record.ingredients.version,
            made.host,
            crate::clock::utc(made.started)
        ),
        parents: record.parents.iter().map(parent).collect(),
    }
}

fn raw(name: String, digest: Digest) -> Why {
    Why { name, digest, key: None, made: String::new(), parents: Vec::new() }
}

impl Why {
    fn write(&self, f: &mut fmt::Formatter<'_>, depth: usize) -> fmt::Result {
        let made = if self.key.is_some() { format!("  {}", self.made) } else { "  raw input".to_string() };
        writeln!(f, "{}{}  {}{made}", "  ".repeat(depth), self.digest.short(), self.name)?;
        self.parents.iter().try_for_each(|parent| parent.write(f, depth + 1))
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, 0)
    }
}
