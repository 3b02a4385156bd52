//! `normalised`: our own rows, as JSON lines, CSV or Parquet: one completion per row, `problem_id, [sample_index], text | completion`, and, where known,
//! `finish_reason, n_tokens, token_ids, logprob_sum, entropy_mean, verdict`. Rows with `judge` and `gold` are problems: those of a further file,
//! or `prompt` and `gold` beside each completion (judge `math` unless the row has one).

use super::Source;
use super::log::{Log, Sampled};
use super::row::{Row, verdict};
use anyhow::Result;
use beyond_record::Problem;
use serde_json::Value;

const FIELDS: &[&str] = &[
    "problem_id",
    "sample_index",
    "text",
    "completion",
    "finish_reason",
    "n_tokens",
    "token_ids",
    "logprob_sum",
    "entropy_mean",
    "verdict",
    "judge",
    "prompt",
    "gold",
    "stratum",
    "exposure",
    "image",
    "solution",
    "model",
    "benchmark",
    "setting",
];

/// The log in files of this format.
pub fn read(source: &Source) -> Result<Log> {
    let mut log = Log::default();
    for (file, from) in source.files.iter().enumerate() {
        for row in source.rows(from, FIELDS)? {
            let id = row.text(&["problem_id"])?;
            if row.get(&["gold"]).is_some() {
                log.problem(&row, problem(source, &row, &id)?)?;
            }
            if row.get(&["text", "completion"]).is_some() || row.get(&["gold"]).is_none() {
                log.samples(file, &row, &id, vec![sample(&row)?]);
            }
        }
    }
    Ok(log)
}

fn problem(source: &Source, row: &Row, id: &str) -> Result<Problem> {
    let text = |name: &str| Ok::<_, anyhow::Error>(row.optional_text(&[name])?.unwrap_or_default());
    let judge = row.optional_text(&["judge"])?.unwrap_or_else(|| "math".into());
    Ok(Problem {
        stratum: text("stratum")?,
        exposure: text("exposure")?,
        image: text("image")?,
        solution: text("solution")?,
        ..source.problem(id, &judge, text("prompt")?, row.text(&["gold"])?)
    })
}

fn sample(row: &Row) -> Result<Sampled> {
    let number = |name: &str| match row.get(&[name]) {
        None => Ok(None),
        Some(value) => value.as_f64().map(Some).ok_or_else(|| row.error(&format!("{name} is {value}, expected a number"))),
    };
    Ok(Sampled {
        index: row.optional_whole(&["sample_index"])?,
        finish_reason: row.optional_text(&["finish_reason"])?.unwrap_or_default(),
        token_ids: token_ids(row)?,
        n_tokens: row.optional_whole(&["n_tokens"])?,
        logprob_sum: number("logprob_sum")?,
        entropy_mean: number("entropy_mean")?,
        recorded: row.get(&["verdict"]).and_then(verdict),
        ..Sampled::new(row.text(&["text", "completion"])?)
    })
}

