//! Keys and values of generated rows, in pages of 16 positions.
//!
//! A page holds, for each layer and each key-value head, keys transposed [head_dim, 16] and values [16, width] (width:
//! head_dim rounded up to whole vectors). Sixteen scores are then one chain of multiply-adds without a horizontal sum.
//! A prompt's pages are shared by all its samples; a sample's own pages follow. Pages go back to the pool when a sample
//! ends.

use crate::config::Config;
use crate::simd::LANES;

/// Positions of one page.
pub(crate) const PAGE: usize = LANES;

/// Sizes of a page.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PageShape {
    pub kv_heads: usize,
    pub head: usize,
    /// head rounded up to whole vectors.
    pub width: usize,
    pub layers: usize,
    q_dim: usize,
}

impl PageShape {
    pub fn new(config: &Config) -> Self {
        let head = config.head_dim;
        PageShape { kv_heads: config.kv_heads, head, width: head.div_ceil(LANES) * LANES, layers: config.layers, q_dim: config.q_dim() }
    }

    /// Floats of the keys of one head.
    pub fn keys(&self) -> usize {
        self.head * PAGE
    }

    /// Floats of one head: keys, then values.
    pub fn per_head(&self) -> usize {
        self.keys() + PAGE * self.width
    }

    /// Floats of one layer.
    pub fn per_layer(&self) -> usize {
        self.kv_heads * self.per_head()
    }

    /// Writes the keys and values of one row of [q | k | v] into slot `slot` of one layer of a page.
    pub fn write(&self, layer: &mut [f32], slot: usize, qkv: &[f32]) {
        let (keys, values) = qkv[self.q_dim..].split_at(self.kv_heads * self.head);
        for kv in 0..self.kv_heads {
            let (k, v) = layer[kv * self.per_head()..][..self.per_head()].split_at_mut(self.keys());
            for (d, &x) in keys[kv * self.head..][..self.head].iter().enumerate() {
                k[d * PAGE + slot] = x;
            }
            v[slot * self.width..][..self.head].copy_from_slice(&values[kv * self.head..][..self.head]);
        }
    }
}

/// Pages of one thread.
#[derive(Debug)]
pub(crate) struct Pool {
    pub shape: PageShape,
    pages: Vec<Box<[f32]>>,
    free: Vec<u32>,
}

impl Pool {
    pub fn new(shape: PageShape) -> Self {
        Pool { shape, pages: Vec::new(), free: Vec::new() }
    }

    pub fn take(&mut self) -> u32 {
        self.free.pop().unwrap_or_else(|| {
            self.pages.push(vec![0.0; self.shape.layers * self.shape.per_layer()].into());
            self.pages.len() as u32 - 1
        })
    }

    pub fn give_back(&mut self, pages: &mut Vec<u32>) {
        self.free.append(pages);
    }

    pub fn layer(&self, page: u32, layer: usize) -> &[f32] {
        &self.pages[page as usize][layer * self.shape.per_layer()..][..self.shape.per_layer()]
    }

    pub fn layer_mut(&mut self, page: u32, layer: usize) -> &mut [f32] {
        &mut self.pages[page as usize][layer * self.shape.per_layer()..][..self.shape.per_layer()]
    }
}

/// Keys and values of a prompt, and the logits after it.
#[derive(Debug)]
pub(crate) struct Prefix {
    /// Positions.
    pub len: usize,
    /// [layers, pages, per_layer].
    data: Vec<f32>,
    pub logits: Vec<f32>,
}

impl Prefix {
    pub fn new(shape: PageShape, len: usize) -> Self {
        Prefix { len, data: vec![0.0; shape.layers * len.div_ceil(PAGE) * shape.per_layer()], logits: Vec::new() }
    }

    /// Fills one layer from rows [q | k | v].
    pub fn write(&mut self, shape: PageShape, layer: usize, rows: &[f32], width: usize) {
        let pages = self.len.div_ceil(PAGE);
        let data = &mut self.data[layer * pages * shape.per_layer()..][..pages * shape.per_layer()];
        for (position, qkv) in rows.chunks_exact(width).enumerate() {
            shape.write(&mut data[position / PAGE * shape.per_layer()..][..shape.per_layer()], position % PAGE, qkv);
        }
    }

    pub fn pages(&self, shape: PageShape, layer: usize) -> impl Iterator<Item = &[f32]> {
        let pages = self.len.div_ceil(PAGE);
        self.data[layer * pages * shape.per_layer()..][..pages * shape.per_layer()].chunks_exact(shape.per_layer())
    }
}
