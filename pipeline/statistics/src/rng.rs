//! Counter-based randomness: draw number j of a stream is a function of (seed, stream, j) alone.
//!
//! Work can be split over threads or resumed without changing a single draw. The mixing function is SplitMix64
//! (Steele, Lea and Flood 2014), whose output at counter j needs no earlier output.

use crate::special::normal_quantile;

const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

/// The SplitMix64 finaliser.
fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// One stream of draws.
#[derive(Clone, Debug)]
pub struct Stream {
    key: u64,
    counter: u64,
}

impl Stream {
    /// Stream number `stream` of `seed`, at its first draw.
    pub fn new(seed: u64, stream: u64) -> Stream {
        Stream { key: mix(mix(seed ^ GOLDEN).wrapping_add(stream.wrapping_mul(0xD1B5_4A32_D192_ED03))), counter: 0 }
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.counter += 1;
        mix(self.key.wrapping_add(self.counter.wrapping_mul(GOLDEN)))
    }

    /// Uniform on the open interval (0, 1), on a grid of 2^53 cell midpoints.
    pub fn uniform(&mut self) -> f64 {
        ((self.bits() >> 11) as f64 + 0.5) * (1.0 / (1u64 << 53) as f64)
    }

    /// Standard normal, by inversion.
    pub fn normal(&mut self) -> f64 {
        normal_quantile(self.uniform())
    }

    /// Uniform on 0..bound (multiply-shift; the bias is below bound / 2^64).
    pub fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.bits()) * bound as u128) >> 64) as usize
    }

    /// One fair coin.
    pub fn coin(&mut self) -> bool {
        self.bits() >> 63 == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_depend_on_seed_stream_and_counter_only() {
        let first: Vec<u64> = {
            let mut s = Stream::new(1, 2);
            (0..4).map(|_| s.bits()).collect()
        };
        let again: Vec<u64> = {
            let mut s = Stream::new(1, 2);
            (0..4).map(|_| s.bits()).collect()
        };
        assert_eq!(first, again);
        assert_ne!(first[0], Stream::new(1, 3).bits());
        assert_ne!(first[0], Stream::new(2, 2).bits());
    }

    #[test]
    fn moments_of_the_draws() {
        let mut stream = Stream::new(7, 0);
        let draws = 200_000;
        let (mut sum, mut square, mut low) = (0.0, 0.0, 0usize);
        for _ in 0..draws {
            let z = stream.normal();
            sum += z;
            square += z * z;
            low += usize::from(stream.below(10) < 3);
        }
        let count = f64::from(draws);
        assert!((sum / count).abs() < 4.0 / count.sqrt());
        assert!((square / count - 1.0).abs() < 4.0 * (2.0 / count).sqrt());
        assert!((low as f64 / count - 0.3).abs() < 4.0 * (0.21 / count).sqrt());
    }
}
