//! From statistics to a verdict on a claim: supported, refuted, or inconclusive with what would decide it.
//!
//! Pure functions of numbers that are already computed; nothing is estimated here. "Inconclusive" is never "equal". The
//! sample sizes in [`Judgement::needed`] assume that the estimated difference is the true one: orders of magnitude.

pub mod runs;
pub mod tested;

use crate::special::ln_choose;

/// The three answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The data establish the claim at the level of the interval or band.
    Supported,
    /// The data establish its opposite.
    Refuted,
    /// Neither.
    Inconclusive,
}

impl Verdict {
    /// The name written into result rows.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Supported => "supported",
            Verdict::Refuted => "refuted",
            Verdict::Inconclusive => "inconclusive",
        }
    }
}

/// A verdict and what it rests on.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// The answer.
    pub verdict: Verdict,
    /// The numbers it rests on, with intervals.
    pub evidence: String,
    /// What would decide an inconclusive claim; empty otherwise.
    pub needed: String,
}

impl Judgement {
    fn decided(verdict: Verdict, evidence: String) -> Judgement {
        Judgement { verdict, evidence, needed: String::new() }
    }

    fn inconclusive(evidence: String, needed: String) -> Judgement {
        Judgement { verdict: Verdict::Inconclusive, evidence, needed }
    }
}

/// The mean difference *model minus base* of a metric at one k, with an interval of any kind.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    /// Number of samples.
    pub k: u32,
    /// Point estimate.
    pub diff: f64,
    /// Lower end: of the pointwise interval, or of the simultaneous band where a band is asked for.
    pub lo: f64,
    /// Upper end.
    pub hi: f64,
}

/// How the data were collected, for the advice on more of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Size {
    /// Problems M.
    pub problems: u32,
    /// Samples per problem n.
    pub samples: u32,
    /// Share of the variance that is within problems (SE_B^2 / SE_P^2); None when unknown (2k > n).
    pub within_share: Option<f64>,
}

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

/// |difference| in half-widths: above 1 it is decided.
fn strength(d: &Difference) -> f64 {
    d.diff.abs() / half_width(d)
}

fn half_width(d: &Difference) -> f64 {
    0.5 * (d.hi - d.lo)
}

/// "The model solves more than the base at this k."
pub fn expands(at: Difference, size: Size) -> Judgement {
    signed(at, 1.0, size)
}

/// "The model solves less than the base at this k."
pub fn narrows(at: Difference, size: Size) -> Judgement {
    signed(at, -1.0, size)
}

/// "pass@1 of the model is above the base's": [`expands`] at k = 1.
pub fn gain(at: Difference, size: Size) -> Judgement {
    signed(at, 1.0, size)
}

fn signed(at: Difference, sign: f64, size: Size) -> Judgement {
    let evidence = format!("{} on {} problems", show(&at), size.problems);
    let (towards, against) = if sign > 0.0 { (at.lo > 0.0, at.hi < 0.0) } else { (at.hi < 0.0, at.lo > 0.0) };
    match (towards, against) {
        (true, _) => Judgement::decided(Verdict::Supported, evidence),
        (_, true) => Judgement::decided(Verdict::Refuted, evidence),
        _ => Judgement::inconclusive(evidence, more_data(&at, size)),
    }
}

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

/// What the 2x2 table says about problems only the model solves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Unlocked {
    /// Model-only problems at full n.
    pub model_only: u32,
    /// Those whose rate changed for sure, at a false-discovery rate of 5 % over all problems.
    pub real_model_only: u32,
    /// Model-only problems expected if no rate had changed.
    pub expected_by_chance: f64,
    /// Problems the base did not solve.
    pub base_unsolved: u32,
}

