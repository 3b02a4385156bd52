//! EvalPlus' comparison, outside the candidate's process (evalplus @26d6d00, `evalplus/eval/__init__.py`).

use crate::value::{Value, same_set};
use num_bigint::BigInt;
use num_traits::FromPrimitive;

/// Relative tolerance of `np.testing.assert_allclose`, which EvalPlus passes to `np.allclose`.
const RELATIVE: f64 = 1e-7;

/// The rule by which outputs of one task are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Oracle {
    /// Equality, then closeness.
    Equal,
    /// Mbpp/164: every output passes.
    Anything,
    /// Mbpp/295: 0 passes too.
    OrZero,
    /// Mbpp/581: the height may also be read as the distance from the base to the apex.
    SurfaceArea,
    /// Mbpp/558: the shorter number may also be padded with zeros.
    DigitDistance,
    /// Eight MBPP tasks: equal as sets.
    SetEqual,
    /// Three MBPP tasks whose outputs cannot be serialised: None or not None.
    NotNone,
    /// HumanEval/32: a root of the polynomial.
    Root,
}

impl Oracle {
    /// The oracle of a task; EvalPlus keys them by entry point.
    pub fn of(task_id: &str, entry_point: &str) -> Oracle {
        if !task_id.starts_with("Mbpp/") {
            return if entry_point == "find_zero" { Oracle::Root } else { Oracle::Equal };
        }
        match entry_point {
            "are_equivalent" => Oracle::Anything,
            "sum_div" => Oracle::OrZero,
            "surface_Area" => Oracle::SurfaceArea,
            "digit_distance_nums" => Oracle::DigitDistance,
            "similar_elements"
            | "find_char_long"
            | "common_in_nested_lists"
            | "extract_singly"
            | "larg_nnum"
            | "intersection_array"
            | "find_dissimilar"
            | "Diff" => Oracle::SetEqual,
            "check_str" | "text_match_three" | "text_starta_endb" => Oracle::NotNone,
            _ => Oracle::Equal,
        }
    }
}

/// Compares the outputs of one run (base or plus) in order.
///
/// Holds the tolerance, because EvalPlus raises it at the first expected float and never lowers it in that run.
pub struct Checker {
    oracle: Oracle,
    atol: f64,
}

impl Checker {
    /// `atol`: the task's own absolute tolerance.
    pub fn new(oracle: Oracle, atol: f64) -> Checker {
        Checker { oracle, atol }
    }

    /// Whether an output that is the expected one to the byte is right without looking at it; if so, takes note of the
    /// expected value as [`Checker::check`] does. `floats`: [`is_floats`] of the expected value.
    pub fn accept_identical(&mut self, floats: bool) -> bool {
        if matches!(self.oracle, Oracle::Root | Oracle::SetEqual | Oracle::NotNone) {
            return false;
        }
        self.note(floats);
        true
    }

    fn note(&mut self, floats: bool) {
        if self.atol == 0.0 && floats {
            self.atol = 1e-6;
        }
    }

    /// Whether `output` is right for `input` (the arguments), given the reference solution's output.
    pub fn check(&mut self, input: &[Value], output: &Value, expected: &Value) -> bool {
        if self.oracle == Oracle::Root {
            return is_root(input, output, self.atol);
        }
        let Some(matches) = self.matches(input, output, expected) else { return false };
        self.note(is_floats(expected));
        if matches || self.atol == 0.0 { matches } else { close(output, expected, self.atol) }
    }

    /// The exact comparison with the task's oracle; None where EvalPlus' own code would raise.
    fn matches(&self, input: &[Value], output: &Value, expected: &Value) -> Option<bool> {
        let equal = output.equals(expected);
        Some(match self.oracle {
            Oracle::Anything => true,
            Oracle::OrZero => equal || output.equals(&Value::Int(0)),
            Oracle::SurfaceArea => equal || near(output, &surface_area(input)?, self.atol)?,
            Oracle::DigitDistance => equal || output.equals(&digit_distance(input)?),
            Oracle::SetEqual => same_set(&output.iterate()?, &expected.iterate()?),
            Oracle::NotNone if matches!(output, Value::Bool(_)) => equal,
            Oracle::NotNone => expected.equals(&Value::Bool(*output != Value::None)),
            Oracle::Equal | Oracle::Root => equal,
        })
    }
}

