#!/usr/bin/env python3
"""The peer of `cargo run -p beyond-model --example throughput -- quick`: a plain PyTorch loop over the laboratory's decoder.

    python3 pipeline/model/peers/torch_loop.py [--rounds N] [--compile] [--check CHECKPOINT BEYOND_BINARY]

Same shapes, same work: d = 64, 3 layers, 4 heads, feed-forward 160, vocabulary 200; training is AdamW steps on 256 sequences of 8 prompt and 9
response tokens, loss on the response; sampling is 256 completions of 9 tokens for each of 100 prompts, which are prefilled once per prompt. One
thread; prints one JSON line of tokens per CPU-second a round. `--check` loads a checkpoint of the laboratory instead and compares the
log-probabilities of a text with `beyond logprobs`, so that what is timed is known to be the same decoder. Needs `pip install torch safetensors`.
"""
import argparse, json, subprocess, time
import torch
from torch import nn
from torch.nn import functional as F

PROMPT, RESPONSE, BATCH, STEPS, REQUESTS, COUNT = 8, 9, 256, 20, 100, 256


class Shape:
    def __init__(self, hidden=64, layers=3, heads=4, kv_heads=4, ff=160, vocab=200, theta=1e4, eps=1e-6):
        self.hidden, self.layers, self.heads, self.kv_heads, self.ff, self.vocab = hidden, layers, heads, kv_heads, ff, vocab
        self.theta, self.eps, self.head_dim = theta, eps, hidden // heads


class RmsNorm(nn.Module):
    def __init__(self, width, eps):
        super().__init__()
        self.weight, self.eps = nn.Parameter(torch.ones(width)), eps

    def forward(self, x):
        return F.rms_norm(x, self.weight.shape, self.weight, self.eps)


def rotate(x, cos, sin):
    """x [B, heads, T, head_dim]; cos and sin [T, head_dim]."""
    a, b = x.chunk(2, -1)
    return x * cos + torch.cat([-b, a], -1) * sin


class Attention(nn.Module):
    def __init__(self, s):
        super().__init__()
        self.s = s
        self.q_proj = nn.Linear(s.hidden, s.heads * s.head_dim)
        self.k_proj = nn.Linear(s.hidden, s.kv_heads * s.head_dim)
        self.v_proj = nn.Linear(s.hidden, s.kv_heads * s.head_dim)
        self.o_proj = nn.Linear(s.heads * s.head_dim, s.hidden, bias=False)

    def forward(self, x, cos, sin, cache, start):
        b, t, _ = x.shape
        heads = lambda y, n: y.view(b, t, n, self.s.head_dim).transpose(1, 2)
        q, k = rotate(heads(self.q_proj(x), self.s.heads), cos, sin), rotate(heads(self.k_proj(x), self.s.kv_heads), cos, sin)
        v = heads(self.v_proj(x), self.s.kv_heads)
        if cache is not None:
            cache[0][:, :, start : start + t], cache[1][:, :, start : start + t] = k, v
            k, v = cache[0][:, :, : start + t], cache[1][:, :, : start + t]
        y = F.scaled_dot_product_attention(q, k, v, is_causal=t > 1, enable_gqa=self.s.heads != self.s.kv_heads)
        return self.o_proj(y.transpose(1, 2).reshape(b, t, -1))


class Mlp(nn.Module):
    def __init__(self, s):
        super().__init__()
        self.gate_proj, self.up_proj = nn.Linear(s.hidden, s.ff, bias=False), nn.Linear(s.hidden, s.ff, bias=False)
        self.down_proj = nn.Linear(s.ff, s.hidden, bias=False)

    def forward(self, x):
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class Layer(nn.Module):
    def __init__(self, s):
        super().__init__()
        self.input_layernorm, self.post_attention_layernorm = RmsNorm(s.hidden, s.eps), RmsNorm(s.hidden, s.eps)
        self.self_attn, self.mlp = Attention(s), Mlp(s)

    def forward(self, x, *attention):
        x = x + self.self_attn(self.input_layernorm(x), *attention)
        return x + self.mlp(self.post_attention_layernorm(x))


