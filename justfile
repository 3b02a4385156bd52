# The tasks of this repository. They need Rust, a C++ compiler and Python 3; CARGO_TARGET_DIR is honoured.

set positional-arguments

# The prebuilt DuckDB library is kept outside the checkout, so that it is fetched once per machine.
export DUCKDB_LIB_DIR := env("DUCKDB_LIB_DIR", env("XDG_CACHE_HOME", env("HOME", ".") / ".cache") / "beyond/duckdb-1.5.6-r.1")

beyond := "cargo run --quiet -p beyond-cli --"

[private]
default:
    @just --list --unsorted

# The study end to end: the laboratory at `small`, then the shipped real counts
reproduce: build
    @{{beyond}} run experiments/lab.yaml --preset small
    @{{beyond}} run experiments/deepscaler.yaml

# Make everything that a spec asks for and is not there yet
run SPEC *ARGS: build
    @{{beyond}} run "$@"

# What a run would do and cost
plan SPEC *ARGS: build
    @{{beyond}} plan "$@"

# Why a step would run
explain SPEC STEP *ARGS: build
    @{{beyond}} explain "$@"

# SQL over all artifacts
query SQL *ARGS: build
    @{{beyond}} query "$@"

# Any command of the program, built first where needed
beyond *ARGS: duckdb
    @{{beyond}} "$@"

# All tests
test: duckdb
    @if cargo nextest --version > /dev/null 2>&1; then cargo nextest run --workspace --no-fail-fast; else cargo test --workspace --no-fail-fast; fi

# Measured speeds, as in docs/performance.md
bench: build
    cargo run --quiet -p beyond-model --example throughput
    cargo run --quiet -p beyond-statistics --example speed
    python3 pipeline/cli/tests/noop.py

# Formatting and lints, warnings are errors
lint: duckdb
    cargo fmt --all --check
    cargo clippy --workspace --all-targets -- -D warnings

# What the continuous integration runs
ci: lint
    .ci/run

# Coverage of the intervals by simulation (docs/statistics.md)
study-intervals *ARGS:
    cargo run --quiet -p beyond-statistics --example study_intervals -- "$@"

# Builds the program, with the compiler's progress on the screen
[private]
build: duckdb
    @cargo build -p beyond-cli

[private]
duckdb:
    @test -e "$DUCKDB_LIB_DIR/libduckdb.so" || test -e "$DUCKDB_LIB_DIR/libduckdb.dylib" || python3 pipeline/cli/fetch-duckdb.py "$DUCKDB_LIB_DIR"

# The JSON schema of specs, for editors
schema: build
    @{{beyond}} schema > experiments/spec.schema.json
