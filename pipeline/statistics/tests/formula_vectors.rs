//! Reference numbers that stand beside a formula rather than a data set.

mod reference;

use beyond_statistics::confirm::plan;
use beyond_statistics::interval::zero_success_bound;
use beyond_statistics::sequential::two_phase_failure;
use beyond_statistics::special::ln_choose;
use beyond_statistics::variance::exact_variance;
use reference::{close, vectors};
use serde_json::Value;

fn number(row: &Value, name: &str) -> f64 {
    row[name].as_f64().unwrap()
}

fn binomial(n: u32, c: u32, p: f64) -> f64 {
    ln_choose(n, c).exp() * p.powi(c as i32) * (1.0 - p).powi((n - c) as i32)
}

#[test]
fn within_problem_variance() {
    let Some(vectors) = vectors() else { return };
    for row in vectors["var_A"].as_array().unwrap() {
        let (n, k) = (number(row, "n") as u32, number(row, "k") as u32);
        let value = exact_variance(n, k, number(row, "p")).unwrap();
        close("Var A_k", value, &row["var"], 1e-12);
    }
}

#[test]
fn the_plug_in_is_biased_down() {
    let Some(vectors) = vectors() else { return };
    for row in vectors["plugin_expectation"].as_array().unwrap() {
        let (n, k, p) = (number(row, "n") as u32, number(row, "k") as i32, number(row, "p"));
        let plug_in = |c: u32| 1.0 - (1.0 - f64::from(c) / f64::from(n)).powi(k);
        let expectation: f64 = (0..=n).map(|c| binomial(n, c, p) * plug_in(c)).sum();
        close("plug-in", expectation, &row["plugin"], 1e-12);
        close("true", 1.0 - (1.0 - p).powi(k), &row["true"], 1e-12);
        assert!(expectation < number(row, "true"));
    }
}

#[test]
fn bounds_and_plans() {
    let Some(vectors) = vectors() else { return };
    for (n, bound) in vectors["zero_success_upper_95"].as_object().unwrap() {
        close("bound", zero_success_bound(n.parse().unwrap(), 0.95).unwrap(), bound, 1e-12);
    }
    let size = |epsilon| plan(epsilon, 0.05, 1).unwrap().samples_each as f64;
    close("N", size(1e-3), &vectors["confirm_N_eps_1e-3"], 0.0);
    close("N", size(1e-4), &vectors["confirm_N_eps_1e-4"], 0.0);
}

#[test]
fn path_counting_after_optional_stopping() {
    let Some(vectors) = vectors() else { return };
    let four: fn(u32) -> u32 = |c0| if c0 == 0 { 4 } else { 0 };
    let graded: fn(u32) -> u32 = |c0| match c0 {
        0 => 6,
        1 | 2 => 3,
        _ => 0,
    };
    let rules = [("sequential_n0_4_plus4_if_c0_0_k2", 4, four, 2), ("sequential_n0_5_extra_6_if_c0_0_3_if_c0_1_or_2_k3", 5, graded, 3)];
    for (name, n0, extra, k) in rules {
        for row in vectors[name].as_array().unwrap() {
            let p = number(row, "p");
            let mut mean = 0.0;
            for c0 in 0..=n0 {
                let n1 = extra(c0);
                for c1 in 0..=n1 {
                    let value = two_phase_failure(n0, extra, n1, c0 + c1, k).unwrap();
                    mean += binomial(n0, c0, p) * binomial(n1, c1, p) * value;
                }
            }
            close(name, mean, &row["true"], 1e-12);
        }
    }
}
