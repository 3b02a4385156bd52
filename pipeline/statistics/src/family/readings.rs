//! The whole family as lists of per-problem values, for stages that treat every metric alike: a mean with an interval, or a paired difference.

use super::{Metric, Tau, auc, bayes_values, sharpening};
use crate::counts::{Count, doubling_ks};
use crate::cover;
use crate::error::Result;
use crate::matrix::Matrix;

/// Thresholds of Cover@tau, in hundredths.
const THRESHOLDS: [u32; 4] = [1, 10, 50, 90];

/// Per-problem values of one metric at one or several k.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// Name in result rows.
    pub metric: String,
    /// Threshold of metrics that have one.
    pub tau: Option<f64>,
    /// One per column of `values`, increasing.
    pub ks: Vec<u32>,
    /// Problems x ks.
    pub values: Matrix,
    /// Whether every value lies in [0, 1] (of a difference: in [-1, 1]); false for linearised ratios.
    pub bounded: bool,
}

impl Reading {
    /// A metric with a column per k, every value in [0, 1].
    pub fn over_k(metric: impl Into<String>, ks: Vec<u32>, values: Matrix) -> Reading {
        Reading { metric: metric.into(), tau: None, ks, values, bounded: true }
    }

    fn single(metric: &str, k: u32, tau: Option<f64>, values: &[f64]) -> Result<Reading> {
        let values = Matrix::from_rows(&values.iter().map(|value| vec![*value]).collect::<Vec<_>>())?;
        Ok(Reading { metric: metric.to_string(), tau, ks: vec![k], values, bounded: true })
    }

    /// The same metric of a model minus that of its base, problem by problem; None for different metrics, k's or numbers of problems.
    pub fn minus(&self, base: &Reading) -> Option<Reading> {
        let alike = (&self.metric, self.tau, &self.ks, self.values.rows()) == (&base.metric, base.tau, &base.ks, base.values.rows());
        alike.then(|| Reading { values: self.values.minus(&base.values), ..self.clone() })
    }

    /// The columns for which `keep` holds, by position and k.
    pub fn columns(&self, keep: impl Fn(usize, u32) -> bool) -> Reading {
        let kept: Vec<usize> = (0..self.ks.len()).filter(|&j| keep(j, self.ks[j])).collect();
        let mut values = Matrix::zeros(self.values.rows(), kept.len());
        for i in 0..values.rows() {
            values.row_mut(i).iter_mut().zip(&kept).for_each(|(to, &j)| *to = self.values.row(i)[j]);
        }
        Reading { ks: kept.into_iter().map(|j| self.ks[j]).collect(), values, ..self.clone() }
    }

    /// The rows of these problems.
    pub fn of(&self, positions: &[usize]) -> Reading {
        Reading { values: self.values.select(positions), ..self.clone() }
    }
}

/// pass^k, G-Pass@k(1/2), mG-Pass@k and binary maj@k at k = 1, 2, 4, ..., `k_max`.
///
/// # Errors
/// A `k_max` above the n of some problem.
pub fn relatives(counts: &[Count], k_max: u32) -> Result<Vec<Reading>> {
    let ks = doubling_ks(k_max);
    let half = Metric::GPass(Tau::new(1, 2)?);
    let reading = |metric: Metric| Ok(Reading::over_k(metric.label(), ks.clone(), metric.per_problem(counts, &ks)?));
    [Metric::PassAll, half, Metric::MeanGPass, Metric::BinaryMajority].into_iter().map(reading).collect()
}

/// What is one number per problem: Cover@tau (plug-in and posterior) and Bayes@N from all `n` samples, AUC@K and sharpening at K = `k_max`.
///
/// # Errors
/// A `k_max` above the n of some problem.
pub fn single_numbers(counts: &[Count], n: u32, k_max: u32) -> Result<Vec<Reading>> {
    let mut out = Vec::new();
    for hundredths in THRESHOLDS {
        let tau = f64::from(hundredths) / 100.0;
        out.push(Reading::single("cover@tau", n, Some(tau), &cover::plug_in(counts, Tau::new(hundredths, 100)?))?);
        out.push(Reading::single("cover@tau(posterior)", n, Some(tau), &cover::posterior(counts, tau)?)?);
    }
    out.push(Reading::single("bayes@n", n, None, &bayes_values(counts))?);
    if k_max >= 2 {
        out.push(Reading::single("auc@k", k_max, None, &auc(counts, k_max)?)?);
        if let Some(values) = sharpening(counts, k_max)?.s_values {
            out.push(Reading { bounded: false, ..Reading::single("sharpening@k", k_max, None, &values)? });
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::family::sharpening_tax;
    use crate::matrix::mean;

    fn counts(correct: &[u32]) -> Vec<Count> {
        correct.iter().map(|&c| Count::new(8, c).unwrap()).collect()
    }

    #[test]
    fn differences_of_readings_are_those_of_their_means_and_of_the_tax() {
        let (base, model) = (counts(&[0, 1, 4, 8]), counts(&[0, 5, 2, 8]));
        let all = |counts: &[Count]| [relatives(counts, 8).unwrap(), single_numbers(counts, 8, 8).unwrap()].concat();
        let (of_base, of_model) = (all(&base), all(&model));
        assert_eq!(of_base.len(), 4 + 8 + 1 + 2);
        for (b, m) in of_base.iter().zip(&of_model) {
            let diff = m.minus(b).unwrap();
            for j in 0..diff.ks.len() {
                let gap = mean(&m.values.column(j)) - mean(&b.values.column(j));
                assert!((mean(&diff.values.column(j)) - gap).abs() < 1e-14, "{}", m.metric);
            }
        }
        let (b, m) = (of_base.last().unwrap(), of_model.last().unwrap());
        let tax = sharpening_tax(&base, &model, 8).unwrap().s.unwrap();
        assert!(!m.bounded && (mean(&m.minus(b).unwrap().values.column(0)) + tax).abs() < 1e-14);
        assert!(m.minus(&of_base[0]).is_none());
    }

    #[test]
    fn a_part_keeps_its_problems() {
        let reading = &relatives(&counts(&[0, 4, 8]), 2).unwrap()[0];
        let part = reading.of(&[2, 0]);
        assert_eq!((part.values.column(0), part.values.rows()), (vec![1.0, 0.0], 2));
        let last = reading.columns(|_, k| k > 1);
        assert_eq!((last.ks.as_slice(), last.values.column(0)), ([2].as_slice(), reading.values.column(1)));
    }
}
