//! Stage `claims`: each claim of the spec held against the results -> supported, refuted or inconclusive, with the evidence.
//!
//! Output: `claims`, in the order of the spec. The rules stand in `beyond_statistics::claims`; this crate finds the numbers. Where a pair was
//! trained from several seeds, *gain*, *expands* and *narrows* are about the method (interval over runs), everything else about the first
//! run. Verdicts that have a p-value carry Holm's adjustment over all such claims of the spec.

mod method;
mod params;
mod words;

pub use params::*;

use anyhow::{Context, Result};
use beyond_record::{Claim as Row, Counts, Coverage, Paired, SeedEffect};
use beyond_stage::{Job, Stage, user_error};
use beyond_statistics::band::BandOptions;
use beyond_statistics::claims::tested::{crossing_p, sign_p, similar_p, with_adjusted};
use beyond_statistics::claims::{self, Difference, Judgement, Size, Unlocked};
use beyond_statistics::counts::dense_ks;
use beyond_statistics::multiplicity::holm;
use beyond_statistics::paired::{common_k, differences};
use beyond_statistics::panel::Panel as Columns;
use beyond_statistics::{Count, interval, variance};

const LEVEL: f64 = 0.95;
/// Largest k of the band that a crossing is tested on, as in `distill`.
const DENSE: u32 = 256;
/// Multiplier draws of a crossing's p: enough to tell .001 from .0005 after the adjustment.
const DRAWS: usize = 20_000;

/// The stage.
pub struct Claims;

impl Stage for Claims {
    const NAME: &'static str = "claims";
    const VERSION: u32 = 2;
    type Params = Params;

    fn run(&self, params: &Params, job: &Job) -> Result<()> {
        let evidence = Evidence { paired: job.read()?, coverage: job.read()?, counts: job.read()?, seeds: job.read()? };
        let tested: Vec<Tested> = params.claims.iter().map(|claim| evidence.test(claim)).collect::<Result<_>>()?;
        let rows: Vec<Row> = params.claims.iter().zip(adjusted(tested)).map(|(claim, judgement)| row(claim, judgement)).collect();
        job.write(&rows)
    }
}

/// The tables that claims are held against.
struct Evidence {
    paired: Vec<Paired>,
    coverage: Vec<Coverage>,
    counts: Vec<Counts>,
    seeds: Vec<SeedEffect>,
}

/// A judgement and its p-value; None for rules that are not tests of one hypothesis.
struct Tested {
    judgement: Judgement,
    p: Option<f64>,
}

/// With Holm's note on every judgement that has a p, where there are several.
fn adjusted(tested: Vec<Tested>) -> Vec<Judgement> {
    let p: Vec<f64> = tested.iter().filter_map(|tested| tested.p).collect();
    let (claims, mut holm) = (p.len(), holm(&p).into_iter());
    let note = |tested: Tested| match tested.p.and_then(|_| holm.next()) {
        Some(adjusted) if claims > 1 => with_adjusted(tested.judgement, adjusted, claims),
        _ => tested.judgement,
    };
    tested.into_iter().map(note).collect()
}

fn row(claim: &Claim, judgement: Judgement) -> Row {
    Row {
        claim: claim.id.clone(),
        kind: words::kind(&claim.kind).to_string(),
        statement: words::statement(&claim.kind),
        verdict: judgement.verdict.as_str().to_string(),
        evidence: judgement.evidence,
        needed: judgement.needed,
        line: claim.line,
    }
}

/// Two models on a benchmark; setting None: the first one there is.
struct Panel<'a> {
    base: &'a str,
    model: &'a str,
    benchmark: &'a str,
    setting: Option<&'a str>,
}

impl Evidence {
    fn test(&self, claim: &Claim) -> Result<Tested> {
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
                Ok(Tested { judgement, p: None })
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
        Ok(Tested { judgement, p: Some(crossing_p(&columns, ks.len() as u32, options)?) })
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
        Ok(Tested { judgement: claims::similar(&pairs, margin, size), p: Some(p) })
    }
}
