//! Two models on the same problems: pairing by id, per-problem differences, and their pointwise summary.

use crate::counts::{Count, min_n};
use crate::error::{Error, Result, same_length};
use crate::interval::{self, Interval};
use crate::matrix::{Matrix, compensated_sum, mean, variance};
use crate::pass_at_k::per_problem;
use crate::special::t_cdf;
use crate::variance::{se_benchmark_difference, se_population};
use std::collections::BTreeMap;

/// The problems both models were sampled on, sorted by id, so that seeded draws do not depend on the order of the input.
#[derive(Clone, Debug, PartialEq)]
pub struct Pairing {
    /// Problem ids, increasing.
    pub ids: Vec<String>,
    /// Counts of the base, in the order of `ids`.
    pub base: Vec<Count>,
    /// Counts of the other model, in the order of `ids`.
    pub model: Vec<Count>,
    /// Ids that only the base has; to be listed, they are in no number.
    pub only_base: Vec<String>,
    /// Ids that only the model has.
    pub only_model: Vec<String>,
}

/// Pairs two sets of counts by problem id.
///
/// # Errors
/// An id that occurs twice in one set.
pub fn pair_by_id(base: &[(String, Count)], model: &[(String, Count)]) -> Result<Pairing> {
    let base = by_id(base, "the base")?;
    let mut model = by_id(model, "the model")?;
    let mut out = Pairing { ids: vec![], base: vec![], model: vec![], only_base: vec![], only_model: vec![] };
    for (id, count) in base {
        match model.remove(id) {
            Some(other) => {
                out.ids.push(id.to_string());
                out.base.push(count);
                out.model.push(other);
            }
            None => out.only_base.push(id.to_string()),
        }
    }
    out.only_model = model.into_keys().map(str::to_string).collect();
    Ok(out)
}

fn by_id<'a>(rows: &'a [(String, Count)], model: &'static str) -> Result<BTreeMap<&'a str, Count>> {
    let mut map = BTreeMap::new();
    for (id, count) in rows {
        if map.insert(id.as_str(), *count).is_some() {
            return Err(Error::DuplicateId { id: id.clone(), model });
        }
    }
    Ok(map)
}

/// The largest k that is defined for every problem of both models.
pub fn common_k(base: &[Count], model: &[Count]) -> u32 {
    min_n(base).min(min_n(model))
}

/// d_i(k) = pass@k(model) - pass@k(base): rows = problems, columns = `ks`, entries in [-1, 1].
///
/// # Errors
/// Different numbers of problems, or a k that is not defined for all of them.
pub fn differences(base: &[Count], model: &[Count], ks: &[u32]) -> Result<Matrix> {
    same_length("the base's counts", base.len(), "the model's counts", model.len())?;
    Ok(per_problem(model, ks)?.minus(&per_problem(base, ks)?))
}

/// The mean difference at one k.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// Number of samples that must hold a correct one.
    pub k: u32,
    /// Mean of model - base, in [-1, 1].
    pub diff: f64,
    /// For the population of problems; NaN for one problem.
    pub se_population: f64,
    /// For these problems; None when 2k > n.
    pub se_benchmark: Option<f64>,
    /// SE_B² / SE_P²: small = more problems help, near 1 = more samples help. None when 2k > n.
    pub within_share: Option<f64>,
    /// Correlation of the two models' pass@k over problems: what pairing gains. NaN when one does not vary.
    pub correlation: f64,
    /// Pointwise interval for the population of problems, by the default rule of [`interval::difference`].
    pub interval: Interval,
    /// Problems on which the model (the base) has the larger pass@k. Shown beside the mean, never instead of it.
    pub model_wins: usize,
    /// See `model_wins`.
    pub base_wins: usize,
}

