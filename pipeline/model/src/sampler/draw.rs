//! One token from one row of logits: temperature, top-k, top-p.

use crate::elementwise::{LogitStats, max_body, padded_logits};
use crate::simd::{LANES, Lanes, kernel};

/// Weights summed together before they enter the f64 total.
const BLOCK: usize = 4 * LANES;

/// How tokens are drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rule {
    /// 0 is greedy.
    pub temperature: f32,
    /// A token stays while the mass before it, in order of falling probability, is below this.
    pub top_p: f32,
    /// Tokens kept before top-p; 0 keeps all.
    pub top_k: usize,
}

/// A drawn token.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Drawn {
    pub id: u32,
    /// At temperature 1, over the whole vocabulary.
    pub logp: f32,
    /// At the sampling temperature (1 when greedy), over the whole vocabulary.
    pub entropy: f32,
}

/// Buffers of one thread.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    /// Unnormalised probabilities at the sampling temperature, padded to whole blocks.
    weights: Vec<f32>,
    /// Sum of each block of weights.
    blocks: Vec<f32>,
}

/// Draws one token. `u` in [0, 1) decides which; it is not looked at when greedy. None when a logit is not a number.
pub(crate) fn draw(logits: &[f32], rule: Rule, u: f64, scratch: &mut Scratch) -> Option<Drawn> {
    let greedy = rule.temperature == 0.0;
    let temperature = if greedy { 1.0 } else { rule.temperature };
    let padded = logits.len().div_ceil(BLOCK) * BLOCK;
    scratch.weights.resize(padded, 0.0);
    scratch.blocks.resize(padded / BLOCK, 0.0);
    let stats = exponentials(logits, 1.0 / temperature, &mut scratch.weights, &mut scratch.blocks);
    if !(stats.z.is_finite() && stats.max.is_finite()) {
        return None;
    }
    let entropy = stats.entropy;
    let unit = if temperature == 1.0 { stats } else { crate::elementwise::logit_stats(logits) };
    let id = if greedy { first_of(logits, stats.max) } else { scratch.pick(logits.len(), rule, u) };
    Some(Drawn { id: id as u32, logp: unit.logp(logits[id]), entropy })
}

fn first_of(logits: &[f32], max: f32) -> usize {
    logits.iter().position(|&l| l == max).expect("the maximum is one of them")
}

kernel! {
    /// `weights[j] = e^((l_j - max) * beta)`, zero padded, and their sum over each block; statistics of that softmax.
    fn exponentials(logits: &[f32], beta: f32, weights: &mut [f32], blocks: &mut [f32]) -> LogitStats = exponentials_body;
}

#[inline(always)]
unsafe fn exponentials_body<L: Lanes>(logits: &[f32], beta: f32, weights: &mut [f32], blocks: &mut [f32]) -> LogitStats {
    unsafe {
        let max = max_body::<L>(logits);
        let (top, scale) = (L::splat(max), L::splat(beta));
        let (p, out, n) = (logits.as_ptr(), weights.as_mut_ptr(), logits.len());
        let (mut z, mut weighted) = (L::zero(), L::zero());
        for block in 0..blocks.len() {
            let mut sum = L::zero();
            for i in (block * BLOCK..(block + 1) * BLOCK).step_by(LANES) {
                let mut e = L::zero();
                if i < n {
                    let l = if n - i >= LANES { L::load(p.add(i)) } else { padded_logits::<L>(p.add(i), n - i, max) };
                    let x = l.sub(top).mul(scale);
                    e = x.exp();
                    weighted = e.fma(x, weighted);
                }
                if n < i + LANES && i < n {
                    L::zero().store(out.add(i));
                    e.store_part(out.add(i), n - i);
                } else {
                    e.store(out.add(i));
                }
                sum = sum.add(e);
            }
            z = z.add(sum);
            blocks[block] = sum.sum();
        }
        LogitStats::new(max, z.sum(), weighted.sum())
    }
}

kernel! {
    /// Sum and number of the weights >= `threshold`.
    fn above(weights: &[f32], threshold: f32) -> (f32, u32) = above_body;
}

#[inline(always)]
unsafe fn above_body<L: Lanes>(weights: &[f32], threshold: f32) -> (f32, u32) {
    unsafe {
        let bound = L::splat(threshold);
        let mut sums = [L::zero(); 4];
        let mut count = 0;
        for block in (0..weights.len()).step_by(BLOCK) {
            for i in 0..4 {
                let w = L::load(weights.as_ptr().add(block + i * LANES));
                count += w.mask_ge(bound).count_ones();
                sums[i] = sums[i].add(L::zero_below(w, w, bound));
            }
        }
        (sums[0].add(sums[1]).add(sums[2].add(sums[3])).sum(), count)
    }
}

