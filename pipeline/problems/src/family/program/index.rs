//! Every function that short programs compute: with which depth, exposure and prior mass.

use super::{Exposure, INPUTS, Op, Operand, Params, Program, SHOWN, exposure};
use std::collections::{BTreeSet, HashMap};
use std::sync::OnceLock;

/// The ten values of a function.
type Values = [i32; INPUTS];

/// Deepest layer that is enumerated and kept; one more is searched on demand.
const KEPT: usize = 3;

/// Whether ten values make a problem: all in range, neither constant nor the identity.
pub(super) fn admissible(params: &Params, values: impl Iterator<Item = i64> + Clone) -> bool {
    let in_range = values.clone().all(|value| (params.low..=params.high).contains(&value));
    let constant = values.clone().zip(values.clone().skip(1)).all(|(a, b)| a == b);
    let identity = values.enumerate().all(|(x, value)| x as i64 == value);
    in_range && !constant && !identity
}

/// What the programs of one depth with one last operator know of a function.
#[derive(Clone, Copy)]
struct Entry {
    /// Sum over programs of the product of their corpus weights.
    mass: f64,
    /// Of the most exposed of these programs.
    exposure: Exposure,
    /// That program, one code a step.
    codes: [u16; KEPT],
}

/// Functions by the last operator of the programs that compute them.
type Layer = HashMap<(Values, u8), Entry>;

/// What admissible programs of one depth say of six shown values.
#[derive(Clone, Copy, PartialEq)]
enum Reading {
    /// They agree on the hidden values.
    One(Values),
    /// They do not.
    Several,
}

/// Readings by shown values.
type Shown = HashMap<[i32; SHOWN], Reading>;

/// The layers of all programs up to depth 3, and how they read shown values; built when first asked for.
pub(super) struct Index {
    params: Params,
    layers: [OnceLock<Layer>; KEPT],
    shown: [OnceLock<Shown>; KEPT],
}

impl Index {
    pub fn new(params: &Params) -> Self {
        Index { params: params.clone(), layers: Default::default(), shown: Default::default() }
    }

    /// Every step with its corpus weight; a code is a position in this list.
    fn steps(&self) -> Vec<(Op, Operand, f64)> {
        let Params { operand_max, x_share, op_weights, .. } = &self.params;
        let total: f64 = op_weights.iter().sum();
        let per_number = (1.0 - x_share) / *operand_max as f64;
        let operands = (1..=*operand_max).map(|c| (Operand::Const(c), per_number)).chain([(Operand::X, *x_share)]);
        let pair = |op: &Op, (operand, weight)| (*op, operand, op_weights[*op as usize] / total * weight);
        Op::ALL.iter().flat_map(|op| operands.clone().map(move |operand| pair(op, operand))).collect()
    }

    /// The layer of depth 1..=3.
    fn layer(&self, depth: usize) -> &Layer {
        self.layers[depth - 1].get_or_init(|| match depth {
            1 => self.extend(&Layer::from([((IDENTITY, u8::MAX), ROOT)]), 0),
            _ => self.extend(self.layer(depth - 1), depth - 1),
        })
    }

    /// All one-step extensions of a layer whose programs have `depth` steps.
    fn extend(&self, layer: &Layer, depth: usize) -> Layer {
        let mut next = Layer::new();
        let steps = self.steps();
        for key in sorted_keys(layer) {
            let entry = layer[key];
            for (code, (op, operand, weight)) in steps.iter().enumerate() {
                let Some(values) = apply(&key.0, *op, *operand) else { continue };
                let exposed = joined(key.1, *op).max(entry.exposure);
                let mut codes = entry.codes;
                codes[depth] = code as u16;
                let new = Entry { mass: entry.mass * weight, exposure: exposed, codes };
                let slot = next.entry((values, *op as u8)).or_insert(Entry { mass: 0.0, ..new });
                slot.mass += new.mass;
                if new.exposure < slot.exposure {
                    (slot.exposure, slot.codes) = (new.exposure, codes);
                }
            }
        }
        next
    }

    /// The entries of a function in one layer.
    fn entries(&self, values: &Values, depth: usize) -> impl Iterator<Item = &Entry> {
        let layer = self.layer(depth);
        (0..Op::ALL.len() as u8).filter_map(|last| layer.get(&(*values, last)))
    }

