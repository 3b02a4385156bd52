//! When the verifier errs: bounds for unknown verdicts, correction by audited error rates, and how far k may go.
//!
//! With sensitivity s = P(judged correct | correct) and specificity t = P(judged wrong | wrong), a sample is judged correct
//! with probability s p + (1-t)(1-p). A false-positive rate 1-t makes *unsolvable* problems look solved: their pass@k
//! is 1 - t^k, which grows with k, while s only rescales p. Large-k coverage is therefore a statement about 1-t first.
//! Errors are taken as independent between samples; false positives that cluster by problem (a lucky gold format) are worse.

mod correction;
mod unknown;

pub use correction::{Audited, Corrected, Rates, corrected_curve};
pub use unknown::{Judged, ThreeValued, three_valued};

use crate::counts::Count;
use crate::error::{Error, Result, in_unit, same_length};
use crate::pass_at_k::pass_of_rate;

/// pass@k of a problem nobody can solve under a verifier with this false-positive rate: 1 - (1 - fpr)^k.
pub fn spurious_pass(false_positive_rate: f64, k: u32) -> f64 {
    pass_of_rate(false_positive_rate, f64::from(k))
}

/// The largest k at which an unsolvable problem's pass@k stays at or below `delta`; None when every k does (rate 0), 0 when
/// none does.
///
/// # Errors
/// `delta` outside (0, 1), or a rate outside [0, 1).
pub fn largest_k(false_positive_rate: f64, delta: f64) -> Result<Option<u64>> {
    in_unit("delta", delta)?;
    if !(0.0..1.0).contains(&false_positive_rate) {
        return Err(Error::OutOfRange { name: "the false-positive rate", value: false_positive_rate, range: "[0, 1)" });
    }
    let k = (-delta).ln_1p() / (-false_positive_rate).ln_1p();
    Ok((false_positive_rate > 0.0).then(|| (k * (1.0 + 1e-12)).floor() as u64))
}

/// Negatives to audit without finding a false positive before the rate is below `rate` at confidence 1 - `alpha`.
///
/// # Errors
/// Either outside (0, 1).
pub fn audit_size(rate: f64, alpha: f64) -> Result<u64> {
    in_unit("the rate", rate)?;
    in_unit("alpha", alpha)?;
    Ok((alpha.ln() / (-rate).ln_1p()).ceil() as u64)
}

/// Problems whose few successes make large-k coverage: 0 < c <= `few`. Audit their positives by hand first.
pub fn to_audit(counts: &[Count], few: u32) -> Vec<usize> {
    (0..counts.len()).filter(|&i| counts[i].solved() && counts[i].c() <= few).collect()
}

