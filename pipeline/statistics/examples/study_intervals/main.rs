//! Does a 95 % interval cover in 95 %? Simulation from known populations; prints Markdown tables.
//!
//! `cargo run -p beyond-statistics --example study_intervals [repetitions] [part ...]` (default 2,000 and every part; minutes of CPU). Parts:
//! `single`, `fixed`, `simultaneous`, `strata`, `claims`, `runs`.

mod population;
mod runs;
mod simultaneous;
mod single;
mod strata;

use beyond_statistics::matrix::mean;
use population::{never_crossing, shapes};

const LEVEL: f64 = 0.95;
const SIZES: [usize; 3] = [30, 100, 500];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let repetitions = arguments.iter().find_map(|text| text.parse().ok()).unwrap_or(2_000);
    let named: Vec<&str> = arguments.iter().map(String::as_str).filter(|text| text.parse::<usize>().is_err()).collect();
    let asked = |part: &str| named.is_empty() || named.contains(&part);
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
    if asked("single") {
        single::single_k(&populations, repetitions);
    }
    if asked("fixed") {
        single::fixed_problems(&populations, repetitions);
    }
    if asked("simultaneous") {
        simultaneous::simultaneous(&populations, repetitions / 4);
    }
    if asked("strata") {
        strata::difficulty(&populations, repetitions / 2);
    }
    if asked("claims") {
        simultaneous::false_claims(500);
    }
    if asked("runs") {
        runs::over_runs(repetitions / 2);
        runs::crossings(repetitions / 2);
    }
}
