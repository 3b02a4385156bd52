//! Coverage of the interval of a training *method*: R training runs crossed with M problems (estimand T), one base for all runs.

use crate::population::{Population, never_crossing, shapes};
use crate::{LEVEL, SIZES};
use beyond_statistics::Count;
use beyond_statistics::interval;
use beyond_statistics::matrix::{Matrix, mean};
use beyond_statistics::paired::differences;
use beyond_statistics::pass_at_k::per_problem;
use beyond_statistics::rng::Stream;
use beyond_statistics::runs::{RunEffect, method_interval, run_effect};
use beyond_statistics::special::{normal_quantile, t_quantile};

/// Samples per problem, and the k's.
const N: u32 = 64;
const KS: [u32; 4] = [1, 8, 32, 64];
/// What a run adds to the logit of every rate: (of the whole run, of the run on one problem), standard deviations.
const SPREADS: [(f64, f64); 3] = [(0.0, 0.3), (0.2, 0.3), (0.6, 0.6)];
const RUNS: [usize; 2] = [3, 5];
const METHODS: [&str; 5] = ["problems only", "runs only", "satterthwaite", "t per part", "default"];
/// Points of the normal law over which a problem's expected rate is taken.
const QUADRATURE: usize = 64;

type Hits = [[usize; METHODS.len()]; KS.len()];

/// Tables for pass@k of the method and for its difference to the one base.
pub fn over_runs(repetitions: usize) {
    let names = METHODS.join(" / ");
    println!("\n## a method over R training runs (n = {N}, {repetitions} repetitions; {names})\n");
    println!("| rates | run sd, run x problem sd | M | R | what | k=1 | 8 | 32 | 64 |\n|---|---|---|---|---|---|---|---|---|");
    for population in shapes().iter().take(4) {
        for spread in SPREADS {
            let truth = truth(population, spread);
            for problems in SIZES {
                for runs in RUNS {
                    let hits = study(population, spread, (problems, runs), &truth, repetitions);
                    for (what, hits) in ["pass@k", "difference"].iter().zip(hits) {
                        println!(
                            "| {} | {}, {} | {problems} | {runs} | {what} |{}",
                            population.name,
                            spread.0,
                            spread.1,
                            cells(&hits, repetitions)
                        );
                    }
                }
            }
        }
    }
}

/// How often a crossing over runs (gain at k = 1 and loss at k = n, each by its own interval) is claimed, where there is one and where not.
pub fn crossings(repetitions: usize) {
    println!("\n## crossing over R training runs claimed (n = {N}, {repetitions} repetitions; R = 3 / 5)\n");
    println!("| pair | true difference at k = 1, {N} | run sd, run x problem sd | M | claimed |\n|---|---|---|---|---|");
    let shapes = shapes();
    for population in [&shapes[0], &shapes[2], &shapes[4], &never_crossing()] {
        for spread in SPREADS {
            let [_, truth] = truth(population, spread);
            for problems in SIZES {
                let claimed = RUNS.map(|runs| {
                    let hits = (0..repetitions).filter(|&repetition| claims_crossing(population, spread, (problems, runs), repetition));
                    format!("{:.3}", hits.count() as f64 / repetitions as f64)
                });
                let (first, last) = (truth[0], truth[KS.len() - 1]);
                println!(
                    "| {} | {first:+.3}, {last:+.3} | {}, {} | {problems} | {} |",
                    population.name,
                    spread.0,
                    spread.1,
                    claimed.join(" / ")
                );
            }
        }
    }
}

fn claims_crossing(population: &Population, spread: (f64, f64), size: (usize, usize), repetition: usize) -> bool {
    let (base, models) = draw(population, spread, size, &mut Stream::new(59, repetition as u64));
    let gaps: Vec<Matrix> = models.iter().map(|counts| differences(&base, counts, &KS).expect("k <= n")).collect();
    let printed = |j: usize| {
        let y = Matrix::from_rows(&gaps.iter().map(|run| run.column(j)).collect::<Vec<_>>()).expect("runs of one length");
        intervals(&y, true)[METHODS.len() - 1]
    };
    printed(0).0 > 0.0 && printed(KS.len() - 1).1 < 0.0
}

fn cells(hits: &Hits, repetitions: usize) -> String {
    let share = |&count: &usize| format!("{:.3}", count as f64 / repetitions as f64);
    hits.iter().map(|hits| format!(" {} |", hits.iter().map(share).collect::<Vec<_>>().join(" / "))).collect()
}

/// pass@k of the method and its difference to the base at every k: means over all problems and all runs there could be.
fn truth(population: &Population, (run, cross): (f64, f64)) -> [Vec<f64>; 2] {
    let sd = run.hypot(cross);
    let points: Vec<f64> = (0..QUADRATURE).map(|i| sd * normal_quantile((i as f64 + 0.5) / QUADRATURE as f64)).collect();
    let expected = |rate: f64, k: u32| mean(&points.iter().map(|shift| pass(moved(rate, *shift), k)).collect::<Vec<_>>());
    let over_problems = |of: &dyn Fn(usize) -> f64| mean(&(0..population.base.len()).map(of).collect::<Vec<_>>());
    let model: Vec<f64> = KS.iter().map(|&k| over_problems(&|i| expected(population.model[i], k))).collect();
    let base = KS.iter().map(|&k| over_problems(&|i| pass(population.base[i], k)));
    let difference = model.iter().zip(base).map(|(model, base)| model - base).collect();
    [model, difference]
}

