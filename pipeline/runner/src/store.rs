//! The content-addressed store: paths, look-ups, damage. Writing is in [`crate::publish`].

use crate::record::{Kind, Output, Record};
use anyhow::{Context, Result};
use beyond_stage::Digest;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// A store below one folder. Opening it touches nothing.
#[derive(Clone, Debug)]
pub struct Store {
    root: PathBuf,
}

/// What the store knows of a key.
#[derive(Debug)]
pub enum Lookup {
    /// Published, and every output is there with its size.
    Hit(Box<Record>),
    /// To be made, and why when it was there once.
    Miss(Option<String>),
}

impl Store {
    /// The store below `root`, which need not exist yet.
    pub fn new(root: &Path) -> Self {
        Store { root: root.to_path_buf() }
    }

    /// The folder of the store.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Folder of action records.
    pub fn actions(&self) -> PathBuf {
        self.root.join("actions")
    }

    /// Folder of content.
    pub fn contents(&self) -> PathBuf {
        self.root.join("content")
    }

    /// Folder of journals.
    pub fn journals(&self) -> PathBuf {
        self.root.join("journals")
    }

    /// Folder of locks.
    pub fn locks(&self) -> PathBuf {
        self.root.join("locks")
    }

    /// Folder of scratch folders.
    pub fn scratches(&self) -> PathBuf {
        self.root.join("scratch")
    }

    /// Scratch folder of a key.
    pub fn scratch(&self, key: Digest) -> PathBuf {
        self.scratches().join(key.to_string())
    }

    /// Folder of what is not published yet; its entries belong to the holder of the key's lock.
    pub fn temporary(&self) -> PathBuf {
        self.root.join("temporary")
    }

    /// File of a key's action record.
    pub fn record_path(&self, key: Digest) -> PathBuf {
        self.actions().join(format!("{key}.json"))
    }

    /// Where an artifact lies: `content/<aa>/<digest>`, with `.parquet` for tables so that other programs open them.
    pub fn content(&self, output: &Output) -> PathBuf {
        let name = output.digest.to_string();
        let suffix = if output.kind == Kind::Table { ".parquet" } else { "" };
        self.contents().join(&name[..2]).join(format!("{name}{suffix}"))
    }

    /// Whether a key is published. Reads its record and stats its outputs; bytes are checked when a step reads them.
    pub fn lookup(&self, key: Digest) -> Lookup {
        let path = self.record_path(key);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Lookup::Miss(None),
            Err(error) => return Lookup::Miss(Some(format!("its record {} cannot be read: {error}", path.display()))),
        };
        let record: Record = match serde_json::from_slice(&bytes) {
            Ok(record) => record,
            Err(error) => return Lookup::Miss(Some(format!("its record {} is damaged: {error}", path.display()))),
        };
        match record.outputs.iter().find(|(_, output)| !self.is_present(output)) {
            _ if record.key != key => Lookup::Miss(Some(format!("its record {} belongs to another key", path.display()))),
            Some((name, _)) => Lookup::Miss(Some(format!("its artifact {name:?} is no longer in the store"))),
            None => Lookup::Hit(Box::new(record)),
        }
    }

    fn is_present(&self, output: &Output) -> bool {
        match fs::metadata(self.content(output)) {
            Ok(found) if output.kind == Kind::Folder => found.is_dir(),
            Ok(found) => found.is_file() && found.len() == output.size,
            Err(_) => false,
        }
    }

    /// Every readable record, oldest first. Damaged ones are left out: their keys are misses.
    pub fn records(&self) -> Result<Vec<Record>> {
        let folder = self.actions();
        let mut records = Vec::new();
        for path in list(&folder)? {
            let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
            records.extend(serde_json::from_slice::<Record>(&bytes));
        }
        records.sort_by(|a: &Record, b| a.provenance.started.total_cmp(&b.provenance.started).then(a.key.cmp(&b.key)));
        Ok(records)
    }

    /// Forgets a damaged artifact and the action that made it, so that the next look-up is a miss.
    pub fn invalidate(&self, record: &Record, output: &Output) -> Result<()> {
        remove(&self.record_path(record.key))?;
        remove(&self.content(output))
    }
}

/// Entries of a folder, sorted; none when it does not exist.
pub fn list(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).with_context(|| format!("cannot list {}", folder.display())),
    };
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

/// Removes a file or folder; one that is not there is fine.
pub fn remove(path: &Path) -> Result<()> {
    let removed = match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error).with_context(|| format!("cannot remove {}", path.display())),
        _ => Ok(()),
    }
}

/// Bytes below a path.
pub fn size(path: &Path) -> u64 {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => list(path).unwrap_or_default().iter().map(|entry| size(entry)).sum(),
        Ok(found) => found.len(),
        Err(_) => 0,
    }
}
