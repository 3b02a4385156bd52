//! The oracle: a plain decoder of candle operations, whose autograd gives loss and gradients to compare with.
//!
//! Only operations with a backward pass are used (no fused softmax, norm or rotary kernel). One sequence at a time.

mod common;

use beyond_model::{Config, Decoder, Family, Gradient, Objective, Sequence, TokenStats, backward};
use candle_core::{D, DType, Device, Result, Tensor, Var};
use std::collections::HashMap;

struct Oracle {
    config: Config,
    vars: HashMap<String, Var>,
}

impl Oracle {
    fn new(decoder: &Decoder) -> Result<Self> {
        let mut vars = HashMap::new();
        for (name, shape, range) in decoder.tensors() {
            let tensor = Tensor::from_slice(&decoder.weights()[range], shape, &Device::Cpu)?;
            vars.insert(name.to_string(), Var::from_tensor(&tensor)?);
        }
        Ok(Oracle { config: decoder.config().clone(), vars })
    }

    fn get(&self, name: &str) -> &Tensor {
        self.vars[name].as_tensor()
    }

    fn linear(&self, x: &Tensor, name: &str) -> Result<Tensor> {
        let y = x.matmul(&self.get(&format!("{name}.weight")).t()?)?;
        match self.vars.get(&format!("{name}.bias")) {
            Some(bias) => y.broadcast_add(bias.as_tensor()),
            None => Ok(y),
        }
    }

    /// RMSNorm over the last dimension.
    fn norm(&self, x: &Tensor, name: &str) -> Result<Tensor> {
        let root = (x.sqr()?.mean_keepdim(D::Minus1)? + f64::from(self.config.eps))?.sqrt()?;
        x.broadcast_div(&root)?.broadcast_mul(self.get(name))
    }

    /// Rotates x [heads, T, head_dim].
    fn rope(&self, x: &Tensor) -> Result<Tensor> {
        let (_, t, head) = x.dims3()?;
        let frequencies = Tensor::from_vec(self.config.rope.frequencies(head), (1, head / 2), &Device::Cpu)?;
        let positions = Tensor::arange(0u32, t as u32, &Device::Cpu)?.to_dtype(DType::F32)?.reshape((t, 1))?;
        let angle = positions.matmul(&frequencies)?;
        let (cos, sin) = (angle.cos()?, angle.sin()?);
        let (a, b) = (x.narrow(2, 0, head / 2)?, x.narrow(2, head / 2, head / 2)?);
        let first = (a.broadcast_mul(&cos)? - b.broadcast_mul(&sin)?)?;
        let second = (b.broadcast_mul(&cos)? + a.broadcast_mul(&sin)?)?;
        Tensor::cat(&[first, second], 2)
    }

    fn heads(&self, x: &Tensor, count: usize) -> Result<Tensor> {
        x.reshape((x.dim(0)?, count, self.config.head_dim))?.transpose(0, 1)?.contiguous()
    }

    fn attention(&self, h: &Tensor, layer: usize) -> Result<Tensor> {
        let (c, at) = (&self.config, |part: &str| format!("model.layers.{layer}.self_attn.{part}"));
        let mut q = self.heads(&self.linear(h, &at("q_proj"))?, c.heads)?;
        let mut k = self.heads(&self.linear(h, &at("k_proj"))?, c.kv_heads)?;
        let v = self.heads(&self.linear(h, &at("v_proj"))?, c.kv_heads)?;
        if c.family == Family::Qwen3 {
            (q, k) = (self.norm(&q, &at("q_norm.weight"))?, self.norm(&k, &at("k_norm.weight"))?);
        }
        let (q, k) = (self.rope(&q)?, self.rope(&k)?);
        let repeat = |x: Tensor| -> Result<Tensor> {
            let (kv, t, d) = x.dims3()?;
            x.unsqueeze(1)?.broadcast_as((kv, c.heads / kv, t, d))?.reshape((c.heads, t, d))
        };
        let (k, v, t) = (repeat(k)?, repeat(v)?, h.dim(0)?);
        let scores = (q.matmul(&k.transpose(1, 2)?.contiguous()?)? / (c.head_dim as f64).sqrt())?;
        let mask: Vec<f32> = (0..t * t).map(|i| if i % t > i / t { -1e9 } else { 0.0 }).collect();
        let scores = scores.broadcast_add(&Tensor::from_vec(mask, (1, t, t), &Device::Cpu)?)?;
        let e = scores.broadcast_sub(&scores.max_keepdim(2)?.detach())?.exp()?;
        let p = e.broadcast_div(&e.sum_keepdim(2)?)?;
        let out = p.matmul(&v)?.transpose(0, 1)?.contiguous()?.reshape((t, c.q_dim()))?;
        self.linear(&out, &at("o_proj"))
    }

