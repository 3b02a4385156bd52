//! Equal tokens instead of equal samples: an RL model that writes more per sample gets fewer samples for its budget.
//!
//! [`equal_tokens`] uses mean lengths only and ignores that length and correctness are correlated within a problem;
//! [`Trace`] keeps every sample's length and does not. Count the prompt's tokens if they are paid for.

use crate::counts::Count;
use crate::error::{Error, Result, at_least, same_length};
use crate::matrix::Matrix;
use crate::pass_at_k::per_problem;
use crate::rng::Stream;

/// Differences *model minus base* at equal expected tokens.
#[derive(Clone, Debug, PartialEq)]
pub struct EqualTokens {
    /// Samples of the model.
    pub ks: Vec<u32>,
    /// Samples of the base that cost the same, k L_model / L_base.
    pub base_samples: Vec<f64>,
    /// model(k) - base(k L_model / L_base), the base interpolated in ln k.
    pub diff: Vec<f64>,
    /// Where the base first overtakes, in samples of the model; None: nowhere among `ks`.
    pub k_star: Option<f64>,
}

/// Compares two mean curves over the same increasing `ks` at equal expected tokens per problem.
///
/// Only the k whose base counterpart lies within `ks` are kept: nothing is extrapolated.
///
/// # Errors
/// Different lengths, or lengths of answers that are not positive.
pub fn equal_tokens(ks: &[u32], base: &[f64], model: &[f64], base_tokens: f64, model_tokens: f64) -> Result<EqualTokens> {
    same_length("the list of k", ks.len(), "the base's curve", base.len())?;
    same_length("the list of k", ks.len(), "the model's curve", model.len())?;
    at_least("a curve", 1, ks.len())?;
    let ratio = model_tokens / base_tokens;
    if !ratio.is_finite() || ratio <= 0.0 {
        return Err(Error::OutOfRange { name: "tokens per sample (ratio model/base)", value: ratio, range: "(0, inf)" });
    }
    let (first, last) = (f64::from(ks[0]), f64::from(ks[ks.len() - 1]));
    let gap = |k: f64| interpolate(ks, model, k) - interpolate(ks, base, k * ratio);
    let inside = |k: &f64| (first..=last).contains(k) && (first..=last).contains(&(*k * ratio));
    let kept: Vec<u32> = ks.iter().copied().filter(|&k| inside(&f64::from(k))).collect();
    // Both curves are linear in ln k between these points, so the crossing found between two of them is exact.
    let mut corners: Vec<f64> = ks.iter().flat_map(|&k| [f64::from(k), f64::from(k) / ratio]).filter(inside).collect();
    corners.sort_by(f64::total_cmp);
    let k_star = overtaken(&corners.iter().map(|&k| (k, gap(k))).collect::<Vec<_>>());
    let base_samples = kept.iter().map(|&k| f64::from(k) * ratio).collect();
    let diff = kept.iter().map(|&k| gap(f64::from(k))).collect();
    Ok(EqualTokens { ks: kept, base_samples, diff, k_star })
}

/// Per-problem differences *model minus base* at equal expected tokens: rows = problems, columns = those `ks` (samples of the model) whose
/// counterpart k L_model / L_base lies within `ks`; the base's curve of every problem is linear in ln k between neighbouring k.
///
/// # Errors
/// Different numbers of problems, a k above some n, or a ratio of lengths that is not positive.
pub fn equal_token_differences(base: &[Count], model: &[Count], ks: &[u32], ratio: f64) -> Result<(Vec<u32>, Matrix)> {
    same_length("the base's counts", base.len(), "the model's counts", model.len())?;
    at_least("a curve", 1, ks.len())?;
    if !ratio.is_finite() || ratio <= 0.0 {
        return Err(Error::OutOfRange { name: "tokens per sample (ratio model/base)", value: ratio, range: "(0, inf)" });
    }
    let (of_base, of_model) = (per_problem(base, ks)?, per_problem(model, ks)?);
    let ends = f64::from(ks[0])..=f64::from(ks[ks.len() - 1]);
    let kept: Vec<usize> = (0..ks.len()).filter(|&j| ends.contains(&(f64::from(ks[j]) * ratio))).collect();
    let mut out = Matrix::zeros(base.len(), kept.len());
    for i in 0..base.len() {
        for (to, &j) in out.row_mut(i).iter_mut().zip(&kept) {
            *to = of_model.row(i)[j] - interpolate(ks, of_base.row(i), f64::from(ks[j]) * ratio);
        }
    }
    Ok((kept.into_iter().map(|j| ks[j]).collect(), out))
}

