//! How uncertain pass@k is: within a problem (its samples are random) and between problems.
//!
//! Two standard errors for two estimands. `SE_B`: these very problems, fresh samples. `SE_P`: the population the problems
//! were drawn from; it already contains the within part, so never add the two.

use crate::counts::Count;
use crate::error::{Error, Result, at_least};
use crate::hypergeometric;
use crate::matrix::{compensated_sum, variance};
use crate::pass_at_k::failure;

/// Exact Var A_k (= Var g_k) of one problem with success rate p and n samples.
///
/// Σ_j P(J=j) q^{2k-j} (1-q^j), J ~ Hypergeometric(n, k, k) = overlap of two random k-subsets. At k = n it is q^n(1-q^n).
///
/// # Errors
/// k = 0, k > n, or p outside [0, 1].
pub fn exact_variance(n: u32, k: u32, p: f64) -> Result<f64> {
    if !(0.0..=1.0).contains(&p) {
        return Err(Error::OutOfRange { name: "p", value: p, range: "[0, 1]" });
    }
    crate::counts::check_ks(&[Count::new(n, 0)?], &[k])?;
    let q = 1.0 - p;
    let overlap = hypergeometric::pmf(n, k, k);
    let term = |j: usize| overlap[j] * q.powi(2 * k as i32 - j as i32) * (1.0 - q.powi(j as i32));
    Ok(compensated_sum((1..=k as usize).map(term)))
}

/// The unbiased estimate V̂ = A_k(c)² - A_{2k}(c) >= 0 of the within-problem variance; None when 2k > n, where none exists.
pub fn unbiased_variance(count: Count, k: u32) -> Option<f64> {
    let square = failure(count, k).powi(2);
    (2 * u64::from(k) <= u64::from(count.n())).then(|| (square - failure(count, 2 * k)).max(0.0))
}

/// SE_B of mean pass@k: √(Σ V̂_i) / M. None when 2k > n for some problem.
pub fn se_benchmark(counts: &[Count], k: u32) -> Option<f64> {
    let parts: Option<Vec<f64>> = counts.iter().map(|&count| unbiased_variance(count, k)).collect();
    parts.map(|parts| compensated_sum(parts).sqrt() / counts.len() as f64)
}

/// SE_B of the mean difference of two independently sampled models on the same problems.
pub fn se_benchmark_difference(base: &[Count], model: &[Count], k: u32) -> Option<f64> {
    Some(se_benchmark(base, k)?.hypot(se_benchmark(model, k)?))
}

/// SE_P of a mean of per-problem values: sd (divisor M-1) / √M. NaN for one problem.
pub fn se_population(values: &[f64]) -> f64 {
    (variance(values) / values.len() as f64).sqrt()
}

/// SE_P when problems come in clusters (years of a contest, variants of one problem): √Σ_g(Σ_{i∈g}(x_i - x̄))² / M
/// (Miller, arXiv 2411.00640), times G/(G-1) under the root, which makes singleton clusters give [`se_population`].
///
/// # Errors
/// Different lengths, or fewer than two clusters.
pub fn se_clustered(values: &[f64], clusters: &[usize]) -> Result<f64> {
    crate::error::same_length("the values", values.len(), "the clusters", clusters.len())?;
    let centre = crate::matrix::mean(values);
    let mut sums = std::collections::BTreeMap::new();
    for (x, cluster) in values.iter().zip(clusters) {
        *sums.entry(cluster).or_insert(0.0) += x - centre;
    }
    at_least("a clustered standard error", 2, sums.len())?;
    let groups = sums.len() as f64;
    let square = compensated_sum(sums.values().map(|s: &f64| s * s));
    Ok((square * groups / (groups - 1.0)).sqrt() / values.len() as f64)
}

/// Share of SE_P² that is within problems. Small: more problems help; near 1: more samples help. None when 2k > n.
pub fn within_share(counts: &[Count], values: &[f64], k: u32) -> Option<f64> {
    Some((se_benchmark(counts, k)? / se_population(values)).powi(2))
}

