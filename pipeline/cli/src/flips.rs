//! What became of verdicts when their judge changed: the verdicts of a step held against the newest earlier ones on the same texts.
//!
//! Both are artifacts of the store. No stage may do this: what a stage writes depends on its inputs alone, and an earlier run is none.

use crate::context::Context;
use crate::table;
use anyhow::{Context as _, Result, ensure};
use beyond_record::{Completion, Counts, Flip, Problem, Table, Verdict};
use beyond_runner::{History, Record, State, Store, Summary, clock};
use beyond_stage::{Digest, Ingredients, table::read_file};
use beyond_statistics::{Count, counts::min_n, pass_at_k::mean_pass_at_k};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// One step before and after.
#[derive(Serialize)]
pub struct Change {
    /// Step id.
    pub step: String,
    /// What changed of the judge, for example `policy "strict" -> "paper"`.
    pub cause: String,
    /// When the earlier verdicts were made.
    pub earlier: String,
    /// Verdicts compared.
    pub verdicts: usize,
    /// Those that changed, in the order of problem and sample.
    pub flips: Vec<Flip>,
    /// Numbers that moved.
    pub moved: Vec<Moved>,
}

/// pass@k before and after.
#[derive(Serialize)]
pub struct Moved {
    pub k: u32,
    pub old: f64,
    pub new: f64,
}

impl Change {
    /// Of a step that made verdicts. None when no earlier verdicts on its texts are in the store.
    pub fn of(store: &Store, history: &History, record: &Record) -> Result<Option<Change>> {
        let Some(earlier) = earlier(store, history, record) else { return Ok(None) };
        let cause = cause(&record.ingredients, &earlier.ingredients);
        let (old, new) = (rows::<Verdict>(store, earlier)?, rows::<Verdict>(store, record)?);
        Ok(Some(Change {
            step: record.step.clone(),
            earlier: clock::utc(earlier.provenance.started),
            verdicts: new.len(),
            flips: flips(&old, &new, &cause)?,
            moved: moved(&rows(store, earlier)?, &rows(store, record)?)?,
            cause,
        }))
    }

    /// One sentence.
    pub fn headline(&self) -> String {
        let moved = match self.moved.as_slice() {
            [] => String::new(),
            [one] => format!("; {one}"),
            [first, .., last] => format!("; {first}, {last}"),
        };
        format!("{}: {} of {} verdicts changed ({}){moved}", self.step, self.flips.len(), self.verdicts, self.cause)
    }
}

impl std::fmt::Display for Moved {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "pass@{} {:.4} -> {:.4}", self.k, self.old, self.new)
    }
}

/// What a run judged anew: the changes against earlier verdicts, and the table of flips beside the reports, when there are any.
pub struct Judged {
    pub changes: Vec<Change>,
    pub table: Option<PathBuf>,
}

impl Judged {
    /// Of the steps that a run made, where the store holds earlier verdicts on the same texts.
    pub fn anew(context: &Context, summary: &Summary) -> Result<Judged> {
        let done = summary.steps.iter().filter_map(|(_, state)| if let State::Done(record) = state { Some(record) } else { None });
        let made: Vec<_> = done.filter(|record| has_verdicts(record)).collect();
        if made.is_empty() {
            return Ok(Judged { changes: Vec::new(), table: None });
        }
        let history = context.history()?;
        let changes = made.into_iter().filter_map(|record| Change::of(&context.store, &history, record).transpose());
        let changes = changes.collect::<Result<Vec<_>>>()?;
        let table = write(&changes, &context.loaded.root.join("reports"), &context.loaded.name)?;
        Ok(Judged { changes, table })
    }

    /// What to tell of it.
    pub fn lines(&self) -> Vec<String> {
        let flipped: Vec<&Change> = self.changes.iter().filter(|change| !change.flips.is_empty()).collect();
        match (self.changes.as_slice(), flipped.as_slice()) {
            ([], _) => Vec::new(),
            ([first, ..], []) => vec![format!("judged anew ({}): no verdict changed", first.cause)],
            _ => flipped.into_iter().map(|change| format!("judged anew: {}", change.headline())).collect(),
        }
    }
}

/// Writes the table of flips to `<reports>/<name>-flips.csv`; none when nothing flipped.
fn write(changes: &[Change], reports: &Path, name: &str) -> Result<Option<PathBuf>> {
    if changes.iter().all(|change| change.flips.is_empty()) {
        return Ok(None);
    }
    let path = reports.join(format!("{name}-flips.csv"));
    std::fs::create_dir_all(reports)
        .and_then(|()| std::fs::write(&path, csv(changes) + "\n"))
        .with_context(|| format!("cannot write {}", path.display()))?;
    Ok(Some(path))
}

/// Whether a step made verdicts.
pub fn has_verdicts(record: &Record) -> bool {
    record.outputs.contains_key(Verdict::NAME)
}

/// The newest other verdicts on the same problems and texts that are still in the store.
fn earlier<'h>(store: &Store, history: &'h History, record: &Record) -> Option<&'h Record> {
    let same = |other: &&Record| other.key != record.key && has_verdicts(other) && texts(other) == texts(record);
    let there = |other: &&Record| [Verdict::NAME, Counts::NAME].iter().all(|name| store.content(&other.outputs[*name]).exists());
    history.records().iter().rev().filter(same).find(there)
}