kernel! {
    /// Sets weights below `threshold` to 0 and sums the blocks again.
    fn cut(weights: &mut [f32], threshold: f32, blocks: &mut [f32]) = cut_body;
}

#[inline(always)]
unsafe fn cut_body<L: Lanes>(weights: &mut [f32], threshold: f32, blocks: &mut [f32]) {
    for block in 0..blocks.len() {
        unsafe {
            let mut sum = L::zero();
            for i in 0..4 {
                let p = weights.as_mut_ptr().add(block * BLOCK + i * LANES);
                let kept = L::zero_below(L::load(p), L::load(p), L::splat(threshold));
                kept.store(p);
                sum = sum.add(kept);
            }
            blocks[block] = sum.sum();
        }
    }
}

/// Where the sorted weights would be cut.
struct Cut {
    /// Every weight that is kept is at least this.
    threshold: f32,
    /// Sum and number of the weights above all candidates for being the last one kept.
    larger: (f32, u32),
    /// Candidates: equal weights when there are several.
    ties: u32,
}

/// The largest threshold in [0, 1] whose weights above it are still `enough`, by bisection over the bits of the float,
/// and no sorting: at most 30 probes, ending as soon as a single weight is left between the bounds.
/// `enough` must hold for 0 and fail for all larger thresholds once it has failed.
fn find_cut(weights: &[f32], enough: impl Fn((f32, u32)) -> bool) -> Cut {
    let (mut low, mut high) = (0, 1.0f32.to_bits() + 1);
    let (mut at_low, mut at_high) = (weights.len() as u32, (0.0, 0));
    while high - low > 1 && at_low - at_high.1 > 1 {
        let middle = low + (high - low) / 2;
        let found = above(weights, f32::from_bits(middle));
        if enough(found) {
            (low, at_low) = (middle, found.1);
        } else {
            (high, at_high) = (middle, found);
        }
    }
    Cut { threshold: f32::from_bits(low), larger: at_high, ties: at_low - at_high.1 }
}

impl Scratch {
    fn pick(&mut self, vocab: usize, rule: Rule, u: f64) -> usize {
        if rule.top_k > 0 && rule.top_k < vocab {
            self.keep_count(rule.top_k as u32);
        }
        if rule.top_p < 1.0 {
            self.keep_mass(f64::from(rule.top_p));
        }
        let total: f64 = self.blocks.iter().map(|&b| f64::from(b)).sum();
        self.pick_from_all(u * total, vocab)
    }

    /// Keeps the `k` largest weights; of equal ones those with the lowest ids.
    fn keep_count(&mut self, k: u32) {
        let found = find_cut(&self.weights, |(_, count)| count >= k);
        self.keep_above(&found, |tied| found.larger.1 + tied < k);
    }

    /// Keeps a weight while the mass before it, from the largest down, is below `top_p` of the whole.
    fn keep_mass(&mut self, top_p: f64) {
        let limit = top_p * f64::from(above(&self.weights, 0.0).0);
        let found = find_cut(&self.weights, |(sum, _)| f64::from(sum) >= limit);
        let (larger, equal) = (f64::from(found.larger.0), f64::from(found.threshold));
        self.keep_above(&found, |tied| larger + f64::from(tied) * equal < limit);
    }

    /// Keeps weights from the threshold up; of several equal to it only while `keep(number kept so far)`.
    fn keep_above(&mut self, found: &Cut, keep: impl Fn(u32) -> bool) {
        if found.ties > 1 {
            let mut tied = 0;
            for weight in self.weights.iter_mut().filter(|w| **w == found.threshold) {
                if keep(tied) {
                    tied += 1;
                } else {
                    *weight = 0.0;
                }
            }
        }
        cut(&mut self.weights, found.threshold, &mut self.blocks);
    }

