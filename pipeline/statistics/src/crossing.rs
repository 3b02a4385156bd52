//! The crossing point k*: where the base overtakes the model.
//!
//! k* is the first change of sign of the mean difference from + to -, linear in ln k between the two neighbouring k.
//! "No crossing up to K" is a value of its own (an atom), never K. Whether the curves cross *eventually* is not
//! identified by finite n.

use crate::bootstrap::{BootstrapOptions, for_each_replicate, inverse_cdf};
use crate::error::{Result, in_unit};
use crate::interval::two_sided_z;
use crate::panel::Panel;

/// What a curve of mean differences does on its list of k.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Course {
    /// It changes from + to - first at this k (not an integer in general).
    CrossesAt(f64),
    /// It ends without a change from + to -: no crossing up to K.
    NoCrossing,
    /// It is negative somewhere and positive nowhere: the base is ahead from the start, there is no gain to lose.
    BehindThroughout,
}

impl Course {
    /// k*, if the curves cross.
    pub fn k_star(self) -> Option<f64> {
        match self {
            Course::CrossesAt(k) => Some(k),
            _ => None,
        }
    }

    /// Where the base is first ahead, on [1, K] ∪ {∞}: k*, 1 when it is ahead throughout, infinite when it never is.
    fn first_loss(self) -> f64 {
        match self {
            Course::CrossesAt(k) => k,
            Course::NoCrossing => f64::INFINITY,
            Course::BehindThroughout => 1.0,
        }
    }
}

/// Follows the mean differences `diff` (model - base) over the increasing `ks`.
pub fn course(ks: &[u32], diff: &[f64]) -> Course {
    let Some(first_gain) = diff.iter().position(|d| *d > 0.0) else {
        return if diff.iter().any(|d| *d < 0.0) { Course::BehindThroughout } else { Course::NoCrossing };
    };
    match (first_gain..diff.len()).find(|&j| diff[j] < 0.0) {
        Some(j) => Course::CrossesAt(ln_k_root(ks, diff, j).exp()),
        None => Course::NoCrossing,
    }
}

/// ln k of the root of the line through points j-1 and j.
fn ln_k_root(ks: &[u32], diff: &[f64], j: usize) -> f64 {
    let (a, b) = (f64::from(ks[j - 1]).ln(), f64::from(ks[j]).ln());
    a + (b - a) * diff[j - 1] / (diff[j - 1] - diff[j])
}

/// How often the mean difference changes sign, zeros ignored.
pub fn sign_changes(diff: &[f64]) -> usize {
    let signs: Vec<bool> = diff.iter().filter(|d| **d != 0.0).map(|d| *d > 0.0).collect();
    signs.windows(2).filter(|pair| pair[0] != pair[1]).count()
}

/// How the interval of k* was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CrossingMethod {
    /// Percentiles of the bootstrap over units.
    Bootstrap,
    /// Test inversion ([`inverted`]).
    Inverted,
}

impl CrossingMethod {
    /// The name written into result rows.
    pub fn as_str(self) -> &'static str {
        match self {
            CrossingMethod::Bootstrap => "bootstrap",
            CrossingMethod::Inverted => "inverted",
        }
    }
}

/// k* of the data, its interval, and its bootstrap distribution on [1, K] ∪ {no crossing}.
#[derive(Clone, Debug, PartialEq)]
pub struct Crossing {
    /// Largest k looked at.
    pub k_max: u32,
    /// k* of the data; None: no crossing up to `k_max`.
    pub k_star: Option<f64>,
    /// Lower end of the interval; None: beyond `k_max`.
    pub lo: Option<f64>,
    /// Bootstrap median; None: beyond `k_max`.
    pub median: Option<f64>,
    /// Upper end of the interval; None: beyond `k_max`.
    pub hi: Option<f64>,
    /// Bootstrap where normal theory is safe ([`Panel::t_is_safe`]) and for clusters, else test inversion: with few
    /// carriers the bootstrap interval covers as little as .43 (docs/statistics.md).
    pub method: CrossingMethod,
    /// Share of replicates without a crossing up to `k_max`.
    pub p_no_crossing: f64,
    /// Share of replicates in which the base is ahead from the start; they count as k* = 1.
    pub p_behind_throughout: f64,
    /// Changes of sign of the mean difference. More than one: k* alone does not describe the curves.
    pub sign_changes: usize,
}

