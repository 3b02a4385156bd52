//! Batch dispersion: do batches of samples (seeds, shards, restarts) vary as much as independent samples would?
//!
//! D = sum_i sum_b (c_ib - m_b c_i/n)^2 / its expectation over all ways to deal the problem's n outcomes into its batches.
//! Independent samples give 1. Below 1: batches repeat each other (a seed used twice). Above 1: samples inside a batch
//! resemble each other (duplicated samples, a batch with other settings).

mod closest;
mod urn;

pub use closest::Closest;

use super::Finding;
use crate::bootstrap::inverse_cdf;
use crate::counts::Count;
use crate::error::{Error, Result, at_least};
use std::collections::BTreeMap;
use urn::{Urn, redeal};

/// How to test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DispersionOptions {
    /// Random re-deals of every problem's outcomes; at least 4 / alpha, or no D could fail.
    pub permutations: usize,
    /// Chance of a false alarm.
    pub alpha: f64,
    /// Seed of the re-deals.
    pub seed: u64,
}

impl Default for DispersionOptions {
    fn default() -> Self {
        DispersionOptions { permutations: 1999, alpha: 0.005, seed: 0 }
    }
}

/// The test and what it says about the batches.
#[derive(Clone, Debug, PartialEq)]
pub struct Dispersion {
    /// D; 1 for independent samples.
    pub d: f64,
    /// Two-sided p by within-problem permutation.
    pub p: f64,
    /// Central `1 - alpha/2` range of D when batches are exchangeable.
    pub range: (f64, f64),
    /// Effective number of samples per problem, n / D (at most n); see [`effective_n`].
    pub effective_n: f64,
    /// The pair of batches most alike. None when batches differ in number between problems, or in size from each other.
    pub closest: Option<Closest>,
    /// In the common form.
    pub finding: Finding,
}

/// Tests `batches[i]` = counts of the batches of problem i, at least two per problem. Problems whose outcomes are all
/// equal carry no information and are ignored.
///
/// Two tests share `alpha` equally: D by permutation, and the closest pair of batches, which sees a seed used twice much
/// sooner (one copy among B batches lowers D only by about 1/(B-1) of its distance to 0).
///
/// # Errors
/// A problem with fewer than two batches; no problem with both outcomes; too few permutations.
pub fn dispersion(batches: &[Vec<Count>], options: DispersionOptions) -> Result<Dispersion> {
    crate::error::in_unit("alpha", options.alpha)?;
    at_least("a permutation test at this alpha", (4.0 / options.alpha).ceil() as usize, options.permutations)?;
    for problem in batches {
        at_least("the batches of a problem", 2, problem.len())?;
    }
    let mut urns: BTreeMap<Vec<u32>, Urn> = BTreeMap::new();
    let mixed: Vec<&Vec<Count>> = batches.iter().filter(|problem| is_mixed(problem)).collect();
    if mixed.is_empty() {
        return Err(Error::TooFew { what: "batch dispersion (problems with both outcomes)", needed: 1, got: 0 });
    }
    for problem in &mixed {
        urns.entry(sizes(problem)).or_insert_with_key(|sizes| Urn::new(sizes));
    }
    let expected: f64 = mixed.iter().map(|problem| expectation(problem)).sum();
    let d = mixed.iter().map(|problem| scatter(&problem.iter().map(|b| (b.n(), b.c())).collect::<Vec<_>>())).sum::<f64>() / expected;
    let dealers: Vec<(&Urn, u32)> = mixed.iter().map(|problem| (&urns[&sizes(problem)], total(problem).1)).collect();
    let mut null: Vec<f64> = (0..options.permutations).map(|r| redeal(&dealers, options.seed, r) / expected).collect();
    null.sort_by(f64::total_cmp);
    Ok(summarise(d, &null, &mixed, options.alpha))
}

/// n / (1 + (m-1) rho) under an intra-batch correlation rho, for batches of `m`.
pub fn effective_n(n: f64, m: f64, rho: f64) -> f64 {
    n / (1.0 + (m - 1.0) * rho)
}

fn sizes(problem: &[Count]) -> Vec<u32> {
    problem.iter().map(|b| b.n()).collect()
}

