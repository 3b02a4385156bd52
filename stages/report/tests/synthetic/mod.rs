//! A full set of made-up artifacts: every table that the report can show, with values from smooth formulas. Not results of anything.

use beyond_record::*;
use beyond_report::{BenchmarkNote, ModelNote, Params, SettingNote};
use beyond_stage::{Digest, Input, table};
use std::path::{Path, PathBuf};

const N: u32 = 256;
const M: u32 = 120;

fn s(text: &str) -> String {
    text.to_string()
}

/// id, arm, role, base, algorithm, ablation, step, spread (large: flat curve), strength
type Row = (&'static str, &'static str, &'static str, &'static str, &'static str, &'static str, Option<u32>, f64, f64);

const MODELS: &[Row] = &[
    ("small", "base", "base", "", "", "", None, 0.55, 0.060),
    ("small-grpo-50", "GRPO, step 50", "rl", "small", "grpo", "", Some(50), 0.40, 0.10),
    ("small-grpo-150", "GRPO, step 150", "rl", "small", "grpo", "", Some(150), 0.29, 0.14),
    ("small-grpo-300", "GRPO", "rl", "small", "grpo", "", Some(300), 0.21, 0.17),
    ("small-ppo", "PPO", "rl", "small", "ppo", "", Some(150), 0.24, 0.15),
    ("small-rloo", "RLOO", "rl", "small", "rloo", "", Some(150), 0.22, 0.18),
    ("small-remax", "ReMax", "rl", "small", "remax", "", Some(150), 0.32, 0.11),
    ("small-rpp", "REINFORCE++", "rl", "small", "reinforce++", "", Some(150), 0.25, 0.14),
    ("small-dapo", "DAPO", "rl", "small", "dapo", "", Some(150), 0.19, 0.20),
    ("small-kl", "GRPO, KL 0.01", "rl", "small", "grpo", "kl=0.01", Some(150), 0.40, 0.13),
    ("small-n32", "GRPO, 32 rollouts", "rl", "small", "grpo", "n=32", Some(150), 0.31, 0.19),
    ("small-instruct", "instruct", "instruct", "small", "", "", None, 0.50, 0.09),
    ("small-distilled", "distilled", "distilled", "small", "", "", None, 0.62, 0.085),
    ("small-sft", "SFT on the same prompts", "control", "small", "", "", None, 0.60, 0.080),
    ("small-random", "random reward", "control", "small", "grpo", "", None, 0.52, 0.065),
    ("large", "base", "base", "", "", "", None, 0.65, 0.095),
    ("large-grpo-300", "GRPO", "rl", "large", "grpo", "", Some(300), 0.26, 0.24),
];

/// id, domain, split, filtered from, ease
const BENCHMARKS: &[(&str, &str, &str, &str, f64)] = &[
    ("easy", "math", "test", "", 2.5),
    ("hard", "math", "ood", "", 0.6),
    ("hard-filtered", "math", "ood", "hard", 0.45),
    ("train", "math", "train", "", 3.0),
    ("programs", "code", "test", "", 1.4),
    ("pictures", "visual", "test", "", 1.8),
];

const SETTINGS: &[(&str, &str, &str)] = &[
    ("t0.6", "T = 0.6, top-p 0.95", ""),
    ("t1.0", "T = 1", "temperature"),
    ("t1.2", "T = 1.2", "temperature"),
    ("power", "power sampling, alpha 4", ""),
    ("matched", "T = 1.4, entropy of the base", "entropy-matched"),
];

