//! What training works on: sequences, a loss over their tokens, and the sums and gradients that come out.

use crate::decoder::Decoder;
use crate::elementwise::{add_assign, sum_of_squares};
use std::sync::Arc;

/// One training sequence.
#[derive(Clone, Debug, Default)]
pub struct Sequence {
    /// Prompt and response, the end token included.
    pub ids: Vec<u32>,
    /// Index in `ids` of the first response token: only the response enters the objective.
    pub response_start: usize,
    /// Image before the first token, `patch.count * patch.size` floats.
    pub image: Option<Arc<[f32]>>,
}

impl Sequence {
    /// The response tokens.
    pub fn response(&self) -> &[u32] {
        &self.ids[self.response_start.min(self.ids.len())..]
    }
}

/// What the decoder says about the response tokens of one sequence; each slice has one entry per token.
#[derive(Clone, Copy, Debug)]
pub struct TokenStats<'a> {
    /// Log-probability, nats.
    pub logp: &'a [f32],
    /// Entropy of the distribution the token came from, nats.
    pub entropy: &'a [f32],
    /// Value of the state before the token; None without a value head.
    pub value: Option<&'a [f32]>,
}

/// Derivatives of the loss with respect to the entries of [`TokenStats`].
#[derive(Clone, Debug, Default)]
pub struct Gradient {
    /// One per response token. All zero (with no other gradient): the sequence is left out of the backward pass.
    pub dlogp: Vec<f32>,
    /// One per response token, or None for zero.
    pub dentropy: Option<Vec<f32>>,
    /// One per response token, or None for zero. Needs a decoder with a value head.
    pub dvalue: Option<Vec<f32>>,
    /// This sequence's share of the loss.
    pub loss: f64,
    /// Anything the caller wants summed over the batch, for example clipped tokens.
    pub metrics: Vec<f64>,
}

impl Gradient {
    pub(crate) fn is_zero(&self) -> bool {
        let zero = |xs: &[f32]| xs.iter().all(|&x| x == 0.0);
        zero(&self.dlogp) && self.dentropy.as_deref().is_none_or(zero) && self.dvalue.as_deref().is_none_or(zero)
    }
}

/// A loss over the log-probabilities (and entropies, and values) of response tokens.
pub trait Objective: Sync {
    /// Loss and derivatives of sequence `index` of the batch.
    fn gradient(&self, index: usize, sequence: &Sequence, token: &TokenStats) -> Gradient;

    /// True when the sequence is known to contribute nothing, so that even its forward pass can be left out.
    fn skip(&self, _index: usize) -> bool {
        false
    }
}

/// Sums over a batch.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stats {
    /// Sum of [`Gradient::loss`].
    pub loss: f64,
    /// Sequences that went through the forward pass.
    pub sequences: usize,
    /// Sequences that went through the backward pass.
    pub active: usize,
    /// Response tokens that went through the forward pass.
    pub tokens: usize,
    /// Sum of their log-probabilities, nats.
    pub logp: f64,
    /// Sum of their entropies, nats.
    pub entropy: f64,
    /// Element-wise sum of [`Gradient::metrics`].
    pub metrics: Vec<f64>,
}

impl Stats {
    pub(crate) fn add(&mut self, other: &Stats) {
        self.loss += other.loss;
        self.sequences += other.sequences;
        self.active += other.active;
        self.tokens += other.tokens;
        self.logp += other.logp;
        self.entropy += other.entropy;
        if self.metrics.len() < other.metrics.len() {
            self.metrics.resize(other.metrics.len(), 0.0);
        }
        self.metrics.iter_mut().zip(&other.metrics).for_each(|(a, b)| *a += b);
    }
}

/// The gradient of every weight, laid out like [`Decoder::weights`].
#[derive(Clone, Debug, PartialEq)]
pub struct Grads {
    /// One per weight.
    pub values: Vec<f32>,
}

impl Grads {
    /// Zero.
    pub fn zeros(decoder: &Decoder) -> Self {
        Grads { values: vec![0.0; decoder.weights.len()] }
    }

    /// Euclidean norm over all weights.
    pub fn norm(&self) -> f64 {
        sum_of_squares(&self.values).sqrt()
    }

    /// Adds another gradient.
    pub fn add(&mut self, other: &Grads) {
        add_assign(&mut self.values, &other.values);
    }
}
