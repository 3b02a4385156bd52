//! Guessing: how often would answers that ignore the problem be right, and which coverage does that explain?
//!
//! The null is made from the model's own answers: g_i is the share of the answers to *other* problems of the same answer type
//! that equal gold_i or another accepted form of it (answer shuffling). It needs no model and knows the model's habits: small integers, "0", "1/2".
//! With p = g + (1-g) r, r is the rate of solving beyond guessing.

use crate::counts::{Count, check_ks};
use crate::error::{Error, Result, same_length};
use crate::multiplicity::benjamini_hochberg;
use crate::pass_at_k::failure;
use crate::special::binomial_upper;
use std::collections::BTreeMap;

/// Answers of one model to one problem. Equality is equality of strings, so `accepted` holds every form that is known to be right.
#[derive(Clone, Copy, Debug)]
pub struct Answered<'a> {
    /// The gold answer and the answers that the verifier accepted, each once.
    pub accepted: &'a [&'a str],
    /// Answers are shuffled within a type only: `integer`, `choice`, `expression`, ...
    pub kind: &'a str,
    /// One entry per sample; None when no answer was extracted (a guess that cannot be right).
    pub answers: &'a [Option<&'a str>],
}

/// g_i of every problem; None when no other problem of its type has answers.
pub fn shuffle_rates(problems: &[Answered]) -> Vec<Option<f64>> {
    let mut answers: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    let mut samples: BTreeMap<&str, u64> = BTreeMap::new();
    for problem in problems {
        *samples.entry(problem.kind).or_insert(0) += problem.answers.len() as u64;
        for answer in problem.answers.iter().flatten() {
            *answers.entry((problem.kind, answer)).or_insert(0) += 1;
        }
    }
    let rate = |problem: &Answered| {
        let own = problem.answers.iter().flatten().filter(|a| problem.accepted.contains(a)).count() as u64;
        let given = |form: &&str| answers.get(&(problem.kind, *form)).copied().unwrap_or(0);
        let right = problem.accepted.iter().map(given).sum::<u64>() - own;
        let others = samples[problem.kind] - problem.answers.len() as u64;
        (others > 0).then(|| right as f64 / others as f64)
    };
    problems.iter().map(rate).collect()
}

/// Whether a problem's successes exceed guessing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BeatsGuessing {
    /// P(Binomial(n, g) >= c).
    pub p: f64,
    /// Benjamini-Hochberg adjusted over all problems.
    pub q: f64,
    /// Solved, but not beyond guessing at a false-discovery rate of 5 %: show the curve with and without these.
    pub guessable: bool,
}

/// Tests every problem against its guessing rate; a problem with c = 0 is unsolved, not guessable.
///
/// # Errors
/// Different lengths, or a rate outside [0, 1].
pub fn beats_guessing(counts: &[Count], rates: &[f64]) -> Result<Vec<BeatsGuessing>> {
    same_length("the counts", counts.len(), "the guessing rates", rates.len())?;
    rates.iter().try_for_each(|&g| in_range(g, 1.0))?;
    let p: Vec<f64> = counts.iter().zip(rates).map(|(count, &g)| chance(*count, g)).collect();
    let q = benjamini_hochberg(&p);
    let judge = |((&p, q), count): ((&f64, f64), &Count)| BeatsGuessing { p, q, guessable: count.solved() && q > 0.05 };
    Ok(p.iter().zip(q).zip(counts).map(judge).collect())
}

fn chance(count: Count, g: f64) -> f64 {
    match g {
        _ if !count.solved() => 1.0,
        0.0 => 0.0,
        _ => binomial_upper(count.n(), g.min(1.0 - 1e-16), count.c()),
    }
}

fn in_range(g: f64, most: f64) -> Result<()> {
    let ok = (0.0..=most).contains(&g);
    if ok { Ok(()) } else { Err(Error::OutOfRange { name: "the guessing rate", value: g, range: "[0, 1], below 1 to correct for it" }) }
}

/// pass@k of pure guessing at rate g: 1 - (1-g)^k. A uniform guess among the 1,000 answers of AIME solves 64 % at k = 1,024.
pub fn guess_pass(g: f64, k: u32) -> f64 {
    crate::verifier_error::spurious_pass(g, k)
}

