//! Reference 2.7, 4.8, 7 and 11.4: what can be detected, verifier errors, and equal tokens, on both real count sets.

mod reference;

use beyond_statistics::Count;
use beyond_statistics::counts::dense_ks;
use beyond_statistics::extrapolate::{BetaBinomial, Fits, Grid, Histogram, Mixing, Npmle, posterior};
use beyond_statistics::guessing::guess_pass;
use beyond_statistics::pass_at_k::mean_pass_at_k;
use beyond_statistics::planning::Pilot;
use beyond_statistics::rng::Stream;
use beyond_statistics::token_budget::equal_tokens;
use beyond_statistics::verifier_error::{audit_size, spurious_pass};
use reference::{close, sets, thin, vectors};

#[test]
fn equal_tokens_move_the_crossing() {
    for set in sets().unwrap_or_default().iter().filter(|set| set.name == "M5") {
        let ks = dense_ks(128);
        let (base, rl) = (mean_pass_at_k(&set.base, &ks).unwrap(), mean_pass_at_k(&set.rl, &ks).unwrap());
        let expected = &set.expected["token_budget"];
        let tokens = |name: &str| expected[name].as_f64().unwrap();
        let found = equal_tokens(&ks, &base, &rl, tokens("mean_tokens_base"), tokens("mean_tokens_rl")).unwrap();
        close("k* in RL samples", found.k_star.unwrap(), &expected["kstar_in_rl_samples"], 1e-9);
    }
}

/// Table of reference 2.7, in points.
#[test]
fn minimum_detectable_differences() {
    let table = [("DS", 30, [6.8, 6.0, 7.1, 10.5]), ("M5", 500, [2.8, 2.0, 2.0, 2.6])];
    for set in sets().unwrap_or_default() {
        let fit = |c| Npmle::fit(&Histogram::from_counts(c).unwrap()).unwrap();
        let (b, r) = (fit(&set.base), fit(&set.rl));
        let (_, problems, expected) = table.iter().find(|row| row.0 == set.name).unwrap();
        for (k, points) in [1, 8, 32, 128].into_iter().zip(expected) {
            let pilot = Pilot::new(&set.base, &set.rl, k, Some((&b, &r))).unwrap();
            let found = 100.0 * pilot.detectable(*problems, 128, 0.05, 0.8);
            assert!((found - points).abs() < 0.051, "{} k={k}: {found} against {points}", set.name);
        }
    }
}

/// "Predict with the pilot, check on the other half": every second problem predicts the standard error of the others. Few
/// problems carry the difference (M5, k = 32: 1.49 times too large from 250 problems), hence the wide limits.
#[test]
fn a_pilot_of_half_the_problems_predicts_the_other_half() {
    for set in sets().unwrap_or_default() {
        let half = |counts: &[Count], odd: usize| counts.iter().copied().skip(odd).step_by(2).collect::<Vec<_>>();
        for k in [1, 8, 32, 64] {
            let pilot = Pilot::new(&half(&set.base, 0), &half(&set.rl, 0), k, None).unwrap();
            let other = Pilot::new(&half(&set.base, 1), &half(&set.rl, 1), k, None).unwrap();
            let ratio = pilot.se(500, 128) / other.se(500, 128);
            assert!((0.6..1.67).contains(&ratio), "{} k={k}: {ratio}", set.name);
        }
    }
}

#[test]
fn a_pilot_of_a_quarter_of_the_samples_predicts_the_error_at_all_of_them() {
    let mut stream = Stream::new(1, 1);
    for set in sets().unwrap_or_default() {
        let (base, rl) = (thin(&set.base, 32, &mut stream), thin(&set.rl, 32, &mut stream));
        for k in [1, 4, 16] {
            let predicted = Pilot::new(&base, &rl, k, None).unwrap().se(set.base.len() as u32, 128);
            let observed = set.expected["se_pop"]["diff"][k as usize - 1].as_f64().unwrap();
            assert!((predicted / observed - 1.0).abs() < 0.12, "{} k={k}: {predicted} against {observed}", set.name);
        }
    }
}

#[test]
fn verifier_errors_and_guessing() {
    let Some(expected) = vectors() else { return };
    close("fpr 1e-5", spurious_pass(1e-5, 1024), &expected["spurious_pass_1024"]["fpr_1e-5"], 1e-12);
    close("fpr 1e-3", spurious_pass(1e-3, 1024), &expected["spurious_pass_1024"]["fpr_1e-3"], 1e-12);
    close("uniform AIME guess", guess_pass(1e-3, 1024), &expected["spurious_pass_1024"]["fpr_1e-3"], 1e-12);
    assert_eq!(Some(audit_size(1e-5, 0.05).unwrap()), expected["audit_size_fpr_1e-5_95"].as_u64());
    let law = BetaBinomial { a: 0.4, b: 0.24, log_likelihood: 0.0, converged: true };
    let tail = |k: f64| law.prior_moment(0.0, k);
    close("tail 1e3", tail(1e3), &expected["beta_binomial_tail_a0.4_b0.24"]["K=1e3"], 1e-10);
    close("tail 1e6", tail(1e6), &expected["beta_binomial_tail_a0.4_b0.24"]["K=1e6"], 1e-10);
}

/// 4.8 has no reference number, and the models disagree: the NPMLE of M5's base has no mass below 1e-3 at all.
#[test]
fn expected_expansions_lie_between_zero_and_the_problems_the_base_may_lack() {
    for set in sets().unwrap_or_default() {
        let fits = |c| {
            let h = Histogram::from_counts(c).unwrap();
            Fits::new(&h, &Grid::new(h.n())).unwrap()
        };
        let (b, r) = (fits(&set.base), fits(&set.rl));
        let pairs: Vec<_> = set.base.iter().copied().zip(set.rl.iter().copied()).collect();
        let unsolved = set.base.iter().filter(|c| !c.solved()).count() as f64;
        for (base, model) in b.models().into_iter().zip(r.models()) {
            let expected = posterior::expected_expansions(base, model, &pairs, 1.0 / 1024.0);
            assert!(expected >= 0.0 && expected < unsolved, "{} {}: {expected}", set.name, base.name());
        }
    }
}