/// k* with its interval and the bootstrap shares.
///
/// # Errors
/// A level outside (0, 1), or fewer than 100 replicates.
pub fn crossing(panel: &Panel, options: BootstrapOptions) -> Result<Crossing> {
    options.check()?;
    let replicates = Replicates::draw(panel, options);
    let tail = 0.5 * (1.0 - options.level);
    let (method, (lo, hi)) = if panel.clustered || panel.t_is_safe() {
        (CrossingMethod::Bootstrap, (replicates.quantile(tail), replicates.quantile(1.0 - tail)))
    } else {
        (CrossingMethod::Inverted, inverted(panel, options.level)?)
    };
    let share = |count: usize| count as f64 / options.replicates as f64;
    Ok(Crossing {
        k_max: panel.ks[panel.ks.len() - 1],
        k_star: course(&panel.ks, &panel.diff).k_star(),
        lo,
        median: replicates.quantile(0.5),
        hi,
        method,
        p_no_crossing: share(replicates.none),
        p_behind_throughout: share(replicates.behind),
        sign_changes: sign_changes(&panel.diff),
    })
}

/// k* of every replicate, sorted: infinite without a crossing, 1 where the base is ahead throughout.
struct Replicates {
    sorted: Vec<f64>,
    none: usize,
    behind: usize,
}

impl Replicates {
    fn draw(panel: &Panel, options: BootstrapOptions) -> Replicates {
        let mut out = Replicates { sorted: Vec::with_capacity(options.replicates), none: 0, behind: 0 };
        for_each_replicate(panel, options, |diff| {
            let course = course(&panel.ks, diff);
            out.none += usize::from(course == Course::NoCrossing);
            out.behind += usize::from(course == Course::BehindThroughout);
            out.sorted.push(course.first_loss());
        });
        out.sorted.sort_by(f64::total_cmp);
        out
    }

    fn quantile(&self, p: f64) -> Option<f64> {
        Some(inverse_cdf(&self.sorted, p)).filter(|k| k.is_finite())
    }
}

/// Interval of k* by test inversion: where the pointwise +1/2-adjusted edges cross 0. Needs only that the interval at the
/// one true k* holds 0, so it keeps its level where few problems carry the difference and the bootstrap does not.
///
/// (lo, hi), None: beyond K; an edge that is below 0 throughout gives 1.
///
/// # Errors
/// A level outside (0, 1).
pub fn inverted(panel: &Panel, level: f64) -> Result<(Option<f64>, Option<f64>)> {
    in_unit("level", level)?;
    let z = two_sided_z(level);
    let edge = |sign: f64| -> Option<f64> {
        let edge: Vec<f64> = panel.adjusted.iter().map(|(centre, se)| centre + sign * z * se).collect();
        Some(course(&panel.ks, &edge).first_loss()).filter(|k| k.is_finite())
    };
    Ok((edge(-1.0), edge(1.0)))
}

/// First-order standard error of ln k*.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Delta {
    /// se(ln k*) ≈ se(d̄ at k*) / |∂d̄/∂ln k|.
    pub se_ln_k: f64,
    /// ∂d̄/∂ln k between the two k around k*; negative.
    pub slope: f64,
}

