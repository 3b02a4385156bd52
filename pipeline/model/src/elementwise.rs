//! What stands between the matrix products: RMSNorm, SwiGLU, softmax, sums; forward and backward.

use crate::simd::{LANES, Lanes, kernel};

/// Rows of a matrix inside a larger one: row i starts at `i * stride` and has `width` floats.
#[derive(Clone, Copy)]
pub(crate) struct Rows {
    pub count: usize,
    pub width: usize,
    pub stride: usize,
}

impl Rows {
    pub fn dense(count: usize, width: usize) -> Self {
        Rows { count, width, stride: width }
    }

    fn fits(&self, floats: usize) -> bool {
        self.count == 0 || (self.count - 1) * self.stride + self.width <= floats
    }
}

/// `out = x / sqrt(mean(x^2) + eps) * weight` for each row; `inverse` gets the reciprocal root of each row.
pub(crate) fn rms_norm(x: &[f32], rows: Rows, weight: &[f32], eps: f32, out: &mut [f32], out_stride: usize, inverse: &mut [f32]) {
    let out_rows = Rows { stride: out_stride, ..rows };
    assert!(rows.fits(x.len()) && out_rows.fits(out.len()) && weight.len() == rows.width && inverse.len() >= rows.count);
    rms_norm_kernel(x, rows, weight, eps, out, out_stride, inverse);
}

kernel! { fn rms_norm_kernel(x: &[f32], rows: Rows, weight: &[f32], eps: f32, out: &mut [f32], out_stride: usize, inverse: &mut [f32]) = rms_norm_body; }

#[inline(always)]
unsafe fn rms_norm_body<L: Lanes>(
    x: &[f32],
    rows: Rows,
    weight: &[f32],
    eps: f32,
    out: &mut [f32],
    out_stride: usize,
    inverse: &mut [f32],
) {
    let n = rows.width;
    for row in 0..rows.count {
        unsafe {
            let px = x.as_ptr().add(row * rows.stride);
            let po = out.as_mut_ptr().add(row * out_stride);
            let mut squares = L::zero();
            for i in (0..n).step_by(LANES) {
                let v = L::load_n(px.add(i), n - i);
                squares = v.fma(v, squares);
            }
            let r = 1.0 / (squares.sum() / n as f32 + eps).sqrt();
            inverse[row] = r;
            let scale = L::splat(r);
            for i in (0..n).step_by(LANES) {
                let w = L::load_n(weight.as_ptr().add(i), n - i);
                L::load_n(px.add(i), n - i).mul(scale).mul(w).store_n(po.add(i), n - i);
            }
        }
    }
}

/// Adds the gradient of [`rms_norm`] to `dx` (rows as x) and `dweight`.
///
/// With y = x r w and r the reciprocal root: dx = r (dy w) - x r^3 / n sum(dy w x).
pub(crate) fn rms_norm_backward(
    x: &[f32],
    rows: Rows,
    weight: &[f32],
    inverse: &[f32],
    dy: &[f32],
    dy_stride: usize,
    dx: &mut [f32],
    dweight: &mut [f32],
) {
    let dy_rows = Rows { stride: dy_stride, ..rows };
    assert!(rows.fits(x.len()) && rows.fits(dx.len()) && dy_rows.fits(dy.len()) && inverse.len() >= rows.count);
    assert!(weight.len() == rows.width && dweight.len() == rows.width);
    rms_norm_backward_kernel(x, rows, weight, inverse, dy, dy_stride, dx, dweight);
}

kernel! { fn rms_norm_backward_kernel(x: &[f32], rows: Rows, weight: &[f32], inverse: &[f32], dy: &[f32], dy_stride: usize, dx: &mut [f32], dweight: &mut [f32]) = rms_norm_backward_body; }

#[inline(always)]
unsafe fn rms_norm_backward_body<L: Lanes>(
    x: &[f32],
    rows: Rows,
    weight: &[f32],
    inverse: &[f32],
    dy: &[f32],
    dy_stride: usize,
    dx: &mut [f32],
    dweight: &mut [f32],
) {
    let n = rows.width;
    for row in 0..rows.count {
        unsafe {
            let (px, pdx) = (x.as_ptr().add(row * rows.stride), dx.as_mut_ptr().add(row * rows.stride));
            let (pdy, pw, pdw) = (dy.as_ptr().add(row * dy_stride), weight.as_ptr(), dweight.as_mut_ptr());
            let r = inverse[row];
            let scale = L::splat(r);
            let mut dot = L::zero();
            for i in (0..n).step_by(LANES) {
                let (vx, vdy) = (L::load_n(px.add(i), n - i), L::load_n(pdy.add(i), n - i));
                let g = vdy.mul(vx);
                dot = g.fma(L::load_n(pw.add(i), n - i), dot);
                g.fma(scale, L::load_n(pdw.add(i), n - i)).store_n(pdw.add(i), n - i);
            }
            let back = L::splat(-(dot.sum() * r * r * r / n as f32));
            for i in (0..n).step_by(LANES) {
                let direct = L::load_n(pdy.add(i), n - i).mul(L::load_n(pw.add(i), n - i));
                let sum = direct.fma(scale, L::load_n(pdx.add(i), n - i));
                L::load_n(px.add(i), n - i).fma(back, sum).store_n(pdx.add(i), n - i);
            }
        }
    }
}

