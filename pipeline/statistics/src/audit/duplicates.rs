//! Duplicate completions: equal texts are legitimate for short outputs at low temperature, so the *pattern* is judged.
//!
//! If samples are independent, two samples of one problem are equal equally often inside a batch and across batches, and
//! whatever their positions. A seed used twice makes sample j of one batch equal sample j of another; seeds `base + j`
//! with overlapping bases make it equal sample j + lag.

use super::Finding;
use crate::error::{Result, at_least};
use crate::matrix::mean;
use crate::variance::se_population;

/// Two batches and a shift at which texts coincide.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Alignment {
    /// 0-based batches; sample j of `first` against sample j + `lag` of `second`.
    pub first: usize,
    /// See `first`.
    pub second: usize,
    /// Shift in samples.
    pub lag: i64,
    /// Share of equal texts at this alignment.
    pub share: f64,
    /// Share of equal texts between these batches at any alignment.
    pub usual: f64,
}

/// Rates of equal texts, each a mean over problems of a share of pairs.
#[derive(Clone, Debug, PartialEq)]
pub struct Duplicates {
    /// Pairs inside a batch.
    pub within: f64,
    /// Pairs across batches; NaN for a single batch.
    pub between: f64,
    /// The most suspicious alignment of two batches.
    pub worst: Option<Alignment>,
    /// In the common form.
    pub finding: Finding,
}

/// Excess of the share of equal texts that is a fault, if it is also this many standard errors from chance.
const EXCESS: f64 = 0.05;
const ERRORS: f64 = 5.0;
/// Problems below which "inside against across" is not judged: its error is estimated between problems.
const FEW: usize = 5;

/// Judges `texts[i][b]` = digests of the completions of problem i in batch b, in sample order. All problems must have the
/// same number of batches.
///
/// # Errors
/// No problems, or a problem with another number of batches.
pub fn duplicates(texts: &[Vec<Vec<u64>>]) -> Result<Duplicates> {
    at_least("the duplicate audit", 1, texts.len())?;
    let batches = texts[0].len();
    for problem in texts {
        crate::error::same_length("the batches of the first problem", batches, "the batches of another", problem.len())?;
    }
    let within_of = |problem: &Vec<Vec<u64>>| share(problem.iter().map(|b| equal_pairs_inside(b)));
    let between_of = |problem: &Vec<Vec<u64>>| share(pairs(batches).map(|(a, b)| equal_pairs_across(&problem[a], &problem[b])));
    let within: Vec<f64> = texts.iter().map(within_of).collect();
    let between: Vec<f64> = texts.iter().map(between_of).collect();
    let worst = pairs(batches).filter_map(|(a, b)| worst_lag(texts, a, b)).max_by(|x, y| x.excess.total_cmp(&y.excess));
    Ok(judge(&within, &between, worst))
}

fn pairs(batches: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..batches).flat_map(move |a| (a + 1..batches).map(move |b| (a, b)))
}

/// Sum of (equal, all); NaN when there is no pair.
fn share(parts: impl Iterator<Item = (u64, u64)>) -> f64 {
    let (equal, all) = parts.fold((0, 0), |s, p| (s.0 + p.0, s.1 + p.1));
    equal as f64 / all as f64
}

fn equal_pairs_inside(batch: &[u64]) -> (u64, u64) {
    let mut sorted = batch.to_vec();
    sorted.sort_unstable();
    let pairs = |n: u64| n * n.saturating_sub(1) / 2;
    let equal = sorted.chunk_by(|x, y| x == y).map(|run| pairs(run.len() as u64)).sum();
    (equal, pairs(batch.len() as u64))
}

fn equal_pairs_across(a: &[u64], b: &[u64]) -> (u64, u64) {
    let mut sorted = b.to_vec();
    sorted.sort_unstable();
    let occurrences = |x: &u64| sorted.partition_point(|y| y <= x) - sorted.partition_point(|y| y < x);
    let equal: usize = a.iter().map(occurrences).sum();
    (equal as u64, (a.len() * b.len()) as u64)
}

/// An alignment, how much its share exceeds the usual one, and by how many standard errors.
struct Candidate {
    at: Alignment,
    excess: f64,
    errors: f64,
}

/// The lag at which batches a and b coincide most beyond their usual rate.
fn worst_lag(texts: &[Vec<Vec<u64>>], a: usize, b: usize) -> Option<Candidate> {
    let longest = texts.iter().map(|problem| problem[a].len().max(problem[b].len())).max()? as i64;
    let usual: Vec<f64> = texts.iter().map(|problem| share([equal_pairs_across(&problem[a], &problem[b])].into_iter())).collect();
    // At a lag of more than half a batch few samples overlap: chance alone would win there.
    let lags = -longest / 2..=longest / 2;
    lags.filter_map(|lag| at_lag(texts, &usual, (a, b), lag)).max_by(|x, y| x.excess.total_cmp(&y.excess))
}

/// Under exchangeable batches the matches of an alignment have the usual rate and nearly Poisson variance.
fn at_lag(texts: &[Vec<Vec<u64>>], usual: &[f64], (first, second): (usize, usize), lag: i64) -> Option<Candidate> {
    let (mut equal, mut all, mut expected) = (0.0, 0.0, 0.0);
    for (problem, usual) in texts.iter().zip(usual).filter(|(_, usual)| !usual.is_nan()) {
        let (matched, pairs) = equal_at_lag(&problem[first], &problem[second], lag);
        equal += matched as f64;
        all += pairs as f64;
        expected += usual * pairs as f64;
    }
    let at = Alignment { first, second, lag, share: equal / all, usual: expected / all };
    let errors = (equal - expected) / (expected + 1.0).sqrt();
    (all > 0.0).then_some(Candidate { at, excess: at.share - at.usual, errors })
}

