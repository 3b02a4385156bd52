//! "The model is ahead at small k and the base overtakes it."

use super::needed::more_data;
use super::{Difference, Judgement, Size, Verdict, show, strength};

/// "The model is ahead at small k and the base overtakes it by `k_max`", by the simultaneous band over increasing k.
///
/// Supported: some k certifies a gain and a later one a loss. Refuted: no loss is possible up to `k_max` (lower >= 0
/// throughout and > 0 at `k_max`), or the base is ahead at every k from the first on (no gain to lose).
pub fn crossing(band: &[Difference], k_max: u32, size: Size) -> Judgement {
    let seen: Vec<Difference> = band.iter().copied().filter(|d| d.k <= k_max).collect();
    let Some(last) = seen.last().copied() else {
        return Judgement::inconclusive(format!("no k up to {k_max} was estimated"), format!("draw at least {k_max} samples per problem"));
    };
    let gain = seen.iter().find(|d| d.lo > 0.0);
    let loss = gain.and_then(|g| seen.iter().find(|d| d.k > g.k && d.hi < 0.0));
    if let (Some(gain), Some(loss)) = (gain, loss) {
        return Judgement::decided(Verdict::Supported, format!("gain {}, loss {}, by the band over all k", show(gain), show(loss)));
    }
    if last.k < k_max {
        let evidence = format!("k reaches only {}: {}", last.k, show(&last));
        return Judgement::inconclusive(evidence, format!("draw at least {k_max} samples per problem (now {})", size.samples));
    }
    if last.lo > 0.0 && seen.iter().all(|d| d.lo >= 0.0) {
        return Judgement::decided(Verdict::Refuted, format!("no loss anywhere up to k = {k_max}; still ahead {}", show(&last)));
    }
    if seen.iter().all(|d| d.hi < 0.0) {
        return Judgement::decided(Verdict::Refuted, format!("the base is ahead at every k: {} and {}", show(&seen[0]), show(&last)));
    }
    undecided_crossing(&seen, gain, size)
}

fn undecided_crossing(seen: &[Difference], gain: Option<&Difference>, size: Size) -> Judgement {
    let from = gain.map_or(0, |g| g.k);
    let nearest = |sign: f64, after: u32| {
        let candidates = seen.iter().filter(|d| d.k > after && sign * d.diff > 0.0);
        candidates.max_by(|x, y| strength(x).total_cmp(&strength(y))).copied()
    };
    let (best_gain, best_loss) = (gain.copied().or_else(|| nearest(1.0, 0)), nearest(-1.0, from));
    let part = |what: &str, d: &Option<Difference>| match d {
        Some(d) => format!("{what} {}", show(d)),
        None => format!("no {what} is even estimated"),
    };
    let evidence = format!("{}; {}", part("gain", &best_gain), part("loss", &best_loss));
    let open: Vec<Difference> = best_gain.into_iter().chain(best_loss).filter(|d| d.lo <= 0.0 && d.hi >= 0.0).collect();
    let hardest = open.iter().min_by(|x, y| strength(x).total_cmp(&strength(y)));
    let needed = match (best_loss, hardest) {
        (None, _) => format!("the estimates show no loss up to k = {}: look at larger k", seen[seen.len() - 1].k),
        (_, Some(d)) => more_data(d, size),
        _ => "a gain before the loss".to_string(),
    };
    Judgement::inconclusive(evidence, needed)
}
