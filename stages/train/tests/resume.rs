//! Weights and log are a function of params and inputs: not of interruptions, not of threads.

mod common;

use common::{Step, base, lesson, pretraining, reinforcement, source};
use serde_json::{Value, json};
use std::path::Path;

/// Interrupts a run twice, finishes it, and compares every output byte with an uninterrupted run on another number of threads.
fn survives(inputs: &[(&str, &Path)], recipe: Value) {
    let mut straight = Step::new(inputs);
    straight.threads = 1;
    straight.run(recipe.clone());
    let broken = Step::new(inputs);
    broken.interrupt(recipe.clone(), 1);
    broken.interrupt(recipe.clone(), 2);
    broken.run(recipe);
    let (straight, broken) = (straight.bytes(), broken.bytes());
    assert!(straight.len() > 3, "a checkpoint and a log");
    for ((name, a), (other, b)) in straight.iter().zip(&broken) {
        assert!(name == other && a == b, "{name} differs from {other}");
    }
    assert_eq!(straight.len(), broken.len());
}

#[test]
fn pretraining_survives_interruptions() {
    survives(&[], pretraining(5));
}

#[test]
fn reinforcement_survives_interruptions() {
    let base = base();
    let checkpoint = base.checkpoint();
    let inputs = [("checkpoint", checkpoint.as_path())];
    survives(&inputs, reinforcement("grpo", json!({"checkpoints": [2, 3], "kl": 0.01})));
    // a value head is carried along; a position in the stream of problems that runs ahead of the steps
    survives(&inputs, reinforcement("ppo", json!({})));
    survives(&inputs, reinforcement("dapo", json!({})));
}

#[test]
fn supervised_training_survives_interruptions_and_samples_its_teacher_once() {
    let base = base();
    let checkpoint = base.checkpoint();
    let answers = json!({"sampled": {"problems": source(), "samples": 32, "keep": 2, "temperature": 1.0}});
    survives(&[("checkpoint", &checkpoint)], lesson(answers, 5, 1e-3));
}

#[test]
fn a_kept_step_equals_a_shorter_run() {
    let base = base();
    let checkpoint = base.checkpoint();
    let inputs = [("checkpoint", checkpoint.as_path())];
    let (long, short) = (Step::new(&inputs), Step::new(&inputs));
    long.run(reinforcement("rloo", json!({"checkpoints": [2]})));
    short.run(reinforcement("rloo", json!({"steps": 2})));
    let weights = |folder: std::path::PathBuf| std::fs::read(folder.join("model.safetensors")).unwrap();
    assert!(weights(long.output("checkpoint-2")) == weights(short.checkpoint()));
    assert!(weights(long.checkpoint()) != weights(short.checkpoint()));
    assert_eq!(long.log()[..2], short.log()[..]);
}

#[test]
fn a_damaged_state_is_named() {
    let step = Step::new(&[]);
    step.interrupt(pretraining(5), 2);
    let state = step.output("../scratch/state");
    let bytes = std::fs::read(&state).unwrap();
    std::fs::write(&state, &bytes[..bytes.len() - 5]).unwrap();
    let message = format!("{:#}", step.try_run(pretraining(5)).unwrap_err());
    assert!(message.contains("cannot resume from") && message.contains("state"), "{message}");
}
