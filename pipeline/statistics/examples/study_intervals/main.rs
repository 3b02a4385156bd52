//! Does a 95 % interval cover in 95 %? Simulation from known populations; prints Markdown tables.
//!
//! `cargo run --release -p beyond-statistics --example study_intervals [repetitions]` (default 2,000; about a minute).

mod population;

use beyond_statistics::Count;
use beyond_statistics::band::{BandMethod, BandOptions, band, critical_value, with_critical};
use beyond_statistics::bootstrap::BootstrapOptions;
use beyond_statistics::counts::dense_ks;
use beyond_statistics::crossing::{course, crossing, inverted};
use beyond_statistics::interval::{self, Interval};
use beyond_statistics::matrix::{Matrix, mean};
use beyond_statistics::paired::differences;
use beyond_statistics::panel::Panel;
use beyond_statistics::pass_at_k::per_problem;
use beyond_statistics::rng::Stream;
use beyond_statistics::self_null::{Better, real_changes};
use beyond_statistics::variance::se_benchmark_difference;
use population::{Population, Sampler, never_crossing, shapes};

const LEVEL: f64 = 0.95;
const SIZES: [usize; 3] = [30, 100, 500];

/// An interval method.
type Method = fn(&[f64]) -> Interval;

const CURVE: [(&str, Method); 3] = [
    ("t", |x| interval::student_t(x, LEVEL).expect("two problems")),
    ("wilson M", |x| interval::wilson(x, LEVEL).expect("a problem")),
    ("default", |x| interval::curve(x, LEVEL).expect("a problem")),
];

const DIFFERENCE: [(&str, Method); 3] = [
    ("t", |d| interval::student_t(d, LEVEL).expect("two problems")),
    ("plus-half", |d| interval::plus_half(d, LEVEL).expect("a problem")),
    ("default", |d| interval::difference(d, LEVEL).expect("two problems")),
];

/// How often each method covered, and its mean length, per k.
struct Tally {
    covered: Vec<[usize; 3]>,
    length: Vec<[f64; 3]>,
    repetitions: usize,
}

impl Tally {
    fn new(ks: usize) -> Tally {
        Tally { covered: vec![[0; 3]; ks], length: vec![[0.0; 3]; ks], repetitions: 0 }
    }

    fn add(&mut self, values: &Matrix, truth: &[f64], methods: &[(&str, Method); 3]) {
        self.repetitions += 1;
        for (j, truth) in truth.iter().enumerate() {
            let column = values.column(j);
            for (m, (_, method)) in methods.iter().enumerate() {
                let interval = method(&column);
                self.covered[j][m] += usize::from(interval.contains(*truth));
                self.length[j][m] += interval.hi - interval.lo;
            }
        }
    }

    /// One cell per k: coverage of the three methods, mean length of the last.
    fn cells(&self) -> String {
        let share = |count: usize| format!("{:.3}", count as f64 / self.repetitions as f64).replacen("0.", ".", 1);
        let cell = |j: usize| {
            let shares: Vec<String> = self.covered[j].iter().map(|&c| share(c)).collect();
            format!(" {} ({:.3}) |", shares.join(" / "), self.length[j][2] / self.repetitions as f64)
        };
        (0..self.covered.len()).map(cell).collect()
    }
}

fn names(methods: &[(&str, Method); 3]) -> String {
    methods.map(|(name, _)| name).join(" / ")
}

/// Coverage of pass@k and of the paired difference at single k's.
fn single_k(populations: &[Population], repetitions: usize) {
    let mut tables = [String::new(), String::new()];
    for n in [64, 128] {
        let ks = [1, 8, 32, n / 2, n];
        let ks: Vec<u32> = if n == 64 { vec![1, 8, 32, n] } else { ks.to_vec() };
        for population in populations {
            let sampler = Sampler::new(population, n);
            for problems in SIZES {
                let tallies = tally(population, &sampler, problems, &ks, repetitions);
                for (table, tally) in tables.iter_mut().zip(tallies) {
                    let cells = tally.cells();
                    // n/2 = 32 at n = 64: the two columns coincide.
                    let cells = if n == 64 { cells.replacen('|', "| = |", 3).replacen("| = |", "|", 2) } else { cells };
                    table.push_str(&format!("| {} | {problems} | {n} |{cells}\n", population.name));
                }
            }
        }
    }
    let head = "| rates | M | n | k=1 | 8 | 32 | n/2 | n |\n|---|---|---|---|---|---|---|---|";
    println!("\n## pass@k of one model: {} (mean length of the default)\n\n{head}\n{}", names(&CURVE), tables[0]);
    println!("\n## paired difference: {} (mean length of the default)\n\n{head}\n{}", names(&DIFFERENCE), tables[1]);
}

