//! Which samples the journal lacks, and the samples 0..n from its shards: common to checkpoints and endpoints.

use anyhow::{Context, Result};
use beyond_stage::{Digest, Job, Journal};
use std::collections::BTreeSet;
use std::ops::Range;

/// (place of the item, range of sample indices).
pub type Block = (usize, Range<u32>);

/// Has `fill` draw what the journal lacks below `n`, again where another run got in between: shards that overlap one that was appended before them do not
/// count. Records `samples_drawn` and `samples_reused`.
pub fn complete(
    items: &[Digest],
    n: u32,
    size: u32,
    journal: &mut Journal,
    job: &Job,
    mut fill: impl FnMut(Vec<Block>, &mut Journal) -> Result<()>,
) -> Result<()> {
    let wanted = items.len() as u64 * u64::from(n);
    let mut blocks = missing(items, n, size, journal);
    let mut drawn = count(&blocks);
    job.progress().total("samples", wanted, wanted - drawn);
    while !blocks.is_empty() {
        fill(blocks, journal)?;
        blocks = missing(items, n, size, journal);
        drawn += count(&blocks);
    }
    job.measure("samples_drawn", drawn as f64);
    job.measure("samples_reused", wanted.saturating_sub(drawn) as f64);
    Ok(())
}

fn count(blocks: &[Block]) -> u64 {
    blocks.iter().map(|(_, range)| range.len() as u64).sum()
}

/// (place of the item, range) of every block of at most `size` samples that the journal lacks below `n`, cut at multiples of `size`. Equal items are drawn once.
fn missing(items: &[Digest], n: u32, size: u32, journal: &Journal) -> Vec<Block> {
    let mut seen = BTreeSet::new();
    let mut blocks = Vec::new();
    for (i, item) in items.iter().enumerate().filter(|(_, item)| seen.insert(**item)) {
        for gap in journal.missing(*item, n) {
            let mut start = gap.start;
            while start < gap.end {
                let end = gap.end.min((start / size + 1) * size);
                blocks.push((i, start..end));
                start = end;
            }
        }
    }
    blocks
}

/// The samples 0..n of one item. Errs when the journal lacks one.
pub fn assemble<T: Clone>(journal: &Journal, item: Digest, n: u32, decode: impl Fn(&[u8]) -> Result<Vec<T>>) -> Result<Vec<T>> {
    let mut slots: Vec<Option<T>> = vec![None; n as usize];
    for shard in journal.shards(item, n) {
        for (index, sample) in shard.range.clone().zip(decode(&shard.payload)?) {
            slots[index as usize] = Some(sample);
        }
    }
    slots.into_iter().collect::<Option<_>>().context("the journal lost samples that it held a moment ago")
}

#[cfg(test)]
mod tests {
    use super::*;
    use beyond_stage::journal::Shard;

    #[test]
    fn blocks_fill_the_gaps_and_equal_items_are_drawn_once() {
        let dir = tempfile::tempdir().unwrap();
        let mut journal = Journal::open(&dir.path().join("j")).unwrap();
        let (p, q) = (Digest::of(b"p"), Digest::of(b"q"));
        journal.append(vec![(p, Shard { range: 2..5, payload: vec![2, 3, 4] })]).unwrap();
        assert_eq!(missing(&[p, q, p], 10, 4, &journal), [(0, 0..2), (0, 5..8), (0, 8..10), (1, 0..4), (1, 4..8), (1, 8..10)]);
        let decode = |bytes: &[u8]| Ok(bytes.to_vec());
        assert!(assemble(&journal, p, 5, decode).is_err(), "samples 0 and 1 are missing");
        journal.append(vec![(p, Shard { range: 0..2, payload: vec![0, 1] })]).unwrap();
        assert_eq!(assemble(&journal, p, 5, decode).unwrap(), [0, 1, 2, 3, 4]);
    }

    #[test]
    fn a_shard_of_another_run_in_between_is_filled_around() {
        let dir = tempfile::tempdir().unwrap();
        let job = Job::new(("sample", 1), vec![], dir.path(), dir.path(), dir.path());
        let mut journal = Journal::open(&dir.path().join("j")).unwrap();
        let item = Digest::of(b"p");
        let whole = |range: Range<u32>| Shard { payload: range.clone().map(|i| i as u8).collect(), range };
        let mut calls = 0;
        let fill = |blocks: Vec<Block>, journal: &mut Journal| {
            calls += 1;
            if calls == 1 {
                journal.append(vec![(item, whole(0..2))])?;
            }
            journal.append(blocks.into_iter().map(|(_, range)| (item, whole(range))).collect())
        };
        complete(&[item], 8, 8, &mut journal, &job, fill).unwrap();
        assert_eq!((calls, job.measures()["samples_drawn"]), (2, 8.0 + 6.0));
        assert_eq!(assemble(&journal, item, 8, |bytes| Ok(bytes.to_vec())).unwrap(), (0..8).collect::<Vec<u8>>());
    }
}