/// The spec's words for the made-up data.
pub fn params() -> Params {
    let model = |(id, arm, role, base, algorithm, ablation, step, ..): &Row| ModelNote {
        id: s(id),
        label: step.map_or(format!("{arm} ({})", id.split('-').next().unwrap_or(id)), |step| {
            format!("{} {step} ({})", arm.split(", step").next().unwrap_or(arm), id.split('-').next().unwrap_or(id))
        }),
        arm: s(arm),
        role: s(role),
        base: s(base),
        family: if id.starts_with("large") { s("Llama-style, 0.47 M") } else { s("Qwen2-style, 0.16 M") },
        algorithm: s(algorithm),
        ablation: s(ablation),
        step: *step,
        seed: Some(if *role == "base" { 1 } else { 2 }),
        description: s("made up for looking at the rendering"),
    };
    Params {
        name: s("demo"),
        title: s("Rendering demo: made-up numbers"),
        preset: s("demo"),
        description: s(
            "Nothing here was trained, sampled or measured. Every number comes from a smooth formula and serves to look at the figures.\n\nA second paragraph.",
        ),
        header: s("# fixed beforehand: nothing\n# because: nothing is measured"),
        notes: vec![s("This page is an example of rendering only.")],
        models: MODELS.iter().map(model).collect(),
        benchmarks: BENCHMARKS
            .iter()
            .map(|(id, domain, split, from, _)| BenchmarkNote {
                id: s(id),
                domain: s(domain),
                split: s(split),
                filtered_from: s(from),
                description: s("made up"),
                ..Default::default()
            })
            .collect(),
        settings: SETTINGS
            .iter()
            .map(|(id, label, purpose)| SettingNote { id: s(id), label: s(label), purpose: s(purpose), seed: Some(7) })
            .collect(),
        figures: Vec::new(),
    }
}

/// Dense, then the study's grid, as the estimator's.
fn ks() -> Vec<u32> {
    (1..=32).chain((21..=32).map(|i| 2f64.powf(f64::from(i) / 4.0).floor() as u32)).collect()
}

/// A curve that starts near `strength * ease` and rises the more the larger `spread` is.
fn pass(row: &Row, ease: f64, heat: f64, k: u32) -> f64 {
    let (spread, strength) = (row.7 * heat.powf(0.6), (row.8 * ease / heat.powf(0.3)).min(0.9));
    1.0 - (1.0 + f64::from(k - 1) * strength / spread).powf(-spread) * (1.0 - strength)
}

fn heat(setting: &str) -> f64 {
    match setting {
        "t1.0" => 1.3,
        "t1.2" => 1.6,
        "matched" => 1.4,
        _ => 1.0,
    }
}

/// (benchmark, ease, model, setting) of everything that was "sampled".
fn cells() -> Vec<(&'static str, f64, &'static Row, &'static str)> {
    let mut cells = Vec::new();
    for (benchmark, _, _, _, ease) in BENCHMARKS {
        for row in MODELS {
            for (setting, _, purpose) in SETTINGS {
                let wanted = *setting == "t0.6"
                    || (*purpose == "temperature" && *benchmark == "easy")
                    || (row.0 == "small-grpo-300" && *setting == "matched" && matches!(*benchmark, "easy" | "hard"))
                    || (row.0 == "small" && *setting == "power" && *benchmark == "easy");
                if wanted {
                    cells.push((*benchmark, *ease, row, *setting));
                }
            }
        }
    }
    cells
}

fn curve(benchmark: &str, model: &str, setting: &str, metric: &str, subset: &str, k: u32, value: f64) -> Curve {
    let half = 1.96 * ((value * (1.0 - value)).max(0.0) / f64::from(M)).sqrt() + 0.004;
    Curve {
        benchmark: s(benchmark),
        model: s(model),
        setting: s(setting),
        metric: s(metric),
        subset: s(subset),
        k,
        tau: None,
        value,
        lo: (value - half).max(0.0),
        hi: (value + half).min(1.0),
        se_population: Some(half / 1.96),
        se_benchmark: None,
        method: s("t, problems"),
        n_problems: M,
        n_samples: N,
    }
}

fn curves() -> Vec<Curve> {
    let mut rows = Vec::new();
    for (benchmark, ease, row, setting) in cells() {
        for k in ks() {
            let value = pass(row, ease, heat(setting), k);
            rows.push(curve(benchmark, row.0, setting, "pass@k", "all", k, value));
            if setting == "t0.6" && benchmark != "pictures" {
                rows.push(curve(benchmark, row.0, setting, "cot-pass@k", "all", k, value * if row.2 == "base" { 0.8 } else { 0.95 }));
                rows.push(curve(benchmark, row.0, setting, "pass@tokens", "all", 16 * k, value));
                rows.push(curve(benchmark, row.0, setting, "guess@k", "all", k, 0.4 * value));
                rows.push(curve(benchmark, row.0, setting, "pass^k", "all", k, pass(row, ease, 1.0, 1) / f64::from(k).powf(0.4)));
                let strata = [("stratum=depth 2", 1.2), ("stratum=depth 3", 0.5), ("exposure=none", 0.3), ("exposure=rare", 0.7)];
                for (subset, factor) in strata.into_iter().take(if benchmark == "hard" { 2 } else { 4 }) {
                    rows.push(curve(benchmark, row.0, setting, "pass@k", subset, k, pass(row, ease * factor, 1.0, k)));
                }
            }
        }
        rows.push(curve(benchmark, row.0, setting, "token-entropy", "all", N, 0.4 * heat(setting)));
    }
    for (benchmark, ease, base, row) in pairs() {
        rows.extend(ks().into_iter().map(|k| {
            let gap = pass(base, ease, 1.0, k) - pass(row, ease, 1.0, 1);
            Curve { lo: gap - 0.1, hi: gap + 0.1, ..curve(benchmark, row.0, "t0.6", "delta_se", "all", k, gap) }
        }));
    }
    rows
}

