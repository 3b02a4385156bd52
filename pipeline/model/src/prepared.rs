//! Weights packed for the matrix products of one pass, and the rotary angles it needs.

use crate::decoder::Decoder;
use crate::matmul::Packed;
use crate::rope::Angles;

/// One block, packed.
#[derive(Debug, Default)]
pub(crate) struct PackedBlock {
    pub qkv: Packed,
    pub out: Packed,
    pub gate_up: Packed,
    pub down: Packed,
}

/// A decoder ready to run. `forward` multiplies from the left by activations; `backward` by gradients of outputs.
#[derive(Debug)]
pub(crate) struct Prepared<'a> {
    pub decoder: &'a Decoder,
    pub blocks: Vec<PackedBlock>,
    pub head: Packed,
    pub backward: Vec<PackedBlock>,
    pub head_backward: Packed,
    pub angles: Angles,
}

impl<'a> Prepared<'a> {
    /// For sequences of at most `positions` rows.
    pub fn forward(decoder: &'a Decoder, positions: usize) -> Self {
        let config = decoder.config();
        let pack: Pack = Packed::linear;
        let angles = Angles::new(&config.rope, config.head_dim, positions);
        let head = pack(decoder.slice(&decoder.layout.head), config.vocab, config.hidden);
        Prepared { decoder, blocks: blocks(decoder, pack), head, backward: Vec::new(), head_backward: Packed::default(), angles }
    }

    /// The same, with the packing that the gradients need.
    pub fn training(decoder: &'a Decoder, positions: usize) -> Self {
        let config = decoder.config();
        let pack: Pack = Packed::straight;
        let head_backward = pack(decoder.slice(&decoder.layout.head), config.vocab, config.hidden);
        Prepared { backward: blocks(decoder, pack), head_backward, ..Self::forward(decoder, positions) }
    }
}

type Pack = fn(&[f32], usize, usize) -> Packed;

/// Packs the weight matrices, each [out, in], of every block.
fn blocks(decoder: &Decoder, pack: Pack) -> Vec<PackedBlock> {
    let c = decoder.config();
    let block = |b: &crate::layout::Block| PackedBlock {
        qkv: pack(decoder.slice(&b.qkv), c.qkv_dim(), c.hidden),
        out: pack(decoder.slice(&b.out), c.hidden, c.q_dim()),
        gate_up: pack(decoder.slice(&b.gate_up), 2 * c.ff, c.hidden),
        down: pack(decoder.slice(&b.down), c.hidden, c.ff),
    };
    decoder.layout.blocks.iter().map(block).collect()
}
