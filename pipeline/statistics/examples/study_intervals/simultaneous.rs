//! Coverage of the band over all k, of the first-loss set and of k*; and how often there is a false claim.

use crate::population::{Population, Sampler, never_crossing, shapes};
use crate::{LEVEL, SIZES};
use beyond_statistics::Count;
use beyond_statistics::band::{BandMethod, BandOptions, band, critical_value, with_critical};
use beyond_statistics::bootstrap::BootstrapOptions;
use beyond_statistics::counts::dense_ks;
use beyond_statistics::crossing::{course, crossing, inverted};
use beyond_statistics::paired::differences;
use beyond_statistics::panel::Panel;
use beyond_statistics::rng::Stream;
use beyond_statistics::self_null::{Better, real_changes};

fn panel(base: &[Count], model: &[Count]) -> Panel {
    let ks = dense_ks(base[0].n());
    Panel::new(&differences(base, model, &ks).expect("k <= n"), &ks).expect("two problems")
}

/// Simultaneous coverage of the band over k = 1..128, plain and adjusted, and of the first-loss set and k*.
pub fn simultaneous(populations: &[Population], repetitions: usize) {
    println!("\n## simultaneous band over k = 1..128, first-loss set, k* (n = 128, {repetitions} repetitions)\n");
    println!(
        "| rates | M | sup-t | sup-t plus-half | default band | first-loss set | k* default | k* inverted |\n|---|---|---|---|---|---|---|---|"
    );
    for population in populations {
        let sampler = Sampler::new(population, 128);
        let truth: Vec<f64> = dense_ks(128).iter().map(|&k| population.pass_at_k(k)).map(|(b, m)| m - b).collect();
        for problems in [30, 50, 100, 500] {
            let mut hits = [0usize; 6];
            for repetition in 0..repetitions {
                let (base, model) = sampler.draw(problems, &mut Stream::new(23, repetition as u64));
                let panel = panel(&base, &model);
                for (hit, now) in hits.iter_mut().zip(covers(&panel, &truth, repetition as u64)) {
                    *hit += usize::from(now);
                }
            }
            let shares = hits.map(|h| format!("{:.3}", h as f64 / repetitions as f64)).join(" | ");
            println!("| {} | {problems} | {shares} |", population.name);
        }
    }
}

/// Whether the plain band, the adjusted band, the first-loss set and the k* interval hold the truth.
fn covers(panel: &Panel, truth: &[f64], seed: u64) -> [bool; 6] {
    let options = BandOptions { draws: 4_000, seed, ..BandOptions::default() };
    let critical = critical_value(&[panel], options).expect("valid options");
    let inside = |method| {
        let band = with_critical(panel, critical, method);
        (0..truth.len()).all(|j| band.lower[j] <= truth[j] && truth[j] <= band.upper[j])
    };
    let method = BandMethod::default_for(panel);
    let first = with_critical(panel, critical, method).first_loss().expect("dense");
    let loss = truth.iter().position(|d| *d < -1e-12).map_or(u32::MAX, |j| j as u32 + 1);
    let options = BootstrapOptions { replicates: 500, seed, level: LEVEL };
    let found = crossing(panel, options).expect("valid options");
    let k_star = course(panel.ks(), truth).k_star().unwrap_or(f64::INFINITY);
    let between = |(lo, hi): (Option<f64>, Option<f64>)| lo.unwrap_or(f64::INFINITY) <= k_star && k_star <= hi.unwrap_or(f64::INFINITY);
    [
        inside(BandMethod::SupT),
        inside(BandMethod::SupTPlusHalf),
        inside(method),
        first.lo <= loss && loss <= first.hi.unwrap_or(u32::MAX),
        between((found.lo, found.hi)),
        between(inverted(panel, LEVEL).expect("valid level")),
    ]
}

/// Two identical models must show no "real" model-only problem; a never-crossing pair must show no crossing.
pub fn false_claims(runs: usize) {
    let (identical, never) = (shapes().pop().expect("the last shape changes nothing"), never_crossing());
    println!("\n## false claims in {runs} runs (n = 128)\n\n| pair | M | claim | share of runs without it |\n|---|---|---|---|");
    let line = |pair: &str, problems: usize, claim: &str, without: usize| {
        println!("| {pair} | {problems} | {claim} | {:.3} |", without as f64 / runs as f64);
    };
    for problems in SIZES {
        let sampler = Sampler::new(&identical, 128);
        let (mut empty, mut flat) = (0, 0);
        for run in 0..runs {
            let (base, model) = sampler.draw(problems, &mut Stream::new(31, run as u64));
            let real = real_changes(&base, &model, Better::Model, 0.05).expect("same problems");
            empty += usize::from(real.exclusive.is_empty());
            flat += usize::from(!band_of(&base, &model, run).crossing_established());
        }
        line("identical", problems, "a real model-only problem", empty);
        line("identical", problems, "crossing established (band)", flat);
    }
    for problems in SIZES {
        let sampler = Sampler::new(&never, 128);
        let mut without = [0usize; 3];
        for run in 0..runs {
            let (base, model) = sampler.draw(problems, &mut Stream::new(37, run as u64));
            let options = BootstrapOptions { replicates: 500, seed: run as u64, level: LEVEL };
            let found = crossing(&panel(&base, &model), options).expect("valid options");
            without[0] += usize::from(!band_of(&base, &model, run).crossing_established());
            without[1] += usize::from(found.hi.is_none());
            without[2] += usize::from(found.k_star.is_none());
        }
        line("never crossing", problems, "crossing established (band)", without[0]);
        line("never crossing", problems, "k* interval that excludes \"no crossing\"", without[1]);
        line("never crossing", problems, "a point estimate k*", without[2]);
    }
}

fn band_of(base: &[Count], model: &[Count], seed: usize) -> beyond_statistics::band::Band {
    let options = BandOptions { draws: 4_000, seed: seed as u64, ..BandOptions::default() };
    band(&panel(base, model), options).expect("valid options")
}
