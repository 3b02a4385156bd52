//! Numbers of decoders that need no file: a change of any of them is a change of the model.
//!
//! They were written by this crate after `tests/autograd.rs` had found candle's own operations to agree.

mod common;

use beyond_model::{Decoder, Family, Request, SamplingParams, sample};

fn drawn(decoder: &Decoder) -> Vec<u32> {
    let request = Request { prompt_ids: vec![1, 5, 9, 13], key: 77, count: 1, ..Request::default() };
    let params =
        SamplingParams { temperature: 1.0, top_p: 1.0, top_k: 0, max_tokens: 12, stop_ids: vec![], forbidden_ids: vec![], seed: 0 };
    let mut ids = Vec::new();
    sample(decoder, &[request], &params, 1, None, |_, _, s| ids = s.ids).expect("samples");
    ids
}

#[test]
fn log_probabilities_and_samples_stay_the_same() {
    let golden: [(Family, f64, [u32; 12]); 3] = [
        (Family::Qwen2, -100.51838, [14, 4, 16, 8, 11, 2, 9, 2, 9, 17, 11, 11]),
        (Family::Qwen3, -102.99566, [14, 3, 14, 4, 14, 1, 11, 4, 12, 19, 11, 13]),
        (Family::Llama, -90.48809, [14, 4, 17, 5, 12, 1, 10, 2, 10, 20, 11, 10]),
    ];
    for (family, sum, tokens) in golden {
        let decoder = common::decoder(&common::tiny(family), 21);
        let text: Vec<u32> = (0..30).map(|i| (i * 7 + 1) % 23).collect();
        let scores = decoder.logprobs(&text).expect("scores");
        let total: f64 = scores.token_logprobs.iter().flatten().map(|&x| f64::from(x)).sum();
        assert!((total - sum).abs() < 1e-3, "{family:?}: {total}");
        assert_eq!(drawn(&decoder), tokens, "{family:?}");
    }
}
