//! Shared by the integration tests: small decoders of each family, and the parity fixtures.
#![allow(dead_code)] // each test binary uses a part

use beyond_model::{Config, Decoder, Family, Patch, Rope, Scaling};
use std::path::{Path, PathBuf};

/// A decoder small enough for finite differences, with grouped heads and odd sizes that leave partial vectors.
pub fn tiny(family: Family) -> Config {
    Config {
        family,
        hidden: 12,
        layers: 2,
        heads: 4,
        kv_heads: 2,
        head_dim: 6,
        ff: 20,
        vocab: 23,
        rope: Rope { theta: 100.0, scaling: None },
        tie: family != Family::Llama,
        eps: 1e-6,
        max_positions: 64,
        eos_ids: vec![2],
        bos_id: Some(1),
        pad_id: Some(0),
        patch: None,
    }
}

pub fn tiny_llama3() -> Config {
    let scaling = Scaling::Llama3 { factor: 4.0, low_freq_factor: 1.0, high_freq_factor: 4.0, original_max_positions: 16 };
    Config { rope: Rope { theta: 100.0, scaling: Some(scaling) }, ..tiny(Family::Llama) }
}

pub fn tiny_vision() -> Config {
    Config { patch: Some(Patch { count: 3, size: 5 }), ..tiny(Family::Qwen2) }
}

/// All variants that a test should cover.
pub fn variants() -> Vec<Config> {
    vec![tiny(Family::Qwen2), tiny(Family::Qwen3), tiny(Family::Llama), tiny_llama3(), tiny_vision()]
}

/// Random weights with biases and norms moved off their initial 0 and 1, so that a mistake in them shows.
pub fn decoder(config: &Config, seed: u64) -> Decoder {
    let mut decoder = Decoder::init(config, seed).expect("a valid config");
    let ranges: Vec<_> = decoder.tensors().map(|(name, shape, range)| (name.contains("embed"), shape.len() == 1, range)).collect();
    for (embedding, vector, range) in ranges {
        for (i, w) in decoder.weights_mut()[range].iter_mut().enumerate() {
            if embedding {
                *w *= 12.0;
            } else if vector {
                *w += 0.3 * (((i * 13 + 5) % 11) as f32 / 5.0 - 1.0);
            }
        }
    }
    decoder
}

/// The lab's decoder: d = 64, 3 layers, about 0.15 M weights.
pub fn lab(hidden: usize, layers: usize, vocab: usize) -> Config {
    Config {
        hidden,
        layers,
        heads: 4,
        kv_heads: 4,
        head_dim: hidden / 4,
        ff: hidden * 5 / 2,
        vocab,
        rope: Rope { theta: 1e4, scaling: None },
        ..tiny(Family::Qwen2)
    }
}

/// A folder of the reference material beside the checkout, when it is there.
pub fn shared(path: &str) -> Option<PathBuf> {
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2)?;
    let found = checkout.parent()?.join("shared").join(path);
    if !found.exists() {
        eprintln!("skipped: {} is not there", found.display());
        return None;
    }
    Some(found)
}