fn pairs() -> Vec<(&'static str, f64, &'static Row, &'static Row)> {
    let paired = |(benchmark, ease, row, setting): (&'static str, f64, &'static Row, &'static str)| {
        let base = MODELS.iter().find(|base| base.0 == row.3)?;
        (setting == "t0.6").then_some((benchmark, ease, base, row))
    };
    cells().into_iter().filter_map(paired).collect()
}

fn paired() -> Vec<Paired> {
    let model = |id: &str| MODELS.iter().find(|row| row.0 == id).expect("a made-up model");
    let mut rows = Vec::new();
    for (benchmark, ease, base, row) in pairs() {
        rows.extend(ks().into_iter().map(|k| difference(benchmark, ease, base, row, "t0.6", k)));
        if benchmark == "easy" {
            rows.extend(ks().into_iter().map(|k| difference(benchmark, ease, base, row, "t1.0", k)));
        }
    }
    rows.extend(ks().into_iter().map(|k| difference("hard", 0.6, model("small-sft"), model("small-distilled"), "t0.6", k)));
    for metric in ["pass@tokens", "pass^k", "cover@tau"] {
        let other = |k| Paired { metric: s(metric), ..difference("easy", 0.9, model("small"), model("small-grpo-300"), "t0.6", k) };
        rows.extend(ks().into_iter().map(other));
    }
    for subset in ["difficulty=unsolved", "difficulty=hard (0..0.1]"] {
        let of = |k| Paired { subset: s(subset), ..difference("easy", 0.9, model("small"), model("small-grpo-300"), "t0.6", k) };
        rows.extend(ks().into_iter().map(of));
    }
    rows
}

fn contrasts() -> Vec<Contrast> {
    let one = |(i, contrast): (u32, &str)| Contrast {
        benchmark: s("easy"),
        base: s("small"),
        model: s("small-grpo-300"),
        setting: s("t0.6"),
        contrast: s(contrast),
        k: if i == 0 { 1 } else { N },
        diff: (i != 2).then_some(0.1 - 0.08 * f64::from(i)),
        p: 0.001 * f64::from(i + 1),
        p_holm: 0.004 * f64::from(i + 1),
        q: 0.004,
        contrasts: 4,
    };
    (0..).zip(["first k", "last k", "crossing", "coverage"]).map(one).collect()
}

fn guessing() -> Vec<Guessing> {
    let one = |(model, solved): (&str, u32)| Guessing {
        benchmark: s("easy"),
        model: s(model),
        setting: s("t0.6"),
        subset: s("all"),
        n: N,
        n_problems: M,
        known: M,
        mean_rate: 0.02,
        expected_solved: 3.4,
        solved,
        guessable: 2,
    };
    [("small", 30), ("small-grpo-300", 28)].map(one).to_vec()
}

fn difference(benchmark: &str, ease: f64, base: &Row, row: &Row, setting: &str, k: u32) -> Paired {
    let diff = pass(row, ease, heat(setting), k) - pass(base, ease, heat(setting), k);
    let (half, band) = (0.035, 0.049);
    let region = match diff {
        d if d > band => "gain",
        d if d < -band => "loss",
        _ => "undecided",
    };
    Paired {
        benchmark: s(benchmark),
        base: s(base.0),
        model: s(row.0),
        setting: s(setting),
        metric: s("pass@k"),
        subset: s("all"),
        k,
        diff,
        lo: diff - half,
        hi: diff + half,
        band_lo: diff - band,
        band_hi: diff + band,
        region: s(region),
        method: s("multiplier band"),
        se_population: Some(half / 1.96),
        se_benchmark: Some(half / 4.0),
        model_wins: 40,
        base_wins: 30,
        n_problems: M,
        ..Default::default()
    }
}

