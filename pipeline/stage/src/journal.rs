//! An append-only file of finished shards: what makes long stages resumable and lets n = 1024 extend n = 128.
//!
//! A shard is (item, start, count, payload): for sampling the item is a problem and the range its sample indices. Each record carries its
//! length and a BLAKE3 checksum; a torn tail (a process was killed while appending) is cut off by the next reader or writer, everything
//! before it is kept. The OS lock is held only while reading or appending, so that steps of one family work side by side.

use crate::Digest;
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

const MAGIC: &[u8; 8] = b"BEYONDJ1";
/// length u32, start u32, count u32, item digest 32 bytes, checksum 32 bytes
const HEADER: usize = 4 + 4 + 4 + 32 + 32;

/// One finished shard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shard {
    /// Indices covered.
    pub range: Range<u32>,
    /// What the stage stored.
    pub payload: Vec<u8>,
}

/// See the module documentation.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    shards: BTreeMap<Digest, Vec<Shard>>,
    /// Bytes from the start that were read and are whole.
    intact: u64,
}

impl Journal {
    /// Opens or creates a journal and reads every intact record.
    pub fn open(path: &Path) -> Result<Self> {
        let context = || format!("cannot open the journal {}", path.display());
        let file = OpenOptions::new().read(true).append(true).create(true).open(path).with_context(context)?;
        let mut journal = Journal { path: path.to_path_buf(), file, shards: BTreeMap::new(), intact: 0 };
        journal.locked(|_| Ok(())).with_context(context)?;
        Ok(journal)
    }

    /// Does something while nobody else reads or appends, after reading what others appended.
    fn locked(&mut self, body: impl FnOnce(&mut Self) -> Result<()>) -> Result<()> {
        self.file.lock()?;
        let done = self.refresh().and_then(|()| body(self));
        self.file.unlock()?;
        done
    }

    /// Reads what stands behind the bytes known so far, and cuts off a torn tail.
    fn refresh(&mut self) -> Result<()> {
        let mut bytes = Vec::new();
        self.file.seek(SeekFrom::Start(self.intact))?;
        self.file.read_to_end(&mut bytes)?;
        if self.intact == 0 {
            if !bytes.starts_with(MAGIC) {
                self.file.set_len(0)?;
                self.file.write_all(MAGIC)?;
                bytes = MAGIC.to_vec();
            }
            bytes.drain(..MAGIC.len());
            self.intact = MAGIC.len() as u64;
        }
        let (found, whole) = parse(&bytes);
        if whole < bytes.len() {
            self.file.set_len(self.intact + whole as u64)?;
        }
        self.intact += whole as u64;
        for (item, shard) in found {
            self.shards.entry(item).or_default().push(shard);
        }
        Ok(())
    }

    /// The shards of an item that lie wholly below `limit`, sorted by range, none overlapping another: of two runs that drew the same
    /// indices the one that appended first counts.
    pub fn shards(&self, item: Digest, limit: u32) -> Vec<&Shard> {
        let mut found: Vec<_> = self.shards.get(&item).into_iter().flatten().filter(|shard| shard.range.end <= limit).collect();
        found.sort_by_key(|shard| shard.range.start);
        let mut next = 0;
        found.retain(|shard| {
            shard.range.start >= next && {
                next = shard.range.end;
                true
            }
        });
        found
    }

    /// The index ranges of `0..limit` that no shard of the item covers.
    pub fn missing(&self, item: Digest, limit: u32) -> Vec<Range<u32>> {
        let mut gaps = Vec::new();
        let mut next = 0;
        for shard in self.shards(item, limit) {
            if shard.range.start > next {
                gaps.push(next..shard.range.start);
            }
            next = next.max(shard.range.end);
        }
        if next < limit {
            gaps.push(next..limit);
        }
        gaps
    }

    /// Appends shards and forces them to the disk; on return they survive a kill.
    pub fn append(&mut self, shards: Vec<(Digest, Shard)>) -> Result<()> {
        let mut bytes = Vec::new();
        for (item, shard) in &shards {
            encode(*item, shard, &mut bytes);
        }
        let context = format!("cannot append to the journal {} (is the disk full?)", self.path.display());
        self.locked(|journal| {
            journal.file.write_all(&bytes)?;
            journal.file.sync_data()?;
            journal.intact += bytes.len() as u64;
            for (item, shard) in shards {
                journal.shards.entry(item).or_default().push(shard);
            }
            Ok(())
        })
        .context(context)
    }
}

fn checksum(head: &[u8], payload: &[u8]) -> Digest {
    let mut hasher = blake3::Hasher::new();
    hasher.update(head);
    hasher.update(payload);
    Digest::from_bytes(*hasher.finalize().as_bytes())
}

