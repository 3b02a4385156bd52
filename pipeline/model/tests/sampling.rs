//! Samples do not depend on how they are computed, and they follow the model.

mod common;

use beyond_model::{Config, Decoder, Family, Finish, Request, Sample, SamplingParams, Scorable, sample};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

fn params(config: &Config) -> SamplingParams {
    SamplingParams {
        temperature: 0.8,
        top_p: 0.95,
        top_k: 0,
        max_tokens: 40,
        stop_ids: config.eos_ids.clone(),
        forbidden_ids: vec![],
        seed: 11,
    }
}

fn requests(config: &Config, count: u32) -> Vec<Request> {
    let image =
        |seed: usize| config.patch.map(|p| (0..p.count * p.size).map(|i| ((i * 5 + seed * 3) % 7) as f32 / 7.0).collect::<Arc<[f32]>>());
    let request = |i: u64| Request {
        prompt_ids: (0..=i as u32 * 5 % 19).map(|t| 1 + (t * 3 + i as u32) % 20).collect(),
        image: image(i as usize),
        key: i * 1000 + 7,
        first_sample: 0,
        count,
    };
    (0..5).map(request).collect()
}

/// Samples by (key, index).
fn collect(decoder: &Decoder, requests: &[Request], params: &SamplingParams, threads: usize) -> BTreeMap<(u64, u32), Sample> {
    let mut samples = BTreeMap::new();
    let done = sample(decoder, requests, params, threads, None, |r, i, s| assert!(samples.insert((requests[r].key, i), s).is_none()))
        .expect("samples");
    assert_eq!(done.samples as usize, samples.len());
    assert_eq!(done.tokens as usize, samples.values().map(|s| s.ids.len()).sum::<usize>());
    samples
}

#[test]
fn samples_are_bitwise_equal_for_every_batch_order_and_number_of_threads() {
    for config in common::variants() {
        let decoder = common::decoder(&config, 2);
        let params = params(&config);
        let all = requests(&config, 128);
        let want = collect(&decoder, &all, &params, 1);
        assert_eq!(want.len(), 5 * 128);
        assert!(collect(&decoder, &all, &params, 2) == want, "two threads");
        let reversed: Vec<Request> = all.iter().rev().cloned().collect();
        assert!(collect(&decoder, &reversed, &params, 3) == want, "another order");
        let mut pieces = BTreeMap::new();
        for request in &all {
            for first in (0..128).step_by(7) {
                let piece = Request { first_sample: first, count: 7.min(128 - first), ..request.clone() };
                pieces.extend(collect(&decoder, &[piece], &params, 1));
            }
        }
        assert!(pieces == want, "seven at a time");
        for index in [0, 63, 127] {
            let single = Request { first_sample: index, count: 1, ..all[3].clone() };
            let alone = collect(&decoder, &[single], &params, 1);
            let key = (all[3].key, index);
            assert!(alone[&key] == want[&key], "alone");
        }
    }
}

/// What the sampler reports about a sample is what scoring it says, across the first page and beyond.
#[test]
fn reported_log_probabilities_are_those_of_the_forward_pass() {
    for config in common::variants() {
        let decoder = common::decoder(&config, 2);
        let params = SamplingParams { temperature: 1.0, top_p: 1.0, ..params(&config) };
        let requests = requests(&config, 20);
        let samples = collect(&decoder, &requests, &params, 2);
        assert!(samples.values().any(|s| s.ids.len() > 17));
        let by_key: BTreeMap<u64, &Request> = requests.iter().map(|r| (r.key, r)).collect();
        let pairs: Vec<Scorable> = samples
            .iter()
            .map(|((key, _), s)| Scorable { image: by_key[key].image.as_ref(), prompt: &by_key[key].prompt_ids, completion: &s.ids })
            .collect();
        let scores = decoder.score(&pairs, 2).expect("scores");
        assert!(scores == decoder.score(&pairs, 1).expect("scores"), "threads do not matter");
        for (sample, score) in samples.values().zip(&scores) {
            assert!(sample.logprobs.iter().zip(&score.logprobs).all(|(a, b)| (a - b).abs() < 2e-4));
            assert!((sample.logprob_sum - score.logprobs.iter().map(|&x| f64::from(x)).sum::<f64>()).abs() < 1e-3);
            let entropy = score.entropies.iter().map(|&x| f64::from(x)).sum::<f64>() / score.entropies.len() as f64;
            assert!((sample.entropy_mean - entropy).abs() < 1e-3);
        }
    }
}

#[test]
fn completions_end_with_a_stop_token_or_at_the_limit() {
    let config = common::tiny(Family::Qwen3);
    let decoder = common::decoder(&config, 2);
    let params = params(&config);
    let samples = collect(&decoder, &requests(&config, 100), &params, 2);
    let stopped = samples.values().filter(|s| s.finish == Finish::Stop).count();
    assert!(stopped > 0 && stopped < samples.len());
    for s in samples.values() {
        let ends = s.ids.iter().position(|id| *id == 2);
        match s.finish {
            Finish::Stop => assert_eq!(ends, Some(s.ids.len() - 1)),
            Finish::Length => assert!(ends.is_none() && s.ids.len() == 40),
        }
    }
    // the decoder has 64 positions: a prompt of 60 leaves room for 4
    let long = Request { prompt_ids: vec![3; 60], count: 3, ..Request::default() };
    let samples = collect(&decoder, &[long], &SamplingParams { stop_ids: vec![], ..params }, 1);
    assert!(samples.values().all(|s| s.ids.len() == 4 && s.finish == Finish::Length));
}

