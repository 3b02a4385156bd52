//! Reference 11.7 and 11.8 on both real count sets.

mod reference;

use beyond_statistics::Count;
use beyond_statistics::extrapolate::{
    Backtest, BetaBinomial, Dkw, Fits, Grid, Histogram, Mixing, ZeroInflated, backtest, backtest::trial, extrapolate, posterior,
};
use beyond_statistics::rng::Stream;
use reference::{Set, close, sets, thin};
use serde_json::Value;

fn models(set: &Set) -> [(&'static str, &[Count]); 2] {
    [("base", &set.base), ("rl", &set.rl)]
}

fn each(mut check: impl FnMut(&str, Histogram, &Value)) {
    for set in sets().unwrap_or_default() {
        for (model, counts) in models(&set) {
            let expected = &set.expected["mixing"][model];
            check(&format!("{} {model}", set.name), Histogram::from_counts(counts).unwrap(), expected);
        }
    }
}

fn relative(what: &str, value: f64, expected: &Value, tolerance: f64) {
    close(what, value, expected, tolerance * expected.as_f64().unwrap().abs());
}

#[test]
fn fits_at_full_n() {
    each(|name, h, expected| {
        let fits = Fits::new(&h, &Grid::new(h.n())).unwrap();
        let full = &expected["full"];
        assert!(fits.bb.converged && fits.zibb.beta.converged && fits.npmle.converged, "{name}");
        relative(&format!("{name} bb a"), fits.bb.a, &full["BB"]["a"], 1e-5);
        relative(&format!("{name} bb b"), fits.bb.b, &full["BB"]["b"], 1e-5);
        close(&format!("{name} bb loglik"), fits.bb.log_likelihood, &full["BB"]["loglik"], 1e-6);
        relative(&format!("{name} zibb a"), fits.zibb.beta.a, &full["ZIBB"]["a"], 1e-5);
        relative(&format!("{name} zibb b"), fits.zibb.beta.b, &full["ZIBB"]["b"], 1e-5);
        relative(&format!("{name} zibb z"), fits.zibb.z, &full["ZIBB"]["z"], 1e-5);
        close(&format!("{name} zibb loglik"), fits.zibb.log_likelihood, &full["ZIBB"]["loglik"], 1e-6);
        close(&format!("{name} npmle loglik"), fits.npmle.log_likelihood, &full["NPMLE"]["loglik"], 2e-3);
        close(&format!("{name} npmle mass"), fits.npmle.mass_below(1e-4), &full["NPMLE"]["mass_below_1e_4"], 5e-4);
        assert!(fits.npmle.gap <= 1e-9 * h.problems(), "{name}: gap {}", fits.npmle.gap);
    });
}

#[test]
fn predictions_beyond_n() {
    each(|name, h, expected| {
        let grid = Grid::new(h.n());
        let fits = Fits::new(&h, &grid).unwrap();
        let dkw = Dkw::new(&h, &grid, 0.05);
        for k in [128u32, 256, 512, 1024] {
            let at = &expected["pass_at"][k.to_string()];
            let name = format!("{name} pass@{k}");
            close(&name, posterior::marginal_pass(&fits.bb, k), &at["BB_marginal"], 1e-6);
            close(&name, posterior::conditional_pass(&fits.bb, &h, k), &at["BB_conditional"], 1e-6);
            close(&name, posterior::marginal_pass(&fits.zibb, k), &at["ZIBB_marginal"], 1e-6);
            close(&name, posterior::conditional_pass(&fits.zibb, &h, k), &at["ZIBB_conditional"], 1e-6);
            close(&name, posterior::marginal_pass(&fits.npmle, k), &at["NPMLE"], 2e-4);
            close(&name, posterior::conditional_pass(&fits.npmle, &h, k), &at["NPMLE"], 2e-4);
            let (lo, hi) = dkw.pass_bounds(k).unwrap();
            close(&format!("{name} dkw lower"), lo, &at["DKW_LP_95"][0], 1e-4);
            close(&format!("{name} dkw upper"), hi, &at["DKW_LP_95"][1], 1e-4);
        }
    });
}

#[test]
fn self_null_and_zero_success_posteriors() {
    each(|name, h, expected| {
        let fits = Fits::new(&h, &Grid::new(h.n())).unwrap();
        let (n, m) = (h.n(), h.problems());
        close(name, posterior::self_null(&fits.npmle, n, m), &expected["self_null_full_n_npmle"], 0.05);
        close(name, posterior::self_null(&fits.bb, n, m), &expected["self_null_full_n_BB"], 1e-4);
        close(name, posterior::self_null(&fits.zibb, n, m), &expected["self_null_full_n_ZIBB"], 1e-4);
        let unsolved = Count::new(n, 0).unwrap();
        for k in [128u32, 1024, 8192] {
            let at = &expected["zero_success_posterior"][k.to_string()];
            let name = format!("{name} zero successes, {k} more");
            close(&name, posterior::solved_within(&fits.bb, unsolved, k), &at["BB"], 1e-5);
            close(&name, posterior::solved_within(&fits.zibb, unsolved, k), &at["ZIBB"], 1e-5);
            close(&name, posterior::solved_within(&fits.npmle, unsolved, k), &at["NPMLE"], 1e-3);
            close(&name, posterior::solved_within_uniform(n, k), &at["uniform"], 1e-12);
        }
    });
}

#[test]
fn cover_under_the_npmle() {
    each(|name, h, expected| {
        let fits = Fits::new(&h, &Grid::new(h.n())).unwrap();
        for (tau, value) in expected["cover_npmle"].as_object().unwrap() {
            let ours = posterior::cover(&fits.npmle, &h, tau.parse().unwrap());
            close(&format!("{name} cover@{tau}"), ours, value, 0.02);
        }
    });
}

#[test]
fn thinning_trials() {
    each(|name, h, expected| {
        for n0 in [16u32, 32, 64] {
            let t = trial(&h, n0, 0.05).unwrap();
            let at = &expected["thinning_to_128"][n0.to_string()];
            let name = format!("{name} n0={n0}");
            close(&name, t.plug_in, &at["plugin"], 1e-9);
            close(&name, t.bb, &at["BB_conditional"], 1e-6);
            close(&name, t.zibb, &at["ZIBB_conditional"], 1e-6);
            close(&format!("{name} npmle"), t.npmle, &at["NPMLE"], if n0 == 16 { 0.02 } else { 2e-3 });
            close(&format!("{name} dkw lower"), t.dkw.0, &at["DKW_LP_95"][0], 1e-4);
            close(&format!("{name} dkw upper"), t.dkw.1, &at["DKW_LP_95"][1], 1e-4);
        }
    });
}

#[test]
fn the_back_test_fails_on_one_of_the_four_and_says_so() {
    each(|name, h, _| {
        let Backtest { holds, message, trials } = backtest(&h, 0.05).unwrap();
        assert_eq!(holds, name != "M5 rl", "{name}: {message}");
        assert!(message.starts_with(if holds { "the bracket holds" } else { "the bracket predicts too much" }), "{message}");
        assert!(trials.iter().all(|t| t.plug_in < t.truth && t.dkw.0 <= t.truth && t.truth <= t.dkw.1));
    });
}

#[test]
fn every_k_beyond_n_is_refused_where_the_back_test_fails() {
    for set in sets().unwrap_or_default() {
        let found = extrapolate(&set.rl, &[256, 2048], 0.05).unwrap();
        let refused = found.points.iter().map(|p| !p.refused.is_empty()).collect::<Vec<_>>();
        assert_eq!(refused, [set.name == "M5", true]);
        let predicted = posterior::conditional_pass(&found.fits.bb as &dyn Mixing, &found.histogram, 256);
        assert_eq!(found.points[0].bb, predicted);
    }
}

/// 20 random thinnings per model and n0: the mean prediction agrees with the reference's within 4 sd / sqrt(20) (both are
/// means of 20), and the bracket misses often exactly where the deterministic back-test fails.
#[test]
fn random_thinnings() {
    let mut stream = Stream::new(20, 0);
    for set in sets().unwrap_or_default() {
        for (model, counts) in models(&set) {
            let truth = 1.0 - counts.iter().filter(|c| !c.solved()).count() as f64 / counts.len() as f64;
            for n0 in [16u32, 32, 64] {
                let expected = &set.expected["mixing"][model]["thinning_to_128"][n0.to_string()];
                let (mut bb, mut zibb, mut held) = (0.0, 0.0, 0);
                for _ in 0..20 {
                    let h = Histogram::from_counts(&thin(counts, n0, &mut stream)).unwrap();
                    let x = posterior::conditional_pass(&BetaBinomial::fit(&h).unwrap(), &h, 128);
                    let y = posterior::conditional_pass(&ZeroInflated::fit(&h).unwrap(), &h, 128);
                    bb += x / 20.0;
                    zibb += y / 20.0;
                    held += u32::from(x.min(y) <= truth && truth <= x.max(y));
                }
                let name = format!("{} {model} n0={n0}", set.name);
                for (value, key) in [(bb, "BB_conditional"), (zibb, "ZIBB_conditional")] {
                    let at = &expected["random_thinning_20"][key];
                    let tolerance = 4.0 * at["sd"].as_f64().unwrap() * (2.0f64 / 20.0).sqrt();
                    close(&format!("{name} {key}"), value, &at["mean"], tolerance);
                }
                assert_eq!(held >= 15, name.starts_with("M5 base") || set.name == "DS", "{name}: held {held} of 20");
            }
        }
    }
}