/// The delta method for ln k*; None without a crossing. Not to be used when the curves meet at a flat angle: compare
/// `se_ln_k` with ln K.
pub fn delta_method(panel: &Panel) -> Option<Delta> {
    let k_star = course(&panel.ks, &panel.diff).k_star()?;
    let j = panel.ks.iter().position(|&k| f64::from(k) >= k_star * (1.0 - 1e-12))?.max(1);
    let (a, b) = (f64::from(panel.ks[j - 1]).ln(), f64::from(panel.ks[j]).ln());
    let slope = (panel.diff[j] - panel.diff[j - 1]) / (b - a);
    let share = (k_star.ln() - a) / (b - a);
    let se = panel.se[j - 1] * (1.0 - share) + panel.se[j] * share;
    Some(Delta { se_ln_k: se / slope.abs(), slope })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matrix::Matrix;

    #[test]
    fn courses() {
        let ks = [1, 2, 4];
        let Course::CrossesAt(k) = course(&ks, &[0.2, 0.1, -0.1]) else { panic!("crosses") };
        assert!((k - 2.0 * 2f64.sqrt()).abs() < 1e-12, "halfway between ln 2 and ln 4");
        assert_eq!(course(&ks, &[0.2, 0.1, 0.0]), Course::NoCrossing);
        assert_eq!(course(&ks, &[0.0, 0.0, 0.0]), Course::NoCrossing);
        assert_eq!(course(&ks, &[-0.1, 0.0, -0.1]), Course::BehindThroughout);
        assert_eq!(course(&ks, &[-0.1, 0.1, 0.2]), Course::NoCrossing);
        assert!((course(&ks, &[0.2, 0.0, -0.1]).k_star().unwrap() - 2.0).abs() < 1e-12);
        assert_eq!(sign_changes(&[0.1, 0.0, -0.1, 0.2]), 2);
    }

    /// d_i(k) = a_k + e_i with e = ±0.05: the mean crosses where a does.
    fn panel(levels: &[f64]) -> Panel {
        let rows: Vec<Vec<f64>> = (0..100)
            .map(|i| {
                let e = if i % 2 == 0 { 0.05 } else { -0.05 };
                levels.iter().map(|a| a + e).collect()
            })
            .collect();
        let ks: Vec<u32> = (1..=levels.len() as u32).collect();
        Panel::new(&Matrix::from_rows(&rows).unwrap(), &ks).unwrap()
    }

    #[test]
    fn brackets_a_crossing_and_reports_its_absence() {
        let options = BootstrapOptions { replicates: 500, ..BootstrapOptions::default() };
        let crossing_panel = panel(&[0.1, 0.02, -0.02, -0.1]);
        let found = crossing(&crossing_panel, options).unwrap();
        assert!(found.lo.unwrap() <= found.k_star.unwrap() && found.k_star.unwrap() <= found.hi.unwrap());
        assert_eq!((found.p_no_crossing, found.method), (0.0, CrossingMethod::Bootstrap));
        let never = crossing(&panel(&[0.2, 0.15, 0.1, 0.1]), options).unwrap();
        assert_eq!((never.k_star, never.lo, never.p_no_crossing), (None, None, 1.0));
        let behind = crossing(&panel(&[-0.2, -0.2, -0.2, -0.2]), options).unwrap();
        assert_eq!((behind.k_star, behind.hi, behind.p_behind_throughout), (None, Some(1.0), 1.0));
    }

    #[test]
    fn few_carriers_switch_to_test_inversion() {
        let rows: Vec<Vec<f64>> = (0..200).map(|i| if i == 0 { vec![0.0, -1.0] } else { vec![0.01, 0.0] }).collect();
        let panel = Panel::new(&Matrix::from_rows(&rows).unwrap(), &[1, 2]).unwrap();
        let options = BootstrapOptions { replicates: 200, ..BootstrapOptions::default() };
        let found = crossing(&panel, options).unwrap();
        assert_eq!((found.method, found.hi), (CrossingMethod::Inverted, None), "one problem proves no crossing");
        assert_eq!((found.lo, found.hi), inverted(&panel, 0.95).unwrap());
        assert!(inverted(&panel, 1.0).is_err());
    }

    #[test]
    fn delta_method_is_se_over_slope() {
        let panel = panel(&[0.1, 0.02, -0.02, -0.1]);
        let delta = delta_method(&panel).unwrap();
        let slope = -0.04 / (1.5f64).ln();
        assert!((delta.slope - slope).abs() < 1e-12);
        assert!((delta.se_ln_k - panel.se()[1] / slope.abs()).abs() < 1e-12);
        assert_eq!(delta_method(&self::panel(&[0.1, 0.1])), None);
    }
}
