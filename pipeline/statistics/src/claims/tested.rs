//! p-values that belong to the verdicts, for the adjustment over all claims of a spec ([`crate::multiplicity::holm`]).
//!
//! Each is the smallest error rate at which the rule would still decide, whichever way. Support and refutation exclude each other, so that
//! for every truth only one of the two can be a false claim.

use super::{Difference, Judgement, Size, Verdict, crossing, half_width};
use crate::band::{Band, BandMethod, BandOptions, Critical, exceedance, with_critical};
use crate::error::Result;
use crate::panel::Panel;
use crate::special::{t_cdf, t_quantile};

/// Two-sided p of "the mean is 0" from its t interval: at most 1 - level exactly when 0 lies outside. `df` of the interval; for normal
/// intervals the number of problems - 1, which is on the safe side below 1 - level.
pub fn sign_p(at: Difference, level: f64, df: f64) -> f64 {
    let centre = 0.5 * (at.lo + at.hi);
    (2.0 * tail(centre.abs(), half_width(&at), level, df)).min(1.0)
}

/// p of [`super::similar`] on `pairs` with intervals of this level and M problems: of the two one-sided tests of the worst pair, or that some
/// pair lies outside (Bonferroni over the pairs), whichever is smaller.
pub fn similar_p(pairs: &[(String, Difference)], margin: f64, level: f64, problems: u32) -> f64 {
    let df = f64::from(problems) - 1.0;
    // p of "the pair reaches the margin", and of "it stays within".
    let inside = |d: &Difference| tail(margin - centre(d).abs(), half_width(d), level, df);
    let outside = |d: &Difference| tail(centre(d).abs() - margin, half_width(d), level, df);
    let all_inside = pairs.iter().map(|(_, d)| inside(d)).fold(0.0, f64::max);
    let one_outside = pairs.iter().map(|(_, d)| outside(d)).fold(1.0, f64::min) * pairs.len() as f64;
    all_inside.min(one_outside).min(1.0)
}

fn centre(d: &Difference) -> f64 {
    0.5 * (d.lo + d.hi)
}

/// P(T > distance / se), where `half` = t(level) se; 1/2 for a distance of 0.
fn tail(distance: f64, half: f64, level: f64, df: f64) -> f64 {
    if half == 0.0 {
        return if distance > 0.0 { 0.0 } else { f64::from(distance < 0.0).max(0.5) };
    }
    t_cdf(-distance / half * t_quantile(0.5 + 0.5 * level, df), df)
}

/// p of [`crossing`] by `k_max`: P(sup |t| exceeds the largest critical value whose band still decides).
///
/// # Errors
/// See [`crate::band::critical_value`].
pub fn crossing_p(panel: &Panel, k_max: u32, options: BandOptions) -> Result<f64> {
    let decides = |critical: f64| {
        let band = with_critical(panel, Critical { value: critical, mc_error: 0.0 }, BandMethod::default_for(panel));
        let size = Size { problems: 0, samples: 0, within_share: None };
        crossing(&differences(&band), k_max, size).verdict != Verdict::Inconclusive
    };
    let (mut low, mut high) = (0.0, 64.0);
    for _ in 0..40 {
        let middle = 0.5 * (low + high);
        if decides(middle) { low = middle } else { high = middle }
    }
    exceedance(panel, low, options)
}

fn differences(band: &Band) -> Vec<Difference> {
    (0..band.ks.len()).map(|j| Difference { k: band.ks[j], diff: band.diff[j], lo: band.lower[j], hi: band.upper[j] }).collect()
}