fn equal_at_lag(a: &[u64], b: &[u64], lag: i64) -> (u64, u64) {
    let (a, b) = if lag >= 0 { (a, b.get(lag as usize..)) } else { (a.get(-lag as usize..).unwrap_or(&[]), Some(b)) };
    let both = a.iter().zip(b.unwrap_or(&[]));
    both.fold((0, 0), |(equal, all), (x, y)| (equal + u64::from(x == y), all + 1))
}

/// Mean over its standard error; infinite when all values agree and the mean is not 0.
fn errors_from_zero(values: &[f64]) -> f64 {
    let (centre, se) = (mean(values), se_population(values));
    match (centre == 0.0, se > 0.0) {
        (true, _) => 0.0,
        (false, true) => centre / se,
        (false, false) => f64::INFINITY.copysign(centre),
    }
}

fn judge(within: &[f64], between: &[f64], worst: Option<Candidate>) -> Duplicates {
    let known: Vec<f64> = within.iter().zip(between).map(|(w, b)| w - b).filter(|d| !d.is_nan()).collect();
    let gap = if known.is_empty() { 0.0 } else { mean(&known) };
    let copied = worst.as_ref().filter(|w| w.excess > EXCESS && w.errors > ERRORS).map(|w| w.at);
    let repeated = known.len() >= FEW && gap > EXCESS && errors_from_zero(&known) > ERRORS;
    let (w, b) = (nan_mean(within), nan_mean(between));
    let message = match (copied, repeated) {
        (Some(at), _) => copy_message(at),
        (None, true) => format!(
            "texts repeat inside a batch ({:.1} % of pairs) far more often than across batches ({:.1} %): samples were \
             written twice, or share their random state; every interval is too short",
            100.0 * w,
            100.0 * b
        ),
        _ => format!("equal texts are as frequent inside batches ({:.1} %) as across ({:.1} %)", 100.0 * w, 100.0 * b),
    };
    let passed = copied.is_none() && !repeated;
    let value = worst.as_ref().map_or(gap, |w| w.excess.max(gap));
    let finding = Finding { audit: "duplicates", value, lo: -1.0, hi: EXCESS, passed, blocks: !passed, message };
    Duplicates { within: w, between: b, worst: worst.map(|w| w.at), finding }
}

fn nan_mean(values: &[f64]) -> f64 {
    mean(&values.iter().copied().filter(|v| !v.is_nan()).collect::<Vec<_>>())
}

fn copy_message(at: Alignment) -> String {
    let cause = if at.lag == 0 { "one seed was used for both" } else { "their seed ranges overlap" };
    format!(
        "sample j of batch {} equals sample j{:+} of batch {} in {:.0} % of cases (at other positions {:.1} %): {cause}. The \
         copies are not new samples; drop them and sample again with fresh seeds",
        at.first,
        at.lag,
        at.second,
        100.0 * at.share,
        100.0 * at.usual
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Stream;

    /// Texts of `problems` problems, 3 batches of 16, from an alphabet of `texts` texts.
    fn sample(problems: usize, texts: usize) -> Vec<Vec<Vec<u64>>> {
        let mut stream = Stream::new(2, 9);
        let mut batch = || (0..16).map(|_| stream.below(texts) as u64).collect::<Vec<u64>>();
        (0..problems).map(|_| (0..3).map(|_| batch()).collect()).collect()
    }

    #[test]
    fn short_outputs_repeat_without_being_a_fault() {
        let found = duplicates(&sample(60, 3)).unwrap();
        assert!(found.finding.passed, "{}", found.finding.message);
        assert!((found.within - 1.0 / 3.0).abs() < 0.05 && (found.between - 1.0 / 3.0).abs() < 0.05);
    }

    #[test]
    fn temperature_zero_is_not_a_seeding_fault() {
        assert!(duplicates(&sample(10, 1)).unwrap().finding.passed);
    }

    #[test]
    fn a_seed_used_twice_is_named() {
        let mut texts = sample(60, 1000);
        texts.iter_mut().for_each(|problem| problem[2] = problem[0].clone());
        let found = duplicates(&texts).unwrap();
        let worst = found.worst.unwrap();
        assert_eq!((worst.first, worst.second, worst.lag, worst.share), (0, 2, 0, 1.0));
        assert!(found.finding.blocks && found.finding.message.contains("one seed was used for both"));
    }

    #[test]
    fn overlapping_seed_ranges_are_found_at_their_lag() {
        let mut texts = sample(60, 1000);
        for problem in &mut texts {
            for j in 0..12 {
                problem[1][j] = problem[0][j + 4];
            }
        }
        let worst = duplicates(&texts).unwrap().worst.unwrap();
        assert_eq!((worst.first, worst.second, worst.lag), (0, 1, -4));
    }

    #[test]
    fn samples_written_twice_show_inside_the_batch() {
        let mut texts = sample(60, 1000);
        for batch in texts.iter_mut().flatten() {
            for j in 0..8 {
                batch[2 * j + 1] = batch[2 * j];
            }
        }
        let found = duplicates(&texts).unwrap();
        assert!(found.finding.blocks && found.finding.message.contains("inside a batch"), "{}", found.finding.message);
    }

    #[test]
    fn one_batch_has_nothing_to_compare() {
        let found = duplicates(&[vec![vec![1, 2, 3]]]).unwrap();
        assert!(found.finding.passed && found.worst.is_none());
        assert!(duplicates(&[]).is_err());
    }
}
