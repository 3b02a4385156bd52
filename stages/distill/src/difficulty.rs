//! Shift by stratum of base difficulty: the strata are chosen on one half of the base's samples and estimated on the other, averaged
//! exactly over all halves, so that "hard for the base" is not regression to the mean (docs/statistics.md, 3.7).

use crate::Comparison;
use crate::differences::row;
use anyhow::Result;
use beyond_record::Paired;
use beyond_statistics::counts::doubling_ks;
use beyond_statistics::paired::common_k;
use beyond_statistics::strata::{DIFFICULTIES, cross_fitted, difficulty};

const LEVEL: f64 = 0.95;

/// Adds rows at k = 1, 2, 4, ..., n/2 with subset `difficulty=...`, each with a pointwise interval; `n_problems` is the expected number of problems in the stratum.
pub fn shift(pair: &Comparison, rows: &mut Vec<Paired>) -> Result<()> {
    let (base, model) = (beyond_frame::counts(&pair.rows.base)?, beyond_frame::counts(&pair.rows.model)?);
    let split = common_k(&base, &model) / 2;
    if split == 0 {
        return Ok(());
    }
    let ks = doubling_ks(split);
    let strata = cross_fitted(&base, &model, &ks, split, DIFFICULTIES.len(), |correct| difficulty(correct, split))?;
    for (stratum, name) in strata.iter().zip(DIFFICULTIES) {
        if stratum.problems < 0.5 {
            continue;
        }
        let subset = format!("difficulty={name}");
        for (j, &k) in ks.iter().enumerate() {
            let diff = stratum.model[j] - stratum.base[j];
            let interval = stratum.interval(j, LEVEL)?;
            let method = "plus-half of a ratio; cross-fitted strata".into();
            rows.push(Paired { method, ..row(pair, "pass@k", &subset, k, diff, interval, stratum.problems.round() as usize) });
        }
    }
    Ok(())
}
