//! What undecided verdicts could change: samples that timed out or whose judge failed count as wrong in `pass@k`, its lower bound; here they
//! are left out, or counted as right.

use crate::curves::{Block, LEVEL};
use anyhow::Result;
use beyond_record::{Counts, Curve};
use beyond_statistics::counts::doubling_ks;
use beyond_statistics::interval;
use beyond_statistics::verifier_error::{Judged, three_valued};

const DROPPED: &str = "pass@k(undecided dropped)";
const RIGHT: &str = "pass@k(undecided right)";

/// Rows at k = 1, 2, 4, ..., `k_max`; none where every verdict of the block is decided. Leaving samples out assumes that they are missing at
/// random, and ends where a problem has fewer than k decided samples.
pub fn bounds(block: &Block, rows: &[Counts], k_max: u32, out: &mut Vec<Curve>) -> Result<()> {
    let undecided = |row: &Counts| row.timed_out + row.unjudged;
    if rows.iter().all(|row| undecided(row) == 0) {
        return Ok(());
    }
    let judged: Vec<Judged> = rows.iter().map(|row| Ok(Judged::new(row.n, row.correct, undecided(row))?)).collect::<Result<_>>()?;
    let ks = doubling_ks(k_max);
    let found = three_valued(&judged, &ks)?;
    for (&k, values) in ks.iter().zip(&found.at_random) {
        let Some(values) = values else { break };
        let row = block.row(DROPPED, k, None, values, interval::curve(values, LEVEL)?, None);
        out.push(Curve { method: format!("{}; undecided verdicts missing at random", row.method), ..row });
    }
    block.columns(RIGHT, &ks, &found.upper, |_| None, out)
}