/// `isinstance(x, float)` or a non-empty list or tuple of floats.
pub fn is_floats(x: &Value) -> bool {
    let float = |x: &Value| matches!(x.base(), Value::Float(_));
    match x.base() {
        Value::List(items) | Value::Tuple(items) => !items.is_empty() && items.iter().all(float),
        _ => float(x),
    }
}

/// `abs(a - b) <= atol`
fn near(a: &Value, b: &Value, atol: f64) -> Option<bool> {
    if atol == 0.0 {
        a.as_f64()?;
        return Some(a.equals(b));
    }
    Some((a.as_f64()? - b.as_f64()?).abs() <= atol)
}

fn surface_area(input: &[Value]) -> Option<Value> {
    let [edge, height] = input else { return None };
    let (edge, height) = (edge.as_f64()?, height.as_f64()?);
    let slant = ((edge / 2.0).powi(2) + height.powi(2)).sqrt();
    let area = edge.powi(2) + 4.0 * (edge * slant) / 2.0;
    Some(Value::int(BigInt::from_f64(area.round_ties_even())?))
}

fn digit_distance(input: &[Value]) -> Option<Value> {
    let [a, b] = input else { return None };
    let (a, b) = (format!("{a}"), format!("{b}"));
    let width = a.len().max(b.len());
    let digits = |s: &str| format!("{s:0>width$}").chars().map(|c| c.to_digit(10)).collect::<Option<Vec<u32>>>();
    let sum: u32 = digits(&a)?.into_iter().zip(digits(&b)?).map(|(a, b)| a.abs_diff(b)).sum();
    Some(Value::Int(i64::from(sum)))
}

/// `abs(sum(c * math.pow(x, i))) <= atol`; an overflow raises in Python and fails here.
fn is_root(input: &[Value], output: &Value, atol: f64) -> bool {
    let (Some(coefficients), Some(x)) = (input.first().and_then(Value::iterate), output.as_f64()) else { return false };
    let mut sum = 0.0;
    for (i, c) in coefficients.iter().enumerate() {
        let power = x.powf(i as f64);
        let Some(c) = c.as_f64() else { return false };
        if power.is_infinite() && x.is_finite() {
            return false;
        }
        sum += c * power;
    }
    sum.abs() <= atol
}

/// Same type, same length, then `np.allclose(out, exp, rtol=1e-7, atol)`.
fn close(output: &Value, expected: &Value, atol: f64) -> bool {
    if output.class() != expected.class() {
        return false;
    }
    if let (Value::List(a) | Value::Tuple(a), Value::List(b) | Value::Tuple(b)) = (output.base(), expected.base())
        && a.len() != b.len()
    {
        return false;
    }
    match (Array::of(output), Array::of(expected)) {
        (Some(a), Some(b)) => a.all_close(&b, atol),
        _ => false,
    }
}

/// What numpy makes of nested sequences of numbers: a shape and complex entries in row-major order.
struct Array {
    shape: Vec<usize>,
    entries: Vec<(f64, f64)>,
}

impl Array {
    /// None where numpy would raise: ragged nesting, anything but numbers, integers beyond 64 bits.
    fn of(value: &Value) -> Option<Array> {
        let (re, im) = match value.base() {
            Value::List(items) | Value::Tuple(items) => return Array::stack(items),
            Value::Complex(re, im) => (*re, *im),
            Value::Bool(_) | Value::Int(_) | Value::Float(_) => (value.as_f64()?, 0.0),
            _ => return None,
        };
        Some(Array { shape: vec![], entries: vec![(re, im)] })
    }