class Qwen2(nn.Module):
    """Parameters are named as in a Hugging Face checkpoint; the head is the embedding."""

    def __init__(self, s, positions=256):
        super().__init__()
        self.s, self.model = s, nn.Module()
        self.model.embed_tokens = nn.Embedding(s.vocab, s.hidden)
        self.model.layers = nn.ModuleList(Layer(s) for _ in range(s.layers))
        self.model.norm = RmsNorm(s.hidden, s.eps)
        angles = torch.outer(torch.arange(positions), s.theta ** (-torch.arange(0, s.head_dim, 2) / s.head_dim)).repeat(1, 2)
        self.register_buffer("cos", angles.cos(), persistent=False)
        self.register_buffer("sin", angles.sin(), persistent=False)

    def forward(self, ids, caches=None, start=0, wanted=slice(None)):
        """Logits at the `wanted` positions of ids [B, T]."""
        end = start + ids.shape[1]
        x = self.model.embed_tokens(ids)
        for i, layer in enumerate(self.model.layers):
            x = layer(x, self.cos[start:end], self.sin[start:end], caches and caches[i], start)
        return F.linear(self.model.norm(x[:, wanted]), self.model.embed_tokens.weight)


def training(compiled):
    """Tokens per CPU-second, prompts included."""
    model = torch.compile(Qwen2(Shape())) if compiled else Qwen2(Shape())
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, betas=(0.9, 0.95), fused=True)
    ids = torch.randint(3, 200, (BATCH, PROMPT + RESPONSE))

    def step():
        logits = model(ids, wanted=slice(PROMPT - 1, -1)).reshape(-1, 200)
        loss = F.cross_entropy(logits, ids[:, PROMPT:].reshape(-1))
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()

    for _ in range(3):
        step()
    start = time.process_time()
    for _ in range(STEPS):
        step()
    return STEPS * ids.numel() / (time.process_time() - start)


def choose(logits, temperature, top_p):
    """One token a row, and its log-probability without temperature."""
    p = torch.softmax(logits / temperature, -1)
    if top_p < 1:
        p, order = p.sort(-1, descending=True)
        p[p.cumsum(-1) - p > top_p] = 0
        token = order.gather(-1, torch.multinomial(p, 1))
    else:
        token = torch.multinomial(p, 1)
    return token, torch.log_softmax(logits, -1).gather(-1, token)


@torch.inference_mode()
def sampling(temperature, top_p, together=8):
    """Generated tokens per CPU-second, `together` prompts at once (from 1 to 16 there is no difference, 32 is slower)."""
    s, model = Shape(), Qwen2(Shape())
    start = time.process_time()
    for first in range(0, REQUESTS, together):
        prompts = torch.randint(3, 200, (min(together, REQUESTS - first), PROMPT))
        rows = len(prompts) * COUNT
        shape = (s.kv_heads, PROMPT + RESPONSE, s.head_dim)
        prefix = [(torch.empty(len(prompts), *shape), torch.empty(len(prompts), *shape)) for _ in range(s.layers)]
        logits = model(prompts, prefix)[:, -1].repeat_interleave(COUNT, 0)
        caches = [tuple(half.repeat_interleave(COUNT, 0) for half in pair) for pair in prefix]
        logprob = torch.zeros(rows, 1)
        for t in range(RESPONSE):
            token, own = choose(logits, temperature, top_p)
            logprob += own
            if t + 1 < RESPONSE:
                logits = model(token, caches, PROMPT + t)[:, -1]
    return REQUESTS * COUNT * RESPONSE / (time.process_time() - start)


def check(folder, binary):
    from safetensors.torch import load_file

    config = json.load(open(f"{folder}/config.json"))
    names = dict(hidden="hidden_size", layers="num_hidden_layers", heads="num_attention_heads", kv_heads="num_key_value_heads", ff="intermediate_size", vocab="vocab_size")
    model = Qwen2(Shape(theta=config["rope_theta"], **{name: config[theirs] for name, theirs in names.items()}))
    model.load_state_dict(load_file(f"{folder}/model.safetensors"))
    ids = [(7 * i) % 150 + 3 for i in range(40)]
    out = subprocess.run([binary, "logprobs", "--model", folder, "--ids", "-"], input=json.dumps({"ids": ids}), check=True, capture_output=True, text=True)
    with torch.inference_mode():
        logprobs = torch.log_softmax(model(torch.tensor([ids]))[0, :-1], -1).gather(1, torch.tensor(ids[1:])[:, None])[:, 0]
    error = (logprobs - torch.tensor(json.loads(out.stdout)["token_logprobs"][1:])).abs().max().item()
    print(f"largest difference of 39 log-probabilities: {error:.1e}")
    assert error < 1e-4


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--compile", action="store_true", help="torch.compile the training step")
    parser.add_argument("--check", nargs=2, metavar=("CHECKPOINT", "BEYOND_BINARY"))
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if arguments.check:
        return check(*arguments.check)
    for _ in range(arguments.rounds):
        speeds = {"training": training(arguments.compile), "sampling T=1": sampling(1.0, 1.0), "sampling T=0.6 top-p 0.95": sampling(0.6, 0.95)}
        print(json.dumps({name: round(speed) for name, speed in speeds.items()}), flush=True)


main()
