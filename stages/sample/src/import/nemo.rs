//! `nemo`: NeMo-Skills `output-rs<seed>.jsonl`, one sample per line and one file per seed.
//!
//! Line: the dataset's fields (`problem, expected_answer, [id]`), `generation, [num_generated_tokens], [symbolic_correct]`. Without an id, the
//! place of the line is one (`_async_position` in files written out of order). Sample index = rank of the seed.

use super::Source;
use super::log::{Log, Sampled};
use super::row::verdict;
use anyhow::Result;
use std::collections::BTreeMap;

const FIELDS: &[&str] =
    &["id", "problem", "expected_answer", "generation", "num_generated_tokens", "symbolic_correct", "_async_position", "finish_reason"];

/// The log in files of this format. Errs when one file has two samples of a problem.
pub fn read(source: &Source) -> Result<Log> {
    source.seeds("-rs")?;
    let mut log = Log::default();
    for (file, from) in source.files.iter().enumerate() {
        let mut seen: BTreeMap<String, String> = BTreeMap::new();
        for (line, row) in source.rows(from, FIELDS)?.into_iter().enumerate() {
            let id = match row.optional_text(&["id", "_async_position"])? {
                Some(id) => id,
                None => line.to_string(),
            };
            if let Some(first) = seen.insert(id.clone(), row.place.clone()) {
                return Err(row.error(&format!("problem {id:?} stands already in {first}; a file has one sample of each problem")));
            }
            log.problem(&row, source.problem(&id, "math", row.text(&["problem"])?, row.text(&["expected_answer"])?))?;
            let sampled = Sampled {
                n_tokens: row.optional_whole(&["num_generated_tokens"])?,
                recorded: row.get(&["symbolic_correct"]).and_then(verdict),
                finish_reason: row.optional_text(&["finish_reason"])?.unwrap_or_default(),
                ..Sampled::new(row.text(&["generation"])?)
            };
            log.samples(file, &row, &id, vec![sampled]);
        }
    }
    Ok(log)
}

#[cfg(test)]
mod tests {
    use super::super::testing::Fixture;

    fn line(id: u32, text: &str) -> String {
        format!(
            "{{\"problem\": \"q{id}\", \"expected_answer\": {id}, \"_async_position\": {id}, \"generation\": \"{text}\", \"num_generated_tokens\": 7, \"symbolic_correct\": true}}\n"
        )
    }

    #[test]
    fn files_are_seeds_and_positions_restore_the_order() {
        let fixture = Fixture::new("nemo");
        let (one, two) = (line(1, "a") + &line(0, "b"), line(0, "c") + &line(1, "d"));
        let imported = fixture.read(&[("output-rs0.jsonl", &one), ("output-rs1.jsonl", &two)]).unwrap();
        let of: Vec<_> =
            imported.completions.iter().map(|row| (row.problem_id.as_str(), row.sample_index, row.text.as_str(), row.n_tokens)).collect();
        assert_eq!(of, [("0", 0, "b", Some(7)), ("0", 1, "c", Some(7)), ("1", 0, "a", Some(7)), ("1", 1, "d", Some(7))]);
        fixture.refuses(&[("output-rs1.jsonl", &one), ("output-rs0.jsonl", &two)], "list the files by seed");
        fixture.refuses(&[("output-rs0.jsonl", &one), ("output-rs1.jsonl", &one)], "one seed used twice");
        fixture.refuses(&[("output.jsonl", &(one.clone() + &line(1, "z")))], "output.jsonl:3: problem \"1\" stands already in");
    }
}
