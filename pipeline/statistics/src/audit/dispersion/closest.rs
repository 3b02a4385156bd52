//! The two batches most like copies of each other: a seed used twice.

use super::total;
use crate::counts::Count;
use crate::hypergeometric;
use crate::self_null::poisson_binomial;
use std::collections::BTreeMap;

/// The two batches most like copies of each other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Closest {
    /// 0-based.
    pub first: usize,
    /// 0-based.
    pub second: usize,
    /// Share of the informative problems on which both have the same count; 1 for copies.
    pub equal: f64,
    /// The same share for exchangeable batches.
    pub expected: f64,
    /// P(at least as many equal counts by chance), exact Poisson-binomial, times the number of pairs (at most 1).
    pub p: f64,
}

/// The pair of equally large batches with the most equal counts beyond chance; None when there is no such pair.
pub fn closest(mixed: &[&Vec<Count>]) -> Option<Closest> {
    let batches = mixed[0].len();
    if mixed.iter().any(|problem| problem.len() != batches) {
        return None;
    }
    let comparable = |a: usize, b: usize| mixed.iter().all(|problem| problem[a].n() == problem[b].n());
    let all = (0..batches).flat_map(|a| (a + 1..batches).map(move |b| (a, b)));
    let pairs: Vec<(usize, usize)> = all.filter(|&(a, b)| comparable(a, b)).collect();
    let mut known: BTreeMap<(u32, u32, u32), f64> = BTreeMap::new();
    let mut best: Option<(f64, Closest, Vec<f64>)> = None;
    for &(first, second) in &pairs {
        let mut chance = |problem: &&Vec<Count>| {
            let ((n, c), m) = (total(problem), problem[first].n());
            *known.entry((n, c, m)).or_insert_with(|| chance_of_equal(n, c, m))
        };
        let chances: Vec<f64> = mixed.iter().map(&mut chance).collect();
        let equal = mixed.iter().filter(|problem| problem[first].c() == problem[second].c()).count() as f64;
        let expected: f64 = chances.iter().sum();
        let z = (equal - expected) / chances.iter().map(|p| p * (1.0 - p)).sum::<f64>().sqrt().max(1e-9);
        if best.as_ref().is_none_or(|b| z > b.0) {
            let size = mixed.len() as f64;
            best = Some((z, Closest { first, second, equal: equal / size, expected: expected / size, p: 1.0 }, chances));
        }
    }
    best.map(|(_, pair, chances)| Closest { p: chance_of_as_many(&pair, &chances, pairs.len()), ..pair })
}

/// P(two disjoint batches of m hold equally many of the c correct among n), batches dealt at random.
pub fn chance_of_equal(n: u32, c: u32, m: u32) -> f64 {
    let first = hypergeometric::pmf(n, c, m);
    let second = |x: u32| hypergeometric::pmf(n - m, c - x, m)[x as usize];
    (0..=m.min(c)).filter(|&x| first[x as usize] > 0.0).map(|x| first[x as usize] * second(x)).sum()
}

fn chance_of_as_many(pair: &Closest, chances: &[f64], pairs: usize) -> f64 {
    let equal = (pair.equal * chances.len() as f64).round() as usize;
    let tail: f64 = poisson_binomial(chances)[equal..].iter().rev().sum();
    (tail * pairs as f64).min(1.0)
}
