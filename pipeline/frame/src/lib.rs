//! Grouping of count rows into cells, subsets and pairs. Floor 1, and the one crate that knows polars.
//!
//! Stages read rows, ask here which rows belong together, and hand slices to `beyond-statistics`.

pub mod samples;

use anyhow::{Result, bail, ensure};
use beyond_record::Counts;
use beyond_statistics::{Count, paired};
use polars::prelude::*;
use std::collections::BTreeSet;

/// A named part of a benchmark: `all`, `stratum=...`, `exposure=...`.
#[derive(Clone, Debug, PartialEq)]
pub struct Subset {
    /// Its name in tables.
    pub name: String,
    /// Positions of its problems, increasing.
    pub positions: Vec<usize>,
}

/// Model, benchmark and setting that all rows share. Errs when the rows are of more than one cell, or none.
pub fn cell(rows: &[Counts]) -> Result<(String, String, String)> {
    let frame = frame(rows)?;
    let cells = frame.select(["model", "benchmark", "setting"])?.unique_stable(None, UniqueKeepStrategy::First, None)?;
    ensure!(cells.height() == 1, "expected the counts of one model, benchmark and setting, found {}", cells.height());
    let first = &rows[0];
    Ok((first.model.clone(), first.benchmark.clone(), first.setting.clone()))
}

/// `all`, then every stratum and every exposure of which there are at least two, in order of name.
pub fn subsets(rows: &[Counts]) -> Result<Vec<Subset>> {
    let frame = frame(rows)?;
    let mut found = vec![Subset { name: "all".into(), positions: (0..rows.len()).collect() }];
    for column in ["stratum", "exposure"] {
        let groups = groups(&frame, column)?;
        if groups.len() > 1 {
            found.extend(groups.into_iter().map(|(value, positions)| Subset { name: format!("{column}={value}"), positions }));
        }
    }
    Ok(found)
}

/// Verified counts of the rows. Errs with the problem's id when c > n or n = 0.
pub fn counts(rows: &[Counts]) -> Result<Vec<Count>> {
    rows.iter().map(count).collect()
}

fn count(row: &Counts) -> Result<Count> {
    Count::new(row.n, row.correct).map_err(|error| anyhow::anyhow!("{} {} {}: {error}", row.model, row.benchmark, row.problem_id))
}

/// Two models on the problems that both have, rows in the order of the problem id.
#[derive(Clone, Debug)]
pub struct Pair {
    /// The base's rows.
    pub base: Vec<Counts>,
    /// The model's rows, same problems, same order.
    pub model: Vec<Counts>,
    /// Problems that only the base has.
    pub only_base: Vec<String>,
    /// Problems that only the model has.
    pub only_model: Vec<String>,
}

/// Pairs by problem id and leaves out what one side lacks, which `coverage` tells as an audit. Errs when nothing is shared, and names a
/// problem of each side.
pub fn pair(base: &[Counts], model: &[Counts]) -> Result<Pair> {
    let keyed = |rows: &[Counts]| rows.iter().map(|row| Ok((row.problem_id.clone(), count(row)?))).collect::<Result<Vec<_>>>();
    let paired::Pairing { ids, only_base, only_model, .. } = paired::pair_by_id(&keyed(base)?, &keyed(model)?)?;
    let name = |rows: &[Counts]| rows.first().map(|row| row.model.clone()).unwrap_or_default();
    ensure!(
        !ids.is_empty(),
        "{:?} and {:?} have no problem in common ({:?} and {:?}, for example): evaluate both models on the same problems, with the same ids",
        name(base),
        name(model),
        only_base.first().map_or("none", String::as_str),
        only_model.first().map_or("none", String::as_str)
    );
    let shared: BTreeSet<&str> = ids.iter().map(String::as_str).collect();
    let of = |rows: &[Counts]| -> Result<Vec<Counts>> {
        let kept: Vec<Counts> = rows.iter().filter(|row| shared.contains(row.problem_id.as_str())).cloned().collect();
        sorted(&kept)
    };
    Ok(Pair { base: of(base)?, model: of(model)?, only_base, only_model })
}

