//! Attention of one new token over its pages.

use super::pages::{PAGE, PageShape};
use crate::elementwise::MASK;
use crate::simd::{LANES, Lanes, kernel};

/// One page of one layer and how many of its positions are filled.
#[derive(Clone, Copy)]
pub(crate) struct PageView<'a> {
    pub data: &'a [f32],
    pub filled: usize,
}

/// Shape of the queries: `group` query heads share one key-value head.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Queries {
    pub group: usize,
    pub scale: f32,
}

/// `out[h]` = softmax(scale q_h K^T) V over all filled positions; q and out are [heads, head_dim], `scores` is scratch.
pub(crate) fn attend(q: &[f32], queries: Queries, shape: PageShape, pages: &[PageView], scores: &mut Vec<f32>, out: &mut [f32]) {
    let heads = queries.group * shape.kv_heads;
    let n = heads * shape.head;
    assert!(q.len() >= n && out.len() >= n);
    assert!(pages.iter().all(|p| p.data.len() >= shape.per_layer() && (1..=PAGE).contains(&p.filled)));
    scores.resize(heads * pages.len() * PAGE, 0.0);
    attend_kernel(q, queries, shape, pages, scores, out);
}

kernel! { fn attend_kernel(q: &[f32], queries: Queries, shape: PageShape, pages: &[PageView], scores: &mut [f32], out: &mut [f32]) = attend_body; }

/// Scores of all heads, then softmax of all heads, then sums of all heads: within a phase the heads are independent
/// chains that the processor overlaps.
#[inline(always)]
unsafe fn attend_body<L: Lanes>(q: &[f32], queries: Queries, shape: PageShape, pages: &[PageView], scores: &mut [f32], out: &mut [f32]) {
    let (heads, row) = (queries.group * shape.kv_heads, pages.len() * PAGE);
    unsafe {
        for kv in 0..shape.kv_heads {
            let mut g = kv * queries.group;
            let end = g + queries.group;
            while g + 2 <= end {
                compute_scores::<L, 2>(
                    q.as_ptr().add(g * shape.head),
                    queries.scale,
                    shape,
                    kv,
                    pages,
                    scores.as_mut_ptr().add(g * row),
                    row,
                );
                g += 2;
            }
            if g < end {
                compute_scores::<L, 1>(
                    q.as_ptr().add(g * shape.head),
                    queries.scale,
                    shape,
                    kv,
                    pages,
                    scores.as_mut_ptr().add(g * row),
                    row,
                );
            }
        }
        for h in 0..heads {
            softmax::<L>(scores.as_mut_ptr().add(h * row), row);
        }
        for h in 0..heads {
            weighted_sum::<L>(scores.as_ptr().add(h * row), shape, h / queries.group, pages, out.as_mut_ptr().add(h * shape.head));
        }
    }
}

/// Scaled scores of every position for G query heads, minus infinity beyond the filled ones.
#[inline(always)]
unsafe fn compute_scores<L: Lanes, const G: usize>(
    q: *const f32,
    scale: f32,
    shape: PageShape,
    kv: usize,
    pages: &[PageView],
    scores: *mut f32,
    row: usize,
) {
    for (i, page) in pages.iter().enumerate() {
        unsafe {
            let keys = page.data.as_ptr().add(kv * shape.per_head());
            let (mut even, mut odd) = ([L::zero(); G], [L::zero(); G]);
            for d in (0..shape.head).step_by(2) {
                let (k0, k1) = (L::load(keys.add(d * PAGE)), L::load(keys.add((d + 1) * PAGE)));
                for g in 0..G {
                    let q = q.add(g * shape.head + d);
                    even[g] = L::splat(*q).fma(k0, even[g]);
                    odd[g] = L::splat(*q.add(1)).fma(k1, odd[g]);
                }
            }
            let mask = L::load(MASK.as_ptr().add(LANES - page.filled));
            for g in 0..G {
                even[g].add(odd[g]).fma(L::splat(scale), mask).store(scores.add(g * row + i * PAGE));
            }
        }
    }
}

