//! Support by likelihood: what the probability of recorded answers says of the support of the model that scores them (docs/statistics.md, Support by likelihood).
//!
//! All probabilities are of whole token strings at temperature 1, end token included. A statement about one string is not one about a problem:
//! long answers have tiny probabilities although the scorer solves their problems often. [`correct_mass`] sums over strings instead.

use crate::error::{Error, Result};
use crate::pass_at_k::pass_of_rate;

/// One scored answer to one problem.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scored {
    /// ln p under the scorer, nats, at most 0.
    pub logprob: f64,
    /// ln p under the law that drew the answer, nats; None when that law is not known (truncated or tempered sampling).
    pub drawn: Option<f64>,
    /// Whether the answer is correct.
    pub correct: bool,
}

/// Share of a problem's correct answers that k samples of the scorer cover: ln p >= -ln k, that is PPL <= k^{1/T}. Then the string is among k
/// samples with probability at least 1 - 1/e. None without a correct answer. `log2_k` is log2 of k.
pub fn covered(answers: &[Scored], log2_k: f64) -> Option<f64> {
    over_correct(answers, |answer| f64::from(u8::from(answer.logprob >= -log2_k * std::f64::consts::LN_2)))
}

/// Mean over a problem's correct answers of 1 - (1 - p)^k, the chance that the string itself is among k samples of the scorer.
pub fn recurs(answers: &[Scored], log2_k: f64) -> Option<f64> {
    let k = log2_k.exp2();
    over_correct(answers, |answer| pass_of_rate(answer.logprob.exp(), k))
}

fn over_correct(answers: &[Scored], of: impl Fn(&Scored) -> f64) -> Option<f64> {
    let values: Vec<f64> = answers.iter().filter(|answer| answer.correct).map(of).collect();
    if values.is_empty() { None } else { Some(values.iter().sum::<f64>() / values.len() as f64) }
}

/// The scorer's probability of a correct answer, as far as the author's answers reach.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mass {
    /// Mean of v(y) p_scorer(y) / p_author(y): unbiased for the scorer's probability of the correct answers that the author can give, hence a
    /// lower bound in expectation for its pass@1. A single estimate may exceed 1.
    pub mass: f64,
    /// Effective sample size (sum w)² / sum w² of the weights, in [1, N]; 0 when all weights underflow.
    pub effective: f64,
}

/// Importance-weighted correct mass of one problem. Errs without answers, or when the sampling law of one is unknown.
pub fn correct_mass(answers: &[Scored]) -> Result<Mass> {
    if answers.is_empty() {
        return Err(Error::NoSamples);
    }
    let mut weights = Vec::with_capacity(answers.len());
    for answer in answers {
        let drawn = answer.drawn.ok_or(Error::UnknownLaw)?;
        weights.push((answer.logprob - drawn).exp());
    }
    let (sum, squares) = weights.iter().fold((0.0, 0.0), |(sum, squares), w| (sum + w, squares + w * w));
    let correct: f64 = answers.iter().zip(&weights).filter(|(answer, _)| answer.correct).map(|(_, w)| w).sum();
    Ok(Mass { mass: correct / answers.len() as f64, effective: if squares > 0.0 { sum * sum / squares } else { 0.0 } })
}

/// Smallest share of effective answers at which a mass is reported: below it a few strings carry the sum.
pub const LEAST_EFFECTIVE: f64 = 0.25;

/// Quartiles and whiskers of a box plot: whiskers reach the last value within 1.5 interquartile ranges of the box (Tukey).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FiveNumbers {
    /// Last value above q1 - 1.5 IQR.
    pub low: f64,
    /// Lower quartile.
    pub q1: f64,
    /// Median.
    pub median: f64,
    /// Upper quartile.
    pub q3: f64,
    /// Last value below q3 + 1.5 IQR.
    pub high: f64,
}

/// The box of some finite values; None for none.
pub fn five_numbers(values: &[f64]) -> Option<FiveNumbers> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (q1, median, q3) = (quantile(&sorted, 0.25)?, quantile(&sorted, 0.5)?, quantile(&sorted, 0.75)?);
    let reach = 1.5 * (q3 - q1);
    let low = sorted.iter().copied().find(|value| *value >= q1 - reach)?;
    let high = sorted.iter().copied().rfind(|value| *value <= q3 + reach)?;
    Some(FiveNumbers { low, q1, median, q3, high })
}

