//! From statistics to a verdict on a claim: supported, refuted, or inconclusive with what would decide it.
//!
//! Pure functions of numbers that are already computed; nothing is estimated here. "Inconclusive" is never "equal". The
//! sample sizes in [`Judgement::needed`] assume that the estimated difference is the true one: orders of magnitude.

mod crossing;
mod needed;
pub mod runs;
mod similar;
mod subset;
pub mod tested;

pub use crossing::crossing;
pub use similar::similar;
pub use subset::{Unlocked, subset};

use needed::more_data;

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

fn show(d: &Difference) -> String {
    format!("at k = {}: {:+.4} [{:+.4}, {:+.4}]", d.k, d.diff, d.lo, d.hi)
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