fn token_ids(row: &Row) -> Result<Vec<u32>> {
    if row.get(&["token_ids"]).is_none() {
        return Ok(Vec::new());
    }
    let id = |value: &Value| {
        value
            .as_u64()
            .and_then(|id| u32::try_from(id).ok())
            .ok_or_else(|| row.error(&format!("token_ids holds {value}, expected token ids")))
    };
    row.list(&["token_ids"])?.iter().map(id).collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::Fixture;
    use beyond_record::{Completion, Problem};
    use beyond_stage::table;

    fn completion(problem: &str, sample_index: u32) -> Completion {
        Completion {
            model: "theirs".into(),
            benchmark: "theirs".into(),
            setting: "theirs".into(),
            problem_id: problem.into(),
            sample_index,
            text: format!("{problem} {sample_index}"),
            token_ids: vec![1, 2],
            n_tokens: Some(2),
            logprob_sum: Some(-0.5),
            entropy_mean: None,
            finish_reason: "stop".into(),
        }
    }

    #[test]
    fn our_own_parquet_comes_back_under_new_names() {
        let rows: Vec<_> = [("p", 1), ("q", 0), ("p", 0), ("q", 1)].map(|(problem, index)| completion(problem, index)).into();
        let problem = |id: &str| Problem {
            benchmark: "theirs".into(),
            problem_id: id.into(),
            judge: "exact".into(),
            prompt: "?".into(),
            gold: "g".into(),
            stratum: String::new(),
            exposure: String::new(),
            image: String::new(),
            solution: String::new(),
        };
        let dir = tempfile::tempdir().unwrap();
        let (one, two) = (dir.path().join("completions.parquet"), dir.path().join("problems.parquet"));
        std::fs::write(&one, table::encode(&rows).unwrap()).unwrap();
        std::fs::write(&two, table::encode(&[problem("p"), problem("q")]).unwrap()).unwrap();
        let imported = Fixture::new("normalised").read_paths(&[one, two]).unwrap();
        let mut expected: Vec<_> =
            rows.into_iter().map(|row| Completion { model: "m".into(), benchmark: "b".into(), setting: "s".into(), ..row }).collect();
        expected.sort_by(|a, b| (&a.problem_id, a.sample_index).cmp(&(&b.problem_id, b.sample_index)));
        assert_eq!(imported.completions, expected);
        assert_eq!(
            (imported.problems.len(), imported.problems[0].judge.as_str(), imported.problems[0].benchmark.as_str()),
            (2, "exact", "b")
        );
    }

    #[test]
    fn json_lines_with_the_least_fields_are_enough() {
        let fixture = Fixture::new("normalised");
        let text = "{\"problem_id\": 1, \"completion\": \"a\", \"verdict\": true, \"gold\": \"a\"}\n{\"problem_id\": 1, \"completion\": \"b\", \"gold\": \"a\", \"extra\": 1}\n";
        let imported = fixture.read(&[("a.jsonl", text)]).unwrap();
        assert_eq!(imported.completions.iter().map(|row| row.sample_index).collect::<Vec<_>>(), [0, 1]);
        assert_eq!(imported.recorded["1"], [Some(true), None]);
        assert_eq!(imported.problems[0].judge, "math");
        assert_eq!(imported.notes.iter().next().unwrap(), "normalised: fields not used: extra");
        let indexed = |a: u32, b: u32| {
            format!(
                "{{\"problem_id\": 1, \"sample_index\": {a}, \"text\": \"a\"}}\n{{\"problem_id\": 1, \"sample_index\": {b}, \"text\": \"a\"}}\n"
            )
        };
        fixture.refuses(&[("a.jsonl", &indexed(3, 3))], "a.jsonl:2: sample 3 of problem \"1\" stands already in");
        fixture.refuses(&[("a.jsonl", &indexed(0, 1).replace("\"text\"", "\"txt\""))], "a.jsonl:1: expected a field text or completion");
        fixture.refuses(&[("a.jsonl", "{\"problem_id\": 1, \"text\": \"a\", \"token_ids\": [-1]}")], "token_ids holds -1");
        fixture.refuses(
            &[("a.jsonl", "{\"problem_id\": 1, \"text\": \"a\", \"n_tokens\": \"few\"}")],
            "n_tokens is \"few\", expected a whole number",
        );
    }

    #[test]
    fn columns_may_have_other_names() {
        let mut fixture = Fixture::new("normalised");
        fixture.params.columns = [("problem_id".to_string(), "uid".to_string())].into();
        let imported = fixture.read(&[("a.csv", "uid,text\nx,hello\n")]).unwrap();
        assert_eq!(imported.completions[0].problem_id, "x");
        fixture.refuses(&[("a.csv", "id,text\nx,hello\n")], "`columns` reads problem_id from \"uid\", which no row has");
    }
}
