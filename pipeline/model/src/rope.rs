//! Rotary position embedding (Su et al., arXiv 2104.09864) with the scalings of Llama 3 and of linear interpolation.

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};

/// Base and scaling of the rotary angles.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rope {
    /// Base of the geometric series of frequencies.
    pub theta: f32,
    /// How the frequencies are stretched beyond the trained length.
    pub scaling: Option<Scaling>,
}

/// Stretching of the rotary frequencies.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Scaling {
    /// Every frequency divided by `factor`.
    Linear {
        /// At least 1.
        factor: f32,
    },
    /// Llama 3.1: long wavelengths divided by `factor`, short ones kept, a linear blend between.
    Llama3 {
        /// At least 1.
        factor: f32,
        /// Wavelengths above `original_max_positions / low_freq_factor` are divided.
        low_freq_factor: f32,
        /// Wavelengths below `original_max_positions / high_freq_factor` are kept.
        high_freq_factor: f32,
        /// Context length of the first training phase.
        original_max_positions: usize,
    },
}

impl Rope {
    pub(crate) fn check(&self) -> Result<()> {
        ensure!(self.theta > 0.0, "rope_theta is {}; it must be positive", self.theta);
        match self.scaling {
            Some(Scaling::Linear { factor } | Scaling::Llama3 { factor, .. }) if factor <= 0.0 => {
                anyhow::bail!("rope scaling factor is {factor}; it must be positive")
            }
            Some(Scaling::Llama3 { low_freq_factor: low, high_freq_factor: high, .. }) => {
                ensure!(low < high, "rope scaling: low_freq_factor {low} must be below high_freq_factor {high}");
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Angle per position of each pair of dimensions, [head_dim / 2], in f32 as transformers computes them.
    pub fn frequencies(&self, head_dim: usize) -> Vec<f32> {
        let base = |i: usize| 1.0 / self.theta.powf((2 * i) as f32 / head_dim as f32);
        (0..head_dim / 2).map(|i| self.scale(base(i))).collect()
    }

    fn scale(&self, frequency: f32) -> f32 {
        match self.scaling {
            None => frequency,
            Some(Scaling::Linear { factor }) => frequency / factor,
            Some(Scaling::Llama3 { factor, low_freq_factor, high_freq_factor, original_max_positions }) => {
                let original = original_max_positions as f32;
                let wavelength = 2.0 * std::f32::consts::PI / frequency;
                if wavelength > original / low_freq_factor {
                    frequency / factor
                } else if wavelength < original / high_freq_factor {
                    frequency
                } else {
                    let smooth = (original / wavelength - low_freq_factor) / (high_freq_factor - low_freq_factor);
                    (1.0 - smooth) * frequency / factor + smooth * frequency
                }
            }
        }
    }
}

/// Cosines and sines of positions 0..n, [n, head_dim / 2] each.
#[derive(Clone, Debug)]
pub(crate) struct Angles {
    half: usize,
    cos: Vec<f32>,
    sin: Vec<f32>,
}

impl Angles {
    pub fn new(rope: &Rope, head_dim: usize, positions: usize) -> Self {
        let frequencies = rope.frequencies(head_dim);
        let angle = |i: usize| f64::from((i / frequencies.len()) as f32 * frequencies[i % frequencies.len()]);
        let n = positions * frequencies.len();
        Angles {
            half: frequencies.len(),
            cos: (0..n).map(|i| angle(i).cos() as f32).collect(),
            sin: (0..n).map(|i| angle(i).sin() as f32).collect(),
        }
    }

    /// Rotates consecutive heads by the angle of `position`; `sign` -1 rotates back (the gradient).
    ///
    /// Dimension i is paired with i + head_dim / 2, as in transformers' `rotate_half`.
    pub fn rotate(&self, heads: &mut [f32], position: usize, sign: f32) {
        let half = self.half;
        let cos = &self.cos[position * half..][..half];
        let sin = &self.sin[position * half..][..half];
        for head in heads.chunks_exact_mut(2 * half) {
            let (a, b) = head.split_at_mut(half);
            for i in 0..half {
                let (x, y, s) = (a[i], b[i], sign * sin[i]);
                a[i] = x * cos[i] - y * s;
                b[i] = y * cos[i] + x * s;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// transformers 4: `ROPE_INIT_FUNCTIONS["llama3"]` for Llama 3.2 1B (theta 5e5, head 64, factor 32, 1, 4, 8192).
    #[test]
    fn llama3_scaling_keeps_short_and_divides_long_wavelengths() {
        let plain = Rope { theta: 5e5, scaling: None }.frequencies(64);
        let scaling = Scaling::Llama3 { factor: 32.0, low_freq_factor: 1.0, high_freq_factor: 4.0, original_max_positions: 8192 };
        let scaled = Rope { theta: 5e5, scaling: Some(scaling) }.frequencies(64);
        assert_eq!(scaled[0], 1.0);
        assert_eq!(scaled[31], plain[31] / 32.0);
        let between = (0..32).filter(|&i| scaled[i] != plain[i] && scaled[i] != plain[i] / 32.0).count();
        assert_eq!(between, 3, "wavelengths between 2048 and 8192");
    }

    #[test]
    fn rotating_back_undoes_the_rotation() {
        let angles = Angles::new(&Rope { theta: 100.0, scaling: None }, 4, 9);
        let mut x = vec![0.5, -1.0, 2.0, 0.25, 1.0, 2.0, 3.0, 4.0];
        let before = x.clone();
        angles.rotate(&mut x, 7, 1.0);
        assert!((x[0] - before[0]).abs() > 0.1);
        angles.rotate(&mut x, 7, -1.0);
        assert!(x.iter().zip(&before).all(|(a, b)| (a - b).abs() < 1e-6));
    }
}
