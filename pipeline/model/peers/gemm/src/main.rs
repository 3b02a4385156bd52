//! The decoder's matrix products beside the `gemm` crate: GFLOP/s of one thread for C = A B, with B a weight that is packed once here and on
//! every call there.
//!
//! `cargo run --release --manifest-path pipeline/model/peers/gemm/Cargo.toml` with gemm's AVX-512 kernels, with
//! `--no-default-features` its AVX2 ones.

#[allow(dead_code)]
#[path = "../../../src/matmul/mod.rs"]
mod matmul;
#[allow(dead_code)]
#[path = "../../../src/simd/mod.rs"]
mod simd;

use matmul::{Init, Left, Packed, product};
use std::hint::black_box;
use std::time::Instant;

/// Rows, depth and columns of a product, and where it stands.
const SHAPES: &[(usize, usize, usize, &str)] = &[
    (256, 64, 192, "laboratory: q, k, v of 256 rows"),
    (256, 64, 320, "laboratory: gate and up"),
    (256, 160, 64, "laboratory: down"),
    (256, 64, 200, "laboratory: head"),
    (16, 64, 320, "laboratory: 16 rows"),
    (1, 64, 320, "laboratory: 1 row"),
    (128, 256, 1024, "2.5 M parameters: gate and up"),
    (128, 896, 4864, "0.5 B parameters: gate"),
    (8, 896, 4864, "0.5 B parameters: 8 rows"),
];

fn numbers(n: usize) -> Vec<f32> {
    (0..n).map(|i| ((i * 2_654_435_761) % 2048) as f32 / 1024.0 - 1.0).collect()
}

/// GFLOP/s of the fastest of seven rounds: the others were disturbed.
fn speed(flops: f64, mut work: impl FnMut()) -> f64 {
    let calls = (2e8 / flops).max(1.0) as usize;
    let round = |work: &mut dyn FnMut()| {
        let start = Instant::now();
        for _ in 0..calls {
            work();
        }
        start.elapsed().as_secs_f64()
    };
    let best = (0..7).map(|_| round(&mut work)).fold(f64::INFINITY, f64::min);
    flops * calls as f64 / best / 1e9
}

fn theirs(m: usize, k: usize, n: usize, a: &[f32], b: &[f32], c: &mut [f32]) {
    assert!(a.len() == m * k && b.len() == k * n && c.len() == m * n);
    let (k_, n_) = (k as isize, n as isize);
    // SAFETY: the lengths were checked, all three are row-major.
    unsafe {
        gemm::gemm(
            m,
            n,
            k,
            c.as_mut_ptr(),
            1,
            n_,
            false,
            a.as_ptr(),
            1,
            k_,
            b.as_ptr(),
            1,
            n_,
            0.0,
            1.0,
            false,
            false,
            false,
            gemm::Parallelism::None,
        )
    }
}

fn main() {
    println!("ours: {:?}; gemm: {}", simd::level(), if cfg!(feature = "avx512") { "x86-v4" } else { "default features" });
    for &(m, k, n, name) in SHAPES {
        let (a, b, flops) = (numbers(m * k), numbers(k * n), 2.0 * (m * k * n) as f64);
        let packed = Packed::straight(&b, k, n);
        let (mut c, mut d) = (vec![0.0; m * n], vec![0.0; m * n]);
        let own = speed(flops, || product(m, Left::rows(black_box(&a), k), &packed, black_box(&mut c), n, Init::Zero));
        let peer = speed(flops, || theirs(m, k, n, black_box(&a), &b, black_box(&mut d)));
        let error = c.iter().zip(&d).map(|(x, y)| (x - y).abs()).fold(0.0, f32::max);
        assert!(error < 1e-3 * k as f32, "the products differ by {error}");
        println!("{m:>4} x {k:>4} x {n:>4}  ours {own:>6.1}  gemm {peer:>6.1}  ratio {:.2}  {name}", own / peer);
    }
}
