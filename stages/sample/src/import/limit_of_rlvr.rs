//! `limit-of-rlvr`: evaluation files of the study, of SimpleRL-Zoo and of Qwen2.5-Math, one line per problem and one file per seed.
//!
//! Line: `idx, question, gt_cot, gt, [level, solution, answer, ...], code[n], score[n], finish_reason[n]`. The completions are `code`, cut at the
//! stop strings. `pred` and `gt` are stripped forms, so neither is read: the gold is the last box of `gt_cot`, else `answer`, else `gt`.
//! Sample index = (rank of the seed) * n + j.

use super::log::{Log, Sampled};
use super::row::{Row, verdict};
use super::{Source, gold};
use anyhow::Result;
use beyond_record::Problem;
use std::collections::BTreeMap;

const FIELDS: &[&str] =
    &["idx", "question", "gt_cot", "gt", "answer", "final_answer", "level", "solution", "code", "score", "finish_reason"];

/// The log in files of this format. Errs when one seed holds a problem twice.
pub fn read(source: &Source) -> Result<Log> {
    let seeds = source.seeds("_seed")?;
    let mut seen: BTreeMap<(u64, String), String> = BTreeMap::new();
    let mut log = Log::default();
    for (file, from) in source.files.iter().enumerate() {
        for mut row in source.rows(from, FIELDS)? {
            let id = row.text(&["idx"])?;
            if let Some(first) = seeds[file].and_then(|seed| seen.insert((seed, id.clone()), row.place.clone())) {
                return Err(row.error(&format!("problem {id:?} stands already in {first}, under the same seed")));
            }
            log.problem(&row, problem(source, &row, &id)?)?;
            let samples = samples(&mut row)?;
            log.block(file, &row, &id, samples)?;
        }
    }
    Ok(log)
}

fn problem(source: &Source, row: &Row, id: &str) -> Result<Problem> {
    let solution = row.optional_text(&["gt_cot", "solution"])?.unwrap_or_default();
    let gold = match gold::last_box(&solution) {
        Some(gold) => gold,
        None => gold::of_solution(&row.text(&["answer", "final_answer", "gt"])?),
    };
    let stratum = row.optional_text(&["level"])?.unwrap_or_default().to_lowercase();
    Ok(Problem { stratum, solution, ..source.problem(id, "math", row.text(&["question"])?, gold) })
}

