#!/usr/bin/env python3
"""Do checkpoints give the same numbers here and in transformers, in both directions?

    python3 pipeline/cli/tests/transformers_parity.py BEYOND_BINARY CHECKPOINT [CHECKPOINT ...]

Needs `pip install torch transformers`; not part of `just test`. For each folder:

- as it is: both tokenizers on a few texts, every token's log-probability, the last logits, 32 greedy tokens;
- as transformers writes it again, in shards, in f32: what transformers saves opens here with the same logits;
- with its tokenizer beside fresh random models of transformers (Qwen2, Qwen3, Llama with Llama-3 scaling of RoPE), saved in shards.

Exits 1 when a log-probability or logit differs by more than 1e-4, or a token at all.
"""
import json, subprocess, sys, tempfile

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaConfig, Qwen2Config, Qwen3Config

TEXTS = ["f:3,5,7,9,11,13>*2+3", "25,7,3,2:44>25-7=18;18*2=36", "3,7,9:a+bc-ab*c>10,7,9;10,7,16;10,10,16"]
TOLERANCE = 1e-4
SHAPE = dict(hidden_size=48, intermediate_size=80, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2, head_dim=12, max_position_embeddings=256)
LLAMA3 = dict(rope_type="llama3", rope_theta=5e5, factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=32)


def ours(binary, folder, ids):
    out = subprocess.run([binary, "logprobs", "--model", folder, "--ids", "-"], input=json.dumps({"ids": ids}), check=True, capture_output=True, text=True)
    return json.loads(out.stdout)


def our_greedy(binary, folder, prompt):
    command = [binary, "sample", "--model", folder, "--prompt", prompt, "--temperature", "0", "--max-tokens", "32", "--json"]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)["token_ids"]


def theirs(model, ids):
    with torch.no_grad():
        logits = model(torch.tensor([ids])).logits[0].float()
    logprobs = torch.log_softmax(logits[:-1].double(), -1)
    return [logprobs[i, ids[i + 1]].item() for i in range(len(ids) - 1)], logits[-1].tolist()


def their_greedy(model, ids, eos):
    attend = torch.ones(1, len(ids), dtype=torch.long)
    return model.generate(torch.tensor([ids]), attention_mask=attend, do_sample=False, max_new_tokens=32, eos_token_id=eos, pad_token_id=0)[0, len(ids) :].tolist()


def difference(binary, folder, model, tokenizer):
    """The largest difference over all texts; asserts that tokens are equal."""
    worst, eos = 0.0, tokenizer.eos_token_id  # `beyond sample` stops there whether or not the config repeats it
    bos = [] if tokenizer.bos_token_id is None else [tokenizer.bos_token_id]
    for text in TEXTS:
        ids = bos + tokenizer(text, add_special_tokens=False)["input_ids"]
        decoded = tokenizer.decode(ids[len(bos) :])
        assert decoded.replace(" ", "") == text.replace(" ", ""), f"{text!r} does not survive the tokenizer: {decoded!r}"
        mine, (logprobs, last) = ours(binary, folder, ids), theirs(model, ids)
        assert mine["token_logprobs"][0] is None
        pairs = list(zip(mine["token_logprobs"][1:], logprobs, strict=True)) + list(zip(mine["logits_last"], last, strict=True))
        worst = max([worst] + [abs(a - b) for a, b in pairs])
        greedy = [[token for token in tokens if token != eos] for tokens in (our_greedy(binary, folder, text), their_greedy(model, ids, eos))]
        assert greedy[0] == greedy[1], f"greedy tokens differ after {text!r}: {greedy}"
    return worst


def saved(binary, model, tokenizer):
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder, max_shard_size="100KB")
        tokenizer.save_pretrained(folder)
        return difference(binary, folder, model, tokenizer)


def fresh(tokenizer):
    """Random models that are not flat: two-dimensional weights are widened."""
    common = dict(SHAPE, vocab_size=len(tokenizer), bos_token_id=None, eos_token_id=None)
    configs = [Qwen2Config(**common, tie_word_embeddings=True), Qwen3Config(**common), LlamaConfig(**common, rope_parameters=LLAMA3)]
    for config in configs:
        torch.manual_seed(0)
        model = AutoModelForCausalLM.from_config(config, dtype=torch.float32).eval()
        with torch.no_grad():
            for name, weight in model.named_parameters():
                weight.copy_(weight + 0.1 * torch.randn_like(weight) if weight.dim() == 1 else 6 * weight)
        yield model


def main():
    binary, worst = sys.argv[1], 0.0
    for folder in sys.argv[2:]:
        tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
        found = {"as it is": difference(binary, folder, model, tokenizer), "saved by transformers": saved(binary, model, tokenizer)}
        found |= {f"fresh {type(other).__name__}": saved(binary, other, tokenizer) for other in fresh(tokenizer)}
        worst = max([worst, *found.values()])
        print(f"{folder} ({type(model).__name__}): largest difference", ", ".join(f"{name} {error:.1e}" for name, error in found.items()))
    print(f"largest difference {worst:.1e}, tolerance {TOLERANCE:.0e}; all greedy tokens equal")
    sys.exit(worst > TOLERANCE)


main()
