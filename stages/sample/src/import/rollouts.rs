//! `rollouts`: lines `qid, question, gold, rollouts[n]{text, correct}` (rlvr_behavior_probe). Recorded verdicts compare floats with a last-number
//! fallback; ours do not.

use super::Source;
use super::log::{Log, Sampled};
use super::row::{Row, kind, verdict};
use anyhow::Result;
use serde_json::Value;

const FIELDS: &[&str] = &["qid", "question", "gold", "rollouts"];

/// The log in files of this format.
pub fn read(source: &Source) -> Result<Log> {
    let mut log = Log::default();
    for (file, from) in source.files.iter().enumerate() {
        for mut row in source.rows(from, FIELDS)? {
            let id = row.text(&["qid"])?;
            log.problem(&row, source.problem(&id, "math", row.text(&["question"])?, row.text(&["gold"])?))?;
            let samples = samples(&mut row)?;
            log.block(file, &row, &id, samples)?;
        }
    }
    Ok(log)
}

fn samples(row: &mut Row) -> Result<Vec<Sampled>> {
    row.list(&["rollouts"])?;
    let Some(Value::Array(rollouts)) = row.fields.remove("rollouts") else { return Err(row.missing(&["rollouts"])) };
    let sample = |(j, rollout)| match rollout {
        Value::Object(fields) => {
            let rollout = Row { place: format!("{} rollouts[{j}]", row.place), fields };
            let recorded = rollout.get(&["correct"]).and_then(verdict);
            Ok(Sampled { recorded, index: rollout.optional_whole(&["rollout"])?, ..Sampled::new(rollout.text(&["text"])?) })
        }
        other => Err(row.error(&format!("rollouts[{j}] is {}, expected an object with text", kind(&other)))),
    };
    rollouts.into_iter().enumerate().map(sample).collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Fixture, shared};

    const LINE: &str = r#"{"qid": 3, "question": "q", "gold": "52", "model_alias": "rl", "rollouts": [{"rollout": 0, "correct": true, "text": "\\boxed{52}"}, {"rollout": 1, "correct": false, "text": "57"}]}"#;

    #[test]
    fn rollouts_are_samples() {
        let mut fixture = Fixture::new("rollouts");
        fixture.params.only = [("model_alias".to_string(), "rl".to_string())].into();
        let imported = fixture.read(&[("a.jsonl", &format!("{LINE}\n{}", LINE.replace("\"rl\"", "\"sft\"")))]).unwrap();
        assert_eq!((imported.problems[0].gold.as_str(), imported.completions.len()), ("52", 2));
        assert_eq!(imported.recorded["3"], [Some(true), Some(false)]);
        fixture.refuses(&[("a.jsonl", &LINE.replace("\"rollout\": 1", "\"rollout\": 0"))], "sample 0 of problem \"3\" stands already in");
        fixture
            .refuses(&[("a.jsonl", &LINE.replace("\"text\": \"57\"", "\"txt\": \"57\""))], "a.jsonl:1 rollouts[1]: expected a field text");
        fixture.refuses(&[("a.jsonl", &LINE.replace("\"rl\"", "\"sft\""))], "holds no sample with {\"model_alias\": \"rl\"}");
    }

    #[test]
    fn the_probe_files_have_their_published_counts() {
        for (file, correct) in [("1024_cuda/sft", 135), ("1024_cuda/rl", 175), ("2048_batched/sft", 133), ("2048_batched/rl", 175)] {
            let Some(path) = shared(&format!("outputs/rlvr_behavior_probe/results_{file}_raw.jsonl")) else { return };
            let imported = Fixture::new("rollouts").read_paths(&[path]).unwrap();
            let recorded = imported.recorded.values().flatten().filter(|verdict| **verdict == Some(true)).count();
            assert_eq!((imported.problems.len(), imported.completions.len(), recorded), (30, 240, correct), "{file}");
        }
    }
}