    fn feed_forward(&self, h: &Tensor, layer: usize) -> Result<Tensor> {
        let at = |part: &str| format!("model.layers.{layer}.mlp.{part}");
        let gate = self.linear(h, &at("gate_proj"))?.silu()?;
        self.linear(&(gate * self.linear(h, &at("up_proj"))?)?, &at("down_proj"))
    }

    /// Log-probabilities [T, vocab] after each token (image rows left out).
    fn log_softmax(&self, ids: &[u32], image: Option<&[f32]>) -> Result<Tensor> {
        let mut x = self.get("model.embed_tokens.weight").index_select(&Tensor::new(ids, &Device::Cpu)?, 0)?;
        let mut patches = 0;
        if let (Some(image), Some(patch)) = (image, self.config.patch) {
            let pixels = Tensor::from_slice(image, (patch.count, patch.size), &Device::Cpu)?;
            x = Tensor::cat(&[self.linear(&pixels, "patch_embed")?, x], 0)?;
            patches = patch.count;
        }
        for layer in 0..self.config.layers {
            let h = self.norm(&x, &format!("model.layers.{layer}.input_layernorm.weight"))?;
            x = (x + self.attention(&h, layer)?)?;
            let h = self.norm(&x, &format!("model.layers.{layer}.post_attention_layernorm.weight"))?;
            x = (x + self.feed_forward(&h, layer)?)?;
        }
        let head = if self.config.tie { "model.embed_tokens.weight" } else { "lm_head.weight" };
        let x = self.norm(&x, "model.norm.weight")?.narrow(0, patches, ids.len())?;
        let logits = x.matmul(&self.get(head).t()?)?;
        let shifted = logits.broadcast_sub(&logits.max_keepdim(1)?.detach())?;
        shifted.broadcast_sub(&shifted.exp()?.sum_keepdim(1)?.log()?)
    }

    /// The loss of [`Entropic`] for one sequence.
    fn loss(&self, sequence: &Sequence) -> Result<Tensor> {
        let (ids, start) = (&sequence.ids, sequence.response_start);
        let logp = self.log_softmax(&ids[..ids.len() - 1], sequence.image.as_deref())?;
        let response = logp.narrow(0, start - 1, ids.len() - start)?;
        let targets = Tensor::new(&ids[start..], &Device::Cpu)?.unsqueeze(1)?;
        let chosen = response.gather(&targets, 1)?.sum_all()?;
        let entropy = (response.exp()? * &response)?.sum_all()?.neg()?;
        chosen.neg()? - (entropy * 0.3)?
    }
}

/// Negative log-likelihood minus 0.3 times the entropy.
struct Entropic;

impl Objective for Entropic {
    fn gradient(&self, _: usize, _: &Sequence, token: &TokenStats) -> Gradient {
        let n = token.logp.len();
        let sum = |x: &[f32]| x.iter().map(|&x| f64::from(x)).sum::<f64>();
        Gradient {
            dlogp: vec![-1.0; n],
            dentropy: Some(vec![-0.3; n]),
            loss: -sum(token.logp) - 0.3 * sum(token.entropy),
            ..Gradient::default()
        }
    }
}

#[test]
fn loss_and_gradients_equal_candle_autograd() {
    for config in common::variants() {
        let decoder = common::decoder(&config, 8);
        let image = config.patch.map(|p| (0..p.count * p.size).map(|i| (i % 5) as f32 / 5.0).collect());
        let sequence = |ids: &[u32], start| Sequence { ids: ids.to_vec(), response_start: start, image: image.clone() };
        let batch = [
            sequence(&[1, 7, 3, 9, 9, 15, 2], 3),
            sequence(&[1, 7, 3, 22, 2], 3),
            sequence(&[5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 1, 2], 2),
        ];
        let (grads, stats) = backward(&decoder, &batch, &Entropic, 1).expect("a gradient");
        let oracle = Oracle::new(&decoder).expect("an oracle");
        let losses: Vec<Tensor> = batch.iter().map(|s| oracle.loss(s).expect("a loss")).collect();
        let loss = Tensor::stack(&losses, 0).and_then(|l| l.sum_all()).expect("a sum");
        let want = loss.to_scalar::<f32>().expect("a number");
        assert!((stats.loss - f64::from(want)).abs() < 1e-4 * f64::from(want).abs(), "{:?}: loss {} and {want}", config.family, stats.loss);
        let store = loss.backward().expect("autograd");
        for (name, _, range) in decoder.tensors() {
            let want = store.get(oracle.get(name)).unwrap_or_else(|| panic!("{name} has a gradient"));
            let want = want.flatten_all().and_then(|t| t.to_vec1::<f32>()).expect("floats");
            let norm = want.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>().sqrt();
            let distance = want.iter().zip(&grads.values[range]).map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>().sqrt();
            assert!(norm > 0.0 && distance < 2e-5 * norm.max(0.1), "{:?} {name}: distance {distance} of {norm}", config.family);
        }
    }
}