    fn stack(items: &[Value]) -> Option<Array> {
        let mut inner: Option<Vec<usize>> = None;
        let mut entries = Vec::new();
        for item in items {
            let part = Array::of(item)?;
            if *inner.get_or_insert_with(|| part.shape.clone()) != part.shape {
                return None;
            }
            entries.extend(part.entries);
        }
        let shape = std::iter::once(items.len()).chain(inner.unwrap_or_default()).collect();
        Some(Array { shape, entries })
    }

    /// Elementwise closeness with numpy's broadcasting.
    fn all_close(&self, other: &Array, atol: f64) -> bool {
        let rank = self.shape.len().max(other.shape.len());
        let padded = |a: &Array| [vec![1; rank - a.shape.len()], a.shape.clone()].concat();
        let (p, q) = (padded(self), padded(other));
        if p.iter().zip(&q).any(|(a, b)| a != b && *a != 1 && *b != 1) {
            return false;
        }
        let shape: Vec<usize> = p.iter().zip(&q).map(|(a, b)| if *a == 1 { *b } else { *a }).collect();
        let total: usize = shape.iter().product();
        (0..total).all(|i| entry_close(self.entries[place(i, &shape, &p)], other.entries[place(i, &shape, &q)], atol))
    }
}

/// Row-major position, in an array of shape `own`, of element `i` of the broadcast shape.
fn place(mut i: usize, shape: &[usize], own: &[usize]) -> usize {
    let (mut at, mut stride) = (0, 1);
    for (n, m) in shape.iter().zip(own).rev() {
        if *m != 1 {
            at += i % n * stride;
        }
        stride *= m;
        i /= n;
    }
    at
}

