//! Stage `seeds`: one arm trained several times with different seeds -> pass@k of the *method* and its difference to the base, with an
//! interval that includes the training run (crossed random effects of runs and problems, docs/statistics.md).
//!
//! Output: `seeds`, at k = 1, 2, 4, ..., n. Everything else in this program is about one checkpoint.

mod group;
mod params;

pub use params::*;

use anyhow::Result;
use beyond_record::SeedEffect;
use beyond_stage::{Job, Stage};
use beyond_statistics::claims::Difference;
use beyond_statistics::claims::tested::sign_p;
use beyond_statistics::counts::doubling_ks;
use beyond_statistics::interval::{self, Interval};
use beyond_statistics::matrix::{Matrix, mean};
use beyond_statistics::paired;
use beyond_statistics::pass_at_k::per_problem;
use beyond_statistics::runs::{MethodInterval, method_interval};
use group::{Group, Run};

const LEVEL: f64 = 0.95;

/// The stage.
pub struct Seeds;

impl Stage for Seeds {
    const NAME: &'static str = "seeds";
    const VERSION: u32 = 2;
    type Params = Params;

    fn run(&self, params: &Params, job: &Job) -> Result<()> {
        let group = Group::read(params, job)?;
        let ks = doubling_ks(group.k_max());
        let curves: Vec<Matrix> = group.runs.iter().map(|run| Ok(per_problem(&run.counts, &ks)?)).collect::<Result<_>>()?;
        let minus = |(run, base): (&Run, &Run)| Ok(paired::differences(&base.counts, &run.counts, &ks)?);
        let against_base: Vec<Matrix> = group.runs.iter().zip(&group.bases).map(minus).collect::<Result<_>>()?;
        let mut rows = Vec::new();
        for (j, &k) in ks.iter().enumerate() {
            let at_k = |runs: &[Matrix]| runs.iter().map(|run| run.column(j)).collect::<Vec<_>>();
            rows.push(effect(params, &group, k, Estimand::PassAtK, &at_k(&curves))?);
            if !against_base.is_empty() {
                rows.push(effect(params, &group, k, Estimand::Difference, &at_k(&against_base))?);
            }
        }
        job.write(&rows)
    }
}

/// What a row is about.
#[derive(Clone, Copy, PartialEq)]
enum Estimand {
    PassAtK,
    Difference,
}

impl Estimand {
    fn as_str(self) -> &'static str {
        if self == Estimand::PassAtK { "pass_at_k" } else { "difference" }
    }

    /// Interval over problems of the means over runs.
    fn over_problems(self, values: &[f64]) -> Result<Interval> {
        Ok(if self == Estimand::PassAtK { interval::curve(values, LEVEL)? } else { interval::difference(values, LEVEL)? })
    }

    fn least(self) -> f64 {
        if self == Estimand::PassAtK { 0.0 } else { -1.0 }
    }
}

/// One row; `values[r][j]` of run r on problem j.
fn effect(params: &Params, group: &Group, k: u32, estimand: Estimand, values: &[Vec<f64>]) -> Result<SeedEffect> {
    let y = Matrix::from_rows(values)?;
    let by_problem: Vec<f64> = (0..y.cols()).map(|j| mean(&y.column(j))).collect();
    let over_problems = estimand.over_problems(&by_problem)?;
    let found = if y.rows() < 2 || y.cols() < 2 { None } else { Some(method_interval(&y, LEVEL, over_problems)?) };
    let component = |of: fn(&MethodInterval) -> f64| found.as_ref().map(of);
    let bases = if estimand == Estimand::Difference { &group.bases[..] } else { &[] };
    Ok(SeedEffect {
        benchmark: params.benchmark.clone(),
        arm: params.arm.clone(),
        base: params.base.clone().filter(|_| estimand == Estimand::Difference).unwrap_or_default(),
        setting: params.setting.clone(),
        k,
        estimand: estimand.as_str().to_string(),
        mean: mean(&by_problem),
        lo: component(|found| found.interval.0).map(|lo| lo.max(estimand.least())),
        hi: component(|found| found.interval.1).map(|hi| hi.min(1.0)),
        p: found.as_ref().filter(|_| estimand == Estimand::Difference).map(|found| p_over_both(found, over_problems)),
        runs: y.rows() as u32,
        var_run: component(|found| found.effect.var_run),
        var_problem: component(|found| found.effect.var_problem),
        var_rest: component(|found| found.effect.var_rest),
        method: method(found.as_ref(), bases),
        n_problems: y.cols() as u32,
        n_samples: group.k_max(),
        models: names(&group.runs),
        base_models: names(bases),
    })
}

/// p of "no difference": the larger of that over runs and problems and that over problems alone, as the wider interval is printed.
fn p_over_both(found: &MethodInterval, over_problems: Interval) -> f64 {
    let problems = Difference { k: 0, diff: found.effect.mean, lo: over_problems.lo, hi: over_problems.hi };
    found.effect.p().max(sign_p(problems, LEVEL, found.effect.problems as f64 - 1.0))
}

/// How the interval was made, and what it is conditional on.
fn method(found: Option<&MethodInterval>, bases: &[Run]) -> String {
    let made = match found {
        None => "checkpoint only",
        Some(found) if found.problems_only => "problems only",
        Some(_) => "runs and problems",
    };
    let one_base = bases.len() > 1 && bases.iter().all(|run| run.model == bases[0].model);
    if one_base { format!("{made}; given one base") } else { made.to_string() }
}

fn names(runs: &[Run]) -> String {
    runs.iter().map(|run| run.model.as_str()).collect::<Vec<_>>().join(", ")
}