/// Quantile of sorted values with linear interpolation between order statistics (Hyndman-Fan type 7, NumPy's default); None for no values.
pub fn quantile(sorted: &[f64], p: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let place = p * last as f64;
    let below = place.floor() as usize;
    let above = sorted[(below + 1).min(last)];
    Some(sorted[below] + (place - below as f64) * (above - sorted[below]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(p: f64, drawn: Option<f64>, correct: bool) -> Scored {
        Scored { logprob: p.ln(), drawn: drawn.map(f64::ln), correct }
    }

    #[test]
    fn a_string_of_probability_one_in_k_is_covered_at_k_and_not_before() {
        let answers = [answer(1.0 / 16.0, None, true), answer(0.5, None, true), answer(0.9, None, false)];
        assert_eq!(covered(&answers, 3.9), Some(0.5));
        assert_eq!(covered(&answers, 4.0), Some(1.0));
        assert_eq!(covered(&answers[2..], 4.0), None);
        // PPL <= k^(1/T): 606 tokens at perplexity 1.058 are covered from k = 7e14 on (reference text of the study's Fig 6).
        let long = [Scored { logprob: -606.0 * 1.058f64.ln(), drawn: None, correct: true }];
        assert_eq!((covered(&long, 6e14f64.log2()), covered(&long, 8e14f64.log2())), (Some(0.0), Some(1.0)));
    }

    #[test]
    fn a_covered_string_recurs_with_at_least_one_minus_one_over_e() {
        for log2_k in [1.0, 4.0, 20.0, 40.0f64] {
            let chance = recurs(&[answer((-log2_k).exp2(), None, true)], log2_k).unwrap();
            assert!(chance >= 1.0 - (-1.0f64).exp() && chance <= 0.75 + 1e-12, "{log2_k}: {chance}");
        }
        assert!((recurs(&[answer(0.25, None, true)], 1.0).unwrap() - (1.0 - 0.75 * 0.75)).abs() < 1e-12);
        assert_eq!(recurs(&[answer(1.0, None, true)], 0.0), Some(1.0));
    }

    /// Two strings, both correct, and a wrong one: base .1, .2, .7, author .5, .3, .2. The expectation over the author, summed by hand, is .1 + .2.
    #[test]
    fn the_mass_is_unbiased_for_the_scorers_correct_mass() {
        let strings = [(0.1, 0.5, true), (0.2, 0.3, true), (0.7, 0.2, false)];
        let mean: f64 =
            strings.iter().map(|(base, author, ok)| author * correct_mass(&[answer(*base, Some(*author), *ok)]).unwrap().mass).sum();
        assert!((mean - 0.3).abs() < 1e-12);
        let own: Vec<Scored> = strings.iter().map(|(base, _, ok)| answer(*base, Some(*base), *ok)).collect();
        let found = correct_mass(&own).unwrap();
        assert!(
            (found.mass - 2.0 / 3.0).abs() < 1e-12 && (found.effective - 3.0).abs() < 1e-9,
            "its own answers: the share of correct ones"
        );
    }

    #[test]
    fn unequal_weights_shrink_the_effective_size_and_an_unknown_law_is_refused() {
        let found = correct_mass(&[answer(0.9, Some(0.009), true), answer(0.1, Some(0.9), true)]).unwrap();
        assert!(found.effective < 1.01);
        assert!(correct_mass(&[answer(0.9, None, true)]).unwrap_err().to_string().contains("law that drew it"));
        assert!(correct_mass(&[]).is_err());
    }

    /// np.percentile([1, 2, 3, 4, 100], [25, 50, 75]) = 2, 3, 4; 100 lies beyond 4 + 1.5 x 2.
    #[test]
    fn whiskers_stop_before_outliers() {
        let found = five_numbers(&[100.0, 3.0, 1.0, 4.0, 2.0]).unwrap();
        assert_eq!(found, FiveNumbers { low: 1.0, q1: 2.0, median: 3.0, q3: 4.0, high: 4.0 });
        assert_eq!(five_numbers(&[]), None);
        assert_eq!(quantile(&[1.0, 2.0], 0.25), Some(1.25));
    }
}