/// `out[t, i] = silu(g) u` for rows [g | u] of width 2 ff.
pub(crate) fn swiglu(gate_up: &[f32], ff: usize, out: &mut [f32]) {
    assert!(gate_up.len() == 2 * out.len() && out.len().is_multiple_of(ff));
    swiglu_kernel(gate_up, ff, out);
}

kernel! { fn swiglu_kernel(gate_up: &[f32], ff: usize, out: &mut [f32]) = swiglu_body; }

/// 1 / (1 + e^-g), with -g held below 88 so that the exponential stays finite.
#[inline(always)]
unsafe fn sigmoid<L: Lanes>(g: L) -> L {
    unsafe {
        let one = L::splat(1.0);
        let minus = L::zero().sub(L::splat(-88.0).max(g));
        one.div(one.add(minus.exp()))
    }
}

#[inline(always)]
unsafe fn swiglu_body<L: Lanes>(gate_up: &[f32], ff: usize, out: &mut [f32]) {
    for row in 0..out.len() / ff {
        unsafe {
            let pg = gate_up.as_ptr().add(row * 2 * ff);
            let po = out.as_mut_ptr().add(row * ff);
            for i in (0..ff).step_by(LANES) {
                let n = ff - i;
                let (g, u) = (L::load_n(pg.add(i), n), L::load_n(pg.add(ff + i), n));
                g.mul(sigmoid(g)).mul(u).store_n(po.add(i), n);
            }
        }
    }
}

/// The gradient of [`swiglu`] with respect to [g | u].
pub(crate) fn swiglu_backward(gate_up: &[f32], ff: usize, dout: &[f32], dgate_up: &mut [f32]) {
    assert!(gate_up.len() == 2 * dout.len() && dgate_up.len() == gate_up.len() && dout.len().is_multiple_of(ff));
    swiglu_backward_kernel(gate_up, ff, dout, dgate_up);
}

kernel! { fn swiglu_backward_kernel(gate_up: &[f32], ff: usize, dout: &[f32], dgate_up: &mut [f32]) = swiglu_backward_body; }

#[inline(always)]
unsafe fn swiglu_backward_body<L: Lanes>(gate_up: &[f32], ff: usize, dout: &[f32], dgate_up: &mut [f32]) {
    for row in 0..dout.len() / ff {
        unsafe {
            let (pg, pd) = (gate_up.as_ptr().add(row * 2 * ff), dgate_up.as_mut_ptr().add(row * 2 * ff));
            let py = dout.as_ptr().add(row * ff);
            for i in (0..ff).step_by(LANES) {
                let n = ff - i;
                let (g, u, dy) = (L::load_n(pg.add(i), n), L::load_n(pg.add(ff + i), n), L::load_n(py.add(i), n));
                let s = sigmoid(g);
                let silu = g.mul(s);
                let slope = s.mul(L::splat(1.0).add(g.sub(silu)));
                dy.mul(u).mul(slope).store_n(pd.add(i), n);
                dy.mul(silu).store_n(pd.add(ff + i), n);
            }
        }
    }
}

/// `a += b`.
pub(crate) fn add_assign(a: &mut [f32], b: &[f32]) {
    assert_eq!(a.len(), b.len());
    for (x, y) in a.iter_mut().zip(b) {
        *x += y;
    }
}

/// Adds the sum of the rows of a dense [rows, width] matrix to `sum`.
pub(crate) fn add_column_sums(rows: &[f32], sum: &mut [f32]) {
    for row in rows.chunks_exact(sum.len()) {
        add_assign(sum, row);
    }
}

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

