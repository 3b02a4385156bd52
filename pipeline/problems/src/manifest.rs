//! Where a published benchmark comes from, and which of its fields mean what.

use anyhow::{Context, Result, ensure};
use beyond_record::Problem;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// One published benchmark file. The data are not part of this project: a manifest says where to get them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Name; also the prefix of every problem id.
    pub name: String,
    /// Where the file comes from.
    pub source: Source,
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
    /// Licence of the data.
    pub licence: String,
    /// Number of problems.
    pub rows: usize,
    /// How the file is written.
    pub format: Format,
    /// [`Problem::judge`] of every problem.
    pub judge: String,
    /// The prompt template that the study used; see [`crate::template`].
    pub template: String,
    /// Fields of a row.
    pub fields: Fields,
    /// Traps, for the reader.
    #[serde(default)]
    pub notes: Vec<String>,
}

/// A file at a commit of a repository.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// `owner/name`.
    pub repository: String,
    /// Path inside the repository.
    pub path: String,
    /// Commit, 40 hexadecimal digits.
    pub commit: String,
    /// Where to download exactly this file.
    pub url: String,
}

/// How a benchmark file is written; gzip is recognised by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// One JSON object per line.
    Jsonl,
    /// One JSON object whose values are the rows.
    Object,
}

/// Names of fields; a dot goes into an object, as in `metadata.task`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fields {
    /// Identity within the benchmark; absent: the row number, from 0.
    #[serde(default)]
    pub id: Option<String>,
    /// The question.
    pub prompt: String,
    /// Where the gold is.
    pub gold: String,
    /// How the gold is taken from its field.
    pub take: Take,
    /// A reference solution.
    #[serde(default)]
    pub solution: Option<String>,
    /// Difficulty or kind; a number n becomes the stratum `level n`.
    #[serde(default)]
    pub level: Option<String>,
    /// Options of multiple-choice questions; they are shown after the question.
    #[serde(default)]
    pub options: Option<String>,
}

/// How the gold is taken from its field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Take {
    /// The text, or the number as text.
    Whole,
    /// The content of the last `\boxed{...}`.
    Boxed,
    /// What follows the last `####`.
    AfterHashes,
    /// The first of a list, without `$` around it.
    First,
    /// The whole row as JSON, which the sandbox reads as a task.
    Row,
    /// JSON with `answer`, `options`, `question_type`, `answer_type` and `precision` of the row.
    Visual,
}

impl Manifest {
    /// Reads a manifest. Errs with file, line and field.
    pub fn read(path: &Path) -> Result<Manifest> {
        let text = std::fs::read_to_string(path).with_context(|| format!("reading the manifest {}", path.display()))?;
        Self::parse(&text).with_context(|| format!("in the manifest {}", path.display()))
    }

    /// Reads the text of a manifest.
    pub fn parse(text: &str) -> Result<Manifest> {
        let manifest: Manifest = serde_saphyr::from_str(text)?;
        let hexadecimal = |text: &str, digits| text.len() == digits && text.bytes().all(|b| b.is_ascii_hexdigit());
        ensure!(hexadecimal(&manifest.sha256, 64), "sha256: expected 64 hexadecimal digits, found `{}`", manifest.sha256);
        ensure!(hexadecimal(&manifest.source.commit, 40), "commit: expected 40 hexadecimal digits");
        Ok(manifest)
    }

    /// The problems of a local copy of the file, in file order, for the benchmark id of a spec. See [`crate::load_benchmark`].
    pub fn load(&self, file: &Path, benchmark: &str) -> Result<Vec<Problem>> {
        crate::load::load(self, file, benchmark)
    }
}
