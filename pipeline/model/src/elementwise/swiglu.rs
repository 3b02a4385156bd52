//! SwiGLU (Shazeer, arXiv 2002.05202): silu(gate) * up.

use crate::simd::{LANES, Lanes, kernel};

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