fn samples(row: &mut Row) -> Result<Vec<Sampled>> {
    let texts = row.take_texts(&["code"])?;
    let score = row.parallel("score", texts.len())?;
    let finish = row.parallel("finish_reason", texts.len())?;
    let sample = |(j, text): (usize, String)| Sampled {
        recorded: score.and_then(|score| verdict(&score[j])),
        finish_reason: finish.and_then(|finish| finish[j].as_str()).unwrap_or_default().to_string(),
        ..Sampled::new(text)
    };
    Ok(texts.into_iter().enumerate().map(sample).collect())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Fixture, shared};

    const LINE: &str = r#"{"idx": IDX, "question": "1+1?", "gt_cot": "It is $\\boxed{2{,}0}$.", "gt": "20", "level": "Level 3", "code": ["A\\boxed{20}", "B"], "pred": ["20", ""], "report": [null, null], "score": [true, false], "finish_reason": ["stop", "length"]}"#;

    fn line(idx: u32, mark: &str) -> String {
        LINE.replace("IDX", &idx.to_string()).replace("\"A", &format!("\"{mark}")) + "\n"
    }

    #[test]
    fn seeds_are_pooled_in_order() {
        let fixture = Fixture::new("limit-of-rlvr");
        let one = line(0, "x") + &line(1, "y");
        let two = line(0, "z") + &line(1, "w");
        let imported =
            fixture.read(&[("test_qwen_-1_seed1_t0.6_s0_e-1.jsonl", &one), ("test_qwen_-1_seed2_t0.6_s0_e-1.jsonl", &two)]).unwrap();
        let of: Vec<_> = imported
            .completions
            .iter()
            .map(|row| (row.problem_id.as_str(), row.sample_index, row.text.as_str(), row.finish_reason.as_str()))
            .collect();
        assert_eq!(
            of[..4],
            [("0", 0, "x\\boxed{20}", "stop"), ("0", 1, "B", "length"), ("0", 2, "z\\boxed{20}", "stop"), ("0", 3, "B", "length")]
        );
        assert_eq!(imported.recorded["1"], [Some(true), Some(false), Some(true), Some(false)]);
        let problem = &imported.problems[1];
        assert_eq!(
            (problem.problem_id.as_str(), problem.judge.as_str(), problem.gold.as_str(), problem.stratum.as_str()),
            ("1", "math", "2{,}0", "level 3")
        );
        assert_eq!(imported.repeated, 2);
        assert_eq!(imported.notes.iter().next().unwrap(), "limit-of-rlvr: fields not used: pred, report");
        assert!(
            imported.completions.iter().all(|row| row.n_tokens.is_none() && row.token_ids.is_empty()),
            "what a log does not say is not made up"
        );
    }

    #[test]
    fn mistakes_are_refused_with_their_place() {
        let fixture = Fixture::new("limit-of-rlvr");
        let (one, other) = (line(0, "x") + &line(1, "y"), line(0, "z") + &line(1, "w"));
        let refused = |files: &[(&str, &str)], part: &str| fixture.refuses(files, part);
        refused(&[("a_seed1_.jsonl", &one), ("a_seed2_.jsonl", &one)], "one seed used twice");
        refused(&[("a_seed2_.jsonl", &one), ("a_seed1_.jsonl", &other)], "list the files by seed");
        refused(&[("a_seed1_s0.jsonl", &one), ("a_seed1_s9.jsonl", &other)], "under the same seed");
        refused(&[("a.jsonl", &(one.clone() + &line(1, "q")))], "a.jsonl:3: problem \"1\" stands already in");
        refused(&[("a.jsonl", &one), ("b.jsonl", &line(0, "z"))], "problem \"1\" has 2 samples and problem \"0\" has 4");
        refused(&[("a.jsonl", &one), ("b.jsonl", &other.replace("1+1?", "2+2?"))], "is another one than at");
        refused(&[("a.jsonl", &one.replace("[true, false]", "[true]"))], "score has 1 entries for 2 samples");
        refused(&[("a.jsonl", &one.replace("\"B\"", "null"))], "code[1] is null, expected a text");
        refused(&[("a.jsonl", &one.replace("\"code\"", "\"codes\""))], "expected a field code");
        refused(&[("a.jsonl", &one[..one.len() - 9])], "a.jsonl:2: the line is not whole JSON");
    }

    #[test]
    fn different_n_needs_leave() {
        let mut fixture = Fixture::new("limit-of-rlvr");
        fixture.params.allow_ragged = true;
        let imported = fixture.read(&[("a.jsonl", &(line(0, "x") + &line(1, "y"))), ("b.jsonl", &line(0, "z"))]).unwrap();
        assert_eq!(imported.completions.len(), 6);
    }

    #[test]
    fn the_qwen_file_has_its_published_shape() {
        let Some(path) = shared("outputs/qwen25math/math_cot_100.jsonl") else { return };
        let imported = Fixture::new("limit-of-rlvr").read_paths(&[path]).unwrap();
        assert_eq!((imported.problems.len(), imported.completions.len()), (100, 800));
        let correct = imported.recorded.values().flatten().filter(|verdict| **verdict == Some(true)).count();
        assert_eq!(correct, 728, "recorded verdicts of the source's README");
        let gold = |id: &str| imported.problems.iter().find(|problem| problem.problem_id == id).unwrap().gold.clone();
        assert_eq!(
            (gold("72").as_str(), gold("5").as_str(), gold("97").as_str()),
            ("10{,}000", "100\\text{ square units}", "\\dfrac{3}{50}")
        );
    }
}
