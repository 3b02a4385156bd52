//! The stage end to end: rows over training runs decide where there are some, and the claims of a spec are adjusted together.

use beyond_claims::{Claim, Claims, Kind, Params};
use beyond_record::{Claim as Row, Counts, Paired, SeedEffect, Table};
use beyond_stage::{Digest, Input, Job, Stage, table};
use std::path::Path;

const N: u32 = 8;

fn counts(model: &str, correct: impl Fn(u32) -> u32) -> Vec<Counts> {
    let row = |i: u32| Counts {
        model: model.into(),
        benchmark: "sums".into(),
        setting: "t1".into(),
        problem_id: format!("{i:03}"),
        n: N,
        correct: correct(i),
        ..Default::default()
    };
    (0..120).map(row).collect()
}

fn paired(k: u32, diff: f64, half: f64) -> Paired {
    Paired {
        benchmark: "sums".into(),
        base: "base".into(),
        model: "grpo".into(),
        setting: "t1".into(),
        metric: "pass@k".into(),
        subset: "all".into(),
        k,
        diff,
        lo: diff - half,
        hi: diff + half,
        band_lo: diff - 1.4 * half,
        band_hi: diff + 1.4 * half,
        region: String::new(),
        method: "t".into(),
        n_problems: 120,
    }
}

fn over_runs(k: u32, mean: f64, half: f64) -> SeedEffect {
    SeedEffect {
        benchmark: "sums".into(),
        arm: "grpo".into(),
        base: "base".into(),
        setting: "t1".into(),
        k,
        estimand: "difference".into(),
        mean,
        lo: Some(mean - half),
        hi: Some(mean + half),
        p: Some(if half < mean.abs() { 0.04 } else { 0.3 }),
        runs: 3,
        var_run: Some(0.02),
        var_problem: Some(0.01),
        var_rest: Some(0.0),
        method: "runs and problems".into(),
        n_problems: 120,
        n_samples: N,
        models: "grpo, grpo@2, grpo@3".into(),
        base_models: "base, base@2, base@3".into(),
    }
}

fn input<R: Table>(folder: &Path, rows: &[R]) -> Input {
    let path = folder.join(format!("in-{}.parquet", R::NAME));
    let bytes = table::encode(rows).unwrap();
    std::fs::write(&path, &bytes).unwrap();
    Input { role: R::NAME.into(), digest: Digest::of(&bytes), path }
}

fn judge(seeds: &[SeedEffect], kinds: Vec<Kind>) -> Vec<Row> {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    // pass@1 +.125 on every problem the base solves; at k = n nothing changes.
    let cells = [counts("base", |i| i % 6), counts("grpo", |i| if i % 6 == 0 { 0 } else { i % 6 + 1 })].concat();
    let differences: Vec<Paired> = [(1, 0.104), (2, 0.09), (4, 0.05), (8, 0.0)].map(|(k, diff)| paired(k, diff, 0.01)).to_vec();
    let inputs = vec![input(folder, &differences), input(folder, &cells), input(folder, seeds)];
    let job = Job::new(("claims", Claims::VERSION), inputs, folder, folder, folder);
    let claims = (1..).zip(kinds).map(|(line, kind)| Claim { id: format!("c{line}"), line, kind }).collect();
    Claims.run(&Params { claims }, &job).unwrap();
    table::read_file(&folder.join("claims.parquet")).unwrap()
}

fn ids() -> (String, String, String) {
    ("base".into(), "grpo".into(), "sums".into())
}

fn gain() -> Kind {
    let (base, model, benchmark) = ids();
    Kind::Gain { base, model, benchmark, setting: None }
}

fn narrows(at_k: u32) -> Kind {
    let (base, model, benchmark) = ids();
    Kind::Narrows { base, model, benchmark, at_k, setting: None }
}

#[test]
fn one_checkpoint_speaks_for_itself() {
    let rows = judge(&[], vec![gain()]);
    assert_eq!(rows[0].verdict, "supported");
    assert!(rows[0].evidence.ends_with("on 120 problems"), "one claim needs no adjustment: {}", rows[0].evidence);
}

#[test]
fn several_training_runs_decide_and_the_first_run_stays_beside_them() {
    let rows = judge(&[over_runs(1, 0.1, 0.3), over_runs(8, -0.2, 0.1)], vec![gain()]);
    assert_eq!(rows[0].verdict, "inconclusive", "one good checkpoint does not make a good method");
    assert!(rows[0].evidence.starts_with("over 3 training runs: at k = 1: +0.1000 [-0.2000, +0.4000]"), "{}", rows[0].evidence);
    assert!(rows[0].evidence.contains("the first run alone: at k = 1: +0.1040") && rows[0].evidence.ends_with("(supported)"));
    assert!(rows[0].needed.contains("training runs (now 3)"), "{}", rows[0].needed);
}

#[test]
fn rows_of_other_pairs_settings_and_k_do_not_speak() {
    let other = |change: fn(&mut SeedEffect)| {
        let mut row = over_runs(1, -0.5, 0.1);
        change(&mut row);
        row
    };
    let seeds = [
        other(|row| row.arm = "ppo".into()),
        other(|row| row.base = "other".into()),
        other(|row| row.setting = "t0".into()),
        other(|row| row.benchmark = "products".into()),
        other(|row| row.k = 2),
        other(|row| row.estimand = "pass_at_k".into()),
        other(|row| (row.lo, row.hi) = (None, None)),
    ];
    assert_eq!(judge(&seeds, vec![gain()])[0].verdict, "supported");
}

#[test]
fn verdicts_are_adjusted_over_all_claims_that_have_a_p() {
    let (base, model, benchmark) = ids();
    let crossing = Kind::Crossing { base, model, benchmark, k_max: N, setting: None };
    let borderline = over_runs(4, -0.1, 0.099);
    let rows = judge(&[borderline], vec![gain(), narrows(4), narrows(8), crossing]);
    let verdicts: Vec<&str> = rows.iter().map(|row| row.verdict.as_str()).collect();
    assert_eq!(verdicts, ["supported", "supported", "inconclusive", "inconclusive"]);
    assert!(rows[0].evidence.ends_with("holds after Holm over 4 claims: yes (adjusted p < 0.0001)"), "{}", rows[0].evidence);
    assert!(rows[1].evidence.contains("holds after Holm over 4 claims: no (adjusted p 0.1"), "{}", rows[1].evidence);
    assert!(rows[2].evidence.ends_with("Holm-adjusted p over 4 claims: 1.0000"), "{}", rows[2].evidence);
}
