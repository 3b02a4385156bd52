//! The differences of one metric on one subset: rows with pointwise intervals and a simultaneous band over k, and the crossing point.

use crate::{Comparison, Params};
use anyhow::Result;
use beyond_record::{Crossing, Paired};
use beyond_statistics::band::{Band, BandOptions, band};
use beyond_statistics::bootstrap::BootstrapOptions;
use beyond_statistics::crossing::crossing;
use beyond_statistics::family::readings::Reading;
use beyond_statistics::interval::{self, Interval};
use beyond_statistics::matrix::mean;
use beyond_statistics::panel::Panel;
use beyond_statistics::{Count, variance};

const LEVEL: f64 = 0.95;
/// Columns up to which a panel is sparse, and the draws that suffice then: the error of its critical value is .007, far below the step between
/// two of its k, where on a dense grid it would move the edges of the regions.
const SPARSE: (usize, usize) = (24, 50_000);

/// Model minus base on the problems of one subset.
pub struct Differences<'a> {
    /// Whose.
    pub pair: &'a Comparison,
    /// Name of the subset.
    pub subset: &'a str,
    /// Per-problem differences of one metric.
    pub reading: Reading,
    /// Counts of base and model whose pass@k this is; None for other metrics.
    pub counts: Option<(&'a [Count], &'a [Count])>,
}

impl Differences<'_> {
    /// Adds the rows, with a band over all k where there are several, and to `crossings` the crossing point.
    pub fn write(&self, params: &Params, rows: &mut Vec<Paired>, crossings: Option<&mut Vec<Crossing>>) -> Result<()> {
        if self.reading.ks.len() < 2 {
            return self.pointwise(rows);
        }
        let panel = Panel::new(&self.reading.values, &self.reading.ks)?;
        let most = if self.reading.ks.len() <= SPARSE.0 { SPARSE.1 } else { usize::MAX };
        let band = band(&panel, BandOptions { level: LEVEL, draws: most.min(params.band_draws as usize), seed: params.seed })?;
        for j in 0..band.ks.len() {
            let row = self.row(j, self.interval(j)?);
            rows.push(Paired {
                band_lo: band.lower[j],
                band_hi: band.upper[j],
                region: band.regions[j].as_str().to_string(),
                method: format!("{}; band {}", row.method, band.method.as_str()),
                ..row
            });
        }
        if let Some(crossings) = crossings {
            crossings.push(self.crossing(&panel, &band, params)?);
        }
        Ok(())
    }

    /// Adds the rows without a band: it equals the pointwise interval.
    pub fn pointwise(&self, rows: &mut Vec<Paired>) -> Result<()> {
        for j in 0..self.reading.ks.len() {
            rows.push(self.row(j, self.interval(j)?));
        }
        Ok(())
    }

    /// The default rule; t for values that may leave [-1, 1], for which the other is not made.
    fn interval(&self, j: usize) -> Result<Interval> {
        let values = self.reading.values.column(j);
        Ok(if self.reading.bounded { interval::difference(&values, LEVEL)? } else { interval::student_t(&values, LEVEL)? })
    }

    fn row(&self, j: usize, Interval { lo, hi, method, .. }: Interval) -> Paired {
        let (reading, k, values) = (&self.reading, self.reading.ks[j], self.reading.values.column(j));
        let won = |sign: f64| values.iter().filter(|value| sign * **value > 0.0).count() as u32;
        Paired {
            tau: reading.tau,
            method: method.as_str().to_string(),
            se_population: Some(variance::se_population(&values)),
            se_benchmark: self.counts.and_then(|(base, model)| variance::se_benchmark_difference(base, model, k)),
            model_wins: won(1.0),
            base_wins: won(-1.0),
            ..row(self.pair, &reading.metric, self.subset, k, mean(&values), (lo, hi), values.len())
        }
    }

    fn crossing(&self, panel: &Panel, band: &Band, params: &Params) -> Result<Crossing> {
        let options = BootstrapOptions { level: LEVEL, replicates: params.replicates as usize, seed: params.seed };
        let found = crossing(panel, options)?;
        let first_loss = band.first_loss();
        Ok(Crossing {
            benchmark: self.pair.benchmark.clone(),
            base: self.pair.base.clone(),
            model: self.pair.model.clone(),
            setting: self.pair.setting.clone(),
            metric: self.reading.metric.clone(),
            subset: self.subset.to_string(),
            k_max: found.k_max,
            k_star: found.k_star,
            k_lo: found.lo,
            k_hi: found.hi,
            p_no_crossing: found.p_no_crossing,
            first_loss_lo: first_loss.as_ref().map_or(1, |set| set.lo),
            first_loss_hi: first_loss.as_ref().and_then(|set| set.hi),
            gain_until: first_loss.as_ref().map_or(0, |set| set.gain_until),
            sign_changes: found.sign_changes as u32,
            method: found.method.as_str().to_string(),
            critical: band.critical.value,
            critical_error: band.critical.mc_error,
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
        ..Default::default()
    }
}
