//! How long the parts take on one core: `cargo run --release -p beyond-statistics --example speed`.
//!
//! Prints, asserts nothing. Counts are synthetic (seeded), of the size of the DeepScaleR set.

use beyond_statistics::Count;
use beyond_statistics::band::{BandOptions, band};
use beyond_statistics::bootstrap::BootstrapOptions;
use beyond_statistics::counts::dense_ks;
use beyond_statistics::crossing::crossing;
use beyond_statistics::paired::{differences, points};
use beyond_statistics::panel::Panel;
use beyond_statistics::pass_at_k::mean_pass_at_k;
use beyond_statistics::rng::Stream;
use beyond_statistics::self_null::{Better, conditional_null, real_changes, self_null};
use std::hint::black_box;
use std::time::Instant;

/// U-shaped success rates; the second model solves more often what it solves, and less at all.
fn counts(problems: usize, n: u32) -> (Vec<Count>, Vec<Count>) {
    let mut stream = Stream::new(1, 0);
    let mut draw = |p: f64| (0..n).filter(|_| stream.uniform() < p).count() as u32;
    let mut rates = Stream::new(2, 0);
    (0..problems)
        .map(|_| {
            let p = 1.0 / (1.0 + (2.5 * rates.normal()).exp());
            let sharper = p.powi(2) / (p.powi(2) + (1.0 - p).powi(2));
            (Count::new(n, draw(p)).unwrap(), Count::new(n, draw(sharper)).unwrap())
        })
        .unzip()
}

fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let value = black_box(work());
    println!("| {what} | {:.3} |", start.elapsed().as_secs_f64());
    value
}

fn panel(base: &[Count], model: &[Count], ks: &[u32]) -> Panel {
    Panel::new(&differences(base, model, ks).unwrap(), ks).unwrap()
}

fn main() {
    let (base, model) = counts(1_000, 128);
    let ks = dense_ks(128);
    let some_ks: Vec<u32> = ks.iter().copied().filter(|k| k % 4 == 0 || *k < 4).take(35).collect();
    println!("| work, 1,000 problems, n = 128 | seconds |\n|---|---|");
    timed("mean pass@k at 128 k", || mean_pass_at_k(&base, &ks).unwrap());
    let small = timed("panel at 35 k", || panel(&base, &model, &some_ks));
    let options = BootstrapOptions::default();
    timed("10,000 bootstrap replicates at 35 k", || crossing(&small, options).unwrap());
    let ten_thousand = BandOptions { draws: 10_000, ..BandOptions::default() };
    timed("10,000 multiplier draws at 35 k", || band(&small, ten_thousand).unwrap());
    timed("whole analysis at k = 1..128", || {
        timed("- points", || points(&base, &model, &ks, 0.95).unwrap());
        let panel = timed("- panel", || panel(&base, &model, &ks));
        timed("- band, 1,000,000 draws", || band(&panel, BandOptions::default()).unwrap());
        timed("- crossing, 10,000 replicates", || crossing(&panel, options).unwrap());
        timed("- self-null, conditional null, real changes", || {
            let null = self_null(&base, &model, 64).unwrap();
            let conditional = conditional_null(&base, &model).unwrap();
            let real = real_changes(&base, &model, Better::Model, 0.05).unwrap();
            (null, conditional, real)
        });
    });
    let (base, model) = counts(500, 1_024);
    let ks = dense_ks(1_024);
    let wide = timed("500 problems, n = 1,024: panel at 1,024 k", || panel(&base, &model, &ks));
    timed("- band, 1,000,000 draws", || band(&wide, BandOptions::default()).unwrap());
    timed("- crossing, 10,000 replicates", || crossing(&wide, options).unwrap());
}
