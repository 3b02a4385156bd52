//! Which samples the journal lacks, and the samples 0..n from its shards: common to checkpoints and endpoints.

use anyhow::{Context, Result};
use beyond_stage::{Digest, Journal};
use std::collections::BTreeSet;
use std::ops::Range;

/// (place of the item, range) of every block of at most `size` samples that the journal lacks below `n`, cut at multiples of `size`. Equal items are drawn once.
pub fn missing(items: &[Digest], n: u32, size: u32, journal: &Journal) -> Vec<(usize, Range<u32>)> {
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
            slots[index as usize].get_or_insert(sample);
        }
    }
    slots.into_iter().collect::<Option<_>>().context("the journal lost samples that it held a moment ago")
}
