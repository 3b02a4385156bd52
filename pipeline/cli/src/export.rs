//! Copies the report out of the store to `reports/<experiment>/`, where people look for it.

use anyhow::{Context, Result};
use beyond_runner::{Record, Store};
use std::fs;
use std::path::{Path, PathBuf};

/// Names the digest of the report that a folder holds.
const STAMP: &str = ".digest";
/// The summary beside the report.
pub const SUMMARY: &str = "summary.txt";

/// What was exported.
pub struct Exported {
    /// The page to open, or the folder when there is none.
    pub page: PathBuf,
    /// The few numbers that matter, as the report stage wrote them.
    pub summary: String,
}

/// Puts the outputs of a report step below `reports`, unless they are there already. None when the step made no report.
pub fn export(store: &Store, record: &Record, reports: &Path, name: &str) -> Result<Option<Exported>> {
    let Some(output) = record.outputs.get("report") else { return Ok(None) };
    let folder = reports.join(name);
    let digest = output.digest.to_string();
    if fs::read_to_string(folder.join(STAMP)).ok().as_deref() != Some(&digest) {
        replace(&store.content(output), &folder, &digest).with_context(|| format!("cannot write the report to {}", folder.display()))?;
    }
    let summary = match record.outputs.get(SUMMARY) {
        Some(output) => fs::read_to_string(store.content(output)).context("cannot read the summary of the report")?,
        None => String::new(),
    };
    let beside = folder.join(SUMMARY);
    if fs::read_to_string(&beside).ok().as_deref() != Some(&summary) {
        fs::write(&beside, &summary).with_context(|| format!("cannot write {}", beside.display()))?;
    }
    let index = folder.join("index.html");
    Ok(Some(Exported { page: if index.exists() { index } else { folder }, summary }))
}

/// Copies beside the folder first, so that a kill leaves the old report or the new one.
fn replace(from: &Path, folder: &Path, digest: &str) -> Result<()> {
    let fresh = folder.with_extension("fresh");
    remove(&fresh)?;
    copy(from, &fresh)?;
    fs::write(fresh.join(STAMP), digest)?;
    remove(folder)?;
    Ok(fs::rename(&fresh, folder)?)
}

fn remove(folder: &Path) -> Result<()> {
    if folder.exists() { Ok(fs::remove_dir_all(folder)?) } else { Ok(()) }
}

/// Copies bytes only: the copy is not read-only.
fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.path().is_dir() { copy(&entry.path(), &target)? } else { fs::write(&target, fs::read(entry.path())?)? }
    }
    Ok(())
}