/// [`Point`]s for every k of `ks`, with pointwise intervals at `level`.
///
/// # Errors
/// See [`differences`]; a level outside (0, 1).
pub fn points(base: &[Count], model: &[Count], ks: &[u32], level: f64) -> Result<Vec<Point>> {
    same_length("the base's counts", base.len(), "the model's counts", model.len())?;
    let (of_base, of_model) = (per_problem(base, ks)?, per_problem(model, ks)?);
    let matrix = of_model.minus(&of_base);
    let point = |(j, &k): (usize, &u32)| {
        let column = matrix.column(j);
        let se_population = se_population(&column);
        let se_benchmark = se_benchmark_difference(base, model, k);
        Ok(Point {
            k,
            diff: mean(&column),
            se_population,
            se_benchmark,
            within_share: se_benchmark.map(|se| (se / se_population).powi(2)),
            correlation: correlation(&of_base.column(j), &of_model.column(j)),
            interval: interval::difference(&column, level)?,
            model_wins: column.iter().filter(|d| **d > 0.0).count(),
            base_wins: column.iter().filter(|d| **d < 0.0).count(),
        })
    };
    ks.iter().enumerate().map(|(j, k)| point((j, k))).collect()
}

fn correlation(x: &[f64], y: &[f64]) -> f64 {
    let (mx, my) = (mean(x), mean(y));
    let cross = compensated_sum(x.iter().zip(y).map(|(a, b)| (a - mx) * (b - my))) / (x.len() as f64 - 1.0);
    cross / (variance(x) * variance(y)).sqrt()
}

/// One-sided t-test p-values that the mean difference is positive (gain) and negative (loss).
///
/// All values equal: p is 0 or 1 by the sign, and 1 for both when the mean is 0.
pub fn one_sided_p(differences: &[f64]) -> (f64, f64) {
    let t = mean(differences) / se_population(differences);
    let df = differences.len() as f64 - 1.0;
    if t.is_nan() { (1.0, 1.0) } else { (t_cdf(-t, df), t_cdf(t, df)) }
}

/// p of "the model gains at the small k and loses at the large k": the larger of the two one-sided p-values
/// (intersection-union test, so no correction for testing twice). The two k are declared before looking.
pub fn crossing_p(at_small_k: &[f64], at_large_k: &[f64]) -> f64 {
    one_sided_p(at_small_k).0.max(one_sided_p(at_large_k).1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(n: u32, c: u32) -> Count {
        Count::new(n, c).unwrap()
    }

    fn row(id: &str, c: u32) -> (String, Count) {
        (id.to_string(), count(4, c))
    }

    #[test]
    fn pairs_by_id_and_lists_the_rest() {
        let pairing = pair_by_id(&[row("b", 1), row("a", 0), row("x", 2)], &[row("a", 4), row("y", 1), row("b", 3)]).unwrap();
        assert_eq!(pairing.ids, ["a", "b"]);
        assert_eq!((pairing.base[1].c(), pairing.model[1].c()), (1, 3));
        assert_eq!((pairing.only_base, pairing.only_model), (vec!["x".to_string()], vec!["y".to_string()]));
        assert!(matches!(pair_by_id(&[row("a", 1), row("a", 2)], &[]), Err(Error::DuplicateId { .. })));
    }

    #[test]
    fn a_model_against_itself_differs_nowhere() {
        let counts = [count(8, 0), count(8, 3), count(8, 8)];
        let points = points(&counts, &counts, &[1, 4, 8], 0.95).unwrap();
        assert!(points.iter().all(|p| p.diff == 0.0 && p.model_wins == 0 && p.base_wins == 0));
        assert!(points[1].se_benchmark.unwrap() > 0.0, "fresh samples would differ");
        assert_eq!(points[2].se_benchmark, None);
    }

    #[test]
    fn tests_of_a_sign() {
        let (gain, loss) = one_sided_p(&[0.1, 0.2, 0.3, 0.1]);
        assert!(gain < 0.02 && (gain + loss - 1.0).abs() < 1e-12);
        assert_eq!(one_sided_p(&[0.0, 0.0]), (1.0, 1.0));
        assert_eq!(one_sided_p(&[0.5, 0.5]).0, 0.0);
        let p = crossing_p(&[0.1, 0.2, 0.3, 0.1], &[-0.1, -0.2, -0.3, 0.2]);
        assert_eq!(p, one_sided_p(&[-0.1, -0.2, -0.3, 0.2]).1);
    }
}
