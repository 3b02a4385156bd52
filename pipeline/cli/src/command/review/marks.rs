//! Marks of a person: reading them, and CoT-pass@k with the marked problems.

use super::Cell;
use crate::table;
use anyhow::Result;
use beyond_record::Counts;
use beyond_stage::user_error;
use beyond_statistics::Count;
use beyond_statistics::counts::min_n;
use beyond_statistics::pass_at_k::mean_pass_at_k;
use beyond_verify::{Mark, SampleId, read_marks};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What the marks of one cell say at one k.
#[derive(Serialize)]
pub struct Score {
    model: String,
    benchmark: String,
    setting: String,
    k: u32,
    pass_at_k: f64,
    /// CoT-pass@k when everything unsure or unmarked on the reviewed problems is invalid, and when it is valid. Problems that were not
    /// reviewed (accuracy above the limit) count their correct answers as they are, as in the study.
    cot_pass_at_k_lo: f64,
    cot_pass_at_k_hi: f64,
    /// Hard problems, those with at least one valid answer, those whose every answer was marked.
    reviewed: usize,
    with_valid: usize,
    fully_marked: usize,
}

/// Scores all cells that have hard problems. Errs on marks that fit no exported answer.
pub fn score(cells: &[Cell], path: &Path) -> Result<Vec<Score>> {
    let marks = read(cells, path)?;
    let mut scores = Vec::new();
    for cell in cells.iter().filter(|cell| !cell.cases.is_empty()) {
        scores.extend(score_cell(cell, &marks)?);
    }
    Ok(scores)
}

/// The marks of a file. Errs on marks that fit no exported answer.
fn read(cells: &[Cell], path: &Path) -> Result<BTreeMap<SampleId, Mark>> {
    let (marks, known) = (read_marks(path)?, known(cells));
    if let Some((id, (_, place))) = marks.iter().find(|(id, _)| !known.contains(*id)) {
        return Err(user_error(format!("{place}: {id:?} is not among the answers of the page; was it made from another run?")));
    }
    Ok(marks.into_iter().map(|(id, (mark, _))| (id, mark)).collect())
}

fn known(cells: &[Cell]) -> BTreeSet<SampleId> {
    let cases = cells.iter().flat_map(|cell| &cell.cases);
    let ids = cases.flat_map(|case| {
        let id = |sample: u32| (case.model.clone(), case.benchmark.clone(), case.setting.clone(), case.problem_id.clone(), sample);
        case.answers.iter().map(move |answer| id(answer.sample_index))
    });
    ids.collect()
}

/// Marks of one hard problem: valid answers, and those that may be.
struct Read {
    valid: u32,
    open: u32,
}

fn score_cell(cell: &Cell, marks: &BTreeMap<SampleId, Mark>) -> Result<Vec<Score>> {
    let mut found: BTreeMap<&str, Read> = BTreeMap::new();
    for case in &cell.cases {
        let of =
            |sample: u32| marks.get(&(case.model.clone(), case.benchmark.clone(), case.setting.clone(), case.problem_id.clone(), sample));
        let all: Vec<Option<&Mark>> = case.answers.iter().map(|answer| of(answer.sample_index)).collect();
        let count = |wanted: fn(&Option<&Mark>) -> bool| all.iter().filter(|mark| wanted(mark)).count() as u32;
        let read =
            Read { valid: count(|mark| *mark == Some(&Mark::Valid)), open: count(|mark| mark.is_none() || *mark == Some(&Mark::Unsure)) };
        found.insert(&case.problem_id, read);
    }
    let counts = |correct: &dyn Fn(&Counts) -> u32| -> Result<Vec<Count>> {
        cell.counts.iter().map(|row| Ok(Count::new(row.n - row.unjudged, correct(row))?)).collect()
    };
    let plain = counts(&|row| row.correct)?;
    let low = counts(&|row| found.get(row.problem_id.as_str()).map_or(row.correct, |read| read.valid))?;
    let high = counts(&|row| found.get(row.problem_id.as_str()).map_or(row.correct, |read| read.valid + read.open))?;
    let ks: Vec<u32> = (0..).map(|power| 1 << power).take_while(|k| *k <= min_n(&plain)).collect();
    let curves = [mean_pass_at_k(&plain, &ks)?, mean_pass_at_k(&low, &ks)?, mean_pass_at_k(&high, &ks)?];
    let first = &cell.counts[0];
    let row = |(i, &k): (usize, &u32)| Score {
        model: first.model.clone(),
        benchmark: first.benchmark.clone(),
        setting: first.setting.clone(),
        k,
        pass_at_k: curves[0][i],
        cot_pass_at_k_lo: curves[1][i],
        cot_pass_at_k_hi: curves[2][i],
        reviewed: found.len(),
        with_valid: found.values().filter(|read| read.valid > 0).count(),
        fully_marked: found.values().filter(|read| read.open == 0).count(),
    };
    Ok(ks.iter().enumerate().map(row).collect())
}

