//! maj@k: how often the most frequent of k sampled answers is the gold one.
//!
//! Needs the extracted answers, not only verdicts. The value is the exact average over all k-subsets of the stored samples (the
//! multivariate hypergeometric law), with ties broken at random. Samples without an answer take a place and cast no vote.

use crate::error::{Error, Result};
use crate::matrix::Matrix;
use std::collections::BTreeMap;

/// How often each answer of one problem was given.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Votes {
    /// Samples whose answer equals the gold answer.
    pub gold: u32,
    /// Number of samples behind each distinct wrong answer, in any order.
    pub wrong: Vec<u32>,
    /// Samples without an extracted answer.
    pub silent: u32,
}

/// ln of a probability of gold votes below which a term is left out: their sum stays below 1e-15.
const NEGLIGIBLE: f64 = -42.0;

impl Votes {
    /// Counts answers; `gold` tells which answer class is the gold one. Answers must already be grouped by equality.
    pub fn from_answers<T: Ord>(answers: &[Option<T>], gold: impl Fn(&T) -> bool) -> Votes {
        let mut wrong: BTreeMap<&T, u32> = BTreeMap::new();
        let mut votes = Votes { gold: 0, wrong: Vec::new(), silent: 0 };
        for answer in answers {
            match answer {
                None => votes.silent += 1,
                Some(a) if gold(a) => votes.gold += 1,
                Some(a) => *wrong.entry(a).or_insert(0) += 1,
            }
        }
        votes.wrong = wrong.into_values().collect();
        votes
    }

    /// Samples stored.
    pub fn n(&self) -> u32 {
        self.gold + self.silent + self.wrong.iter().sum::<u32>()
    }

    /// The limit k -> infinity: 1 if the gold answer is the modal one, 1/(number of modes) in a tie, else 0.
    pub fn modal(&self) -> f64 {
        let top = self.wrong.iter().copied().max().unwrap_or(0);
        match self.gold {
            0 => 0.0,
            g if g < top => 0.0,
            g => 1.0 / (1.0 + self.wrong.iter().filter(|&&w| w == g).count() as f64),
        }
    }

    /// Entropy of the extracted answers in nats; None without any. Biased down for few samples: compare at equal n.
    pub fn entropy(&self) -> Option<f64> {
        let voters = f64::from(self.n() - self.silent);
        let term = |&w: &u32| if w == 0 { 0.0 } else { -f64::from(w) / voters * (f64::from(w) / voters).ln() };
        (voters > 0.0).then(|| self.wrong.iter().chain([&self.gold]).map(term).sum())
    }

    /// Plurality maj@k, in [0, 1].
    ///
    /// Sums over x = gold votes drawn; for each x a polynomial product counts the ways to draw the other k - x samples
    /// with every wrong answer at most x times, and how many of them tie. Cost about n k ln k operations.
    ///
    /// # Errors
    /// k = 0 or k > n.
    pub fn majority_at_k(&self, k: u32) -> Result<f64> {
        if k == 0 {
            return Err(Error::ZeroK);
        }
        if k > self.n() {
            return Err(Error::KAboveN { k, n: self.n(), index: 0 });
        }
        let ln_total = crate::special::ln_choose(self.n(), k);
        let others = self.n() - self.gold;
        let term = |x: u32| {
            let ln_mass = crate::special::ln_choose(self.gold, x) + crate::special::ln_choose(others, k - x) - ln_total;
            if ln_mass < NEGLIGIBLE {
                return 0.0;
            }
            let (share, ln_scale) = self.ways_to_win(x, k - x);
            let ln = crate::special::ln_choose(self.gold, x) + ln_scale - ln_total;
            if share > 0.0 { share * ln.exp() } else { 0.0 }
        };
        Ok((1..=self.gold.min(k)).map(term).sum::<f64>().min(1.0))
    }