    /// The token at which the running sum of weights, in order of ids, passes `target`.
    fn pick_from_all(&self, target: f64, vocab: usize) -> usize {
        let mut before = 0.0;
        let mut last = 0;
        for (block, &sum) in self.blocks.iter().enumerate() {
            if sum > 0.0 {
                last = block;
                if before + f64::from(sum) > target {
                    break;
                }
                before += f64::from(sum);
            }
        }
        let mut chosen = None;
        for id in last * BLOCK..vocab.min((last + 1) * BLOCK) {
            let weight = self.weights[id];
            if weight > 0.0 {
                chosen = Some(id);
                before += f64::from(weight);
                if before > target {
                    break;
                }
            }
        }
        chosen.expect("a block with a positive sum has a positive weight")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::philox::uniform;

    fn logits(vocab: usize, seed: u64, spread: f64) -> Vec<f32> {
        (0..vocab).map(|i| (spread * (uniform(seed, 0, 0, i as u32) - 0.5)) as f32).collect()
    }

    /// The definition, in f64 over a full sort: scale, keep k, renormalise, keep while the mass before is below p.
    fn naive(logits: &[f32], rule: Rule, u: f64) -> Vec<usize> {
        let max = logits.iter().fold(f32::NEG_INFINITY, |a, &b| a.max(b));
        let weight = |l: f32| (f64::from(l - max) / f64::from(rule.temperature)).exp();
        let mut ranked: Vec<(f64, usize)> = logits.iter().map(|&l| weight(l)).zip(0..).collect();
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        ranked.truncate(if rule.top_k == 0 { usize::MAX } else { rule.top_k });
        let total: f64 = ranked.iter().map(|r| r.0).sum();
        let mut before = 0.0;
        ranked.retain(|r| {
            let keep = before < f64::from(rule.top_p) * total;
            before += r.0;
            keep
        });
        ranked.sort_by_key(|r| r.1); // the draw runs through what remains in the order of ids
        // Neighbours of the boundary are accepted too: the sums here are f64, those of the engine partly f32.
        let kept: f64 = ranked.iter().map(|r| r.0).sum();
        let mut before = 0.0;
        let hit = |r: &&(f64, usize)| {
            let range = before - 1e-6 * kept..before + r.0 + 1e-6 * kept;
            before += r.0;
            range.contains(&(u * kept))
        };
        ranked.iter().filter(hit).map(|r| r.1).collect()
    }

    #[test]
    fn every_rule_draws_what_the_definition_draws() {
        let mut scratch = Scratch::default();
        for (vocab, spread) in [(7, 3.0), (200, 12.0), (309, 1.0), (1000, 25.0)] {
            for (temperature, top_p, top_k) in [
                (1.0, 1.0, 0),
                (0.6, 0.95, 0),
                (1.0, 0.5, 0),
                (0.7, 1.0, 5),
                (1.3, 0.9, 20),
                (1.0, 1e-9, 0),
                (2.0, 0.999_999, 0),
                (1.0, 1.0, 5000),
            ] {
                let rule = Rule { temperature, top_p, top_k };
                for trial in 0..50 {
                    let (row, u) = (logits(vocab, trial, spread), uniform(9, vocab as u64, 0, trial as u32));
                    let drawn = draw(&row, rule, u, &mut scratch).expect("finite");
                    let rule = if top_k >= vocab { Rule { top_k: 0, ..rule } } else { rule };
                    assert!(naive(&row, rule, u).contains(&(drawn.id as usize)), "{rule:?} vocab {vocab} trial {trial}: {drawn:?}");
                }
            }
        }
    }

    #[test]
    fn ties_fall_to_the_lower_id_and_greedy_ignores_u() {
        let mut scratch = Scratch::default();
        let row = [0.0, 2.0, 1.0, 2.0, 2.0];
        let greedy = Rule { temperature: 0.0, top_p: 1.0, top_k: 0 };
        assert!([0.0, 0.999].iter().all(|&u| draw(&row, greedy, u, &mut scratch).expect("finite").id == 1));
        let one = Rule { temperature: 1.0, top_p: 1.0, top_k: 1 };
        assert_eq!(draw(&row, one, 0.99, &mut scratch).expect("finite").id, 1);
        let nucleus = Rule { temperature: 1.0, top_p: 0.5, top_k: 0 };
        let ids: Vec<u32> = [0.0, 0.49, 0.51, 0.99].iter().map(|&u| draw(&row, nucleus, u, &mut scratch).expect("finite").id).collect();
        assert_eq!(ids, [1, 1, 3, 3]);
    }

    #[test]
    fn log_probability_is_at_temperature_one_and_entropy_at_the_sampling_temperature() {
        let mut scratch = Scratch::default();
        let row = [0.0, f32::ln(3.0)];
        let cold = Rule { temperature: 0.5, top_p: 0.1, top_k: 0 };
        let drawn = draw(&row, cold, 0.7, &mut scratch).expect("finite");
        assert_eq!(drawn.id, 1);
        assert!((drawn.logp - 0.75f32.ln()).abs() < 1e-6);
        let entropy = -(0.9 * 0.9f32.ln() + 0.1 * 0.1f32.ln());
        assert!((drawn.entropy - entropy).abs() < 1e-6, "weights 1 and 9");
    }

    #[test]
    fn logits_that_are_not_numbers_are_noticed() {
        let rule = Rule { temperature: 1.0, top_p: 1.0, top_k: 0 };
        for bad in [f32::NAN, f32::INFINITY] {
            assert_eq!(draw(&[0.0, bad, 1.0], rule, 0.5, &mut Scratch::default()), None);
        }
    }
}
