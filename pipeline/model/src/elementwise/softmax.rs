//! The causal softmax of attention scores, forward and backward.

use crate::simd::{LANES, Lanes, kernel};

/// Causal softmax over rows of scores: row i keeps its first `first + i` columns, the others become 0.
#[derive(Clone, Copy)]
pub(crate) struct Causal {
    pub rows: usize,
    pub stride: usize,
    pub first: usize,
    pub scale: f32,
}

/// Softmax of `scale * scores`; `max` and `inverse` of row i (reciprocal of the sum) go to `stats[i * stats_stride..][..2]`.
pub(crate) fn causal_softmax(scores: &mut [f32], shape: Causal, stats: &mut [f32], stats_stride: usize) {
    assert!(
        shape.stride.is_multiple_of(LANES) && shape.first + shape.rows - 1 <= shape.stride && shape.rows * shape.stride <= scores.len()
    );
    causal_softmax_kernel(scores, shape, stats, stats_stride);
}

kernel! { fn causal_softmax_kernel(scores: &mut [f32], shape: Causal, stats: &mut [f32], stats_stride: usize) = causal_softmax_body; }

/// 16 zeros and 16 minus infinities: `MASK[16 - n..]` keeps the first n lanes of a vector.
pub(crate) static MASK: [f32; 2 * LANES] = {
    let mut mask = [0.0; 2 * LANES];
    let mut i = LANES;
    while i < 2 * LANES {
        mask[i] = f32::NEG_INFINITY;
        i += 1;
    }
    mask
};

#[inline(always)]
unsafe fn masked<L: Lanes>(p: *const f32, n: usize) -> L {
    unsafe {
        let x = L::load(p);
        if n >= LANES { x } else { x.add(L::load(MASK.as_ptr().add(LANES - n))) }
    }
}

#[inline(always)]
unsafe fn causal_softmax_body<L: Lanes>(scores: &mut [f32], shape: Causal, stats: &mut [f32], stats_stride: usize) {
    for row in 0..shape.rows {
        unsafe {
            let p = scores.as_mut_ptr().add(row * shape.stride);
            let valid = shape.first + row;
            let mut best = L::splat(f32::NEG_INFINITY);
            for i in (0..valid).step_by(LANES) {
                best = masked::<L>(p.add(i), valid - i).max(best);
            }
            let max = best.max_lane() * shape.scale;
            let sum = exponentials::<L>(p, valid, shape, max);
            let inverse = 1.0 / sum.sum();
            let factor = L::splat(inverse);
            for i in (0..valid).step_by(LANES) {
                L::load(p.add(i)).mul(factor).store(p.add(i));
            }
            let stat = &mut stats[row * stats_stride..][..2];
            (stat[0], stat[1]) = (max, inverse);
        }
    }
}

/// Replaces scores by e^(scale s - max), and by 0 beyond `valid`; returns the sum of each lane.
#[inline(always)]
unsafe fn exponentials<L: Lanes>(p: *mut f32, valid: usize, shape: Causal, max: f32) -> L {
    unsafe {
        let (scale, minus_max) = (L::splat(shape.scale), L::splat(-max));
        let mut sum = L::zero();
        for i in (0..shape.stride).step_by(LANES) {
            if i < valid {
                let e = masked::<L>(p.add(i), valid - i).fma(scale, minus_max).exp();
                sum = sum.add(e);
                e.store(p.add(i));
            } else {
                L::zero().store(p.add(i));
            }
        }
        sum
    }
}

/// Recomputes what [`causal_softmax`] returned from the scores and its statistics.
pub(crate) fn causal_softmax_again(scores: &mut [f32], shape: Causal, stats: &[f32], stats_stride: usize) {
    assert!(
        shape.stride.is_multiple_of(LANES) && shape.first + shape.rows - 1 <= shape.stride && shape.rows * shape.stride <= scores.len()
    );
    causal_softmax_again_kernel(scores, shape, stats, stats_stride);
}

kernel! { fn causal_softmax_again_kernel(scores: &mut [f32], shape: Causal, stats: &[f32], stats_stride: usize) = causal_softmax_again_body; }

#[inline(always)]
unsafe fn causal_softmax_again_body<L: Lanes>(scores: &mut [f32], shape: Causal, stats: &[f32], stats_stride: usize) {
    for row in 0..shape.rows {
        unsafe {
            let p = scores.as_mut_ptr().add(row * shape.stride);
            let valid = shape.first + row;
            let stat = &stats[row * stats_stride..][..2];
            exponentials::<L>(p, valid, shape, stat[0]);
            let factor = L::splat(stat[1]);
            for i in (0..valid).step_by(LANES) {
                L::load(p.add(i)).mul(factor).store(p.add(i));
            }
        }
    }
}

/// Turns the gradient `dp` of probabilities `p` into that of the unscaled scores: scale p (dp - sum(p dp)).
pub(crate) fn softmax_backward(p: &[f32], dp: &mut [f32], shape: Causal) {
    assert!(shape.rows * shape.stride <= p.len() && shape.rows * shape.stride <= dp.len());
    softmax_backward_kernel(p, dp, shape);
}

kernel! { fn softmax_backward_kernel(p: &[f32], dp: &mut [f32], shape: Causal) = softmax_backward_body; }

#[inline(always)]
unsafe fn softmax_backward_body<L: Lanes>(p: &[f32], dp: &mut [f32], shape: Causal) {
    for row in 0..shape.rows {
        unsafe {
            let (pp, pd) = (p.as_ptr().add(row * shape.stride), dp.as_mut_ptr().add(row * shape.stride));
            let mut dot = L::zero();
            for i in (0..shape.stride).step_by(LANES) {
                dot = L::load(pp.add(i)).fma(L::load(pd.add(i)), dot);
            }
            let (mean, scale) = (L::splat(dot.sum()), L::splat(shape.scale));
            for i in (0..shape.stride).step_by(LANES) {
                let centred = L::load(pd.add(i)).sub(mean);
                L::load(pp.add(i)).mul(centred).mul(scale).store(pd.add(i));
            }
        }
    }
}
