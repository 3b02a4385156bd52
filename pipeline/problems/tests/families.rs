//! What every family promises, asserted for every family.

use beyond_problems::family::FAMILIES;
use beyond_problems::{ALPHABET, Exposure, Family, Fold, Request, Split, family, fold, pieces};
use beyond_record::{Outcome, Problem, Process};
use std::collections::BTreeSet;

/// Documents looked at per family.
const DOCUMENTS: u64 = 4_000;

fn all() -> Vec<Box<dyn Family>> {
    FAMILIES.iter().map(|name| family(name).unwrap()).collect()
}

fn request(level: u32, split: Split, count: usize) -> Request {
    Request { benchmark: "test".to_string(), split, level, exposure: None, count, seed: 1 }
}

/// A few problems of every level and split; the two hardest levels are slow to draw, so they get fewer.
fn samples(family: &dyn Family) -> Vec<Problem> {
    let sets = family.levels().flat_map(|level| [(level, Split::Test), (level, Split::RlTrain)]);
    let count = |level| if level == *family.levels().start() || level > 5 { 5 } else { 25 };
    sets.flat_map(|(level, split)| family.problems(&request(level, split, count(level))).unwrap()).collect()
}

#[test]
fn reference_solutions_are_correct_and_valid() {
    for family in all() {
        for problem in samples(family.as_ref()) {
            for solution in [Some(problem.solution.clone()), family.solve(&problem)] {
                let solution = solution.unwrap_or_else(|| panic!("{problem:?} has no solution"));
                let judgement = family.verify(&problem, &solution);
                assert_eq!(judgement.outcome, Outcome::Correct, "{problem:?} {solution} {judgement:?}");
                let steps = family.process(&problem, &solution);
                assert_ne!(steps.process, Process::Invalid, "{problem:?} {solution} {steps:?}");
            }
        }
    }
}

#[test]
fn documents_are_judged_as_they_are_labelled() {
    for family in all() {
        let mut wrong = 0;
        for index in 0..DOCUMENTS {
            let document = family.document(3, index);
            let problem = family.row(document.draft.clone(), "corpus").unwrap();
            let judgement = family.verify(&problem, &document.response);
            assert_eq!(judgement.outcome.is_correct(), document.correct, "{document:?} {judgement:?}");
            let steps = family.process(&problem, &document.response);
            assert!(!document.correct || steps.process != Process::Invalid, "{document:?} {steps:?}");
            assert_ne!(document.exposure, Exposure::None, "{document:?}");
            wrong += u64::from(!document.correct);
        }
        // The stated share is 25 %, binomial standard deviation 0.56 %; rejection moves some families by a few percent.
        let share = wrong as f64 / DOCUMENTS as f64;
        assert!((0.20..0.30).contains(&share), "{}: {share} wrong", family.name());
    }
}

#[test]
fn the_realised_stream_never_leaves_its_fold() {
    for family in all() {
        let stream: BTreeSet<String> = (0..DOCUMENTS).map(|index| family.document(0, index).draft.visible).collect();
        assert!(stream.iter().all(|visible| fold(visible) == Fold::Corpus), "{}", family.name());
        let mut seen = [BTreeSet::new(), BTreeSet::new()];
        for problem in samples(family.as_ref()) {
            let visible = family.visible(&problem);
            assert!(!stream.contains(&visible));
            seen[usize::from(fold(&visible) == Fold::Test)].insert(visible);
        }
        assert!(seen[0].is_disjoint(&seen[1]) && seen.iter().all(|set| !set.is_empty()));
        assert!(seen[0].iter().all(|visible| fold(visible) == Fold::RlTrain));
    }
}

#[test]
fn no_response_of_the_corpus_solves_a_held_out_problem() {
    // In the other families an answer does not identify its problem.
    for name in ["program", "countdown", "code", "enumerable"] {
        let family = family(name).unwrap();
        let problems = samples(family.as_ref());
        for index in 0..1_500 {
            let document = family.document(0, index);
            for problem in &problems {
                let judgement = family.verify(problem, &document.response);
                assert!(!judgement.outcome.is_correct(), "{} {}", problem.prompt, document.response);
            }
        }
    }
}

#[test]
fn seen_problems_are_in_the_stream() {
    for family in all() {
        let stream: BTreeSet<String> = (0..DOCUMENTS).map(|index| family.document(5, index).draft.visible).collect();
        let level = family.document(5, 0).draft.level;
        let problems = family.seen(&request(level, Split::Test, 10), 5, DOCUMENTS).unwrap();
        assert_eq!(problems.len(), 10);
        assert!(problems.iter().all(|problem| stream.contains(&family.visible(problem))));
    }
}

