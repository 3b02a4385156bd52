//! Published numbers of the counts that are committed with the project (data/counts/deepscaler32k).

mod reference;

use beyond_statistics::Count;
use beyond_statistics::band::{BandOptions, band};
use beyond_statistics::counts::dense_ks;
use beyond_statistics::coverage::{Table, table};
use beyond_statistics::crossing::{course, sign_changes};
use beyond_statistics::paired::{differences, points};
use beyond_statistics::panel::Panel;
use beyond_statistics::pass_at_k::mean_pass_at_k;
use beyond_statistics::self_null::{Better, conditional_null, real_changes, self_null};
use beyond_statistics::support::support;

fn counts() -> (Vec<Count>, Vec<Count>) {
    reference::deepscaler_rows().iter().map(|row| (row.base, row.rl)).unzip()
}

#[track_caller]
fn near(value: f64, expected: f64, tolerance: f64) {
    assert!((value - expected).abs() <= tolerance, "{value} is not {expected}");
}

#[test]
fn curves() {
    let (base, rl) = counts();
    assert_eq!(base.len(), 1_060);
    let base = mean_pass_at_k(&base, &[1, 32, 128]).unwrap();
    near(base[0], 0.604105247641509, 1e-12);
    near(base[1], 0.847210167186840, 1e-12);
    near(base[2], 0.890566037735849, 1e-12);
    let rl = mean_pass_at_k(&rl, &[1, 64, 128]).unwrap();
    near(rl[0], 0.680063384433962, 1e-12);
    near(rl[1], 0.857361432060830, 1e-12);
    near(rl[2], 0.870754716981132, 1e-12);
}

#[test]
fn differences_with_both_standard_errors() {
    let (base, rl) = counts();
    let points = points(&base, &rl, &[1, 64, 128], 0.95).unwrap();
    near(points[0].diff, 0.075958136792453, 1e-12);
    near(points[0].se_population, 0.004103778184, 1e-12);
    near(points[0].se_benchmark.unwrap(), 0.001011472304, 1e-12);
    near(points[1].within_share.unwrap(), 0.530602048664, 1e-9);
    near(points[2].diff, -0.019811320754717, 1e-12);
    assert_eq!(points[2].se_benchmark, None, "no unbiased estimate for 2k > n");
}

#[test]
fn band_regions_and_crossing_point() {
    let (base, rl) = counts();
    let ks = dense_ks(128);
    let panel = Panel::new(&differences(&base, &rl, &ks).unwrap(), &ks).unwrap();
    let first = band(&panel, BandOptions::default()).unwrap().first_loss().unwrap();
    assert_eq!((first.gain_until, first.lo), (10, 11));
    assert!((59..=64).contains(&first.hi.unwrap()));
    near(course(&ks, panel.diff()).k_star().unwrap(), 21.838657109750, 1e-9);
    assert_eq!(sign_changes(panel.diff()), 1);
}

#[test]
fn coverage_against_its_null() {
    let (base, rl) = counts();
    let table = table(&base, &rl).unwrap();
    assert_eq!(table, Table { both: 911, base_only: 33, model_only: 12, neither: 104 });
    near(table.mcnemar_p(), 0.002458900322, 1e-12);
    near(support(&table).nscr.unwrap(), -0.021966527197, 1e-12);
    let null = self_null(&base, &rl, 64).unwrap();
    near(null.self_base.count, 21.429765354, 1e-9);
    near(null.model_only.count, 17.323095710, 1e-9);
    near(null.model_only_minus_self_base.se, 3.168968443, 1e-9);
    let conditional = conditional_null(&base, &rl).unwrap();
    near(conditional.expected_model_only, 16.125179055, 1e-9);
    near(conditional.p_model_only_le, 0.117537, 1e-6);
    let real = real_changes(&base, &rl, Better::Model, 0.05).unwrap();
    assert_eq!((real.all.len(), real.exclusive.len()), (334, 1));
}
