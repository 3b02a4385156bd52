//! Power sampling: the sequence distribution p(y)^alpha by self-normalised importance resampling (arXiv 2510.14901 asks whether the
//! base sharpened this way equals the RL model). Not the same as a token temperature of 1/alpha. With c candidates per kept sample the
//! law is approached from below: the token cost is c times that of plain sampling and stands in the measures.

use crate::Power;
use crate::codec::Drawn;

/// Keeps one of every `candidates` consecutive samples, with weight p(y)^(alpha - 1) (candidates are drawn at temperature 1).
pub fn resample(drawn: &[Vec<Drawn>], power: Power, seed: u64) -> Vec<Vec<Drawn>> {
    let group = power.candidates.max(1) as usize;
    let keep = |(problem, samples): (usize, &Vec<Drawn>)| {
        samples.chunks_exact(group).enumerate().map(|(i, chunk)| pick(chunk, power.alpha, uniform(seed, problem, i)).clone()).collect()
    };
    drawn.iter().enumerate().map(keep).collect()
}

fn pick(candidates: &[Drawn], alpha: f64, u: f64) -> &Drawn {
    let log_weight = |sample: &Drawn| (alpha - 1.0) * sample.logprob_sum;
    let most = candidates.iter().map(log_weight).fold(f64::NEG_INFINITY, f64::max);
    let weights: Vec<f64> = candidates.iter().map(|sample| (log_weight(sample) - most).exp()).collect();
    let mut left = u * weights.iter().sum::<f64>();
    for (sample, weight) in candidates.iter().zip(&weights) {
        left -= weight;
        if left < 0.0 {
            return sample;
        }
    }
    &candidates[candidates.len() - 1]
}

/// Uniform in [0, 1), counter-based.
fn uniform(seed: u64, problem: usize, index: usize) -> f64 {
    let word = beyond_model::philox([problem as u32, index as u32, 0x706f, 0x7765], [seed as u32, (seed >> 32) as u32])[0];
    f64::from(word) / 4_294_967_296.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_sequences_appear_in_proportion_to_their_power() {
        // p = .8 and .2, alpha = 2: target .64/.68 = .941; with 64 candidates the resampled share is close to it.
        let sample = |p: f64| Drawn { ids: vec![1], logprob_sum: p.ln(), entropy_mean: 0.0, stopped: true };
        let candidates: Vec<Drawn> = (0..64).map(|i| if i % 5 == 0 { sample(0.2) } else { sample(0.8) }).collect();
        let drawn = vec![candidates.into_iter().cycle().take(64 * 4000).collect::<Vec<_>>()];
        let kept = resample(&drawn, Power { alpha: 2.0, candidates: 64 }, 7);
        let share = kept[0].iter().filter(|s| s.logprob_sum > 0.5f64.ln()).count() as f64 / 4000.0;
        // 51 of .8 with weight .8 and 13 of .2 with weight .2: 40.8 / 43.4
        assert!((share - 40.8 / 43.4).abs() < 0.015, "{share}");
    }
}