fn crossings() -> Vec<Crossing> {
    let one = |(benchmark, ease, base, row): (&str, f64, &Row, &Row)| {
        let at = ks().into_iter().find(|k| pass(row, ease, 1.0, *k) < pass(base, ease, 1.0, *k)).map(f64::from);
        Crossing {
            benchmark: s(benchmark),
            base: s(base.0),
            model: s(row.0),
            setting: s("t0.6"),
            metric: s("pass@k"),
            subset: s("all"),
            k_max: N,
            k_star: at,
            k_lo: at.map(|k| k / 1.7),
            k_hi: at.map(|k| k * 2.0).filter(|k| *k < f64::from(N)),
            p_no_crossing: if at.is_some() { 0.03 } else { 0.9 },
            first_loss_lo: 5,
            first_loss_hi: at.map(|k| 2 * k as u32),
            gain_until: 4,
            sign_changes: 1,
            method: s("bootstrap"),
            critical: 2.55,
            critical_error: 0.004,
        }
    };
    pairs().into_iter().map(one).collect()
}

fn histogram() -> Vec<Histogram> {
    let names = [
        "0",
        "(0..0.1]",
        "(0.1..0.2]",
        "(0.2..0.3]",
        "(0.3..0.4]",
        "(0.4..0.5]",
        "(0.5..0.6]",
        "(0.6..0.7]",
        "(0.7..0.8]",
        "(0.8..0.9]",
        "(0.9..1)",
        "1",
    ];
    let mut rows = Vec::new();
    for (benchmark, ease, row, setting) in cells().into_iter().filter(|cell| cell.3 == "t0.6") {
        let unsolved = ((1.0 - pass(row, ease, 1.0, N)) * f64::from(M)) as u32;
        let mut left = M - unsolved;
        for (i, bin) in names.iter().enumerate() {
            let share = if i == 11 { 1.0 } else { row.7 * 0.55 };
            let count = if i == 0 { unsolved } else { (f64::from(left) * share).round() as u32 };
            left -= if i == 0 { 0 } else { count };
            rows.push(Histogram { benchmark: s(benchmark), model: s(row.0), setting: s(setting), bin_index: i as u32, bin: s(bin), count });
        }
    }
    rows
}

fn coverage() -> Vec<Coverage> {
    let one = |(benchmark, ease, base, row): (&str, f64, &Row, &Row)| {
        let solved = |r: &Row| (pass(r, ease, 1.0, N) * f64::from(M)) as u32;
        let both = solved(base).min(solved(row)) - 3;
        let (base_only, model_only) = (solved(base) - both, solved(row) - both);
        Coverage {
            benchmark: s(benchmark),
            base: s(base.0),
            model: s(row.0),
            setting: s("t0.6"),
            subset: s("all"),
            n: N,
            both,
            base_only,
            model_only,
            neither: M - both - base_only - model_only,
            base_only_lo: 0.05,
            base_only_hi: 0.2,
            model_only_lo: 0.01,
            model_only_hi: 0.1,
            mcnemar_p: 0.012,
            self_null_m: N / 2,
            self_null_base: 4.6,
            self_null_model: 3.1,
            base_only_at_m: f64::from(base_only) + 1.5,
            model_only_at_m: f64::from(model_only) + 0.5,
            null_expected: 3.4,
            null_p_base_only: 0.0004,
            null_p_model_only: 0.41,
            real_model_only: 0,
            real_base_only: base_only / 2,
            srr: Some(0.9),
            ndr: Some(0.03),
            sds: Some(0.06),
            nscr: Some(-0.1),
            self_null_npmle: Some(5.1),
            expansions_npmle: Some(1.2),
            ..Default::default()
        }
    };
    pairs().into_iter().map(one).collect()
}

