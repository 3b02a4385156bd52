//! Shift by stratum of base difficulty: the strata are chosen on one half of the base's samples and estimated on the other, averaged
//! exactly over all halves, so that "hard for the base" is not regression to the mean (docs/statistics.md, 3.7).

use crate::Comparison;
use crate::differences::row;
use anyhow::Result;
use beyond_record::Paired;
use beyond_statistics::counts::doubling_ks;
use beyond_statistics::paired::common_k;
use beyond_statistics::strata::cross_fitted;

const LEVEL: f64 = 0.95;

const NAMES: [&str; 5] =
    ["difficulty=unsolved", "difficulty=hard (0..0.1]", "difficulty=medium (0.1..0.5]", "difficulty=easy (0.5..1)", "difficulty=always"];

/// Adds rows at k = 1, 2, 4, ..., n/2 with subset `difficulty=...`, each with a pointwise interval; `n_problems` is the expected number of problems in the stratum.
pub fn shift(pair: &Comparison, rows: &mut Vec<Paired>) -> Result<()> {
    let (base, model) = (beyond_frame::counts(&pair.rows.base)?, beyond_frame::counts(&pair.rows.model)?);
    let split = common_k(&base, &model) / 2;
    if split == 0 {
        return Ok(());
    }
    let ks = doubling_ks(split);
    let strata = cross_fitted(&base, &model, &ks, split, NAMES.len(), |correct| stratum_of(correct, split))?;
    for (stratum, name) in strata.iter().zip(NAMES) {
        if stratum.problems < 0.5 {
            continue;
        }
        for (j, &k) in ks.iter().enumerate() {
            let diff = stratum.model[j] - stratum.base[j];
            let interval = stratum.interval(j, LEVEL)?;
            let method = "plus-half of a ratio; cross-fitted strata".into();
            rows.push(Paired { method, ..row(pair, "pass@k", name, k, diff, interval, stratum.problems.round() as usize) });
        }
    }
    Ok(())
}

fn stratum_of(correct: u32, n: u32) -> usize {
    match correct {
        0 => 0,
        c if c == n => 4,
        c if 10 * c <= n => 1,
        c if 2 * c <= n => 2,
        _ => 3,
    }
}
