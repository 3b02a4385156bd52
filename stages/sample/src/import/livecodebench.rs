//! `livecodebench`: `Scenario.codegeneration_<n>_<T>.json` and its `_eval_all` twin, a list of `question_id, output_list[n], [graded_list[n]]`.
//!
//! The log lacks the private tests: the benchmark's file as a further input brings the problems, or the spec names a manifest.

use super::log::{Log, Sampled};
use super::row::verdict;
use super::{Source, tasks};
use anyhow::Result;
use beyond_sandbox::Form;

const FIELDS: &[&str] = &["question_id", "output_list", "graded_list"];

/// The log in files of this format.
pub fn read(source: &Source) -> Result<Log> {
    let parts = tasks::split(source)?;
    let mut log = Log::default();
    for (file, from) in parts.logs {
        for mut row in source.rows(from, FIELDS)? {
            let texts = row.take_texts(&["output_list"])?;
            let graded = row.parallel("graded_list", texts.len())?;
            let sample = |(j, text)| Sampled { recorded: graded.and_then(|graded| verdict(&graded[j])), ..Sampled::new(text) };
            let samples = texts.into_iter().enumerate().map(sample).collect();
            log.block(file, &row, &row.text(&["question_id"])?, samples)?;
        }
    }
    tasks::add_problems(source, &mut log, parts.tasks, Form::Program)?;
    Ok(log)
}

#[cfg(test)]
mod tests {
    use super::super::testing::Fixture;

    #[test]
    fn a_list_of_questions_is_read() {
        let text = r#"[{"question_id": "abc_a", "question_title": "A", "output_list": ["```python\nx\n```", "none"], "code_list": ["x", ""], "graded_list": [true, false]}]"#;
        let imported = Fixture::new("livecodebench").read(&[("Scenario.codegeneration_2_0.2_eval_all.json", text)]).unwrap();
        assert_eq!((imported.completions.len(), imported.problems.len()), (2, 0));
        assert_eq!(imported.recorded["abc_a"], [Some(true), Some(false)]);
        Fixture::new("livecodebench")
            .refuses(&[("a.json", &text.replace("[true, false]", "[true]"))], "graded_list has 1 entries for 2 samples");
    }
}
