//! The sufficient statistic: how many of a problem's samples were judged correct.

use crate::error::{Error, Result, at_least};
use std::collections::BTreeMap;

/// c of n samples of one problem judged correct, under one fully specified sampler and verifier.
///
/// Samples without a verdict (the judge failed) are not part of n. `0 <= c <= n`, `n >= 1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Count {
    n: u32,
    c: u32,
}

impl Count {
    /// Checks the range.
    ///
    /// # Errors
    /// n = 0 (the problem is missing, not wrong) and c > n.
    pub fn new(n: u32, c: u32) -> Result<Count> {
        match (n, c) {
            (0, 0) => Err(Error::NoSamples),
            _ if c > n => Err(Error::CountAboveN { c, n }),
            _ => Ok(Count { n, c }),
        }
    }

    /// Samples drawn and judged.
    pub fn n(self) -> u32 {
        self.n
    }

    /// Samples judged correct.
    pub fn c(self) -> u32 {
        self.c
    }

    /// c / n, the unbiased estimate of the success rate.
    pub fn rate(self) -> f64 {
        f64::from(self.c) / f64::from(self.n)
    }

    /// Whether at least one sample was correct: "solvable at this n".
    pub fn solved(self) -> bool {
        self.c > 0
    }
}

/// The smallest n, which is the largest k that is defined for the whole benchmark. 0 for no problems.
pub fn min_n(counts: &[Count]) -> u32 {
    counts.iter().map(|count| count.n).min().unwrap_or(0)
}

/// Whether the problems have different numbers of samples.
pub fn is_ragged(counts: &[Count]) -> bool {
    counts.windows(2).any(|pair| pair[0].n != pair[1].n)
}

/// Positions of the problems for which pass@k is defined; a subset to be reported with its own size and name.
pub fn positions_with_k(counts: &[Count], k: u32) -> Vec<usize> {
    (0..counts.len()).filter(|&i| counts[i].n >= k).collect()
}

/// Checks that every k of the increasing list `ks` is defined for every problem.
///
/// # Errors
/// No problems, k = 0, a list that does not increase, or k above the n of some problem.
pub fn check_ks(counts: &[Count], ks: &[u32]) -> Result<()> {
    at_least("a benchmark", 1, counts.len())?;
    at_least("the list of k", 1, ks.len())?;
    if ks[0] == 0 {
        return Err(Error::ZeroK);
    }
    if let Some(pair) = ks.windows(2).find(|pair| pair[0] >= pair[1]) {
        return Err(Error::KOrder { before: pair[0], after: pair[1] });
    }
    let k = ks[ks.len() - 1];
    match counts.iter().position(|count| count.n < k) {
        Some(index) => Err(Error::KAboveN { k, n: counts[index].n, index }),
        None => Ok(()),
    }
}

/// 1, 2, ..., k_max: the grid on which a first-loss set is valid.
pub fn dense_ks(k_max: u32) -> Vec<u32> {
    (1..=k_max).collect()
}

/// 1, 2, 4, ... up to k_max, with k_max itself at the end.
pub fn doubling_ks(k_max: u32) -> Vec<u32> {
    let mut ks: Vec<u32> = (0..32).map(|e| 1u32 << e).take_while(|&k| k < k_max).collect();
    if k_max > 0 {
        ks.push(k_max);
    }
    ks
}

/// How many problems have each count, in increasing order of (n, c).
pub fn histogram(counts: &[Count]) -> BTreeMap<Count, usize> {
    let mut histogram = BTreeMap::new();
    for &count in counts {
        *histogram.entry(count).or_insert(0) += 1;
    }
    histogram
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_is_not_a_count() {
        assert_eq!(Count::new(0, 0), Err(Error::NoSamples));
        assert_eq!(Count::new(4, 5), Err(Error::CountAboveN { c: 5, n: 4 }));
        assert_eq!(Count::new(0, 1), Err(Error::CountAboveN { c: 1, n: 0 }));
        assert_eq!(Count::new(4, 4).unwrap().rate(), 1.0);
    }

    #[test]
    fn k_is_bounded_by_the_smallest_n() {
        let counts = [Count::new(8, 1).unwrap(), Count::new(4, 0).unwrap()];
        assert_eq!(min_n(&counts), 4);
        assert!(is_ragged(&counts));
        assert!(check_ks(&counts, &[1, 4]).is_ok());
        assert_eq!(check_ks(&counts, &[1, 5]), Err(Error::KAboveN { k: 5, n: 4, index: 1 }));
        assert_eq!(check_ks(&counts, &[0, 1]), Err(Error::ZeroK));
        assert_eq!(check_ks(&counts, &[2, 2]), Err(Error::KOrder { before: 2, after: 2 }));
        assert!(check_ks(&[], &[1]).is_err());
        assert_eq!(positions_with_k(&counts, 5), vec![0]);
    }

    #[test]
    fn grids() {
        assert_eq!(doubling_ks(128), vec![1, 2, 4, 8, 16, 32, 64, 128]);
        assert_eq!(doubling_ks(100), vec![1, 2, 4, 8, 16, 32, 64, 100]);
        assert_eq!(doubling_ks(1), vec![1]);
        assert!(doubling_ks(0).is_empty());
    }
}