/// Forbidding half of the tokens leaves the conditional law of the others: their log-probabilities differ from the scorer's by one constant.
#[test]
fn forbidden_tokens_are_never_drawn_and_the_others_keep_their_ratios() {
    let config = common::tiny(Family::Qwen2);
    let decoder = common::decoder(&config, 6);
    let request = Request { prompt_ids: vec![1, 4, 9], key: 5, count: 2000, ..Request::default() };
    let forbidden: Vec<u32> = (0..23).filter(|id| id % 2 == 1).collect();
    let params =
        SamplingParams { temperature: 1.0, top_p: 1.0, max_tokens: 1, stop_ids: vec![], forbidden_ids: forbidden, ..params(&config) };
    let samples = collect(&decoder, std::slice::from_ref(&request), &params, 2);
    assert!(samples.values().all(|s| s.ids[0] % 2 == 0));
    let candidates: Vec<[u32; 1]> = (0..23).step_by(2).map(|id| [id]).collect();
    let pairs: Vec<Scorable> = candidates.iter().map(|c| Scorable { image: None, prompt: &request.prompt_ids, completion: c }).collect();
    let free: Vec<f64> = decoder.score(&pairs, 1).expect("scores").iter().map(|s| f64::from(s.logprobs[0])).collect();
    let mass: f64 = free.iter().map(|logp| logp.exp()).sum();
    for s in samples.values() {
        assert!((s.logprob_sum - (free[s.ids[0] as usize / 2] - mass.ln())).abs() < 1e-4);
    }
    let all = SamplingParams { forbidden_ids: (0..23).collect(), ..params };
    let refused = sample(&decoder, &[request], &all, 1, None, |_, _, _| ()).unwrap_err();
    assert!(refused.to_string().contains("every token"), "{refused}");
}

/// First tokens of 20,000 samples against the model's own probabilities: chi-squared with 22 degrees of freedom.
#[test]
fn first_tokens_follow_the_distribution() {
    let config = common::tiny(Family::Qwen2);
    let decoder = common::decoder(&config, 6);
    let prompt = [1, 4, 9];
    let request = Request { prompt_ids: prompt.to_vec(), key: 5, count: 20_000, ..Request::default() };
    let params = SamplingParams { temperature: 1.0, top_p: 1.0, top_k: 0, max_tokens: 1, stop_ids: vec![], forbidden_ids: vec![], seed: 3 };
    let mut counts = [0u32; 23];
    sample(&decoder, &[request], &params, 2, None, |_, _, s| counts[s.ids[0] as usize] += 1).expect("samples");
    let candidates: Vec<[u32; 1]> = (0..23).map(|id| [id]).collect();
    let pairs: Vec<Scorable> = candidates.iter().map(|c| Scorable { image: None, prompt: &prompt, completion: c }).collect();
    let scores = decoder.score(&pairs, 1).expect("scores");
    let expected: Vec<f64> = scores.iter().map(|s| 2e4 * f64::from(s.logprobs[0]).exp()).collect();
    assert!((expected.iter().sum::<f64>() - 2e4).abs() < 1.0);
    let chi: f64 = counts.iter().zip(&expected).map(|(&c, e)| (f64::from(c) - e).powi(2) / e).sum();
    assert!(chi < 60.0, "chi-squared {chi}; 99.99 % of the time below 56");
}

#[test]
fn cancelling_ends_the_run_early() {
    let config = common::tiny(Family::Qwen2);
    let decoder = common::decoder(&config, 2);
    let cancel = AtomicBool::new(false);
    let mut seen = 0;
    let done = sample(&decoder, &requests(&config, 5000), &params(&config), 2, Some(&cancel), |_, _, _| {
        seen += 1;
        cancel.store(true, Ordering::Relaxed);
    })
    .expect("no error");
    assert!(done.cancelled && seen < 25_000 && done.samples == seen);
}

#[test]
fn bad_requests_are_named() {
    let config = common::tiny(Family::Llama);
    let decoder = common::decoder(&config, 2);
    let good = Request { prompt_ids: vec![1], count: 1, ..Request::default() };
    let fails = |request: &Request, params: &SamplingParams, word: &str| {
        let error = sample(&decoder, std::slice::from_ref(request), params, 1, None, |_, _, _| {}).expect_err("must fail").to_string();
        assert!(error.contains(word), "{error}");
    };
    let p = params(&config);
    fails(&Request { prompt_ids: vec![], ..good.clone() }, &p, "empty prompt");
    fails(&Request { prompt_ids: vec![23], ..good.clone() }, &p, "vocabulary of 23");
    fails(&Request { prompt_ids: vec![1; 64], ..good.clone() }, &p, "no room");
    fails(&Request { first_sample: u32::MAX, ..good.clone() }, &p, "sample indices");
    fails(&Request { image: Some(vec![0.0; 15].into()), ..good.clone() }, &p, "no patch layer");
    fails(&good, &SamplingParams { top_p: 0.0, ..p.clone() }, "top_p");
    fails(&good, &SamplingParams { temperature: -1.0, ..p.clone() }, "temperature");
    let mut broken = decoder.clone();
    broken.weights_mut()[13] = f32::NAN; // in the embedding of token 1;
    assert!(sample(&broken, &[good], &p, 2, None, |_, _, _| {}).expect_err("must fail").to_string().contains("diverged"));
}
