//! Acceptance numbers (reference 11.7 and 11.8) and the properties that need no data.

use super::*;
use crate::counts::Count;

fn histogram(n: u32, counts: &[u32]) -> Histogram {
    let counts: Vec<Count> = counts.iter().map(|&c| Count::new(n, c).unwrap()).collect();
    Histogram::from_counts(&counts).unwrap()
}

#[test]
fn thinning_keeps_problems_and_the_mean_rate() {
    let full = histogram(16, &[0, 1, 5, 16, 16, 7]);
    let thin = full.thin(5).unwrap();
    assert!((thin.problems() - 6.0).abs() < 1e-12);
    assert!((thin.mean(|c| c.rate()) - full.mean(|c| c.rate())).abs() < 1e-13);
    assert_eq!(full.thin(17), Err(ExtrapolateError::Thin { n: 16, n0: 17 }));
}

#[test]
fn ragged_counts_are_thinned_to_the_smallest_n() {
    let counts = [Count::new(8, 4).unwrap(), Count::new(4, 1).unwrap()];
    let h = Histogram::from_counts(&counts).unwrap();
    assert_eq!(h.n(), 4);
    assert!((h.mean(|c| c.rate()) - 0.375).abs() < 1e-14);
}

#[test]
fn one_sided_counts_are_refused_in_words() {
    for (c, word) in [(0, "wrong"), (8, "correct")] {
        let error = BetaBinomial::fit(&histogram(8, &[c, c])).unwrap_err();
        assert!(error.to_string().contains(word));
    }
    assert_eq!(Histogram::from_counts(&[]), Err(ExtrapolateError::Empty));
}

#[test]
fn beta_binomial_gradient_vanishes_at_the_fit() {
    let h = histogram(10, &[0, 0, 1, 3, 3, 4, 7, 9, 10, 10]);
    let fit = BetaBinomial::fit(&h).unwrap();
    assert!(fit.converged);
    let at = |a: f64, b: f64| -> f64 {
        let law = |c: Count| {
            let (x, y) = (f64::from(c.c()), f64::from(c.n() - c.c()));
            crate::special::ln_choose(c.n(), c.c()) + crate::special::ln_beta(a + x, b + y) - crate::special::ln_beta(a, b)
        };
        h.mean(law) * h.problems()
    };
    assert!((at(fit.a, fit.b) - fit.log_likelihood).abs() < 1e-10);
    for (da, db) in [(1e-3, 0.0), (-1e-3, 0.0), (0.0, 1e-3), (0.0, -1e-3)] {
        assert!(at(fit.a + da, fit.b + db) < fit.log_likelihood);
    }
}

#[test]
fn zero_inflation_reproduces_the_observed_zeros() {
    let mut counts = vec![0; 30];
    counts.extend([3, 4, 5, 6, 4, 5, 7, 3, 5, 6]);
    let h = histogram(10, &counts);
    let fit = ZeroInflated::fit(&h).unwrap();
    assert!(fit.z > 0.7);
    assert!((posterior::marginal_pass(&fit, 10) - 0.25).abs() < 1e-9);
    assert!(fit.log_likelihood > BetaBinomial::fit(&h).unwrap().log_likelihood);
}

#[test]
fn without_excess_zeros_zero_inflation_is_the_beta_binomial() {
    let h = histogram(10, &[1, 2, 3, 5, 5, 6, 8, 9, 10, 4]);
    let fit = ZeroInflated::fit(&h).unwrap();
    assert_eq!((fit.z, fit.beta), (0.0, BetaBinomial::fit(&h).unwrap()));
}

#[test]
fn npmle_of_two_clear_clusters_finds_them() {
    let mut counts = vec![20; 50];
    counts.extend([80; 50]);
    let fit = Npmle::fit(&histogram(100, &counts)).unwrap();
    assert!(fit.converged && fit.gap <= 1e-7);
    assert!((fit.mass_below(0.5) - 0.5).abs() < 1e-6);
    assert!(fit.atoms.iter().all(|(p, _)| (p - 0.2).abs() < 0.01 || (p - 0.8).abs() < 0.01));
}

