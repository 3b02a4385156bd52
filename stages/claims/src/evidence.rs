//! The numbers that the claims are held against.

use crate::{Claim, Kind, Tested};
use anyhow::{Context, Result};
use beyond_record::{Counts, Coverage, Paired, SeedEffect};
use beyond_stage::user_error;
use beyond_statistics::band::BandOptions;
use beyond_statistics::claims::tested::{crossing_p, sign_p, similar_p};
use beyond_statistics::claims::{self, Difference, Judgement, Size, Unlocked};
use beyond_statistics::counts::dense_ks;
use beyond_statistics::paired::{common_k, differences};
use beyond_statistics::panel::Panel as Columns;
use beyond_statistics::{Count, interval, variance};

const LEVEL: f64 = 0.95;
/// Largest k of the band that a crossing is tested on, as in `distill`.
const DENSE: u32 = 256;
/// Multiplier draws of a crossing's p: enough to tell .001 from .0005 after the adjustment.
const DRAWS: usize = 20_000;
/// Why a subset claim cannot be about the method.
const ONE_TABLE: &str = "which problems were solved is a property of one checkpoint's samples";
/// Why a claim of similarity is not about the methods.
const ONE_EACH: &str = "runs are paired with their base, not with runs of other arms";

/// The tables that claims are held against.
pub struct Evidence {
    /// Paired differences.
    pub paired: Vec<Paired>,
    /// Coverage tables.
    pub coverage: Vec<Coverage>,
    /// Counts of first runs.
    pub counts: Vec<Counts>,
    /// Differences over training runs.
    pub seeds: Vec<SeedEffect>,
}

/// Two models on a benchmark; setting None: the first one there is.
pub struct Panel<'a> {
    /// Base or arm of the bases.
    pub base: &'a str,
    /// Model or arm.
    pub model: &'a str,
    /// Benchmark.
    pub benchmark: &'a str,
    setting: Option<&'a str>,
}

impl Evidence {
    /// The judgement of one claim.
    pub fn test(&self, claim: &Claim) -> Result<Tested> {
        self.judge(&claim.kind).with_context(|| format!("claim {:?} (line {})", claim.id, claim.line))
    }

    fn judge(&self, kind: &Kind) -> Result<Tested> {
        match kind {
            Kind::Crossing { base, model, benchmark, k_max, setting } => {
                self.crossing(&Panel { base, model, benchmark, setting: setting.as_deref() }, *k_max)
            }
            Kind::Expands { base, model, benchmark, at_k, setting } => {
                self.signed(&Panel { base, model, benchmark, setting: setting.as_deref() }, *at_k, claims::expands)
            }
            Kind::Narrows { base, model, benchmark, at_k, setting } => {
                self.signed(&Panel { base, model, benchmark, setting: setting.as_deref() }, *at_k, claims::narrows)
            }
            Kind::Gain { base, model, benchmark, setting } => {
                self.signed(&Panel { base, model, benchmark, setting: setting.as_deref() }, 1, claims::gain)
            }
            Kind::Subset { base, model, benchmark, setting } => {
                let judgement = self.subset(&Panel { base, model, benchmark, setting: setting.as_deref() })?;
                Ok(Tested { judgement: self.of_one_run(judgement, &[base, model], ONE_TABLE), p: None })
            }
            Kind::Similar { models, benchmark, at_k, margin, setting } => {
                self.similar(models, benchmark, *at_k, *margin, setting.as_deref())
            }
        }
    }

    fn crossing(&self, panel: &Panel, k_max: u32) -> Result<Tested> {
        let rows = self.differences(panel)?;
        let band: Vec<Difference> =
            rows.iter().map(|row| Difference { k: row.k, diff: row.diff, lo: row.band_lo, hi: row.band_hi }).collect();
        let judgement = claims::crossing(&band, k_max, self.size(panel, k_max)?);
        let (base, model) = self.pair(panel)?;
        let ks = dense_ks(common_k(&base, &model).min(k_max).min(DENSE));
        let columns = Columns::new(&differences(&base, &model, &ks)?, &ks)?;
        let options = BandOptions { draws: DRAWS, ..Default::default() };
        let setting = &rows[0].setting;
        if let Some((judgement, p)) = self.crossing_of_method(panel, setting, k_max, &judgement) {
            return Ok(Tested { judgement, p: Some(p) });
        }
        let p = crossing_p(&columns, ks.len() as u32, options)?;
        let judgement = self.of_one_run(judgement, &[panel.base, panel.model], "there is no interval over runs at this k");
        Ok(Tested { judgement, p: Some(p) })
    }

    /// A claim about the sign of the difference at k: of the method where there are several training runs, else of the checkpoint.
    fn signed(&self, panel: &Panel, k: u32, judge: fn(Difference, Size) -> Judgement) -> Result<Tested> {
        let (at, size) = (self.at(panel, k)?, self.size(panel, k)?);
        let checkpoint = judge(at, size);
        let setting = &self.differences(panel)?[0].setting;
        if let Some((judgement, p)) = self.over_runs(panel, setting, k, judge, &checkpoint) {
            return Ok(Tested { judgement, p: Some(p) });
        }
        let p = sign_p(at, LEVEL, f64::from(size.problems) - 1.0);
        Ok(Tested { judgement: checkpoint, p: Some(p) })
    }

