//! Grades JSON lines `{"gold": .., "pred": ..}` from stdin; per line the outcome and the CPU seconds it took.
//!
//! The counterpart of `peers.py`: `cargo run --release -p beyond-verifier --example grade [paper] < FILE`.

use beyond_verifier::{Options, Policy, grade_math_with};
use serde_json::{Value, json};
use std::io::BufRead;

fn main() {
    let paper = std::env::args().any(|a| a == "paper");
    let options = Options::of(if paper { Policy::Paper } else { Policy::Strict });
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let row: Value = match serde_json::from_str(&line) {
            Ok(row) => row,
            Err(e) => {
                eprintln!("expected an object with gold and pred: {e}");
                std::process::exit(2);
            }
        };
        let text = |key: &str| row[key].as_str().unwrap_or("");
        let start = cpu_seconds();
        let judged = grade_math_with(text("gold"), text("pred"), &options);
        let seconds = cpu_seconds() - start;
        println!("{}", json!({"outcome": judged.outcome.as_str(), "seconds": seconds}));
    }
}

/// CPU seconds of this thread.
fn cpu_seconds() -> f64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the pointer is to a live timespec.
    let status = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    assert_eq!(status, 0, "no thread CPU clock");
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}
