//! `beyond plan-samples`: from a pilot's counts to the problems and samples that a comparison needs.

use super::{print_json, print_line};
use crate::args::PlanSamplesArgs;
use crate::table;
use anyhow::{Context, Result, ensure};
use beyond_record::{Counts, Table};
use beyond_sample::{Import, ImportParams};
use beyond_stage::{Digest, Input, Job, Stage, user_error};
use beyond_statistics::Count;
use beyond_statistics::counts::min_n;
use beyond_statistics::extrapolate::{Histogram, Npmle};
use beyond_statistics::planning::{Pilot, allocate, sample_weights};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

const LEVEL: f64 = 0.95;
const POWER: f64 = 0.8;
/// Problems shown of a division of samples.
const SHOWN: usize = 20;

/// What a plan says at one k.
#[derive(Serialize)]
struct Row {
    k: u32,
    /// Half-width of the 95 % interval of the difference at the pilot's size.
    half_width_now: f64,
    /// Share of its variance that more samples per problem cannot remove.
    between_share: f64,
    /// Smallest difference found with probability 0.8 at the pilot's size.
    detectable_now: f64,
    /// Problems needed at the pilot's n.
    problems_needed: u64,
    /// Samples per problem needed on the pilot's problems; None when no number suffices.
    samples_needed: Option<u32>,
    /// Whether a fitted law stands in for moments that the pilot's n does not give.
    from_model: bool,
}

/// Further samples of one problem.
#[derive(Serialize)]
struct Share {
    problem: String,
    base: u32,
    model: u32,
}

/// Counts of the same problems under both models.
struct Pair {
    problems: Vec<String>,
    base: Vec<Count>,
    model: Vec<Count>,
}

/// Prints one row per k, and how to divide a budget.
pub fn plan_samples(args: &PlanSamplesArgs) -> Result<ExitCode> {
    let pair = pair(args)?;
    let rows = args.k.iter().map(|&k| row(args, &pair, k)).collect::<Result<Vec<_>>>()?;
    let shares = args.budget.map(|budget| divide(&pair, *args.k.iter().max().expect("k has a default"), budget)).transpose()?;
    if args.json {
        return print_json(&serde_json::json!({"half_width": args.half_width, "plans": rows, "division": shares}));
    }
    print_line(&describe(args, &pair, &rows, shares))
}

fn pair(args: &PlanSamplesArgs) -> Result<Pair> {
    let (base, model) = (read(&args.base, args.base_where.as_deref())?, read(&args.model, args.model_where.as_deref())?);
    let missing = base.keys().find(|id| !model.contains_key(*id)).or_else(|| model.keys().find(|id| !base.contains_key(*id)));
    if let Some(id) = missing {
        return Err(user_error(format!(
            "problem {id:?} has counts of one model only: a paired plan needs the same problems in both files"
        )));
    }
    Ok(Pair { problems: base.keys().cloned().collect(), base: base.into_values().collect(), model: model.into_values().collect() })
}

/// Counts by problem, read as the `import` stage reads them.
fn read(path: &Path, only: Option<&str>) -> Result<BTreeMap<String, Count>> {
    let folder = tempfile::tempdir().context("cannot create a temporary folder")?;
    let input = Input { role: "file".into(), digest: Digest::of(b""), path: path.to_path_buf() };
    let job = Job::new((Import::NAME, Import::VERSION), vec![input], folder.path(), folder.path(), folder.path());
    ensure!(path.exists(), user_error(format!("cannot read {}: there is no such file", path.display())));
    let only = only.map(condition).transpose()?.into_iter().collect();
    let format = Counts::NAME.to_string();
    let (model, benchmark, setting) = Default::default();
    Import.run(&ImportParams { model, benchmark, setting, format, only, columns: BTreeMap::new(), allow_ragged: true }, &job)?;
    let rows: Vec<Counts> = beyond_stage::table::read_file(&folder.path().join(format!("{}.parquet", Counts::NAME)))?;
    rows.into_iter().map(|row| Ok((row.problem_id, Count::new(row.n - row.unjudged, row.correct)?))).collect()
}