    /// How the admissible programs of depth 1..=3 read shown values.
    fn shown(&self, depth: usize) -> &Shown {
        self.shown[depth - 1].get_or_init(|| {
            let mut shown = Shown::new();
            for (values, _) in self.layer(depth).keys().filter(|key| self.admissible(&key.0)) {
                let reading = shown.entry(head(values)).or_insert(Reading::One(*values));
                if *reading != Reading::One(*values) {
                    *reading = Reading::Several;
                }
            }
            shown
        })
    }

    /// Exposure of the function of a program: that of the most exposed program of the same depth; beyond depth 3, which is
    /// too many to list, that of `program` itself. None when the shown values do not determine the function: a shorter
    /// program explains them, or programs of this depth differ on the hidden ones.
    pub fn exposure(&self, outputs: &[i64], program: &Program) -> Option<Exposure> {
        let (values, depth) = (narrow(outputs)?, program.0.len());
        if (1..depth).any(|shorter| self.shown(shorter).contains_key(&head(&values))) {
            return None;
        }
        if depth > KEPT {
            return Some(program.exposure());
        }
        let determined = self.shown(depth).get(&head(&values)) == Some(&Reading::One(values));
        self.entries(&values, depth).map(|entry| entry.exposure).min().filter(|_| determined)
    }

    /// A shortest and most exposed program of at most three steps for a function.
    pub fn program(&self, outputs: &[i64]) -> Option<Program> {
        let values = narrow(outputs)?;
        let steps = self.steps();
        (1..=KEPT).find_map(|depth| {
            let best = self.entries(&values, depth).min_by_key(|entry| (entry.exposure, entry.codes))?;
            let step = |code: &u16| (steps[*code as usize].0, steps[*code as usize].1);
            Some(Program(best.codes[..depth].iter().map(step).collect()))
        })
    }

    /// Prior probability of each (outputs, depth): the mass of all programs of that depth that compute it, over the mass
    /// of all admissible programs of that depth.
    pub fn masses(&self, targets: &[(Vec<i64>, usize)]) -> Vec<f64> {
        let mut chances = vec![0.0; targets.len()];
        let depths: BTreeSet<usize> = targets.iter().map(|(_, depth)| *depth).collect();
        for depth in depths {
            let at = |i: &usize| targets[*i].1 == depth;
            let rows: Vec<usize> = (0..targets.len()).filter(at).collect();
            let mut functions: HashMap<Values, f64> =
                rows.iter().filter_map(|i| narrow(&targets[*i].0)).map(|values| (values, 0.0)).collect();
            let total = self.prior(depth, &mut functions);
            for row in rows {
                let mass = narrow(&targets[row].0).and_then(|values| functions.get(&values));
                chances[row] = mass.map_or(0.0, |mass| mass / total);
            }
        }
        chances
    }

    /// Adds to each function of `wanted` its mass at one depth; returns the mass of all admissible functions. The last
    /// step is enumerated without storing its layer, which at depth 4 would not fit in memory.
    fn prior(&self, depth: usize, wanted: &mut HashMap<Values, f64>) -> f64 {
        let root = Layer::from([((IDENTITY, u8::MAX), ROOT)]);
        let layer = if depth == 1 { &root } else { self.layer(depth - 1) };
        let steps = self.steps();
        let mut total = 0.0;
        for key in sorted_keys(layer) {
            for (op, operand, weight) in &steps {
                let Some(values) = apply(&key.0, *op, *operand).filter(|values| self.admissible(values)) else { continue };
                let mass = layer[key].mass * weight;
                total += mass;
                if let Some(sum) = wanted.get_mut(&values) {
                    *sum += mass;
                }
            }
        }
        total
    }

    fn admissible(&self, values: &Values) -> bool {
        admissible(&self.params, values.iter().map(|value| i64::from(*value)))
    }
}

/// Keys in order, because a sum of floats depends on the order and a hash map has none.
fn sorted_keys(layer: &Layer) -> Vec<&(Values, u8)> {
    let mut keys: Vec<_> = layer.keys().collect();
    keys.sort_unstable();
    keys
}

