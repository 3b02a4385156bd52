//! The thinning back-test: could these models have predicted pass@n from fewer samples?
//!
//! Every problem is thinned to n0 = n/2 and n/4 samples *in expectation* (the hypergeometric law of a random subset), the
//! models are fitted to that expected histogram, and their pass@n is compared with the measured one. Nothing is drawn,
//! so the answer is a property of the counts. It must be read before any extrapolated number. On DeepScaleR and on
//! Qwen2.5-7B it holds; on SimpleRL-7B (MATH500) the bracket over-predicts, and the test says so.

use super::{Dkw, ExtrapolateError, Fits, Grid, Histogram, posterior};

/// One prediction of pass@n from n0 samples.
#[derive(Clone, Debug, PartialEq)]
pub struct Trial {
    /// Samples kept.
    pub n0: u32,
    /// Samples there are; the target is pass@n.
    pub n: u32,
    /// Measured pass@n.
    pub truth: f64,
    /// Mean of 1 - (1 - c/n0)^n, for comparison: biased down.
    pub plug_in: f64,
    /// Conditional prediction of the beta-binomial.
    pub bb: f64,
    /// Conditional prediction of the zero-inflated beta-binomial.
    pub zibb: f64,
    /// Prediction of the NPMLE; not unique for small n0.
    pub npmle: f64,
    /// Model-free bounds.
    pub dkw: (f64, f64),
}

impl Trial {
    /// Whether the bracket between ZIBB and BB holds the measured value.
    pub fn holds(&self) -> bool {
        self.bb.min(self.zibb) <= self.truth && self.truth <= self.bb.max(self.zibb)
    }
}

/// All trials of one model on one benchmark.
#[derive(Clone, Debug, PartialEq)]
pub struct Backtest {
    /// One trial per n0, largest n0 first.
    pub trials: Vec<Trial>,
    /// Whether every trial's bracket holds. False when there are too few samples to try.
    pub holds: bool,
    /// What was found, in words.
    pub message: String,
}

/// Smallest n0 worth fitting three models to.
const FEWEST: u32 = 4;

/// Back-tests at n0 = n/2 and n/4.
pub fn backtest(histogram: &Histogram, alpha: f64) -> Result<Backtest, ExtrapolateError> {
    let n = histogram.n();
    let sizes: Vec<u32> = [n / 2, n / 4].into_iter().filter(|&n0| n0 >= FEWEST).collect();
    let trials: Vec<Trial> = sizes.iter().map(|&n0| trial(histogram, n0, alpha)).collect::<Result<_, _>>()?;
    let holds = trials.len() == 2 && trials.iter().all(Trial::holds);
    let message = message(n, &trials);
    Ok(Backtest { trials, holds, message })
}

/// One trial: fit to the expected histogram of `n0` samples, predict pass@n.
pub fn trial(histogram: &Histogram, n0: u32, alpha: f64) -> Result<Trial, ExtrapolateError> {
    let n = histogram.n();
    let thinned = histogram.thin(n0)?;
    let grid = Grid::new(n0);
    let fits = Fits::new(&thinned, &grid)?;
    let [bb, zibb, npmle] = fits.models().map(|m| posterior::conditional_pass(m, &thinned, n));
    let dkw = Dkw::new(&thinned, &grid, alpha).pass_bounds(n)?;
    let truth = 1.0 - histogram.at(0) / histogram.problems();
    let plug_in = 1.0 - thinned.mean(|count| (1.0 - count.rate()).powi(n as i32));
    Ok(Trial { n0, n, truth, plug_in, bb, zibb, npmle, dkw })
}

fn message(n: u32, trials: &[Trial]) -> String {
    if trials.len() < 2 {
        return format!("n = {n} samples are too few to back-test (n/4 >= {FEWEST} is needed): nothing beyond n can be trusted");
    }
    let (mut over, mut under) = (0, 0);
    let mut parts = Vec::new();
    for t in trials {
        let (lo, hi) = (t.bb.min(t.zibb), t.bb.max(t.zibb));
        over += u32::from(t.truth < lo);
        under += u32::from(t.truth > hi);
        let verdict = if t.holds() { "holds" } else { "misses" };
        parts.push(format!("from {} samples [{lo:.4}, {hi:.4}] {verdict} the measured pass@{n} = {:.4}", t.n0, t.truth));
    }
    let summary = match (over, under) {
        (0, 0) => "the bracket holds",
        (_, 0) => "the bracket predicts too much",
        (0, _) => "the bracket predicts too little",
        _ => "the bracket misses on both sides",
    };
    format!("{summary}: {}", parts.join("; "))
}
