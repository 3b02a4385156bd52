//! The simultaneous band of a paired difference over all k, its gain and loss regions, and the first-loss set.
//!
//! Gaussian multiplier bootstrap of the sup-t statistic (arXiv 2609.22547). Given the data the studentised vector is
//! exactly N(0, (U-1)/U · Corr), U units, so draws come from the low-rank factor of the correlation matrix.

mod critical;
mod drawer;

pub use critical::{BandOptions, Critical, critical_value, exceedance};

use crate::error::{Result, at_least};
use crate::panel::Panel;

/// What the band says at one k.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Region {
    /// The whole interval is above 0.
    Gain,
    /// The whole interval is below 0.
    Loss,
    /// 0 is inside; not the same as "equal".
    Undecided,
}

impl Region {
    /// The name written into result rows.
    pub fn as_str(self) -> &'static str {
        match self {
            Region::Gain => "gain",
            Region::Loss => "loss",
            Region::Undecided => "undecided",
        }
    }

    fn of(lower: f64, upper: f64) -> Region {
        if lower > 0.0 {
            Region::Gain
        } else if upper < 0.0 {
            Region::Loss
        } else {
            Region::Undecided
        }
    }
}

/// Which centre and standard error the band is built on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BandMethod {
    /// d̄ ± c · se; [-1, 1] where se = 0. Under-covers when few problems carry the difference.
    SupT,
    /// The +1/2-adjusted centre and se (two pseudo-problems with differences +1 and -1), times the same c.
    SupTPlusHalf,
}

impl BandMethod {
    /// The name written into result rows.
    pub fn as_str(self) -> &'static str {
        match self {
            BandMethod::SupT => "sup-t",
            BandMethod::SupTPlusHalf => "sup-t plus-half",
        }
    }

    /// Plain where normal theory is safe ([`Panel::t_is_safe`]) and for clusters, where the other is not defined.
    pub fn default_for(panel: &Panel) -> BandMethod {
        if panel.clustered || panel.t_is_safe() { BandMethod::SupT } else { BandMethod::SupTPlusHalf }
    }
}

/// Simultaneous band: with probability about `level`, the true difference lies inside at every k at once.
#[derive(Clone, Debug, PartialEq)]
pub struct Band {
    /// The k's.
    pub ks: Vec<u32>,
    /// Mean difference, model - base.
    pub diff: Vec<f64>,
    /// Lower edge per k.
    pub lower: Vec<f64>,
    /// Upper edge per k.
    pub upper: Vec<f64>,
    /// Gain, loss or undecided per k.
    pub regions: Vec<Region>,
    /// The multiplier of the standard errors.
    pub critical: Critical,
    /// How it was built.
    pub method: BandMethod,
    /// Whether the k's are 1, 2, ..., K.
    pub dense: bool,
}

/// The band by the default method.
///
/// # Errors
/// A level outside (0, 1), or fewer than 100 draws.
pub fn band(panel: &Panel, options: BandOptions) -> Result<Band> {
    let critical = critical_value(&[panel], options)?;
    Ok(with_critical(panel, critical, BandMethod::default_for(panel)))
}

/// The bands of several panels with one critical value, so that all of them hold at once with probability `level`.
///
/// Give panels that share problems (several models on one benchmark) as *one* panel whose columns stand side by side
/// ([`crate::matrix::Matrix::beside`]); separate panels are drawn independently (different benchmarks).
///
/// # Errors
/// See [`band`]; no panels.
pub fn joint_bands(panels: &[&Panel], options: BandOptions) -> Result<Vec<Band>> {
    at_least("joint bands", 1, panels.len())?;
    let critical = critical_value(panels, options)?;
    Ok(panels.iter().map(|panel| with_critical(panel, critical, BandMethod::default_for(panel))).collect())
}

/// The band at a given critical value.
pub fn with_critical(panel: &Panel, critical: Critical, method: BandMethod) -> Band {
    let edges = |j: usize| match method {
        BandMethod::SupT if panel.se[j] == 0.0 => (-1.0, 1.0),
        BandMethod::SupT => around(panel.diff[j], critical.value * panel.se[j]),
        BandMethod::SupTPlusHalf => around(panel.adjusted[j].0, critical.value * panel.adjusted[j].1),
    };
    let (lower, upper): (Vec<f64>, Vec<f64>) = (0..panel.ks.len()).map(edges).unzip();
    let regions = lower.iter().zip(&upper).map(|(l, u)| Region::of(*l, *u)).collect();
    Band { ks: panel.ks.clone(), diff: panel.diff.clone(), lower, upper, regions, critical, method, dense: panel.is_dense() }
}

fn around(centre: f64, half: f64) -> (f64, f64) {
    ((centre - half).max(-1.0), (centre + half).min(1.0))
}

/// Confidence set for the first k at which the model is worse than the base.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FirstLoss {
    /// Largest k of the initial gain region; 0 when there is none.
    pub gain_until: u32,
    /// Lower end: `gain_until` + 1.
    pub lo: u32,
    /// First k with a certified loss; None: a loss is not established up to K.
    pub hi: Option<u32>,
}

