//! `evalplus`: samples as lines (as `humaneval`), as folders `<task with _ for />/<i>.py`, or as `*_results.json` with verdicts.
//!
//! A sample of a results file is recorded as right when base and plus tests passed; base alone when plus was not run.

use super::humaneval::{self, Forms};
use super::log::{Log, Sampled};
use super::row::{Row, kind};
use super::source::SourceFile;
use super::{Source, tasks};
use anyhow::Result;
use serde_json::Value;

const FIELDS: &[&str] = &["task_id", "completion", "solution", "finish_reason", "eval"];

/// The log in files of this format.
pub fn read(source: &Source) -> Result<Log> {
    let parts = tasks::split(source)?;
    let mut log = Log::default();
    let mut forms = Forms::default();
    for (file, from) in parts.logs {
        if from.path.is_dir() {
            folder(file, from, &mut log, &mut forms)?;
            continue;
        }
        for mut row in source.rows(from, FIELDS)? {
            match row.fields.remove("eval") {
                Some(Value::Object(tasks)) => results(file, &row, tasks, &mut log, &mut forms)?,
                Some(other) => return Err(row.error(&format!("eval is {}, expected an object by task", kind(&other)))),
                None => log.samples(file, &row, &row.text(&["task_id"])?, vec![humaneval::sample(&row, &mut forms)?]),
            }
        }
    }
    tasks::add_problems(source, &mut log, parts.tasks, forms.form())?;
    Ok(log)
}

/// `eval{task: [{solution, base_status, plus_status}]}`.
fn results(file: usize, row: &Row, tasks: serde_json::Map<String, Value>, log: &mut Log, forms: &mut Forms) -> Result<()> {
    for (id, samples) in tasks {
        let Value::Array(samples) = samples else { return Err(row.error(&format!("eval of {id} is {}, expected a list", kind(&samples)))) };
        let mut block = Vec::new();
        for (i, sample) in samples.into_iter().enumerate() {
            let place = format!("{} eval of {id}, item {i}", row.place);
            let Value::Object(fields) = sample else { return Err(row.error(&format!("eval of {id}, item {i}: expected an object"))) };
            let sample = Row { place, fields };
            block.push(Sampled { recorded: recorded(&sample)?, ..humaneval::sample(&sample, forms)? });
        }
        log.block(file, row, &id, block)?;
    }
    Ok(())
}

fn recorded(sample: &Row) -> Result<Option<bool>> {
    let passed = |name| sample.optional_text(&[name]).map(|status| status.map(|status| status == "pass"));
    Ok(passed("base_status")?.map(|base| base && passed("plus_status").ok().flatten().unwrap_or(true)))
}

/// `HumanEval_0/0.py`: the samples of a task in the order of their numbers.
fn folder(file: usize, from: &SourceFile, log: &mut Log, forms: &mut Forms) -> Result<()> {
    for task in from.entries()?.iter().filter(|entry| entry.path.is_dir()) {
        let mut programs = Vec::new();
        for program in task.entries()? {
            let name = program.name();
            let number = name.strip_suffix(".py").and_then(|number| number.parse::<u32>().ok());
            let number = number.ok_or_else(|| program.error("is in the folder of a task: expected only <number>.py"))?;
            programs.push((number, program.text()?));
        }
        programs.sort();
        let samples: Vec<_> = programs.into_iter().map(|(number, text)| Sampled { index: Some(number), ..Sampled::new(text) }).collect();
        samples.iter().for_each(|_| forms.note(true));
        let row = Row { place: task.path.display().to_string(), fields: Default::default() };
        log.block(file, &row, &task.name().replacen('_', "/", 1), samples)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::humaneval::tests::TASKS;
    use super::super::testing::Fixture;

    const RESULTS: &str = r#"{"date": "x", "hash": "y", "eval": {
        "HumanEval/0": [{"task_id": "HumanEval/0", "solution": "def f(): return 1", "base_status": "pass", "plus_status": "pass"},
                        {"task_id": "HumanEval/0", "solution": "def f(): return 2", "base_status": "pass", "plus_status": "fail"}],
        "HumanEval/1": [{"task_id": "HumanEval/1", "solution": "def g(): return 2", "base_status": "pass", "plus_status": null},
                        {"task_id": "HumanEval/1", "solution": "def g(): return 3", "base_status": "timeout", "plus_status": "pass"}]}}"#;

    #[test]
    fn results_files_bring_verdicts() {
        let imported = Fixture::new("evalplus").read(&[("s_eval_results.json", RESULTS), ("HumanEval.jsonl", TASKS)]).unwrap();
        assert_eq!(imported.recorded["HumanEval/0"], [Some(true), Some(false)]);
        assert_eq!(imported.recorded["HumanEval/1"], [Some(true), Some(false)]);
        assert!(imported.problems[0].gold.contains("\"form\":\"program\""));
        let broken = RESULTS.replace("\"solution\": \"def g(): return 3\", ", "");
        Fixture::new("evalplus").refuses(&[("s.json", &broken)], "eval of HumanEval/1, item 1: expected a field completion or solution");
    }

    #[test]
    fn folders_of_programs_keep_their_numbers() {
        let files = [("out/HumanEval_0/10.py", "ten"), ("out/HumanEval_0/2.py", "two"), ("out/Mbpp_7/0.py", "a"), ("out/Mbpp_7/1.py", "b")];
        let imported = Fixture::new("evalplus").read(&files).unwrap();
        let of: Vec<_> = imported.completions.iter().map(|row| (row.problem_id.as_str(), row.sample_index, row.text.as_str())).collect();
        assert_eq!(of, [("HumanEval/0", 2, "two"), ("HumanEval/0", 10, "ten"), ("Mbpp/7", 0, "a"), ("Mbpp/7", 1, "b")]);
        Fixture::new("evalplus").refuses(&[("out/HumanEval_0/x.py", "a")], "expected only <number>.py");
    }
}