/// The values of f(x) = x.
const IDENTITY: Values = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

/// The identity before any step.
const ROOT: Entry = Entry { mass: 1.0, exposure: Exposure::Common, codes: [0; KEPT] };

/// Exposure added by applying `op` after the operator with index `last`.
fn joined(last: u8, op: Op) -> Exposure {
    Op::ALL.get(last as usize).map_or(Exposure::Common, |last| exposure(*last, op))
}

/// One step on all ten values; None when it is undefined on any.
fn apply(values: &Values, op: Op, operand: Operand) -> Option<Values> {
    let mut next = [0; INPUTS];
    for (x, value) in values.iter().enumerate() {
        next[x] = op.apply(i64::from(*value), operand.value(x as i64))? as i32;
    }
    Some(next)
}

/// The shown values.
fn head(values: &Values) -> [i32; SHOWN] {
    std::array::from_fn(|x| values[x])
}

/// Ten outputs as a key.
fn narrow(outputs: &[i64]) -> Option<Values> {
    let values: Vec<i32> = outputs.iter().map(|value| i32::try_from(*value).ok()).collect::<Option<_>>()?;
    values.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every depth-2 program with its weight.
    fn pairs(index: &Index) -> Vec<(Program, f64)> {
        let steps = index.steps();
        let pair = |(a, x, p): &(Op, Operand, f64), (b, y, q): &(Op, Operand, f64)| (Program(vec![(*a, *x), (*b, *y)]), p * q);
        steps.iter().flat_map(|first| steps.iter().map(move |second| pair(first, second))).collect()
    }

    fn outputs(program: &Program) -> Option<Vec<i64>> {
        (0..INPUTS as i64).map(|x| program.evaluate(x)).collect()
    }

    #[test]
    fn masses_and_exposures_equal_brute_force_at_depth_two() {
        let params = Params { operand_max: 6, ..Params::default() };
        let index = Index::new(&params);
        let fits = |outputs: &Vec<i64>| admissible(&params, outputs.iter().copied());
        let all: Vec<_> = pairs(&index).into_iter().filter_map(|(p, w)| Some((outputs(&p).filter(fits)?, p, w))).collect();
        let total: f64 = all.iter().map(|(_, _, weight)| weight).sum();
        for (target, program, _) in all.iter().step_by(7) {
            let same: Vec<_> = all.iter().filter(|(outputs, _, _)| outputs == target).collect();
            let mass: f64 = same.iter().map(|(_, _, weight)| weight).sum();
            let found = index.masses(&[(target.clone(), 2)])[0];
            assert!((found - mass / total).abs() < 1e-12, "{program}");
            let shown = all.iter().filter(|(outputs, _, _)| outputs[..SHOWN] == target[..SHOWN]);
            let determined = shown.clone().all(|(outputs, _, _)| outputs == target);
            let single = index.shown(1).contains_key(&head(&narrow(target).unwrap()));
            let best = same.iter().map(|(_, program, _)| program.exposure()).min();
            assert_eq!(index.exposure(target, program), best.filter(|_| determined && !single), "{program}");
        }
    }

    #[test]
    fn priors_sum_to_one() {
        let params = Params { operand_max: 4, low: -9, high: 30, ..Params::default() };
        let index = Index::new(&params);
        for depth in 1..=3 {
            let mut functions: Vec<Values> = index.layer(depth).keys().map(|key| key.0).filter(|v| index.admissible(v)).collect();
            functions.sort_unstable();
            functions.dedup();
            let targets: Vec<_> = functions.iter().map(|v| (v.iter().map(|x| i64::from(*x)).collect(), depth)).collect();
            assert!((index.masses(&targets).iter().sum::<f64>() - 1.0).abs() < 1e-9);
        }
    }

    #[test]
    fn shortest_programs_compute_their_function() {
        let index = Index::new(&Params::default());
        let hard = Program::parse("*7%10+3", 20).unwrap();
        let found = index.program(&outputs(&hard).unwrap()).unwrap();
        assert_eq!(outputs(&found), outputs(&hard));
        let long = Program::parse("+1+1+1", 20).unwrap();
        assert_eq!(index.program(&outputs(&long).unwrap()).unwrap().to_string(), "+3");
    }
}
