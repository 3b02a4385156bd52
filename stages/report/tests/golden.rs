//! Golden bytes of one drawing: a change of the drawing must be meant.

use beyond_report::frame::{Cell, Frame};
use beyond_report::svg::{self, AxisLabels, Colours, Draw};
use beyond_report::{ModelNote, Params};
use beyond_stage::Digest;

/// Two curves, one of which stops at k = 4 because its model has four samples only.
fn curves() -> Frame {
    let row = |series: &str, model: &str, k: i128, value: f64| {
        vec![
            Cell::Text(series.into()),
            Cell::Text(model.into()),
            Cell::Int(k),
            Cell::Real(value),
            Cell::Real(value - 0.1),
            Cell::Real(value + 0.1),
        ]
    };
    let columns = ["_series", "_model", "_x", "_y", "_lo", "_hi"].map(String::from).to_vec();
    let rows = vec![
        row("base", "b", 1, 0.2),
        row("base", "b", 4, 0.5),
        row("base", "b", 8, 0.7),
        row("GRPO", "r", 1, 0.4),
        row("GRPO", "r", 4, 0.55),
    ];
    Frame { columns, rows }
}

fn drawing() -> String {
    let model = |id: &str, role: &str| ModelNote { id: id.into(), role: role.into(), ..Default::default() };
    let colours = Colours::of(&Params { models: vec![model("b", "base"), model("r", "rl")], ..Default::default() });
    let labels = AxisLabels { x: "k".into(), y: "pass@k".into() };
    svg::standalone(&svg::draw(Draw::Lines, &curves(), &labels, &colours).unwrap(), "A <title>")
}

#[test]
fn a_drawing_is_well_formed_and_ends_where_the_data_end() {
    let svg = drawing();
    assert!(svg.contains("<title>A &lt;title&gt;</title>"));
    assert_eq!(svg.matches("<path class=\"band").count(), 2);
    let dots: Vec<&str> = svg.split("<circle class=\"dot ").skip(1).map(|dot| &dot[..dot.find("/>").unwrap()]).collect();
    let x = |dot: &str| dot.split("cx=\"").nth(1).unwrap().split('"').next().unwrap().parse::<f64>().unwrap();
    assert!(x(dots[0]) > x(dots[1]) + 50.0, "the shorter curve must not be drawn to the end: {dots:?}");
    for (open, close) in [("<svg ", "</svg>"), ("<g ", "</g>"), ("<text ", "</text>"), ("<title>", "</title>"), ("<style>", "</style>")] {
        assert_eq!(svg.matches(open).count(), svg.matches(close).count(), "{open}");
    }
}

/// Colours and line widths may change without notice; where things are drawn may not.
#[test]
fn the_elements_of_a_drawing_are_fixed() {
    let svg = drawing();
    let elements = svg.split("</style>").nth(1).unwrap();
    assert_eq!(
        Digest::of(elements.as_bytes()).short(),
        "da02ace5633f",
        "the drawing changed; if that is meant, put its digest here:\n{elements}"
    );
}
