//! One decoder covering Qwen2 / Qwen2.5, Qwen3 and Llama: checkpoints, training, sampling, log-probabilities.
//!
//! Checkpoints are plain Hugging Face folders, read and written ([`Decoder::load`], [`Decoder::save`]). Everything
//! runs in f32 on the CPU.
//!
//! # Why the passes are written by hand
//! The forward and the backward pass work on f32 slices, not on candle tensors. The models that are trained here have
//! d = 64 and 0.15 M weights: at that size a tensor library spends its time in allocation, copies and dispatch, and its
//! fused softmax, RMSNorm and rotary kernels have no gradient. Written out, every operation is fused, buffers are
//! reused, and each output row is one fixed chain of roundings, so that results are bitwise equal for every batch size,
//! order and number of threads. candle is the oracle: in the tests a plain decoder built from candle operations
//! recomputes loss and gradients with its autograd, and finite differences check every tensor.
//!
//! # Determinism
//! A sample is a function of weights, prompt, parameters and (seed, key, sample, position). A gradient is a function of
//! weights and batch. AVX-512, AVX2 and plain Rust give the same bits; other builds may differ through `libm`.

mod attention;
mod backward;
mod checkpoint;
mod config;
mod decoder;
mod elementwise;
mod forward;
mod laboratory;
mod layout;
mod matmul;
mod objective;
mod optimizer;
mod parallel;
mod philox;
mod plan;
mod prepared;
mod reuse;
mod rope;
mod sampler;
mod score;
mod simd;
mod tokenizer;
mod train;

pub use config::{Config, Family, Patch};
pub use decoder::Decoder;
pub use laboratory::laboratory_vocabulary;
pub use objective::{Gradient, Grads, Objective, Sequence, Stats, TokenStats};
pub use optimizer::{AdamW, AdamWParams, Schedule};
pub use philox::philox;
pub use rope::{Rope, Scaling};
pub use sampler::{Finish, Request, Sample, SamplingParams, Throughput, sample};
pub use score::{Scorable, Scores, TextScores};
pub use tokenizer::Tokenizer;
pub use train::backward;
