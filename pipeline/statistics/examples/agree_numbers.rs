//! Our numbers on the committed counts as JSON, for `tests/agree.py`.
//!
//! `agree_numbers CRITICAL`: the band is built at that critical value, so that its edges can be compared exactly.

#[path = "../tests/reference/mod.rs"]
mod reference;

use beyond_statistics::Count;
use beyond_statistics::band::{BandMethod, BandOptions, Critical, critical_value, with_critical};
use beyond_statistics::counts::dense_ks;
use beyond_statistics::family::{Metric, Tau, auc, bayes_at_n};
use beyond_statistics::matrix::mean;
use beyond_statistics::paired::differences;
use beyond_statistics::panel::Panel;
use beyond_statistics::pass_at_k::mean_pass_at_k;
use serde_json::{Value, json};

fn at(metric: Metric, counts: &[Count], k: u32) -> f64 {
    mean(&metric.per_problem(counts, &[k]).expect("k <= n").column(0))
}

fn one_model(counts: &[Count]) -> Value {
    let bayes = bayes_at_n(counts);
    let taus = [(1, 4), (1, 2), (3, 4), (1, 1)].map(|(a, b)| Tau::new(a, b).expect("in (0, 1]"));
    json!({
        "pass": mean_pass_at_k(counts, &dense_ks(128)).expect("k <= n"),
        "pass_hat": ([2, 8, 32].map(|k| at(Metric::PassAll, counts, k))),
        "g_pass_16": (taus.map(|tau| at(Metric::GPass(tau), counts, 16))),
        "mg_pass": ([5, 16].map(|k| at(Metric::MeanGPass, counts, k))),
        "binary_majority": ([5, 16].map(|k| at(Metric::BinaryMajority, counts, k))),
        "auc_128": mean(&auc(counts, 128).expect("k <= n")),
        "bayes": [bayes.mu, bayes.sigma],
    })
}

fn pair(base: &[Count], rl: &[Count], critical: f64) -> Value {
    let ks = dense_ks(128);
    let panel = Panel::new(&differences(base, rl, &ks).expect("k <= n"), &ks).expect("many problems");
    let drawn = critical_value(&[&panel], BandOptions::default()).expect("valid options");
    let band = with_critical(&panel, Critical { value: critical, mc_error: 0.0 }, BandMethod::SupT);
    let first = band.first_loss().expect("dense");
    json!({
        "diff": panel.diff(), "se": panel.se(), "lower": band.lower, "upper": band.upper,
        "first_loss": [Some(first.lo), first.hi],
        "critical": drawn.value, "critical_mc_error": drawn.mc_error,
    })
}

fn main() {
    let critical = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(2.554);
    let (base, rl): (Vec<Count>, Vec<Count>) = reference::deepscaler_rows().iter().map(|row| (row.base, row.rl)).unzip();
    println!("{}", json!({ "base": one_model(&base), "rl": one_model(&rl), "pair": pair(&base, &rl, critical) }));
}
