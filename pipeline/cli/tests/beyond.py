"""Runs the built program for the scripts beside this file."""
import json, os, subprocess, sys

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))
TARGET = os.environ.get("CARGO_TARGET_DIR", os.path.join(ROOT, "target"))
PROGRAM = os.environ.get("BEYOND_PROGRAM", os.path.join(TARGET, "debug", "beyond"))


def build():
    """Builds through `just`, which knows where DuckDB lies, unless BEYOND_PROGRAM names a built program."""
    if "BEYOND_PROGRAM" not in os.environ:
        subprocess.run(["just", "build"], cwd=ROOT, check=True)


def run(*arguments, status=0):
    """Runs the program and returns its standard output; any other exit status than the expected one ends the script."""
    done = subprocess.run([PROGRAM, *arguments], cwd=ROOT, capture_output=True, text=True)
    if done.returncode != status:
        sys.exit(f"beyond {' '.join(arguments)}: status {done.returncode}, expected {status}\n{done.stdout}\n{done.stderr}")
    return done.stdout


def run_json(*arguments, status=0):
    return json.loads(run(*arguments, "--json", status=status))


def expect(condition, sentence):
    if not condition:
        sys.exit(f"FAILED: {sentence}")
    print(f"ok: {sentence}")


def outputs(summary):
    """(step, output name) -> digest of everything that a run made or found."""
    return {(step["step"], name): output["digest"] for step in summary["steps"] for name, output in (step["outputs"] or {}).items()}