/// First change from + to -, linear in ln k.
fn overtaken(points: &[(f64, f64)]) -> Option<f64> {
    let mut ahead: Option<(f64, f64)> = None;
    for &(k, d) in points {
        match ahead {
            Some((k0, d0)) if d < 0.0 => return Some(k0 * (k / k0).powf(d0 / (d0 - d))),
            _ if d > 0.0 || (d == 0.0 && ahead.is_some()) => ahead = Some((k, d)),
            _ => {}
        }
    }
    None
}

/// Linear in ln k between neighbouring k; `x` within the ends.
fn interpolate(ks: &[u32], curve: &[f64], x: f64) -> f64 {
    if ks.len() == 1 {
        return curve[0];
    }
    let right = ks.partition_point(|&k| f64::from(k) < x).clamp(1, ks.len() - 1);
    let (a, b) = (f64::from(ks[right - 1]), f64::from(ks[right]));
    let share = (x / a).ln() / (b / a).ln();
    curve[right - 1] + share * (curve[right] - curve[right - 1])
}

/// The stored samples of one problem: tokens paid and verdict.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    /// `(tokens, correct)` per sample.
    pub samples: Vec<(u64, bool)>,
}

impl Trace {
    /// Tokens of all samples: the largest budget that is always exhausted, hence the largest with an unbiased estimate.
    pub fn tokens(&self) -> u64 {
        self.samples.iter().map(|s| s.0).sum()
    }

    /// Tokens spent until the first correct sample is complete, in one random order; None if that exceeds `most`.
    fn first_success(&self, most: u64, stream: &mut Stream, order: &mut Vec<usize>) -> Option<u64> {
        order.clear();
        order.extend(0..self.samples.len());
        let mut spent = 0;
        for i in 0..order.len() {
            let j = i + stream.below(order.len() - i);
            order.swap(i, j);
            let (tokens, correct) = self.samples[order[i]];
            spent += tokens;
            if spent > most {
                return None;
            }
            if correct {
                return Some(spent);
            }
        }
        None
    }
}

/// The largest budget for which every problem's estimate is unbiased.
pub fn largest_budget(traces: &[Trace]) -> u64 {
    traces.iter().map(Trace::tokens).min().unwrap_or(0)
}

