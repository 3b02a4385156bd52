//! The hypergeometric law: what a random subset of a problem's samples contains.

/// P(X = x), x = 0..=draws, for X = marked items among `draws` taken without replacement from `total` items of which
/// `marked` are marked. Built outward from the mode by ratios, so far tails keep their relative precision.
pub fn pmf(total: u32, marked: u32, draws: u32) -> Vec<f64> {
    let (low, high) = support(total, marked, draws);
    let mode = (u64::from(draws + 1) * u64::from(marked + 1) / u64::from(total + 2)) as u32;
    let mode = mode.clamp(low, high);
    let mut pmf = vec![0.0; draws as usize + 1];
    pmf[mode as usize] = 1.0;
    for x in mode..high {
        pmf[x as usize + 1] = pmf[x as usize] * step(total, marked, draws, x);
    }
    for x in (low..mode).rev() {
        pmf[x as usize] = pmf[x as usize + 1] / step(total, marked, draws, x);
    }
    let sum: f64 = pmf.iter().sum();
    pmf.iter_mut().for_each(|p| *p /= sum);
    pmf
}

/// The smallest and the largest value X can take.
fn support(total: u32, marked: u32, draws: u32) -> (u32, u32) {
    ((draws + marked).saturating_sub(total), draws.min(marked))
}

/// P(X = x + 1) / P(X = x).
fn step(total: u32, marked: u32, draws: u32, x: u32) -> f64 {
    let up = f64::from(marked - x) * f64::from(draws - x);
    up / (f64::from(x + 1) * f64::from(total + x + 1 - marked - draws))
}

/// P(X >= x).
pub fn upper_tail(total: u32, marked: u32, draws: u32, x: u32) -> f64 {
    let pmf = pmf(total, marked, draws);
    pmf.iter().skip(x as usize).rev().sum::<f64>().min(1.0)
}

/// P(X = 0) = C(total - marked, draws) / C(total, draws), as a product.
pub fn none(total: u32, marked: u32, draws: u32) -> f64 {
    if marked + draws > total {
        return 0.0;
    }
    let (few, many) = (marked.min(draws), marked.max(draws));
    (0..few).map(|j| 1.0 - f64::from(many) / f64::from(total - j)).product()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choose(n: u32, k: u32) -> f64 {
        (0..k).map(|j| f64::from(n - j) / f64::from(k - j)).product()
    }

    #[test]
    fn matches_enumeration() {
        for (total, marked, draws) in [(9, 4, 3), (9, 0, 3), (9, 9, 4), (7, 5, 6), (5, 2, 0), (6, 3, 6)] {
            let law = pmf(total, marked, draws);
            for x in 0..=draws {
                let exact = if x > marked || draws - x > total - marked {
                    0.0
                } else {
                    choose(marked, x) * choose(total - marked, draws - x) / choose(total, draws)
                };
                assert!((law[x as usize] - exact).abs() < 1e-14, "{total} {marked} {draws} {x}");
            }
            assert!((none(total, marked, draws) - law[0]).abs() < 1e-14);
        }
    }

    #[test]
    fn far_tails_keep_relative_precision() {
        // All 128 of 256 items marked and drawn: 1 / C(256, 128).
        let exact = 1.0 / choose(256, 128);
        assert!((upper_tail(256, 128, 128, 128) / exact - 1.0).abs() < 1e-12);
        assert_eq!(upper_tail(10, 3, 4, 0), 1.0);
    }
}
