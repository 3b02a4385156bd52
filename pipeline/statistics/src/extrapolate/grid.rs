//! The grid of success rates shared by the NPMLE and the DKW bounds, with the binomial law of each rate.

/// Points per grid; the reference asks for at least 2,000.
const POINTS: usize = 2400;

/// Success rates 0, logit-spaced points, 1, and P(C = c | p) for every count.
#[derive(Clone, Debug)]
pub struct Grid {
    n: u32,
    rates: Vec<f64>,
    /// `mass[c * rates.len() + j]` = P(C = c | p_j): row by count, so that sums over p run along memory.
    mass: Vec<f64>,
}

impl Grid {
    /// Logits within +-ln(10^4 n): rates that n samples cannot tell from 0 or 1 lie at the ends.
    pub fn new(n: u32) -> Grid {
        let reach = (1e4 * f64::from(n)).ln();
        let step = 2.0 * reach / (POINTS - 1) as f64;
        let logits: Vec<f64> = (0..POINTS).map(|j| -reach + step * j as f64).collect();
        let mut rates = vec![0.0];
        rates.extend(logits.iter().map(|x| 1.0 / (1.0 + (-x).exp())));
        rates.push(1.0);
        Grid { n, mass: masses(n, &logits), rates }
    }

    /// Samples per problem.
    pub fn n(&self) -> u32 {
        self.n
    }

    /// The rates, ascending from 0 to 1.
    pub fn rates(&self) -> &[f64] {
        &self.rates
    }

    /// P(C = c | p_j) over all rates j.
    pub fn row(&self, c: u32) -> &[f64] {
        let width = self.rates.len();
        &self.mass[c as usize * width..(c as usize + 1) * width]
    }
}

fn masses(n: u32, logits: &[f64]) -> Vec<f64> {
    let width = logits.len() + 2;
    let mut mass = vec![0.0; (n as usize + 1) * width];
    let mut ln_choose = 0.0;
    for c in 0..=n {
        let row = &mut mass[c as usize * width..(c as usize + 1) * width];
        row[0] = f64::from(u8::from(c == 0));
        row[width - 1] = f64::from(u8::from(c == n));
        for (cell, x) in row[1..].iter_mut().zip(logits) {
            // ln p = -ln(1 + e^-x), ln(1-p) = -ln(1 + e^x): exact at both ends.
            *cell = (ln_choose - f64::from(c) * (-x).exp().ln_1p() - f64::from(n - c) * x.exp().ln_1p()).exp();
        }
        ln_choose += f64::from(n - c).ln() - f64::from(c + 1).ln();
    }
    mass
}
