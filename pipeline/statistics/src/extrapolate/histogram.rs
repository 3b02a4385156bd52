//! How many problems have c correct of n: all that a mixing model can see.

use super::ExtrapolateError;
use crate::counts::{Count, min_n};
use crate::pass_at_k::{thinned_histogram, thinned_law};

/// Weight of each count 0..=n. Weights may be fractional: an *expected* thinned histogram is one too.
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram {
    weight: Vec<f64>,
}

impl Histogram {
    /// From per-problem counts. Problems with more samples than the smallest n are thinned to it in expectation (the
    /// hypergeometric law of a random subset), so nothing is drawn and no problem is dropped.
    pub fn from_counts(counts: &[Count]) -> Result<Histogram, ExtrapolateError> {
        let weight = thinned_histogram(counts, min_n(counts)).map_err(|_| ExtrapolateError::Empty)?;
        Ok(Histogram { weight })
    }

    /// The expected histogram of `n0` samples drawn without replacement from the n of each problem.
    pub fn thin(&self, n0: u32) -> Result<Histogram, ExtrapolateError> {
        let n = self.n();
        if n0 == 0 || n0 > n {
            return Err(ExtrapolateError::Thin { n, n0 });
        }
        let mut weight = vec![0.0; n0 as usize + 1];
        for (c, w) in self.cells() {
            let law = thinned_law(count(n, c), n0);
            weight.iter_mut().zip(law).for_each(|(cell, p)| *cell += w * p);
        }
        Ok(Histogram { weight })
    }

    /// Samples per problem.
    pub fn n(&self) -> u32 {
        (self.weight.len() - 1) as u32
    }

    /// Number of problems M.
    pub fn problems(&self) -> f64 {
        self.weight.iter().sum()
    }

    /// Weight of count `c`.
    pub fn at(&self, c: u32) -> f64 {
        self.weight[c as usize]
    }

    /// The counts with positive weight, ascending.
    pub fn cells(&self) -> impl Iterator<Item = (u32, f64)> + '_ {
        (0..).zip(self.weight.iter().copied()).filter(|&(_, w)| w > 0.0)
    }

    /// Mean over problems of `f(count)`.
    pub fn mean(&self, mut f: impl FnMut(Count) -> f64) -> f64 {
        let n = self.n();
        self.cells().map(|(c, w)| w * f(count(n, c))).sum::<f64>() / self.problems()
    }

    /// P(count <= c) for c = 0..=n.
    pub fn cdf(&self) -> Vec<f64> {
        let total = self.problems();
        let mut sum = 0.0;
        let step = |w: &f64| {
            sum += w;
            sum / total
        };
        self.weight.iter().map(step).collect()
    }

    /// Error unless both a correct and a wrong sample occur.
    pub(super) fn require_both_outcomes(&self) -> Result<(), ExtrapolateError> {
        let (n, total) = (self.n(), self.problems());
        match total {
            t if self.at(0) >= t => Err(ExtrapolateError::OneSided { what: "wrong" }),
            t if self.at(n) >= t => Err(ExtrapolateError::OneSided { what: "correct" }),
            _ => Ok(()),
        }
    }

    /// Sum over problems of ln C(n, c).
    pub(super) fn ln_choose(&self) -> f64 {
        let n = self.n();
        let mut ln = 0.0;
        let mut sum = 0.0;
        for c in 0..=n {
            sum += self.at(c) * ln;
            ln += f64::from(n - c).ln() - f64::from(c + 1).ln();
        }
        sum
    }
}

fn count(n: u32, c: u32) -> Count {
    Count::new(n, c).expect("a histogram holds counts 0..=n with n >= 1")
}
