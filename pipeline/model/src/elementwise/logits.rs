//! The softmax of a row of logits: its statistics, and the gradient of log-probability and entropy.

use crate::simd::{LANES, Lanes, kernel};

/// What the softmax of one row of logits needs: p_j = e^(l_j - max) / z.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct LogitStats {
    pub max: f32,
    pub z: f32,
    /// ln z.
    pub ln_z: f32,
    /// Entropy of the softmax, nats.
    pub entropy: f32,
}

impl LogitStats {
    pub fn logp(&self, logit: f32) -> f32 {
        logit - self.max - self.ln_z
    }

    /// From the maximum, the sum of weights w = e^x and the sum of w x, x being the logit below the maximum.
    pub fn new(max: f32, z: f32, weighted: f32) -> Self {
        let ln_z = z.ln();
        LogitStats { max, z, ln_z, entropy: (ln_z - weighted / z).max(0.0) }
    }
}

kernel! {
    /// Statistics of one row of logits; z is NaN when a logit is.
    pub(crate) fn logit_stats(logits: &[f32]) -> LogitStats = logit_stats_body;
}

#[inline(always)]
unsafe fn logit_stats_body<L: Lanes>(logits: &[f32]) -> LogitStats {
    unsafe {
        let max = max_body::<L>(logits);
        let (top, p, n) = (L::splat(max), logits.as_ptr(), logits.len());
        let (mut z, mut weighted) = (L::zero(), L::zero());
        let full = n / LANES * LANES;
        for i in (0..full).step_by(LANES) {
            let x = L::load(p.add(i)).sub(top);
            let e = x.exp();
            z = z.add(e);
            weighted = e.fma(x, weighted);
        }
        if full < n {
            let x = padded_logits::<L>(p.add(full), n - full, max).sub(top);
            let e = x.exp();
            z = z.add(e);
            weighted = e.fma(x, weighted);
        }
        LogitStats::new(max, z.sum(), weighted.sum())
    }
}

/// The last, partial vector of logits, filled up with values whose weight is 0.
#[inline(always)]
pub(crate) unsafe fn padded_logits<L: Lanes>(p: *const f32, n: usize, max: f32) -> L {
    let mut lanes = [max - 1e4; LANES];
    unsafe {
        std::ptr::copy_nonoverlapping(p, lanes.as_mut_ptr(), n);
        L::load(lanes.as_ptr())
    }
}

#[inline(always)]
pub(crate) unsafe fn max_body<L: Lanes>(x: &[f32]) -> f32 {
    unsafe {
        let (p, n) = (x.as_ptr(), x.len());
        let mut best = L::splat(f32::NEG_INFINITY);
        let full = n / LANES * LANES;
        for i in (0..full).step_by(LANES) {
            best = L::load(p.add(i)).max(best);
        }
        let mut max = best.max_lane();
        for i in full..n {
            max = if x[i] > max { x[i] } else { max };
        }
        max
    }
}

kernel! {
    /// Replaces a row of logits by the gradient `-a p_j - b p_j (ln p_j + H)`: the part of the gradient of
    /// `a ln p_target + b H` that all logits share. The target's own logit gets `a` more.
    pub(crate) fn logit_gradient(logits: &mut [f32], stats: LogitStats, a: f32, b: f32) = logit_gradient_body;
}

#[inline(always)]
unsafe fn logit_gradient_body<L: Lanes>(logits: &mut [f32], stats: LogitStats, a: f32, b: f32) {
    unsafe {
        let (p, n) = (logits.as_mut_ptr(), logits.len());
        let shift = L::splat(stats.max);
        let ln_z = L::splat(stats.ln_z);
        let inverse = L::splat(1.0 / stats.z);
        let (minus_b, constant) = (L::splat(-b), L::splat(-a - b * stats.entropy));
        for i in (0..n).step_by(LANES) {
            let x = L::load_n(p.add(i), n - i).sub(shift);
            let probability = x.exp().mul(inverse);
            let slope = x.sub(ln_z).fma(minus_b, constant);
            probability.mul(slope).store_n(p.add(i), n - i);
        }
    }
}