/// "What the model solves is a subset of what the base solves", up to what a rerun would show.
///
/// Refuted by a model-only problem whose rate really changed. Supported when there is none and one could have been found:
/// a single problem is detectable from `s` model successes against 0, C(n,s)/C(2n,s) <= 5 % / M. A statement at this n.
pub fn subset(table: Unlocked, size: Size) -> Judgement {
    let Unlocked { model_only, real_model_only, expected_by_chance, base_unsolved } = table;
    let counts = format!(
        "{model_only} model-only problems at n = {}, {expected_by_chance:.1} expected if nothing changed, {real_model_only} \
         with a changed rate at 5 % FDR",
        size.samples
    );
    if real_model_only > 0 {
        return Judgement::decided(Verdict::Refuted, format!("{counts}; check the grader on them first"));
    }
    match detectable_from(size) {
        Some(s) => {
            let power = format!("{counts} of {base_unsolved} the base left unsolved; {s} of {} successes would have shown", size.samples);
            Judgement::decided(Verdict::Supported, power)
        }
        None => {
            let enough = (1..=24).map(|e| 1u32 << e).find(|&n| detectable_from(Size { samples: n, ..size }).is_some());
            let needed =
                format!("at least {} samples per problem: at this n even n of n successes would not show", enough.unwrap_or(u32::MAX));
            Judgement::inconclusive(counts, needed)
        }
    }
}

/// Fewest model successes (the base having none) that one problem needs to be found among all M.
fn detectable_from(size: Size) -> Option<u32> {
    let (n, level) = (size.samples, (0.05 / f64::from(size.problems)).ln());
    (1..=n).find(|&s| ln_choose(n, s) - ln_choose(2 * n, s) <= level)
}

fn show(d: &Difference) -> String {
    format!("at k = {}: {:+.4} [{:+.4}, {:+.4}]", d.k, d.diff, d.lo, d.hi)
}

fn more_data(d: &Difference, size: Size) -> String {
    advice(half_width(d) / d.diff.abs(), size)
}

/// Beyond this factor "more data" is not a plan.
const HOPELESS: f64 = 1000.0;

/// How many problems, or samples, shrink the half-width by `ratio` (> 1); None of both when that is out of reach.
fn advice(ratio: f64, size: Size) -> String {
    let factor = ratio * ratio;
    if !factor.is_finite() || factor > HOPELESS {
        return format!("more than {HOPELESS:.0} times the data: the estimate is too close to the border to be decided");
    }
    let problems = round_up(f64::from(size.problems) * factor.max(1.0));
    let mut text = format!("about {problems:.0} problems (now {})", size.problems);
    if let Some(samples) = samples_for(factor, size) {
        text += &format!(", or about {samples:.0} samples per problem (now {})", size.samples);
    }
    text + ", if the estimate holds"
}

/// Samples that reduce the variance by `factor` when only its within-problem share falls as 1/n.
fn samples_for(factor: f64, size: Size) -> Option<f64> {
    let within = size.within_share?;
    let left = 1.0 / factor - (1.0 - within);
    (factor > 1.0 && left > 0.0).then(|| round_up(f64::from(size.samples) * within / left))
}

