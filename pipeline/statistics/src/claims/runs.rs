//! A claim about the training method: the same rule on the interval over training runs, the checkpoint's evidence beside it.

use super::needed::{HOPELESS, advice, round_up};
use super::{Difference, Judgement, Size, Verdict, half_width, show, strength};

/// The difference of two methods over several training runs of each, with its variance components ([`crate::runs`]).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OverRuns {
    /// Mean over runs and problems with the interval for new runs on new problems.
    pub at: Difference,
    /// Training runs R, at least 2.
    pub runs: u32,
    /// Problems M.
    pub problems: u32,
    /// Variance between runs.
    pub var_run: f64,
    /// Variance between problems.
    pub var_problem: f64,
    /// Interaction plus sampling.
    pub var_rest: f64,
}

/// Applies `judge` ([`super::gain`], [`super::expands`] or [`super::narrows`]) to the interval over runs.
///
/// The verdict is the method's: what `checkpoint` says of one run is kept as evidence only.
pub fn over_runs(judge: fn(Difference, Size) -> Judgement, found: &OverRuns, checkpoint: &Judgement) -> Judgement {
    let size = Size { problems: found.problems, samples: 0, within_share: None };
    let verdict = judge(found.at, size).verdict;
    let (runs, at) = (found.runs, show(&found.at));
    let evidence =
        format!("over {runs} training runs: {at}; the first run alone: {} ({})", checkpoint.evidence, checkpoint.verdict.as_str());
    let needed = if verdict == Verdict::Inconclusive { found.needed(size) } else { String::new() };
    Judgement { verdict, evidence, needed }
}

/// "The model is ahead at small k and the base overtakes it by `k_max`" over training runs, and its p.
///
/// `points` hold the method's difference and its p at increasing k, from k = 1 to `k_max`, the two k that the claim itself names. Supported: gain at
/// the first and loss at the last. Refuted: ahead, or behind, at every k. Each of these asks for all of its parts, so every part is tested
/// at the full level (intersection-union, Berger 1982) and p is the largest of its parts; no band over k is needed.
pub fn crossing_over_runs(points: &[(OverRuns, f64)], checkpoint: &Judgement) -> Option<(Judgement, f64)> {
    let ((first, p_first), (last, p_last)) = (points.first()?, points.last()?);
    let all = |sign: f64| points.iter().all(|(point, _)| sign * point.at.diff > 0.0);
    let ends = first.at.diff > 0.0 && last.at.diff < 0.0;
    let throughout = points.iter().map(|(_, p)| *p).fold(0.0, f64::max);
    let (verdict, p) = match (ends, all(1.0) || all(-1.0)) {
        (true, _) if first.at.lo > 0.0 && last.at.hi < 0.0 => (Verdict::Supported, p_first.max(*p_last)),
        (true, _) => (Verdict::Inconclusive, p_first.max(*p_last)),
        (_, true) if points.iter().all(|(point, _)| point.at.lo > 0.0 || point.at.hi < 0.0) => (Verdict::Refuted, throughout),
        (_, true) => (Verdict::Inconclusive, throughout),
        _ => (Verdict::Inconclusive, 1.0),
    };
    let evidence = format!(
        "over {} training runs: {} and {}; the first run alone, by the band over all k: {} ({})",
        first.runs,
        show(&first.at),
        show(&last.at),
        checkpoint.evidence,
        checkpoint.verdict.as_str()
    );
    let hardest = if strength(&first.at) < strength(&last.at) { first } else { last };
    let size = Size { problems: hardest.problems, samples: 0, within_share: None };
    let needed = match verdict {
        Verdict::Inconclusive if !ends => "the means show no gain at the first k with a loss at the last".to_string(),
        Verdict::Inconclusive => hardest.needed(size),
        _ => String::new(),
    };
    Some((Judgement { verdict, evidence, needed }, p))
}

/// A judgement about one checkpoint of an arm that was trained several times says so, and why.
pub fn about_one_run(judgement: Judgement, runs: u32, why: &str) -> Judgement {
    Judgement { evidence: format!("{}; about training run 1 of {runs}: {why}", judgement.evidence), ..judgement }
}