fn counts() -> Vec<Counts> {
    let mut rows = Vec::new();
    for (benchmark, ease, row, setting) in cells() {
        for i in 0..30u32 {
            let rank = f64::from((i * 7) % 30) / 30.0;
            let correct = if rank < pass(row, ease, 1.0, N) { 1 + (f64::from(N) * row.8 * (1.0 - rank)) as u32 } else { 0 };
            rows.push(Counts {
                model: s(row.0),
                benchmark: s(benchmark),
                setting: s(setting),
                problem_id: format!("p{i:02}"),
                n: N,
                correct,
                unparsed: i % 3,
                timed_out: 0,
                unjudged: 0,
                cot_correct: Some(correct),
                truncated: 1,
                distinct: Some(90),
                modal_correct: Some(correct > 60),
                mean_tokens: Some(9.0),
                mean_entropy: Some(0.5 * heat(setting) * row.7),
                answer_entropy: Some(1.0),
                stratum: s("depth 2"),
                exposure: s(if benchmark == "hard" { "none" } else { "rare" }),
            });
        }
    }
    rows
}

fn train_log() -> Vec<TrainLog> {
    let runs = MODELS.iter().filter(|row| row.2 == "rl" && row.0 != "small-grpo-50" && row.0 != "small-grpo-150");
    let reinforced = runs.flat_map(|row| (5..=300).step_by(5).map(move |step| reinforced(row, step)));
    let pretrained =
        ["small", "large"].into_iter().flat_map(|run| (20..=1000).step_by(20).map(move |step| likelihood(run, "pretrain", step)));
    reinforced.chain(pretrained).chain((1..=100).map(|step| likelihood("small-distilled", "distill", step))).collect()
}

fn likelihood(run: &str, algorithm: &str, step: u32) -> TrainLog {
    TrainLog {
        run: s(run),
        algorithm: s(algorithm),
        step,
        loss: 0.9 + 3.0 / f64::from(step).sqrt(),
        learning_rate: 4e-3,
        grad_norm: 0.4,
        reward: None,
        response_length: None,
        entropy: None,
        answer_entropy: None,
        kl: None,
        clip_share: None,
        active_share: None,
        samples: 0,
        tokens: u64::from(step) * 3000,
    }
}

fn reinforced(row: &Row, step: u32) -> TrainLog {
    let t = f64::from(step) / 300.0;
    let wobble = (f64::from(step) * row.8 * 40.0).sin() * 0.006;
    TrainLog {
        run: s(row.0),
        algorithm: s(row.4),
        step,
        loss: 0.1,
        learning_rate: 3e-4,
        grad_norm: 0.5 + 0.3 * (1.0 - t) + wobble,
        reward: Some(0.05 + row.8 * (1.0 - (-4.0 * t).exp()) + wobble),
        response_length: Some(7.0 + t + 10.0 * wobble),
        entropy: Some(1.0 - 0.8 * t.powf(row.7) + wobble),
        answer_entropy: Some(1.6 - t * (0.5 + row.8)),
        kl: Some((0.1 + row.8) * t + wobble.abs()),
        clip_share: Some(0.01 + wobble.abs()),
        active_share: Some(0.2 + 0.1 * t + wobble),
        samples: u64::from(step) * 1024,
        tokens: u64::from(step) * 9000,
    }
}

fn perplexity() -> Vec<Perplexity> {
    let mut rows = Vec::new();
    let authors = [
        ("small", 3.4),
        ("small-grpo-50", 2.7),
        ("small-grpo-150", 2.3),
        ("small-grpo-300", 2.0),
        ("small-distilled", 2.9),
        ("reference", 3.9),
    ];
    for (scorer, author, level) in authors.iter().map(|(a, l)| ("small", *a, *l)).chain([("small-grpo-300", "small-grpo-300", 1.4)]) {
        for benchmark in ["easy", "hard"] {
            for i in 0..40u32 {
                let ppl = 1.0 + (level - 1.0) * (0.4 + 1.3 * f64::from((i * 17) % 20) / 20.0) * if benchmark == "hard" { 1.3 } else { 1.0 };
                rows.push(Perplexity {
                    scorer: s(scorer),
                    author: s(author),
                    benchmark: s(benchmark),
                    setting: s("t0.6"),
                    problem_id: format!("p{:02}", i / 2),
                    sample_index: i % 2,
                    outcome: s("correct"),
                    n_tokens: 9,
                    logprob_sum: -9.0 * f64::ln(ppl),
                    ppl,
                });
            }
        }
    }
    rows
}

const SCORED: &[(&str, &str, f64)] = &[
    ("small", "small", 3.4),
    ("small", "small-grpo-50", 2.7),
    ("small", "small-grpo-150", 2.3),
    ("small", "small-grpo-300", 2.0),
    ("small", "small-distilled", 2.9),
    ("small", "reference", 3.9),
    ("small-grpo-300", "small-grpo-300", 1.4),
];