/// The scores as a table.
pub fn describe(scores: &[Score]) -> String {
    let columns =
        ["model", "benchmark", "setting", "k", "pass@k", "CoT-pass@k from", "to", "hard problems", "with valid reasoning", "fully marked"];
    let cells = |score: &Score| {
        let share = |value: f64| format!("{value:.4}");
        vec![
            score.model.clone(),
            score.benchmark.clone(),
            score.setting.clone(),
            score.k.to_string(),
            share(score.pass_at_k),
            share(score.cot_pass_at_k_lo),
            share(score.cot_pass_at_k_hi),
            score.reviewed.to_string(),
            score.with_valid.to_string(),
            score.fully_marked.to_string(),
        ]
    };
    table::aligned(&columns.map(str::to_string), &scores.iter().map(cells).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::review::{Answer, Case};

    fn counts(problem: &str, correct: u32) -> Counts {
        Counts {
            model: "m".into(),
            benchmark: "b".into(),
            setting: "s".into(),
            problem_id: problem.into(),
            n: 64,
            correct,
            ..Default::default()
        }
    }

    fn cell() -> Cell {
        let answer = |sample_index| Answer { sample_index, text: String::new() };
        let case = Case {
            model: "m".into(),
            benchmark: "b".into(),
            setting: "s".into(),
            problem_id: "hard".into(),
            correct: 3,
            n: 64,
            prompt: String::new(),
            gold: String::new(),
            image: String::new(),
            answers: vec![answer(2), answer(5), answer(9)],
        };
        Cell { counts: vec![counts("easy", 32), counts("hard", 3)], cases: vec![case] }
    }

    fn marked(lines: &[(u32, &str)]) -> Result<Vec<Score>> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("marks.jsonl");
        let line = |(sample, mark): &(u32, &str)| {
            format!(
                "{{\"model\": \"m\", \"benchmark\": \"b\", \"setting\": \"s\", \"problem_id\": \"hard\", \"sample_index\": {sample}, \"mark\": \"{mark}\"}}\n"
            )
        };
        std::fs::write(&path, lines.iter().map(line).collect::<String>()).unwrap();
        score(&[cell()], &path)
    }

    #[test]
    fn what_is_open_makes_a_range_and_marks_close_it() {
        let at_1 = |lines: &[(u32, &str)]| {
            let score = marked(lines).unwrap().remove(0);
            (score.cot_pass_at_k_lo, score.cot_pass_at_k_hi, score.with_valid, score.fully_marked)
        };
        // by hand: easy 1/2, hard c/64, mean of two problems
        let mean = |c: f64| (0.5 + c / 64.0) / 2.0;
        assert_eq!(at_1(&[]), (mean(0.0), mean(3.0), 0, 0));
        assert_eq!(at_1(&[(2, "valid"), (5, "invalid")]), (mean(1.0), mean(2.0), 1, 0));
        assert_eq!(at_1(&[(2, "valid"), (5, "invalid"), (9, "invalid")]), (mean(1.0), mean(1.0), 1, 1));
    }

    #[test]
    fn marks_that_fit_nothing_are_refused() {
        let message = |lines: &[(u32, &str)]| marked(lines).err().unwrap().to_string();
        assert!(message(&[(2, "valid"), (2, "invalid")]).contains("marks.jsonl:2: this answer is marked twice"));
        assert!(message(&[(3, "valid")]).contains("is not among the answers of the page"));
        assert!(message(&[(2, "good")]).contains("marks.jsonl:1: expected a mark"));
    }
}
