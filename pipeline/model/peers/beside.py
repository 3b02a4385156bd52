#!/usr/bin/env python3
"""Runs programs that print one JSON line of speeds in turn, so that all of them see the same minutes of a shared machine.

    python3 pipeline/model/peers/beside.py ROUNDS 'PROGRAM ARGS...' 'PROGRAM ARGS...' ...

Prints, for each program, median, smallest and largest of every speed, and the ratio of the first program's median to its own.
"""
import json, os, shlex, statistics, subprocess, sys


def main():
    rounds, programs = int(sys.argv[1]), sys.argv[2:]
    environment = dict(os.environ, OMP_NUM_THREADS="1", OMP_WAIT_POLICY="passive")
    seen = {program: {} for program in programs}
    for _ in range(rounds):
        for program in programs:
            line = subprocess.run(shlex.split(program), check=True, capture_output=True, text=True, env=environment).stdout
            for name, speed in json.loads(line).items():
                seen[program].setdefault(name, []).append(speed)
    first = {name: statistics.median(speeds) for name, speeds in seen[programs[0]].items()}
    for program in programs:
        print(program)
        for name, speeds in seen[program].items():
            median = statistics.median(speeds)
            ratio = f"  first / this {first[name] / median:.2f}" if program != programs[0] and name in first else ""
            print(f"  {name:<28} {median:>9.0f}  ({min(speeds)} to {max(speeds)}){ratio}")


main()
