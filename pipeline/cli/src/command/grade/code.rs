//! Code: completions or whole programs against the tests of a benchmark file, in the sandbox.

use super::{Graded, rows};
use crate::args::GradeArgs;
use crate::context::threads;
use anyhow::Result;
use beyond_sandbox::{Config, Form, Judgement, Sandbox, Task, load_tasks};
use beyond_stage::user_error;
use serde::Deserialize;
use std::collections::HashMap;

const EXPECTED: &str = "{\"task\": \"HumanEval/0\", \"completion\": \"...\"} or {\"task_id\": \"...\", \"solution\": \"...\"}";

#[derive(Deserialize)]
struct Row {
    #[serde(alias = "task_id")]
    task: String,
    completion: Option<String>,
    solution: Option<String>,
}

/// A task as its file says, and with the whole program expected of the model.
struct Forms {
    completion: Task,
    solution: Task,
}

pub fn grade(args: &GradeArgs) -> Result<Vec<Graded>> {
    let rows: Vec<Row> = rows(args, EXPECTED)?;
    let tests = args.tests.as_ref().ok_or_else(|| user_error("code is judged by tests: name the benchmark file with --tests FILE"))?;
    let tasks: HashMap<String, Forms> = load_tasks(tests)?.into_iter().map(|task| (task.id.clone(), Forms::of(task))).collect();
    let items = rows.iter().map(|row| item(row, &tasks)).collect::<Result<Vec<_>>>()?;
    let config = Config { workers: threads(args.threads), allow_below_floor: args.allow_weak_sandbox, ..Config::default() };
    let sandbox = Sandbox::start(config)?;
    Ok(sandbox.judge_many(&items, |_, _| {}).into_iter().map(graded).collect())
}

impl Forms {
    fn of(task: Task) -> Self {
        Forms { solution: Task { form: Form::Program, ..task.clone() }, completion: task }
    }
}

fn item<'a>(row: &'a Row, tasks: &'a HashMap<String, Forms>) -> Result<(&'a Task, &'a str)> {
    let forms = tasks
        .get(&row.task)
        .ok_or_else(|| user_error(format!("the tests have no task {:?}; they have {} others", row.task, tasks.len())))?;
    match (&row.completion, &row.solution) {
        (Some(completion), None) => Ok((&forms.completion, completion)),
        (None, Some(solution)) => Ok((&forms.solution, solution)),
        _ => Err(user_error(format!("task {:?}: give either `completion` or `solution`", row.task))),
    }
}

fn graded(judgement: Judgement) -> Graded {
    Graded { outcome: judgement.outcome, extracted: None, reason: judgement.reason }
}
