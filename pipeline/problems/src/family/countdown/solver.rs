//! What can be reached from a set of numbers, by dynamic programming over its subsets.

use super::step::{Op, Step, moves};
use super::{Exposure, exposure, take};
use std::collections::HashMap;

/// A class says which of `*` (bit 0) and `/` (bit 1) a derivation uses; a set of classes is 4 bits.
type Classes = u8;

/// The values reachable from every non-empty subset of the numbers, with the classes of derivations that reach them.
pub(super) struct Reach {
    max: i64,
    /// By subset (bits), then ascending by value.
    values: Vec<Vec<(i64, Classes)>>,
}

/// The class of an operator.
fn class_of(op: Op) -> u8 {
    match op {
        Op::Mul => 1,
        Op::Div => 2,
        Op::Add | Op::Sub => 0,
    }
}

/// Classes of derivations that join two derivations with an operator, by operator class and the two sets.
fn joins() -> [[[Classes; 16]; 16]; 3] {
    let members = |set: usize| (0..4u8).filter(move |class| set >> class & 1 == 1);
    let join = |op: usize, left, right| {
        let pairs = members(left).flat_map(|a| members(right).map(move |b| a | b | op as u8));
        pairs.fold(0, |set: Classes, class| set | 1 << class)
    };
    std::array::from_fn(|op| std::array::from_fn(|left| std::array::from_fn(|right| join(op, left, right))))
}

/// Subsets `part` of `whole` without the empty one and `whole` itself; each unordered split occurs once in each order.
fn parts(whole: usize) -> impl Iterator<Item = usize> {
    (1..whole).filter(move |part| part & whole == *part)
}

impl Reach {
    /// All subsets of at most 6 numbers; results in 1..=max.
    pub fn new(numbers: &[i64], max: i64) -> Self {
        let mut reach = Reach { max, values: vec![Vec::new(); 1 << numbers.len()] };
        let joins = joins();
        for subset in 1usize..1 << numbers.len() {
            reach.values[subset] = match subset.count_ones() {
                1 => vec![(numbers[subset.trailing_zeros() as usize], 1)],
                _ => reach.combine(subset, &joins),
            };
        }
        reach
    }

    fn combine(&self, subset: usize, joins: &[[[Classes; 16]; 16]; 3]) -> Vec<(i64, Classes)> {
        let mut classes = vec![0u8; self.max as usize + 1];
        for part in parts(subset) {
            for (a, left) in &self.values[part] {
                for (b, right) in self.values[subset ^ part].iter().take_while(|(b, _)| b <= a) {
                    for op in Op::ALL {
                        if let Some(result) = op.apply(*a, *b, self.max) {
                            classes[result as usize] |= joins[class_of(op) as usize][*left as usize][*right as usize];
                        }
                    }
                }
            }
        }
        (0..).zip(classes).filter(|(_, classes)| *classes != 0).collect()
    }

    fn classes(&self, subset: usize, value: i64) -> Classes {
        let values = &self.values[subset];
        values.binary_search_by_key(&value, |entry| entry.0).map_or(0, |at| values[at].1)
    }

    fn all(&self) -> usize {
        self.values.len() - 1
    }

    /// Classes that reach a target, most exposed first.
    fn ranked(&self, target: i64) -> Vec<(Exposure, u8)> {
        let classes = self.classes(self.all(), target);
        let held = (0..4u8).filter(|class| classes >> class & 1 == 1);
        let mut ranked: Vec<_> = held.map(|class| (exposure(class & 1 == 1, class & 2 == 2), class)).collect();
        ranked.sort_unstable();
        ranked
    }

    /// Exposure of the most exposed derivation of a target; None when it cannot be reached.
    pub fn exposure(&self, target: i64) -> Option<Exposure> {
        self.ranked(target).first().map(|(exposure, _)| *exposure)
    }

    /// A most exposed derivation of a target; None when it cannot be reached.
    pub fn solution(&self, target: i64) -> Option<Vec<Step>> {
        let (_, class) = *self.ranked(target).first()?;
        let mut steps = Vec::new();
        self.derive(self.all(), target, class, &mut steps)?;
        Some(steps)
    }