/// P(a correct sample is complete within B tokens) of every problem (rows) and budget (columns), averaged over `orders`
/// random orders of its stored samples: per problem the Monte-Carlo error is below 0.5/sqrt(orders).
///
/// # Errors
/// No problems or orders, budgets that do not increase, or one above [`largest_budget`]: there the samples may run out
/// before the tokens do, and the estimate would be censored.
pub fn budget_curve(traces: &[Trace], budgets: &[u64], orders: u32, seed: u64) -> Result<Matrix> {
    at_least("a budget curve", 1, traces.len())?;
    at_least("the random orders", 1, orders as usize)?;
    at_least("the budgets", 1, budgets.len())?;
    let (most, limit) = (budgets[budgets.len() - 1], largest_budget(traces));
    if budgets.windows(2).any(|w| w[0] >= w[1]) || most > limit {
        let range = "an increasing list up to the fewest tokens stored for a problem";
        return Err(Error::OutOfRange { name: "the last budget", value: most as f64, range });
    }
    let mut out = Matrix::zeros(traces.len(), budgets.len());
    let mut order = Vec::new();
    let solved = traces.iter().enumerate().filter(|(_, trace)| trace.samples.iter().any(|sample| sample.1));
    for (i, trace) in solved {
        let mut stream = Stream::new(seed, i as u64);
        let row = out.row_mut(i);
        for _ in 0..orders {
            if let Some(spent) = trace.first_success(most, &mut stream, &mut order) {
                let from = budgets.partition_point(|&b| b < spent);
                row[from..].iter_mut().for_each(|v| *v += 1.0 / f64::from(orders));
            }
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matrix::mean;

    #[test]
    fn equal_lengths_change_nothing_and_longer_answers_cost_samples() {
        let (ks, base, model) = ([1, 2, 4, 8], [0.2, 0.4, 0.6, 0.8], [0.5, 0.6, 0.65, 0.7]);
        let same = equal_tokens(&ks, &base, &model, 100.0, 100.0).unwrap();
        assert_eq!(same.ks, ks);
        assert!(same.diff.iter().zip([0.3, 0.2, 0.05, -0.1]).all(|(d, e)| (d - e).abs() < 1e-12));
        let twice = equal_tokens(&ks, &base, &model, 100.0, 200.0).unwrap();
        assert_eq!(twice.ks, [1, 2, 4], "k = 8 would need 16 base samples");
        assert!((twice.diff[0] - 0.1).abs() < 1e-12 && twice.k_star.unwrap() < same.k_star.unwrap());
        assert!(equal_tokens(&ks, &base, &model, 0.0, 1.0).is_err());
    }

    #[test]
    fn differences_of_problems_average_to_those_of_the_curves() {
        let counts = |correct: &[u32]| correct.iter().map(|&c| Count::new(8, c).unwrap()).collect::<Vec<_>>();
        let (base, model, ks) = (counts(&[0, 1, 4, 8]), counts(&[2, 6, 0, 8]), [1, 2, 3, 4, 5, 6, 7, 8]);
        let mean_of = |counts: &[Count]| (0..8).map(|j| mean(&per_problem(counts, &ks).unwrap().column(j))).collect::<Vec<_>>();
        let whole = equal_tokens(&ks, &mean_of(&base), &mean_of(&model), 100.0, 150.0).unwrap();
        let (kept, differences) = equal_token_differences(&base, &model, &ks, 1.5).unwrap();
        assert_eq!(kept, whole.ks);
        assert!((0..kept.len()).all(|j| (mean(&differences.column(j)) - whole.diff[j]).abs() < 1e-14));
        assert!(equal_token_differences(&base, &model, &ks, 0.0).is_err());
    }

    /// All orders of at most 6 samples.
    fn by_enumeration(samples: &[(u64, bool)], budget: u64) -> f64 {
        fn visit(left: &mut Vec<(u64, bool)>, spent: u64, budget: u64) -> f64 {
            let total = left.len() as f64;
            let mut sum = 0.0;
            for i in 0..left.len() {
                let (tokens, correct) = left[i];
                if spent + tokens <= budget {
                    left.remove(i);
                    sum += if correct { 1.0 } else { visit(left, spent + tokens, budget) };
                    left.insert(i, (tokens, correct));
                }
            }
            if total > 0.0 { sum / total } else { 0.0 }
        }
        visit(&mut samples.to_vec(), 0, budget)
    }

    #[test]
    fn random_orders_agree_with_all_orders() {
        let samples = vec![(3, false), (5, true), (2, false), (9, true), (4, false)];
        let budgets = [2, 5, 8, 14, 23];
        let found = budget_curve(&[Trace { samples: samples.clone() }], &budgets, 40_000, 1).unwrap();
        for (value, &budget) in found.row(0).iter().zip(&budgets) {
            assert!((value - by_enumeration(&samples, budget)).abs() < 0.01, "{budget}: {value}");
        }
        assert_eq!(found.row(0)[0], 0.0);
        assert_eq!((found.row(0)[4] * 1e9).round(), 1e9, "within all tokens a success is certain");
    }

    #[test]
    fn budgets_beyond_the_stored_tokens_are_refused() {
        let traces = [Trace { samples: vec![(3, false), (5, true)] }, Trace { samples: vec![(2, false); 3] }];
        assert_eq!(largest_budget(&traces), 6);
        assert!(budget_curve(&traces, &[7], 10, 0).is_err() && budget_curve(&traces, &[3, 3], 10, 0).is_err());
        assert!(budget_curve(&traces, &[6], 10, 0).is_ok());
    }
}
