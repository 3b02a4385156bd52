//! The stage end to end, on counts whose answer is known.

use beyond_record::{Counts, SeedEffect};
use beyond_seeds::{Params, Seeds};
use beyond_stage::testing;
use std::path::Path;

fn counts(model: &str, correct: &[u32]) -> Vec<Counts> {
    let row = |(i, &correct): (usize, &u32)| Counts {
        model: model.into(),
        benchmark: "sums".into(),
        setting: "t1".into(),
        problem_id: format!("{i:03}"),
        n: 8,
        correct,
        ..Default::default()
    };
    correct.iter().enumerate().map(row).collect()
}

fn run(folder: &Path, base: Option<&str>, cells: &[(&str, Vec<Counts>)]) -> anyhow::Result<Vec<SeedEffect>> {
    let inputs = cells.iter().map(|(role, rows)| testing::input(folder, role, rows)).collect();
    let params = Params { arm: "grpo".into(), base: base.map(str::to_string), benchmark: "sums".into(), setting: "t1".into() };
    testing::run(&Seeds, &params, inputs, folder)?;
    Ok(testing::output(folder))
}

#[test]
fn runs_that_differ_widen_the_interval_of_the_method() {
    let folder = tempfile::tempdir().unwrap();
    let base: Vec<u32> = (0..60).map(|i| i % 5).collect();
    let better = |by: u32| base.iter().map(|c| c + by).collect::<Vec<_>>();
    let cells = |gains: [u32; 3]| {
        vec![
            ("model-1", counts("grpo-1", &better(gains[0]))),
            ("base-1", counts("base-1", &base)),
            ("model-2", counts("grpo-2", &better(gains[1]))),
            ("base-2", counts("base-2", &base)),
            ("model-3", counts("grpo-3", &better(gains[2]))),
            ("base-3", counts("base-3", &base)),
        ]
    };
    let alike = run(folder.path(), Some("base"), &cells([2, 2, 2])).unwrap();
    let apart = run(folder.path(), Some("base"), &cells([0, 2, 4])).unwrap();
    let at_one = |rows: &[SeedEffect]| rows.iter().find(|row| row.k == 1 && row.estimand == "difference").unwrap().clone();
    let (alike, apart) = (at_one(&alike), at_one(&apart));
    assert!((alike.mean - 0.25).abs() < 1e-12 && (apart.mean - 0.25).abs() < 1e-12);
    assert!(alike.lo.unwrap() > 0.15 && alike.method == "problems only", "{alike:?}");
    // Runs at 0, .25, .5: sd .25, se .25/sqrt 3, t(2) = 4.30.
    let half = 4.302_653 * 0.25 / 3f64.sqrt();
    assert!((apart.hi.unwrap() - apart.mean - half).abs() < 1e-5 && (0.2..0.3).contains(&apart.p.unwrap()), "{apart:?}");
    assert!((apart.var_run.unwrap() - 0.0625).abs() < 1e-12 && apart.var_rest.unwrap() < 1e-12);
    assert_eq!((apart.models.as_str(), apart.base_models.as_str()), ("grpo-1, grpo-2, grpo-3", "base-1, base-2, base-3"));
    assert_eq!((apart.arm.as_str(), apart.base.as_str(), apart.runs), ("grpo", "base", 3));
}

#[test]
fn without_a_base_there_are_curves_and_one_run_has_no_interval() {
    let folder = tempfile::tempdir().unwrap();
    let rows = run(folder.path(), None, &[("model-7", counts("grpo", &[1, 4, 8]))]).unwrap();
    assert_eq!(rows.iter().map(|row| row.k).collect::<Vec<_>>(), [1, 2, 4, 8]);
    assert!(rows.iter().all(|row| row.estimand == "pass_at_k" && row.lo.is_none() && row.method == "checkpoint only"));
    assert!((rows[3].mean - 1.0).abs() < 1e-12 && rows[0].base.is_empty());
}

#[test]
fn a_seed_without_its_base_and_other_problems_are_errors() {
    let folder = tempfile::tempdir().unwrap();
    let models = || vec![("model-1", counts("a", &[1, 2])), ("model-2", counts("b", &[2, 2]))];
    let mut unpaired = models();
    unpaired.push(("base-1", counts("base", &[0, 1])));
    let message = format!("{:#}", run(folder.path(), Some("base"), &unpaired).unwrap_err());
    assert!(message.contains("of the same seed") && message.contains("base-2"), "{message}");
    let mut other = models();
    other[1].1.pop();
    let message = format!("{:#}", run(folder.path(), None, &other).unwrap_err());
    assert!(message.contains("same problems"), "{message}");
}
