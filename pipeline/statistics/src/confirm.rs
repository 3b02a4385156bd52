//! How many *fresh* base samples confirm that the base's success rate on a candidate problem is below ε.
//!
//! The samples that made the problem a candidate (0 successes) cannot be used again. Draw until the first success
//! (candidate rejected) or N failures (confirmed). Looking after every sample is allowed: the likelihood ratio
//! (1-ε)^{-m} is an e-value and reaches R/δ exactly at N.

use crate::error::{Result, at_least, in_unit};

/// What fresh samples must show, and how sure it makes us.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plan {
    /// The base is claimed to have p < ε.
    pub epsilon: f64,
    /// Chance that any of the R confirmed claims is false.
    pub delta: f64,
    /// Candidates R that are tested together (Bonferroni).
    pub candidates: usize,
    /// Failures in a row, per candidate, that confirm it: N = ⌈ln(δ/R) / ln(1-ε)⌉.
    pub samples_each: u64,
}

/// Where one candidate stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// The base solved it: not beyond the base.
    Rejected,
    /// N fresh failures: p < ε at the plan's δ.
    Confirmed,
    /// This many more failures are needed.
    Continue(u64),
}

/// Makes the plan.
///
/// # Errors
/// ε or δ outside (0, 1), or no candidates.
pub fn plan(epsilon: f64, delta: f64, candidates: usize) -> Result<Plan> {
    in_unit("epsilon", epsilon)?;
    in_unit("delta", delta)?;
    at_least("a confirmation plan", 1, candidates)?;
    let samples_each = ((delta / candidates as f64).ln() / (-epsilon).ln_1p()).ceil() as u64;
    Ok(Plan { epsilon, delta, candidates, samples_each })
}

impl Plan {
    /// Samples if every candidate holds; an upper bound of the cost.
    pub fn samples_at_most(&self) -> u64 {
        self.samples_each * self.candidates as u64
    }

    /// Expected fresh samples for one candidate whose base rate is `p`: (1-(1-p)^N)/p.
    pub fn expected_samples(&self, p: f64) -> f64 {
        if p <= 0.0 { self.samples_each as f64 } else { (1.0 - (1.0 - p).powf(self.samples_each as f64)) / p }
    }

    /// Evidence against p >= ε after m failures in a row.
    pub fn e_value(&self, failures: u64) -> f64 {
        (-(failures as f64) * (-self.epsilon).ln_1p()).exp()
    }

    /// The decision after `drawn` fresh samples with `correct` successes.
    pub fn status(&self, drawn: u64, correct: u64) -> Status {
        match correct {
            0 if drawn >= self.samples_each => Status::Confirmed,
            0 => Status::Continue(self.samples_each - drawn),
            _ => Status::Rejected,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_sizes_and_the_e_value_threshold() {
        assert_eq!(plan(1e-3, 0.05, 1).unwrap().samples_each, 2_995);
        assert_eq!(plan(1e-4, 0.05, 1).unwrap().samples_each, 29_956);
        let plan = plan(1e-3, 0.05, 12).unwrap();
        let threshold = 12.0 / 0.05;
        assert!(plan.e_value(plan.samples_each) >= threshold && plan.e_value(plan.samples_each - 1) < threshold);
        assert!((1.0f64 - 1e-3).powf(plan.samples_each as f64) <= 0.05 / 12.0, "a false claim survives with at most δ/R");
    }

    #[test]
    fn decisions() {
        let plan = plan(0.1, 0.05, 1).unwrap();
        assert_eq!(plan.samples_each, 29);
        assert_eq!(plan.status(10, 0), Status::Continue(19));
        assert_eq!(plan.status(29, 0), Status::Confirmed);
        assert_eq!(plan.status(5, 1), Status::Rejected);
        assert_eq!(plan.expected_samples(0.0), 29.0);
        assert!((plan.expected_samples(1.0) - 1.0).abs() < 1e-12);
        assert!(super::plan(0.0, 0.05, 1).is_err() && super::plan(0.1, 0.05, 0).is_err());
    }
}
