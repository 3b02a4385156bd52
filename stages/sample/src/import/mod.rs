//! Stage `import`: results made elsewhere enter at their own layer. One file per format; a format is a function from files to rows.
//!
//! Outputs: `counts` for the format `counts`; otherwise `problems` (when the log holds them) and `completions`. The rules every importer
//! keeps: a missing field is null, never a default; (problem, sample) is unique; every error names file, line and what was expected.

mod counts;
mod source;

use crate::ImportParams;
use anyhow::{Result, ensure};
use beyond_stage::{Job, Stage, user_error};
use source::SourceFile;

/// The stage.
pub struct Import;

impl Stage for Import {
    const NAME: &'static str = "import";
    const VERSION: u32 = 1;
    type Params = ImportParams;

    fn run(&self, params: &ImportParams, job: &Job) -> Result<()> {
        let files: Vec<SourceFile> = job.inputs_of("file").map(|input| SourceFile { path: input.path.clone() }).collect();
        ensure!(!files.is_empty(), "an import needs at least one file");
        match params.format.as_str() {
            "counts" => job.write(&counts::read(params, &files)?),
            other => Err(user_error(format!("there is no import format {other:?}; the formats are counts"))),
        }
    }
}
