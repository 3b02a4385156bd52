#!/usr/bin/env python3
"""Wall time of a run that has nothing to do, as a whole process: the median and the slowest of 20.

    pipeline/cli/tests/noop.py [SPEC [PRESET]]
"""
import statistics, subprocess, sys, time
from beyond import PROGRAM, ROOT, build, run


def main():
    spec = sys.argv[1] if len(sys.argv) > 1 else "experiments/lab.yaml"
    preset = ["--preset", sys.argv[2]] if len(sys.argv) > 2 else []
    build()
    run("run", spec, *preset)
    times = []
    for _ in range(20):
        start = time.perf_counter()
        subprocess.run([PROGRAM, "run", spec, *preset], cwd=ROOT, check=True, capture_output=True)
        times.append(1000 * (time.perf_counter() - start))
    print(f"no-op run of {spec}: median {statistics.median(times):.0f} ms, slowest {max(times):.0f} ms")


main()
