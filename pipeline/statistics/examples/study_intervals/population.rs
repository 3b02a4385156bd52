//! Known populations of problems, to be sampled from.

use beyond_statistics::Count;
use beyond_statistics::rng::Stream;
use beyond_statistics::special::{beta_quantile, ln_choose};

/// Problems in a population; large enough that drawing with replacement is drawing from a law.
const ATOMS: usize = 2_000;

/// Success rates of the base and of the model on every problem.
pub struct Population {
    pub name: &'static str,
    pub base: Vec<f64>,
    pub model: Vec<f64>,
}

/// The rates at equally spaced quantiles of a beta law, after a share `zero` of unsolvable problems.
fn beta_rates(zero: f64, a: f64, b: f64) -> Vec<f64> {
    let rate = |i: usize| {
        let u = (i as f64 + 0.5) / ATOMS as f64;
        if u < zero { 0.0 } else { beta_quantile((u - zero) / (1.0 - zero), a, b) }
    };
    (0..ATOMS).map(rate).collect()
}

/// logit(p) * slope + shift + noise; a share `lost` of the problems is lost for good.
fn moved(base: &[f64], slope: f64, shift: f64, noise: f64, lost: f64, seed: u64) -> Vec<f64> {
    let mut stream = Stream::new(seed, 0);
    base.iter()
        .map(|&p| {
            let (gone, z) = (stream.uniform() < lost, stream.normal());
            let logit = slope * (p / (1.0 - p)).ln() + shift + noise * z;
            if gone || p == 0.0 { 0.0 } else { 1.0 / (1.0 + (-logit).exp()) }
        })
        .collect()
}

/// Four shapes of success rates with a model that sharpens the base, and one model that changes nothing.
pub fn shapes() -> Vec<Population> {
    let sharpened = |name, base: Vec<f64>, lost| {
        let model = moved(&base, 1.2, 0.5, 0.5, lost, 1);
        Population { name, base, model }
    };
    let deepscaler = beta_rates(0.062, 0.406, 0.236);
    vec![
        sharpened("DeepScaleR-like", deepscaler.clone(), 0.03),
        sharpened("spike at 0 + U", beta_rates(0.35, 0.4, 0.4), 0.03),
        sharpened("uniform, hard", beta_rates(0.0, 1.0, 12.0), 0.05),
        sharpened("near 1", beta_rates(0.01, 4.0, 0.5), 0.01),
        Population { name: "no change", model: deepscaler.clone(), base: deepscaler },
    ]
}

/// A model that is better than the base at every k: it also solves 6 % that the base never does.
pub fn never_crossing() -> Population {
    let base = beta_rates(0.12, 0.406, 0.236);
    let mut model = moved(&base, 1.0, 0.7, 0.3, 0.0, 2);
    (0..ATOMS / 100 * 6).for_each(|i| model[i] = 0.2);
    Population { name: "never crossing", base, model }
}

impl Population {
    /// Mean difference of pass@k on these very problems.
    pub fn difference_on(&self, atoms: &[usize], k: u32) -> f64 {
        let fail = |p: f64| (1.0 - p).powi(k as i32);
        atoms.iter().map(|&i| fail(self.base[i]) - fail(self.model[i])).sum::<f64>() / atoms.len() as f64
    }

    /// pass@k of the population: (base, model).
    pub fn pass_at_k(&self, k: u32) -> (f64, f64) {
        let mean = |rates: &[f64]| -> f64 { rates.iter().map(|p| 1.0 - (1.0 - p).powi(k as i32)).sum::<f64>() / ATOMS as f64 };
        (mean(&self.base), mean(&self.model))
    }
}

/// Draws benchmarks of M problems with n samples each from one population.
pub struct Sampler {
    n: u32,
    base: Vec<Vec<f64>>,
    model: Vec<Vec<f64>>,
}

impl Sampler {
    pub fn new(population: &Population, n: u32) -> Sampler {
        let tables = |rates: &[f64]| rates.iter().map(|&p| cumulative(n, p)).collect();
        Sampler { n, base: tables(&population.base), model: tables(&population.model) }
    }

    /// Counts of both models on `problems` random problems.
    pub fn draw(&self, problems: usize, stream: &mut Stream) -> (Vec<Count>, Vec<Count>) {
        let atoms: Vec<usize> = (0..problems).map(|_| stream.below(ATOMS)).collect();
        self.draw_on(&atoms, stream)
    }

    /// Fresh counts of both models on these very problems.
    pub fn draw_on(&self, atoms: &[usize], stream: &mut Stream) -> (Vec<Count>, Vec<Count>) {
        let count = |table: &[f64], u: f64| {
            let c = table.partition_point(|&below| below < u) as u32;
            Count::new(self.n, c.min(self.n)).expect("c <= n")
        };
        let mut pair = |&atom: &usize| {
            let base = count(&self.base[atom], stream.uniform());
            (base, count(&self.model[atom], stream.uniform()))
        };
        atoms.iter().map(&mut pair).unzip()
    }
}

/// P(X <= c) for X ~ Binomial(n, p), c = 0..=n.
fn cumulative(n: u32, p: f64) -> Vec<f64> {
    if p <= 0.0 {
        return vec![1.0; n as usize + 1];
    }
    let q = (1.0 - p).max(1e-300);
    let term = |c: u32| (ln_choose(n, c) + f64::from(c) * p.ln() + f64::from(n - c) * q.ln()).exp();
    (0..=n)
        .scan(0.0, |sum, c| {
            *sum += term(c);
            Some(*sum)
        })
        .collect()
}
