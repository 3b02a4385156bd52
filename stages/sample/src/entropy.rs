//! Stage `match`: the temperature at which a model's mean token entropy equals that of stored completions (paper Fig 17).
//!
//! Entropy is the full-vocabulary entropy at the sampling temperature before top-p, averaged over generated tokens. The sequence average need
//! not be monotone in T, so the search brackets first and then bisects, with common random numbers.

use crate::{Loaded, MatchParams, Sampling, draw};
use anyhow::{Context, Result, ensure};
use beyond_record::{Completion, Problem};
use beyond_stage::{Job, Stage};
use serde::{Deserialize, Serialize};

const BISECTIONS: usize = 12;

/// The stage.
pub struct Match;

/// What the search found: the output file `temperature.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Matched {
    /// Temperature to sample with.
    pub temperature: f64,
    /// Mean token entropy there, nats.
    pub entropy: f64,
    /// Mean token entropy that was to be met, nats.
    pub target: f64,
    /// Whether the two agree within the tolerance.
    pub met: bool,
}

impl Stage for Match {
    const NAME: &'static str = "match";
    const VERSION: u32 = 1;
    type Params = MatchParams;

    fn run(&self, params: &MatchParams, job: &Job) -> Result<()> {
        let target = mean_entropy(job.read::<Completion>()?.iter().filter_map(|row| Some((row.entropy_mean?, row.n_tokens?))))?;
        let model = Loaded::from_input(job)?;
        let prompts = beyond_prompt::prompts(&job.read::<Problem>()?, &params.template, &model.tokenizer)?;
        let entropy_at = |temperature: f64| -> Result<f64> {
            let sampling = Sampling { temperature, ..params.sampling.clone() };
            let drawn = draw::draw(&model, &prompts, &sampling, params.probe, job)?;
            mean_entropy(drawn.iter().flatten().map(|sample| (sample.entropy_mean, sample.ids.len() as u32)))
        };
        let matched = search(params, target, entropy_at)?;
        job.write_file("temperature.json", &serde_json::to_vec_pretty(&matched)?)
    }
}

/// Mean over tokens of (mean entropy of a sample, its tokens).
fn mean_entropy(samples: impl Iterator<Item = (f64, u32)>) -> Result<f64> {
    let (sum, tokens) = samples.fold((0.0, 0u64), |(sum, n), (mean, tokens)| (sum + mean * f64::from(tokens), n + u64::from(tokens)));
    ensure!(tokens > 0, "the completions to be matched carry no token entropies (results made elsewhere do not)");
    Ok(sum / tokens as f64)
}

fn search(params: &MatchParams, target: f64, mut entropy_at: impl FnMut(f64) -> Result<f64>) -> Result<Matched> {
    let done = |temperature, entropy: f64| Matched { temperature, entropy, target, met: (entropy - target).abs() <= params.tolerance };
    let (mut low, mut high) = (0.05, params.sampling.temperature.max(0.1));
    let mut at_high = entropy_at(high)?;
    while at_high < target && high < params.ceiling {
        low = high;
        high = (high * 1.5).min(params.ceiling);
        at_high = entropy_at(high)?;
    }
    let mut best = done(high, at_high);
    for _ in 0..BISECTIONS {
        if best.met {
            break;
        }
        let middle = 0.5 * (low + high);
        let entropy = entropy_at(middle)?;
        if entropy < target {
            low = middle
        } else {
            high = middle
        }
        let here = done(middle, entropy);
        if (here.entropy - target).abs() < (best.entropy - target).abs() {
            best = here;
        }
    }
    Ok(best)
}

/// The sampling with the temperature of the input `temperature`, when the step has one.
pub fn with_matched_temperature(sampling: &Sampling, job: &Job) -> Result<Sampling> {
    if job.inputs_of("temperature").next().is_none() {
        return Ok(sampling.clone());
    }
    let path = &job.input("temperature")?.path;
    let matched: Matched =
        serde_json::from_slice(&std::fs::read(path)?).with_context(|| format!("{} is not what `match` wrote", path.display()))?;
    Ok(Sampling { temperature: matched.temperature, ..sampling.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_search_brackets_and_bisects_to_the_tolerance() {
        let params = MatchParams { tolerance: 0.001, ..Default::default() };
        for target in [0.2, 0.9, 1.7] {
            let found = search(&params, target, |t| Ok(t * 0.8)).unwrap();
            assert!(found.met && (found.temperature - target / 0.8).abs() < 0.002, "{found:?}");
        }
        assert!(!search(&params, 9.0, |t| Ok(t * 0.8)).unwrap().met, "a target beyond the ceiling is reported as not met");
    }
}