/// The content of problems and completions that a step read.
fn texts(record: &Record) -> Vec<&(String, Digest)> {
    record.ingredients.inputs.iter().filter(|(role, _)| role == Problem::NAME || role == Completion::NAME).collect()
}

fn rows<R: Table>(store: &Store, record: &Record) -> Result<Vec<R>> {
    read_file(&store.content(&record.outputs[R::NAME]))
}

/// What differs between two judges, in words.
fn cause(new: &Ingredients, old: &Ingredients) -> String {
    let show = |value: &Option<serde_json::Value>| value.as_ref().map_or_else(|| "absent".to_string(), ToString::to_string);
    let word = |difference: &beyond_stage::key::Difference| {
        let name = match difference.path.strip_prefix("params.") {
            Some(param) => param.to_string(),
            None => format!("stage {}", difference.path),
        };
        format!("{name} {} -> {}", show(&difference.old), show(&difference.new))
    };
    let named: Vec<String> = new.differences(old).iter().filter(|difference| !difference.path.starts_with("inputs")).map(word).collect();
    // The texts are the same: what differs besides them are marks, a log's verdicts or the benchmark.
    if named.is_empty() { "other marks, log or benchmark".to_string() } else { named.join(", ") }
}

fn flips(old: &[Verdict], new: &[Verdict], cause: &str) -> Result<Vec<Flip>> {
    let id = |verdict: &Verdict| (verdict.problem_id.clone(), verdict.sample_index);
    ensure!(old.iter().map(id).eq(new.iter().map(id)), "verdicts on the same texts are not about the same samples");
    let changed = old.iter().zip(new).filter(|(old, new)| old.outcome != new.outcome);
    Ok(changed.map(|(old, new)| flip(old, new, cause)).collect())
}

fn flip(old: &Verdict, new: &Verdict, cause: &str) -> Flip {
    Flip {
        model: new.model.clone(),
        benchmark: new.benchmark.clone(),
        setting: new.setting.clone(),
        problem_id: new.problem_id.clone(),
        sample_index: new.sample_index,
        extracted: new.extracted.clone().or_else(|| old.extracted.clone()),
        between: cause.to_string(),
        old: old.outcome,
        new: new.outcome,
    }
}

/// pass@k at powers of two and at the smallest n, where it is another than before.
fn moved(old: &[Counts], new: &[Counts]) -> Result<Vec<Moved>> {
    let count = |rows: &[Counts]| rows.iter().map(|row| Count::new(row.n, row.correct)).collect::<Result<Vec<_>, _>>();
    let (old, new) = (count(old)?, count(new)?);
    let most = min_n(&new).min(min_n(&old));
    let mut ks: Vec<u32> = (0..32).map(|power| 1 << power).take_while(|k| *k < most).collect();
    ks.push(most);
    let (old, new) = (mean_pass_at_k(&old, &ks)?, mean_pass_at_k(&new, &ks)?);
    let pairs = ks.into_iter().zip(old.into_iter().zip(new));
    Ok(pairs.filter(|(_, (old, new))| old != new).map(|(k, (old, new))| Moved { k, old, new }).collect())
}

const COLUMNS: [&str; 8] = ["model", "benchmark", "setting", "problem", "sample", "old", "new", "extracted"];

/// Every flip as CSV, with the cause in the last column.
pub fn csv(changes: &[Change]) -> String {
    let columns: Vec<String> = COLUMNS.into_iter().chain(["between"]).map(str::to_string).collect();
    let row = |flip: &Flip| cells(flip).into_iter().chain([flip.between.clone()]).collect();
    table::csv(&columns, &changes.iter().flat_map(|change| &change.flips).map(row).collect::<Vec<_>>())
}

/// Every change with its flips, as text.
pub fn describe(changes: &[Change]) -> String {
    let one = |change: &Change| {
        let mut lines = vec![change.headline(), format!("  since the verdicts of {}", change.earlier)];
        lines.extend(change.moved.iter().map(|moved| format!("  {moved}")));
        if !change.flips.is_empty() {
            let rows: Vec<Vec<String>> =
                change.flips.iter().map(|flip| cells(flip)[3..].iter().map(|cell| short(cell)).collect()).collect();
            lines.push(table::aligned(&COLUMNS[3..].iter().map(|name| name.to_string()).collect::<Vec<_>>(), &rows));
        }
        lines.join("\n")
    };
    changes.iter().map(one).collect::<Vec<_>>().join("\n\n")
}

fn cells(flip: &Flip) -> Vec<String> {
    vec![
        flip.model.clone(),
        flip.benchmark.clone(),
        flip.setting.clone(),
        flip.problem_id.clone(),
        flip.sample_index.to_string(),
        flip.old.as_str().to_string(),
        flip.new.as_str().to_string(),
        flip.extracted.clone().unwrap_or_default(),
    ]
}

/// One line of at most 60 characters: programs are long.
fn short(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(60) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None => line,
    }
}
