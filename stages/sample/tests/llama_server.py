"""Starts a real llama-server with a small model and runs the ignored endpoint test against it.

    pip install xllamacpp
    python stages/sample/tests/llama_server.py MODEL.gguf [SLOTS]

Any GGUF file will do; a tiny one answers in milliseconds. Float caches and no flash attention make it reproducible.
"""

import os
import subprocess
import sys

import xllamacpp as llama


def start(model, slots):
    params = llama.CommonParams()
    params.model.path, params.hostnames, params.port, params.warmup = model, ["127.0.0.1"], 0, False
    params.n_parallel, params.n_ctx, params.kv_unified = slots, 4096, True
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    params.cache_type_k = params.cache_type_v = llama.ggml_type.GGML_TYPE_F32
    params.flash_attn_type = llama.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_DISABLED
    return llama.Server(params)  # lives as long as this object


def main():
    server = start(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 16)
    environment = dict(os.environ, BEYOND_ENDPOINT=server.listening_address + "/v1")
    test = ["cargo", "test", "-p", "beyond-sample", "--", "--ignored", "--nocapture", "a_real_llama_server"]
    sys.exit(subprocess.run(test, env=environment).returncode)


main()
