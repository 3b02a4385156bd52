//! Support metrics of arXiv 2507.14843 (Definition 3.3) from the 2x2 table, and the null-adjusted expansion.

use crate::coverage::Table;
use crate::self_null::ConditionalNull;

/// P = solved by both, E = by the model only, S = by the base only. None when a denominator is 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Support {
    /// Support retention rate P / (P + S).
    pub srr: Option<f64>,
    /// Net discovery rate E / (P + E).
    pub ndr: Option<f64>,
    /// Support dynamic score, the harmonic mean of the two: 2PE / (P² + 2PE + ES).
    pub sds: Option<f64>,
    /// Net support change rate (E - S) / (P + E + S).
    pub nscr: Option<f64>,
}

/// The four metrics at this table's n.
pub fn support(table: &Table) -> Support {
    let (p, e, s) = (f64::from(table.both), f64::from(table.model_only), f64::from(table.base_only));
    let ratio = |top: f64, bottom: f64| (bottom > 0.0).then(|| top / bottom);
    Support {
        srr: ratio(p, p + s),
        ndr: ratio(e, p + e),
        sds: ratio(2.0 * p * e, p * p + 2.0 * p * e + e * s),
        nscr: ratio(e - s, p + e + s),
    }
}

/// Success rate at which k samples miss with probability `zeta`: 1 - ζ^{1/k} (the paper's -ln ζ / k to first order).
pub fn support_threshold(zeta: f64, k: u32) -> f64 {
    -(zeta.ln() / f64::from(k)).exp_m1()
}

/// Model-only problems beyond what equal success rates would give (statistics 4.8); may be negative.
pub fn net_expansion(table: &Table, null: &ConditionalNull) -> f64 {
    f64::from(table.model_only) - null.expected_model_only
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_table() {
        // Table of 2507.14843: 1355 preserved, 5 discovered, 56 lost, 131 out of reach.
        let metrics = support(&Table { both: 1355, model_only: 5, base_only: 56, neither: 131 });
        assert!((metrics.srr.unwrap() - 0.9603).abs() < 5e-5);
        assert!((metrics.ndr.unwrap() - 0.0037).abs() < 5e-5);
        let (srr, ndr) = (metrics.srr.unwrap(), metrics.ndr.unwrap());
        assert!((metrics.sds.unwrap() - 2.0 * srr * ndr / (srr + ndr)).abs() < 1e-15);
        assert!((metrics.nscr.unwrap() + 51.0 / 1416.0).abs() < 1e-15);
    }

    #[test]
    fn null_when_a_denominator_is_zero() {
        let nothing = support(&Table { neither: 3, ..Table::default() });
        assert_eq!(nothing, Support { srr: None, ndr: None, sds: None, nscr: None });
        assert!((support_threshold(0.05, 8192) - 3.7e-4).abs() < 5e-6);
    }
}
