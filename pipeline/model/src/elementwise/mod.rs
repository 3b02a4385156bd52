//! What stands between the matrix products: RMSNorm, SwiGLU, softmax, sums; forward and backward.

mod logits;
mod norm;
mod softmax;
mod swiglu;
#[cfg(test)]
mod tests;

pub(crate) use logits::{LogitStats, logit_gradient, logit_stats, max_body, padded_logits};
pub(crate) use norm::{Rows, rms_norm, rms_norm_backward};
pub(crate) use softmax::{Causal, MASK, causal_softmax, causal_softmax_again, softmax_backward};
pub(crate) use swiglu::{swiglu, swiglu_backward};

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
