//! Intervals for a mean of per-problem values, and the default rule. Why this rule: `docs/statistics.md`.

use crate::error::{Result, at_least, in_unit};
use crate::matrix::{compensated_sum, mean};
use crate::special::{beta_quantile, normal_quantile, t_quantile};
use crate::variance::se_population;

/// What an interval is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// These problems, fresh samples (estimand B).
    Benchmark,
    /// The population the problems were drawn from (estimand P).
    Population,
}

impl Unit {
    /// The letter printed beside the interval.
    pub fn letter(self) -> char {
        match self {
            Unit::Benchmark => 'B',
            Unit::Population => 'P',
        }
    }
}

/// How an interval was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Mean ± z SE.
    Normal,
    /// Mean ± t(M-1) SE.
    StudentT,
    /// Two pseudo-problems, half of one at +1, half of one at -1, one at 0 (Agresti-Min "Wald+2" at k = n).
    PlusHalf,
    /// Wilson score interval with the effective number of problems M m(1-m)/s².
    Wilson,
    /// Clopper-Pearson, exact for a proportion.
    ClopperPearson,
}

impl Method {
    /// The name written into result rows.
    pub fn as_str(self) -> &'static str {
        match self {
            Method::Normal => "normal",
            Method::StudentT => "t",
            Method::PlusHalf => "plus-half",
            Method::Wilson => "wilson",
            Method::ClopperPearson => "clopper-pearson",
        }
    }
}

/// A two-sided confidence interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Lower end.
    pub lo: f64,
    /// Upper end.
    pub hi: f64,
    /// How it was made.
    pub method: Method,
    /// What it is about.
    pub unit: Unit,
}

impl Interval {
    /// Whether `value` lies inside, ends included.
    pub fn contains(&self, value: f64) -> bool {
        self.lo <= value && value <= self.hi
    }

    fn population(centre: f64, half: f64, method: Method) -> Interval {
        Interval { lo: centre - half, hi: centre + half, method, unit: Unit::Population }
    }
}

/// z with P(|Z| <= z) = level.
pub fn two_sided_z(level: f64) -> f64 {
    normal_quantile(0.5 + 0.5 * level)
}

/// Mean ± t(M-1) · SE_P. Length 0 when all values are equal.
///
/// # Errors
/// Fewer than two values, or a level outside (0, 1).
pub fn student_t(values: &[f64], level: f64) -> Result<Interval> {
    in_unit("level", level)?;
    at_least("a t interval", 2, values.len())?;
    let t = t_quantile(0.5 + 0.5 * level, values.len() as f64 - 1.0);
    Ok(Interval::population(mean(values), t * se_population(values), Method::StudentT))
}

/// The +1/2-adjusted interval of differences in [-1, 1]: m̃ = Σd/(M+2), ṽ = (Σd²+1)/(M+2) - m̃², m̃ ± z √(ṽ/(M+2)).
///
/// Conservative; never of length 0. At k = n it adds 1/2 to each of the four cells of the 2x2 table.
///
/// # Errors
/// No values, or a level outside (0, 1).
pub fn plus_half(differences: &[f64], level: f64) -> Result<Interval> {
    in_unit("level", level)?;
    at_least("an adjusted interval", 1, differences.len())?;
    let (centre, se) = plus_half_moments(differences);
    let mut interval = Interval::population(centre, two_sided_z(level) * se, Method::PlusHalf);
    interval.lo = interval.lo.max(-1.0);
    interval.hi = interval.hi.min(1.0);
    Ok(interval)
}

/// Centre and standard error of [`plus_half`].
pub(crate) fn plus_half_moments(differences: &[f64]) -> (f64, f64) {
    let size = differences.len() as f64 + 2.0;
    let centre = compensated_sum(differences.iter().copied()) / size;
    let square = (compensated_sum(differences.iter().map(|d| d * d)) + 1.0) / size - centre * centre;
    (centre, (square / size).sqrt())
}

/// Wilson's score interval of a mean `m` of values in [0, 1] that carry as much information as `size` coin flips.
fn wilson_of(m: f64, size: f64, level: f64) -> Interval {
    let z2 = two_sided_z(level).powi(2);
    let centre = (m + z2 / (2.0 * size)) / (1.0 + z2 / size);
    let half = (z2 / size * (m * (1.0 - m) + z2 / (4.0 * size))).sqrt() / (1.0 + z2 / size);
    Interval { lo: (centre - half).max(0.0), hi: (centre + half).min(1.0), method: Method::Wilson, unit: Unit::Population }
}

