//! `verl`: dumps `<rollout_data_dir | validation_data_dir>/<step>.jsonl`, lines `input, output, gts, score, step`.
//!
//! The dump has no problem id: rows are grouped by the exact `input`, and the id is a digest of it, so that dumps of several models agree. Rows of a
//! prompt may be interleaved; sample index = their order. A score is a recorded verdict only where it is 0 or 1.

use super::log::{Log, Sampled};
use super::row::{Row, verdict};
use super::{Source, gold};
use anyhow::Result;
use beyond_stage::Digest;
use serde_json::Value;

const FIELDS: &[&str] = &["input", "output", "gts", "score", "step"];

/// The log in files of this format. Errs when a file mixes steps, and when one input has two golds.
pub fn read(source: &Source) -> Result<Log> {
    let mut log = Log::default();
    for (file, from) in source.files.iter().enumerate() {
        let rows = source.rows(from, FIELDS)?;
        one_step(&rows)?;
        for row in rows {
            let input = row.text(&["input"])?;
            let id = Digest::of(input.as_bytes()).short();
            if let Some(gold) = gold(&row) {
                log.problem(&row, source.problem(&id, "math", input, gold))?;
            }
            let recorded = row.get(&["score"]).and_then(verdict);
            log.samples(file, &row, &id, vec![Sampled { recorded, ..Sampled::new(row.text(&["output"])?) }]);
        }
    }
    Ok(log)
}

fn one_step(rows: &[Row]) -> Result<()> {
    let step = |row: &Row| row.get(&["step"]).cloned();
    let first = rows.first().and_then(step);
    match rows.iter().find(|row| step(row) != first) {
        Some(row) => Err(row.error("the file mixes training steps: choose one with `where: {step: ...}`")),
        None => Ok(()),
    }
}

/// A text or number, or a list of one; None for null and for structures, which only the trainer's reward understood.
fn gold(row: &Row) -> Option<String> {
    let one = match row.get(&["gts"])? {
        Value::Array(list) if list.len() == 1 => &list[0],
        other => other,
    };
    match one {
        Value::String(text) => Some(gold::of_solution(text)),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Fixture;

    #[test]
    fn interleaved_rows_are_grouped_by_prompt() {
        let text = r#"{"input": "user\n1+1", "output": "2", "gts": "2", "score": 1.0, "step": 0, "acc": true}
{"input": "user\n1+2", "output": "4", "gts": ["3"], "score": 0.0, "step": 0, "acc": false}
{"input": "user\n1+1", "output": "3", "gts": "2", "score": 0.0, "step": 0, "acc": false}
{"input": "user\n1+2", "output": "3", "gts": ["3"], "score": 0.5, "step": 0, "acc": true}
"#;
        let fixture = Fixture::new("verl");
        let imported = fixture.read(&[("0.jsonl", text)]).unwrap();
        let of = |prompt: &str| {
            let problem = imported.problems.iter().find(|problem| problem.prompt.ends_with(prompt)).unwrap();
            let texts: Vec<_> =
                imported.completions.iter().filter(|row| row.problem_id == problem.problem_id).map(|row| row.text.as_str()).collect();
            (problem.gold.clone(), texts, imported.recorded[&problem.problem_id].clone())
        };
        assert_eq!(of("1+1"), ("2".into(), vec!["2", "3"], vec![Some(true), Some(false)]));
        assert_eq!(of("1+2"), ("3".into(), vec!["4", "3"], vec![Some(false), None]), "a score of 0.5 is no verdict");
        fixture.refuses(&[("0.jsonl", &text.replacen("\"gts\": \"2\"", "\"gts\": \"7\"", 1))], "is another one than at");
        fixture.refuses(&[("0.jsonl", &text.replacen("\"step\": 0", "\"step\": 1", 1))], "mixes training steps");
        let unknown = text.replace("\"gts\": \"2\"", "\"gts\": null").replace("\"gts\": [\"3\"]", "\"gts\": {\"a\": 1}");
        assert_eq!(fixture.read(&[("0.jsonl", &unknown)]).unwrap().problems.len(), 0, "without golds the spec has to name the benchmark");
    }
}
