//! Garbage collection: what the named graphs do not reach goes. A dry run unless told otherwise.

use crate::record::Record;
use crate::store::{self, Store};
use crate::survey::{Status, Survey};
use anyhow::Result;
use serde::Serialize;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What to remove.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sweep {
    /// Remove; otherwise only count.
    pub delete: bool,
    /// Remove journals and scratch folders too: what was drawn but not asked for any more, and half-done steps. Raising `n` or resuming
    /// then starts from nothing.
    pub journals: bool,
}

/// What was, or would be, removed and kept.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Swept {
    /// Whether it was done.
    pub deleted: bool,
    /// Per kind (`records`, `content`, `journals`, `scratch`, `temporary`): what goes.
    pub removed: Vec<Share>,
    /// Per kind: what stays.
    pub kept: Vec<Share>,
}

/// A number of entries and their bytes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Share {
    /// What they are.
    pub kind: &'static str,
    /// How many.
    pub count: usize,
    /// Bytes.
    pub bytes: u64,
}

/// Sweeps the store. `unread` are specs whose graph is not known (a file they name is not there): all that they ever made is kept. Errs when
/// a run is using the store and `delete` is asked for.
pub fn sweep(store: &Store, keep: &[Survey], unread: &[PathBuf], options: Sweep) -> Result<Swept> {
    let _alone = if options.delete { Some(store.exclude()?) } else { None };
    let of_unread = made_by(store, unread)?;
    let records: Vec<&Record> = keep.iter().flat_map(Survey::records).chain(&of_unread).collect();
    let contents: BTreeSet<PathBuf> =
        records.iter().flat_map(|record| record.outputs.values()).map(|output| store.content(output)).collect();
    let mut actions: BTreeSet<PathBuf> = records.iter().map(|record| store.record_path(record.key)).collect();
    actions.extend(shared(store, &contents)?);
    let mut swept = Swept { deleted: options.delete, ..Swept::default() };
    swept.sort("records", store::list(&store.actions())?, |path| actions.contains(path))?;
    swept.sort("content", all_content(store)?, |path| contents.contains(path))?;
    let started: BTreeSet<PathBuf> = keep.iter().flat_map(|survey| unfinished(store, survey)).collect();
    swept.sort("scratch", store::list(&store.scratches())?, |path| !options.journals || started.contains(path))?;
    swept.sort("journals", store::list(&store.journals())?, |_| !options.journals)?;
    swept.sort("temporary", store::list(&store.temporary())?, |_| false)?;
    Ok(swept)
}

/// Records of the steps of some specs. Specs are told by their file names: a record keeps the path that was typed.
fn made_by(store: &Store, specs: &[PathBuf]) -> Result<Vec<Record>> {
    if specs.is_empty() {
        return Ok(Vec::new());
    }
    let name = |record: &Record| Path::new(record.spec()).file_name().map(|name| name.to_os_string());
    let one_of = |record: &Record| specs.iter().any(|spec| spec.file_name().map(|name| name.to_os_string()) == name(record));
    Ok(store.records()?.into_iter().filter(one_of).collect())
}

/// Records outside the named graphs all of whose content is kept anyway: they cost nothing and save a run later.
fn shared(store: &Store, contents: &BTreeSet<PathBuf>) -> Result<Vec<PathBuf>> {
    let kept = |record: &Record| record.outputs.values().all(|output| contents.contains(&store.content(output)));
    Ok(store.records()?.iter().filter(|record| kept(record)).map(|record| store.record_path(record.key)).collect())
}

/// Scratch folders of steps that the graph still wants to run.
fn unfinished(store: &Store, survey: &Survey) -> Vec<PathBuf> {
    let key = |status: &Status| if let Status::Run { key, .. } = status { Some(store.scratch(*key)) } else { None };
    survey.statuses.iter().filter_map(key).collect()
}

fn all_content(store: &Store) -> Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for folder in store::list(&store.contents())? {
        paths.extend(store::list(&folder)?);
    }
    Ok(paths)
}

impl Swept {
    fn sort(&mut self, kind: &'static str, paths: Vec<PathBuf>, keep: impl Fn(&PathBuf) -> bool) -> Result<()> {
        let mut shares = [Share { kind, count: 0, bytes: 0 }, Share { kind, count: 0, bytes: 0 }];
        for path in paths {
            let kept = keep(&path);
            let share = &mut shares[usize::from(kept)];
            share.count += 1;
            share.bytes += store::size(&path);
            if !kept && self.deleted {
                store::remove(&path)?;
            }
        }
        let [removed, kept] = shares;
        self.removed.push(removed);
        self.kept.push(kept);
        Ok(())
    }

    /// Bytes that go.
    pub fn freed(&self) -> u64 {
        self.removed.iter().map(|share| share.bytes).sum()
    }
}
