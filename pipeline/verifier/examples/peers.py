"""Math-Verify 0.9.0 beside ours on the same rows in the same minutes.

    pip install math-verify==0.9.0 antlr4-python3-runtime==4.13.2
    cargo build --release -p beyond-verifier --example grade
    python pipeline/verifier/examples/peers.py TARGET/release/examples/grade DATA [FILE.jsonl ...]

DATA is the folder of the reference material (cases/ and outputs/); files named after it hold rows with gold, pred and
expected or equal. Default options on both sides. Math-Verify gets each text as it is and, where it finds nothing, in
`$..$`: bare answers are not what its extraction is made for. Times are CPU seconds.
"""

import json
import pathlib
import subprocess
import sys
import time

from math_verify import parse, verify


def rows_of(path):
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    rows = [r for r in rows if not r.get("suspect_label")]
    return [(r["gold"], r["pred"], r.get("expected", r.get("equal"))) for r in rows]


def outputs(data):
    lines = (data / "outputs/qwen25math/math_cot_100.jsonl").read_text().splitlines()
    rows = [json.loads(line) for line in lines]
    yield "qwen25math", [(r["answer"], code, score) for r in rows for code, score in zip(r["code"], r["score"])]
    probe = []
    for name in ("results_1024_cuda/sft_raw", "results_1024_cuda/rl_raw"):
        path = data / f"outputs/rlvr_behavior_probe/{name}.jsonl"
        for row in map(json.loads, path.read_text().splitlines()):
            probe += [(row["gold"], r["text"], r["correct"]) for r in row["rollouts"]]
    yield "rlvr probe", probe


def peer(gold, pred):
    def read(text):
        return parse(text) or parse(f"${text}$")

    return bool(verify(read(gold), read(pred)))


def timed(rows):
    verdicts, seconds = [], []
    for gold, pred, _ in rows:
        start = time.process_time()
        try:
            verdict = peer(gold, pred)
        except Exception:
            verdict = False
        seconds.append(time.process_time() - start)
        verdicts.append(verdict)
    return verdicts, seconds


def ours(binary, rows):
    text = "".join(json.dumps({"gold": g, "pred": p}) + "\n" for g, p, _ in rows)
    out = subprocess.run([binary], input=text, capture_output=True, text=True, check=True).stdout
    judged = [json.loads(line) for line in out.splitlines()]
    assert len(judged) == len(rows), "one verdict per row"
    return [j["outcome"] == "correct" for j in judged], [j["seconds"] for j in judged]


def summary(rows, verdicts, seconds):
    labels = [label for _, _, label in rows]
    agree = sum(v == l for v, l in zip(verdicts, labels))
    false_positives = sum(v and not l for v, l in zip(verdicts, labels))
    ordered = sorted(seconds)
    tail = ordered[min(len(ordered) - 1, int(0.999 * len(ordered)))]
    rate = len(rows) / sum(seconds)
    return f"{100 * agree / len(rows):.1f} | {false_positives} | {rate:,.0f} | {1000 * tail:.2f}"


def main():
    binary, data = sys.argv[1], pathlib.Path(sys.argv[2])
    names = ["math_verify", "olympiadbench", "hendrycks", "simple_evals", "mv_issues"]
    files = [(name, rows_of(data / f"cases/cases_{name}.jsonl")) for name in names]
    files += list(outputs(data))
    files += [(pathlib.Path(f).stem, rows_of(pathlib.Path(f))) for f in sys.argv[3:]]
    print("| file | rows | agree %, ours | false pos. | per CPU-s | p99.9 ms | agree %, Math-Verify | false pos. | per CPU-s | p99.9 ms |")
    print("|" + "---|" * 10)
    for name, rows in files:
        mine = summary(rows, *ours(binary, rows))
        print(f"| {name} | {len(rows)} | {mine} | {summary(rows, *timed(rows))} |", flush=True)


if __name__ == "__main__":
    main()