fn perplexity_boxes() -> Vec<PerplexityBox> {
    let one = |((scorer, author, level), benchmark): (&(&str, &str, f64), &str)| PerplexityBox {
        scorer: s(scorer),
        author: s(author),
        benchmark: s(benchmark),
        setting: s("t0.6"),
        whisker_low: 1.0 + 0.4 * (level - 1.0),
        q1: 1.0 + 0.7 * (level - 1.0),
        median: *level,
        q3: 1.0 + 1.3 * (level - 1.0),
        whisker_high: 1.0 + 1.7 * (level - 1.0),
        n_problems: 20,
        n_answers: 40,
    };
    SCORED.iter().flat_map(|scored| ["easy", "hard"].map(|benchmark| (scored, benchmark))).map(one).collect()
}

fn support() -> Vec<Likelihood> {
    let one = |(scorer, author, level): &(&str, &str, f64), quantity: &str, k: u64, value: Option<f64>| Likelihood {
        scorer: s(scorer),
        author: s(author),
        benchmark: s("easy"),
        setting: s(if *author == "reference" { "" } else { "t1.0" }),
        quantity: s(quantity),
        k,
        value,
        lo: value.map(|value| (value - 0.1).max(0.0)),
        hi: value.map(|value| (value + 0.1).min(1.0)),
        effective_share: (quantity == "correct mass").then_some(level / 10.0),
        n_problems: 20,
        method: s("student t"),
    };
    let profile = |scored: &(&str, &str, f64), log2_k: u32| {
        one(scored, "covered", 1 << log2_k, Some((f64::from(log2_k) / (10.0 * scored.2)).min(1.0)))
    };
    let mut rows: Vec<Likelihood> = SCORED.iter().flat_map(|scored| (0..=40).map(move |log2_k| profile(scored, log2_k))).collect();
    rows.extend(SCORED.iter().map(|scored| one(scored, "correct mass", 1, (scored.2 > 2.5).then_some(0.3))));
    rows
}

fn controls() -> Vec<Control> {
    let of = |benchmark: &str, name: &str, p: f64| -> Vec<Control> {
        ks().into_iter()
            .map(|k| Control { benchmark: s(benchmark), control: s(name), k, pass_at_k: 1.0 - (1.0 - p).powi(k as i32) })
            .collect()
    };
    [
        of("easy", "a program drawn from the corpus", 0.0004),
        of("hard", "a program drawn from the corpus", 0.00005),
        of("pictures", "a random legal answer", 0.01),
    ]
    .concat()
}

fn problem_changes() -> Vec<ProblemChange> {
    let one = |(i, cell): (u32, &str)| ProblemChange {
        benchmark: s("hard"),
        base: s("small"),
        model: s("small-grpo-300"),
        setting: s("t0.6"),
        problem_id: format!("p{i:02}"),
        base_correct: if cell == "base_only" { 2 + i } else { 0 },
        model_correct: if cell == "model_only" { 1 + i } else { 0 },
        n: N,
        cell: s(cell),
        p: 0.5f64.powi(i as i32 + 1),
        q: 0.6f64.powi(i as i32 + 1),
        base_solves_bb: Some(0.4),
        base_solves_zibb: Some(0.2),
        base_solves_npmle: None,
        confirm_samples: Some(6134),
    };
    [(0, "model_only"), (1, "model_only"), (2, "base_only"), (5, "base_only"), (8, "base_only")].into_iter().map(one).collect()
}

fn extrapolation() -> Vec<Extrapolation> {
    let mut rows = Vec::new();
    for (benchmark, ease, row, _) in
        cells().into_iter().filter(|c| c.3 == "t0.6" && matches!(c.2.0, "small" | "small-grpo-300") && matches!(c.0, "easy" | "hard"))
    {
        for k in [256u32, 512, 1024, 2048] {
            for (method, shift) in [("bb", 0.02), ("zibb", -0.03), ("npmle", 0.0), ("dkw_lo", -0.12), ("dkw_hi", 0.12)] {
                let grow = f64::from(k / N).log2() / 3.0;
                let holds = row.0 == "small";
                rows.push(Extrapolation {
                    benchmark: s(benchmark),
                    model: s(row.0),
                    setting: s("t0.6"),
                    k,
                    method: s(method),
                    value: (pass(row, ease, 1.0, k) + shift * grow).min(1.0),
                    backtest_holds: holds,
                    backtest: if holds { s("58 of 60 thinnings hold") } else { s("9 of 60 thinnings hold: both models over-predict") },
                    refused: if holds { s("") } else { s("the thinning back-test failed") },
                });
            }
        }
    }
    rows
}

