//! The critical value of the sup-t statistic, and the chance to exceed a given one, by drawing.

use super::drawer::Drawer;
use crate::error::{Result, at_least, in_unit};
use crate::interval::two_sided_z;
use crate::panel::Panel;
use crate::rng::Stream;
use crate::special::normal_cdf;

/// How to draw the critical value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BandOptions {
    /// Simultaneous coverage, in (0, 1).
    pub level: f64,
    /// Multiplier draws. At 4,000 the region edges move with the seed; at 10^6 the error of c is about .0015.
    pub draws: usize,
    /// Seed of the draws.
    pub seed: u64,
}

impl Default for BandOptions {
    fn default() -> BandOptions {
        BandOptions { level: 0.95, draws: 1_000_000, seed: 0 }
    }
}

/// A critical value with its Monte-Carlo error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Critical {
    /// The `level`-quantile of max_k |t(k)|.
    pub value: f64,
    /// Standard error of `value` from the finite number of draws; 0 for a value that was given.
    pub mc_error: f64,
}

/// Quantile of the maximum of |t| over all columns of all panels; never below the pointwise normal quantile.
///
/// # Errors
/// A level outside (0, 1), or fewer than 100 draws.
pub fn critical_value(panels: &[&Panel], options: BandOptions) -> Result<Critical> {
    in_unit("level", options.level)?;
    at_least("the multiplier bootstrap", 100, options.draws)?;
    let mut maxima = vec![0f32; options.draws];
    for (index, panel) in panels.iter().enumerate() {
        raise_to_maxima(&Drawer::new(panel), &mut Stream::new(options.seed, index as u64), &mut maxima);
    }
    let (share, draws) = (options.level, options.draws as f64);
    let slack = (share * (1.0 - share) / draws).sqrt();
    let mut at = |p: f64| f64::from(quantile(&mut maxima, p));
    let (value, low, high) = (at(share), at(share - slack), at(share + slack));
    Ok(Critical { value: value.max(two_sided_z(share)), mc_error: 0.5 * (high - low) })
}

/// P(max |t| over all columns of the panel > `value`), from `options.draws` draws; never below 1/(draws + 1) nor
/// below the pointwise p.
///
/// # Errors
/// Fewer than 100 draws.
pub fn exceedance(panel: &Panel, value: f64, options: BandOptions) -> Result<f64> {
    at_least("the multiplier bootstrap", 100, options.draws)?;
    let mut maxima = vec![0f32; options.draws];
    raise_to_maxima(&Drawer::new(panel), &mut Stream::new(options.seed, 0), &mut maxima);
    let above = maxima.iter().filter(|&&m| f64::from(m) >= value).count();
    let drawn = (above as f64 + 1.0) / (options.draws as f64 + 1.0);
    Ok(drawn.max(2.0 * normal_cdf(-value)))
}

/// The smallest value with at least a share `p` of the values at or below it.
fn quantile(values: &mut [f32], p: f64) -> f32 {
    let rank = (p * values.len() as f64).ceil() as usize;
    let at = rank.clamp(1, values.len()) - 1;
    *values.select_nth_unstable_by(at, f32::total_cmp).1
}

fn raise_to_maxima(drawer: &Drawer, stream: &mut Stream, maxima: &mut [f32]) {
    let mut z = vec![0f32; drawer.rank];
    for best in maxima {
        z.iter_mut().for_each(|z| *z = stream.normal() as f32);
        *best = best.max(drawer.max_abs(&z));
    }
}
