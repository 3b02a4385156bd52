//! Every tile on every instruction set against the sequential chain.

use super::*;
use crate::simd;

fn noise(n: usize, seed: u32) -> Vec<f32> {
    let mut state = seed.wrapping_mul(2_654_435_761).max(1);
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    };
    (0..n).map(|_| next()).collect()
}

fn naive(m: usize, n: usize, k: usize, a: &[f32], b: &[f32], init: impl Fn(usize, usize) -> f32) -> Vec<f32> {
    let mut c = Vec::new();
    for i in 0..m {
        for j in 0..n {
            c.push((0..k).fold(init(i, j), |acc, l| a[i * k + l].mul_add(b[l * n + j], acc)));
        }
    }
    c
}

/// Shapes that reach every tile, partial vectors, several panels, row blocks and passes over the depth.
const SHAPES: [(usize, usize, usize); 9] =
    [(1, 1, 1), (5, 16, 3), (6, 64, 64), (13, 309, 64), (7, 65, 300), (100, 48, 17), (4, 33, 9), (3, 112, 513), (2, 17, 256)];

#[test]
fn every_level_equals_the_sequential_chain_bit_for_bit() {
    for level in simd::available() {
        simd::force(level);
        for (m, n, k) in SHAPES {
            let (a, b, old) = (noise(m * k, 1), noise(k * n, 2), noise(m * n, 3));
            let other = noise(m * n, 6);
            let weight: Vec<f32> = (0..n * k).map(|i| b[(i % k) * n + i / k]).collect();
            let packed = Packed::linear(&weight, n, k);
            for (init, want) in [
                (Init::Zero, naive(m, n, k, &a, &b, |_, _| 0.0)),
                (Init::Add, naive(m, n, k, &a, &b, |i, j| old[i * n + j])),
                (Init::From(&other), naive(m, n, k, &a, &b, |i, j| other[i * n + j])),
                (Init::Bias(&old[..n]), naive(m, n, k, &a, &b, |_, j| old[j])),
            ] {
                let mut c = old.clone();
                product(m, Left::rows(&a, k), &packed, &mut c, n, init);
                assert_eq!(c, want, "{level:?} packed {m}x{n}x{k}");
                let mut c = old.clone();
                product_rows(m, n, k, Left::rows(&a, k), &b, n, &mut c, n, init);
                assert_eq!(c, want, "{level:?} rows {m}x{n}x{k}");
            }
        }
    }
}

#[test]
fn a_transposed_left_operand_is_read_by_columns() {
    let (m, n, k) = (13, 20, 31);
    let (a, b) = (noise(m * k, 4), noise(k * n, 5));
    let at: Vec<f32> = (0..k * m).map(|i| a[(i % m) * k + i / m]).collect();
    let mut c = vec![0.0; m * n];
    product_rows(m, n, k, Left::transposed(&at, m), &b, n, &mut c, n, Init::Zero);
    assert_eq!(c, naive(m, n, k, &a, &b, |_, _| 0.0));
    let mut d = vec![0.0; m * n];
    product(m, Left::transposed(&at, m), &Packed::straight(&b, k, n), &mut d, n, Init::Zero);
    assert_eq!(c, d);
}
