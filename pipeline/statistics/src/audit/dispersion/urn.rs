//! The null of batch dispersion: a problem's outcomes dealt into its batches anew.

use crate::hypergeometric;
use crate::rng::Stream;

/// Deals outcomes into batches of fixed sizes: one cumulative hypergeometric table per batch and number of successes left.
pub struct Urn {
    sizes: Vec<u32>,
    tables: Vec<Vec<Vec<f64>>>,
}

impl Urn {
    pub fn new(sizes: &[u32]) -> Urn {
        let mut left: u32 = sizes.iter().sum();
        let mut tables = Vec::new();
        for &m in &sizes[..sizes.len() - 1] {
            tables.push((0..=left).map(|marked| cumulative(&hypergeometric::pmf(left, marked, m))).collect());
            left -= m;
        }
        Urn { sizes: sizes.to_vec(), tables }
    }

    /// The scatter of one deal of `c` successes into the batches.
    pub fn deal(&self, mut c: u32, stream: &mut Stream) -> f64 {
        let total: u32 = self.sizes.iter().sum();
        let rate = f64::from(c) / f64::from(total);
        let gap = |x: u32, m: u32| (f64::from(x) - f64::from(m) * rate).powi(2);
        let mut sum = 0.0;
        for (&m, table) in self.sizes.iter().zip(&self.tables) {
            let cdf = &table[c as usize];
            let u = stream.uniform();
            let x = cdf.partition_point(|p| *p < u).min(cdf.len() - 1) as u32;
            sum += gap(x.min(c), m);
            c -= x.min(c);
        }
        sum + gap(c, self.sizes[self.sizes.len() - 1])
    }
}

fn cumulative(pmf: &[f64]) -> Vec<f64> {
    let mut sum = 0.0;
    let step = |p: &f64| {
        sum += p;
        sum
    };
    pmf.iter().map(step).collect()
}

pub fn redeal(dealers: &[(&Urn, u32)], seed: u64, replicate: usize) -> f64 {
    let mut stream = Stream::new(seed, replicate as u64);
    dealers.iter().map(|(urn, c)| urn.deal(*c, &mut stream)).sum()
}