#[test]
fn npmle_dominates_every_parametric_fit() {
    let h = histogram(12, &[0, 0, 1, 2, 2, 3, 6, 9, 11, 12, 12, 12]);
    let grid = Grid::new(12);
    let fits = Fits::new(&h, &grid).unwrap();
    let [bb, zibb, npmle] = fits.models().map(|m| m.log_likelihood());
    assert!(bb <= zibb + 1e-9 && zibb <= npmle + 1e-6);
}

#[test]
fn dkw_bounds_hold_the_truth_of_the_observed_law_and_widen_with_k() {
    let counts: Vec<u32> = (0..400).map(|i| (i % 33).min(32)).collect();
    let h = histogram(32, &counts);
    let dkw = Dkw::new(&h, &Grid::new(32), 0.05);
    let (lo, hi) = dkw.pass_bounds(32).unwrap();
    let eps = ((2.0f64 / 0.05).ln() / 800.0).sqrt();
    let truth = 1.0 - h.at(0) / 400.0;
    assert!((lo - (truth - eps)).abs() < 1e-6 && hi <= 1.0 && hi >= truth);
    let (lo2, hi2) = dkw.pass_bounds(128).unwrap();
    assert!(lo2 >= lo - 1e-9 && hi2 >= hi - 1e-9);
}

#[test]
fn dkw_says_when_no_mixture_fits() {
    // Every problem has exactly half correct: far less spread than any binomial mixture allows.
    let h = histogram(200, &[100; 5000]);
    let error = Dkw::new(&h, &Grid::new(200), 0.05).pass_bounds(400).unwrap_err();
    assert!(matches!(error, ExtrapolateError::NotAMixture { .. }));
}

#[test]
fn few_samples_fail_the_back_test_in_words() {
    let b = backtest(&histogram(8, &[0, 1, 4, 8]), 0.05).unwrap();
    assert!(!b.holds && b.message.contains("too few"));
}

#[test]
fn refusals_name_their_reason() {
    let passed = Backtest { trials: vec![], holds: true, message: String::new() };
    assert!(refusals(128, 1024, &passed).is_empty());
    assert_eq!(refusals(128, 1025, &passed).len(), 1);
    let failed = Backtest { holds: false, message: "missed".into(), ..passed };
    assert!(refusals(128, 256, &failed)[0].contains("missed"));
    assert!(refusals(128, 128, &failed).is_empty());
}

/// Counts of problems whose rates are drawn from a beta law.
fn simulated(n: u32, problems: usize, (a, b): (f64, f64), (seed, stream): (u64, u64)) -> Histogram {
    let mut draws = crate::rng::Stream::new(seed, stream);
    let mut count = || {
        let p = crate::special::beta_quantile(draws.uniform(), a, b);
        Count::new(n, (0..n).filter(|_| draws.uniform() < p).count() as u32).unwrap()
    };
    Histogram::from_counts(&(0..problems).map(|_| count()).collect::<Vec<_>>()).unwrap()
}

/// Some of these stop at a gap above 1e-9 M when the Newton step is the only one.
#[test]
fn the_npmle_converges_whatever_the_shape_and_the_number_of_samples() {
    for n in [16, 64, 256] {
        let grid = Grid::new(n);
        for problems in [30, 100, 150] {
            for (stream, shape) in (0..).zip([(0.4, 0.3), (0.3, 0.8), (0.3, 6.0), (1.0, 3.0), (4.0, 0.5)]) {
                for seed in 0..3 {
                    let fit = Npmle::fit_on(&simulated(n, problems, shape, (seed, stream)), &grid).unwrap();
                    assert!(fit.converged, "n = {n}, Beta{shape:?}, seed {seed}: gap {} of {problems} problems", fit.gap);
                }
            }
        }
    }
}