/// Wilson interval of a mean of values in [0, 1], each problem counted as one coin flip.
///
/// Exact for 0/1 values (k = n); conservative otherwise, because Var(x) <= m(1-m) for x in [0, 1].
///
/// # Errors
/// No values, or a level outside (0, 1).
pub fn wilson(values: &[f64], level: f64) -> Result<Interval> {
    in_unit("level", level)?;
    at_least("a Wilson interval", 1, values.len())?;
    Ok(wilson_of(mean(values).clamp(0.0, 1.0), values.len() as f64, level))
}

/// Clopper-Pearson interval of a proportion `hits` / `total`.
///
/// # Errors
/// total = 0, hits > total, or a level outside (0, 1).
pub fn clopper_pearson(hits: u32, total: u32, level: f64) -> Result<Interval> {
    in_unit("level", level)?;
    let count = crate::counts::Count::new(total, hits)?;
    let tail = 0.5 * (1.0 - level);
    let (x, rest) = (f64::from(count.c()), f64::from(total - hits));
    let lo = if hits == 0 { 0.0 } else { beta_quantile(tail, x, rest + 1.0) };
    let hi = if hits == total { 1.0 } else { beta_quantile(1.0 - tail, x + 1.0, rest) };
    Ok(Interval { lo, hi, method: Method::ClopperPearson, unit: Unit::Population })
}

/// Upper confidence bound of p after 0 successes in n samples: 1 - (1-level)^{1/n}, about 3/n at 95 %.
///
/// # Errors
/// n = 0 or a level outside (0, 1).
pub fn zero_success_bound(n: u32, level: f64) -> Result<f64> {
    in_unit("level", level)?;
    crate::counts::Count::new(n, 0)?;
    Ok(-((1.0 - level).ln() / f64::from(n)).exp_m1())
}

/// Mean ± z · SE_B: for these very problems (unit B). `se` from [`crate::variance::se_benchmark`].
///
/// # Errors
/// A level outside (0, 1).
pub fn benchmark(centre: f64, se: f64, level: f64) -> Result<Interval> {
    in_unit("level", level)?;
    let half = two_sided_z(level) * se;
    Ok(Interval { lo: centre - half, hi: centre + half, method: Method::Normal, unit: Unit::Benchmark })
}

/// Problems below which the t interval and the plain band of a difference are not used.
pub const SMALL_BENCHMARK: usize = 100;
/// Carriers below which they are not used.
pub const FEW_CARRIERS: f64 = 20.0;

/// How many problems carry the variance of the differences: M / kurtosis = (Σ(d-d̄)²)² / Σ(d-d̄)⁴. About M/3 for normal
/// differences, the number of discordant problems when only those differ. NaN when all are equal.
pub fn carriers(differences: &[f64]) -> f64 {
    let centre = mean(differences);
    let moment = |power: i32| compensated_sum(differences.iter().map(|d| (d - centre).powi(power)));
    moment(2).powi(2) / moment(4)
}

/// Whether the t interval of a paired difference may be used: at least 100 problems and 20 carriers.
///
/// The number of problems alone says nothing: on a benchmark near 1 six problems of 500 may carry the whole difference.
pub fn t_is_safe(problems: usize, carriers: f64) -> bool {
    problems >= SMALL_BENCHMARK && carriers >= FEW_CARRIERS
}

/// The default interval of a mean paired difference: t when [`t_is_safe`], else the +1/2-adjusted one.
///
/// # Errors
/// No values, or a level outside (0, 1).
pub fn difference(differences: &[f64], level: f64) -> Result<Interval> {
    if t_is_safe(differences.len(), carriers(differences)) { student_t(differences, level) } else { plus_half(differences, level) }
}

/// The default interval of a single pass@k curve: [`wilson`] on the effective number of problems.
///
/// # Errors
/// No values, or a level outside (0, 1).
pub fn curve(values: &[f64], level: f64) -> Result<Interval> {
    in_unit("level", level)?;
    at_least("an interval", 1, values.len())?;
    let m = mean(values).clamp(0.0, 1.0);
    Ok(wilson_of(m, effective_problems(values, m), level))
}