fn tally(population: &Population, sampler: &Sampler, problems: usize, ks: &[u32], repetitions: usize) -> [Tally; 2] {
    let truth: Vec<(f64, f64)> = ks.iter().map(|&k| population.pass_at_k(k)).collect();
    let single: Vec<f64> = truth.iter().map(|t| t.0).collect();
    let paired: Vec<f64> = truth.iter().map(|t| t.1 - t.0).collect();
    let mut tallies = [Tally::new(ks.len()), Tally::new(ks.len())];
    for repetition in 0..repetitions {
        let (base, model) = sampler.draw(problems, &mut Stream::new(17, repetition as u64));
        tallies[0].add(&per_problem(&base, ks).expect("k <= n"), &single, &CURVE);
        tallies[1].add(&differences(&base, &model, ks).expect("k <= n"), &paired, &DIFFERENCE);
    }
    tallies
}

/// Coverage of the unit-B interval of the paired difference: fixed problems, fresh samples, k <= n/2.
fn fixed_problems(populations: &[Population], repetitions: usize) {
    let ks = [1, 8, 32, 64];
    println!("\n## unit B: fixed problems, fresh samples, paired difference: coverage (mean distance of a miss), n = 128\n");
    println!("| rates | M | k=1 | 8 | 32 | 64 |\n|---|---|---|---|---|---|");
    for population in populations {
        let sampler = Sampler::new(population, 128);
        for problems in SIZES {
            let mut chosen = Stream::new(41, 0);
            let atoms: Vec<usize> = (0..problems).map(|_| chosen.below(population.base.len())).collect();
            let mut missed = [(0usize, 0.0f64); 4];
            for repetition in 0..repetitions {
                let (base, model) = sampler.draw_on(&atoms, &mut Stream::new(43, repetition as u64));
                let values = differences(&base, &model, &ks).expect("k <= n");
                for (j, &k) in ks.iter().enumerate() {
                    let se = se_benchmark_difference(&base, &model, k).expect("2k <= n");
                    let interval = interval::benchmark(mean(&values.column(j)), se, LEVEL).expect("valid level");
                    let truth = population.difference_on(&atoms, k);
                    if !interval.contains(truth) {
                        missed[j].0 += 1;
                        missed[j].1 += (interval.lo - truth).max(truth - interval.hi);
                    }
                }
            }
            let cell = |(count, by): (usize, f64)| {
                let share = 1.0 - count as f64 / repetitions as f64;
                format!("{share:.3} ({:.4})", by / count.max(1) as f64)
            };
            let shares = missed.map(cell).join(" | ");
            println!("| {} | {problems} | {shares} |", population.name);
        }
    }
}

fn panel(base: &[Count], model: &[Count]) -> Panel {
    let ks = dense_ks(base[0].n());
    Panel::new(&differences(base, model, &ks).expect("k <= n"), &ks).expect("two problems")
}

/// Simultaneous coverage of the band over k = 1..128, plain and adjusted, and of the first-loss set and k*.
fn simultaneous(populations: &[Population], repetitions: usize) {
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
fn false_claims(runs: usize) {
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

fn main() {
    let repetitions = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(2_000);
    let populations = shapes();
    for population in populations.iter().chain([&never_crossing()]) {
        let at: Vec<String> = [1, 8, 32, 128].map(|k| population.pass_at_k(k)).map(|(b, m)| format!("{b:.3} {:+.3}", m - b)).to_vec();
        println!(
            "{} (mean p {:.3}): pass@1, 8, 32, 128 of the base and difference: {}",
            population.name,
            mean(&population.base),
            at.join(", ")
        );
    }
    single_k(&populations, repetitions);
    fixed_problems(&populations, repetitions);
    simultaneous(&populations, repetitions / 4);
    false_claims(500);
}
