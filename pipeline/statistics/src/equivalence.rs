//! Equivalence: showing that two models do *not* differ by more than a margin. "Undecided" is not "equal".

use crate::error::{Error, Result, at_least, in_unit};
use crate::interval::{Interval, student_t};
use crate::matrix::mean;
use crate::special::t_cdf;
use crate::variance::se_population;

/// Two one-sided tests (TOST) at one k.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Equivalence {
    /// The larger of the two one-sided p-values; equivalence at `alpha` when it is at most `alpha`.
    pub p: f64,
    /// Whether the mean difference is shown to lie inside ±margin.
    pub equivalent: bool,
    /// The 1 - 2·alpha interval; equivalent exactly when it lies inside ±margin.
    pub interval: Interval,
}

/// Tests |mean difference| < `margin` (in units of pass@k, e.g. .02) with the t law; the unit is the problem.
///
/// # Errors
/// Fewer than two differences, margin <= 0, or alpha outside (0, 1/2).
pub fn tost(differences: &[f64], margin: f64, alpha: f64) -> Result<Equivalence> {
    at_least("an equivalence test", 2, differences.len())?;
    in_unit("2 alpha", 2.0 * alpha)?;
    if margin <= 0.0 || margin.is_nan() {
        return Err(Error::OutOfRange { name: "margin", value: margin, range: "(0, 1)" });
    }
    let (centre, se) = (mean(differences), se_population(differences));
    let df = differences.len() as f64 - 1.0;
    let tail = |distance: f64| {
        if se > 0.0 { t_cdf(-distance / se, df) } else { f64::from(distance <= 0.0) }
    };
    let p = tail(centre + margin).max(tail(margin - centre));
    Ok(Equivalence { p, equivalent: p <= alpha, interval: student_t(differences, 1.0 - 2.0 * alpha)? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn edges() {
        assert!(tost(&[0.0, 0.0, 0.0], 0.01, 0.05).unwrap().equivalent);
        assert!(!tost(&[0.02, 0.02], 0.01, 0.05).unwrap().equivalent);
        assert!(tost(&[0.1, 0.2], 0.0, 0.05).is_err());
        assert!(tost(&[0.1, 0.2], 0.1, 0.6).is_err());
        assert!(tost(&[0.1], 0.1, 0.05).is_err());
    }

    proptest! {
        #[test]
        fn agrees_with_its_interval(d in prop::collection::vec(-0.5f64..0.5, 3..30), margin in 0.01f64..0.5) {
            let result = tost(&d, margin, 0.05).unwrap();
            prop_assume!((result.p - 0.05).abs() > 1e-9);
            prop_assert_eq!(result.equivalent, result.interval.lo > -margin && result.interval.hi < margin);
        }
    }
}
