//! Lanes in plain Rust: the definition that the others must equal bit for bit.

use super::{LANES, Lanes};

#[derive(Clone, Copy)]
pub(crate) struct Portable([f32; LANES]);

/// A method that computes each lane alone: `name(lane of self, lanes of others) value`.
macro_rules! lanewise {
    ($name:ident($a:ident $(, $arg:ident)*) $value:expr) => {
        #[inline(always)]
        unsafe fn $name(self $(, $arg: Self)*) -> Self {
            let mut out = self;
            for i in 0..LANES {
                let $a = self.0[i];
                $(let $arg = $arg.0[i];)*
                out.0[i] = $value;
            }
            out
        }
    };
}

impl Lanes for Portable {
    const TILE: usize = 1;

    #[inline(always)]
    unsafe fn splat(x: f32) -> Self {
        Portable([x; LANES])
    }
    #[inline(always)]
    unsafe fn load(p: *const f32) -> Self {
        unsafe { Portable(p.cast::<[f32; LANES]>().read_unaligned()) }
    }
    #[inline(always)]
    unsafe fn load_part(p: *const f32, n: usize) -> Self {
        let mut out = [0.0; LANES];
        unsafe { std::ptr::copy_nonoverlapping(p, out.as_mut_ptr(), n) };
        Portable(out)
    }
    #[inline(always)]
    unsafe fn store(self, p: *mut f32) {
        unsafe { p.cast::<[f32; LANES]>().write_unaligned(self.0) }
    }
    #[inline(always)]
    unsafe fn store_part(self, p: *mut f32, n: usize) {
        unsafe { std::ptr::copy_nonoverlapping(self.0.as_ptr(), p, n) }
    }
    lanewise!(add(a, b) a + b);
    lanewise!(sub(a, b) a - b);
    lanewise!(mul(a, b) a * b);
    lanewise!(div(a, b) a / b);
    lanewise!(fma(a, b, c) a.mul_add(b, c));
    lanewise!(max(a, b) if a > b { a } else { b });
    lanewise!(pow2_of_low_bits(a) f32::from_bits((a.to_bits() << 23).wrapping_add(0x3f80_0000)));

    #[inline(always)]
    unsafe fn zero_below(value: Self, x: Self, bound: Self) -> Self {
        let mut out = value;
        for i in 0..LANES {
            if x.0[i] < bound.0[i] {
                out.0[i] = 0.0;
            }
        }
        out
    }
    #[inline(always)]
    unsafe fn mask_ge(self, b: Self) -> u16 {
        let mut mask = 0;
        for i in 0..LANES {
            mask |= u16::from(self.0[i] >= b.0[i]) << i;
        }
        mask
    }
    #[inline(always)]
    unsafe fn sum(self) -> f32 {
        let mut a = self.0;
        for half in [8, 4, 2, 1] {
            for i in 0..half {
                a[i] += a[i + half];
            }
        }
        a[0]
    }
    #[inline(always)]
    unsafe fn max_lane(self) -> f32 {
        let mut best = self.0[0];
        for x in self.0 {
            best = if x > best { x } else { best };
        }
        best
    }
}
