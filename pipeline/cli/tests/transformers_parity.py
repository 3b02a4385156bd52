#!/usr/bin/env python3
"""Does a checkpoint that the laboratory trained give the same numbers in transformers?

    python3 pipeline/cli/tests/transformers_parity.py BEYOND_BINARY CHECKPOINT [CHECKPOINT ...]

Needs `pip install torch transformers`; not part of `just test`. For each folder: tokenises a few texts with both tokenizers, runs both decoders
on the ids, and compares every token's log-probability and the last logits. Exits 1 when they differ by more than 1e-4.
"""
import json, subprocess, sys, tempfile

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

TEXTS = ["f:3,5,7,9,11,13>*2+3", "25,7,3,2:44>25-7=18;18*2=36", "3,7,9:a+bc-ab*c>10,7,9;10,7,16;10,10,16"]
TOLERANCE = 1e-4


def ours(binary, folder, ids):
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump({"ids": ids}, file)
        file.flush()
        return json.loads(subprocess.run([binary, "logprobs", "--model", folder, "--ids", file.name], check=True, capture_output=True).stdout)


def theirs(model, ids):
    with torch.no_grad():
        logits = model(torch.tensor([ids])).logits[0].float()
    logprobs = torch.log_softmax(logits[:-1].double(), -1)
    return [None] + [logprobs[i, ids[i + 1]].item() for i in range(len(ids) - 1)], logits[-1].tolist()


def main():
    binary, worst = sys.argv[1], 0.0
    for folder in sys.argv[2:]:
        tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
        for text in TEXTS:
            ids = [tokenizer.bos_token_id] + tokenizer(text, add_special_tokens=False)["input_ids"]
            assert tokenizer.decode(ids[1:]).replace(" ", "") == text.replace(" ", ""), f"{text!r} does not survive the tokenizer: {tokenizer.decode(ids)!r}"
            mine, (logprobs, last) = ours(binary, folder, ids), theirs(model, ids)
            error = max(abs(a - b) for a, b in zip(mine["token_logprobs"][1:], logprobs[1:]))
            error = max(error, max(abs(a - b) for a, b in zip(mine["logits_last"], last)))
            worst = max(worst, error)
            print(f"{folder}  {type(model).__name__}  {len(ids)} tokens  largest difference {error:.2e}")
    print(f"largest difference {worst:.2e}, tolerance {TOLERANCE:.0e}")
    sys.exit(worst > TOLERANCE)


main()