#[test]
fn everything_is_a_function_of_seed_and_index() {
    for name in FAMILIES {
        let (one, two) = (family(name).unwrap(), family(name).unwrap());
        let backwards: Vec<_> = (0..200).rev().map(|index| two.document(9, index)).collect();
        assert!(backwards.iter().rev().enumerate().all(|(i, document)| *document == one.document(9, i as u64)));
        assert_ne!(one.document(9, 0), one.document(10, 0));
        let level = *one.levels().start() + 1;
        let large = one.problems(&request(level, Split::Test, 30)).unwrap();
        let small = two.problems(&request(level, Split::Test, 12)).unwrap();
        assert!(small.iter().all(|problem| large.contains(problem)), "a larger set extends a smaller one");
        assert!(large.is_sorted_by(|a, b| a.problem_id < b.problem_id), "sorted and unique");
    }
}

#[test]
fn texts_use_the_alphabet_and_stay_short() {
    for family in all() {
        let documents = (0..DOCUMENTS).map(|index| family.document(0, index));
        let documents = documents.map(|document| (document.draft.prompt, document.response));
        let problems = samples(family.as_ref()).into_iter().map(|problem| (problem.prompt, problem.solution));
        for (prompt, response) in documents.chain(problems) {
            assert!(prompt.chars().chain(response.chars()).all(|c| ALPHABET.contains(c)), "{prompt} {response}");
            let (p, r) = (pieces(&prompt).len(), pieces(&response).len());
            assert!(p <= 32 && r <= 48, "{p} and {r} tokens: {prompt}{response}");
        }
    }
}

#[test]
fn controls_are_low_and_grow_with_k() {
    for family in all() {
        for level in family.levels() {
            let count = if level > 5 { 4 } else { 20 };
            let count = if level == *family.levels().start() { 5 } else { count };
            let problems = family.problems(&request(level, Split::Test, count)).unwrap();
            let control = family.control(&problems, &[1, 16, 256]).unwrap();
            let values: Vec<f64> = control.iter().map(|row| row.pass_at_k).collect();
            assert!(values.is_sorted() && values.iter().all(|v| (0.0..=1.0).contains(v)), "{values:?}");
            if let Some(bound) = bound(family.name(), level) {
                assert!(values[2] <= bound, "{} level {level}: {values:?}, bound {bound}", family.name());
            }
        }
    }
}

/// Stated bounds of the control's pass@256; None for warm-up levels, where search is enough and the report says so.
fn bound(name: &str, level: u32) -> Option<f64> {
    match (name, level) {
        ("program", 1) | ("countdown", 3) | ("modular", 1..=2) => None,
        ("program", 2) => Some(0.2),
        ("program", _) => Some(0.05),
        ("countdown", _) => Some(0.65),
        // Few arrangements: this family is for exact rates, not for coverage claims.
        ("enumerable", 3) => None,
        ("enumerable", _) => Some(0.4),
        ("code", 1) => None,
        ("code", _) => Some(0.45),
        _ => Some(0.1),
    }
}

#[test]
fn garbage_is_never_correct_and_never_panics() {
    let garbage = ["", ";", "x", "=", "99999999999999999999", "-", "*", "1=1;", "\u{e9}\u{1f600}", "*2+3;;", "//", ">", ",,,"];
    for family in all() {
        for problem in samples(family.as_ref()).iter().take(20) {
            for text in garbage {
                assert!(!family.verify(problem, text).outcome.is_correct(), "{problem:?} {text:?}");
                family.process(problem, text);
            }
            let broken = Problem { gold: "{}".to_string(), prompt: "?".to_string(), ..problem.clone() };
            assert_eq!(family.verify(&broken, &problem.solution).outcome, Outcome::Unjudged);
            family.process(&broken, "1");
        }
    }
}

#[test]
fn asking_too_much_is_an_error_with_a_remedy() {
    let program = family("program").unwrap();
    let error = program.problems(&request(1, Split::Test, 1000)).unwrap_err().to_string();
    assert!(error.contains("1000 problems asked") && error.contains("ask for fewer"), "{error}");
    assert!(program.problems(&request(9, Split::Test, 1)).unwrap_err().to_string().contains("level 9"));
    let error = family("chess").err().unwrap().to_string();
    assert!(error.contains("program, countdown"), "{error}");
}

#[test]
fn specs_read_the_same_in_yaml() {
    let read = |text: &str| serde_saphyr::from_str::<beyond_problems::FamilySpec>(text);
    let json = serde_json::from_str(r#"{"family": "countdown", "walk_max": 1.0}"#).unwrap();
    assert_eq!(read("family: countdown\nwalk_max: 1.0\n").unwrap(), json);
    assert!(read("family: countdown\nwalkmax: 1.0\n").unwrap_err().to_string().contains("walkmax"));
    assert!(read("family: chess\n").unwrap_err().to_string().contains("chess"));
}

#[test]
fn specs_take_defaults_and_refuse_unknown_parameters() {
    let parse = |text: &str| serde_json::from_str::<beyond_problems::FamilySpec>(text);
    assert!(parse(r#"{"family": "program", "operand_max": 9}"#).unwrap().build().is_ok());
    assert!(parse(r#"{"family": "program", "operand_max": 900}"#).unwrap().build().is_err());
    assert!(parse(r#"{"family": "program", "operands": 9}"#).unwrap_err().to_string().contains("operands"));
}
