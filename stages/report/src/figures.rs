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
    "fig19" Cards true,
    "table1" Table true,
    "table2" Table true,
    "table3" Table true,
    "table4" Table true,
    "table-2x2" Cells true,
    "paired" Lines true,
    "crossings" Table true,
    "self-null" Intervals true,
    "problem-changes" Table true,
    "extrapolation" Lines true,
    "exposure" Lines true,
    "difficulty" Lines true,
    "cot" Lines true,
    "arms" Lines true,
    "controls" Lines true,
    "seen" Lines true,
    "metrics" Lines true,
    "flips" Table true,
}

/// The figure of this name.
pub fn find(id: &str) -> Option<&'static Figure> {
    FIGURES.iter().find(|figure| figure.id == id)
}

/// All names, in order.
pub fn ids() -> Vec<&'static str> {
    FIGURES.iter().map(|figure| figure.id).collect()
}