/// (n, c) of the whole problem.
fn total(problem: &[Count]) -> (u32, u32) {
    problem.iter().fold((0, 0), |(n, c), b| (n + b.n(), c + b.c()))
}

fn is_mixed(problem: &[Count]) -> bool {
    let (n, c) = total(problem);
    c > 0 && c < n
}

/// sum_b (c_b - m_b c/n)^2 over `(m_b, c_b)`.
fn scatter(dealt: &[(u32, u32)]) -> f64 {
    let (n, c) = dealt.iter().fold((0, 0), |(n, c), b| (n + b.0, c + b.1));
    let rate = f64::from(c) / f64::from(n);
    dealt.iter().map(|&(m, x)| (f64::from(x) - f64::from(m) * rate).powi(2)).sum()
}

/// Expectation of [`scatter`]: sum_b m_b (c/n)(1-c/n)(n-m_b)/(n-1).
fn expectation(problem: &[Count]) -> f64 {
    let (n, c) = total(problem);
    let (n, c) = (f64::from(n), f64::from(c));
    let variance = c / n * (1.0 - c / n) / (n - 1.0);
    problem.iter().map(|b| f64::from(b.n()) * (n - f64::from(b.n())) * variance).sum()
}

fn summarise(d: f64, null: &[f64], mixed: &[&Vec<Count>], alpha: f64) -> Dispersion {
    let size = null.len() as f64 + 1.0;
    let below = (1 + null.iter().filter(|x| **x <= d).count()) as f64 / size;
    let above = (1 + null.iter().filter(|x| **x >= d).count()) as f64 / size;
    let p = (2.0 * below.min(above)).min(1.0);
    let range = (inverse_cdf(null, alpha / 4.0), inverse_cdf(null, 1.0 - alpha / 4.0));
    let n = mixed.iter().map(|problem| f64::from(total(problem).0)).sum::<f64>() / mixed.len() as f64;
    let effective_n = n / d.max(1.0);
    let closest = closest::closest(mixed);
    let copied = closest.filter(|pair| pair.p <= alpha / 2.0);
    let passed = p > alpha / 2.0 && copied.is_none();
    let message = explain(d, p, range, effective_n, copied, passed);
    let finding = Finding { audit: "dispersion", value: d, lo: range.0, hi: range.1, passed, blocks: !passed, message };
    Dispersion { d, p, range, effective_n, closest, finding }
}

fn explain(d: f64, p: f64, range: (f64, f64), n: f64, copied: Option<Closest>, passed: bool) -> String {
    let expected = format!("independent samples give {:.3} to {:.3}", range.0, range.1);
    if passed {
        return format!("batches vary as independent samples do: D = {d:.3} ({expected}, p = {p:.3})");
    }
    let which = copied.map(|pair| {
        let (equal, chance) = (100.0 * pair.equal, 100.0 * pair.expected);
        format!(" Batches {} and {} have equal counts on {equal:.0} % of the problems (chance: {chance:.0} %).", pair.first, pair.second)
    });
    // Samples written twice make counts even and so equal more often: too much dispersion is the better explanation.
    if d <= range.1 {
        return format!(
            "batches repeat each other: D = {d:.3} ({expected}, p = {p:.4}).{} The usual cause is one seed used twice: the copies \
             count as new samples, so pass@k at large k is too low and every interval too short. Check the seeds, drop the \
             copies and sample again.",
            which.unwrap_or_default()
        );
    }
    format!(
        "samples inside a batch resemble each other: D = {d:.3} ({expected}, p = {p:.4}). The n samples are worth about {n:.0}. \
         Causes: samples written twice, or a batch with another temperature, checkpoint, prompt or token limit. Compare \
         the batches' settings and rates before using any interval."
    )
}

#[cfg(test)]
mod tests {
    use super::closest::chance_of_equal;
    use super::*;
    use crate::rng::Stream;

    /// Rates spread like a real benchmark's: Beta-like by powers of a uniform.
    fn rates(problems: usize) -> Vec<f64> {
        let mut stream = Stream::new(11, 0);
        (0..problems).map(|_| if stream.coin() { stream.uniform().powi(4) } else { 1.0 - stream.uniform().powi(4) }).collect()
    }