fn exact_rates() -> Vec<ExactRate> {
    let one = |(model, problem): (&str, u32)| ExactRate {
        benchmark: s("easy"),
        model: s(model),
        setting: s("t1.0"),
        problem_id: format!("p{problem:02}"),
        answers: 1 + problem,
        rate: 0.5f64.powi(3 * problem as i32) * if model == "small" { 0.1 } else { 0.3 },
        n: N,
        correct: 20 >> problem,
    };
    ["small", "small-grpo-300"].into_iter().flat_map(|model| (0..4).map(move |problem| (model, problem))).map(one).collect()
}

fn exact_curves() -> Vec<ExactCurve> {
    let one = |(model, k): (&str, u32)| {
        let exact = 1.0 - (1.0 - if model == "small" { 0.02f64 } else { 0.05 }).powi(k as i32);
        let (benchmark, model, setting) = (s("easy"), s(model), s("t1.0"));
        ExactCurve { benchmark, model, setting, k, exact, estimate: exact * 0.98, lo: exact * 0.9, hi: exact * 1.06, inside: true }
    };
    ["small", "small-grpo-300"].into_iter().flat_map(|model| [1, 4, 16, 64].map(|k| (model, k))).map(one).collect()
}

fn seeds() -> Vec<SeedEffect> {
    let one = |(estimand, k): (&str, u32)| {
        let mean = if estimand == "difference" { 0.2 - 0.05 * f64::from(k).log2() } else { 0.1 * f64::from(k).log2() };
        SeedEffect {
            benchmark: s("easy"),
            arm: s("small-grpo-300"),
            base: if estimand == "difference" { s("small") } else { s("") },
            setting: s("t0.6"),
            k,
            estimand: s(estimand),
            mean,
            lo: Some(mean - 0.08),
            hi: Some(mean + 0.08),
            p: Some(0.03),
            runs: 3,
            var_run: Some(0.001),
            var_problem: Some(0.02),
            var_rest: Some(0.01),
            method: s("runs and problems"),
            n_problems: M,
            n_samples: N,
            models: s("small-grpo-300, small-grpo-300-2, small-grpo-300-3"),
            base_models: s("small, small-2, small-3"),
        }
    };
    ["pass_at_k", "difference"].into_iter().flat_map(|estimand| [1, 4, 16, 64, 256].map(|k| (estimand, k))).map(one).collect()
}

/// Made-up audits; with `fault` one of them blocks the report.
pub fn audits(fault: bool) -> Vec<Audit> {
    let audit = |audit: &str, value: f64, passed: bool, blocks: bool, message: &str| Audit {
        benchmark: s("easy"),
        model: s("small"),
        setting: s("t0.6"),
        audit: s(audit),
        value,
        lo: 0.93,
        hi: 1.07,
        passed,
        blocks,
        message: s(message),
    };
    let mut rows = vec![
        audit("dispersion", 1.01, true, true, "Batches vary as independent samples do."),
        audit(
            "truncation",
            0.2,
            false,
            false,
            "20 % of the base's samples hit the token limit, 2 % of the model's: pass@k compares lengths as well; raise the limit.",
        ),
    ];
    if fault {
        rows.push(audit(
            "duplicates",
            1.0,
            false,
            true,
            "Batches 0 and 1 hold the same texts at the same index: two runs shared a seed. Sample batch 1 again with another seed.",
        ));
    }
    rows
}

fn claims() -> Vec<Claim> {
    let claim = |claim: &str, kind: &str, statement: &str, verdict: &str, evidence: &str, needed: &str, line: u32| Claim {
        claim: s(claim),
        kind: s(kind),
        statement: s(statement),
        verdict: s(verdict),
        evidence: s(evidence),
        needed: s(needed),
        line,
    };
    vec![
        claim("gain", "gain", "RL raises pass@1 on easy.", "supported", "+0.35 [+0.30, +0.40] at k = 1.", "", 40),
        claim("crossing", "crossing", "The base overtakes RL by k = 256 on hard.", "refuted", "Band [+0.01, +0.09] at k = 256.", "", 44),
        claim(
            "subset",
            "subset",
            "What RL solves on hard is a subset of what the base solves.",
            "inconclusive",
            "3 model-only problems; 3.4 expected by chance.",
            "about 900 more samples per problem",
            51,
        ),
    ]
}

