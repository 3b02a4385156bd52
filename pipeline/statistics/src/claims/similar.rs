//! "All these models agree."

use super::needed::advice;
use super::{Difference, Judgement, Size, Verdict, half_width, show};

/// "All these models agree within `margin`": two one-sided tests on every pair.
///
/// `pairs` holds the names and the difference with the *90 %* interval (which makes each test one of level 5 %). Supported:
/// every interval lies inside +-margin. Refuted: one lies outside.
pub fn similar(pairs: &[(String, Difference)], margin: f64, size: Size) -> Judgement {
    let Some((name, widest)) = pairs.iter().max_by(|x, y| reach(&x.1).total_cmp(&reach(&y.1))) else {
        return Judgement::inconclusive("no pair of models to compare".into(), "evaluate at least two models".into());
    };
    if let Some((name, d)) = pairs.iter().find(|(_, d)| d.lo > margin || d.hi < -margin) {
        return Judgement::decided(Verdict::Refuted, format!("{name}: {} lies outside ±{margin}", show(d)));
    }
    let evidence = format!("{} pairs, margin ±{margin}; the furthest is {name}: {}", pairs.len(), show(widest));
    if reach(widest) < margin {
        return Judgement::decided(Verdict::Supported, evidence);
    }
    let (_, hardest) = pairs.iter().max_by(|x, y| room_ratio(&x.1, margin).total_cmp(&room_ratio(&y.1, margin))).expect("pairs exist");
    Judgement::inconclusive(evidence, advice(room_ratio(hardest, margin), size))
}

fn reach(d: &Difference) -> f64 {
    d.hi.max(-d.lo)
}

/// Half-width over the room between the estimate and the margin it is nearest to (on either side).
fn room_ratio(d: &Difference, margin: f64) -> f64 {
    half_width(d) / (margin - d.diff.abs()).abs()
}