/// r = (p-g)/(1-g), the rate beyond guessing; negative when the model does worse.
///
/// # Errors
/// g outside [0, 1).
pub fn beyond_guessing(p: f64, g: f64) -> Result<f64> {
    in_range(g, 1.0 - f64::EPSILON)?;
    Ok((p - g) / (1.0 - g))
}

/// Unbiased estimate of (1-r)^k: A_k/(1-g)^k. 1 minus it is pass@k beyond guessing; may leave [0, 1].
///
/// # Errors
/// k = 0, k > n, or g outside [0, 1).
pub fn adjusted_failure(count: Count, k: u32, g: f64) -> Result<f64> {
    check_ks(&[count], &[k])?;
    in_range(g, 1.0 - f64::EPSILON)?;
    Ok(failure(count, k) * (-f64::from(k) * (-g).ln_1p()).exp())
}

/// The paper's filter (arXiv 2504.13837, appendix D.2): guessable is what is solved *without reasoning*, but in less than the share `below` of the
/// samples (the paper: 0.05). Those answers need a reproducible prompt; ours above need none.
pub fn solved_rarely(without_reasoning: Count, below: f64) -> bool {
    without_reasoning.solved() && f64::from(without_reasoning.c()) / f64::from(without_reasoning.n()) < below
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::special::ln_choose;

    fn count(n: u32, c: u32) -> Count {
        Count::new(n, c).unwrap()
    }

    #[test]
    fn rates_come_from_other_problems_of_the_same_type() {
        let a = [Some("1"), Some("2"), None, Some("1")];
        let b = [Some("1"), Some("1"), Some("3"), None];
        let c = [Some("1"), Some("1")];
        let rows = [
            Answered { accepted: &["1"], kind: "integer", answers: &a },
            Answered { accepted: &["2"], kind: "integer", answers: &b },
            Answered { accepted: &["1"], kind: "choice", answers: &c },
        ];
        assert_eq!(shuffle_rates(&rows), [Some(0.5), Some(0.25), None]);
        let forms = [Answered { accepted: &["1", "3"], ..rows[0] }, rows[1]];
        assert_eq!(shuffle_rates(&forms)[0], Some(0.75), "a second accepted form is right too");
    }

    #[test]
    fn one_lucky_hit_is_guessable_and_many_are_not() {
        let found = beats_guessing(&[count(128, 1), count(128, 60), count(128, 0), count(128, 1)], &[0.05, 0.05, 0.05, 0.0]).unwrap();
        assert_eq!(found.iter().map(|f| f.guessable).collect::<Vec<_>>(), [true, false, false, false]);
        assert!((found[0].p - (1.0 - 0.95f64.powi(128))).abs() < 1e-12);
        assert!(beats_guessing(&[count(4, 1)], &[1.5]).is_err());
    }

    #[test]
    fn adjusted_failure_is_unbiased_by_enumeration() {
        let (n, g, r) = (8u32, 0.1f64, 0.3f64);
        let p = g + (1.0 - g) * r;
        assert!((beyond_guessing(p, g).unwrap() - r).abs() < 1e-15);
        for k in [1, 4, 8] {
            let law = |c: u32| ln_choose(n, c).exp() * p.powi(c as i32) * (1.0 - p).powi((n - c) as i32);
            let mean: f64 = (0..=n).map(|c| law(c) * adjusted_failure(count(n, c), k, g).unwrap()).sum();
            assert!((mean - (1.0 - r).powi(k as i32)).abs() < 1e-13);
        }
        assert!(adjusted_failure(count(8, 1), 1, 1.0).is_err() && adjusted_failure(count(8, 1), 9, 0.1).is_err());
    }

    #[test]
    fn the_papers_filter_keeps_zero_and_five_percent() {
        assert_eq!([0, 1, 4, 5, 90].map(|c| solved_rarely(count(100, c), 0.05)), [false, true, true, false, false]);
    }

    #[test]
    fn uniform_guessing_covers_aime() {
        assert!((guess_pass(1e-3, 1024) - 0.641_028_521_810_29).abs() < 1e-12);
    }
}