/// The counts with c replaced by the confirmed successes on the audited problems (`positions` of [`to_audit`]): the second
/// of the two curves to report.
///
/// # Errors
/// Different lengths, a position that does not exist, or more confirmed than found.
pub fn with_confirmed(counts: &[Count], positions: &[usize], confirmed: &[u32]) -> Result<Vec<Count>> {
    same_length("the audited problems", positions.len(), "the confirmed counts", confirmed.len())?;
    let mut out = counts.to_vec();
    for (&i, &d) in positions.iter().zip(confirmed) {
        let range = "the positions of the problems";
        let count = counts.get(i).ok_or(Error::OutOfRange { name: "position", value: i as f64, range })?;
        if d > count.c() {
            return Err(Error::CountAboveN { c: d, n: count.c() });
        }
        out[i] = Count::new(count.n(), d)?;
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matrix::mean;
    use crate::pass_at_k::{failure, per_problem};
    use crate::special::ln_choose;

    fn count(n: u32, c: u32) -> Count {
        Count::new(n, c).unwrap()
    }

    #[test]
    fn unknown_verdicts_bound_pass_at_k() {
        let judged = [Judged::new(8, 1, 2).unwrap(), Judged::new(8, 0, 0).unwrap()];
        let found = three_valued(&judged, &[2, 7]).unwrap();
        assert_eq!(found.lower.column(0), per_problem(&[count(8, 1), count(8, 0)], &[2]).unwrap().column(0));
        assert_eq!(found.upper.column(0), per_problem(&[count(8, 3), count(8, 0)], &[2]).unwrap().column(0));
        let random = found.at_random[0].as_ref().unwrap();
        assert!(found.lower.row(0)[0] < random[0] && random[0] < found.upper.row(0)[0]);
        assert_eq!(found.at_random[1], None, "only 6 of 8 verdicts are known");
        assert!(Judged::new(8, 5, 4).is_err());
    }

    #[test]
    fn correction_is_unbiased_by_enumeration() {
        let (n, p) = (9u32, 0.15f64);
        for (s, t) in [(0.9, 0.97), (1.0, 0.95), (0.8, 1.0), (1.0, 1.0)] {
            let observed: f64 = s * p + (1.0 - t) * (1.0 - p);
            let rates = Rates::new(s, t).unwrap();
            assert!((rates.true_rate(observed) - p).abs() < 1e-14);
            for k in [1, 3, 9] {
                let law = |c: u32| ln_choose(n, c).exp() * observed.powi(c as i32) * (1.0 - observed).powi((n - c) as i32);
                let mean: f64 = (0..=n).map(|c| law(c) * rates.true_failure(count(n, c), k).unwrap()).sum();
                assert!((mean - (1.0 - p).powi(k as i32)).abs() < 1e-12, "s={s} t={t} k={k}: {mean}");
            }
        }
    }

    #[test]
    fn a_perfect_verifier_needs_no_correction() {
        let rates = Rates::new(1.0, 1.0).unwrap();
        assert_eq!(rates.true_failure(count(10, 3), 4).unwrap(), failure(count(10, 3), 4));
        assert!(Rates::new(0.5, 0.5).is_err() && Rates::new(1.1, 0.9).is_err());
    }

    #[test]
    fn the_reasoning_judge_is_corrected_the_same_way() {
        let (s, t, d, c) = (0.9, 0.8, 0.3, 0.5);
        let observed = s * d + (1.0 - t) * (c - d);
        assert!((Rates::new(s, t).unwrap().valid_rate(observed, c) - d).abs() < 1e-14);
    }

    #[test]
    fn false_positives_limit_k() {
        assert_eq!(largest_k(0.5, 0.5).unwrap(), Some(1));
        assert_eq!(largest_k(0.0, 0.01).unwrap(), None);
        let k = largest_k(1e-5, 0.01).unwrap().unwrap();
        assert!(spurious_pass(1e-5, k as u32) <= 0.01 && spurious_pass(1e-5, k as u32 + 1) > 0.01);
        assert!(largest_k(1.0, 0.01).is_err() && largest_k(0.1, 0.0).is_err());
    }

    #[test]
    fn a_large_audit_gives_the_plain_correction_and_a_small_one_doubts_it() {
        let counts: Vec<Count> = (0..60).map(|i| count(32, i % 33)).collect();
        let sure = Audited { agreed: 990_000, audited: 1_000_000 };
        let exact = corrected_curve(&counts, &[1, 8], sure, sure).unwrap();
        let rates = Rates::new(0.99, 0.99).unwrap();
        let plain = 1.0 - mean(&counts.iter().map(|&c| rates.failure_of(c, 8)).collect::<Vec<_>>());
        assert!((exact[1].value - plain).abs() < 1e-3 && exact[1].se_audit < 1e-3);
        let unsure = Audited { agreed: 50, audited: 50 };
        let rough = corrected_curve(&counts, &[1, 32], unsure, unsure).unwrap();
        assert!(rough[0].se_audit > 5.0 * exact[0].se_audit && !rough[1].useful);
        let chance = Audited { agreed: 5, audited: 10 };
        assert!(corrected_curve(&counts, &[1], chance, chance).is_err());
    }

    #[test]
    fn confirmed_counts_replace_the_audited_ones() {
        let counts = [count(8, 0), count(8, 1), count(8, 5), count(8, 2)];
        let positions = to_audit(&counts, 2);
        assert_eq!(positions, [1, 3]);
        let confirmed = with_confirmed(&counts, &positions, &[0, 2]).unwrap();
        assert_eq!(confirmed.iter().map(|c| c.c()).collect::<Vec<_>>(), [0, 0, 5, 2]);
        assert!(with_confirmed(&counts, &positions, &[2, 2]).is_err());
        assert!(with_confirmed(&counts, &[9], &[0]).is_err());
    }
}
