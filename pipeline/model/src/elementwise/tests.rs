//! Each operation against its definition, and the instruction sets against each other.

use super::*;
use crate::simd::{self, LANES, Lanes, kernel};

fn grid(n: usize) -> Vec<f32> {
    (0..n).map(|i| ((i * 37 + 11) % 101) as f32 / 25.0 - 2.0).collect()
}

kernel! { fn exp_of(x: &[f32], out: &mut [f32]) = exp_of_body; }

#[inline(always)]
unsafe fn exp_of_body<L: Lanes>(x: &[f32], out: &mut [f32]) {
    for i in (0..x.len()).step_by(LANES) {
        unsafe { L::load_n(x.as_ptr().add(i), x.len() - i).exp().store_n(out.as_mut_ptr().add(i), x.len() - i) };
    }
}

#[test]
fn exp_is_within_two_units_in_the_last_place() {
    let x: Vec<f32> = (-86_900..88_000).step_by(7).map(|i| i as f32 / 1000.0).collect();
    let mut y = vec![0.0; x.len()];
    exp_of(&x, &mut y);
    for (x, y) in x.iter().zip(&y) {
        let want = f64::from(*x).exp();
        let ulp = f64::from(f32::from_bits((want as f32).to_bits() + 1)) - f64::from(want as f32);
        assert!((f64::from(*y) - want).abs() <= 2.0 * ulp, "exp({x}) = {y}, want {want}");
    }
    let mut edge = [1.0; 3];
    exp_of(&[-88.0, f32::NEG_INFINITY, f32::NAN], &mut edge);
    assert_eq!(edge[..2], [0.0, 0.0]);
    assert!(edge[2].is_nan(), "a NaN must not disappear");
}

/// Every kernel on every instruction set: the same bits.
#[test]
fn all_levels_agree_bit_for_bit() {
    let run = || {
        let (x, dy, w) = (grid(3 * 37), grid(5 * 37)[74..].to_vec(), grid(37));
        let mut bits = Vec::new();
        let (mut out, mut inverse) = (vec![0.0; 3 * 37], vec![0.0; 3]);
        rms_norm(&x, Rows::dense(3, 37), &w, 1e-6, &mut out, 37, &mut inverse);
        let (mut dx, mut dw) = (grid(3 * 37), grid(37));
        rms_norm_backward(&x, Rows::dense(3, 37), &w, &inverse, &dy, 37, &mut dx, &mut dw);
        let (mut act, mut dgu) = (vec![0.0; 55], vec![0.0; 110]);
        swiglu(&x[..110], 55, &mut act);
        swiglu_backward(&x[..110], 55, &dy[..55], &mut dgu);
        let shape = Causal { rows: 3, stride: 32, first: 15, scale: 0.7 };
        let (mut scores, mut stats) = (grid(96), vec![0.0; 6]);
        causal_softmax(&mut scores, shape, &mut stats, 2);
        let mut dp = grid(96);
        softmax_backward(&scores, &mut dp, shape);
        let logits = logit_stats(&x);
        let mut dl = x.clone();
        logit_gradient(&mut dl, logits, 0.3, -0.2);
        for part in [out, inverse, dx, dw, act, dgu, scores, stats, dp, dl, vec![logits.z, logits.entropy]] {
            bits.extend(part.into_iter().map(f32::to_bits));
        }
        bits
    };
    let results: Vec<_> = simd::available().into_iter().map(|level| (simd::force(level), run())).collect();
    for (level, bits) in &results {
        assert_eq!(bits, &results[0].1, "{level:?}");
    }
}

#[test]
fn softmax_statistics_reproduce_the_probabilities() {
    let shape = Causal { rows: 4, stride: 16, first: 2, scale: 0.25 };
    let (mut p, mut stats) = (grid(64), vec![0.0; 8]);
    let mut again = p.clone();
    causal_softmax(&mut p, shape, &mut stats, 2);
    causal_softmax_again(&mut again, shape, &stats, 2);
    assert_eq!(p, again);
    for row in 0..4 {
        let row = &p[row * 16..][..16];
        assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-6);
    }
    assert_eq!(p[2..16], [0.0; 14]);
}

#[test]
fn logit_statistics_are_those_of_the_softmax() {
    let logits = grid(53);
    let stats = logit_stats(&logits);
    let z: f64 = logits.iter().map(|&l| f64::from(l).exp()).sum();
    let logp = |l: f32| f64::from(l) - z.ln();
    let entropy: f64 = -logits.iter().map(|&l| logp(l).exp() * logp(l)).sum::<f64>();
    assert!((f64::from(stats.entropy) - entropy).abs() < 1e-5);
    assert!(logits.iter().all(|&l| (f64::from(stats.logp(l)) - logp(l)).abs() < 1e-5));
    assert!(logit_stats(&[0.0, f32::NAN]).z.is_nan());
}
