//! Many tests at once: Holm (no false claim at all), Benjamini-Hochberg (few false claims among many).
//!
//! Inside one panel the simultaneous band is the answer; across panels either one max-T over all of them
//! ([`crate::band::joint_bands`]) or these, on contrasts declared before looking.

/// Holm's adjusted p-values, in the order given: reject those at or below α for a family-wise error of α.
pub fn holm(p: &[f64]) -> Vec<f64> {
    let tests = p.len();
    let mut adjusted = vec![1.0; tests];
    let mut running = 0.0f64;
    for (rank, &i) in ascending(p).iter().enumerate() {
        running = running.max(p[i] * (tests - rank) as f64).min(1.0);
        adjusted[i] = running;
    }
    adjusted
}

/// Benjamini-Hochberg adjusted p-values, in the order given: reject those at or below q for a false-discovery rate of q
/// (independent or positively dependent tests).
pub fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    let tests = p.len();
    let mut adjusted = vec![1.0; tests];
    let mut running = 1.0f64;
    for (rank, &i) in ascending(p).iter().enumerate().rev() {
        running = running.min(p[i] * tests as f64 / (rank + 1) as f64);
        adjusted[i] = running;
    }
    adjusted
}

fn ascending(p: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&a, &b| p[a].total_cmp(&p[b]));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: &[f64], b: &[f64]) {
        assert!(a.iter().zip(b).all(|(x, y)| (x - y).abs() < 1e-15), "{a:?} is not {b:?}");
    }

    // R: p.adjust(c(.01,.04,.03,.005), "holm") and "BH"
    #[test]
    fn published_example() {
        let p = [0.01, 0.04, 0.03, 0.005];
        close(&holm(&p), &[0.03, 0.06, 0.06, 0.02]);
        close(&benjamini_hochberg(&p), &[0.02, 0.04, 0.04, 0.02]);
    }

    #[test]
    fn edges() {
        assert!(holm(&[]).is_empty() && benjamini_hochberg(&[]).is_empty());
        assert_eq!(holm(&[0.9, 0.8]), [1.0, 1.0]);
        assert_eq!(benjamini_hochberg(&[0.2]), [0.2]);
    }
}
