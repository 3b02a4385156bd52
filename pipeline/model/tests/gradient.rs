//! Every weight of every family against finite differences, and the properties of the batch.

mod common;

use beyond_model::{Config, Decoder, Gradient, Grads, Objective, Sequence, Stats, TokenStats, backward};
use std::sync::Arc;

/// A loss that depends on log-probabilities, entropies and values with different, fixed coefficients.
struct Mixed {
    value: bool,
}

fn coefficient(index: usize, token: usize, salt: usize) -> f32 {
    ((index * 31 + token * 17 + salt * 7) % 13) as f32 / 6.0 - 0.9
}

impl Objective for Mixed {
    fn gradient(&self, index: usize, _: &Sequence, token: &TokenStats) -> Gradient {
        let n = token.logp.len();
        let c = |salt| (0..n).map(|t| coefficient(index, t, salt)).collect::<Vec<f32>>();
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(x, y)| f64::from(*x) * f64::from(*y)).sum::<f64>();
        let (dlogp, dentropy) = (c(0), c(1));
        let mut loss = dot(&dlogp, token.logp) + dot(&dentropy, token.entropy);
        // value loss: half the squared distance to 0.5
        let dvalue = token.value.filter(|_| self.value).map(|v| v.iter().map(|x| x - 0.5).collect::<Vec<f32>>());
        loss += dvalue.iter().flatten().map(|d| 0.5 * f64::from(*d).powi(2)).sum::<f64>();
        Gradient { dlogp, dentropy: Some(dentropy), dvalue, loss, metrics: vec![1.0, n as f64] }
    }
}

/// Sequences with shared prompts, different lengths, and images when the decoder takes them.
fn batch(config: &Config) -> Vec<Sequence> {
    let image =
        |seed: usize| config.patch.map(|p| (0..p.count * p.size).map(|i| ((i * 5 + seed * 3) % 7) as f32 / 7.0).collect::<Arc<[f32]>>());
    let sequence = |ids: &[u32], start, seed| Sequence { ids: ids.to_vec(), response_start: start, image: image(seed) };
    vec![
        sequence(&[1, 5, 9, 3, 7, 2], 3, 0),
        sequence(&[1, 5, 9, 11, 2], 3, 0),
        sequence(&[1, 8, 6, 4, 10, 12, 13, 2], 2, 1),
        sequence(&[1, 5, 9, 21], 3, 0),
        sequence(&[4, 20, 19, 18, 17, 16, 15, 14, 3, 22, 21, 20, 9, 8, 7, 6, 5, 4, 3, 2], 1, 2),
    ]
}

fn loss(decoder: &Decoder, batch: &[Sequence]) -> f64 {
    backward(decoder, batch, &Mixed { value: true }, 1).expect("a loss").1.loss
}

/// Central differences along a random direction inside each tensor, and for its largest single entry.
#[test]
fn every_tensor_has_the_gradient_of_finite_differences() {
    for config in common::variants() {
        let mut decoder = common::decoder(&config, 3).with_value_head(None).expect("a head");
        for (i, w) in decoder.weights_mut().iter_mut().rev().take(config.hidden + 1).enumerate() {
            *w = coefficient(i, 0, 5);
        }
        let batch = batch(&config);
        let grads = backward(&decoder, &batch, &Mixed { value: true }, 1).expect("a gradient").0.values;
        let mut tensors: Vec<(String, std::ops::Range<usize>)> = decoder.tensors().map(|(n, _, r)| (n.to_string(), r)).collect();
        tensors.push(("value_head".into(), decoder.parameters()..decoder.weights().len()));
        for (name, range) in tensors {
            let direction: Vec<f32> =
                range.clone().map(|i| coefficient(i, i / 7, 2).signum() * (0.5 + coefficient(i, 3, 1).abs())).collect();
            let largest = range.clone().max_by(|&a, &b| grads[a].abs().total_cmp(&grads[b].abs())).expect("not empty");
            assert!(grads[largest] != 0.0, "{:?} {name} receives no gradient", config.family);
            let single: Vec<f32> = range.clone().map(|i| if i == largest { 1.0 } else { 0.0 }).collect();
            for direction in [direction, single] {
                let length = direction.iter().map(|d| f64::from(*d).powi(2)).sum::<f64>().sqrt();
                let step = (4e-3 / length) as f32;
                let before = decoder.weights().to_vec();
                let mut at = |sign: f32| {
                    for (w, (old, d)) in decoder.weights_mut()[range.clone()].iter_mut().zip(before[range.clone()].iter().zip(&direction)) {
                        *w = old + sign * step * d;
                    }
                    loss(&decoder, &batch)
                };
                let slope = (at(1.0) - at(-1.0)) / (2.0 * f64::from(step));
                at(0.0);
                let want: f64 = range.clone().zip(&direction).map(|(i, d)| f64::from(grads[i]) * f64::from(*d)).sum();
                let scale = range.clone().map(|i| f64::from(grads[i]).powi(2)).sum::<f64>().sqrt() * length;
                assert!((slope - want).abs() < 4e-3 * scale.max(0.05), "{:?} {name}: differences {slope}, gradient {want}", config.family);
            }
        }
    }
}

