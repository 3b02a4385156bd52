//! MathVista's recorded verdicts under the compatible profiles, and the strict profile on whole responses.

mod common;

use beyond_verifier::{Outcome, VistaProfile, grade_mathvista, kept_in_visual_sets};
use common::{rows, text};
use serde_json::Value;

struct Case {
    gold: String,
    options: Vec<String>,
    question: String,
    answer: String,
    precision: Option<u32>,
    extracted: String,
    response: String,
    expected: bool,
}

fn cases() -> Option<Vec<Case>> {
    let rows = rows("cases/cases_real_mathvista.jsonl")?;
    Some(rows.iter().map(case).collect())
}

fn case(row: &Value) -> Case {
    let (question, answer) = text(row, "category").split_once('/').expect("question/answer type");
    let options = row["options"].as_array().map_or(&[][..], Vec::as_slice);
    let plain = |v: &Value| v.as_str().map_or_else(|| v.to_string(), str::to_owned);
    Case {
        gold: plain(&row["gold"]),
        options: options.iter().map(plain).collect(),
        question: question.to_owned(),
        answer: answer.to_owned(),
        precision: row["precision"].as_f64().map(|p| p as u32),
        extracted: plain(&row["extracted"]),
        response: text(row, "pred").to_owned(),
        expected: row["expected"].as_bool().expect("a verdict"),
    }
}

fn judge(c: &Case, text: &str, profile: VistaProfile) -> Outcome {
    grade_mathvista(&c.gold, &c.options, &c.question, &c.answer, c.precision, text, profile).outcome
}

#[test]
fn recorded_verdicts_are_reproduced() {
    let Some(cases) = cases() else { return };
    for (profile, allowed) in [(VistaProfile::Recorded, 0), (VistaProfile::Released, 1)] {
        let wrong = cases.iter().filter(|c| judge(c, &c.extracted, profile).is_correct() != c.expected).count();
        eprintln!("{profile:?}: {} of {} verdicts", cases.len() - wrong, cases.len());
        assert!(wrong <= allowed, "{profile:?}: {wrong} verdicts differ");
    }
}

/// On extracted answers the strict profile drops the guesses at the nearest option and nothing else that was right.
#[test]
fn strict_on_extracted_answers() {
    let Some(cases) = cases() else { return };
    let (mut lost, mut gained) = (Vec::new(), Vec::new());
    for (i, c) in cases.iter().enumerate() {
        let strict = judge(c, &c.extracted, VistaProfile::Strict).is_correct();
        match (c.expected, strict) {
            (true, false) => lost.push(i),
            (false, true) => gained.push(i),
            _ => {}
        }
    }
    for &i in lost.iter().chain(&gained) {
        let c = &cases[i];
        eprintln!("row {i}: gold {:?} of {:?}, extracted {:?}, recorded {}", c.gold, c.options, c.extracted, c.expected);
    }
    eprintln!("strict on extracted answers: {} lost, {} gained of {}", lost.len(), gained.len(), cases.len());
    // What is lost are guesses: the extracted text names no option.
    let guess = |i: &&usize| cases[**i].question == "multi_choice";
    assert!(lost.iter().all(|i| guess(&i)), "only choices may be lost");
    assert!(lost.len() < 220 && gained.len() < 10);
}

/// Extraction by rules instead of a language model, on whole responses.
#[test]
fn strict_on_whole_responses() {
    let Some(cases) = cases() else { return };
    let agree = cases.iter().filter(|c| judge(c, &c.response, VistaProfile::Strict).is_correct() == c.expected).count();
    let share = agree as f64 / cases.len() as f64;
    let ours = |c: &&Case| judge(c, &c.response, VistaProfile::Strict).is_correct();
    let (more, fewer) = (cases.iter().filter(|c| !c.expected && ours(c)).count(), cases.iter().filter(|c| c.expected && !ours(c)).count());
    eprintln!("strict on whole responses: {agree} of {} agree; {more} correct only here, {fewer} only there", cases.len());
    if std::env::var_os("LIST").is_some() {
        for (i, c) in cases.iter().enumerate().filter(|(_, c)| ours(c) != c.expected) {
            let judged = grade_mathvista(&c.gold, &c.options, &c.question, &c.answer, c.precision, &c.response, VistaProfile::Strict);
            let tail: String = c.response.chars().rev().take(160).collect::<Vec<_>>().into_iter().rev().collect();
            eprintln!(
                "#{i} {} gold {:?} of {:?} extracted {:?} ours {:?} {:?} ({}) | {tail:?}",
                c.expected, c.gold, c.options, c.extracted, judged.outcome, judged.extracted, judged.reason
            );
        }
    }
    assert!(share > 0.85, "{share}");
}

#[test]
fn the_papers_filter_leaves_460_and_114() {
    let Some(data) = common::data() else { return };
    let read = |name: &str| std::fs::read_to_string(data.join("benchmarks").join(name)).expect(name);
    let vista: Value = serde_json::from_str(&read("mathvista_testmini.json")).expect("JSON");
    let rows = vista.as_object().expect("an object");
    assert_eq!(rows.values().filter(|r| kept_in_visual_sets(text(r, "question_type"), &[])).count(), 460);
    let vision = read("mathvision_testmini.jsonl");
    let kept = vision.lines().filter(|l| {
        let row: Value = serde_json::from_str(l).expect("JSON");
        let options: Vec<String> = row["options"].as_array().expect("options").iter().map(Value::to_string).collect();
        kept_in_visual_sets("", &options)
    });
    assert_eq!(kept.count(), 114);
}
