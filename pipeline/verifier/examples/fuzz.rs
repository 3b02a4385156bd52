//! Seeded mutations of real-looking answers: no panic, the same judgement twice, never more steps than the budget.
//!
//! `cargo run --example fuzz -- N [SEED]`; the failing input is printed and the exit status is 1. Every 100,000 inputs a line says what was done so
//! far, so that a run that is cut off has still said it.

use beyond_verifier::{Options, Policy, explain_math, grade_choice, grade_math_with, math::steps_of_math};
use std::{panic::catch_unwind, process::ExitCode, time::Instant};

const CORPUS: &str = include_str!("../tests/equivalence.jsonl");

const PIECES: &[&str] = &[
    "\\frac",
    "\\frac{1}{2}",
    "\\sqrt",
    "\\sqrt[3]{",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "\\{",
    "\\}",
    "|",
    "^",
    "_",
    "^{",
    "_{",
    "!",
    "'",
    ",",
    ";",
    ":",
    "=",
    "<",
    "\\le ",
    "\\in ",
    "\\cup ",
    "\\pm ",
    "\\mp ",
    "\\infty",
    "\\pi",
    "e",
    "i",
    "x",
    "n",
    "10^{10^{",
    "99999999999",
    "0.",
    ".5",
    "1e9",
    "%",
    "^\\circ",
    "\\text{",
    "\\text{ cm}",
    " and ",
    "\\begin{pmatrix}",
    "\\end{pmatrix}",
    "\\begin{cases}",
    "&",
    "\\\\",
    "\\sum_{k=1}^{100}",
    "\\prod_{n=2}^{9}",
    "\\int_0^1",
    "\\lim_{x\\to0}",
    "\\binom",
    "\\log_",
    "\\sin",
    "\\arcsin",
    "\\boxed{",
    "$",
    "$$",
    "\\(",
    "\\)",
    "\\[",
    "\\]",
    "The answer is ",
    "####",
    "<answer>",
    "</think>",
    "√",
    "½",
    "²",
    "₃",
    "×",
    "−",
    "（",
    "，",
    "é",
    "\u{0}",
    "\u{c}rac",
    "\text{",
    "\u{1F600}",
    "\\overline{6}",
    "\\left",
    "\\right",
    "\\lfloor",
    "\\rfloor",
    "\\mid ",
    "\\setminus",
    "\\mathbb{R}",
    "\\ldots",
    "...",
    "\\pmod{7}",
    "a.m.",
    "12:30",
    "\\$",
    "*",
    "**",
    "-",
    "--",
    "+",
    "/",
    "//",
    "f(",
    "\\over ",
    "\\choose ",
    "52_8",
    "1,234",
    "1 000",
    "\\vec{",
    "\\bar",
    "\\max",
    "\\gcd(",
    "\n",
    "\n\n",
    " ",
    "~",
    "\\",
    "\\quad",
    "\\,",
];

struct Rng(u64);

impl Rng {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % n.max(1) as u64).unwrap_or(0)
    }

    fn pick<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }
}

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let n: u64 = args.next().and_then(|a| a.parse().ok()).unwrap_or(10_000);
    let seed: u64 = args.next().and_then(|a| a.parse().ok()).unwrap_or(1);
    let corpus = corpus();
    let texts: Vec<&str> = corpus.iter().map(String::as_str).collect();
    std::panic::set_hook(Box::new(|_| {}));
    let (start, mut slowest, mut most) = (Instant::now(), (0.0, String::new()), 0);
    let mut outcomes = std::collections::BTreeMap::new();
    let mut times: [Vec<f32>; 2] = Default::default();
    for k in 0..n {
        let mut rng = Rng(seed.wrapping_mul(1 << 32).wrapping_add(k));
        let (gold, answer) = pair(&mut rng, &texts);
        let before = Instant::now();
        let Ok((outcome, steps, spent)) = catch_unwind(|| check(&gold, &answer)) else {
            eprintln!("input {k} of seed {seed} panicked or broke a bound:\ngold {gold:?}\nanswer {answer:?}");
            return ExitCode::FAILURE;
        };
        *outcomes.entry(outcome).or_insert(0u64) += 1;
        most = most.max(steps);
        (0..2).for_each(|policy| times[policy].push(spent[policy]));
        let ms = before.elapsed().as_secs_f64() * 1e3;
        if ms > slowest.0 {
            slowest = (ms, format!("{:?} | {:?}", head(&gold), head(&answer)));
        }
        if (k + 1) % 100_000 == 0 {
            println!(
                "{} inputs, {:.0} CPU seconds, at most {most} steps, slowest {:.1} ms: {}",
                k + 1,
                cpu_seconds(),
                slowest.0,
                slowest.1
            );
        }
    }
    println!("{n} inputs of seed {seed}: no panic, every judgement twice the same, at most {most} steps");
    println!(
        "{outcomes:?}; {:.0} CPU seconds, {:.0} s, slowest input {:.1} ms (seven judgements): {}",
        cpu_seconds(),
        start.elapsed().as_secs_f64(),
        slowest.0,
        slowest.1
    );
    for (name, times) in ["strict", "paper"].into_iter().zip(&mut times) {
        times.sort_by(f32::total_cmp);
        let at = |q: f64| times[((times.len() - 1) as f64 * q) as usize];
        println!("{name}: p50 {:.4} ms, p99 {:.3} ms, p99.9 {:.3} ms, max {:.1} ms", at(0.5), at(0.99), at(0.999), at(1.0));
    }
    ExitCode::SUCCESS
}

