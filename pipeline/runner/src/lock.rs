//! OS locks. A dead owner's lock is free by itself: what counts is the lock, not the file's existence.

use crate::publish::create_folder;
use crate::store::Store;
use anyhow::{Context, Result, bail};
use beyond_stage::{Cancelled, Digest};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Seek, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

const POLL: Duration = Duration::from_millis(25);
/// Shorter waits are not worth a word.
const QUIET: Duration = Duration::from_secs(1);

/// The exclusive right to make one key. Dropping it removes the lock's file and frees it.
#[derive(Debug)]
pub struct KeyLock {
    path: PathBuf,
    _file: File,
}

impl Drop for KeyLock {
    fn drop(&mut self) {
        // Best effort: a leftover file is harmless, the lock itself ends with the file handle.
        let _ = fs::remove_file(&self.path);
    }
}

/// How to wait for a lock.
pub struct Patience<'a> {
    /// Give up when set.
    pub cancel: &'a AtomicBool,
    /// Give up after this long; None waits for ever.
    pub timeout: Option<Duration>,
}

impl Store {
    /// Waits for the lock of a key. `on_wait` is told once, after a second, who holds it. Errs with [`Cancelled`], or when the time is up.
    pub fn lock(&self, key: Digest, patience: &Patience, mut on_wait: impl FnMut(&str)) -> Result<KeyLock> {
        create_folder(&self.locks())?;
        let path = self.locks().join(format!("{key}.lock"));
        let start = Instant::now();
        let mut told = false;
        loop {
            if let Some(file) = try_lock(&path)? {
                let _file = sign(file, &path)?;
                return Ok(KeyLock { path, _file });
            }
            if start.elapsed() >= QUIET && !std::mem::replace(&mut told, true) {
                on_wait(&owner(&path));
            }
            if patience.cancel.load(Ordering::Relaxed) {
                return Err(Cancelled.into());
            }
            if patience.timeout.is_some_and(|limit| start.elapsed() > limit) {
                bail!(
                    "gave up waiting for {} after {:.0} s: it is held by {}",
                    path.display(),
                    start.elapsed().as_secs_f64(),
                    owner(&path)
                );
            }
            std::thread::sleep(POLL);
        }
    }

    /// Marks the store as in use, so that garbage collection stays away. None when the store cannot be written to: then nothing can be
    /// made, but what is there can be used.
    pub fn share(&self) -> Option<File> {
        let file = self.open_guard().ok()?;
        file.lock_shared().ok()?;
        Some(file)
    }

    /// The store for oneself. Errs when a run uses it.
    pub fn exclude(&self) -> Result<File> {
        let file = self.open_guard()?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => bail!("a run is using {}; try again when it is done", self.root().display()),
            Err(TryLockError::Error(error)) => Err(error).context("cannot lock the store"),
        }
    }

    fn open_guard(&self) -> Result<File> {
        create_folder(&self.locks())?;
        open(&self.locks().join("store.lock"))
    }
}

fn open(path: &Path) -> Result<File> {
    let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
    opened.with_context(|| format!("cannot open the lock {}", path.display()))
}

/// Locks the file at `path`, or None when someone holds it. The last owner removes the file, so a lock on a file that is no longer the
/// one at `path` does not count.
fn try_lock(path: &Path) -> Result<Option<File>> {
    let file = open(path)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(None),
        Err(TryLockError::Error(error)) => return Err(error).with_context(|| format!("cannot lock {}", path.display())),
    }
    let same =
        fs::metadata(path).is_ok_and(|found| file.metadata().is_ok_and(|ours| found.ino() == ours.ino() && found.dev() == ours.dev()));
    Ok(same.then_some(file))
}

/// Writes who holds the lock into it, for those who wait.
fn sign(mut file: File, path: &Path) -> Result<File> {
    let line = format!("process {} on {} since {}", std::process::id(), crate::machine::host(), crate::clock::utc(crate::clock::now()));
    let context = || format!("cannot write {} (is the disk full?)", path.display());
    file.set_len(0).with_context(context)?;
    file.rewind().with_context(context)?;
    file.write_all(line.as_bytes()).with_context(context)?;
    Ok(file)
}

fn owner(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap_or_default();
    if text.is_empty() { "another run".to_string() } else { text }
}
