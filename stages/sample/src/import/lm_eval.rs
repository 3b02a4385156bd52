//! `lm-eval`: `samples_<task>_<date>.jsonl` of lm-evaluation-harness with `--log_samples`.
//!
//! Line: `doc_id, target, arguments, resps[request][repeat], filter, metrics, ...`. There is one line per filter: the first line's filter is taken
//! unless `where: {filter: ...}` names another. Generations are `resps[0][j]`; a metric belongs to the filtered response of one repeat, so it counts as a
//! recorded verdict only where there is one repeat and one metric.

use super::log::{Log, Sampled};
use super::row::{Row, kind, verdict};
use super::{Source, gold};
use anyhow::Result;
use serde_json::Value;
use std::collections::BTreeMap;

const FIELDS: &[&str] = &["doc_id", "target", "arguments", "resps", "filter", "metrics"];

/// The log in files of this format. Errs on loglikelihood tasks, and on a document that occurs twice under one filter.
pub fn read(source: &Source) -> Result<Log> {
    let mut log = Log::default();
    for (file, from) in source.files.iter().enumerate() {
        let rows = source.rows(from, FIELDS)?;
        let filter = rows.first().map(|row| row.optional_text(&["filter"])).transpose()?.flatten();
        let mut seen: BTreeMap<String, String> = BTreeMap::new();
        for row in rows {
            if row.optional_text(&["filter"])? != filter {
                continue;
            }
            let id = row.text(&["doc_id"])?;
            if let Some(first) = seen.insert(id.clone(), row.place.clone()) {
                return Err(
                    row.error(&format!("doc_id {id} stands already in {first}: two runs in one file? The harness appends; keep one run"))
                );
            }
            log.problem(&row, source.problem(&id, "math", prompt(&row)?, gold::of_solution(&row.text(&["target"])?)))?;
            log.block(file, &row, &id, samples(&row)?)?;
        }
    }
    Ok(log)
}

/// `arguments.gen_args_0.arg_0`; older files: `arguments[0][0]`.
fn prompt(row: &Row) -> Result<String> {
    let arguments = row.get(&["arguments"]).ok_or_else(|| row.missing(&["arguments"]))?;
    let prompt = arguments.pointer("/gen_args_0/arg_0").or_else(|| arguments.pointer("/0/0"));
    match prompt {
        Some(Value::String(prompt)) => Ok(prompt.clone()),
        _ => Err(row.error("arguments has no prompt: expected a text at gen_args_0.arg_0")),
    }
}

fn samples(row: &Row) -> Result<Vec<Sampled>> {
    let repeats = match row.list(&["resps"])?.as_slice() {
        [Value::Array(repeats)] => repeats,
        [other] => return Err(row.error(&format!("resps[0] is {}, expected a list of generations", kind(other)))),
        requests => {
            return Err(row.error(&format!("resps has {} requests, expected one: only generation tasks hold completions", requests.len())));
        }
    };
    let recorded = if repeats.len() == 1 { metric(row) } else { None };
    let sample = |(j, response): (usize, &Value)| match response {
        Value::String(text) => Ok(Sampled { recorded, ..Sampled::new(text.clone()) }),
        Value::Array(_) => Err(row.error("resps holds log-likelihoods, not texts: a multiple-choice task has no completions to import")),
        other => Err(row.error(&format!("resps[0][{j}] is {}, expected a text", kind(other)))),
    };
    repeats.iter().enumerate().map(sample).collect()
}

fn metric(row: &Row) -> Option<bool> {
    match row.get(&["metrics"])?.as_array()?.as_slice() {
        [Value::String(name)] => row.get(&[name]).and_then(verdict),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Fixture;

    fn line(doc: u32, filter: &str, resps: &str, score: f64) -> String {
        let doc = format!("\"doc_id\": {doc}, \"doc\": {{}}, \"target\": \"so 3\\n#### 3\", \"filter\": \"{filter}\"");
        let arguments = "\"arguments\": {\"gen_args_0\": {\"arg_0\": \"Q: 1+2\", \"arg_1\": {}}}";
        format!("{{{doc}, {arguments}, \"resps\": {resps}, \"metrics\": [\"exact_match\"], \"exact_match\": {score:?}}}\n")
    }

    #[test]
    fn one_filter_is_taken_and_repeats_are_samples() {
        let text =
            line(0, "strict-match", "[[\"a\"]]", 1.0) + &line(0, "flexible", "[[\"a\"]]", 0.0) + &line(1, "strict-match", "[[\"b\"]]", 0.0);
        let mut fixture = Fixture::new("lm-eval");
        let imported = fixture.read(&[("samples_gsm8k.jsonl", &text)]).unwrap();
        assert_eq!(
            (imported.completions.len(), imported.problems[0].gold.as_str(), imported.problems[0].prompt.as_str()),
            (2, "3", "Q: 1+2")
        );
        assert_eq!(imported.recorded["0"], [Some(true)]);
        fixture.params.only = [("filter".to_string(), "flexible".to_string())].into();
        assert_eq!(fixture.read(&[("s.jsonl", &text)]).unwrap().recorded["0"], [Some(false)]);
        let repeats = line(0, "none", "[[\"a\", \"b\", \"c\"]]", 1.0);
        let imported = Fixture::new("lm-eval").read(&[("s.jsonl", &repeats)]).unwrap();
        assert_eq!((imported.completions.len(), imported.recorded.len()), (3, 0), "the metric speaks of one repeat only");
    }

    #[test]
    fn what_holds_no_completions_is_refused() {
        let fixture = Fixture::new("lm-eval");
        let twice = line(0, "none", "[[\"a\"]]", 1.0) + &line(0, "none", "[[\"b\"]]", 1.0);
        fixture.refuses(&[("s.jsonl", &twice)], "s.jsonl:2: doc_id 0 stands already in");
        fixture.refuses(&[("s.jsonl", &line(0, "none", "[[[-1.5, false]]]", 1.0))], "log-likelihoods, not texts");
        fixture.refuses(&[("s.jsonl", &line(0, "none", "[[\"a\"], [\"b\"]]", 1.0))], "resps has 2 requests");
        fixture
            .refuses(&[("s.jsonl", &line(0, "none", "[[\"a\"]]", 1.0).replace("arg_0", "arg_9"))], "expected a text at gen_args_0.arg_0");
    }
}
