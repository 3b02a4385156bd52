//! The accuracy histogram in the paper's 12 bins (Figs 5 and 13): 0, ten bins open below and closed above, 1 apart.

use crate::Cell;
use beyond_record::{Counts, Histogram};

const BINS: u32 = 12;

/// Bin of c of n, in integers: 0 | (0, .1] | ... | (.8, .9] | (.9, 1) | 1.
pub fn bin_of(correct: u32, n: u32) -> u32 {
    match correct {
        0 => 0,
        c if c == n => BINS - 1,
        c => (10 * c).div_ceil(n),
    }
}

fn name(bin: u32) -> String {
    match bin {
        0 => "0".into(),
        10 => "(0.9..1)".into(),
        11 => "1".into(),
        _ => format!("({}..{}]", f64::from(bin - 1) / 10.0, f64::from(bin) / 10.0),
    }
}

/// One row per bin, empty bins included.
pub fn histogram(cell: &Cell, rows: &[Counts]) -> Vec<Histogram> {
    let mut counts = [0; BINS as usize];
    for row in rows {
        counts[bin_of(row.correct, row.n) as usize] += 1;
    }
    let row = |bin: u32| Histogram {
        benchmark: cell.benchmark.clone(),
        model: cell.model.clone(),
        setting: cell.setting.clone(),
        bin_index: bin,
        bin: name(bin),
        count: counts[bin as usize],
    };
    (0..BINS).map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_belong_to_the_bin_below() {
        let expected = [(0, 0), (1, 1), (10, 1), (11, 2), (20, 2), (90, 9), (91, 10), (99, 10), (100, 11)];
        for (correct, bin) in expected {
            assert_eq!(bin_of(correct, 100), bin, "{correct} of 100");
        }
        assert_eq!([name(1), name(9), name(10)], ["(0..0.1]", "(0.8..0.9]", "(0.9..1)"]);
    }
}
