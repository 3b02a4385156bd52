//! Every figure the report knows, in the order of the paper, then beyond it. To add one: `figures/<id>.sql` and a line here.

use crate::figure::Figure;
use crate::svg::Draw;

macro_rules! registry {
    ($($id:literal $draw:ident $default:literal),* $(,)?) => {
        /// The registry. The last field says whether a figure is shown without being asked for.
        pub const FIGURES: &[Figure] = &[$(Figure {
            id: $id,
            source: include_str!(concat!("../figures/", $id, ".sql")),
            draw: Draw::$draw,
            by_default: $default,
        }),*];
    };
}

registry! {
    "fig1" Lines true,
    "fig1-steps" LinearLines true,
    "fig2" Lines true,
    "fig3" Lines false,
    "fig4" Lines true,
    "fig5" Bars false,
    "fig6" Boxes true,
    "fig6-steps" LinearLines true,
    "fig7" Lines true,
    "fig8" Lines true,
    "fig8-gap" Intervals true,
    "fig9" Lines false,
    "fig10" Lines false,
    "fig11" Lines false,
    "fig12" Lines true,
    "fig13" Bars true,
    "fig14" Lines false,
    "fig14-steps" Lines false,
    "fig15" Lines true,
    "fig16" Lines true,
    "fig17" Lines true,
    "fig18" LinearLines true,
    "training-loss" LinearLines true,
    "fig19" Cards true,
    "table1" Table true,
    "table2" Table true,
    "table3" Table true,
    "table4" Table true,
    "table-2x2" Cells true,
    "paired" Lines true,
    "paired-settings" Lines true,
    "paired-arms" Lines true,
    "paired-other" Lines true,
    "crossings" Table true,
    "self-null" Intervals true,
    "problem-changes" Table true,
    "extrapolation" Lines true,
    "exposure" Lines true,
    "difficulty" Lines true,
    "cot" Lines true,
    "arms" Lines true,
    "sharpening" Lines true,
    "controls" Lines true,
    "seen" Lines true,
    "metrics" Lines true,
    "exact" Lines true,
    "exact-rates" Table true,
    "flips" Table true,
    "agreement" Table true,
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
