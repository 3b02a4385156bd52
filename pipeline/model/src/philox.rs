//! Philox4x32-10 (Salmon et al., SC 2011): random numbers as a function of a counter and a key, with no state.

/// Ten rounds: four random words for one counter and key.
pub fn philox(mut counter: [u32; 4], mut key: [u32; 2]) -> [u32; 4] {
    for round in 0..10 {
        if round > 0 {
            key = [key[0].wrapping_add(0x9E37_79B9), key[1].wrapping_add(0xBB67_AE85)];
        }
        let a = u64::from(counter[0]) * 0xD251_1F53;
        let b = u64::from(counter[2]) * 0xCD9E_8D57;
        counter = [(b >> 32) as u32 ^ counter[1] ^ key[0], b as u32, (a >> 32) as u32 ^ counter[3] ^ key[1], a as u32];
    }
    counter
}

/// The two halves of a 64-bit word, low half first.
pub(crate) fn halves(x: u64) -> [u32; 2] {
    [x as u32, (x >> 32) as u32]
}

/// A number in [0, 1) with 53 random bits for (seed, stream, sample, position).
pub(crate) fn uniform(seed: u64, stream: u64, sample: u32, position: u32) -> f64 {
    let [low, high] = halves(stream);
    let words = philox([position, sample, low, high], halves(seed));
    fraction(words[0], words[1])
}

/// 53 of 64 random bits as a number in [0, 1).
fn fraction(a: u32, b: u32) -> f64 {
    (((u64::from(a) << 32) | u64::from(b)) >> 11) as f64 / (1u64 << 53) as f64
}

/// A standard normal number for (seed, stream, index), by Box and Muller.
pub(crate) fn normal(seed: u64, stream: u32, index: u64) -> f32 {
    let [low, high] = halves(index);
    let words = philox([low, high, stream, u32::MAX], halves(seed));
    let (u, v) = (1.0 - fraction(words[0], words[1]), fraction(words[2], words[3]));
    ((-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Known answers of the authors' Random123 library (`kat_vectors`, philox4x32 10).
    #[test]
    fn equals_the_published_vectors() {
        assert_eq!(philox([0; 4], [0; 2]), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
        assert_eq!(philox([u32::MAX; 4], [u32::MAX; 2]), [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]);
        let counter = [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344];
        assert_eq!(philox(counter, [0xa409_3822, 0x299f_31d0]), [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]);
    }

    #[test]
    fn normals_have_mean_zero_and_variance_one() {
        let xs: Vec<f64> = (0..20_000).map(|i| f64::from(normal(7, 3, i))).collect();
        let mean = xs.iter().sum::<f64>() / 2e4;
        let variance = xs.iter().map(|x| x * x).sum::<f64>() / 2e4;
        assert!(mean.abs() < 0.03 && (variance - 1.0).abs() < 0.04, "{mean} {variance}");
    }
}
