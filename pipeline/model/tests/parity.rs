//! The same numbers as transformers 5.23 for three published fixtures.

mod common;

use beyond_model::{Decoder, Request, SamplingParams, Scorable, Tokenizer, sample};
use serde_json::Value;
use std::path::Path;

const MODELS: [&str; 3] = ["tiny-qwen2", "tiny-llama", "tiny-qwen3"];

fn floats(v: &Value) -> Vec<f32> {
    v.as_array().expect("an array").iter().filter_map(|x| x.as_f64().map(|x| x as f32)).collect()
}

fn ids(v: &Value) -> Vec<u32> {
    v.as_array().expect("an array").iter().map(|x| x.as_u64().expect("an id") as u32).collect()
}

fn worst(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(x, y)| (x - y).abs()).fold(0.0, f32::max)
}

fn reference(dir: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(dir.join("reference.json")).expect("readable")).expect("JSON")
}

/// The fixture with its older config in place of the newer.
fn with_old_config(dir: &Path) -> tempfile::TempDir {
    let copy = tempfile::tempdir().expect("a temporary folder");
    for name in ["model.safetensors", "tokenizer.json", "tokenizer_config.json"] {
        std::fs::copy(dir.join(name), copy.path().join(name)).expect("copied");
    }
    std::fs::copy(dir.join("config_v4.json"), copy.path().join("config.json")).expect("copied");
    copy
}

#[test]
fn logits_and_log_probabilities_equal_transformers() {
    let Some(root) = common::shared("data/parity") else { return };
    for model in MODELS {
        let dir = root.join(model);
        let reference = reference(&dir);
        let old = with_old_config(&dir);
        for folder in [dir.as_path(), old.path()] {
            let decoder = Decoder::load(folder).expect("loads");
            let (prompt, completion) = (ids(&reference["prompt_ids"]), ids(&reference["completion_ids"]));
            let all = [prompt.clone(), completion.clone()].concat();
            for (field, text) in [("logits_first", &all[..1]), ("logits_last_prompt", &prompt[..]), ("logits_last", &all[..])] {
                let error = worst(&decoder.logprobs(text).expect("scores").logits_last, &floats(&reference[field]));
                assert!(error < 5e-5, "{model} {field}: {error}");
            }
            let scores = decoder.logprobs(&all).expect("scores");
            assert_eq!(scores.token_logprobs[0], None);
            let logprobs: Vec<f32> = scores.token_logprobs.into_iter().flatten().collect();
            let error = worst(&logprobs, &floats(&reference["token_logprobs"]));
            assert!(error < 5e-5, "{model} token_logprobs: {error}");
            let scored = &decoder.score(&[Scorable { image: None, prompt: &prompt, completion: &completion }], 1).expect("scores")[0];
            let sum: f64 = scored.logprobs.iter().map(|&x| f64::from(x)).sum();
            assert!((sum - reference["completion_logprob_sum"].as_f64().expect("a number")).abs() < 1e-3);
        }
    }
}

#[test]
fn thirty_two_greedy_tokens_equal_transformers() {
    let Some(root) = common::shared("data/parity") else { return };
    for model in MODELS {
        let dir = root.join(model);
        let reference = reference(&dir);
        let decoder = Decoder::load(&dir).expect("loads");
        let request = Request { prompt_ids: ids(&reference["prompt_ids"]), count: 2, ..Request::default() };
        let params =
            SamplingParams { temperature: 0.0, top_p: 1.0, top_k: 0, max_tokens: 32, stop_ids: vec![], forbidden_ids: vec![], seed: 0 };
        let mut samples = Vec::new();
        sample(&decoder, &[request], &params, 1, None, |_, _, s| samples.push(s.ids)).expect("samples");
        assert_eq!(samples, vec![ids(&reference["greedy32_ids"]); 2], "{model}");
    }
}

#[test]
fn the_tokenizer_gives_the_reference_ids() {
    let Some(root) = common::shared("data/parity") else { return };
    let dir = root.join("tiny-qwen2");
    let reference = reference(&dir);
    let tokenizer = Tokenizer::load(&dir).expect("loads");
    for (text, want) in [("prompt", "prompt_ids"), ("completion", "completion_ids")] {
        let text = reference[text].as_str().expect("a text");
        assert_eq!(tokenizer.encode(text).expect("encodes"), ids(&reference[want]));
        assert_eq!(tokenizer.decode(&ids(&reference[want])).expect("decodes"), text);
    }
    assert_eq!(tokenizer.eos_ids(), [368]);
}

/// A folder that transformers wrote comes back with the same tensors, bit for bit, and the same tokenizer files.
#[test]
fn saving_a_fixture_reproduces_its_tensors() {
    let Some(root) = common::shared("data/parity") else { return };
    for model in MODELS {
        let (dir, copy) = (root.join(model), tempfile::tempdir().expect("a temporary folder"));
        Decoder::load(&dir).expect("loads").save(copy.path(), &Tokenizer::load(&dir).expect("loads")).expect("saves");
        let read = |dir: &Path, name: &str| std::fs::read(dir.join(name)).expect("readable");
        let (theirs, ours) = (read(&dir, "model.safetensors"), read(copy.path(), "model.safetensors"));
        let theirs = safetensors::SafeTensors::deserialize(&theirs).expect("complete");
        let ours = safetensors::SafeTensors::deserialize(&ours).expect("complete");
        assert_eq!(theirs.len(), ours.len(), "{model}");
        for (name, tensor) in theirs.iter() {
            let ours = ours.tensor(name).expect("there");
            assert!(ours.shape() == tensor.shape() && ours.data() == tensor.data(), "{model} {name}");
        }
        for name in ["tokenizer.json", "tokenizer_config.json", "chat_template.jinja"] {
            assert_eq!(read(&dir, name), read(copy.path(), name), "{model} {name}");
        }
    }
}
