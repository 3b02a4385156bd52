//! Coverage at single k's: pass@k of one model, the paired difference, and the unit-B interval.

use crate::population::{Population, Sampler};
use crate::{LEVEL, SIZES};
use beyond_statistics::interval::{self, Interval};
use beyond_statistics::matrix::{Matrix, mean};
use beyond_statistics::paired::differences;
use beyond_statistics::pass_at_k::per_problem;
use beyond_statistics::rng::Stream;
use beyond_statistics::variance::se_benchmark_difference;

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
pub fn single_k(populations: &[Population], repetitions: usize) {
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
pub fn fixed_problems(populations: &[Population], repetitions: usize) {
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
