//! Enumerated cases and the identities of reference section 5.

use super::*;
use crate::pass_at_k::mean_pass_at_k;
use proptest::prelude::*;

fn count(n: u32, c: u32) -> Count {
    Count::new(n, c).unwrap()
}

/// Share of k-subsets of n samples (the first c correct) for which `f(correct ones)` is averaged.
fn by_enumeration(n: u32, c: u32, k: u32, f: impl Fn(u32) -> f64) -> f64 {
    let subsets: Vec<u32> = (0u32..1 << n).filter(|s| s.count_ones() == k).collect();
    let correct = |s: &u32| (s & ((1u32 << c) - 1)).count_ones();
    subsets.iter().map(|s| f(correct(s))).sum::<f64>() / subsets.len() as f64
}

fn flag(b: bool) -> f64 {
    f64::from(u8::from(b))
}

#[test]
fn every_metric_equals_its_average_over_subsets() {
    let tau = Tau::new(3, 5).unwrap();
    for (n, c, k) in [(7, 3, 4), (7, 3, 5), (6, 6, 3), (8, 0, 8), (8, 5, 1), (9, 4, 6)] {
        let check = |metric: Metric, f: &dyn Fn(u32) -> f64| {
            let exact = by_enumeration(n, c, k, f);
            assert!((metric.value(count(n, c), k).unwrap() - exact).abs() < 1e-14, "{metric:?} {n} {c} {k}");
        };
        check(Metric::Pass, &|x| flag(x >= 1));
        check(Metric::PassAll, &|x| flag(x == k));
        check(Metric::GPass(tau), &|x| flag(5 * x >= 3 * k));
        check(Metric::BinaryMajority, &|x| flag(2 * x > k));
        check(Metric::MeanGPass, &|x| 2.0 / f64::from(k) * f64::from(x.saturating_sub(k.div_ceil(2))));
    }
}

#[test]
fn thresholds_are_integers() {
    // 0.1 * 30 is 3.0000000000000004 in floats; the ceiling would be 4 in careless code.
    assert_eq!(Tau::from_decimal(0.1).unwrap().needed(30), 3);
    assert_eq!(Tau::from_decimal(0.07).unwrap().needed(100), 7);
    assert_eq!(Tau::from_decimal(1.0).unwrap().needed(5), 5);
    assert_eq!(Tau::new(1, 3).unwrap().needed(2), 1);
    assert!(Tau::from_decimal(0.0).is_err() && Tau::from_decimal(1.1).is_err() && Tau::from_decimal(1.0 / 3.0).is_err());
}

#[test]
fn k_above_n_is_refused_by_all() {
    assert!(Metric::PassAll.value(count(4, 4), 5).is_err());
    assert!(auc(&[count(4, 1)], 5).is_err() && auc(&[count(4, 1)], 1).is_err());
    assert!(delta_se(&[count(4, 1)], &[count(4, 1)], 5).is_err());
}

#[test]
fn late_gain_is_the_expected_wait() {
    // n = 4, c = 1: the first success is uniform on 1..4, so E[H - 1] = 1.5.
    assert!((late_gain(&[count(4, 1)], 4).unwrap()[0] - 1.5).abs() < 1e-15);
    assert_eq!(late_gain(&[count(4, 4)], 4).unwrap()[0], 0.0);
}

#[test]
fn sharpening_is_undefined_when_all_is_correct() {
    let all = [count(4, 4), count(4, 4)];
    assert_eq!(sharpening(&all, 4).unwrap().s, None);
    assert_eq!(sharpening_tax(&all, &[count(4, 1), count(4, 2)], 4).unwrap().s, None);
}

#[test]
fn delta_se_counts_down_to_zero_from_the_base() {
    // Base pass@4 = 1, model pass@1 = 1/4.
    assert_eq!(delta_se(&[count(4, 1)], &[count(4, 1)], 4).unwrap(), vec![0.75]);
}

#[test]
fn rounds_only_add_successes() {
    let first = [Some(1), None, Some(3), Some(2)];
    let correct: Vec<u32> = (0..=3).map(|t| count_within_rounds(&first, t).unwrap().c()).collect();
    assert_eq!(correct, [0, 1, 2, 3]);
}

fn any_counts() -> impl Strategy<Value = Vec<Count>> {
    (2u32..40).prop_flat_map(|n| prop::collection::vec((0..=n).prop_map(move |c| Count::new(n, c).unwrap()), 1..12))
}

proptest! {
    #[test]
    fn g_pass_joins_pass_at_k_and_pass_all(counts in any_counts(), share in 0.0f64..1.0) {
        let k = 1 + (share * f64::from(counts[0].n() - 1)) as u32;
        for &c in &counts {
            let g = |tau| Metric::GPass(tau).value(c, k).unwrap();
            prop_assert!((g(Tau::new(1, 1).unwrap()) - Metric::PassAll.value(c, k).unwrap()).abs() < 1e-13);
            prop_assert!((g(Tau::new(1, k).unwrap()) - Metric::Pass.value(c, k).unwrap()).abs() < 1e-13);
        }
    }

    #[test]
    fn tail_sums_give_the_mean(counts in any_counts(), share in 0.0f64..1.0) {
        let k = 1 + (share * f64::from(counts[0].n() - 1)) as u32;
        for &c in &counts {
            let sum: f64 = (1..=k).map(|j| hypergeometric::upper_tail(c.n(), c.c(), k, j)).sum();
            prop_assert!((sum - f64::from(k) * c.rate()).abs() < 1e-11);
        }
    }

    #[test]
    fn areas_satisfy_their_identities(counts in any_counts()) {
        let k = counts[0].n();
        let ks: Vec<u32> = (1..=k).collect();
        let curve = mean_pass_at_k(&counts, &ks).unwrap();
        let (top, sum, k_f) = (curve[k as usize - 1], curve.iter().sum::<f64>(), f64::from(k));
        let found = sharpening(&counts, k).unwrap();
        let area = mean(&auc(&counts, k).unwrap());
        prop_assert!((found.a - (k_f * top - sum)).abs() < 1e-10);
        prop_assert!((found.a - ((k_f - 1.0) * (top - area) + (top - curve[0]) / 2.0)).abs() < 1e-10);
        if let (Some(s), Some(values)) = (found.s, &found.s_values) {
            prop_assert!((-1e-12..=1.0 + 1e-12).contains(&s));
            prop_assert!((mean(values) - s).abs() < 1e-10);
        }
    }

    #[test]
    fn a_model_pays_no_tax_to_itself(counts in any_counts()) {
        let tax = sharpening_tax(&counts, &counts, counts[0].n()).unwrap();
        prop_assert_eq!(tax.a, 0.0);
        prop_assert!(tax.s.is_none_or(|s| s == 0.0));
    }

    #[test]
    fn valid_reasoning_never_raises_pass_at_k(counts in any_counts(), drop in 0u32..3) {
        let valid: Vec<u32> = counts.iter().map(|c| c.c().saturating_sub(drop)).collect();
        let cot = cot_counts(&counts, &valid).unwrap();
        let ks: Vec<u32> = (1..=counts[0].n()).collect();
        let (all, strict) = (mean_pass_at_k(&counts, &ks).unwrap(), mean_pass_at_k(&cot, &ks).unwrap());
        prop_assert!(all.iter().zip(&strict).all(|(a, s)| s <= a));
        prop_assert_eq!(all == strict, cot == counts);
    }
}