fn head(text: &str) -> &str {
    &text[..boundary(text, 60)]
}

/// Processor time of this process so far.
fn cpu_seconds() -> f64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` outlives the call that fills it.
    unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &raw mut time) };
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// Golds and answers of the committed cases.
fn corpus() -> Vec<String> {
    let rows = CORPUS.lines().filter_map(|l| serde_json::from_str::<serde_json::Value>(l).ok());
    let texts = rows.flat_map(|r| [r["gold"].as_str().map(str::to_owned), r["pred"].as_str().map(str::to_owned)]);
    texts.flatten().collect()
}

/// Outcome and steps under strict, and the milliseconds of one judgement under each policy.
fn check(gold: &str, answer: &str) -> (&'static str, u64, [f32; 2]) {
    let timed = |options: &Options| {
        let start = cpu_seconds();
        let judged = grade_math_with(gold, answer, options);
        let spent = (cpu_seconds() - start) * 1e3;
        assert_eq!(judged, grade_math_with(gold, answer, options), "two judgements of one input, {:?}", options.policy);
        (judged, spent as f32)
    };
    let strict = Options::default();
    let ((first, strict_ms), (_, paper_ms)) = (timed(&strict), timed(&Options::of(Policy::Paper)));
    let options = [gold.to_owned(), answer.to_owned(), "3".to_owned()];
    let _ = (explain_math(gold, answer, &strict), grade_choice("A", &options, answer));
    let steps = steps_of_math(gold, answer, &strict);
    assert!(steps <= strict.budget, "{steps} steps");
    (first.outcome.as_str(), steps, [strict_ms, paper_ms])
}

/// Two in three times both sides of one case, else any two texts.
fn pair(rng: &mut Rng, corpus: &[&str]) -> (String, String) {
    let i = 2 * rng.below(corpus.len() / 2);
    let j = if rng.below(3) == 0 { rng.below(corpus.len()) } else { i + rng.below(2) };
    let gold = if rng.below(3) == 0 { input(rng, corpus, corpus[i], 2) } else { corpus[i].to_owned() };
    (gold, input(rng, corpus, corpus[j], 5))
}

fn input(rng: &mut Rng, corpus: &[&str], text: &str, mutations: usize) -> String {
    let mut text = text.to_owned();
    for _ in 0..rng.below(mutations + 1) {
        mutate(rng, corpus, &mut text);
    }
    match rng.below(40) {
        0 => format!("Some words first, 3 of them.\n\nThe answer is {text}. I hope it is right."),
        1..=6 => format!("so \\boxed{{{text}}}."),
        7 => text.repeat(1 + rng.below(60)),
        8 if rng.below(20) == 0 => rng.pick(PIECES).repeat(1 + rng.below(20_000)),
        _ => text,
    }
}

fn mutate(rng: &mut Rng, corpus: &[&str], text: &mut String) {
    let at = boundary(text, rng.below(text.len() + 1));
    let end = boundary(text, at + rng.below(8));
    match rng.below(7) {
        0 => text.insert_str(at, rng.pick(PIECES)),
        1 => text.replace_range(at..end, ""),
        2 => text.replace_range(at..end, rng.pick(PIECES)),
        3 => text.truncate(at),
        4 => {
            let part = text[at..end].to_owned();
            text.insert_str(at, &part.repeat(1 + rng.below(6)));
        }
        5 => {
            let other = rng.pick(corpus);
            let from = boundary(other, rng.below(other.len() + 1));
            text.insert_str(at, &other[from..]);
        }
        _ => {
            let piece = rng.pick(PIECES);
            *text = format!("{piece}{text}{}", rng.pick(PIECES));
        }
    }
}

fn boundary(text: &str, index: usize) -> usize {
    (0..=index.min(text.len())).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0)
}