    fn draw(stream: &mut Stream, m: u32, p: f64) -> Count {
        Count::new(m, (0..m).filter(|_| stream.uniform() < p).count() as u32).unwrap()
    }

    fn simulate(problems: usize, one: impl Fn(&mut Stream, f64) -> Vec<Count>) -> Dispersion {
        let mut stream = Stream::new(3, 1);
        let batches: Vec<Vec<Count>> = rates(problems).iter().map(|&p| one(&mut stream, p)).collect();
        dispersion(&batches, DispersionOptions { permutations: 999, ..DispersionOptions::default() }).unwrap()
    }

    #[test]
    fn independent_batches_pass() {
        let found = simulate(600, |s, p| (0..4).map(|_| draw(s, 32, p)).collect());
        assert!(found.finding.passed && (found.d - 1.0).abs() < 0.15, "{}", found.finding.message);
        assert!((found.effective_n / 128.0 - 1.0).abs() < 0.15);
    }

    #[test]
    fn false_alarms_are_as_rare_as_promised() {
        // Self-normalised sums of the skewed squared differences gave 5 % here instead of .5 %.
        let mut stream = Stream::new(8, 8);
        let rates = rates(60);
        let options = |seed| DispersionOptions { permutations: 800, seed, ..DispersionOptions::default() };
        let mut alarm = |seed| {
            let batches: Vec<Vec<Count>> = rates.iter().map(|&p| (0..4).map(|_| draw(&mut stream, 16, p)).collect()).collect();
            !dispersion(&batches, options(seed)).unwrap().finding.passed
        };
        let alarms = (0..100).filter(|&seed| alarm(seed)).count();
        assert!(alarms <= 3, "{alarms} of 100 at a nominal .005");
    }

    #[test]
    fn a_seed_used_twice_is_flagged_and_named() {
        let found = simulate(600, |s, p| {
            let copy = draw(s, 32, p);
            vec![draw(s, 32, p), copy, draw(s, 32, p), copy]
        });
        let closest = found.closest.unwrap();
        assert!(found.finding.blocks && found.d < 0.95 && closest.p < 1e-20);
        assert_eq!((closest.first, closest.second, closest.equal), (1, 3, 1.0));
        assert!(closest.expected < 0.6);
        assert!(found.finding.message.contains("Batches 1 and 3") && found.finding.message.contains("seed used twice"));
    }

    #[test]
    fn samples_written_twice_halve_the_effective_n() {
        let doubled = |s: &mut Stream, p| Count::new(32, 2 * draw(s, 16, p).c()).unwrap();
        let found = simulate(600, |s, p| (0..4).map(|_| doubled(s, p)).collect());
        assert!(found.finding.blocks && found.d > 1.7 && found.d < 2.4);
        assert!(found.effective_n < 80.0 && found.finding.message.contains("resemble"));
    }

    #[test]
    fn chance_of_equal_counts_by_enumeration() {
        // 4 samples, 2 correct, batches {0,1} and {2,3}: of 6 placements 4 put one correct sample into each.
        assert!((chance_of_equal(4, 2, 2) - 4.0 / 6.0).abs() < 1e-15);
        // A third batch of one takes the rest: 5 samples, 1 correct, equal only when it is there.
        assert!((chance_of_equal(5, 1, 2) - 0.2).abs() < 1e-15);
    }

    #[test]
    fn expectation_is_the_mean_over_deals() {
        let problem = [Count::new(3, 1).unwrap(), Count::new(2, 1).unwrap(), Count::new(4, 3).unwrap()];
        let urn = Urn::new(&sizes(&problem));
        let mut stream = Stream::new(5, 5);
        let draws = 40_000;
        let mean = (0..draws).map(|_| urn.deal(5, &mut stream)).sum::<f64>() / f64::from(draws);
        assert!((mean / expectation(&problem) - 1.0).abs() < 0.02);
    }

    #[test]
    fn input_without_information_is_refused() {
        let certain = vec![vec![Count::new(4, 4).unwrap(); 2]; 3];
        assert!(dispersion(&certain, DispersionOptions::default()).is_err());
        let single = vec![vec![Count::new(4, 2).unwrap()]];
        assert!(dispersion(&single, DispersionOptions::default()).is_err());
    }
}
