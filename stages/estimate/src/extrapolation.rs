//! pass@k beyond n: three mixing models and model-free bounds, with the back-test that says whether to believe them.

use crate::Cell;
use anyhow::Result;
use beyond_record::{Counts, Extrapolation};
use beyond_statistics::counts::min_n;
use beyond_statistics::extrapolate::{ExtrapolateError, Point, extrapolate};

/// Rows at k = n, 2n, 4n, ... up to `multiple` n; none when `multiple` is 0 or the counts cannot carry a fit.
pub fn extrapolation(cell: &Cell, rows: &[Counts], multiple: u32) -> Result<Vec<Extrapolation>> {
    let counts = beyond_frame::counts(rows)?;
    let n = min_n(&counts);
    let ks: Vec<u32> = (0..).map(|e| 1 << e).take_while(|factor| *factor <= multiple).map(|factor| n * factor).collect();
    if ks.is_empty() {
        return Ok(Vec::new());
    }
    let found = match extrapolate(&counts, &ks, 0.05) {
        Err(ExtrapolateError::OneSided { .. } | ExtrapolateError::NotAMixture { .. }) => return Ok(Vec::new()),
        other => other?,
    };
    let row = |point: &Point, method: &str, value: f64| Extrapolation {
        benchmark: cell.benchmark.clone(),
        model: cell.model.clone(),
        setting: cell.setting.clone(),
        k: point.k,
        method: method.to_string(),
        value,
        backtest_holds: found.backtest.holds,
        backtest: found.backtest.message.clone(),
        refused: point.refused.join("; "),
    };
    let methods =
        |point: &Point| [("bb", point.bb), ("zibb", point.zibb), ("npmle", point.npmle), ("dkw_lo", point.dkw.0), ("dkw_hi", point.dkw.1)];
    Ok(found.points.iter().flat_map(|point| methods(point).map(|(method, value)| row(point, method, value))).collect())
}