    /// Number of ways to draw `rest` samples that are not gold such that gold's x votes win, a t-fold tie counting
    /// 1/(t+1); as `(value, ln scale)`.
    fn ways_to_win(&self, x: u32, rest: u32) -> (f64, f64) {
        let others = f64::from(self.n() - self.gold);
        let tilt = ((f64::from(rest) + 0.5) / (others - f64::from(rest) + 0.5)).ln();
        // Answers given fewer than x times can neither win nor tie: they are as good as silent.
        let free = self.silent + self.wrong.iter().filter(|&&w| w < x).sum::<u32>();
        let mut ways = Ways::new(rest as usize);
        ways.multiply(&tilted_binomials(free, free.min(rest), tilt), None);
        for &w in self.wrong.iter().filter(|&&w| w >= x) {
            let tie = (x <= rest).then_some(x as usize);
            ways.multiply(&tilted_binomials(w, w.min(rest).min(x), tilt), tie);
        }
        let shares = ways.by_ties.iter().enumerate().map(|(t, row)| row[rest as usize] / (t as f64 + 1.0));
        (shares.sum(), ways.ln_scale - f64::from(rest) * tilt)
    }
}

/// C(w, y) e^{tilt y}, y = 0..=top, divided by the largest, and the ln of that. The tilt centres the product of all answers
/// on the degree that is asked for, so that it does not underflow for thousands of samples.
fn tilted_binomials(w: u32, top: u32, tilt: f64) -> (Vec<f64>, f64) {
    let ln: Vec<f64> = (0..=top).map(|y| crate::special::ln_choose(w, y) + f64::from(y) * tilt).collect();
    let largest = ln.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    (ln.iter().map(|v| (v - largest).exp()).collect(), largest)
}

/// `by_ties[t][r]`: ways to draw r samples with t wrong answers level with gold, divided by exp(ln_scale).
struct Ways {
    by_ties: Vec<Vec<f64>>,
    ln_scale: f64,
}

impl Ways {
    fn new(rest: usize) -> Ways {
        let mut one = vec![0.0; rest + 1];
        one[0] = 1.0;
        Ways { by_ties: vec![one], ln_scale: 0.0 }
    }

    /// Multiplies by the polynomial of one answer; its coefficient at `tie` adds a tie instead.
    fn multiply(&mut self, (row, ln_row): &(Vec<f64>, f64), tie: Option<usize>) {
        let rest = self.by_ties[0].len() - 1;
        let most_ties = tie.map_or(0, |x| rest / x);
        let size = (self.by_ties.len() + usize::from(tie.is_some())).min(most_ties.max(self.by_ties.len() - 1) + 1);
        let mut next = vec![vec![0.0; rest + 1]; size];
        for (t, old) in self.by_ties.iter().enumerate() {
            for (y, &factor) in row.iter().enumerate() {
                let target = if tie == Some(y) { t + 1 } else { t };
                if target < size {
                    shift_add(&mut next[target], old, y, factor);
                }
            }
        }
        self.by_ties = next;
        self.ln_scale += ln_row;
        self.rescale();
    }

    fn rescale(&mut self) {
        let top = self.by_ties.iter().flatten().fold(0.0f64, |m, v| m.max(*v));
        self.by_ties.iter_mut().flatten().for_each(|v| *v /= top);
        self.ln_scale += top.ln();
    }
}

/// to[r + y] += factor * from[r].
fn shift_add(to: &mut [f64], from: &[f64], y: usize, factor: f64) {
    for (cell, v) in to.iter_mut().skip(y).zip(from) {
        *cell += factor * v;
    }
}