    /// The pass@k differences of a panel in order of k.
    fn differences(&self, panel: &Panel) -> Result<Vec<&Paired>> {
        let of_panel = |row: &&Paired| {
            row.base == panel.base
                && row.model == panel.model
                && row.benchmark == panel.benchmark
                && row.metric == "pass@k"
                && row.subset == "all"
        };
        let setting = panel.setting.or_else(|| self.paired.iter().find(of_panel).map(|row| row.setting.as_str()));
        let mut rows: Vec<&Paired> = self.paired.iter().filter(of_panel).filter(|row| Some(row.setting.as_str()) == setting).collect();
        rows.sort_by_key(|row| row.k);
        if rows.is_empty() {
            return Err(user_error(format!(
                "{:?} and {:?} are not compared on {:?}; add them to `compare` (and both to `evaluate`)",
                panel.base, panel.model, panel.benchmark
            )));
        }
        Ok(rows)
    }

    fn at(&self, panel: &Panel, k: u32) -> Result<Difference> {
        let rows = self.differences(panel)?;
        let Some(row) = rows.iter().find(|row| row.k == k) else {
            let last = rows.last().map_or(0, |row| row.k);
            return Err(user_error(format!("pass@{k} was not estimated, k reaches {last}: lower `at_k` or raise `n`")));
        };
        Ok(Difference { k, diff: row.diff, lo: row.lo, hi: row.hi })
    }

    fn size(&self, panel: &Panel, k: u32) -> Result<Size> {
        let (base, model) = self.pair(panel)?;
        let samples = common_k(&base, &model);
        let within_share = variance::se_benchmark_difference(&base, &model, k).and_then(|within| {
            let values = differences(&base, &model, &[k]).ok()?.column(0);
            Some((within / variance::se_population(&values)).powi(2)).filter(|share| share.is_finite())
        });
        Ok(Size { problems: base.len() as u32, samples, within_share })
    }

    /// The counts of base and model, problem by problem.
    fn pair(&self, panel: &Panel) -> Result<(Vec<Count>, Vec<Count>)> {
        let setting = &self.differences(panel)?[0].setting;
        let of = |model: &str| self.cell(model, panel.benchmark, setting);
        let pair = beyond_frame::pair(&of(panel.base), &of(panel.model))?;
        Ok((beyond_frame::counts(&pair.base)?, beyond_frame::counts(&pair.model)?))
    }

    fn cell(&self, model: &str, benchmark: &str, setting: &str) -> Vec<Counts> {
        self.counts.iter().filter(|row| row.model == model && row.benchmark == benchmark && row.setting == setting).cloned().collect()
    }

    fn subset(&self, panel: &Panel) -> Result<Judgement> {
        let setting = self.differences(panel)?[0].setting.clone();
        let of_panel = |row: &&Coverage| {
            row.base == panel.base
                && row.model == panel.model
                && row.benchmark == panel.benchmark
                && row.setting == setting
                && row.subset == "all"
        };
        let row = self.coverage.iter().find(of_panel).context("the pair has no coverage table")?;
        let unlocked = Unlocked {
            model_only: row.model_only,
            real_model_only: row.real_model_only,
            expected_by_chance: row.null_expected,
            base_unsolved: row.model_only + row.neither,
        };
        Ok(claims::subset(unlocked, self.size(panel, 1)?))
    }

    /// All pairs with their 90 % intervals: two one-sided tests of level 5 %.
    fn similar(&self, models: &[String], benchmark: &str, k: u32, margin: f64, setting: Option<&str>) -> Result<Tested> {
        let first = self.counts.iter().find(|row| models.contains(&row.model) && row.benchmark == benchmark);
        let setting = setting
            .or(first.map(|row| row.setting.as_str()))
            .with_context(|| format!("none of the models was evaluated on {benchmark:?}"))?;
        let (mut pairs, mut size) = (Vec::new(), Size { problems: 0, samples: 0, within_share: None });
        for (i, one) in models.iter().enumerate() {
            for other in &models[i + 1..] {
                let pair = beyond_frame::pair(&self.cell(one, benchmark, setting), &self.cell(other, benchmark, setting))?;
                let (base, model) = (beyond_frame::counts(&pair.base)?, beyond_frame::counts(&pair.model)?);
                let values = differences(&base, &model, &[k])?.column(0);
                let n = common_k(&base, &model);
                let interval = interval::difference(&values, 0.90)?;
                let diff = beyond_statistics::matrix::mean(&values);
                pairs.push((format!("{other} - {one}"), Difference { k, diff, lo: interval.lo, hi: interval.hi }));
                size = Size { problems: values.len() as u32, samples: n, within_share: None };
            }
        }
        let p = similar_p(&pairs, margin, 0.90, size.problems);
        let models: Vec<&str> = models.iter().map(String::as_str).collect();
        let judgement = self.of_one_run(claims::similar(&pairs, margin, size), &models, ONE_EACH);
        Ok(Tested { judgement, p: Some(p) })
    }
}