impl Band {
    /// [L+1, U], L = largest k with a gain on all of 1..L, U = first k with a loss. It contains inf{k: Δ(k) < 0} with at
    /// least the band's probability. None unless the k's are 1, 2, ..., K: between the points of a sparse grid nothing
    /// is certified.
    pub fn first_loss(&self) -> Option<FirstLoss> {
        let gain = self.regions.iter().take_while(|r| **r == Region::Gain).count();
        let loss = self.regions.iter().position(|r| *r == Region::Loss);
        let set = FirstLoss { gain_until: gain as u32, lo: gain as u32 + 1, hi: loss.map(|j| self.ks[j]) };
        self.dense.then_some(set)
    }

    /// Runs of equal regions: (region, first k, last k).
    pub fn runs(&self) -> Vec<(Region, u32, u32)> {
        let mut runs: Vec<(Region, u32, u32)> = Vec::new();
        for (&region, &k) in self.regions.iter().zip(&self.ks) {
            match runs.last_mut() {
                Some(run) if run.0 == region => run.2 = k,
                _ => runs.push((region, k, k)),
            }
        }
        runs
    }

    /// Whether a certified gain is followed by a certified loss at a larger k.
    pub fn crossing_established(&self) -> bool {
        let gain = self.regions.iter().position(|r| *r == Region::Gain);
        gain.is_some_and(|from| self.regions[from..].contains(&Region::Loss))
    }

    /// Whether the whole band lies inside ±`margin`: the only sense in which the models are "equal at every k".
    pub fn within(&self, margin: f64) -> bool {
        self.lower.iter().all(|l| *l > -margin) && self.upper.iter().all(|u| *u < margin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interval::two_sided_z;
    use crate::matrix::Matrix;
    use crate::rng::Stream;

    fn noise(rows: usize, cols: usize, shift: f64) -> Matrix {
        let mut stream = Stream::new(11, 0);
        let rows: Vec<Vec<f64>> = (0..rows).map(|_| (0..cols).map(|_| shift + 0.1 * stream.normal()).collect()).collect();
        Matrix::from_rows(&rows).unwrap()
    }

    fn options(draws: usize) -> BandOptions {
        BandOptions { draws, ..BandOptions::default() }
    }

    #[test]
    fn one_column_needs_the_normal_quantile() {
        let panel = Panel::new(&noise(400, 1, 0.0), &[1]).unwrap();
        let critical = critical_value(&[&panel], options(200_000)).unwrap();
        assert!((critical.value - 1.96).abs() < 0.02, "{critical:?}");
        assert!(critical.mc_error > 0.0 && critical.mc_error < 0.01);
    }

    #[test]
    fn independent_columns_approach_sidak() {
        let (columns, ks): (usize, Vec<u32>) = (8, (1..=8).collect());
        let panel = Panel::new(&noise(4_000, columns, 0.0), &ks).unwrap();
        let sidak = two_sided_z(0.95f64.powf(1.0 / columns as f64));
        let critical = critical_value(&[&panel], options(100_000)).unwrap();
        assert!((critical.value - sidak).abs() < 0.03, "{} is not {sidak}", critical.value);
    }

    #[test]
    fn joint_bands_are_wider_and_seeds_reproduce() {
        let panel = Panel::new(&noise(200, 3, 0.0), &[1, 2, 3]).unwrap();
        let alone = band(&panel, options(20_000)).unwrap();
        assert_eq!(alone, band(&panel, options(20_000)).unwrap());
        let joint = joint_bands(&[&panel, &panel], options(20_000)).unwrap();
        assert!(joint[0].critical.value > alone.critical.value);
        assert!(joint_bands(&[], options(1_000)).is_err());
        assert!(band(&panel, options(10)).is_err());
    }

    #[test]
    fn regions_and_first_loss() {
        let rows: Vec<Vec<f64>> = (0..200)
            .map(|i| {
                let e = if i % 2 == 0 { 0.1 } else { -0.1 };
                vec![0.2 + e, e, -0.2 + e]
            })
            .collect();
        let panel = Panel::new(&Matrix::from_rows(&rows).unwrap(), &[1, 2, 3]).unwrap();
        let band = band(&panel, options(1_000)).unwrap();
        assert_eq!(band.regions, [Region::Gain, Region::Undecided, Region::Loss]);
        assert_eq!(band.first_loss(), Some(FirstLoss { gain_until: 1, lo: 2, hi: Some(3) }));
        assert!(band.crossing_established());
        assert!(band.within(0.3) && !band.within(0.2));
        assert_eq!(band.runs().len(), 3);
        let sparse = Panel::new(&Matrix::from_rows(&rows).unwrap(), &[1, 2, 8]).unwrap();
        assert_eq!(super::band(&sparse, options(1_000)).unwrap().first_loss(), None);
    }

    #[test]
    fn constant_columns_say_nothing_or_little() {
        let panel = Panel::new(&Matrix::zeros(30, 2), &[1, 2]).unwrap();
        let critical = Critical { value: 2.5, mc_error: 0.0 };
        let plain = with_critical(&panel, critical, BandMethod::SupT);
        assert_eq!((plain.lower[0], plain.upper[1]), (-1.0, 1.0));
        let band = band(&panel, options(100)).unwrap();
        assert_eq!(band.method, BandMethod::SupTPlusHalf);
        assert!(band.upper[0] > 0.05 && band.upper[0] < 0.2);
    }
}