/// maj@k of every problem: rows = problems, columns = `ks`.
///
/// # Errors
/// k = 0, or k above the samples of some problem.
pub fn per_problem(votes: &[Votes], ks: &[u32]) -> Result<Matrix> {
    let rows: Vec<Vec<f64>> = votes.iter().map(|votes| ks.iter().map(|&k| votes.majority_at_k(k)).collect()).collect::<Result<_>>()?;
    Matrix::from_rows(&rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Average over all k-subsets, answers listed one by one: 0 = gold, 1.. = wrong, None = silent.
    fn by_enumeration(votes: &Votes, k: u32) -> f64 {
        let mut samples: Vec<Option<usize>> = vec![Some(0); votes.gold as usize];
        for (i, &w) in votes.wrong.iter().enumerate() {
            samples.extend(vec![Some(i + 1); w as usize]);
        }
        samples.extend(vec![None; votes.silent as usize]);
        let subsets: Vec<u32> = (0u32..1 << samples.len()).filter(|s| s.count_ones() == k).collect();
        let score = |s: &u32| {
            let mut tally = vec![0u32; votes.wrong.len() + 1];
            for (i, sample) in samples.iter().enumerate() {
                if let (1, Some(a)) = (s >> i & 1, sample) {
                    tally[*a] += 1;
                }
            }
            let top = *tally.iter().max().unwrap();
            let level = tally.iter().filter(|&&v| v == top).count();
            if tally[0] > 0 && tally[0] == top { 1.0 / level as f64 } else { 0.0 }
        };
        subsets.iter().map(score).sum::<f64>() / subsets.len() as f64
    }

    fn votes() -> impl Strategy<Value = Votes> {
        (0u32..5, prop::collection::vec(0u32..4, 0..4), 0u32..3)
            .prop_map(|(gold, wrong, silent)| Votes { gold, wrong, silent })
            .prop_filter("some sample", |v| v.n() > 0)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]
        #[test]
        fn equals_the_average_over_subsets(votes in votes()) {
            for k in 1..=votes.n() {
                prop_assert!((votes.majority_at_k(k).unwrap() - by_enumeration(&votes, k)).abs() < 1e-12, "{:?} {}", votes, k);
            }
        }

        #[test]
        fn at_k_equal_n_it_is_the_modal_answer(votes in votes()) {
            prop_assert!((votes.majority_at_k(votes.n()).unwrap() - votes.modal()).abs() < 1e-12);
        }
    }

    #[test]
    fn one_wrong_answer_is_binary_majority_with_shared_ties() {
        let votes = Votes { gold: 40, wrong: vec![88], silent: 0 };
        let law = crate::hypergeometric::pmf(128, 40, 16);
        let binary: f64 = law[9..].iter().sum::<f64>() + 0.5 * law[8];
        assert!((votes.majority_at_k(16).unwrap() - binary).abs() < 1e-12);
    }

    #[test]
    fn scattered_wrong_answers_lose_to_few_equal_gold_ones() {
        let votes = Votes { gold: 20, wrong: vec![1; 1004], silent: 0 };
        assert!((votes.majority_at_k(1024).unwrap() - 1.0).abs() < 1e-9);
        assert!(votes.majority_at_k(512).unwrap() > 0.99);
        assert!((votes.majority_at_k(1).unwrap() - 20.0 / 1024.0).abs() < 1e-12);
    }

    #[test]
    fn thousands_of_samples_do_not_underflow() {
        let votes = Votes { gold: 1500, wrong: vec![1400, 600, 300], silent: 200 };
        let (half, all) = (votes.majority_at_k(2000).unwrap(), votes.majority_at_k(4000).unwrap());
        // Normal approximation: (1500 - 1400)/2 = 50 votes ahead, sd sqrt(2000 (1/2) (0.725 - 0.025^2)) = 26.9.
        assert!((half - 0.968).abs() < 0.003 && (all - 1.0).abs() < 1e-8, "{half} {all}");
    }

    #[test]
    fn answers_are_grouped() {
        let answers = [Some("7"), Some("8"), None, Some("7"), Some("9")];
        let votes = Votes::from_answers(&answers, |a| *a == "7");
        assert_eq!(votes, Votes { gold: 2, wrong: vec![1, 1], silent: 1 });
        assert!((votes.entropy().unwrap() - 1.5 * 2f64.ln()).abs() < 1e-15);
        assert!(votes.majority_at_k(0).is_err() && votes.majority_at_k(6).is_err());
    }
}