/// Posterior mean of the exact within-problem variance under a discrete prior of success rates (`(p, weight)`).
///
/// The substitute for [`unbiased_variance`] when 2k > n; it depends on the prior and must be labelled so.
///
/// # Errors
/// k out of 1..=n, an atom outside [0, 1], or a prior under which this count is impossible.
pub fn posterior_variance(count: Count, k: u32, prior: &[(f64, f64)]) -> Result<f64> {
    let (n, c) = (count.n(), count.c());
    let likelihood = |p: f64| p.powi(c as i32) * (1.0 - p).powi((n - c) as i32);
    let mut total = 0.0;
    let mut sum = 0.0;
    for &(p, weight) in prior {
        let posterior = weight * likelihood(p);
        sum += posterior * exact_variance(n, k, p)?;
        total += posterior;
    }
    if total > 0.0 { Ok(sum / total) } else { Err(Error::OutOfRange { name: "prior likelihood", value: total, range: "(0, 1]" }) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::special::ln_choose;

    fn count(n: u32, c: u32) -> Count {
        Count::new(n, c).unwrap()
    }

    fn binomial(n: u32, p: f64) -> Vec<f64> {
        (0..=n).map(|c| ln_choose(n, c).exp() * p.powi(c as i32) * (1.0 - p).powi((n - c) as i32)).collect()
    }

    #[test]
    fn exact_variance_by_enumeration_over_counts() {
        for (n, k, p) in [(10, 3, 0.2), (10, 10, 0.2), (9, 1, 0.5), (12, 7, 0.05)] {
            let law = binomial(n, p);
            let moment = |power: i32| -> f64 { (0..=n).map(|c| law[c as usize] * failure(count(n, c), k).powi(power)).sum() };
            let expected = moment(2) - moment(1).powi(2);
            assert!((exact_variance(n, k, p).unwrap() - expected).abs() < 1e-13);
        }
        let q: f64 = 0.99;
        let at_n = q.powi(128) * (1.0 - q.powi(128));
        assert!((exact_variance(128, 128, 0.01).unwrap() - at_n).abs() < 1e-14);
        assert_eq!(exact_variance(8, 2, 0.0).unwrap(), 0.0);
        assert_eq!(exact_variance(8, 2, 1.0).unwrap(), 0.0);
        assert!(exact_variance(8, 2, 1.1).is_err());
    }

    #[test]
    fn variance_estimate_is_unbiased_up_to_half_of_n() {
        for (n, k, p) in [(10, 3, 0.2), (10, 5, 0.2), (12, 1, 0.7)] {
            let law = binomial(n, p);
            let mean: f64 = (0..=n).map(|c| law[c as usize] * unbiased_variance(count(n, c), k).unwrap()).sum();
            assert!((mean - exact_variance(n, k, p).unwrap()).abs() < 1e-13);
        }
        assert_eq!(unbiased_variance(count(10, 3), 6), None);
        assert_eq!(se_benchmark(&[count(10, 3), count(4, 1)], 3), None);
    }

    #[test]
    fn singleton_clusters_change_nothing_and_copies_do() {
        let values = [0.1, 0.5, 0.9, 0.2];
        let alone = se_clustered(&values, &[0, 1, 2, 3]).unwrap();
        assert!((alone - se_population(&values)).abs() < 1e-15);
        let doubled: Vec<f64> = values.iter().chain(&values).copied().collect();
        let paired = se_clustered(&doubled, &[0, 1, 2, 3, 0, 1, 2, 3]).unwrap();
        assert!((paired - alone).abs() < 1e-15, "copies of problems carry no new information");
        assert!(se_clustered(&values, &[0, 0, 0, 0]).is_err());
    }

    #[test]
    fn posterior_variance_of_a_point_prior_is_exact() {
        let value = posterior_variance(count(8, 2), 6, &[(0.3, 1.0)]).unwrap();
        assert_eq!(value, exact_variance(8, 6, 0.3).unwrap());
        assert!(posterior_variance(count(8, 2), 6, &[(0.0, 1.0)]).is_err());
    }
}
