//! What reinforcement learning does to a tiny model, and what it writes down.

mod common;

use common::{Step, base, reinforcement, success};
use serde_json::{Value, json};

const ALGORITHMS: [&str; 6] = ["ppo", "grpo", "rloo", "remax", "reinforce_plus_plus", "dapo"];

fn run(base: &Step, algorithm: &str, more: Value) -> Step {
    let checkpoint = base.checkpoint();
    let step = Step::new(&[("checkpoint", &checkpoint)]);
    step.run(reinforcement(algorithm, more));
    step
}

#[test]
fn every_algorithm_moves_probability_to_correct_answers() {
    let base = base();
    let before = success(&base.checkpoint());
    assert!((0.005..0.6).contains(&before), "the base answers some problems: {before}");
    // measured: ppo .347, grpo .389, rloo .330, remax .171, reinforce_plus_plus .345, dapo .377 from a base of .112
    for algorithm in ALGORITHMS {
        let after = success(&run(&base, algorithm, json!({"steps": 40, "prompts": 12, "group": 16, "learning_rate": 1e-3})).checkpoint());
        assert!(after > before + 0.04, "{algorithm}: {before:.3} -> {after:.3}");
    }
}

#[test]
fn the_log_holds_what_its_columns_say() {
    let base = base();
    for algorithm in ALGORITHMS {
        let log = run(&base, algorithm, json!({"steps": 3})).log();
        let (mut samples, mut tokens) = (0, 0);
        for (i, row) in log.iter().enumerate() {
            assert_eq!((row.run.as_str(), row.algorithm.as_str(), row.step), ("tiny", algorithm, i as u32 + 1));
            let share = |value: Option<f64>| (0.0..=1.0).contains(&value.unwrap());
            assert!(share(row.reward) && share(row.clip_share) && share(row.active_share), "{row:?}");
            assert!((1.0..=8.0).contains(&row.response_length.unwrap()), "{row:?}");
            assert!((0.0..(200f64).ln()).contains(&row.entropy.unwrap()) && (0.0..=(8f64).ln()).contains(&row.answer_entropy.unwrap()));
            assert!(row.loss.is_finite() && row.grad_norm >= 0.0 && row.learning_rate == 3e-3);
            let drawn = row.samples - samples;
            // 6 prompts x 8 rollouts; one greedy answer more per prompt for ReMax; up to three draws for DAPO
            let expected = match algorithm {
                "remax" => 54..=54,
                "dapo" => 48..=144,
                _ => 48..=48,
            };
            assert!(expected.contains(&drawn), "{algorithm}: {drawn} samples");
            assert!(row.tokens - tokens >= drawn && row.tokens - tokens <= 8 * drawn);
            (samples, tokens) = (row.samples, row.tokens);
        }
        // the rollouts of the first step are the base's own, up to the rounding of two passes
        assert!(log[0].kl.unwrap() < 1e-9 && log[2].kl.unwrap() > 1e-6, "{algorithm}: {:?} {:?}", log[0].kl, log[2].kl);
        // the first minibatch of a step is on-policy; the second is not
        assert!(log.iter().all(|row| row.clip_share.unwrap() < 0.5));
    }
}

#[test]
fn all_algorithms_see_the_same_first_rollouts() {
    let base = base();
    let first = |algorithm| run(&base, algorithm, json!({"steps": 1})).log()[0].reward;
    assert_eq!(first("grpo"), first("rloo"));
    assert_eq!(first("grpo"), first("ppo"));
}

#[test]
fn dynamic_sampling_draws_again_and_every_kept_rollout_is_active() {
    let base = base();
    let (once, thrice) = (run(&base, "dapo", json!({"redraws": 1, "steps": 2})).log(), run(&base, "dapo", json!({"steps": 2})).log());
    assert_eq!(once[1].samples, 2 * 48);
    assert!(thrice[1].samples > once[1].samples, "{}", thrice[1].samples);
    // kept groups hold right and wrong answers, so all of their rollouts have an advantage
    let kept = thrice[0].active_share.unwrap() * thrice[0].samples as f64;
    assert!(kept > 0.0 && (kept / 8.0 - (kept / 8.0).round()).abs() < 1e-9 && kept <= 48.0, "{kept}");
}

#[test]
fn a_step_without_a_mixed_group_changes_nothing() {
    let base = base();
    // no answer fits in one token, so every group is all wrong
    let step = run(&base, "dapo", json!({"max_tokens": 1, "steps": 2}));
    let log = step.log();
    assert_eq!((log[1].loss, log[1].grad_norm, log[1].active_share), (0.0, 0.0, Some(0.0)));
    assert_eq!(log[1].samples, 2 * 3 * 48);
    let weights = |step: &Step| std::fs::read(step.checkpoint().join("model.safetensors")).unwrap();
    assert!(weights(&step) == weights(&base));
}

#[test]
fn the_overlong_penalty_shortens() {
    let base = base();
    let length = |more: Value| run(&base, "dapo", more).log().last().unwrap().response_length.unwrap();
    let plain = length(json!({"steps": 12, "prompts": 12}));
    // right answers have six tokens: everything beyond four is fined
    let fined = length(json!({"steps": 12, "prompts": 12, "overlong_buffer": 4}));
    assert!(fined < plain, "{plain} -> {fined}");
}

#[test]
fn control_rewards_pay_for_what_they_say() {
    let base = base();
    let rewards = |reward: &str| -> Vec<f64> {
        let log = run(&base, "grpo", json!({"reward": reward, "steps": 2, "prompts": 12, "group": 32, "learning_rate": 0.0})).log();
        log.iter().map(|row| row.reward.unwrap()).collect()
    };
    let (verifier, format, random) = (rewards("verifier"), rewards("format"), rewards("random"));
    for step in 0..2 {
        assert!(format[step] > verifier[step], "well-formed answers may be wrong: {format:?} {verifier:?}");
        // 384 fair coins: five standard deviations are 0.128
        assert!((random[step] - 0.5).abs() < 0.128, "{random:?}");
    }
    assert_ne!(random[0], random[1]);
}

#[test]
fn a_kl_penalty_holds_the_policy_back() {
    let base = base();
    for algorithm in ["grpo", "reinforce_plus_plus"] {
        let kl = |weight: f64| run(&base, algorithm, json!({"steps": 12, "prompts": 12, "kl": weight})).log().last().unwrap().kl.unwrap();
        let (free, held) = (kl(0.0), kl(1.0));
        assert!(held < 0.7 * free, "{algorithm}: {free} -> {held}");
    }
}

#[test]
fn a_missing_checkpoint_and_an_empty_problem_list_are_named() {
    let message = format!("{:#}", Step::new(&[]).try_run(reinforcement("grpo", json!({}))).unwrap_err());
    assert!(message.contains("checkpoint"), "{message}");
    let base = base();
    let checkpoint = base.checkpoint();
    let error = Step::new(&[("checkpoint", &checkpoint)]).try_run(reinforcement("grpo", json!({"problems": []}))).unwrap_err();
    assert!(format!("{error:#}").contains("`problems` is empty"), "{error:#}");
}
