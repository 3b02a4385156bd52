//! The `paper` policy against the recorded behaviour of the released grader.

mod common;

use beyond_verifier::{Outcome, math::paper};
use common::{rows, text};

/// Stripping is text: all 393 pairs must come out as recorded.
#[test]
fn stripped_forms_are_identical() {
    let Some(rows) = rows("cases/paper_grader_reference.jsonl") else { return };
    for (i, row) in rows.iter().enumerate() {
        for side in ["pred", "gold"] {
            let ours = paper::strip(text(row, side), false);
            assert_eq!(ours, text(row, &format!("{side}_stripped")), "row {i} {side}");
        }
    }
}

/// Verdicts: what is decided by text and floats must agree on every row; the symbolic step stands on another parser.
#[test]
fn verdicts_agree_with_the_released_grader() {
    let Some(rows) = rows("cases/paper_grader_reference.jsonl") else { return };
    let mut missed = Vec::new();
    for (i, row) in rows.iter().enumerate() {
        let (outcome, decided) = paper::equal(text(row, "pred_stripped"), text(row, "gold_stripped"));
        let recorded = match row["verdict"].as_bool() {
            Some(true) => Outcome::Correct,
            Some(false) => Outcome::Incorrect,
            None => Outcome::TimedOut,
        };
        if outcome != recorded {
            let symbolic = text(row, "decided_by").contains("symbolic");
            missed.push(i);
            eprintln!(
                "row {i}: {outcome:?} by {decided:?}, recorded {recorded:?} by {} {:?} | {:?}",
                row["decided_by"], row["pred_stripped"], row["gold_stripped"]
            );
            assert!(symbolic, "row {i} is decided by text or floats");
        }
    }
    eprintln!("{} of {} agree", rows.len() - missed.len(), rows.len());
    assert!(missed.is_empty(), "{missed:?}");
}

/// Extraction and stripping of real completions: 800 predictions and 100 golds identical.
#[test]
fn predictions_of_real_completions_are_identical() {
    let Some(rows) = rows("outputs/qwen25math/math_cot_100.jsonl") else { return };
    for row in &rows {
        // In this file the gold answers are stripped once.
        let gold = paper::extract_answer(text(row, "gt_cot"), false);
        assert_eq!(gold, text(row, "gt"), "gold {}", row["idx"]);
        let codes = row["code"].as_array().expect("code");
        for (k, code) in codes.iter().enumerate() {
            let ours = paper::prediction(code.as_str().unwrap_or(""), false);
            assert_eq!(ours, row["pred"][k].as_str().unwrap_or(""), "{}/{k}", row["idx"]);
        }
    }
}

/// And the verdicts on them.
#[test]
fn scores_of_real_completions_are_identical() {
    let Some(rows) = rows("outputs/qwen25math/math_cot_100.jsonl") else { return };
    let mut wrong = 0;
    for row in &rows {
        for k in 0..8 {
            let pred = row["pred"][k].as_str().unwrap_or("");
            let (outcome, _) = paper::equal(pred, text(row, "gt"));
            let recorded = row["score"][k].as_bool().unwrap_or(false);
            if outcome.is_correct() != recorded {
                eprintln!("{}/{k}: {pred:?} against {:?}: {outcome:?}, recorded {recorded}", row["idx"], row["gt"]);
                wrong += 1;
            }
        }
    }
    assert_eq!(wrong, 0);
}