fn pass(rate: f64, k: u32) -> f64 {
    1.0 - (1.0 - rate).powi(k as i32)
}

/// The rate whose logit is `shift` higher; 0 and 1 stay.
fn moved(rate: f64, shift: f64) -> f64 {
    let odds = rate / (1.0 - rate) * shift.exp();
    if odds.is_finite() { odds / (1.0 + odds) } else { 1.0 }
}

fn study(
    population: &Population,
    spread: (f64, f64),
    (problems, runs): (usize, usize),
    truth: &[Vec<f64>; 2],
    repetitions: usize,
) -> [Hits; 2] {
    let mut hits = [[[0; METHODS.len()]; KS.len()]; 2];
    for repetition in 0..repetitions {
        let mut stream = Stream::new(47, repetition as u64);
        let (base, models) = draw(population, spread, (problems, runs), &mut stream);
        let curves: Vec<Matrix> = models.iter().map(|counts| per_problem(counts, &KS).expect("k <= n")).collect();
        let gaps: Vec<Matrix> = models.iter().map(|counts| differences(&base, counts, &KS).expect("k <= n")).collect();
        for (what, values) in [curves, gaps].iter().enumerate() {
            for j in 0..KS.len() {
                let y = Matrix::from_rows(&values.iter().map(|run| run.column(j)).collect::<Vec<_>>()).expect("runs of one length");
                for (hit, (lo, hi)) in hits[what][j].iter_mut().zip(intervals(&y, what == 1)) {
                    *hit += usize::from(lo <= truth[what][j] && truth[what][j] <= hi);
                }
            }
        }
    }
    hits
}

/// Counts of the base and of every run on the same random problems.
fn draw(
    population: &Population,
    (run, cross): (f64, f64),
    (problems, runs): (usize, usize),
    stream: &mut Stream,
) -> (Vec<Count>, Vec<Vec<Count>>) {
    let atoms: Vec<usize> = (0..problems).map(|_| stream.below(population.base.len())).collect();
    let base = atoms.iter().map(|&atom| binomial(population.base[atom], stream)).collect();
    let mut one_run = || {
        let shift = run * stream.normal();
        atoms.iter().map(|&atom| binomial(moved(population.model[atom], shift + cross * stream.normal()), stream)).collect()
    };
    (base, (0..runs).map(|_| one_run()).collect())
}

/// One binomial count by inversion.
fn binomial(rate: f64, stream: &mut Stream) -> Count {
    let (low, mirrored) = if rate > 0.5 { (1.0 - rate, true) } else { (rate, false) };
    let (u, odds) = (stream.uniform(), low / (1.0 - low));
    let (mut c, mut term) = (0, (1.0 - low).powi(N as i32));
    let mut below = term;
    while below < u && c < N {
        term *= odds * f64::from(N - c) / f64::from(c + 1);
        below += term;
        c += 1;
    }
    Count::new(N, if mirrored { N - c } else { c }).expect("c <= n")
}

/// (lo, hi) of each method of [`METHODS`].
fn intervals(y: &Matrix, difference: bool) -> [(f64, f64); METHODS.len()] {
    let by_problem: Vec<f64> = (0..y.cols()).map(|j| mean(&y.column(j))).collect();
    let over_problems = if difference { interval::difference(&by_problem, LEVEL) } else { interval::curve(&by_problem, LEVEL) };
    let over_problems = over_problems.expect("two problems");
    let by_run: Vec<f64> = (0..y.rows()).map(|r| mean(y.row(r))).collect();
    let over_runs = interval::student_t(&by_run, LEVEL).expect("two runs");
    let effect = run_effect(y).expect("two runs");
    let printed = method_interval(y, LEVEL, over_problems).expect("two runs").interval;
    [
        (over_problems.lo, over_problems.hi),
        (over_runs.lo, over_runs.hi),
        satterthwaite(&effect),
        effect.interval(LEVEL).expect("a level"),
        printed,
    ]
}

/// The usual approximation: one t quantile for the whole standard error, with degrees of freedom from its parts.
fn satterthwaite(effect: &RunEffect) -> (f64, f64) {
    let (runs, problems) = (effect.runs as f64, effect.problems as f64);
    let (of_run, of_problem) = (effect.var_rest + problems * effect.var_run, effect.var_rest + runs * effect.var_problem);
    let noise =
        of_run.powi(2) / (runs - 1.0) + of_problem.powi(2) / (problems - 1.0) + effect.var_rest.powi(2) / ((runs - 1.0) * (problems - 1.0));
    let total = of_run + of_problem - effect.var_rest;
    let df = if noise > 0.0 { (total * total / noise).max(1.0) } else { 1.0 };
    let half = t_quantile(0.5 + 0.5 * LEVEL, df) * (total / (runs * problems)).sqrt();
    (effect.mean - half, effect.mean + half)
}
