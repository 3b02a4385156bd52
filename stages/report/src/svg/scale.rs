//! Data to user units, and where to put ticks.

use crate::frame::short_number;

/// Shape of a scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Proportional.
    Linear,
    /// Logarithmic, base 2; needs positive values.
    Log2,
}

/// Maps `[lo, hi]` to `[from, to]`.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    kind: Kind,
    /// Ends of the domain, in data units.
    pub lo: f64,
    /// See `lo`.
    pub hi: f64,
    /// Ends of the range, in user units.
    pub from: f64,
    /// See `from`.
    pub to: f64,
}

impl Scale {
    /// A scale; an empty domain is widened to one that can be drawn.
    pub fn new(kind: Kind, lo: f64, hi: f64, from: f64, to: f64) -> Self {
        let hi = match kind {
            Kind::Log2 if hi <= lo => lo * 2.0,
            Kind::Linear if hi <= lo => lo + 1.0,
            _ => hi,
        };
        Scale { kind, lo, hi, from, to }
    }

    fn position(&self, value: f64) -> f64 {
        match self.kind {
            Kind::Linear => (value - self.lo) / (self.hi - self.lo),
            Kind::Log2 => (value / self.lo).log2() / (self.hi / self.lo).log2(),
        }
    }

    /// Where a value lies.
    pub fn at(&self, value: f64) -> f64 {
        self.from + self.position(value) * (self.to - self.from)
    }

    /// As [`Scale::at`], kept inside the range.
    pub fn clamped(&self, value: f64) -> f64 {
        self.from + self.position(value.clamp(self.lo, self.hi)).clamp(0.0, 1.0) * (self.to - self.from)
    }

    /// Ticks with their labels: powers of two, or about `most` round numbers.
    pub fn ticks(&self, most: usize) -> Vec<(f64, String)> {
        match self.kind {
            Kind::Linear => linear_ticks(self.lo, self.hi, most),
            Kind::Log2 => log_ticks(self.lo, self.hi, most),
        }
    }
}

/// The round step (1, 2 or 5 times a power of ten) that cuts `span` into at most `most` parts.
pub fn round_step(span: f64, most: usize) -> f64 {
    let raw = span / most.max(1) as f64;
    let power = 10f64.powf(raw.log10().floor());
    [1.0, 2.0, 5.0, 10.0].iter().map(|m| m * power).find(|step| *step >= raw * (1.0 - 1e-9)).unwrap_or(10.0 * power)
}

fn linear_ticks(lo: f64, hi: f64, most: usize) -> Vec<(f64, String)> {
    let step = round_step(hi - lo, most);
    let (first, last) = ((lo / step - 1e-9).ceil() as i64, (hi / step + 1e-9).floor() as i64);
    (first..=last).map(|i| i as f64 * step).map(|value| (value, short_number(value))).collect()
}

fn log_ticks(lo: f64, hi: f64, most: usize) -> Vec<(f64, String)> {
    let (first, last) = ((lo.log2() - 1e-9).ceil() as i32, (hi.log2() + 1e-9).floor() as i32);
    if last - first < 1 {
        return linear_ticks(lo, hi, most);
    }
    let stride = ((last - first) as usize / most.max(1) + 1).max(1);
    (first..=last).step_by(stride).map(|power| (2f64.powi(power), power_label(power))).collect()
}

/// The number where it is short, else 2 with a raised exponent.
fn power_label(power: i32) -> String {
    let raised = |digit: char| digit.to_digit(10).map_or('⁻', |digit| ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'][digit as usize]);
    if (-3..=13).contains(&power) {
        short_number(2f64.powi(power))
    } else {
        format!("2{}", power.to_string().chars().map(raised).collect::<String>())
    }
}

/// A linear domain that covers the values, ends on round numbers and, for shares, stays within [0, 1].
pub fn round_domain(lo: f64, hi: f64, most: usize) -> (f64, f64) {
    if !(lo.is_finite() && hi.is_finite()) {
        return (0.0, 1.0);
    }
    let span = if hi > lo { hi - lo } else { hi.abs().max(1.0) * 0.1 };
    let step = round_step(span, most);
    let (low, high) = ((lo / step + 1e-9).floor() * step, (hi / step - 1e-9).ceil() * step);
    if high > low { (low, high) } else { (low, low + step) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_axis_has_ticks_at_powers_of_two() {
        let scale = Scale::new(Kind::Log2, 1.0, 1024.0, 0.0, 100.0);
        let labels: Vec<String> = scale.ticks(20).into_iter().map(|(_, label)| label).collect();
        assert_eq!(labels, ["1", "2", "4", "8", "16", "32", "64", "128", "256", "512", "1024"]);
        assert!((scale.at(32.0) - 50.0).abs() < 1e-9);
        assert_eq!(scale.ticks(5).len(), 4, "every third power when there is little room");
    }

    #[test]
    fn a_linear_axis_has_round_ticks_inside_its_domain() {
        let labels = |lo, hi| linear_ticks(lo, hi, 5).into_iter().map(|(_, l)| l).collect::<Vec<_>>();
        assert_eq!(labels(0.0, 1.0), ["0", "0.2", "0.4", "0.6", "0.8", "1"]);
        assert_eq!(labels(-0.15, 0.1), ["-0.15", "-0.1", "-0.05", "0", "0.05", "0.1"]);
        assert_eq!(round_domain(0.604, 0.891, 5), (0.6000000000000001, 0.9));
        assert_eq!(round_domain(f64::INFINITY, f64::NEG_INFINITY, 5), (0.0, 1.0));
        let (lo, hi) = round_domain(0.5, 0.5, 5);
        assert!(lo <= 0.5 && hi > lo);
    }

    #[test]
    fn a_domain_of_one_value_can_be_drawn() {
        assert!(Scale::new(Kind::Linear, 3.0, 3.0, 0.0, 10.0).at(3.0).is_finite());
        assert!(Scale::new(Kind::Log2, 1.0, 1.0, 0.0, 10.0).at(1.0).is_finite());
    }
}
