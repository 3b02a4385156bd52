//! RMSNorm (Zhang and Sennrich, arXiv 1910.07467).

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