/// M · m̃(1-m̃)/ṽ with one pseudo-problem at 0 and one at 1, at least M: how many coin flips the values are worth.
fn effective_problems(values: &[f64], m: f64) -> f64 {
    let size = values.len() as f64;
    let square = compensated_sum(values.iter().map(|x| x * x));
    let centre = (m * size + 1.0) / (size + 2.0);
    let spread = (square + 1.0) / (size + 2.0) - centre * centre;
    size * (centre * (1.0 - centre) / spread).max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_interval_against_published_values() {
        // Clopper-Pearson, 3 of 10: scipy.stats.binomtest(3, 10).proportion_ci() -> 0.06673951, 0.65245285
        let interval = clopper_pearson(3, 10, 0.95).unwrap();
        assert!((interval.lo - 0.066_739_51).abs() < 1e-8 && (interval.hi - 0.652_452_85).abs() < 1e-8);
        let none = clopper_pearson(0, 128, 0.95).unwrap();
        assert_eq!(none.lo, 0.0);
        assert!((none.hi - (1.0 - 0.025f64.powf(1.0 / 128.0))).abs() < 1e-12);
        assert_eq!(clopper_pearson(5, 5, 0.95).unwrap().hi, 1.0);
        assert!(clopper_pearson(6, 5, 0.95).is_err());
        assert!(clopper_pearson(1, 5, 1.0).is_err());
    }

    #[test]
    fn wilson_on_coins_matches_the_textbook() {
        // statsmodels.proportion_confint(9, 10, method="wilson") -> 0.5958499732, 0.9821237869
        let mut values = vec![1.0; 9];
        values.push(0.0);
        let interval = wilson(&values, 0.95).unwrap();
        assert!((interval.lo - 0.595_849_973_2).abs() < 1e-9 && (interval.hi - 0.982_123_786_9).abs() < 1e-9);
        assert!((curve(&values, 0.95).unwrap().lo - interval.lo).abs() < 1e-9, "0/1 values are coin flips");
    }

    #[test]
    fn nothing_has_length_zero_at_the_edge() {
        for values in [vec![0.0; 30], vec![1.0; 30]] {
            let interval = curve(&values, 0.95).unwrap();
            assert!(interval.hi - interval.lo > 0.05);
            assert!(interval.contains(values[0]));
        }
        let equal = difference(&[0.0; 30], 0.95).unwrap();
        assert!(equal.hi > 0.03 && equal.lo < -0.03);
        assert_eq!(equal.method, Method::PlusHalf);
    }

    #[test]
    fn the_default_rule_of_differences() {
        let spread: Vec<f64> = (0..100).map(|i| f64::from(i) / 100.0 - 0.4).collect();
        assert_eq!(difference(&spread, 0.95).unwrap().method, Method::StudentT);
        assert_eq!(difference(&spread[..99], 0.95).unwrap().method, Method::PlusHalf);
        let mut rare = vec![0.0; 500];
        (0..5).for_each(|i| rare[i] = -1.0);
        assert!((carriers(&rare) - 5.0).abs() < 0.2);
        assert_eq!(difference(&rare, 0.95).unwrap().method, Method::PlusHalf);
        assert_eq!(difference(&[0.3; 200], 0.95).unwrap().method, Method::PlusHalf, "no length 0");
        assert!(difference(&[], 0.95).is_err());
    }

    #[test]
    fn plus_half_is_wald_plus_two_on_a_table() {
        // 4 wins, 1 loss, 15 ties: (4+1/2 - 1-1/2)/22 with variance from cells n+1/2.
        let mut d = vec![0.0; 20];
        (0..4).for_each(|i| d[i] = 1.0);
        d[4] = -1.0;
        let interval = plus_half(&d, 0.95).unwrap();
        let (b, c, size) = (4.5, 1.5, 22.0);
        let centre = (b - c) / size;
        let se = f64::sqrt(b + c - (b - c) * (b - c) / size) / size;
        let z = two_sided_z(0.95);
        assert!((interval.lo - (centre - z * se)).abs() < 1e-14);
        assert!((interval.hi - (centre + z * se)).abs() < 1e-14);
    }

    #[test]
    fn zero_success_bounds() {
        for (n, bound) in [(32, 0.0893681989862648), (128, 0.023132405251746757), (1024, 0.0029212446353880095)] {
            assert!((zero_success_bound(n, 0.95).unwrap() - bound).abs() < 1e-15);
        }
        assert!(zero_success_bound(0, 0.95).is_err());
    }
}
