//! Training and sampling speed in tokens per CPU-second (user + system time of the process).
//!
//! `cargo run -p beyond-model --example throughput [quick | checkpoint folder]`: the laboratory's two sizes on one and two threads, and
//! sampling of a checkpoint when one is given; `quick` is what `peers/torch_loop.py` does, as the same JSON line. CPU time is used because
//! cores may be shared; divide by threads for wall time.

use beyond_model::{
    AdamW, AdamWParams, Config, Decoder, Family, Gradient, Objective, Request, Rope, SamplingParams, Sequence, TokenStats, backward, sample,
};

/// User and system time of this process, seconds.
fn cpu_seconds() -> f64 {
    // SAFETY: getrusage fills the struct it is given.
    let usage = unsafe {
        let mut usage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_SELF, &mut usage);
        usage
    };
    let seconds = |t: libc::timeval| t.tv_sec as f64 + t.tv_usec as f64 * 1e-6;
    seconds(usage.ru_utime) + seconds(usage.ru_stime)
}

fn lab(hidden: usize, layers: usize) -> Config {
    Config {
        family: Family::Qwen2,
        hidden,
        layers,
        heads: 4,
        kv_heads: 4,
        head_dim: hidden / 4,
        ff: hidden * 5 / 2,
        vocab: 200,
        rope: Rope { theta: 1e4, scaling: None },
        tie: true,
        eps: 1e-6,
        max_positions: 256,
        eos_ids: vec![2],
        bos_id: Some(1),
        pad_id: Some(0),
        patch: None,
    }
}

struct Likelihood;

impl Objective for Likelihood {
    fn gradient(&self, _: usize, _: &Sequence, token: &TokenStats) -> Gradient {
        let loss = -token.logp.iter().map(|&x| f64::from(x)).sum::<f64>();
        Gradient { dlogp: vec![-1e-3; token.logp.len()], loss, ..Gradient::default() }
    }
}

/// Optimiser steps on batches of 256 sequences; all tokens are counted, as in the reference.
fn training(config: &Config, prompt: usize, response: usize, distinct: u32, threads: usize) -> f64 {
    let mut decoder = Decoder::init(config, 1).expect("a decoder");
    let mut optimizer = AdamW::new(&decoder, AdamWParams::default());
    // another stride for each 197 prompts, so that no two of `distinct` are equal
    let stride = |s: u32| 7 + s % distinct / 197;
    let id = |s: u32, t: usize| {
        let of_prompt = s % distinct * 31 + t as u32 * stride(s);
        (if t < prompt { of_prompt } else { s * 17 + t as u32 * 5 }) % 197 + 3
    };
    let batch: Vec<Sequence> = (0..256)
        .map(|s| Sequence { ids: (0..prompt + response).map(|t| id(s, t)).collect(), response_start: prompt, image: None })
        .collect();
    let mut run = |steps: usize| {
        for _ in 0..steps {
            let (grads, _) = backward(&decoder, &batch, &Likelihood, threads).expect("a gradient");
            optimizer.step(&mut decoder, &grads, 1e-4).expect("a step");
        }
    };
    run(2);
    let steps = 20;
    let start = cpu_seconds();
    run(steps);
    (steps * 256 * (prompt + response)) as f64 / (cpu_seconds() - start)
}

fn sampling(decoder: &Decoder, requests: usize, count: u32, prompt: usize, tokens: u32, temperature: f32, threads: usize) -> f64 {
    let vocab = decoder.config().vocab as u32;
    let request = |r: usize| Request {
        prompt_ids: (0..prompt as u32).map(|t| (r as u32 * 31 + t * 7) % vocab).collect(),
        key: r as u64,
        count,
        ..Request::default()
    };
    let requests: Vec<Request> = (0..requests).map(request).collect();
    let top_p = if temperature == 1.0 { 1.0 } else { 0.95 };
    let params = SamplingParams { temperature, top_p, top_k: 0, max_tokens: tokens, stop_ids: vec![], forbidden_ids: vec![], seed: 1 };
    let start = cpu_seconds();
    let done = sample(decoder, &requests, &params, threads, None, |_, _, _| {}).expect("samples");
    done.tokens as f64 / (cpu_seconds() - start)
}

/// The shapes of the peer: 256 x (8 + 9) tokens a step; 256 completions of 9 tokens for each of 100 prompts of 8.
fn quick() {
    let config = lab(64, 3);
    let decoder = Decoder::init(&config, 1).expect("a decoder");
    let draw = |temperature| sampling(&decoder, 100, 256, 8, 9, temperature, 1);
    let train = training(&config, 8, 9, 1000, 1);
    println!("{{\"training\": {train:.0}, \"sampling T=1\": {:.0}, \"sampling T=0.6 top-p 0.95\": {:.0}}}", draw(1.0), draw(0.6));
}

fn main() {
    let argument = std::env::args().nth(1);
    if argument.as_deref() == Some("quick") {
        return quick();
    }
    for (hidden, layers) in [(64, 3), (96, 4)] {
        let config = lab(hidden, layers);
        let decoder = Decoder::init(&config, 1).expect("a decoder");
        println!("d={hidden} L={layers} ff={} V=200: {} weights", config.ff, decoder.parameters());
        for threads in [1, 2] {
            let train = [(8, 9, 1000), (8, 9, 16), (24, 40, 1000)].map(|(p, r, d)| training(&config, p, r, d, threads));
            let [distinct, grouped, long] = train.map(|x| x / 1e3);
            println!(
                "  {threads} threads, training, k tokens / CPU-s: 8+9 distinct prompts {distinct:.1}, groups of 16 {grouped:.1}, 24+40 {long:.1}"
            );
            let short = sampling(&decoder, 100, 256, 8, 9, 1.0, threads) / 1e3;
            let nucleus = sampling(&decoder, 100, 256, 8, 9, 0.6, threads) / 1e3;
            let long = sampling(&decoder, 20, 256, 24, 60, 1.0, threads) / 1e3;
            println!(
                "  {threads} threads, sampling, k tokens / CPU-s: 8+9 T=1 {short:.1}, T=0.6 top-p 0.95 {nucleus:.1}, 24+60 T=1 {long:.1}"
            );
        }
    }
    if let Some(folder) = argument {
        let decoder = Decoder::load(folder.as_ref()).expect("a checkpoint");
        for (count, prompt) in [(128, 64), (256, 512)] {
            let speed = sampling(&decoder, 1, count, prompt, 65, 0.6, 1);
            println!("{folder}: {count} rows, prompt {prompt}, T=0.6 top-p 0.95: {speed:.0} tokens / CPU-s");
        }
    }
}