fn encode(item: Digest, shard: &Shard, out: &mut Vec<u8>) {
    let start = out.len();
    out.extend((shard.payload.len() as u32).to_le_bytes());
    out.extend(shard.range.start.to_le_bytes());
    out.extend((shard.range.end - shard.range.start).to_le_bytes());
    out.extend(item.bytes());
    let sum = checksum(&out[start..], &shard.payload);
    out.extend(sum.bytes());
    out.extend(&shard.payload);
}

/// The intact records from the start of the bytes, and how many bytes they take.
fn parse(bytes: &[u8]) -> (Vec<(Digest, Shard)>, usize) {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some((item, shard, size)) = parse_one(&bytes[at..]) {
        found.push((item, shard));
        at += size;
    }
    (found, at)
}

fn parse_one(bytes: &[u8]) -> Option<(Digest, Shard, usize)> {
    let head = bytes.get(..HEADER)?;
    let word = |at: usize| u32::from_le_bytes(head[at..at + 4].try_into().expect("four bytes"));
    let digest = |at: usize| Digest::from_bytes(head[at..at + 32].try_into().expect("32 bytes"));
    let (length, start, count) = (word(0) as usize, word(4), word(8));
    let payload = bytes.get(HEADER..HEADER + length)?;
    let end = start.checked_add(count)?;
    (checksum(&head[..HEADER - 32], payload) == digest(HEADER - 32))
        .then(|| (digest(12), Shard { range: start..end, payload: payload.to_vec() }, HEADER + length))
}

#[cfg(test)]
#[allow(clippy::single_range_in_vec_init)] // one missing range is meant, not its numbers
mod tests {
    use super::*;

    fn shard(range: Range<u32>) -> Shard {
        Shard { payload: format!("{range:?}").into_bytes(), range }
    }

    #[test]
    fn raising_the_limit_asks_only_for_what_is_missing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("j");
        let item = Digest::of(b"problem");
        let mut journal = Journal::open(&path).unwrap();
        assert_eq!(journal.missing(item, 64), [0..64]);
        journal.append(vec![(item, shard(0..32)), (item, shard(32..64))]).unwrap();
        drop(journal);
        let journal = Journal::open(&path).unwrap();
        assert_eq!(journal.missing(item, 64), []);
        assert_eq!(journal.missing(item, 256), [64..256]);
        assert_eq!(journal.missing(Digest::of(b"other"), 8), [0..8]);
        assert_eq!(journal.shards(item, 40), [&shard(0..32)]);
    }

    #[test]
    fn a_kill_at_any_byte_loses_only_the_record_in_flight() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("j");
        let item = Digest::of(b"problem");
        let mut journal = Journal::open(&path).unwrap();
        journal.append(vec![(item, shard(0..8))]).unwrap();
        let first = std::fs::metadata(&path).unwrap().len() as usize;
        journal.append(vec![(item, shard(8..16))]).unwrap();
        drop(journal);
        let bytes = std::fs::read(&path).unwrap();
        for cut in 0..bytes.len() {
            std::fs::write(&path, &bytes[..cut]).unwrap();
            let mut journal = Journal::open(&path).unwrap();
            let expected = if cut >= first { vec![8..16] } else { vec![0..16] };
            assert_eq!(journal.missing(item, 16), expected, "cut at {cut}");
            journal.append(vec![(item, shard(expected[0].clone()))]).unwrap();
            drop(journal);
            assert_eq!(Journal::open(&path).unwrap().missing(item, 16), []);
        }
    }

    #[test]
    fn two_holders_work_side_by_side_and_see_what_the_other_appended() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("j");
        let (one, two) = (Digest::of(b"one"), Digest::of(b"two"));
        let (mut first, mut second) = (Journal::open(&path).unwrap(), Journal::open(&path).unwrap());
        first.append(vec![(one, shard(0..8))]).unwrap();
        // the first holder is killed in the middle of its next append
        OpenOptions::new().append(true).open(&path).unwrap().write_all(&[7; 50]).unwrap();
        second.append(vec![(two, shard(0..8)), (one, shard(0..8)), (one, shard(4..12))]).unwrap();
        assert_eq!(second.shards(one, 16), [&shard(0..8)]);
        assert_eq!(second.missing(one, 16), [8..16]);
        let third = Journal::open(&path).unwrap();
        assert_eq!((third.missing(one, 8), third.missing(two, 8)), (vec![], vec![]));
    }

    #[test]
    fn a_flipped_byte_cuts_the_journal_there() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("j");
        let item = Digest::of(b"problem");
        Journal::open(&path).unwrap().append(vec![(item, shard(0..8))]).unwrap();
        let mut bytes = std::fs::read(&path).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        std::fs::write(&path, bytes).unwrap();
        assert_eq!(Journal::open(&path).unwrap().missing(item, 8), [0..8]);
    }
}
