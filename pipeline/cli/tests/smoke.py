#!/usr/bin/env python3
"""The main job on the laboratory's smoke preset: it ends well, every figure of README's first table is there, a second run does nothing."""
import csv, os, re
from beyond import ROOT, build, expect, run, run_json

SPEC = ["experiments/lab.yaml", "--preset", "smoke"]
TABLES = ["pass_at_k", "paired_difference", "coverage", "accuracy_histogram", "counts"]


def rows(folder, table):
    with open(os.path.join(folder, "tables", f"{table}.csv"), newline="") as file:
        return list(csv.DictReader(file))


def figures_of_the_paper():
    """Ids in README's table of the paper's figures and tables."""
    with open(os.path.join(ROOT, "README.md")) as file:
        table = file.read().split("| of the paper |")[1].split("\n\n")[0]
    return [name for line in table.splitlines()[2:] for name in re.findall(r"`([a-z0-9-]+)`", line.split("|")[2])]


def check_figures(folder):
    with open(os.path.join(folder, "index.html")) as file:
        page = file.read()
    ids = figures_of_the_paper()
    expect(len(ids) >= 28, f"README names {len(ids)} figures and tables")
    for name in ids:
        expect(f'<section id="{name}">' in page, f"figure {name} is on the page")
        expect(rows(folder, name), f"figure {name} has a table with rows")


def main():
    build()
    print(run("run", *SPEC))
    again = run_json("run", *SPEC)
    expect(all(step["state"] == "hit" for step in again["steps"]), "a second run finds every step in the store")
    expect(again["samples_drawn"] == 0 and again["samples_reused"] > 0, "a second run draws no sample and re-uses all")
    run("plan", *SPEC, "--check")
    expect(True, "plan --check agrees")
    folder = os.path.dirname(os.path.join(ROOT, again["report"]))
    for table in TABLES:
        expect(rows(folder, table), f"table {table} has rows")
    check_figures(folder)
    curves = rows(folder, "pass_at_k")
    expect(all(0 <= float(row["lo"]) <= float(row["pass_at_k"]) <= float(row["hi"]) <= 1 for row in curves), "every pass@k lies in its interval")
    expect(all(int(row["k"]) <= int(row["n_samples"]) for row in curves), "no pass@k beyond n")
    for page in ["index.html", "report.md"]:
        expect(os.path.getsize(os.path.join(folder, page)) > 5000, f"{page} is there")


main()
