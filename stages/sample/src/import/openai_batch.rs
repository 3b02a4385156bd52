//! `openai-batch`: output files of the OpenAI Batch API and of `vllm run-batch`, joined by `custom_id`; their order means nothing.
//!
//! `custom_id` is `<problem>`, or `<problem>#<first sample>` where the samples of a problem were asked for in several requests. Request files may
//! stand among the inputs and are passed over: they hold prompts but no gold, so the spec names the benchmark.

use super::Source;
use super::log::{Log, Sampled};
use super::row::Row;
use crate::openai::Answer;
use anyhow::Result;
use beyond_stage::user_error;

const FIELDS: &[&str] = &["id", "custom_id", "response", "error"];

/// The log in files of this format. Errs on failed requests unless `allow_ragged`.
pub fn read(source: &Source) -> Result<Log> {
    let mut log = Log::default();
    let mut failed = Vec::new();
    for (file, from) in source.files.iter().enumerate() {
        if from.first_fields()?.contains("method") {
            continue;
        }
        for row in source.rows(from, FIELDS)? {
            let (id, first) = address(&row.text(&["custom_id"])?);
            match answer(&row)? {
                Ok(answer) => log.samples(file, &row, &id, samples(answer, first)),
                Err(reason) => failed.push(format!("{}: problem {id:?}: {reason}", row.place)),
            }
        }
    }
    match failed.first() {
        Some(first) if !source.params.allow_ragged => Err(user_error(format!(
            "{} requests of the batch failed, the first at {first}; ask again for them, or set `allow_ragged: true`",
            failed.len()
        ))),
        Some(first) => {
            log.note(format!("openai-batch: {} failed requests left out, the first at {first}", failed.len()));
            Ok(log)
        }
        None => Ok(log),
    }
}

/// Problem and first sample index of a `custom_id`.
fn address(custom_id: &str) -> (String, u32) {
    let offset = custom_id.rsplit_once('#').and_then(|(id, first)| Some((id.to_string(), first.parse().ok()?)));
    offset.unwrap_or_else(|| (custom_id.to_string(), 0))
}

/// The answer, or why there is none.
fn answer(row: &Row) -> Result<Result<Answer, String>> {
    if let Some(error) = row.get(&["error"]) {
        return Ok(Err(error.to_string()));
    }
    let response = row.get(&["response"]).ok_or_else(|| row.missing(&["response"]))?;
    let status = response.get("status_code").and_then(|status| status.as_u64()).unwrap_or(200);
    let body = response.get("body").unwrap_or(response);
    if status != 200 {
        return Ok(Err(format!("HTTP {status}: {body}")));
    }
    Answer::read(body).map(Ok).map_err(|what| row.error(&what))
}

fn samples(answer: Answer, first: u32) -> Vec<Sampled> {
    let alone = answer.completion_tokens.filter(|_| answer.choices.len() == 1);
    let sample = |choice: crate::openai::Choice| Sampled {
        index: Some(first.saturating_add(choice.index)),
        finish_reason: choice.finish_reason.unwrap_or_default(),
        n_tokens: choice.token_ids.as_ref().map(|ids| ids.len() as u32).or(alone),
        token_ids: choice.token_ids.unwrap_or_default(),
        ..Sampled::new(choice.text)
    };
    answer.choices.into_iter().map(sample).collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::Fixture;

    fn line(id: &str, texts: &[&str]) -> String {
        let choice = |(i, text): (usize, &&str)| {
            format!("{{\"index\": {i}, \"message\": {{\"role\": \"assistant\", \"content\": \"{text}\"}}, \"finish_reason\": \"length\"}}")
        };
        let choices: Vec<_> = texts.iter().enumerate().map(choice).collect();
        let body =
            format!("{{\"id\": \"c\", \"model\": \"x\", \"choices\": [{}], \"usage\": {{\"completion_tokens\": 9}}}}", choices.join(","));
        format!("{{\"id\": \"b\", \"custom_id\": \"{id}\", \"response\": {{\"status_code\": 200, \"body\": {body}}}, \"error\": null}}\n")
    }

    #[test]
    fn requests_are_joined_by_id_and_offset() {
        let requests = "{\"custom_id\": \"p\", \"method\": \"POST\", \"url\": \"/v1/chat/completions\", \"body\": {}}\n";
        let text = line("p#2", &["c"]) + &line("q", &["x", "y", "z"]) + &line("p", &["a", "b"]);
        let imported = Fixture::new("openai-batch").read(&[("in.jsonl", requests), ("out.jsonl", &text)]).unwrap();
        let of: Vec<_> =
            imported.completions.iter().map(|row| (row.problem_id.as_str(), row.sample_index, row.text.as_str(), row.n_tokens)).collect();
        assert_eq!(of[..4], [("p", 0, "a", None), ("p", 1, "b", None), ("p", 2, "c", Some(9)), ("q", 0, "x", None)]);
        assert_eq!(imported.completions[0].finish_reason, "length");
    }

    #[test]
    fn failed_requests_are_named() {
        let mut fixture = Fixture::new("openai-batch");
        let failed = "{\"custom_id\": \"q\", \"response\": {\"status_code\": 500, \"body\": {\"message\": \"oops\"}}, \"error\": null}\n";
        let text = line("p", &["a"]) + failed;
        fixture.refuses(&[("out.jsonl", &text)], "1 requests of the batch failed, the first at");
        fixture.refuses(
            &[("out.jsonl", &line("p", &["a"]).replace("\"choices\"", "\"choice\""))],
            "out.jsonl:1: the answer has no list `choices`",
        );
        fixture.refuses(
            &[("out.jsonl", &(line("p", &["a"]) + &line("p", &["b"])))],
            "out.jsonl:2: sample 0 of problem \"p\" stands already in",
        );
        fixture.params.allow_ragged = true;
        let imported = fixture.read(&[("out.jsonl", &text)]).unwrap();
        assert!(imported.completions.len() == 1 && imported.notes.iter().any(|line| line.contains("1 failed requests left out")));
    }
}
