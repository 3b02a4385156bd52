//! The paired difference at every k with its simultaneous band, and the crossing point.

use crate::{Comparison, Params};
use anyhow::Result;
use beyond_record::{Counts, Crossing, Paired};
use beyond_statistics::Count;
use beyond_statistics::band::{Band, BandOptions, band};
use beyond_statistics::bootstrap::BootstrapOptions;
use beyond_statistics::counts::dense_ks;
use beyond_statistics::crossing::crossing;
use beyond_statistics::interval;
use beyond_statistics::matrix::Matrix;
use beyond_statistics::paired::{common_k, differences};
use beyond_statistics::panel::Panel;

const LEVEL: f64 = 0.95;
/// Largest k of the dense grid on which band and crossing are defined.
const DENSE: u32 = 256;

/// Rows for the whole benchmark, every stratum with at least two problems, and CoT-pass@k where both models have it.
pub fn compare(pair: &Comparison, params: &Params, rows: &mut Vec<Paired>, crossings: &mut Vec<Crossing>) -> Result<()> {
    for subset in beyond_frame::subsets(&pair.rows.base)? {
        if subset.positions.len() < 2 {
            continue;
        }
        let part = |rows: &[Counts]| subset.positions.iter().map(|&i| rows[i].clone()).collect::<Vec<_>>();
        let (base, model) = (part(&pair.rows.base), part(&pair.rows.model));
        let panel = panel_of(&beyond_frame::counts(&base)?, &beyond_frame::counts(&model)?)?;
        panel.write(pair, "pass@k", &subset.name, params, rows, Some(crossings))?;
        if let (Some(base), Some(model)) = (reasoned(&base), reasoned(&model)) {
            panel_of(&base, &model)?.write(pair, "cot-pass@k", &subset.name, params, rows, None)?;
        }
    }
    Ok(())
}

fn reasoned(rows: &[Counts]) -> Option<Vec<Count>> {
    rows.iter().map(|row| Count::new(row.n, row.cot_correct?).ok()).collect()
}

/// Differences of one subset on the dense grid, and at the largest k when that lies beyond it.
struct Differences {
    values: Matrix,
    panel: Panel,
    last: Option<(u32, Vec<f64>)>,
}

fn panel_of(base: &[Count], model: &[Count]) -> Result<Differences> {
    let n = common_k(base, model);
    let ks = dense_ks(n.min(DENSE));
    let values = differences(base, model, &ks)?;
    let panel = Panel::new(&values, &ks)?;
    let beyond = |k| -> Result<Vec<f64>> { Ok(differences(base, model, &[k])?.column(0)) };
    let last = if n > DENSE { Some((n, beyond(n)?)) } else { None };
    Ok(Differences { values, panel, last })
}

impl Differences {
    fn write(
        &self,
        pair: &Comparison,
        metric: &str,
        subset: &str,
        params: &Params,
        rows: &mut Vec<Paired>,
        crossings: Option<&mut Vec<Crossing>>,
    ) -> Result<()> {
        let options = BandOptions { level: LEVEL, draws: params.band_draws as usize, seed: params.seed };
        let band = band(&self.panel, options)?;
        for (j, &k) in band.ks.iter().enumerate() {
            let pointwise = interval::difference(&self.values.column(j), LEVEL)?;
            rows.push(Paired {
                band_lo: band.lower[j],
                band_hi: band.upper[j],
                region: band.regions[j].as_str().to_string(),
                method: format!("{}; band {}", pointwise.method.as_str(), band.method.as_str()),
                ..row(pair, metric, subset, k, band.diff[j], (pointwise.lo, pointwise.hi), self.values.rows())
            });
        }
        if let Some((k, values)) = &self.last {
            let pointwise = interval::difference(values, LEVEL)?;
            let diff = beyond_statistics::matrix::mean(values);
            rows.push(row(pair, metric, subset, *k, diff, (pointwise.lo, pointwise.hi), values.len()));
        }
        if let Some(crossings) = crossings {
            crossings.push(self.crossing(pair, subset, &band, params)?);
        }
        Ok(())
    }

    fn crossing(&self, pair: &Comparison, subset: &str, band: &Band, params: &Params) -> Result<Crossing> {
        let options = BootstrapOptions { level: LEVEL, replicates: params.replicates as usize, seed: params.seed };
        let found = crossing(&self.panel, options)?;
        let first_loss = band.first_loss();
        Ok(Crossing {
            benchmark: pair.benchmark.clone(),
            base: pair.base.clone(),
            model: pair.model.clone(),
            setting: pair.setting.clone(),
            subset: subset.to_string(),
            k_max: found.k_max,
            k_star: found.k_star,
            k_lo: found.lo,
            k_hi: found.hi,
            p_no_crossing: found.p_no_crossing,
            first_loss_lo: first_loss.as_ref().map_or(1, |set| set.lo),
            first_loss_hi: first_loss.as_ref().and_then(|set| set.hi),
            gain_until: first_loss.as_ref().map_or(0, |set| set.gain_until),
        })
    }
}

/// A row without a band: the band equals the pointwise interval.
pub fn row(pair: &Comparison, metric: &str, subset: &str, k: u32, diff: f64, (lo, hi): (f64, f64), problems: usize) -> Paired {
    let region = if lo > 0.0 {
        "gain"
    } else if hi < 0.0 {
        "loss"
    } else {
        "undecided"
    };
    Paired {
        benchmark: pair.benchmark.clone(),
        base: pair.base.clone(),
        model: pair.model.clone(),
        setting: pair.setting.clone(),
        metric: metric.to_string(),
        subset: subset.to_string(),
        k,
        diff,
        lo,
        hi,
        band_lo: lo,
        band_hi: hi,
        region: region.to_string(),
        method: "pointwise".to_string(),
        n_problems: problems as u32,
    }
}
