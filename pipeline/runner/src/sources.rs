//! Digests of files and folders outside the store, remembered by (path, size, times) so that a run that does nothing reads none of them.

use anyhow::{Context, Result};
use beyond_stage::{Digest, digest::files_below, user_error};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// A file younger than this may change again without its times changing, so its digest is not remembered.
const SETTLED: f64 = 2.0;

#[derive(Clone, Serialize, Deserialize)]
struct Memory {
    fingerprint: Digest,
    digest: Digest,
}

/// The memory of one store. Losing it costs time only.
pub struct Sources {
    file: PathBuf,
    known: Mutex<(BTreeMap<PathBuf, Memory>, bool)>,
}

impl Sources {
    /// Reads what `file` remembers; a missing or damaged file remembers nothing.
    pub fn load(file: PathBuf) -> Self {
        let known = fs::read(&file).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
        Sources { file, known: Mutex::new((known, false)) }
    }

    /// Digest of a file or folder. Errs, as the user's mistake, when there is none.
    pub fn digest(&self, path: &Path) -> Result<Digest> {
        let absolute = fs::canonicalize(path).map_err(|error| user_error(format!("cannot read {}: {error}", path.display())))?;
        let (fingerprint, newest) = fingerprint(&absolute)?;
        let mut known = self.known.lock().expect("no panic while hashing");
        if let Some(memory) = known.0.get(&absolute).filter(|memory| memory.fingerprint == fingerprint) {
            return Ok(memory.digest);
        }
        let digest = Digest::of_path(&absolute)?;
        if crate::clock::now() - newest > SETTLED {
            known.0.insert(absolute, Memory { fingerprint, digest });
            known.1 = true;
        }
        Ok(digest)
    }

    /// Writes what is new. It is only a memory: when the store is read-only the next run hashes again.
    pub fn save(&self) {
        let known = self.known.lock().expect("no panic while hashing");
        if known.1 {
            let temporary = self.file.with_extension(format!("{}.tmp", std::process::id()));
            let bytes = serde_json::to_vec(&known.0).expect("paths and digests serialise");
            let _ = fs::write(&temporary, bytes).and_then(|()| fs::rename(&temporary, &self.file));
        }
    }
}

/// Digest of names, sizes and times of all files at a path, and the newest of the times in seconds.
fn fingerprint(path: &Path) -> Result<(Digest, f64)> {
    let files = if path.is_dir() { files_below(path)? } else { vec![path.to_path_buf()] };
    let mut rows = Vec::new();
    let mut newest = 0.0_f64;
    for file in files {
        let found = fs::metadata(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let times = [found.mtime(), found.mtime_nsec(), found.ctime(), found.ctime_nsec()];
        newest = newest.max(found.mtime().max(found.ctime()) as f64 + 1.0);
        rows.push((file, found.len(), found.ino(), times));
    }
    Ok((Digest::of_value(&rows), newest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remembered_digest_is_used_until_the_file_changes() {
        let dir = tempfile::tempdir().unwrap();
        let (memory, file) = (dir.path().join("sources.json"), dir.path().join("counts.csv"));
        fs::write(&file, "a").unwrap();
        let absolute = fs::canonicalize(&file).unwrap();
        let planted = Memory { fingerprint: fingerprint(&absolute).unwrap().0, digest: Digest::of(b"planted") };
        fs::write(&memory, serde_json::to_vec(&BTreeMap::from([(absolute, planted)])).unwrap()).unwrap();
        assert_eq!(Sources::load(memory.clone()).digest(&file).unwrap(), Digest::of(b"planted"));
        fs::write(&file, "bc").unwrap();
        assert_eq!(Sources::load(memory).digest(&file).unwrap(), Digest::of(b"bc"));
    }

    #[test]
    fn a_missing_file_is_the_users_mistake() {
        let error = Sources::load("none.json".into()).digest(Path::new("no/such.csv")).unwrap_err();
        assert!(error.is::<beyond_stage::UserError>() && error.to_string().contains("no/such.csv"));
    }
}
