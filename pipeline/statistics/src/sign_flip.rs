//! Sign-flip permutation test of a mean paired difference, for small benchmarks at any k.

use crate::error::{Result, at_least};
use crate::rng::Stream;

/// Up to this many non-zero differences all sign patterns are listed.
const EXACT: usize = 18;

/// Two-sided p that the differences are symmetric about 0. Exact up to 18 non-zero differences, else with `draws` random
/// sign patterns (the data's own pattern counts as one, so p is never 0).
///
/// At k = n with unit differences this is McNemar's exact test.
///
/// # Errors
/// No differences, or no draws when draws are needed.
pub fn sign_flip_p(differences: &[f64], draws: usize, seed: u64) -> Result<f64> {
    at_least("a sign-flip test", 1, differences.len())?;
    let sizes: Vec<f64> = differences.iter().map(|d| d.abs()).filter(|d| *d > 0.0).collect();
    let observed = differences.iter().sum::<f64>().abs() * (1.0 - 1e-12);
    if sizes.len() <= EXACT {
        let patterns = 1usize << sizes.len();
        let extreme = (0..patterns).filter(|&signs| flipped(&sizes, |j| signs >> j & 1 == 1) >= observed).count();
        return Ok(extreme as f64 / patterns as f64);
    }
    at_least("a sign-flip test", 1, draws)?;
    let extreme = (0..draws).filter(|&draw| {
        let mut stream = Stream::new(seed, draw as u64);
        flipped(&sizes, |_| stream.coin()) >= observed
    });
    Ok((1 + extreme.count()) as f64 / (1 + draws) as f64)
}

fn flipped(sizes: &[f64], mut positive: impl FnMut(usize) -> bool) -> f64 {
    let signed = |(j, size): (usize, &f64)| if positive(j) { *size } else { -size };
    sizes.iter().enumerate().map(signed).sum::<f64>().abs()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unit_differences_are_mcnemar() {
        let table = crate::coverage::Table { both: 19, base_only: 4, model_only: 0, neither: 7 };
        let mut d = vec![0.0; 30];
        (0..4).for_each(|i| d[i] = -1.0);
        assert!((sign_flip_p(&d, 0, 0).unwrap() - table.mcnemar_p()).abs() < 1e-15);
        assert_eq!(sign_flip_p(&[0.0, 0.0], 0, 0).unwrap(), 1.0);
        assert!(sign_flip_p(&[], 10, 0).is_err());
    }

    #[test]
    fn random_patterns_agree_with_the_t_test_on_many_problems() {
        let mut stream = Stream::new(2, 0);
        let d: Vec<f64> = (0..200).map(|_| 0.15 + stream.normal()).collect();
        let (gain, loss) = crate::paired::one_sided_p(&d);
        let p = sign_flip_p(&d, 4_000, 1).unwrap();
        assert!((p - 2.0 * gain.min(loss)).abs() < 0.03, "{p}");
        assert!(sign_flip_p(&d, 0, 1).is_err());
    }
}
