//! What a code problem asks for: an aggregate of a map over the filtered numbers below n.

use super::Exposure;
use super::index::LIMITS;

/// Inputs of the tests: the first four are shown.
pub(super) const INPUTS: [i64; 10] = [3, 5, 8, 10, 4, 6, 7, 9, 11, 12];
/// Inputs shown in the prompt.
pub(super) const SHOWN: usize = 4;

/// The ten outputs.
pub(super) type Outputs = [i64; INPUTS.len()];

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Aggregate {
    Sum,
    Max,
    Min,
}

impl Aggregate {
    pub const ALL: [Aggregate; 3] = [Aggregate::Sum, Aggregate::Max, Aggregate::Min];

    /// The word in prompts, and the Python builtin.
    pub fn word(self) -> &'static str {
        ["sum", "max", "min"][self as usize]
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Filter {
    All,
    Odd,
    Even,
    Third,
}

impl Filter {
    pub const ALL: [Filter; 4] = [Filter::All, Filter::Odd, Filter::Even, Filter::Third];

    /// The word in prompts.
    pub fn word(self) -> &'static str {
        ["all", "odd", "even", "third"][self as usize]
    }

    fn keeps(self, i: i64) -> bool {
        match self {
            Filter::All => true,
            Filter::Odd => i % 2 == 1,
            Filter::Even => i % 2 == 0,
            Filter::Third => i % 3 == 0,
        }
    }

    /// The condition in Python; empty when there is none.
    fn condition(self) -> &'static str {
        ["", "i%2", "i%2==0", "i%3==0"][self as usize]
    }

    /// Arguments of a `range` that yields the kept numbers.
    fn stride(self) -> &'static str {
        ["n", "1,n,2", "0,n,2", "0,n,3"][self as usize]
    }
}

/// Exposure of an aggregate with a filter. Each aggregate and each filter is common with others: what is rare or never
/// seen is their combination.
pub(super) fn exposure(aggregate: Aggregate, filter: Filter) -> Exposure {
    match (aggregate, filter) {
        (Aggregate::Max, Filter::Third) | (Aggregate::Min, Filter::Odd) => Exposure::None,
        (Aggregate::Max, Filter::Even) | (Aggregate::Min, Filter::Third) => Exposure::Rare,
        _ => Exposure::Common,
    }
}

/// An expression of i: its text, its number of operators, and its values at i = 0..=11.
pub(super) struct Map {
    pub text: String,
    pub depth: u32,
    values: [i64; 12],
}

/// All maps: at most two operators, small constants; of equal functions the first is kept.
pub(super) fn maps() -> Vec<Map> {
    let mut maps: Vec<Map> = Vec::new();
    let mut add = |text: String, depth: u32, f: &dyn Fn(i64) -> i64| {
        let values = std::array::from_fn(|i| f(i as i64));
        if maps.iter().all(|map| map.values != values) {
            maps.push(Map { text, depth, values });
        }
    };
    add("i".into(), 0, &|i| i);
    add("i*i".into(), 1, &|i| i * i);
    for c in 1..=20 {
        add(format!("i+{c}"), 1, &|i| i + c);
        add(format!("{c}-i"), 1, &|i| c - i);
    }
    for c in 2..=12 {
        add(format!("i*{c}"), 1, &|i| i * c);
        add(format!("i%{c}"), 1, &|i| i % c);
        add(format!("i//{c}"), 1, &|i| i / c);
    }
    for c in 1..=20 {
        add(format!("i*i+{c}"), 2, &|i| i * i + c);
        add(format!("i*i-{c}"), 2, &|i| i * i - c);
        add(format!("i*({c}-i)"), 2, &|i| i * (c - i));
        for d in 2..=12 {
            add(format!("(i+{c})*{d}"), 2, &|i| (i + c) * d);
            add(format!("(i+{c})%{d}"), 2, &|i| (i + c) % d);
            add(format!("(i+{c})//{d}"), 2, &|i| (i + c) / d);
            add(format!("i*{d}+{c}"), 2, &|i| i * d + c);
            add(format!("{c}-i*{d}"), 2, &|i| c - i * d);
        }
    }
    for c in 2..=12 {
        add(format!("i*i%{c}"), 2, &|i| i * i % c);
        add(format!("i*i//{c}"), 2, &|i| i * i / c);
        for d in 2..=12 {
            add(format!("i*{c}%{d}"), 2, &|i| i * c % d);
            add(format!("i*{c}//{d}"), 2, &|i| i * c / d);
            add(format!("i//{c}*{d}"), 2, &|i| i / c * d);
        }
    }
    maps
}

/// How a solution is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// `return sum(i*i for i in range(n)if i%2)`
    Comprehension,
    /// An accumulator and a loop.
    Loop,
    /// A comprehension over a range with a stride.
    Stride,
}

/// The body of f for a specification.
pub(super) fn body(aggregate: Aggregate, filter: Filter, map: &Map, style: Style) -> String {
    let (word, text, condition) = (aggregate.word(), &map.text, filter.condition());
    match style {
        Style::Stride => format!("return {word}({text} for i in range({}))", filter.stride()),
        Style::Comprehension if condition.is_empty() => format!("return {word}({text} for i in range(n))"),
        Style::Comprehension => format!("return {word}({text} for i in range(n)if {condition})"),
        Style::Loop => {
            let test = if condition.is_empty() { String::new() } else { format!("if {condition}:") };
            let (start, update) = match aggregate {
                Aggregate::Sum => (0, format!("s+={text}")),
                Aggregate::Max => (LIMITS.0, format!("s=max(s,{text})")),
                Aggregate::Min => (LIMITS.1, format!("s=min(s,{text})")),
            };
            format!("s={start}\nfor i in range(n):\n {test}{update}\nreturn s")
        }
    }
}

/// The ten outputs of a specification, in the order of [`INPUTS`].
pub(super) fn outputs(aggregate: Aggregate, filter: Filter, map: &Map) -> Outputs {
    INPUTS.map(|n| {
        let kept = (0..n).filter(|i| filter.keeps(*i)).map(|i| map.values[i as usize]);
        match aggregate {
            Aggregate::Sum => kept.sum(),
            Aggregate::Max => kept.max().unwrap_or(0),
            Aggregate::Min => kept.min().unwrap_or(0),
        }
    })
}
