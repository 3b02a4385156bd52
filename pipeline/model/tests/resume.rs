//! AdamW against its definition, and training that goes on exactly where it stopped.

mod common;

use beyond_model::{AdamW, AdamWParams, Decoder, Family, Gradient, Grads, Objective, Schedule, Sequence, TokenStats, backward};

struct Likelihood;

impl Objective for Likelihood {
    fn gradient(&self, _: usize, _: &Sequence, token: &TokenStats) -> Gradient {
        let n = token.logp.len();
        let loss = -token.logp.iter().map(|&x| f64::from(x)).sum::<f64>() / n as f64;
        Gradient { dlogp: vec![-1.0 / n as f32; n], loss, ..Gradient::default() }
    }
}

fn batch(step: u64) -> Vec<Sequence> {
    let sequence = |i: u64| {
        let start = (step * 3 + i * 5) as u32 % 17 + 3;
        Sequence { ids: vec![1, start, start + 1, start + 2, 2], response_start: 2, image: None }
    };
    (0..16).map(sequence).collect()
}

const SCHEDULE: Schedule = Schedule { peak: 2e-2, warmup: 5, steps: 60, floor: 0.1 };

fn train(decoder: &mut Decoder, optimizer: &mut AdamW, steps: std::ops::Range<u64>) -> f64 {
    let mut last = 0.0;
    for step in steps {
        let (grads, stats) = backward(decoder, &batch(step), &Likelihood, 2).expect("a gradient");
        optimizer.step(decoder, &grads, SCHEDULE.rate(step)).expect("a step");
        last = stats.loss / 16.0;
    }
    last
}

#[test]
fn training_learns_and_resumes_bit_for_bit() {
    let params = AdamWParams { weight_decay: 0.1, ..AdamWParams::default() };
    let start = Decoder::init(&common::tiny(Family::Qwen2), 1).expect("a decoder").with_value_head(None).expect("a head");
    let (mut decoder, mut optimizer) = (start.clone(), AdamW::new(&start, params));
    let loss = train(&mut decoder, &mut optimizer, 0..60);
    assert!(loss < 1.0, "counting up is easy to learn: loss {loss}, at the start 3.1");
    let (mut again, mut first) = (start.clone(), AdamW::new(&start, params));
    train(&mut again, &mut first, 0..23);
    let bytes = first.to_bytes();
    let mut second = AdamW::from_bytes(&again, params, &bytes).expect("restored");
    assert_eq!(second.step_count(), 23);
    train(&mut again, &mut second, 23..60);
    assert!(again.weights() == decoder.weights() && second == optimizer);
    assert!(AdamW::from_bytes(&again, params, &bytes[..bytes.len() - 4]).expect_err("must fail").to_string().contains("cut off"));
}

/// Two steps of one weight each, by the formulas of PyTorch's AdamW in f64.
#[test]
fn two_steps_equal_the_definition() {
    let params = AdamWParams { beta1: 0.8, beta2: 0.9, eps: 1e-3, weight_decay: 0.5, clip_norm: 0.0 };
    let mut decoder = common::decoder(&common::tiny(Family::Llama), 1);
    let mut optimizer = AdamW::new(&decoder, params);
    let names: Vec<_> = decoder.tensors().map(|(n, s, r)| (n.to_string(), s.len(), r.start)).collect();
    let mut want: Vec<(f64, f64, f64)> = names.iter().map(|(_, _, at)| (f64::from(decoder.weights()[*at]), 0.0, 0.0)).collect();
    for step in 1..=2 {
        let mut grads = Grads::zeros(&decoder);
        for (i, ((_, dims, at), (w, m, v))) in names.iter().zip(&mut want).enumerate() {
            let g = 0.3 * f64::from(step) - 0.05 * i as f64;
            grads.values[*at] = g as f32;
            *w *= 1.0 - 0.1 * if *dims == 2 { 0.5 } else { 0.0 };
            (*m, *v) = (0.8 * *m + 0.2 * g, 0.9 * *v + 0.1 * g * g);
            let (mean, square) = (*m / (1.0 - 0.8f64.powi(step)), *v / (1.0 - 0.9f64.powi(step)));
            *w -= 0.1 * mean / (square.sqrt() + 1e-3);
        }
        let norm = optimizer.step(&mut decoder, &grads, 0.1).expect("a step");
        assert!((norm - grads.norm()).abs() < 1e-12);
    }
    for ((name, _, at), (w, _, _)) in names.iter().zip(&want) {
        assert!((f64::from(decoder.weights()[*at]) - w).abs() < 1e-5, "{name}");
    }
}

#[test]
fn clipping_scales_the_gradient_and_bad_gradients_are_refused() {
    let params = AdamWParams { beta1: 0.0, beta2: 0.0, eps: 1.0, clip_norm: 1.0, ..AdamWParams::default() };
    let start = common::decoder(&common::tiny(Family::Qwen3), 1);
    let (mut decoder, mut optimizer) = (start.clone(), AdamW::new(&start, params));
    let mut grads = Grads::zeros(&decoder);
    (grads.values[0], grads.values[1]) = (30.0, 40.0);
    assert_eq!(optimizer.step(&mut decoder, &grads, 1.0).expect("a step"), 50.0);
    // with no momentum and eps 1 the change is g / (|g| + 1) of the clipped g = 0.6, 0.8
    for (i, g) in [(0, 0.6f32), (1, 0.8)] {
        assert!((start.weights()[i] - decoder.weights()[i] - g / (g + 1.0)).abs() < 1e-6);
    }
    let before = (decoder.clone(), optimizer.clone());
    grads.values[7] = f32::NAN;
    assert!(optimizer.step(&mut decoder, &grads, 1.0).expect_err("must fail").to_string().contains("not finite"));
    assert!(decoder.weights() == before.0.weights() && optimizer == before.1);
}