fn gradient(decoder: &Decoder, batch: &[Sequence], threads: usize) -> (Grads, Stats) {
    backward(decoder, batch, &Mixed { value: false }, threads).expect("a gradient")
}

/// 300 sequences of the laboratory's shape, in several chunks and shards.
fn many() -> (Decoder, Vec<Sequence>) {
    let decoder = Decoder::init(&common::lab(64, 3, 112), 1).expect("a decoder");
    let sequence = |i: u32| {
        let n = 9 + i % 9;
        Sequence {
            ids: (0..n).map(|t| if t < 8 { (i / 4 * 7 + t) % 112 } else { (i * 13 + t * 5) % 112 }).collect(),
            response_start: 8,
            image: None,
        }
    };
    (decoder, (0..300).map(sequence).collect())
}

#[test]
fn gradients_are_bitwise_equal_for_any_number_of_threads() {
    let (decoder, batch) = many();
    let one = gradient(&decoder, &batch, 1);
    for threads in [2, 3, 16] {
        assert!(gradient(&decoder, &batch, threads) == one, "{threads} threads");
    }
    assert_eq!((one.1.sequences, one.1.active), (300, 300));
    assert_eq!(one.1.metrics, [300.0, one.1.tokens as f64]);
}

/// A batch is the sum of its sequences, however they share prompts and chunks.
#[test]
fn packing_does_not_change_the_gradient() {
    for config in common::variants() {
        let decoder = common::decoder(&config, 4);
        let batch = batch(&config);
        let (together, stats) = gradient(&decoder, &batch, 1);
        let mut apart = Grads::zeros(&decoder);
        let mut loss = 0.0;
        for (i, s) in batch.iter().enumerate() {
            struct Shifted(usize);
            impl Objective for Shifted {
                fn gradient(&self, _: usize, s: &Sequence, t: &TokenStats) -> Gradient {
                    Mixed { value: false }.gradient(self.0, s, t)
                }
            }
            let (g, s) = backward(&decoder, std::slice::from_ref(s), &Shifted(i), 1).expect("a gradient");
            apart.add(&g);
            loss += s.loss;
        }
        let scale = together.norm();
        let distance = together.values.iter().zip(&apart.values).map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>().sqrt();
        assert!(distance < 1e-5 * scale, "{distance} of {scale}");
        assert!((stats.loss - loss).abs() < 1e-4);
    }
}

/// Only even sequences have a gradient; `early` leaves the others out before their forward pass.
struct Half {
    early: bool,
}

impl Objective for Half {
    fn gradient(&self, index: usize, _: &Sequence, token: &TokenStats) -> Gradient {
        let d = if index.is_multiple_of(2) { 1.0 } else { 0.0 };
        Gradient {
            dlogp: vec![d; token.logp.len()],
            loss: f64::from(d) * token.logp.iter().map(|&x| f64::from(x)).sum::<f64>(),
            ..Gradient::default()
        }
    }
    fn skip(&self, index: usize) -> bool {
        self.early && index % 2 == 1
    }
}

#[test]
fn sequences_without_gradient_are_left_out_without_changing_it() {
    let (decoder, batch) = many();
    let (late, stats) = backward(&decoder, &batch, &Half { early: false }, 2).expect("a gradient");
    assert_eq!((stats.sequences, stats.active), (300, 150));
    let (early, stats) = backward(&decoder, &batch, &Half { early: true }, 2).expect("a gradient");
    assert_eq!((stats.sequences, stats.active), (150, 150));
    let distance = late.values.iter().zip(&early.values).map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>().sqrt();
    assert!(distance < 1e-5 * late.norm(), "{distance} of {}", late.norm());
    for config in common::variants() {
        let decoder = common::decoder(&config, 5);
        let batch = self::batch(&config);
        let (late, _) = backward(&decoder, &batch, &Half { early: false }, 1).expect("a gradient");
        let (early, _) = backward(&decoder, &batch, &Half { early: true }, 1).expect("a gradient");
        let distance = late.values.iter().zip(&early.values).map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>().sqrt();
        assert!(distance < 1e-5 * late.norm(), "{:?}: {distance} of {}", config.family, late.norm());
    }
}

#[test]
fn bad_sequences_are_named() {
    let config = common::tiny(beyond_model::Family::Qwen2);
    let decoder = common::decoder(&config, 1);
    let fails = |ids: Vec<u32>, start: usize, words: &[&str]| {
        let error = backward(&decoder, &[Sequence { ids, response_start: start, image: None }], &Mixed { value: false }, 1)
            .expect_err("must fail")
            .to_string();
        assert!(words.iter().all(|w| error.contains(w)), "{error}");
    };
    fails(vec![1, 99], 1, &["99", "vocabulary of 23"]);
    fails(vec![1, 2], 0, &["response_start", "prompt"]);
    fails(vec![1; 65], 1, &["65 positions", "64"]);
}
