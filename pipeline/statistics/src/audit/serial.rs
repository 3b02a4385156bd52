//! Order of outcomes: without batches, dependence between neighbouring samples still shows as too few runs.

use super::Finding;
use crate::error::{Result, at_least};
use crate::interval::two_sided_z;
use crate::special::normal_cdf;

/// Wald-Wolfowitz runs test pooled over problems: z of the total number of runs given every problem's c and n, whose law is
/// that of a random order. Fails at p <= `alpha`, two-sided; `lo` and `hi` are the normal limits of z.
///
/// # Errors
/// No problem with both outcomes.
pub fn serial(outcomes: &[Vec<bool>], alpha: f64) -> Result<Finding> {
    let moments: Vec<(f64, f64, f64)> = outcomes.iter().filter_map(|o| runs(o)).collect();
    at_least("the order audit (problems with both outcomes)", 1, moments.len())?;
    let (seen, expected, variance) = moments.iter().fold((0.0, 0.0, 0.0), |s, m| (s.0 + m.0, s.1 + m.1, s.2 + m.2));
    let z = if variance > 0.0 { (seen - expected) / variance.sqrt() } else { 0.0 };
    let p = 2.0 * normal_cdf(-z.abs());
    let passed = p > alpha;
    let limit = two_sided_z(1.0 - alpha);
    let counts = format!("{seen:.0} runs of equal outcomes, {expected:.0} expected, z = {z:.2}");
    let message = match (passed, z < 0.0) {
        (true, _) => format!("outcomes come in random order: {counts}"),
        (false, true) => format!("neighbouring samples agree too often: {counts}; samples are repeated or drawn in correlated groups"),
        (false, false) => {
            format!("neighbouring samples alternate too regularly: {counts}; the file is sorted or the sampler stratifies")
        }
    };
    Ok(Finding { audit: "serial", value: z, lo: -limit, hi: limit, passed, blocks: !passed, message })
}

/// Runs seen, their mean and variance over random orders; None when all outcomes agree.
fn runs(outcomes: &[bool]) -> Option<(f64, f64, f64)> {
    let n = outcomes.len() as f64;
    let c = outcomes.iter().filter(|o| **o).count() as f64;
    let twice = 2.0 * c * (n - c);
    let variance = twice * (twice - n) / (n * n * (n - 1.0));
    let seen = outcomes.chunk_by(|x, y| x == y).count() as f64;
    (twice > 0.0).then_some((seen, 1.0 + twice / n, variance))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Stream;

    fn order(doubled: bool) -> Vec<Vec<bool>> {
        let mut stream = Stream::new(4, 4);
        let mut one = |p: f64| {
            let mut row: Vec<bool> = (0..64).map(|_| stream.uniform() < p).collect();
            if doubled {
                (0..32).for_each(|j| row[2 * j + 1] = row[2 * j]);
            }
            row
        };
        (0..50).map(|i| one(f64::from(i) / 50.0)).collect()
    }

    #[test]
    fn moments_by_enumeration() {
        // 2 of 4: orders 1100 1010 1001 0110 0101 0011 have 2 4 3 3 4 2 runs.
        let (_, mean, variance) = runs(&[true, true, false, false]).unwrap();
        assert!((mean - 3.0).abs() < 1e-15 && (variance - 4.0 / 6.0).abs() < 1e-15);
        assert_eq!(runs(&[true, true]), None);
    }

    #[test]
    fn repeated_neighbours_are_flagged_and_random_order_is_not() {
        assert!(serial(&order(false), 0.005).unwrap().passed);
        let found = serial(&order(true), 0.005).unwrap();
        assert!(found.blocks && found.value < -5.0 && found.message.contains("agree too often"));
        assert!(serial(&[vec![true, true]], 0.005).is_err());
    }
}
