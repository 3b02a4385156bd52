"""Compare our numbers with the packages passk-inference and scorio wherever they compute the same thing.

    python -m venv /tmp/agree && /tmp/agree/bin/pip install passk-inference scorio
    /tmp/agree/bin/python pipeline/statistics/tests/agree.py

A package that is not installed is skipped with a message. Exits 1 when a number differs by more than its tolerance.
"""

import json
import pathlib
import subprocess
import sys

CRATE = pathlib.Path(__file__).resolve().parent.parent
COUNTS = CRATE.parent.parent / "data" / "counts" / "deepscaler32k"
EXACT = 1e-12
worst = {}


def counts(name):
    rows = [json.loads(line) for line in (COUNTS / f"{name}.jsonl").read_text().splitlines()]
    return [row["c"] for row in rows], [row["n"] for row in rows]


def ours(critical):
    command = ["cargo", "run", "-q", "-p", "beyond-statistics", "--example", "agree_numbers", "--", repr(critical)]
    return json.loads(subprocess.run(command, cwd=CRATE, check=True, stdout=subprocess.PIPE).stdout)


def check(what, mine, theirs, tolerance=EXACT):
    mine, theirs = list(mine), [float(x) for x in theirs]
    assert len(mine) == len(theirs), what
    gap = max(abs(a - b) for a, b in zip(mine, theirs))
    worst[what] = (gap, tolerance)
    print(f"| {what} | {len(mine)} | {gap:.1e} | {'agrees' if gap <= tolerance else 'DIFFERS'} |")


def passk_inference():
    try:
        import passk_inference as package
    except ImportError:
        return print("skipped: passk-inference is not installed")
    theirs = package.compare(*counts("base"), *counts("rl"))
    mine = ours(theirs["critical_value"])
    for model in ("base", "rl"):
        check(f"passk-inference: pass@1..128, {model}", mine[model]["pass"], theirs[f"{model}_pass_at_k"])
    check("passk-inference: mean difference", mine["pair"]["diff"], theirs["mean"])
    check("passk-inference: its standard error", mine["pair"]["se"], theirs["se"])
    check("passk-inference: band, lower edge at its c", mine["pair"]["lower"], theirs["lower"])
    check("passk-inference: band, upper edge at its c", mine["pair"]["upper"], theirs["upper"])
    check("passk-inference: first-loss set at its c", mine["pair"]["first_loss"], theirs["first_loss_interval"], 0)
    # Its c comes from 4,000 draws (sd .024), ours from 10^6.
    check("passk-inference: critical value c", [mine["pair"]["critical"]], [theirs["critical_value"]], 0.08)


def scorio():
    try:
        import numpy
        import scorio.eval as package
    except ImportError:
        return print("skipped: scorio is not installed")
    mine = ours(2.554)
    for model in ("base", "rl"):
        c, n = counts(model)
        r = numpy.array([[1] * a + [0] * (b - a) for a, b in zip(c, n)])
        numbers = mine[model]
        ks = [1, 2, 4, 8, 16, 32, 64, 128]
        check(f"scorio: pass@k, {model}", [numbers["pass"][k - 1] for k in ks], [package.pass_at_k(r, k) for k in ks])
        check(f"scorio: pass^k, {model}", numbers["pass_hat"], [package.pass_hat_k(r, k) for k in (2, 8, 32)])
        taus = [package.g_pass_at_k_tau(r, 16, tau) for tau in (0.25, 0.5, 0.75, 1.0)]
        check(f"scorio: G-Pass@16, {model}", numbers["g_pass_16"], taus)
        check(f"scorio: mG-Pass@k, {model}", numbers["mg_pass"], [package.mg_pass_at_k(r, k) for k in (5, 16)])
        majority = [package.maj_at_k(r, k) for k in (5, 16)]
        check(f"scorio: binary maj@k, {model}", numbers["binary_majority"], majority)
        check(f"scorio: AUC@128, {model}", [numbers["auc_128"]], [package.auc_at_k(r, 128)])
        check(f"scorio: Bayes@N, {model}", numbers["bayes"], package.bayes(r))


if __name__ == "__main__":
    print("| what | numbers | largest gap | |\n|---|---|---|---|")
    passk_inference()
    scorio()
    sys.exit(any(gap > tolerance for gap, tolerance in worst.values()))
