//! The stage end to end: rows over training runs decide where there are some, and the claims of a spec are adjusted together.

use beyond_claims::{Claim, Claims, Kind, Params};
use beyond_record::{Claim as Row, Contrast, Counts, Coverage, Paired, SeedEffect};
use beyond_stage::testing::{input, output, run};

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
        ..Default::default()
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

/// The claims and contrasts of these rows.
fn judged(seeds: &[SeedEffect], kinds: Vec<Kind>) -> (Vec<Row>, Vec<Contrast>) {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    // pass@1 +.125 on every problem the base solves; at k = n nothing changes.
    let cells = [counts("base", |i| i % 6), counts("grpo", |i| if i % 6 == 0 { 0 } else { i % 6 + 1 })].concat();
    let differences: Vec<Paired> = [(1, 0.104), (2, 0.09), (4, 0.05), (8, 0.0)].map(|(k, diff)| paired(k, diff, 0.01)).to_vec();
    let inputs = vec![
        input(folder, "paired", &differences),
        input(folder, "counts", &cells),
        input(folder, "seeds", seeds),
        input(folder, "coverage", &[coverage()]),
    ];
    let claims = (1..).zip(kinds).map(|(line, kind)| Claim { id: format!("c{line}"), line, kind }).collect();
    run(&Claims, &Params { claims }, inputs, folder).unwrap();
    (output(folder), output(folder))
}

fn judge(seeds: &[SeedEffect], kinds: Vec<Kind>) -> Vec<Row> {
    judged(seeds, kinds).0
}

fn coverage() -> Coverage {
    Coverage {
        benchmark: "sums".into(),
        base: "base".into(),
        model: "grpo".into(),
        setting: "t1".into(),
        subset: "all".into(),
        n: N,
        both: 90,
        base_only: 9,
        model_only: 1,
        neither: 20,
        mcnemar_p: 0.0215,
        null_expected: 2.0,
        real_model_only: 1,
        ..Default::default()
    }
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

fn crossing() -> Kind {
    let (base, model, benchmark) = ids();
    Kind::Crossing { base, model, benchmark, k_max: N, setting: None }
}

#[test]
fn a_crossing_over_runs_rests_on_the_two_k_that_the_claim_names() {
    let over = |half| [over_runs(1, 0.1, 0.05), over_runs(4, 0.0, 0.3), over_runs(8, -0.2, half)];
    let rows = judge(&over(0.1), vec![crossing()]);
    assert_eq!(rows[0].verdict, "supported", "{rows:?}");
    assert!(
        rows[0].evidence.starts_with("over 3 training runs: at k = 1: +0.1000 [+0.0500, +0.1500] and at k = 8: -0.2000"),
        "{}",
        rows[0].evidence
    );
    assert!(rows[0].evidence.contains("the first run alone, by the band over all k: "), "{}", rows[0].evidence);
    let rows = judge(&over(0.3), vec![crossing()]);
    assert!(rows[0].verdict == "inconclusive" && rows[0].needed.contains("training runs (now 3)"), "{rows:?}");
    let short = judge(&over(0.1)[..2], vec![crossing()]);
    assert!(short[0].evidence.contains("about training run 1 of 3: there is no interval over runs at this k"), "{}", short[0].evidence);
}

#[test]
fn what_is_judged_on_the_first_run_says_so() {
    let ((base, model, benchmark), models) = (ids(), vec!["base".to_string(), "grpo".to_string()]);
    let kinds = || {
        vec![
            Kind::Subset { base: base.clone(), model: model.clone(), benchmark: benchmark.clone(), setting: None },
            Kind::Similar { models: models.clone(), benchmark: benchmark.clone(), at_k: 1, margin: 0.5, setting: None },
        ]
    };
    let rows = judge(&[over_runs(1, 0.1, 0.05)], kinds());
    assert!(rows[0].evidence.contains("about training run 1 of 3: which problems were solved"), "{}", rows[0].evidence);
    assert!(rows[1].evidence.contains("about training run 1 of 3: runs are paired with their base"), "{}", rows[1].evidence);
    assert!(judge(&[], kinds()).iter().all(|row| !row.evidence.contains("training run")));
}

#[test]
fn contrasts_are_adjusted_over_all_panels() {
    let (_, rows) = judged(&[], Vec::new());
    let names: Vec<(&str, u32)> = rows.iter().map(|row| (row.contrast.as_str(), row.k)).collect();
    assert_eq!(names, [("first k", 1), ("last k", 8), ("crossing", 8), ("coverage", 8)]);
    assert!(rows.iter().all(|row| row.contrasts == 4 && row.p_holm >= row.p && row.q <= row.p_holm), "{rows:?}");
    // The difference at the last k is 0: no loss, hence no crossing.
    assert!(rows[0].p_holm < 1e-6 && rows[1].p == 1.0 && rows[2].p == 0.5);
    assert!((rows[3].diff.unwrap() + 8.0 / 120.0).abs() < 1e-15 && (rows[3].p_holm - 3.0 * 0.0215).abs() < 1e-12, "{:?}", rows[3]);
}
