//! Supervised training on the three kinds of answers.

mod common;

use common::{Step, base, family, lesson, source, success};
use serde_json::{Value, json};
use std::path::Path;

fn run(inputs: &[(&str, &Path)], answers: Value) -> Step {
    let step = Step::new(inputs);
    step.run(lesson(answers, 40, 3e-3));
    step
}

#[test]
fn answers_of_every_kind_teach() {
    let base = base();
    let checkpoint = base.checkpoint();
    let before = success(&checkpoint);
    let inputs = [("checkpoint", checkpoint.as_path())];
    let sampled = json!({"sampled": {"problems": source(), "samples": 64, "keep": 4, "temperature": 1.0}});
    for (answers, gain) in [(json!({"solver": source()}), 0.3), (sampled, 0.1)] {
        let step = run(&inputs, answers.clone());
        let (after, log) = (success(&step.checkpoint()), step.log());
        assert!(after > before + gain, "{answers}: {before:.3} -> {after:.3}");
        assert!(log.len() == 40 && log[39].loss < log[0].loss && log[0].algorithm == "sft" && log[0].reward.is_none());
    }
    let step = run(&inputs, json!({"corpus": [{"family": family(), "level": 3, "problems": 50}]}));
    assert!(step.log()[39].loss < step.log()[0].loss);
}

#[test]
fn the_teacher_answers_when_there_is_one() {
    let base = base();
    let checkpoint = base.checkpoint();
    let inputs = [("checkpoint", checkpoint.as_path())];
    let taught = run(&inputs, json!({"solver": source()}));
    let teacher = taught.checkpoint();
    let answers = json!({"sampled": {"problems": source(), "samples": 8, "keep": 1, "temperature": 0.5}});
    let (alone, distilled) = (run(&inputs, answers.clone()), run(&[inputs[0], ("teacher", &teacher)], answers));
    assert!(success(&distilled.checkpoint()) > success(&alone.checkpoint()));
}

#[test]
fn a_teacher_that_solves_nothing_is_named() {
    let base = base();
    let checkpoint = base.checkpoint();
    let answers = json!({"sampled": {"problems": source(), "samples": 4, "keep": 1, "temperature": 1.0, "max_tokens": 1}});
    let error = Step::new(&[("checkpoint", &checkpoint)]).try_run(lesson(answers, 1, 1e-3)).unwrap_err();
    assert!(error.to_string().contains("solved none"), "{error}");
}
