//! Coverage of the interval of a cross-fitted difficulty stratum.

use crate::population::{Population, Sampler};
use crate::{LEVEL, SIZES};
use beyond_statistics::Count;
use beyond_statistics::rng::Stream;
use beyond_statistics::strata::{DIFFICULTIES, Stratum, cross_fitted, difficulty as stratum_of};

const N: u32 = 64;
const KS: [u32; 3] = [1, 8, 32];

fn strata(base: &[Count], model: &[Count]) -> Vec<Stratum> {
    cross_fitted(base, model, &KS, N / 2, DIFFICULTIES.len(), |c| stratum_of(c, N / 2)).expect("k <= n/2")
}

/// One row per shape and size; a stratum counts where at least five problems are expected in it.
pub fn difficulty(populations: &[Population], repetitions: usize) {
    println!("\n## strata of the base's difficulty, paired difference (n = {N}, {repetitions} repetitions): coverage at k = 1 / 8 / 32\n");
    println!("| rates | M | {} |\n|---|---|---|---|---|---|---|", DIFFICULTIES.join(" | "));
    for population in populations {
        let (sampler, truth) = (Sampler::new(population, N), truth(population));
        for problems in SIZES {
            let (mut hits, mut seen) = ([[0usize; KS.len()]; 5], [0usize; 5]);
            for repetition in 0..repetitions {
                let (base, model) = sampler.draw(problems, &mut Stream::new(53, repetition as u64));
                for (s, stratum) in strata(&base, &model).iter().enumerate().filter(|(_, stratum)| stratum.problems >= 5.0) {
                    seen[s] += 1;
                    for (j, hit) in hits[s].iter_mut().enumerate() {
                        let (lo, hi) = stratum.interval(j, LEVEL).expect("a level");
                        *hit += usize::from(lo <= truth[s][j] && truth[s][j] <= hi);
                    }
                }
            }
            let share = |hit: &usize, seen: usize| format!("{:.3}", *hit as f64 / seen as f64);
            let cell = |s: usize| match seen[s] {
                rare if rare < repetitions / 10 => "-".to_string(),
                seen => hits[s].iter().map(|hit| share(hit, seen)).collect::<Vec<_>>().join(" / "),
            };
            println!("| {} | {problems} | {} |", population.name, (0..5).map(cell).collect::<Vec<_>>().join(" | "));
        }
    }
}

/// Mean difference among problems weighted by their chance to fall into each stratum.
fn truth(population: &Population) -> Vec<Vec<f64>> {
    let mut weights = [0.0; 5];
    let mut sums = vec![vec![0.0; KS.len()]; 5];
    for (&base, &model) in population.base.iter().zip(&population.model) {
        for (c, chance) in (0..).zip(binomial(base)) {
            let s = stratum_of(c, N / 2);
            weights[s] += chance;
            for (sum, &k) in sums[s].iter_mut().zip(&KS) {
                *sum += chance * ((1.0 - base).powi(k as i32) - (1.0 - model).powi(k as i32));
            }
        }
    }
    sums.iter().zip(weights).map(|(sums, weight)| sums.iter().map(|sum| sum / weight).collect()).collect()
}

/// Law of the successes among n/2 samples.
fn binomial(rate: f64) -> Vec<f64> {
    let half = N / 2;
    let choose = |c: u32| beyond_statistics::special::ln_choose(half, c).exp();
    (0..=half).map(|c| choose(c) * rate.powi(c as i32) * (1.0 - rate).powi((half - c) as i32)).collect()
}