impl OverRuns {
    /// How many runs decide the sign: se² = σ_R²/R + σ_P²/M + σ_RP²/(RM) must fall by (half-width / difference)². The t quantile, which
    /// also falls with R, is left out: the number is on the large side.
    fn needed(&self, size: Size) -> String {
        let factor = (half_width(&self.at) / self.at.diff).powi(2);
        if !factor.is_finite() || factor > HOPELESS {
            return advice(factor.sqrt(), size);
        }
        let (runs, problems) = (f64::from(self.runs), f64::from(self.problems));
        let per_run = self.var_run + self.var_rest / problems;
        let room = (per_run / runs + self.var_problem / problems) / factor - self.var_problem / problems;
        let wanted = round_up(per_run / room);
        if room > 0.0 && wanted > runs {
            return format!("about {wanted:.0} training runs (now {}), if the estimate and its spread hold", self.runs);
        }
        format!("more problems (now {}) as well as training runs (now {}): the problems alone leave it open", self.problems, self.runs)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{expands, gain, narrows};
    use super::*;

    fn found(diff: f64, half: f64, var_run: f64) -> OverRuns {
        let at = Difference { k: 1, diff, lo: diff - half, hi: diff + half };
        OverRuns { at, runs: 3, problems: 100, var_run, var_problem: 0.0001, var_rest: 0.0 }
    }

    #[test]
    fn the_method_decides_and_the_checkpoint_stays_as_evidence() {
        let checkpoint = Judgement { verdict: Verdict::Supported, evidence: "one run".into(), needed: String::new() };
        let open = over_runs(gain, &found(0.1, 0.2, 0.01), &checkpoint);
        assert_eq!(open.verdict, Verdict::Inconclusive);
        assert!(open.evidence.starts_with("over 3 training runs: at k = 1: +0.1000 [-0.1000, +0.3000]"), "{}", open.evidence);
        assert!(open.evidence.ends_with("the first run alone: one run (supported)"));
        // se² = .01/3 + 1e-6 must fall to a quarter: .01/R = 8.326e-4 or so, R = 13.
        assert!(open.needed.contains("about 13 training runs (now 3)"), "{}", open.needed);
        assert_eq!(over_runs(expands, &found(0.1, 0.05, 0.01), &checkpoint).verdict, Verdict::Supported);
        assert_eq!(over_runs(narrows, &found(0.1, 0.05, 0.01), &checkpoint).verdict, Verdict::Refuted);
    }

    #[test]
    fn a_crossing_over_runs_needs_both_ends_and_is_refuted_by_one_sign_throughout() {
        let checkpoint = Judgement { verdict: Verdict::Inconclusive, evidence: "one run".into(), needed: String::new() };
        let judge = |points: &[(f64, f64, f64)]| {
            let points: Vec<_> = points.iter().map(|&(diff, half, p)| (found(diff, half, 0.01), p)).collect();
            crossing_over_runs(&points, &checkpoint).unwrap()
        };
        let (both, p) = judge(&[(0.1, 0.05, 0.01), (0.0, 0.3, 1.0), (-0.2, 0.1, 0.02)]);
        assert_eq!((both.verdict, p), (Verdict::Supported, 0.02));
        assert!(both.evidence.ends_with("the first run alone, by the band over all k: one run (inconclusive)"), "{}", both.evidence);
        let (open, p) = judge(&[(0.1, 0.05, 0.01), (-0.1, 0.2, 0.2)]);
        assert_eq!((open.verdict, p), (Verdict::Inconclusive, 0.2));
        assert!(open.needed.contains("training runs"), "{}", open.needed);
        let (ahead, p) = judge(&[(0.1, 0.05, 0.01), (0.2, 0.1, 0.03)]);
        assert_eq!((ahead.verdict, p), (Verdict::Refuted, 0.03));
        let (mixed, p) = judge(&[(-0.1, 0.05, 0.01), (0.2, 0.1, 0.03)]);
        assert_eq!((mixed.verdict, p), (Verdict::Inconclusive, 1.0));
        assert!(mixed.needed.contains("no gain"));
    }

    #[test]
    fn runs_do_not_replace_problems() {
        let checkpoint = Judgement { verdict: Verdict::Inconclusive, evidence: "one run".into(), needed: "more".into() };
        assert!(over_runs(gain, &found(0.1, 0.2, 0.0), &checkpoint).needed.contains("more problems"));
        assert!(over_runs(gain, &found(0.0, 0.2, 0.01), &checkpoint).needed.contains("1000 times"));
    }
}
