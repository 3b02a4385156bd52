//! Parameters that cannot be meant, refused before anything is trained.

use crate::{Answers, Params, Pretrain, Recipe, Reinforce, Supervised};
use anyhow::{Result, bail};
use beyond_stage::user_error;

/// Errs, naming the field, its range and its value, when a parameter is out of range.
pub fn check(params: &Params) -> Result<()> {
    match &params.recipe {
        Recipe::Pretrain(recipe) => pretrain(recipe),
        Recipe::Supervised(recipe) => supervised(recipe),
        Recipe::Reinforce(recipe) => reinforce(recipe),
    }
}

fn pretrain(recipe: &Pretrain) -> Result<()> {
    let shape = &recipe.architecture;
    at_least_one(&[("batch", recipe.batch), ("layers", shape.layers as u32), ("heads", shape.heads as u32)])?;
    if !shape.hidden.is_multiple_of(shape.heads) || shape.hidden == 0 {
        bail!(user_error(format!("hidden must be a multiple of heads ({}), it is {}", shape.heads, shape.hidden)));
    }
    in_range("learning_rate", recipe.learning_rate, 0.0, f64::MAX)?;
    in_range("weight_decay", recipe.weight_decay, 0.0, f64::MAX)
}

fn supervised(recipe: &Supervised) -> Result<()> {
    at_least_one(&[("batch", recipe.batch)])?;
    if let Answers::Sampled { samples, keep, temperature, max_tokens, .. } = &recipe.answers {
        at_least_one(&[("samples", *samples), ("keep", *keep), ("max_tokens", *max_tokens)])?;
        in_range("temperature", *temperature, 0.0, f64::MAX)?;
    }
    in_range("learning_rate", recipe.learning_rate, 0.0, f64::MAX)
}

fn reinforce(recipe: &Reinforce) -> Result<()> {
    let Reinforce { prompts, group, minibatches, max_tokens, redraws, .. } = *recipe;
    let counts = [("prompts", prompts), ("group", group), ("minibatches", minibatches), ("max_tokens", max_tokens), ("redraws", redraws)];
    at_least_one(&counts)?;
    if recipe.temperature == 0.0 {
        bail!(user_error("temperature must be above 0: greedy rollouts of a prompt are all the same"));
    }
    in_range("temperature", recipe.temperature, 0.0, f64::MAX)?;
    in_range("learning_rate", recipe.learning_rate, 0.0, f64::MAX)?;
    in_range("clip_low", recipe.clip_low, 0.0, 1.0)?;
    in_range("clip_high", recipe.clip_high, 0.0, f64::MAX)?;
    in_range("kl", recipe.kl, 0.0, f64::MAX)?;
    in_range("gamma", recipe.gamma, 0.0, 1.0)?;
    in_range("lambda", recipe.lambda, 0.0, 1.0)?;
    in_range("value_weight", recipe.value_weight, 0.0, f64::MAX)?;
    match recipe.checkpoints.iter().find(|step| !(1..=recipe.steps).contains(step)) {
        Some(step) => bail!(user_error(format!("checkpoints must be steps in 1..={}, one is {step}", recipe.steps))),
        None => Ok(()),
    }
}

fn at_least_one(counts: &[(&str, u32)]) -> Result<()> {
    match counts.iter().find(|(_, count)| *count == 0) {
        Some((name, _)) => bail!(user_error(format!("{name} must be at least 1, it is 0"))),
        None => Ok(()),
    }
}

fn in_range(name: &str, value: f64, low: f64, high: f64) -> Result<()> {
    if (low..=high).contains(&value) {
        return Ok(());
    }
    let range = if high == f64::MAX { format!("at least {low}") } else { format!("in [{low}, {high}]") };
    bail!(user_error(format!("{name} must be {range}, it is {value}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn message(recipe: serde_json::Value) -> String {
        let params: Params = serde_json::from_value(json!({ "run": "r", "seed": 0, "recipe": recipe })).unwrap();
        let error = check(&params).unwrap_err();
        assert!(error.is::<beyond_stage::UserError>(), "{error}");
        error.to_string()
    }

    #[test]
    fn what_cannot_be_meant_is_named() {
        let rl = |field: &str, value: serde_json::Value| {
            let mut recipe = json!({"algorithm": "grpo", "problems": [], "steps": 10});
            recipe[field] = value;
            message(json!({ "reinforce": recipe }))
        };
        assert_eq!(rl("checkpoints", json!([5, 11])), "checkpoints must be steps in 1..=10, one is 11");
        assert_eq!(rl("group", json!(0)), "group must be at least 1, it is 0");
        assert_eq!(rl("clip_low", json!(1.5)), "clip_low must be in [0, 1], it is 1.5");
        assert_eq!(rl("kl", json!(-0.1)), "kl must be at least 0, it is -0.1");
        assert!(rl("temperature", json!(0.0)).contains("above 0"));
        let shape = |hidden: u32, heads: u32| {
            let architecture = json!({"hidden": hidden, "layers": 1, "heads": heads, "feed_forward": 8});
            message(json!({"pretrain": {"architecture": architecture, "corpus": [], "steps": 1}}))
        };
        assert_eq!(shape(64, 5), "hidden must be a multiple of heads (5), it is 64");
        assert_eq!(shape(64, 0), "heads must be at least 1, it is 0");
    }
}
