//! What would decide an inconclusive claim. Sizes take the estimate for the truth: orders of magnitude.

use super::{Difference, Size, half_width};

pub fn more_data(d: &Difference, size: Size) -> String {
    advice(half_width(d) / d.diff.abs(), size)
}

/// Beyond this factor "more data" is not a plan.
pub const HOPELESS: f64 = 1000.0;

/// How many problems, or samples, shrink the half-width by `ratio` (> 1); None of both when that is out of reach.
pub fn advice(ratio: f64, size: Size) -> String {
    let factor = ratio * ratio;
    if !factor.is_finite() || factor > HOPELESS {
        return format!("more than {HOPELESS:.0} times the data: the estimate is too close to the border to be decided");
    }
    let problems = round_up(f64::from(size.problems) * factor.max(1.0));
    let mut text = format!("about {problems:.0} problems (now {})", size.problems);
    if let Some(samples) = samples_for(factor, size) {
        text += &format!(", or about {samples:.0} samples per problem (now {})", size.samples);
    }
    text + ", if the estimate holds"
}

/// Samples that reduce the variance by `factor` when only its within-problem share falls as 1/n.
fn samples_for(factor: f64, size: Size) -> Option<f64> {
    let within = size.within_share?;
    let left = 1.0 / factor - (1.0 - within);
    (factor > 1.0 && left > 0.0).then(|| round_up(f64::from(size.samples) * within / left))
}

/// The next integer, forgiving rounding errors of the ratio.
pub fn round_up(x: f64) -> f64 {
    (x - 1e-6).ceil()
}
