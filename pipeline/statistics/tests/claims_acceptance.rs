//! The claims of the study on both real count sets, end to end from counts to verdict.

mod reference;

use beyond_statistics::band::{BandMethod, Critical, with_critical};
use beyond_statistics::claims::{Difference, Size, Unlocked, Verdict, crossing, expands, gain, narrows, similar, subset};
use beyond_statistics::counts::dense_ks;
use beyond_statistics::coverage::table;
use beyond_statistics::equivalence::tost;
use beyond_statistics::matrix::mean;
use beyond_statistics::paired::{differences, points};
use beyond_statistics::panel::Panel;
use beyond_statistics::self_null::{Better, conditional_null, real_changes};
use reference::{Set, sets};

fn size(set: &Set, k: u32) -> Size {
    let point = &points(&set.base, &set.rl, &[k], 0.95).unwrap()[0];
    Size { problems: set.base.len() as u32, samples: 128, within_share: point.within_share }
}

fn band(set: &Set, critical: f64) -> Vec<Difference> {
    let ks = dense_ks(128);
    let panel = Panel::new(&differences(&set.base, &set.rl, &ks).unwrap(), &ks).unwrap();
    let band = with_critical(&panel, Critical { value: critical, mc_error: 0.0 }, BandMethod::SupT);
    (0..ks.len()).map(|j| Difference { k: ks[j], diff: band.diff[j], lo: band.lower[j], hi: band.upper[j] }).collect()
}

fn pointwise(set: &Set, k: u32) -> Difference {
    let point = &points(&set.base, &set.rl, &[k], 0.95).unwrap()[0];
    Difference { k, diff: point.diff, lo: point.interval.lo, hi: point.interval.hi }
}

#[test]
fn both_sets_cross_by_128_and_neither_is_decided_at_32() {
    for set in sets().unwrap_or_default() {
        let band = band(&set, if set.name == "DS" { 2.554 } else { 2.520 });
        let whole = crossing(&band, 128, size(&set, 64));
        let first_loss = if set.name == "DS" { "k = 61" } else { "k = 43" };
        assert!(whole.verdict == Verdict::Supported && whole.evidence.contains(first_loss), "{}", whole.evidence);
        let short = crossing(&band, 32, size(&set, 32));
        assert!(short.verdict == Verdict::Inconclusive && short.needed.contains("problems (now"), "{}", short.needed);
    }
}

#[test]
fn pass_at_1_gains_and_pass_at_128_narrows() {
    for set in sets().unwrap_or_default() {
        assert_eq!(gain(pointwise(&set, 1), size(&set, 1)).verdict, Verdict::Supported);
        assert_eq!(narrows(pointwise(&set, 128), size(&set, 128)).verdict, Verdict::Supported);
        assert_eq!(expands(pointwise(&set, 128), size(&set, 128)).verdict, Verdict::Refuted);
        let near = expands(pointwise(&set, 16), size(&set, 16));
        assert!(near.verdict == Verdict::Inconclusive && near.needed.contains("problems"), "{}", near.needed);
    }
}

#[test]
fn a_few_real_unlocks_refute_the_subset() {
    for set in sets().unwrap_or_default() {
        let cells = table(&set.base, &set.rl).unwrap();
        let real = real_changes(&set.base, &set.rl, Better::Model, 0.05).unwrap();
        let real_model_only = real.exclusive.len() as u32;
        assert_eq!(real_model_only, if set.name == "DS" { 1 } else { 2 });
        let facts = Unlocked {
            model_only: cells.model_only,
            real_model_only,
            expected_by_chance: conditional_null(&set.base, &set.rl).unwrap().expected_model_only,
            base_unsolved: cells.model_only + cells.neither,
        };
        assert_eq!(subset(facts, size(&set, 64)).verdict, Verdict::Refuted);
        assert_eq!(subset(Unlocked { real_model_only: 0, ..facts }, size(&set, 64)).verdict, Verdict::Supported);
    }
}

#[test]
fn similarity_at_32_depends_on_the_margin() {
    for set in sets().unwrap_or_default() {
        let d = differences(&set.base, &set.rl, &[32]).unwrap().column(0);
        let judge = |margin: f64| {
            let interval = tost(&d, margin, 0.05).unwrap().interval;
            let pair = ("base-rl".to_string(), Difference { k: 32, diff: mean(&d), lo: interval.lo, hi: interval.hi });
            similar(&[pair], margin, size(&set, 32)).verdict
        };
        assert_eq!(
            (judge(0.03), judge(0.001)),
            (Verdict::Supported, if set.name == "DS" { Verdict::Inconclusive } else { Verdict::Refuted })
        );
    }
}