impl Pair {
    /// The pair, or an error that names a problem that one side lacks.
    pub fn complete(self) -> Result<Pair> {
        for (only, rows) in [(&self.only_base, &self.base), (&self.only_model, &self.model)] {
            if let Some(id) = only.first() {
                let (model, others) = (&rows[0].model, only.len());
                bail!("problem {id:?} has counts for {model:?} only ({others} such problems): evaluate both models on the same problems");
            }
        }
        Ok(self)
    }
}

/// The rows in the order of the problem id.
pub fn sorted(rows: &[Counts]) -> Result<Vec<Counts>> {
    let ids = Series::new("problem_id".into(), rows.iter().map(|row| row.problem_id.as_str()).collect::<Vec<_>>());
    let order = ids.arg_sort(SortOptions::default());
    Ok(order.into_no_null_iter().map(|i| rows[i as usize].clone()).collect())
}

fn frame(rows: &[Counts]) -> Result<DataFrame> {
    let column = |name: &str, value: fn(&Counts) -> &str| Column::new(name.into(), rows.iter().map(value).collect::<Vec<_>>());
    Ok(DataFrame::new(
        rows.len(),
        vec![
            column("model", |row| &row.model),
            column("benchmark", |row| &row.benchmark),
            column("setting", |row| &row.setting),
            column("stratum", |row| &row.stratum),
            column("exposure", |row| &row.exposure),
        ],
    )?)
}

/// (value, positions) for every non-empty value of a text column, sorted by value.
fn groups(frame: &DataFrame, column: &str) -> Result<Vec<(String, Vec<usize>)>> {
    let values = frame.column(column)?.str()?.clone();
    let grouped = frame.group_by_stable([column])?.into_groups();
    let mut found: Vec<(String, Vec<usize>)> = Vec::new();
    for group in grouped.iter() {
        let positions: Vec<usize> = match group {
            GroupsIndicator::Idx((_, all)) => all.iter().map(|i| *i as usize).collect(),
            GroupsIndicator::Slice([start, length]) => (start as usize..(start + length) as usize).collect(),
        };
        let value = values.get(positions[0]).unwrap_or_default();
        if !value.is_empty() {
            found.push((value.to_string(), positions));
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: &str, stratum: &str, correct: u32) -> Counts {
        Counts {
            model: "m".into(),
            benchmark: "b".into(),
            setting: "s".into(),
            problem_id: id.into(),
            n: 8,
            correct,
            stratum: stratum.into(),
            ..Default::default()
        }
    }

    #[test]
    fn strata_are_sorted_and_a_single_one_is_not_a_subset() {
        let rows = [row("1", "hard", 0), row("2", "easy", 8), row("3", "hard", 1)];
        let found = subsets(&rows).unwrap();
        let names: Vec<_> = found.iter().map(|subset| (subset.name.as_str(), subset.positions.clone())).collect();
        assert_eq!(names, [("all", vec![0, 1, 2]), ("stratum=easy", vec![1]), ("stratum=hard", vec![0, 2])]);
        assert_eq!(subsets(&rows[..1]).unwrap().len(), 1);
    }

    #[test]
    fn pairing_sorts_by_id_and_names_what_is_missing() {
        let rows = [row("b", "", 1), row("a", "", 2)];
        let pair = super::pair(&rows, &[row("a", "", 3), row("b", "", 4)]).unwrap();
        assert_eq!(pair.base.iter().map(|row| row.correct).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(pair.model.iter().map(|row| row.correct).collect::<Vec<_>>(), [3, 4]);
        let part = super::pair(&rows, &rows[..1]).unwrap();
        assert_eq!((part.base.len(), part.only_base.as_slice(), part.only_model.len()), (1, ["a".to_string()].as_slice(), 0));
        let message = part.complete().unwrap_err().to_string();
        assert!(message.contains("\"a\""), "{message}");
        let message = super::pair(&rows, &[row("c", "", 3)]).unwrap_err().to_string();
        assert!(message.contains("no problem in common") && message.contains("\"c\""), "{message}");
    }

    #[test]
    fn a_cell_is_one_model_benchmark_and_setting() {
        let mut rows = vec![row("a", "", 1), row("b", "", 2)];
        assert_eq!(cell(&rows).unwrap().0, "m");
        rows[1].model = "other".into();
        assert!(cell(&rows).is_err());
        assert!(counts(&[row("a", "", 9)]).unwrap_err().to_string().contains("c = 9"));
    }
}