/// Replaces `n` scores by their softmax.
#[inline(always)]
unsafe fn softmax<L: Lanes>(scores: *mut f32, n: usize) {
    unsafe {
        let mut best = L::load(scores);
        for i in (LANES..n).step_by(LANES) {
            best = L::load(scores.add(i)).max(best);
        }
        let top = L::splat(best.max_lane());
        let mut sum = L::zero();
        for i in (0..n).step_by(LANES) {
            let e = L::load(scores.add(i)).sub(top).exp();
            sum = sum.add(e);
            e.store(scores.add(i));
        }
        let inverse = L::splat(1.0 / sum.sum());
        for i in (0..n).step_by(LANES) {
            L::load(scores.add(i)).mul(inverse).store(scores.add(i));
        }
    }
}

#[inline(always)]
unsafe fn weighted_sum<L: Lanes>(weights: *const f32, shape: PageShape, kv: usize, pages: &[PageView], out: *mut f32) {
    unsafe {
        for column in (0..shape.head).step_by(LANES) {
            let (mut even, mut odd) = (L::zero(), L::zero());
            for (i, page) in pages.iter().enumerate() {
                let values = page.data.as_ptr().add(kv * shape.per_head() + shape.keys() + column);
                let w = weights.add(i * PAGE);
                for s in (0..page.filled - page.filled % 2).step_by(2) {
                    even = L::splat(*w.add(s)).fma(L::load(values.add(s * shape.width)), even);
                    odd = L::splat(*w.add(s + 1)).fma(L::load(values.add((s + 1) * shape.width)), odd);
                }
                if page.filled % 2 == 1 {
                    let s = page.filled - 1;
                    even = L::splat(*w.add(s)).fma(L::load(values.add(s * shape.width)), even);
                }
            }
            even.add(odd).store_n(out.add(column), shape.head - column);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, Family};
    use crate::rope::Rope;
    use crate::simd;

    fn config(heads: usize, kv_heads: usize, head_dim: usize) -> Config {
        let rope = Rope { theta: 1e4, scaling: None };
        Config {
            family: Family::Llama,
            hidden: 8,
            layers: 1,
            heads,
            kv_heads,
            head_dim,
            ff: 8,
            vocab: 8,
            rope,
            tie: true,
            eps: 1e-6,
            max_positions: 64,
            eos_ids: vec![],
            bos_id: None,
            pad_id: None,
            patch: None,
        }
    }

    fn noise(i: usize) -> f32 {
        ((i * 7919 + 13) % 997) as f32 / 400.0 - 1.2
    }

    #[test]
    fn attention_over_pages_is_the_softmax_average_on_every_level() {
        for (heads, kv_heads, head) in [(4, 4, 16), (4, 2, 24), (3, 1, 6)] {
            let c = config(heads, kv_heads, head);
            let shape = PageShape::new(&c);
            let rows: Vec<Vec<f32>> = (0..24).map(|r| (0..c.qkv_dim()).map(|i| noise(r * 131 + i)).collect()).collect();
            let mut pages = vec![vec![0.0; shape.per_layer()]; 3];
            let filled = [16, 3, 5];
            let mut n = 0;
            for (page, count) in pages.iter_mut().zip(filled) {
                for slot in 0..count {
                    shape.write(page, slot, &rows[n]);
                    n += 1;
                }
            }
            let views: Vec<PageView> = pages.iter().zip(filled).map(|(data, filled)| PageView { data, filled }).collect();
            let queries = Queries { group: heads / kv_heads, scale: 0.3 };
            let mut results = Vec::new();
            for level in simd::available() {
                simd::force(level);
                let mut out = vec![0.0; heads * head];
                attend(&rows[5], queries, shape, &views, &mut Vec::new(), &mut out);
                results.push(out);
            }
            assert!(results.iter().all(|r| r == &results[0]));
            for h in 0..heads {
                let kv = h / queries.group;
                let dot = |r: &Vec<f32>| -> f64 {
                    (0..head).map(|d| f64::from(rows[5][h * head + d]) * f64::from(r[c.q_dim() + kv * head + d])).sum()
                };
                let weights: Vec<f64> = rows.iter().map(|r| (0.3 * dot(r)).exp()).collect();
                for d in 0..head {
                    let mean: f64 =
                        rows.iter().zip(&weights).map(|(r, w)| w * f64::from(r[c.q_dim() + c.kv_dim() + kv * head + d])).sum::<f64>()
                            / weights.iter().sum::<f64>();
                    assert!((f64::from(results[0][h * head + d]) - mean).abs() < 1e-5);
                }
            }
        }
    }
}
