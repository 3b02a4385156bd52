//! The same report as Markdown, with SVG files beside it.

use super::{CAVEAT, heading, numeric_columns};
use crate::content::{Content, Rendered};
use crate::frame::Frame;
use crate::svg::Draw;
use beyond_stage::Digest;

/// Rows of a table shown in the text; the CSV has all.
const MOST_ROWS: usize = 40;

/// The whole text.
pub fn page(content: &Content) -> String {
    let params = content.params;
    let mut out = format!("# {}\n\n{}\n\n", params.heading(), params.description.trim());
    if content.is_blocked() {
        out += &blocked(content);
    } else {
        out += &claims(&content.claims);
    }
    out += "## What was compared\n\n";
    for (name, frame) in &content.setup {
        out += &format!("### {name}\n\n{}\n", table(frame, usize::MAX));
    }
    out += &params.notes.iter().map(|note| format!("- {note}\n")).collect::<String>();
    out += &content.figures.iter().map(figure).collect::<String>();
    for (id, title) in &content.missing {
        out += &format!("\nAsked for, without data: {title} (`{id}`).\n");
    }
    out + &format!("\n## Provenance\n\n{}", inputs(content))
}

fn blocked(content: &Content) -> String {
    let mut out = "## The data did not pass the audits\n\nNo curve, comparison or claim is shown, because they would rest on data that are not what they seem.\n\n".to_string();
    for row in content.blocking() {
        let text = |column| content.audits.text(row, column);
        out += &format!("- **{}** ({}, {}, {}): {}\n", text("audit"), text("benchmark"), text("model"), text("setting"), text("message"));
    }
    out + "\n"
}

fn claims(frame: &Frame) -> String {
    if frame.rows.is_empty() {
        return String::new();
    }
    let mut out = "## Claims and verdicts\n\n".to_string();
    for row in 0..frame.rows.len() {
        let text = |column| frame.text(row, column);
        let needed = if text("needed").is_empty() { String::new() } else { format!(" To decide: {}", text("needed")) };
        out += &format!("- **{}**: {} {}{needed}\n", text("verdict"), text("statement"), text("evidence"));
    }
    out + "\n"
}

fn figure(figure: &Rendered) -> String {
    let mut out = format!("\n## {} (`{}`)\n\n", figure.title, figure.anchor);
    out += &match (&figure.drawing, figure.draw) {
        (Some(_), _) => format!("![{}](figures/{}.svg)\n", figure.title, figure.anchor),
        (None, Draw::Cards) => cards(&figure.rows),
        (None, _) => table(&figure.rows.visible(), MOST_ROWS),
    };
    out += &format!("\n{}\n", figure.caption);
    if !figure.paper.is_empty() {
        out += &format!("\nThe study: {}\n", figure.paper);
    }
    if figure.beside.as_ref().is_some_and(|b| b.drawing.is_some()) {
        out += &format!("\n[As published](figures/{}-published.svg): {CAVEAT}\n", figure.anchor);
    }
    out + &format!("\n{}\n\n[tables/{1}.csv](tables/{1}.csv)\n", figure.facts, figure.anchor)
}

fn cards(frame: &Frame) -> String {
    let one = |row: usize| {
        let text = |column: &str| frame.text(row, column);
        let block = |name: &str, body: String| if body.is_empty() { String::new() } else { format!("{name}\n\n{}\n\n", indented(&body)) };
        format!(
            "**{}, problem {}**, {}: {} of {} samples correct, reasoning {}\n\n{}{}{}",
            text("benchmark"),
            text("problem_id"),
            text("_series"),
            text("correct"),
            text("n"),
            text("process"),
            block("Problem:", text("prompt")),
            block("Answer:", text("text")),
            block("Step checker:", text("marks"))
        )
    };
    (0..frame.rows.len()).map(one).collect()
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
}

fn inputs(content: &Content) -> String {
    let line = |(role, digests): &(&str, Vec<Digest>)| {
        let short: Vec<String> = digests.iter().map(Digest::short).collect();
        format!("- {role} ({}): {}\n", digests.len(), short.join(" "))
    };
    content.inputs_by_role().iter().map(line).collect()
}

fn table(frame: &Frame, most: usize) -> String {
    let safe = |text: String| text.replace('|', "\\|").replace('\n', " ");
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let rule = numeric_columns(frame).into_iter().map(|numeric| if numeric { "---:" } else { "---" }.to_string()).collect();
    let mut out = line(frame.columns.iter().map(|name| safe(heading(name))).collect()) + &line(rule);
    for row in frame.rows.iter().take(most) {
        out += &line(row.iter().map(|cell| safe(cell.short())).collect());
    }
    if frame.rows.len() > most {
        out += &format!("\n{} more rows in the CSV file.\n", frame.rows.len() - most);
    }
    out
}
