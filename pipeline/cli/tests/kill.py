#!/usr/bin/env python3
"""Kills a run at random instants (SIGKILL), resumes it, and compares the result with that of an uninterrupted run.

    pipeline/cli/tests/kill.py [--spec SPEC] [--preset PRESET, default smoke] [--kills N] [--seed S]
"""
import argparse, os, random, signal, subprocess, tempfile, time
from beyond import PROGRAM, ROOT, build, expect, outputs, run_json

TWICE = """SELECT model, benchmark, setting, problem_id, sample_index, count(*) AS times FROM completions GROUP BY ALL HAVING times > 1"""
GAPS = """SELECT model, benchmark, setting, problem_id FROM completions GROUP BY ALL
          HAVING count(*) <> max(sample_index) + 1 OR min(sample_index) <> 0"""


def kill_once(command, seconds):
    """Starts a run and kills it after so many seconds; whether it still ran then."""
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        process.wait(timeout=seconds)
        return False
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return True


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--spec", default="experiments/lab.yaml")
    parser.add_argument("--preset", default="smoke")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    build()
    preset = ["--preset", args.preset] if args.preset else []
    spec = [args.spec, *preset]
    chance = random.Random(args.seed)
    with tempfile.TemporaryDirectory() as folder:
        whole, broken = [os.path.join(folder, name) for name in ("whole", "broken")]
        start = time.time()
        reference = outputs(run_json("run", *spec, "--artifacts", whole))
        length = time.time() - start
        killed = 0
        for _ in range(10 * args.kills):
            # instants are spread over the whole run: what is done is not done again, so each start gets its part of the time
            command = [PROGRAM, "run", *spec, "--artifacts", broken]
            killed += kill_once(command, chance.uniform(0, 2 * length / args.kills))
            if killed == args.kills:
                break
        resumed = run_json("run", *spec, "--artifacts", broken)
        expect(killed > 0, f"{killed} runs were killed within {length:.0f} s of work")
        expect(outputs(resumed) == reference, f"all {len(reference)} outputs have the bytes of an uninterrupted run")
        for what, sql in [("twice", TWICE), ("with a gap", GAPS)]:
            query = ["query", sql, "--spec", args.spec, *preset, "--artifacts", broken]
            expect(run_json(*query) == [], f"no (problem, sample) is there {what}")


main()
