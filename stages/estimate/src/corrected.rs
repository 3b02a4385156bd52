//! pass@k corrected for the verifier's errors, from an audit by hand (Rogan-Gladen; docs/statistics.md, verifier errors).

use crate::curves::Block;
use crate::{Cell, VerifierAudit};
use anyhow::Result;
use beyond_record::{Audit, Curve};
use beyond_statistics::counts::doubling_ks;
use beyond_statistics::interval::{Interval, Method, Unit};
use beyond_statistics::verifier_error::{corrected_curve, largest_k, spurious_pass};

/// pass@k that an unsolvable problem may seem to have.
const TOLERATED: f64 = 0.01;

/// Rows at k = 1 and at every further power of two whose total standard error stays below .05; the interval holds the uncertainty of the
/// audit. Values may leave [0, 1]: cutting them would bias the mean.
pub fn correct(block: &Block, audit: &VerifierAudit, k_max: u32, out: &mut Vec<Curve>) -> Result<()> {
    let ks = doubling_ks(k_max);
    for found in corrected_curve(block.counts, &ks, audit.correct.into(), audit.wrong.into())? {
        if found.k > 1 && !found.useful {
            break;
        }
        let (lo, hi) = found.interval;
        let interval = Interval { lo, hi, method: Method::Normal, unit: Unit::Population };
        let row = block.row("pass@k(corrected)", found.k, None, &[found.value], interval, None);
        let method = format!("rogan-gladen, {}", audit.in_words());
        out.push(Curve { se_population: Some(found.se_population), method, ..row });
    }
    Ok(())
}

/// How large k may be before false positives alone make an unsolvable problem look solved; fails where the curve goes further.
pub fn tolerable_k(cell: &Cell, audit: &VerifierAudit, k_max: u32) -> Result<Audit> {
    let rate = audit.wrong.error_rate();
    let most = largest_k(rate, TOLERATED)?.unwrap_or(u64::MAX);
    Ok(Audit {
        benchmark: cell.benchmark.clone(),
        model: cell.model.clone(),
        setting: cell.setting.clone(),
        audit: "false positives".to_string(),
        value: spurious_pass(rate, k_max),
        lo: 0.0,
        hi: TOLERATED,
        passed: most >= u64::from(k_max),
        blocks: false,
        message: format!(
            "with a false-positive rate of {rate:.1e} ({}) a problem that nobody can solve reaches pass@{k_max} = {:.3}; it stays below {TOLERATED} up to k = {most} only",
            audit.in_words(),
            spurious_pass(rate, k_max)
        ),
    })
}
