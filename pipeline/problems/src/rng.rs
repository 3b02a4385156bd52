//! Counter-based randomness: a stream is named by (domain, seed, index), never by what was drawn before it.

/// A small deterministic generator (SplitMix64; Steele, Lea and Flood 2014), started from a BLAKE3 digest of its name.
#[derive(Clone, Debug)]
pub struct Rng(u64);

impl Rng {
    /// The stream named by `domain`, `seed` and `index`. Equal names give equal streams on every machine.
    pub fn keyed(domain: &str, seed: u64, index: u64) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&seed.to_le_bytes()).update(&index.to_le_bytes()).update(domain.as_bytes());
        let mut head = [0u8; 8];
        head.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
        Rng(u64::from_le_bytes(head))
    }

    /// 64 uniform bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Uniform in 0..n, `n` > 0; the bias is below n / 2^64.
    pub fn below(&mut self, n: usize) -> usize {
        ((self.bits() as u128 * n as u128) >> 64) as usize
    }

    /// Uniform in low..=high.
    pub fn range(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low + 1) as usize) as i64
    }

    /// Uniform in [0, 1).
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// True with probability `p`.
    pub fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// A uniform element of a non-empty slice.
    pub fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }

    /// An index with probability proportional to its weight; the weights are not negative and do not sum to 0.
    pub fn weighted(&mut self, weights: &[f64]) -> usize {
        let mut left = self.unit() * weights.iter().sum::<f64>();
        for (index, weight) in weights.iter().enumerate() {
            if left < *weight {
                return index;
            }
            left -= weight;
        }
        // Rounding can leave a rest of the order of 1e-16.
        weights.iter().rposition(|w| *w > 0.0).unwrap_or(0)
    }

    /// Fisher-Yates.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_named() {
        let draw = |domain, seed, index| Rng::keyed(domain, seed, index).bits();
        assert_eq!(draw("a", 1, 2), draw("a", 1, 2));
        let distinct = [draw("a", 1, 2), draw("b", 1, 2), draw("a", 2, 2), draw("a", 1, 3), draw("a", 2, 1)];
        assert!(distinct.iter().enumerate().all(|(i, a)| distinct[..i].iter().all(|b| a != b)));
    }

    #[test]
    fn weights_are_followed_and_zero_weights_never_drawn() {
        let mut rng = Rng::keyed("weights", 0, 0);
        let mut counts = [0usize; 4];
        for _ in 0..40_000 {
            counts[rng.weighted(&[1.0, 0.0, 2.0, 1.0])] += 1;
        }
        assert_eq!(counts[1], 0);
        assert!(counts[2].abs_diff(20_000) < 500 && counts[0].abs_diff(10_000) < 500, "{counts:?}");
    }
}