fn entry_close(a: (f64, f64), b: (f64, f64), atol: f64) -> bool {
    let finite = |x: (f64, f64)| x.0.is_finite() && x.1.is_finite();
    if !finite(a) || !finite(b) {
        return a == b;
    }
    (a.0 - b.0).hypot(a.1 - b.1) <= atol + RELATIVE * b.0.hypot(b.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn floats(xs: &[f64]) -> Value {
        Value::List(xs.iter().map(|x| Value::Float(*x)).collect())
    }

    fn ints(xs: &[i64]) -> Value {
        Value::List(xs.iter().map(|x| Value::Int(*x)).collect())
    }

    fn plain(output: Value, expected: Value) -> bool {
        Checker::new(Oracle::Equal, 0.0).check(&[], &output, &expected)
    }

    #[test]
    fn floats_get_a_tolerance_and_ints_do_not() {
        assert!(plain(Value::Float(1.0 + 5e-7), Value::Float(1.0)));
        assert!(!plain(Value::Float(1.0 + 2e-6), Value::Float(1.0)));
        assert!(plain(Value::Int(3), Value::Float(3.0)), "equal before types are looked at");
        assert!(!plain(Value::Int(3), Value::Float(3.0 + 1e-7)), "another type is not close");
        assert!(!plain(ints(&[1, 2]), ints(&[1, 3])));
        assert!(plain(Value::Float(1e9), Value::Float(1e9 + 50.0)), "relative 1e-7");
    }

    #[test]
    fn the_tolerance_stays_for_the_later_inputs_of_the_run() {
        let mixed = |x: f64| Value::List(vec![Value::Int(1), Value::Float(x)]);
        let mut checker = Checker::new(Oracle::Equal, 0.0);
        assert!(!checker.check(&[], &mixed(1.0 + 1e-7), &mixed(1.0)), "not all floats: exact");
        assert!(checker.check(&[], &Value::Float(2.0), &Value::Float(2.0)));
        assert!(checker.check(&[], &mixed(1.0 + 1e-7), &mixed(1.0)), "after a float: close");
    }

    #[test]
    fn shapes_lengths_and_types_must_fit() {
        let mut checker = Checker::new(Oracle::Equal, 1e-4);
        let mut close = |a: &Value, b: &Value| checker.check(&[], a, b);
        assert!(!close(&floats(&[1.0]), &floats(&[1.0, 1.0])));
        assert!(!close(&Value::Tuple(vec![Value::Float(1.00001)]), &floats(&[1.0])));
        assert!(
            close(&Value::List(vec![floats(&[1.00001]), floats(&[2.0])]), &Value::List(vec![floats(&[1.0, 1.0]), floats(&[2.0, 2.0])])),
            "broadcast"
        );
        assert!(!close(&Value::List(vec![floats(&[1.0]), ints(&[1, 2])]), &Value::List(vec![floats(&[1.00001]), ints(&[1, 2])])), "ragged");
        assert!(!close(&Value::Str("1.00001".into()), &Value::Str("1".into())));
        assert!(!close(&Value::Float(f64::NAN), &Value::Float(f64::NAN)));
        assert!(close(&Value::Float(f64::INFINITY), &Value::Float(f64::INFINITY)));
        assert!(!close(&Value::Float(f64::INFINITY), &Value::Float(1.0)));
        assert!(close(&Value::Complex(1.0, 1.00001), &Value::Complex(1.0, 1.0)));
    }

    #[test]
    fn special_oracles() {
        let check = |id: &str, entry: &str, input: &[Value], out: Value, exp: Value| {
            Checker::new(Oracle::of(id, entry), 0.0).check(input, &out, &exp)
        };
        assert!(check("Mbpp/164", "are_equivalent", &[], Value::Opaque("A".into()), Value::Bool(true)));
        assert!(check("Mbpp/295", "sum_div", &[], Value::Int(0), Value::Int(7)));
        assert!(!check("Mbpp/295", "sum_div", &[], Value::Int(1), Value::Int(7)));
        let base = [Value::Int(3), Value::Int(4)];
        assert!(check("Mbpp/581", "surface_Area", &base, Value::Int(35), Value::Int(33)), "round(9 + 6 * sqrt(18.25)) = 35");
        assert!(!check("Mbpp/581", "surface_Area", &base, Value::Int(34), Value::Int(33)));
        let numbers = [Value::Int(100), Value::Int(7)];
        assert!(check("Mbpp/558", "digit_distance_nums", &numbers, Value::Int(8), Value::Int(6)));
        assert!(!check("Mbpp/558", "digit_distance_nums", &[Value::Int(-1), Value::Int(7)], Value::Int(8), Value::Int(6)));
        assert!(check("Mbpp/2", "similar_elements", &[], ints(&[5, 4, 4]), Value::Tuple(vec![Value::Int(4), Value::Int(5)])));
        assert!(!check("Mbpp/2", "similar_elements", &[], Value::Int(4), ints(&[4])));
        assert!(check("Mbpp/737", "check_str", &[], Value::Opaque("Match".into()), Value::Bool(true)));
        assert!(!check("Mbpp/737", "check_str", &[], Value::None, Value::Bool(true)));
        assert!(!check("Mbpp/737", "check_str", &[], Value::Bool(false), Value::Bool(true)));
        assert_eq!(Oracle::of("HumanEval/1", "check_str"), Oracle::Equal, "oracles of MBPP are MBPP's only");
    }

    #[test]
    fn roots_are_judged_by_the_polynomial() {
        let cubic = [ints(&[-6, 11, -6, 1])]; // (x-1)(x-2)(x-3)
        let mut root = Checker::new(Oracle::of("HumanEval/32", "find_zero"), 1e-4);
        assert!(root.check(&cubic, &Value::Float(3.0), &Value::Float(1.0)));
        assert!(root.check(&cubic, &Value::Float(2.00001), &Value::Float(1.0)));
        assert!(!root.check(&cubic, &Value::Float(2.5), &Value::Float(1.0)));
        assert!(!root.check(&cubic, &Value::None, &Value::Float(1.0)));
        assert!(!root.check(&cubic, &Value::Float(1e200), &Value::Float(1.0)), "overflow");
    }
}