fn condition(text: &str) -> Result<(String, String)> {
    let (column, value) = text.split_once('=').ok_or_else(|| user_error(format!("expected COLUMN=VALUE, found {text:?}")))?;
    Ok((column.to_string(), value.to_string()))
}

fn fit(counts: &[Count]) -> Result<Npmle> {
    Ok(Npmle::fit(&Histogram::from_counts(counts)?)?)
}

fn row(args: &PlanSamplesArgs, pair: &Pair, k: u32) -> Result<Row> {
    let n = min_n(&pair.base).min(min_n(&pair.model));
    if k == 0 || k > n {
        return Err(user_error(format!("k = {k} needs a pilot of at least {k} samples per problem, k >= 1; this one has {n}")));
    }
    let laws = if 2 * k > n { Some((fit(&pair.base)?, fit(&pair.model)?)) } else { None };
    let mixing = laws.as_ref().map(|(base, model)| (base as _, model as _));
    let pilot = Pilot::new(&pair.base, &pair.model, k, mixing)?;
    let problems = pair.problems.len() as u32;
    Ok(Row {
        k,
        half_width_now: pilot.half_width(problems, n, LEVEL),
        between_share: pilot.between() / (pilot.between() + pilot.within(n)),
        detectable_now: pilot.detectable(problems, n, 1.0 - LEVEL, POWER),
        problems_needed: pilot.problems_for(args.half_width, n, LEVEL)?,
        samples_needed: pilot.samples_for(args.half_width, problems, LEVEL)?,
        from_model: pilot.from_model(),
    })
}

/// Divides `budget` samples, half for each model, where they lower the variance of pass@k most.
fn divide(pair: &Pair, k: u32, budget: u32) -> Result<Vec<Share>> {
    let one =
        |counts: &[Count], budget: u32| -> Result<Vec<u32>> { Ok(allocate(counts, &sample_weights(counts, k, &fit(counts)?), budget)?) };
    let (base, model) = (one(&pair.base, budget / 2)?, one(&pair.model, budget - budget / 2)?);
    Ok(pair
        .problems
        .iter()
        .zip(base.into_iter().zip(model))
        .map(|(problem, (base, model))| Share { problem: problem.clone(), base, model })
        .collect())
}

fn describe(args: &PlanSamplesArgs, pair: &Pair, rows: &[Row], shares: Option<Vec<Share>>) -> String {
    let strings = |cells: &[&str]| -> Vec<String> { cells.iter().map(|cell| cell.to_string()).collect() };
    let n = min_n(&pair.base).min(min_n(&pair.model));
    let mut parts = vec![
        format!(
            "pilot: {} problems x {n} samples; wanted: a 95 % interval of the difference of +-{} (unit: the problem)",
            pair.problems.len(),
            args.half_width
        ),
        table::aligned(
            &strings(&["k", "+- now", "between problems", "detectable now", "problems needed", "or samples needed", "basis"]),
            &rows.iter().map(cells).collect::<Vec<_>>(),
        ),
    ];
    if let Some(mut shares) = shares {
        shares.sort_by(|a, b| (b.base + b.model).cmp(&(a.base + a.model)).then(a.problem.cmp(&b.problem)));
        let rows: Vec<Vec<String>> =
            shares.iter().take(SHOWN).map(|share| vec![share.problem.clone(), share.base.to_string(), share.model.to_string()]).collect();
        parts.push(format!("next samples, the {} problems with most of them:", rows.len()));
        parts.push(table::aligned(&strings(&["problem", "base", "model"]), &rows));
    }
    parts.join("\n\n")
}

fn cells(row: &Row) -> Vec<String> {
    vec![
        row.k.to_string(),
        format!("{:.4}", row.half_width_now),
        format!("{:.0} %", 100.0 * row.between_share),
        format!("{:.4}", row.detectable_now),
        row.problems_needed.to_string(),
        row.samples_needed.map_or_else(|| "not enough problems".to_string(), |n| n.to_string()),
        if row.from_model { "fitted law (2k > n)" } else { "counts alone" }.to_string(),
    ]
}
