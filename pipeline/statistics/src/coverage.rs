//! The 2x2 table of problems solved at n by the base and by the model, with exact intervals and tests.

use crate::counts::Count;
use crate::error::{Result, same_length};
use crate::interval::{Interval, clopper_pearson};
use crate::special::binomial_upper;

/// Who solved one problem at least once in its n samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cell {
    /// Both.
    Both,
    /// Only the base.
    BaseOnly,
    /// Only the other model.
    ModelOnly,
    /// None of the two.
    Neither,
}

impl Cell {
    /// The cell of one problem.
    pub fn of(base: Count, model: Count) -> Cell {
        match (base.solved(), model.solved()) {
            (true, true) => Cell::Both,
            (true, false) => Cell::BaseOnly,
            (false, true) => Cell::ModelOnly,
            (false, false) => Cell::Neither,
        }
    }

    /// The name written into result rows.
    pub fn as_str(self) -> &'static str {
        match self {
            Cell::Both => "both",
            Cell::BaseOnly => "base_only",
            Cell::ModelOnly => "model_only",
            Cell::Neither => "neither",
        }
    }
}

/// Numbers of problems per cell. A statement at this n, not about what a model could ever solve.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// Solved by both.
    pub both: u32,
    /// Solved by the base only.
    pub base_only: u32,
    /// Solved by the model only.
    pub model_only: u32,
    /// Solved by none.
    pub neither: u32,
}

/// The cell of every problem.
///
/// # Errors
/// Different numbers of problems.
pub fn cells(base: &[Count], model: &[Count]) -> Result<Vec<Cell>> {
    same_length("the base's counts", base.len(), "the model's counts", model.len())?;
    Ok(base.iter().zip(model).map(|(&b, &m)| Cell::of(b, m)).collect())
}

/// Positions of the problems in one cell: base-only and model-only are the sets to look at one by one.
pub fn positions(cells: &[Cell], wanted: Cell) -> Vec<usize> {
    (0..cells.len()).filter(|&i| cells[i] == wanted).collect()
}

/// Counts the cells.
///
/// # Errors
/// Different numbers of problems.
pub fn table(base: &[Count], model: &[Count]) -> Result<Table> {
    let mut table = Table::default();
    for cell in cells(base, model)? {
        match cell {
            Cell::Both => table.both += 1,
            Cell::BaseOnly => table.base_only += 1,
            Cell::ModelOnly => table.model_only += 1,
            Cell::Neither => table.neither += 1,
        }
    }
    Ok(table)
}

impl Table {
    /// Number of problems.
    pub fn problems(&self) -> u32 {
        self.both + self.base_only + self.model_only + self.neither
    }

    /// Exact two-sided McNemar p: the discordant problems split like fair coins. 1 when there are none.
    pub fn mcnemar_p(&self) -> f64 {
        let discordant = self.base_only + self.model_only;
        let larger = self.base_only.max(self.model_only);
        if discordant == 0 { 1.0 } else { (2.0 * binomial_upper(discordant, 0.5, larger)).min(1.0) }
    }

    /// Clopper-Pearson interval of the share of base-only problems.
    ///
    /// # Errors
    /// No problems, or a level outside (0, 1).
    pub fn base_only_interval(&self, level: f64) -> Result<Interval> {
        clopper_pearson(self.base_only, self.problems(), level)
    }

    /// Clopper-Pearson interval of the share of model-only problems.
    ///
    /// # Errors
    /// No problems, or a level outside (0, 1).
    pub fn model_only_interval(&self, level: f64) -> Result<Interval> {
        clopper_pearson(self.model_only, self.problems(), level)
    }

    /// pass@n(model) - pass@n(base) when all n are equal: (model-only - base-only) / M.
    pub fn coverage_difference(&self) -> f64 {
        (f64::from(self.model_only) - f64::from(self.base_only)) / f64::from(self.problems())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mcnemar_on_published_tables() {
        // AIME24 of arXiv 2504.13837: 4 base-only, 0 model-only -> 2 / 2^4.
        let aime = Table { both: 19, base_only: 4, model_only: 0, neither: 7 };
        assert!((aime.mcnemar_p() - 0.125).abs() < 1e-15);
        assert_eq!(Table { both: 3, ..Table::default() }.mcnemar_p(), 1.0);
        assert_eq!(Table { base_only: 2, model_only: 2, ..Table::default() }.mcnemar_p(), 1.0);
    }

    #[test]
    fn cells_and_difference() {
        let count = |c| Count::new(4, c).unwrap();
        let (base, model) = ([count(0), count(1), count(2), count(0)], [count(1), count(0), count(4), count(0)]);
        let table = table(&base, &model).unwrap();
        assert_eq!(table, Table { both: 1, base_only: 1, model_only: 1, neither: 1 });
        assert_eq!(table.coverage_difference(), 0.0);
        assert_eq!(positions(&cells(&base, &model).unwrap(), Cell::ModelOnly), [0]);
        assert!(cells(&base, &model[..3]).is_err());
        assert!(Table::default().base_only_interval(0.95).is_err());
    }
}
