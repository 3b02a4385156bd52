//! Draws the report of a finished run again, with this build's queries and drawing code:
//! `cargo run -p beyond-report --example redraw -- STORE ACTION_RECORD FOLDER`, with the record of the run's step `report`.
//!
//! The runner does the same when the look has changed; this needs only the report's crate, for working on the look.

use beyond_report::{Params, Report};
use beyond_stage::{Digest, Input, Job, Stage};
use serde_json::Value;
use std::path::{Path, PathBuf};

type Error = Box<dyn std::error::Error>;

fn main() -> Result<(), Error> {
    let arguments: Vec<PathBuf> = std::env::args().skip(1).map(PathBuf::from).collect();
    let [store, record, folder] = arguments.as_slice() else { return Err("usage: redraw STORE ACTION_RECORD FOLDER".into()) };
    let record: Value = serde_json::from_slice(&std::fs::read(record)?)?;
    let params: Params = serde_json::from_value(record["ingredients"]["params"].clone())?;
    let inputs = record["ingredients"]["inputs"].as_array().ok_or("the record has no inputs")?;
    let stored = inputs.iter().filter(|pair| pair[0] != "published");
    let mut inputs = stored.map(|pair| input(store, pair)).collect::<Result<Vec<_>, Error>>()?;
    inputs.extend(published()?);
    std::fs::create_dir_all(folder)?;
    let job = Job::new((Report::NAME, Report::VERSION), inputs, folder, &folder.join("scratch"), &folder.join("journals"));
    Stage::run(&Report, &params, &job)?;
    print!("{}", std::fs::read_to_string(folder.join("summary.txt"))?);
    Ok(())
}

fn input(store: &Path, pair: &Value) -> Result<Input, Error> {
    let (role, digest) = (pair[0].as_str().ok_or("an input has no role")?, pair[1].as_str().ok_or("an input has no digest")?);
    let folder = store.join("content").join(&digest[..2]);
    let names = std::fs::read_dir(&folder)?.collect::<Result<Vec<_>, _>>()?;
    let found = names.iter().find(|entry| entry.file_name().to_string_lossy().starts_with(digest)).ok_or("an input is not in the store")?;
    Ok(Input { role: role.to_string(), digest: digest.parse()?, path: found.path() })
}

/// The study's numbers lie in the checkout, not in the store.
fn published() -> Result<Vec<Input>, Error> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/published");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)?.map(|entry| entry.map(|e| e.path())).collect::<Result<_, _>>()?;
    files.retain(|path| path.extension().is_some_and(|end| end == "csv"));
    files.sort();
    files.into_iter().map(|path| Ok(Input { role: "published".into(), digest: Digest::of_file(&path)?, path })).collect()
}
