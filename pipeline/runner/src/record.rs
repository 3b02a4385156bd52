//! The action record: what one run of one step read, made and took. Written last, so that its presence means "published".

use beyond_stage::{Digest, Ingredients};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// One published action.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Digest of [`Record::ingredients`].
    pub key: Digest,
    /// Step id at the time of the run; a label, not part of the key.
    pub step: String,
    /// `file:line:column` of the step in its spec.
    pub origin: String,
    /// What decided the result.
    pub ingredients: Ingredients,
    /// Where each input came from, in the order of the step.
    pub parents: Vec<Parent>,
    /// Output name -> artifact.
    pub outputs: BTreeMap<String, Output>,
    /// Numbers that the stage recorded about this run.
    pub measures: BTreeMap<String, f64>,
    /// Why the outputs are not the last word, when the machine failed the stage in part: they can be read, and the next run makes
    /// them again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provisional: Option<String>,
    /// Work done, for later estimates.
    pub effort: Effort,
    /// Where and when it was made.
    pub provenance: Provenance,
}

impl Record {
    /// The spec file of the step: its origin without line and column.
    pub fn spec(&self) -> &str {
        self.origin.rsplitn(3, ':').last().unwrap_or(&self.origin)
    }
}

/// One input of an action.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Parent {
    /// Role in the step.
    pub role: String,
    /// Content digest.
    pub digest: Digest,
    /// Its origin.
    pub from: ParentSource,
}

/// Where an input came from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParentSource {
    /// An output of another action.
    Action {
        /// Step id.
        step: String,
        /// Key of its record.
        key: Digest,
        /// Output name.
        output: String,
    },
    /// A file or folder outside the store: a raw input.
    Path(PathBuf),
}

/// One artifact of an action.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Output {
    /// Content digest.
    pub digest: Digest,
    /// Form.
    pub kind: Kind,
    /// Bytes, of all files of a folder together.
    pub size: u64,
}

/// Form of an artifact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A Parquet file; its output name is the file stem.
    Table,
    /// Any other file; its output name is the whole file name.
    File,
    /// A folder.
    Folder,
}

/// Work that one run did, as its stage reported it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Effort {
    /// Unit of work (`samples`, `steps`, ...); empty when the stage reported none.
    pub unit: String,
    /// Units of the whole step.
    pub total: u64,
    /// Units found done already.
    pub found: u64,
    /// Units done in this run.
    pub done: u64,
    /// Tokens processed in this run.
    pub tokens: u64,
}

/// Where, when and at what cost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Provenance {
    /// Version of this program.
    pub beyond: String,
    /// Git commit of the working tree, with `-dirty` when it differs; None outside a repository.
    pub commit: Option<String>,
    /// Host name.
    pub host: String,
    /// Start, seconds since 1970 UTC.
    pub started: f64,
    /// Wall seconds.
    pub seconds: f64,
    /// CPU seconds of the step; None when they cannot be told apart from those of steps beside it.
    pub cpu_seconds: Option<f64>,
    /// Threads the step was given.
    pub threads: usize,
}
