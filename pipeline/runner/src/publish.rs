//! Atomic publishing: bytes are forced to the disk in a temporary folder, renamed into the content, and the record is written last.
//! A kill at any instant leaves either no record, or the record and everything it names.

use crate::record::{Kind, Output, Record};
use crate::store::{self, Store};
use anyhow::{Context, Result, ensure};
use beyond_stage::{Digest, digest::files_below};
use std::collections::BTreeMap;
use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

const READ_ONLY: u32 = 0o444;

impl Store {
    /// Moves every file and folder of `folder` into the content. Errs leave content without a record, which nothing reads.
    pub fn publish(&self, folder: &Path) -> Result<BTreeMap<String, Output>> {
        let mut outputs = BTreeMap::new();
        for path in store::list(folder)? {
            let (name, kind) = classify(&path)?;
            seal(&path)?;
            let output = Output { digest: Digest::of_path(&path)?, kind, size: store::size(&path) };
            self.place(&path, &output)?;
            outputs.insert(name, output);
        }
        Ok(outputs)
    }

    /// Renames a sealed artifact to its place. What lies there already has the same digest or is damaged: files are replaced, intact
    /// folders kept.
    fn place(&self, path: &Path, output: &Output) -> Result<()> {
        let target = self.content(output);
        let parent = target.parent().expect("content lies two folders deep");
        create_folder(parent)?;
        if output.kind == Kind::Folder && target.exists() {
            if Digest::of_path(&target).is_ok_and(|found| found == output.digest) {
                return store::remove(path);
            }
            store::remove(&target)?;
        }
        fs::rename(path, &target).with_context(|| format!("cannot move {} to {}", path.display(), target.display()))?;
        sync(parent)
    }

    /// Writes a record. Once this returns, the action is published.
    pub fn write_record(&self, record: &Record) -> Result<()> {
        let temporary = self.temporary().join(format!("{}.json", record.key));
        let bytes = serde_json::to_vec_pretty(record).context("a record is plain data")?;
        let written = write_synced(&temporary, &bytes).and_then(|()| self.move_record(&temporary, record.key));
        if written.is_err() {
            store::remove(&temporary)?;
        }
        written
    }

    fn move_record(&self, temporary: &Path, key: Digest) -> Result<()> {
        let target = self.record_path(key);
        create_folder(&self.actions())?;
        fs::rename(temporary, &target).with_context(|| format!("cannot write {}", target.display()))?;
        sync(&self.actions())
    }

    /// An empty folder for the outputs of a key; whoever holds the key's lock owns it, so leftovers of a killed run go.
    pub fn fresh_temporary(&self, key: Digest) -> Result<PathBuf> {
        let folder = self.temporary().join(key.to_string());
        store::remove(&folder)?;
        create_folder(&folder)?;
        Ok(folder)
    }
}

fn classify(path: &Path) -> Result<(String, Kind)> {
    let name = path.file_name().expect("listed in a folder").to_string_lossy().into_owned();
    if path.is_dir() {
        return Ok((name, Kind::Folder));
    }
    ensure!(path.is_file(), "output {name:?} is neither a file nor a folder");
    Ok(match name.strip_suffix(".parquet") {
        Some(stem) => (stem.to_string(), Kind::Table),
        None => (name, Kind::File),
    })
}

/// Makes files read-only and forces them, and the folders that hold them, to the disk.
fn seal(path: &Path) -> Result<()> {
    if !path.is_dir() {
        return seal_file(path);
    }
    for file in files_below(path)? {
        seal_file(&file)?;
    }
    sync_folders(path)
}

fn seal_file(path: &Path) -> Result<()> {
    fs::set_permissions(path, Permissions::from_mode(READ_ONLY)).with_context(|| format!("cannot make {} read-only", path.display()))?;
    sync(path)
}

fn sync_folders(folder: &Path) -> Result<()> {
    for path in store::list(folder)?.iter().filter(|path| path.is_dir()) {
        sync_folders(path)?;
    }
    sync(folder)
}

/// Forces a file or folder to the disk.
fn sync(path: &Path) -> Result<()> {
    File::open(path).and_then(|file| file.sync_all()).with_context(|| format!("cannot force {} to the disk", path.display()))
}

fn write_synced(path: &Path, bytes: &[u8]) -> Result<()> {
    fs::write(path, bytes).with_context(|| format!("cannot write {} (is the disk full?)", path.display()))?;
    sync(path)
}

/// Creates a folder and its parents, and forces the new entries to the disk.
pub fn create_folder(folder: &Path) -> Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    folder.parent().map_or(Ok(()), sync)
}