/// The judgement with the adjusted p and whether a decided verdict survives it, at 5 % over `claims` claims.
pub fn with_adjusted(judgement: Judgement, adjusted: f64, claims: usize) -> Judgement {
    let p = if adjusted < 1e-4 { "< 0.0001".to_string() } else { format!("{adjusted:.4}") };
    let note = match judgement.verdict {
        Verdict::Inconclusive => format!("Holm-adjusted p over {claims} claims: {p}"),
        _ => format!("holds after Holm over {claims} claims: {} (adjusted p {p})", if adjusted <= 0.05 { "yes" } else { "no" }),
    };
    Judgement { evidence: format!("{}; {note}", judgement.evidence), ..judgement }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Count;
    use crate::interval::student_t;
    use crate::paired::differences as paired;

    fn at(lo: f64, hi: f64) -> Difference {
        Difference { k: 1, diff: 0.5 * (lo + hi), lo, hi }
    }

    // scipy.stats.ttest_1samp([.3, .1, .2, .4, .0], 0).pvalue = 0.04742...
    #[test]
    fn the_sign_p_is_that_of_the_t_test() {
        let values = [0.3, 0.1, 0.2, 0.4, 0.0];
        let interval = student_t(&values, 0.95).unwrap();
        let p = sign_p(at(interval.lo, interval.hi), 0.95, 4.0);
        assert!((p - 2.0 * t_cdf(-0.2 / (0.025f64 / 5.0).sqrt(), 4.0)).abs() < 1e-9 && (p - 0.0474).abs() < 1e-3, "{p}");
    }

    #[test]
    fn p_is_five_percent_at_the_edge_of_the_interval() {
        for df in [3.0, 99.0] {
            assert!((sign_p(at(0.0, 0.4), 0.95, df) - 0.05).abs() < 1e-9 && (sign_p(at(-0.4, 0.0), 0.95, df) - 0.05).abs() < 1e-9);
            assert_eq!(sign_p(at(-0.2, 0.2), 0.95, df), 1.0);
        }
    }

    #[test]
    fn similarity_has_the_p_of_its_worst_pair_and_dissimilarity_that_of_its_best() {
        let pair = |lo, hi| ("a-b".to_string(), at(lo, hi));
        assert!((similar_p(&[pair(-0.01, 0.02), pair(-0.01, 0.05)], 0.05, 0.90, 100) - 0.05).abs() < 1e-9);
        assert!((similar_p(&[pair(0.05, 0.15), pair(-0.01, 0.02)], 0.05, 0.90, 100) - 0.10).abs() < 1e-9);
        assert!((0.2..0.21).contains(&similar_p(&[pair(-0.1, 0.1)], 0.05, 0.90, 100)));
    }

    fn panel(base: impl Fn(u32) -> u32, model: impl Fn(u32) -> u32) -> Panel {
        let counts = |of: &dyn Fn(u32) -> u32| (0..200).map(|i| Count::new(16, of(i)).unwrap()).collect::<Vec<_>>();
        let ks: Vec<u32> = (1..=16).collect();
        Panel::new(&paired(&counts(&base), &counts(&model), &ks).unwrap(), &ks).unwrap()
    }

    #[test]
    fn a_clear_crossing_has_a_small_p_and_noise_a_large_one() {
        let options = BandOptions { draws: 2_000, ..Default::default() };
        let clear = panel(|i| 1 + i % 7, |i| if i % 3 == 0 { 0 } else { 10 + i % 5 });
        assert!(crossing_p(&clear, 16, options).unwrap() < 0.001);
        let noise = panel(|i| i % 9, |i| (i * 7) % 9);
        assert!(crossing_p(&noise, 16, options).unwrap() > 0.05);
    }

    #[test]
    fn the_note_says_whether_the_verdict_survives() {
        let judged = |verdict| Judgement { verdict, evidence: "e".into(), needed: String::new() };
        assert_eq!(
            with_adjusted(judged(Verdict::Supported), 0.02, 9).evidence,
            "e; holds after Holm over 9 claims: yes (adjusted p 0.0200)"
        );
        assert!(with_adjusted(judged(Verdict::Refuted), 0.2, 9).evidence.contains("9 claims: no"));
        assert_eq!(with_adjusted(judged(Verdict::Inconclusive), 1.0, 2).evidence, "e; Holm-adjusted p over 2 claims: 1.0000");
    }
}
