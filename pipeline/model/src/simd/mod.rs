//! Sixteen f32 lanes with one meaning on every processor.
//!
//! A kernel is written once over [`Lanes`] and compiled three times: AVX-512, AVX2 and plain Rust. [`kernel!`] makes the
//! three and picks one at run time. All three perform the same roundings in the same order (fused multiply-add included),
//! so a result does not depend on the processor: the tests compare the bits.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod portable;

pub(crate) use portable::Portable;
#[cfg(target_arch = "x86_64")]
pub(crate) use {avx2::Avx2, avx512::Avx512};

use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

/// Lanes of one vector.
pub(crate) const LANES: usize = 16;

/// Sixteen f32 lanes.
///
/// # Safety
/// Every method needs the instruction set of its implementor, and the pointers need the stated number of valid floats.
pub(crate) trait Lanes: Copy + 'static {
    /// Columns of vectors of one matmul tile: as many as leave the accumulators of six rows in registers.
    const TILE: usize;
    unsafe fn splat(x: f32) -> Self;
    unsafe fn load(p: *const f32) -> Self;
    /// The first `n < 16` lanes from memory, the others 0.
    unsafe fn load_part(p: *const f32, n: usize) -> Self;
    unsafe fn store(self, p: *mut f32);
    unsafe fn store_part(self, p: *mut f32, n: usize);
    unsafe fn add(self, b: Self) -> Self;
    unsafe fn sub(self, b: Self) -> Self;
    unsafe fn mul(self, b: Self) -> Self;
    unsafe fn div(self, b: Self) -> Self;
    /// `self * b + c`, rounded once.
    unsafe fn fma(self, b: Self, c: Self) -> Self;
    /// `self > b ? self : b`, as x86 defines it.
    unsafe fn max(self, b: Self) -> Self;
    /// The float whose bits are `(bits(self) << 23) + bits(1.0)`: 2^n for an n in the low bits.
    unsafe fn pow2_of_low_bits(self) -> Self;
    /// `self < bound ? 0 : value` in each lane.
    unsafe fn zero_below(value: Self, x: Self, bound: Self) -> Self;
    /// Bit i is set when lane i of self >= lane i of b.
    unsafe fn mask_ge(self, b: Self) -> u16;
    /// Sum of the lanes: halves are added (i with i + 8), then quarters, then eighths.
    unsafe fn sum(self) -> f32;
    unsafe fn max_lane(self) -> f32;

    #[inline(always)]
    unsafe fn zero() -> Self {
        unsafe { Self::splat(0.0) }
    }

    /// e^x within 2 units in the last place for x <= 88; exactly 0 below -87.
    ///
    /// x = n ln 2 + r with |r| <= ln 2 / 2 (Cody and Waite), e^r by the polynomial of Cephes `expf`.
    #[inline(always)]
    unsafe fn exp(self) -> Self {
        unsafe {
            let low = Self::splat(-87.0);
            let x = low.max(self); // in this order a NaN stays a NaN
            let magic = Self::splat(12_582_912.0); // 1.5 * 2^23: adding it rounds to an integer in the low bits
            let t = x.fma(Self::splat(std::f32::consts::LOG2_E), magic);
            let n = t.sub(magic);
            let r = n.fma(Self::splat(-0.693_359_4), x);
            let r = n.fma(Self::splat(2.121_944_4e-4), r);
            let mut p = Self::splat(1.987_569_1e-4);
            for c in [1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 0.5] {
                p = p.fma(r, Self::splat(c));
            }
            let y = p.fma(r.mul(r), r).add(Self::splat(1.0));
            Self::zero_below(y.mul(t.pow2_of_low_bits()), self, low)
        }
    }

    /// Lanes of any number `n` from memory: all 16, or the first n and zeros.
    #[inline(always)]
    unsafe fn load_n(p: *const f32, n: usize) -> Self {
        unsafe { if n >= LANES { Self::load(p) } else { Self::load_part(p, n) } }
    }

    #[inline(always)]
    unsafe fn store_n(self, p: *mut f32, n: usize) {
        unsafe { if n >= LANES { self.store(p) } else { self.store_part(p, n) } }
    }
}

/// The instruction set in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Level {
    Portable = 1,
    Avx2 = 2,
    Avx512 = 3,
}

static LEVEL: AtomicU8 = AtomicU8::new(0);

/// The best instruction set of this processor, found on first use.
#[inline(always)]
pub(crate) fn level() -> Level {
    match LEVEL.load(Relaxed) {
        3 => Level::Avx512,
        2 => Level::Avx2,
        1 => Level::Portable,
        _ => force(*available().last().expect("portable is always there")),
    }
}

/// Uses `level` from now on. Results are the same at every level, only the speed differs.
pub(crate) fn force(level: Level) -> Level {
    LEVEL.store(level as u8, Relaxed);
    level
}

/// What this processor can run, slowest first.
pub(crate) fn available() -> Vec<Level> {
    let mut levels = vec![Level::Portable];
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            levels.push(Level::Avx2);
            let foundation = is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512vl");
            if foundation && is_x86_feature_detected!("avx512bw") && is_x86_feature_detected!("avx512dq") {
                levels.push(Level::Avx512);
            }
        }
    }
    levels
}

/// Defines a function that runs `body::<L>` with the lanes of the processor at hand.
///
/// `body` must be `#[inline(always)] unsafe fn body<L: Lanes>(..)` and free of closures over lanes, which would not
/// inherit the instruction set.
macro_rules! kernel {
    ($(#[$meta:meta])* $vis:vis fn $name:ident($($arg:ident: $ty:ty),* $(,)?) $(-> $ret:ty)? = $body:ident;) => {
        $(#[$meta])*
        $vis fn $name($($arg: $ty),*) $(-> $ret)? {
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f,avx512vl,avx512bw,avx512dq,avx2,fma")]
            unsafe fn avx512($($arg: $ty),*) $(-> $ret)? {
                unsafe { $body::<$crate::simd::Avx512>($($arg),*) }
            }
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma")]
            unsafe fn avx2($($arg: $ty),*) $(-> $ret)? {
                unsafe { $body::<$crate::simd::Avx2>($($arg),*) }
            }
            // SAFETY: the level was detected on this processor.
            unsafe {
                match $crate::simd::level() {
                    #[cfg(target_arch = "x86_64")]
                    $crate::simd::Level::Avx512 => avx512($($arg),*),
                    #[cfg(target_arch = "x86_64")]
                    $crate::simd::Level::Avx2 => avx2($($arg),*),
                    _ => $body::<$crate::simd::Portable>($($arg),*),
                }
            }
        }
    };
}
pub(crate) use kernel;
