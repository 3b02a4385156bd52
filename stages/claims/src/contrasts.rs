//! The contrasts of every panel of the report, with their p adjusted over all of them: many panels show some "gain" by chance.
//!
//! Four are fixed before looking: the difference at the first and at the last k, the crossing between the two (both at once), and McNemar's
//! test of the coverage table.

use beyond_record::{Contrast, Coverage, Paired};
use beyond_statistics::claims::Difference;
use beyond_statistics::claims::tested::sign_p;
use beyond_statistics::multiplicity::{benjamini_hochberg, holm};
use std::collections::BTreeMap;

const LEVEL: f64 = 0.95;

/// Benchmark, base, model, setting.
type Panel<'a> = (&'a str, &'a str, &'a str, &'a str);

/// Rows in the order of benchmark, base, model, setting.
pub fn contrasts(paired: &[Paired], coverage: &[Coverage]) -> Vec<Contrast> {
    let mut panels: BTreeMap<Panel, Vec<&Paired>> = BTreeMap::new();
    for row in paired.iter().filter(|row| row.metric == "pass@k" && row.subset == "all") {
        panels.entry((&row.benchmark, &row.base, &row.model, &row.setting)).or_default().push(row);
    }
    let table: BTreeMap<Panel, &Coverage> = coverage
        .iter()
        .filter(|row| row.subset == "all")
        .map(|row| ((row.benchmark.as_str(), row.base.as_str(), row.model.as_str(), row.setting.as_str()), row))
        .collect();
    let rows = panels.iter().flat_map(|(panel, rows)| of_panel(panel, rows, table.get(panel).copied())).collect();
    adjusted(rows)
}

fn of_panel(panel: &Panel, rows: &[&Paired], table: Option<&Coverage>) -> Vec<Contrast> {
    let ends = rows.iter().min_by_key(|row| row.k).zip(rows.iter().max_by_key(|row| row.k));
    let Some((first, last)) = ends else { return Vec::new() };
    let (p_first, p_last) = (two_sided(first), two_sided(last));
    let crossing = one_sided(p_first, first.diff > 0.0).max(one_sided(p_last, last.diff < 0.0));
    let mut out = vec![
        contrast(panel, "first k", first.k, Some(first.diff), p_first),
        contrast(panel, "last k", last.k, Some(last.diff), p_last),
        contrast(panel, "crossing", last.k, None, crossing),
    ];
    let mean = |row: &Coverage| {
        let problems = row.both + row.base_only + row.model_only + row.neither;
        (f64::from(row.model_only) - f64::from(row.base_only)) / f64::from(problems)
    };
    out.extend(table.map(|row| contrast(panel, "coverage", row.n, Some(mean(row)), row.mcnemar_p)));
    out
}

fn two_sided(row: &Paired) -> f64 {
    let at = Difference { k: row.k, diff: row.diff, lo: row.lo, hi: row.hi };
    sign_p(at, LEVEL, f64::from(row.n_problems) - 1.0)
}

/// p of "not on the claimed side" from the two-sided p.
fn one_sided(p: f64, claimed: bool) -> f64 {
    if claimed { 0.5 * p } else { 1.0 - 0.5 * p }
}

fn contrast(panel: &Panel, contrast: &str, k: u32, diff: Option<f64>, p: f64) -> Contrast {
    let (benchmark, base, model, setting) = *panel;
    Contrast {
        benchmark: benchmark.to_string(),
        base: base.to_string(),
        model: model.to_string(),
        setting: setting.to_string(),
        contrast: contrast.to_string(),
        k,
        diff,
        p,
        p_holm: 1.0,
        q: 1.0,
        contrasts: 0,
    }
}

fn adjusted(mut rows: Vec<Contrast>) -> Vec<Contrast> {
    let p: Vec<f64> = rows.iter().map(|row| row.p).collect();
    let (holm, q, contrasts) = (holm(&p), benjamini_hochberg(&p), p.len() as u32);
    for (i, row) in rows.iter_mut().enumerate() {
        (row.p_holm, row.q, row.contrasts) = (holm[i], q[i], contrasts);
    }
    rows
}
