//! Every figure the report knows, in the order of the paper, then beyond it. To add one: `figures/<id>.sql` and a line here.

use crate::figure::Figure;
use crate::svg::Draw;

macro_rules! registry {
    ($($id:literal $draw:ident),* $(,)?) => {
        /// The registry: what a report shows when its spec names no figures, where there are rows.
        pub const FIGURES: &[Figure] = &[$(Figure {
            id: $id,
            source: include_str!(concat!("../figures/", $id, ".sql")),
            draw: Draw::$draw,
        }),*];
    };
}

registry! {
    "fig1" Lines,
    "fig1-steps" LinearLines,
    "fig2" Lines,
    "fig3" Lines,
    "fig4" Lines,
    "fig5" Bars,
    "fig6" Boxes,
    "fig6-steps" LinearLines,
    "fig7" Lines,
    "fig8" Lines,
    "fig8-gap" Intervals,
    "fig9" Lines,
    "fig10" Lines,
    "fig11" Lines,
    "fig12" Lines,
    "fig13" Bars,
    "fig14" Lines,
    "fig14-steps" Lines,
    "fig15" Lines,
    "fig16" Lines,
    "fig17" Lines,
    "fig18" LinearLines,
    "training-loss" LinearLines,
    "fig19" Cards,
    "table1" Table,
    "table2" Table,
    "table3" Table,
    "table4" Table,
    "table-2x2" Cells,
    "paired" Lines,
    "paired-settings" Lines,
    "paired-arms" Lines,
    "paired-other" Lines,
    "tokens" Lines,
    "paired-tokens" Lines,
    "paired-family" Lines,
    "paired-numbers" Table,
    "contrasts" Table,
    "likelihood" Lines,
    "likelihood-mass" Table,
    "seeds" Lines,
    "seeds-table" Table,
    "crossings" Table,
    "self-null" Intervals,
    "problem-changes" Table,
    "guessing" Lines,
    "guessing-table" Table,
    "extrapolation" Lines,
    "exposure" Lines,
    "difficulty" Lines,
    "difficulty-shift" Lines,
    "cot" Lines,
    "arms" Lines,
    "sharpening" Lines,
    "controls" Lines,
    "seen" Lines,
    "metrics" Lines,
    "exact" Lines,
    "exact-rates" Table,
    "flips" Table,
    "agreement" Table,
}

/// The figure of this name.
pub fn find(id: &str) -> Option<&'static Figure> {
    FIGURES.iter().find(|figure| figure.id == id)
}

/// All names, in order.
pub fn ids() -> Vec<&'static str> {
    FIGURES.iter().map(|figure| figure.id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Database, FigureSpec, selection, synthetic};
    use std::collections::BTreeMap;

    fn database() -> (tempfile::TempDir, Database) {
        let dir = tempfile::tempdir().unwrap();
        let inputs = synthetic::inputs(dir.path(), false);
        let tables: Vec<_> =
            inputs.iter().filter(|input| input.role != "published").map(|input| (input.role.clone(), vec![input.path.clone()])).collect();
        let mut merged: BTreeMap<String, Vec<_>> = BTreeMap::new();
        tables.into_iter().for_each(|(name, files)| merged.entry(name).or_default().extend(files));
        let database = Database::open(&merged.into_iter().collect::<Vec<_>>()).unwrap();
        selection::prepare(&database, &synthetic::params()).unwrap();
        (dir, database)
    }

    #[test]
    fn every_line_runs_to_the_right_and_has_one_colour() {
        let (_dir, database) = database();
        let mut faults = Vec::new();
        for figure in FIGURES.iter().filter(|figure| matches!(figure.draw, Draw::Lines | Draw::LinearLines)) {
            let rows = figure.rows(&database, &FigureSpec::of(figure.id)).unwrap();
            let (mut last, mut colours) = (BTreeMap::new(), BTreeMap::new());
            for row in 0..rows.rows.len() {
                let line = ["_row", "_panel", "_series", "_style"].map(|column| rows.text(row, column));
                let x = rows.number(row, "_x").unwrap();
                let before = last.insert(line.clone(), x);
                if before.is_some_and(|before| before >= x) {
                    faults.push(format!("{}: {line:?} goes from {before:?} to {x}", figure.id));
                }
                let colour = rows.text(row, "_model");
                if *colours.entry(line.clone()).or_insert_with(|| colour.clone()) != colour {
                    faults.push(format!("{}: {line:?} mixes {colour} with others", figure.id));
                }
            }
        }
        assert!(faults.is_empty(), "{faults:#?}");
    }

    #[test]
    fn every_query_fixes_the_order_of_its_rows_and_names_known_tables() {
        for figure in FIGURES {
            assert!(figure.source.contains("ORDER BY"), "{} has no ORDER BY", figure.id);
            for table in figure.words().tables {
                assert!(beyond_record::TABLES.contains(&table.as_str()), "{}: {table} is no table", figure.id);
            }
        }
    }

    #[test]
    fn ids_are_unique() {
        let mut sorted = ids();
        sorted.sort();
        sorted.dedup();
        assert_eq!(sorted.len(), FIGURES.len());
        assert!(find("fig2").is_some() && find("fig22").is_none());
    }
}
