//! `codet`: rows `prompt, samples[n]` without task ids (CodeT's published generations). Needs the HumanEval file as a further input.
//!
//! Rows are in another order than the benchmark's and their prompts lack the examples; six entry points occur twice. A row belongs to the task
//! with its entry point whose prompt shares most of its lines. Texts continue the benchmark's prompt and are executed as they are.

use super::log::{Log, Sampled};
use super::row::Row;
use super::{Source, tasks};
use anyhow::Result;
use beyond_sandbox::{Form, Task};
use beyond_stage::user_error;
use std::collections::BTreeSet;

/// The log in files of this format. Errs without the benchmark file, and on a row that fits no task or two equally.
pub fn read(source: &Source) -> Result<Log> {
    let parts = tasks::split(source)?;
    if parts.tasks.is_empty() {
        return Err(user_error(
            "format codet has no task ids: add the HumanEval file to `files`, so that rows are mapped by entry point and prompt",
        ));
    }
    let mut log = Log::default();
    for (file, from) in parts.logs {
        for mut row in source.rows(from, &["prompt", "samples"])? {
            let id = task_of(&row, &parts.tasks)?;
            let samples = row.take_texts(&["samples"])?;
            log.block(file, &row, &id, samples.into_iter().map(Sampled::new).collect())?;
        }
    }
    tasks::add_problems(source, &mut log, parts.tasks, Form::Continuation)?;
    Ok(log)
}

fn task_of(row: &Row, tasks: &[(Row, Task)]) -> Result<String> {
    let prompt = row.text(&["prompt"])?;
    let name = last_function(&prompt).ok_or_else(|| row.error("the prompt defines no function"))?;
    let mut fits: Vec<(usize, &Task)> =
        tasks.iter().filter(|(_, task)| task.entry_point() == name).map(|(_, task)| (shared_lines(&prompt, &task.prompt), task)).collect();
    fits.sort_by_key(|(shared, _)| std::cmp::Reverse(*shared));
    match fits.as_slice() {
        [] => Err(row.error(&format!("the benchmark has no task with entry point {name:?}"))),
        [(best, a), (second, b), ..] if best == second => {
            Err(row.error(&format!("the prompt of {name:?} fits {} and {} equally", a.id, b.id)))
        }
        [(_, task), ..] => Ok(task.id.clone()),
    }
}

/// Name of the last function that a prompt defines at the margin.
fn last_function(prompt: &str) -> Option<&str> {
    let line = prompt.lines().rfind(|line| line.starts_with("def "))?;
    line[4..].split('(').next().map(str::trim)
}

/// Lines of `prompt`, spaces around them aside, that `full` has too.
fn shared_lines(prompt: &str, full: &str) -> usize {
    let lines = |text: &'_ str| text.lines().map(|line| line.trim().to_string()).filter(|line| !line.is_empty()).collect::<Vec<_>>();
    let full: BTreeSet<String> = lines(full).into_iter().collect();
    lines(prompt).iter().filter(|line| full.contains(*line)).count()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Fixture, shared};

    const TASKS: &str = r#"{"task_id": "HumanEval/0", "prompt": "def f(a):\n    \"\"\" sum\n    >>> f(1)\n    \"\"\"\n", "entry_point": "f", "canonical_solution": "x", "test": "def check(c): pass"}
{"task_id": "HumanEval/1", "prompt": "def h():\n    return 1\ndef f(a):\n    \"\"\" product\n    \"\"\"\n", "entry_point": "f", "canonical_solution": "x", "test": "def check(c): pass"}
"#;
    const ROWS: &str = r#"{"prompt": "def h():\n    return 1\ndef f(a):\n    \"\"\" product\n    \"\"\"\n", "samples": ["p", "q"]}
{"prompt": "def f(a):\n    \"\"\" sum\n    \"\"\"\n", "samples": ["r", "s"]}
"#;

    #[test]
    fn rows_find_their_task_by_entry_point_and_prompt() {
        let fixture = Fixture::new("codet");
        let imported = fixture.read(&[("log.jsonl", ROWS), ("HumanEval.jsonl", TASKS)]).unwrap();
        let of: Vec<_> = imported.completions.iter().map(|row| (row.problem_id.as_str(), row.text.as_str())).collect();
        assert_eq!(of, [("HumanEval/0", "r"), ("HumanEval/0", "s"), ("HumanEval/1", "p"), ("HumanEval/1", "q")]);
        assert!(imported.problems[0].gold.contains("\"form\":\"continuation\""));
        fixture.refuses(&[("log.jsonl", ROWS)], "add the HumanEval file");
        fixture.refuses(&[("log.jsonl", &ROWS.replace("def f", "def k")), ("HumanEval.jsonl", TASKS)], "no task with entry point \"k\"");
        fixture.refuses(
            &[("log.jsonl", "{\"prompt\": \"def f(a):\\n\", \"samples\": [\"\"]}"), ("HumanEval.jsonl", TASKS)],
            "fits HumanEval/0 and HumanEval/1 equally",
        );
    }

    #[test]
    fn all_164_rows_of_codegen_map_as_recorded() {
        let folder = "outputs/codet_humaneval/";
        let log = shared(&format!("{folder}HumanEval_codegen16B_temp0.8_topp0.95_num100_max300_code_solution.jsonl"));
        let (Some(log), Some(verdicts), Some(tasks)) =
            (log, shared(&format!("{folder}verdicts.jsonl")), shared("benchmarks/HumanEval.jsonl.gz"))
        else {
            return;
        };
        let imported = Fixture::new("codet").read_paths(&[log.clone(), tasks]).unwrap();
        assert_eq!((imported.problems.len(), imported.completions.len()), (164, 16_400));
        assert_eq!(imported.completions.len() - imported.repeated, 12_410, "distinct texts of the source's README");
        let lines = |path| {
            std::fs::read_to_string(path)
                .unwrap()
                .lines()
                .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
                .collect::<Vec<_>>()
        };
        let rows = lines(log);
        for verdict in lines(verdicts) {
            let first = &rows[verdict["codet_row"].as_u64().unwrap() as usize]["samples"][0];
            let ours = imported.completions.iter().find(|row| verdict["task_id"] == row.problem_id.as_str()).unwrap();
            assert_eq!(first.as_str().unwrap(), ours.text, "{}", verdict["task_id"]);
        }
    }
}
