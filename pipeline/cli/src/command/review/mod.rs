//! `beyond review`: the correct answers to the hardest solved problems on one page to be read and marked by a person, and CoT-pass@k from
//! the marks, as the study did it by hand (arXiv 2504.13837, Figs 19 and 20; metric: arXiv 2506.14245).

mod marks;
mod page;

use super::{print_json, print_line};
use crate::args::{Cli, ReviewArgs};
use crate::context::Context;
use anyhow::{Context as _, Result};
use beyond_record::{Completion, Counts, Problem, Table, Verdict};
use beyond_runner::{Kind, Output, Record, Store};
use beyond_stage::{table, user_error};
use serde::Serialize;
use std::collections::BTreeMap;
use std::process::ExitCode;

/// All problems of one model on one benchmark under one setting, and those to be read.
struct Cell {
    counts: Vec<Counts>,
    cases: Vec<Case>,
}

/// One hard problem with its correct answers.
#[derive(Serialize)]
struct Case {
    model: String,
    benchmark: String,
    setting: String,
    problem_id: String,
    correct: u32,
    n: u32,
    prompt: String,
    gold: String,
    /// PNG, base64; empty for text problems.
    image: String,
    answers: Vec<Answer>,
}

/// One correct answer.
#[derive(Serialize)]
struct Answer {
    sample_index: u32,
    text: String,
}

/// Writes the page, or reads marks and prints what follows from them.
pub fn review(cli: &Cli, args: &ReviewArgs) -> Result<ExitCode> {
    let context = Context::load(cli, &args.spec)?;
    let cells = cells(&context, args)?;
    if let Some(path) = &args.marks {
        let scores = marks::score(&cells, path)?;
        return if args.json { print_json(&scores) } else { print_line(&marks::describe(&scores)) };
    }
    let cases: Vec<&Case> = cells.iter().flat_map(|cell| &cell.cases).collect();
    if cases.is_empty() {
        let limit = 100.0 * args.below;
        let only = args.only.as_ref().map_or_else(String::new, |text| format!(" in the cells of {text:?}"));
        return Err(user_error(format!(
            "no problem was solved with an accuracy above 0 and below {limit} %{only}: there is nothing to read"
        )));
    }
    std::fs::write(&args.out, page::page(&context.loaded.name, &cases)?).with_context(|| format!("cannot write {}", args.out.display()))?;
    let answers: usize = cases.iter().map(|case| case.answers.len()).sum();
    print_line(&format!(
        "{} problems with {answers} correct answers: open {}, mark them, save the marks, and read them with --marks FILE",
        cases.len(),
        args.out.display()
    ))
}

/// The cells whose `model/benchmark/setting` holds the text asked for.
fn cells(context: &Context, args: &ReviewArgs) -> Result<Vec<Cell>> {
    let survey = context.survey()?;
    let verified: Vec<&Record> = survey.records().filter(|record| record.outputs.contains_key(Verdict::NAME)).collect();
    if verified.is_empty() {
        return Err(user_error("nothing has been verified yet; `beyond run` the spec first"));
    }
    let wanted = |record: &&Record| args.only.as_ref().is_none_or(|text| record.step.contains(text.as_str()));
    verified.into_iter().filter(wanted).map(|record| cell(&context.store, record, args.below)).collect()
}

fn cell(store: &Store, record: &Record, below: f64) -> Result<Cell> {
    let counts: Vec<Counts> = table::read_file(&store.content(&record.outputs[Counts::NAME]))?;
    let hard: Vec<&Counts> = counts.iter().filter(|row| row.correct > 0 && f64::from(row.correct) < below * f64::from(row.n)).collect();
    if hard.is_empty() {
        return Ok(Cell { counts, cases: Vec::new() });
    }
    let problems = by_id(input::<Problem>(store, record)?);
    let mut answers = correct_answers(store, record)?;
    let case = |row: &Counts| case(row, &problems, answers.remove(&row.problem_id).unwrap_or_default());
    let cases = hard.into_iter().map(case).collect::<Result<_>>()?;
    Ok(Cell { counts, cases })
}

fn by_id(problems: Vec<Problem>) -> BTreeMap<String, Problem> {
    problems.into_iter().map(|problem| (problem.problem_id.clone(), problem)).collect()
}

fn case(row: &Counts, problems: &BTreeMap<String, Problem>, answers: Vec<Answer>) -> Result<Case> {
    let problem =
        problems.get(&row.problem_id).with_context(|| format!("problem {:?} has counts but is not in its benchmark", row.problem_id))?;
    Ok(Case {
        model: row.model.clone(),
        benchmark: row.benchmark.clone(),
        setting: row.setting.clone(),
        problem_id: row.problem_id.clone(),
        correct: row.correct,
        n: row.n,
        prompt: problem.prompt.clone(),
        gold: problem.gold.clone(),
        image: problem.image.clone(),
        answers,
    })
}

/// Texts that were judged correct, by problem.
fn correct_answers(store: &Store, record: &Record) -> Result<BTreeMap<String, Vec<Answer>>> {
    let verdicts: Vec<Verdict> = table::read_file(&store.content(&record.outputs[Verdict::NAME]))?;
    let correct =
        verdicts.into_iter().filter(|verdict| verdict.outcome.is_correct()).map(|verdict| (verdict.problem_id, verdict.sample_index));
    let correct: std::collections::BTreeSet<(String, u32)> = correct.collect();
    let mut answers: BTreeMap<String, Vec<Answer>> = BTreeMap::new();
    for completion in input::<Completion>(store, record)? {
        let key = (completion.problem_id, completion.sample_index);
        if correct.contains(&key) {
            answers.entry(key.0).or_default().push(Answer { sample_index: key.1, text: completion.text });
        }
    }
    Ok(answers)
}

/// The table of this kind that an action read.
fn input<R: Table>(store: &Store, record: &Record) -> Result<Vec<R>> {
    let mut rows = Vec::new();
    for parent in record.parents.iter().filter(|parent| parent.role == R::NAME) {
        let output = Output { digest: parent.digest, kind: Kind::Table, size: 0 };
        rows.extend(table::read_file::<R>(&store.content(&output))?);
    }
    Ok(rows)
}