/// Sum of squares in f64, in a fixed order.
pub(crate) fn sum_of_squares(x: &[f32]) -> f64 {
    let mut lanes = [0.0f64; 8];
    for chunk in x.chunks(8) {
        for (lane, &v) in lanes.iter_mut().zip(chunk) {
            *lane += f64::from(v) * f64::from(v);
        }
    }
    lanes.iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd;

    fn grid(n: usize) -> Vec<f32> {
        (0..n).map(|i| ((i * 37 + 11) % 101) as f32 / 25.0 - 2.0).collect()
    }

    kernel! { fn exp_of(x: &[f32], out: &mut [f32]) = exp_of_body; }

    #[inline(always)]
    unsafe fn exp_of_body<L: Lanes>(x: &[f32], out: &mut [f32]) {
        for i in (0..x.len()).step_by(LANES) {
            unsafe { L::load_n(x.as_ptr().add(i), x.len() - i).exp().store_n(out.as_mut_ptr().add(i), x.len() - i) };
        }
    }

    #[test]
    fn exp_is_within_two_units_in_the_last_place() {
        let x: Vec<f32> = (-86_900..88_000).step_by(7).map(|i| i as f32 / 1000.0).collect();
        let mut y = vec![0.0; x.len()];
        exp_of(&x, &mut y);
        for (x, y) in x.iter().zip(&y) {
            let want = f64::from(*x).exp();
            let ulp = f64::from(f32::from_bits((want as f32).to_bits() + 1)) - f64::from(want as f32);
            assert!((f64::from(*y) - want).abs() <= 2.0 * ulp, "exp({x}) = {y}, want {want}");
        }
        let mut edge = [1.0; 3];
        exp_of(&[-88.0, f32::NEG_INFINITY, f32::NAN], &mut edge);
        assert_eq!(edge[..2], [0.0, 0.0]);
        assert!(edge[2].is_nan(), "a NaN must not disappear");
    }

    /// Every kernel on every instruction set: the same bits.
    #[test]
    fn all_levels_agree_bit_for_bit() {
        let run = || {
            let (x, dy, w) = (grid(3 * 37), grid(5 * 37)[74..].to_vec(), grid(37));
            let mut bits = Vec::new();
            let (mut out, mut inverse) = (vec![0.0; 3 * 37], vec![0.0; 3]);
            rms_norm(&x, Rows::dense(3, 37), &w, 1e-6, &mut out, 37, &mut inverse);
            let (mut dx, mut dw) = (grid(3 * 37), grid(37));
            rms_norm_backward(&x, Rows::dense(3, 37), &w, &inverse, &dy, 37, &mut dx, &mut dw);
            let (mut act, mut dgu) = (vec![0.0; 55], vec![0.0; 110]);
            swiglu(&x[..110], 55, &mut act);
            swiglu_backward(&x[..110], 55, &dy[..55], &mut dgu);
            let shape = Causal { rows: 3, stride: 32, first: 15, scale: 0.7 };
            let (mut scores, mut stats) = (grid(96), vec![0.0; 6]);
            causal_softmax(&mut scores, shape, &mut stats, 2);
            let mut dp = grid(96);
            softmax_backward(&scores, &mut dp, shape);
            let logits = logit_stats(&x);
            let mut dl = x.clone();
            logit_gradient(&mut dl, logits, 0.3, -0.2);
            for part in [out, inverse, dx, dw, act, dgu, scores, stats, dp, dl, vec![logits.z, logits.entropy]] {
                bits.extend(part.into_iter().map(f32::to_bits));
            }
            bits
        };
        let results: Vec<_> = simd::available().into_iter().map(|level| (simd::force(level), run())).collect();
        for (level, bits) in &results {
            assert_eq!(bits, &results[0].1, "{level:?}");
        }
    }

    #[test]
    fn softmax_statistics_reproduce_the_probabilities() {
        let shape = Causal { rows: 4, stride: 16, first: 2, scale: 0.25 };
        let (mut p, mut stats) = (grid(64), vec![0.0; 8]);
        let mut again = p.clone();
        causal_softmax(&mut p, shape, &mut stats, 2);
        causal_softmax_again(&mut again, shape, &stats, 2);
        assert_eq!(p, again);
        for row in 0..4 {
            let row = &p[row * 16..][..16];
            assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-6);
        }
        assert_eq!(p[2..16], [0.0; 14]);
    }

    #[test]
    fn logit_statistics_are_those_of_the_softmax() {
        let logits = grid(53);
        let stats = logit_stats(&logits);
        let z: f64 = logits.iter().map(|&l| f64::from(l).exp()).sum();
        let logp = |l: f32| f64::from(l) - z.ln();
        let entropy: f64 = -logits.iter().map(|&l| logp(l).exp() * logp(l)).sum::<f64>();
        assert!((f64::from(stats.entropy) - entropy).abs() < 1e-5);
        assert!(logits.iter().all(|&l| (f64::from(stats.logp(l)) - logp(l)).abs() < 1e-5));
        assert!(logit_stats(&[0.0, f32::NAN]).z.is_nan());
    }
}