fn examples() -> Vec<Example> {
    const SQUARE: &str = "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAFklEQVR4nGP8z8DAwMDAxMDAwMDAAAANHQEDasKb6QAAAABJRU5ErkJggg==";
    let example = |benchmark: &str, image: &str, text: &str, marks: &str| Example {
        model: s("small"),
        benchmark: s(benchmark),
        setting: s("t0.6"),
        problem_id: s("p04"),
        sample_index: 112,
        correct: 2,
        n: N,
        prompt: s("f(0..5) = 3 5 9 15 23 33 <find & f>"),
        image: s(image),
        gold: s("x*x + x + 3"),
        text: s(text),
        process: Process::Valid,
        marks: s(marks),
    };
    vec![example("hard", "", "x * x\n+ x\n+ 3", "ok   x * x\nok   + x\nok   + 3"), example("pictures", SQUARE, "4", "")]
}

fn flips() -> Vec<Flip> {
    let flip = |i: u32| Flip {
        model: s("small"),
        benchmark: s("easy"),
        setting: s("t0.6"),
        problem_id: s("p01"),
        sample_index: i,
        extracted: Some(s("7.0")),
        between: s("policy"),
        old: Outcome::Correct,
        new: Outcome::Incorrect,
    };
    (0..3).map(flip).collect()
}

/// Verdicts of a log beside ours: two of three agree.
fn recorded() -> Vec<Recorded> {
    let row = |i: u32| Recorded {
        model: s("small"),
        benchmark: s("easy"),
        setting: s("t0.6"),
        problem_id: s("p01"),
        sample_index: i,
        recorded: if i == 0 { Outcome::Incorrect } else { Outcome::Correct },
        ours: Outcome::Correct,
    };
    (0..3).map(row).collect()
}

/// Writes every table and returns them as inputs of the stage, with the published files of the checkout.
pub fn inputs(folder: &Path, fault: bool) -> Vec<Input> {
    let mut inputs = Vec::new();
    put(folder, &curves(), &mut inputs);
    put(folder, &paired(), &mut inputs);
    put(folder, &crossings(), &mut inputs);
    put(folder, &histogram(), &mut inputs);
    put(folder, &coverage(), &mut inputs);
    put(folder, &counts(), &mut inputs);
    put(folder, &train_log(), &mut inputs);
    put(folder, &perplexity(), &mut inputs);
    put(folder, &controls(), &mut inputs);
    put(folder, &problem_changes(), &mut inputs);
    put(folder, &extrapolation(), &mut inputs);
    put(folder, &exact_rates(), &mut inputs);
    put(folder, &exact_curves(), &mut inputs);
    put(folder, &perplexity_boxes(), &mut inputs);
    put(folder, &support(), &mut inputs);
    put(folder, &seeds(), &mut inputs);
    put(folder, &contrasts(), &mut inputs);
    put(folder, &guessing(), &mut inputs);
    put(folder, &audits(fault), &mut inputs);
    put(folder, &claims(), &mut inputs);
    put(folder, &examples(), &mut inputs);
    put(folder, &flips(), &mut inputs);
    put(folder, &recorded(), &mut inputs);
    for name in ["curves", "accuracy_histograms", "perplexity_boxes", "solvable_indices", "tables", "training_dynamics"] {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("../../data/published/{name}.csv"));
        inputs.push(Input {
            role: s("published"),
            digest: Digest::of_file(&path).expect("the published numbers are in the checkout"),
            path,
        });
    }
    inputs
}

/// Writes one table in two artifacts, as stages that run per benchmark do.
fn put<R: Table + Clone>(folder: &Path, rows: &[R], inputs: &mut Vec<Input>) {
    for (i, half) in rows.chunks(rows.len().div_ceil(2)).enumerate() {
        let path = folder.join(format!("{}-{i}.parquet", R::NAME));
        std::fs::write(&path, table::encode(half).expect("rows encode")).expect("writable folder");
        inputs.push(Input { role: s(R::NAME), digest: Digest::of_file(&path).expect("readable file"), path });
    }
}
