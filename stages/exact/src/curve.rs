//! Exact pass@k of these problems beside its estimate from samples.

use anyhow::Result;
use beyond_record::{ExactCurve, ExactRate};
use beyond_statistics::counts::doubling_ks;
use beyond_statistics::{
    Count, interval,
    pass_at_k::{mean_pass_at_k, pass_of_rate},
    variance::se_benchmark,
};

const LEVEL: f64 = 0.95;

/// One row per k = 1, 2, 4, ... up to n/2: beyond it the variance has no unbiased estimate. The interval is for *these* problems (SE_B), because
/// that is what the exact value describes.
pub fn curves(rates: &[ExactRate]) -> Result<Vec<ExactCurve>> {
    let counts = rates.iter().map(|row| Ok(Count::new(row.n, row.correct)?)).collect::<Result<Vec<_>>>()?;
    let largest = rates.iter().map(|row| row.n / 2).min().unwrap_or(0);
    if largest == 0 {
        return Ok(Vec::new());
    }
    let ks = doubling_ks(largest);
    let estimates = mean_pass_at_k(&counts, &ks)?;
    ks.iter()
        .zip(estimates)
        .filter_map(|(&k, estimate)| Some((k, estimate, se_benchmark(&counts, k)?)))
        .map(|(k, estimate, se)| row(rates, k, estimate, se))
        .collect()
}

fn row(rates: &[ExactRate], k: u32, estimate: f64, se: f64) -> Result<ExactCurve> {
    let exact = rates.iter().map(|row| pass_of_rate(row.rate.min(1.0), f64::from(k))).sum::<f64>() / rates.len() as f64;
    let interval = interval::benchmark(estimate, se, LEVEL)?;
    let ExactRate { benchmark, model, setting, .. } = rates[0].clone();
    Ok(ExactCurve { benchmark, model, setting, k, exact, estimate, lo: interval.lo, hi: interval.hi, inside: interval.contains(exact) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(rate: f64, correct: u32) -> ExactRate {
        let name = String::new;
        ExactRate { benchmark: name(), model: name(), setting: name(), problem_id: name(), answers: 1, rate, n: 64, correct }
    }

    #[test]
    fn a_curve_says_whether_its_interval_holds_the_exact_value() {
        let near = curves(&[rate(0.25, 16), rate(0.5, 30)]).unwrap();
        assert_eq!(near.iter().map(|row| row.k).collect::<Vec<_>>(), [1, 2, 4, 8, 16, 32]);
        assert!((near[0].exact - 0.375).abs() < 1e-15 && (near[0].estimate - 46.0 / 128.0).abs() < 1e-15);
        assert!(near[..4].iter().all(|row| row.inside && row.lo <= row.estimate && row.estimate <= row.hi));
        let far = curves(&[rate(0.9, 16), rate(0.9, 30)]).unwrap();
        assert!(!far[0].inside);
    }

    #[test]
    fn without_samples_there_is_no_curve() {
        assert!(curves(&[]).unwrap().is_empty());
        assert!(curves(&[ExactRate { n: 1, correct: 0, ..rate(0.5, 0) }]).unwrap().is_empty());
    }
}