    /// Appends a derivation of `value` from `subset` in `class`; operands are derived before they are used.
    fn derive(&self, subset: usize, value: i64, class: u8, steps: &mut Vec<Step>) -> Option<()> {
        if subset.count_ones() == 1 {
            return Some(());
        }
        let (part, left, right, step) = parts(subset).find_map(|part| self.split(subset, part, value, class))?;
        self.derive(part, step.a, left, steps)?;
        self.derive(subset ^ part, step.b, right, steps)?;
        steps.push(step);
        Some(())
    }

    /// A last step with its left operand from `part`, and the classes of both operands.
    fn split(&self, subset: usize, part: usize, value: i64, class: u8) -> Option<(usize, u8, u8, Step)> {
        for (a, left) in &self.values[part] {
            for (b, right) in self.values[subset ^ part].iter().take_while(|(b, _)| b <= a) {
                for op in Op::ALL.into_iter().filter(|op| op.apply(*a, *b, self.max) == Some(value)) {
                    let fits = |l: u8, r: u8| left >> l & 1 == 1 && right >> r & 1 == 1 && l | r | class_of(op) == class;
                    let pairs = (0..4).flat_map(|l| (0..4).map(move |r| (l, r)));
                    if let Some((l, r)) = pairs.into_iter().find(|(l, r)| fits(*l, *r)) {
                        return Some((part, l, r, Step { a: *a, op, b: *b, result: value }));
                    }
                }
            }
        }
        None
    }
}

/// Probability that a uniform walk over legal moves ends at `target`; exact.
pub(super) fn walk_chance(numbers: &[i64], target: i64, max: i64) -> f64 {
    let mut known = HashMap::new();
    chance(numbers.to_vec(), target, max, &mut known)
}

fn chance(numbers: Vec<i64>, target: i64, max: i64, known: &mut HashMap<Vec<i64>, f64>) -> f64 {
    if let [last] = numbers[..] {
        return f64::from(u8::from(last == target));
    }
    if let Some(chance) = known.get(&numbers) {
        return *chance;
    }
    let steps = moves(&numbers, max);
    let after = |step: &Step| take(&numbers, step).map_or(0.0, |left| chance(left, target, max, known));
    let total: f64 = steps.iter().map(after).sum();
    let mean = if steps.is_empty() { 0.0 } else { total / steps.len() as f64 };
    known.insert(numbers, mean);
    mean
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Rng;

    /// Every legal walk to the end: its probability, last value and class.
    fn walks(numbers: &[i64], max: i64, p: f64, class: u8, out: &mut Vec<(i64, u8, f64)>) {
        if let [last] = numbers[..] {
            return out.push((last, class, p));
        }
        let steps = moves(numbers, max);
        for step in &steps {
            let left = take(numbers, step).unwrap();
            walks(&left, max, p / steps.len() as f64, class | class_of(step.op), out);
        }
    }

    #[test]
    fn dynamic_programming_equals_walking_every_way() {
        let mut rng = Rng::keyed("oracle", 0, 0);
        for round in 0..60 {
            let size = 2 + round % 3;
            let max = if round % 2 == 0 { 99 } else { 199 };
            let mut numbers: Vec<i64> = (0..size).map(|_| rng.range(1, 25)).collect();
            numbers.sort_unstable_by(|a, b| b.cmp(a));
            let mut all = Vec::new();
            walks(&numbers, max, 1.0, 0, &mut all);
            let reach = Reach::new(&numbers, max);
            for target in 1..=max {
                let hits: Vec<_> = all.iter().filter(|walk| walk.0 == target).collect();
                let classes = hits.iter().fold(0, |set, walk| set | 1 << walk.1);
                assert_eq!(reach.classes(reach.all(), target), classes, "{numbers:?} {target}");
                let chance: f64 = hits.iter().map(|walk| walk.2).sum();
                assert!((walk_chance(&numbers, target, max) - chance).abs() < 1e-12);
            }
        }
    }
}