/// The next integer, forgiving rounding errors of the ratio.
fn round_up(x: f64) -> f64 {
    (x - 1e-6).ceil()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: Size = Size { problems: 100, samples: 128, within_share: None };

    fn d(k: u32, diff: f64, half: f64) -> Difference {
        Difference { k, diff, lo: diff - half, hi: diff + half }
    }

    #[test]
    fn a_crossing_needs_a_certified_gain_and_a_later_loss() {
        let both = crossing(&[d(1, 0.1, 0.02), d(16, 0.0, 0.02), d(64, -0.05, 0.02)], 64, SIZE);
        assert_eq!((both.verdict, both.needed.as_str()), (Verdict::Supported, ""));
        assert!(both.evidence.contains("k = 1: +0.1000") && both.evidence.contains("k = 64: -0.0500"));
        let reversed = crossing(&[d(1, -0.1, 0.02), d(64, 0.05, 0.02)], 64, SIZE);
        assert_eq!(reversed.verdict, Verdict::Inconclusive);
    }

    #[test]
    fn a_crossing_is_refuted_by_a_lead_or_a_deficit_throughout() {
        assert_eq!(crossing(&[d(1, 0.1, 0.02), d(8, 0.05, 0.05), d(64, 0.03, 0.02)], 64, SIZE).verdict, Verdict::Refuted);
        assert_eq!(crossing(&[d(1, -0.1, 0.02), d(64, -0.05, 0.02)], 64, SIZE).verdict, Verdict::Refuted);
        assert_eq!(crossing(&[d(1, 0.1, 0.02), d(64, 0.02, 0.02)], 64, SIZE).verdict, Verdict::Inconclusive);
    }

    #[test]
    fn an_open_crossing_says_what_would_decide_it() {
        let open = crossing(&[d(1, 0.1, 0.02), d(64, -0.01, 0.02)], 64, SIZE);
        assert_eq!(open.verdict, Verdict::Inconclusive);
        assert!(open.needed.contains("about 400 problems"), "{}", open.needed);
        let short = crossing(&[d(1, 0.1, 0.02), d(64, 0.05, 0.02)], 256, SIZE);
        assert!(short.needed.contains("256 samples"));
        let rising = crossing(&[d(1, 0.1, 0.02), d(64, 0.01, 0.02)], 64, SIZE);
        assert!(rising.needed.contains("larger k"));
        assert!(crossing(&[], 4, SIZE).needed.contains('4'));
    }

    #[test]
    fn signs_decide_expansion_and_its_opposite() {
        for (diff, up, down) in [(0.1, Verdict::Supported, Verdict::Refuted), (-0.1, Verdict::Refuted, Verdict::Supported)] {
            assert_eq!(expands(d(64, diff, 0.02), SIZE).verdict, up);
            assert_eq!(narrows(d(64, diff, 0.02), SIZE).verdict, down);
        }
        assert_eq!(gain(d(1, 0.0, 0.0), SIZE).verdict, Verdict::Inconclusive);
        assert!(gain(d(1, 0.0, 0.1), SIZE).needed.contains("1000 times"));
    }

    #[test]
    fn more_samples_help_only_the_within_share() {
        let size = Size { within_share: Some(0.9), ..SIZE };
        // Variance must halve: 0.5 = 0.1 + 0.9 (128/n'), n' = 288.
        let found = expands(d(64, 0.1, 0.1 * 2f64.sqrt()), size);
        assert!(found.needed.contains("200 problems") && found.needed.contains("288 samples"), "{}", found.needed);
        let little = expands(d(64, 0.1, 0.1 * 2f64.sqrt()), Size { within_share: Some(0.4), ..SIZE });
        assert!(!little.needed.contains("samples per problem"));
    }

    #[test]
    fn similarity_is_shown_by_intervals_inside_the_margin() {
        let pair = |name: &str, diff, half| (name.to_string(), d(8, diff, half));
        assert_eq!(similar(&[pair("a-b", 0.0, 0.01), pair("a-c", 0.005, 0.01)], 0.02, SIZE).verdict, Verdict::Supported);
        let refuted = similar(&[pair("a-b", 0.0, 0.01), pair("a-c", 0.06, 0.01)], 0.02, SIZE);
        assert!(refuted.verdict == Verdict::Refuted && refuted.evidence.starts_with("a-c"));
        let open = similar(&[pair("a-b", 0.01, 0.02)], 0.02, SIZE);
        assert!(open.verdict == Verdict::Inconclusive && open.needed.contains("400 problems"));
        assert_eq!(similar(&[], 0.02, SIZE).verdict, Verdict::Inconclusive);
    }

    #[test]
    fn a_subset_is_refuted_by_one_real_problem_and_needs_power_to_be_supported() {
        let table = Unlocked { model_only: 5, real_model_only: 0, expected_by_chance: 6.0, base_unsolved: 20 };
        assert_eq!(subset(table, SIZE).verdict, Verdict::Supported);
        assert_eq!(subset(Unlocked { real_model_only: 1, ..table }, SIZE).verdict, Verdict::Refuted);
        let weak = subset(table, Size { samples: 4, ..SIZE });
        assert!(weak.verdict == Verdict::Inconclusive && weak.needed.contains("8 samples"), "{}", weak.needed);
    }
}
