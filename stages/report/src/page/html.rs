//! One self-contained page: inline style and pictures, no script, nothing from the network.

use super::CAVEAT;
use super::table::{MOST_ROWS, at_powers_of_two, cut_note, table};
use crate::content::{Content, Rendered};
use crate::frame::{Cell, Frame};
use crate::params::or;
use crate::svg::{Draw, Drawing, escape};
use beyond_stage::Digest;

const TEMPLATE: &str = include_str!("../../../../reports/templates/page.html");
const PAGE_STYLE: &str = include_str!("../../../../reports/templates/page.css");
const FIGURE_STYLE: &str = include_str!("../../../../reports/templates/figure.css");

/// The whole page.
pub fn page(content: &Content) -> String {
    let sections = sections(content);
    let nav: String = sections.iter().map(|(id, title, _)| format!("<li><a href=\"#{id}\">{}</a></li>", escape(title))).collect();
    let main: String = sections.iter().map(|(id, _, body)| format!("<section id=\"{id}\">\n{body}</section>\n")).collect();
    fill(
        TEMPLATE,
        &[
            ("title", &escape(content.params.heading())),
            ("style", &format!("{PAGE_STYLE}{FIGURE_STYLE}")),
            ("preset", &preset(content)),
            ("description", &paragraphs(&content.params.description)),
            ("nav", &nav),
            ("main", &main),
        ],
    )
}

/// Replaces each `{{name}}` of a template, in one pass, so that inserted text is never searched.
fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some(start) = rest.find("{{") {
        let Some(end) = rest[start..].find("}}") else { break };
        let name = &rest[start + 2..start + end];
        out.push_str(&rest[..start]);
        out.push_str(values.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value));
        rest = &rest[start + end + 2..];
    }
    out + rest
}

fn preset(content: &Content) -> String {
    let params = content.params;
    let preset = if params.preset.is_empty() { String::new() } else { format!(", preset {}", params.preset) };
    escape(&format!("Experiment {}{preset}", params.name))
}

fn paragraphs(text: &str) -> String {
    text.split("\n\n").filter(|p| !p.trim().is_empty()).map(|p| format!("<p>{}</p>\n", escape(p.trim()))).collect()
}

/// Anchor, title and body of every section.
fn sections(content: &Content) -> Vec<(String, String, String)> {
    let own = |id: &str, title: &str, body: String| (id.to_string(), title.to_string(), format!("<h2>{}</h2>\n{body}", escape(title)));
    let mut sections = Vec::new();
    if content.is_blocked() {
        sections.push(own("blocked", "The data did not pass the audits", blocked(content)));
    } else if !content.claims.rows.is_empty() {
        sections.push(own("claims", "Claims and verdicts", claims(&content.claims) + &across_runs(&content.across_runs)));
    }
    sections.push(own("setup", "What was compared", setup(content)));
    if !content.audits.rows.is_empty() {
        sections.push(own("audits", "Audits of the data", audits(content)));
    }
    sections.extend(content.figures.iter().map(|figure| (figure.anchor.clone(), figure.title.clone(), self::figure(figure))));
    if !content.missing.is_empty() {
        sections.push(own("missing", "Asked for, without data", missing(content)));
    }
    sections.push(own("provenance", "Provenance", provenance(content)));
    sections
}

fn blocked(content: &Content) -> String {
    let item = |row: usize| {
        let text = |column| escape(&content.audits.text(row, column));
        let subject =
            [text("benchmark"), text("model"), text("setting")].into_iter().filter(|s| !s.is_empty()).collect::<Vec<_>>().join(", ");
        let short = |column| content.audits.cell(row, column).map(Cell::short).unwrap_or_default();
        format!(
            "<li><strong>{}</strong> ({subject}): {}<br><span class=\"soft\">found {}, expected {} to {}</span></li>\n",
            text("audit"),
            text("message"),
            short("value"),
            short("lo"),
            short("hi")
        )
    };
    let items: String = content.blocking().into_iter().map(item).collect();
    format!(
        "<div class=\"alarm\"><p>No curve, comparison or claim is shown, because they would rest on data that are not what they seem. \
         What is wrong, and what to do:</p>\n<ul>\n{items}</ul>\n<p>Mend the cause and run the experiment again; what is sound is re-used. The raw counts are in <a href=\"tables/counts.csv\">tables/counts.csv</a>.</p></div>\n"
    )
}

fn claims(frame: &Frame) -> String {
    let one = |row: usize| {
        let text = |column: &str| escape(&frame.text(row, column));
        let needed =
            if text("needed").is_empty() { String::new() } else { format!("<p class=\"needed\">To decide: {}</p>", text("needed")) };
        let line = if text("line") == "0" { String::new() } else { format!(" · line {} of the spec", text("line")) };
        format!(
            "<li class=\"claim {verdict}\"><p><span class=\"verdict\">{verdict}</span> {}</p>\n<p class=\"evidence\">{}</p>{needed}<p class=\"soft\">{} ({}){line}</p></li>\n",
            text("statement"),
            text("evidence"),
            text("claim"),
            text("kind"),
            verdict = text("verdict"),
        )
    };
    format!("<ol class=\"claims\">\n{}</ol>\n", (0..frame.rows.len()).map(one).collect::<String>())
}

/// Verdicts rest on one checkpoint per arm; what a new training run would give stands right below them.
fn across_runs(frame: &Frame) -> String {
    if frame.rows.is_empty() {
        return String::new();
    }
    let runs = frame.distinct("runs").join(" or ");
    format!(
        "<h3>Across training runs</h3>\n<p>The verdicts above compare checkpoints. The differences of the RL models to their bases averaged over {runs} training runs, with the 95 % interval \
         for new runs on new problems (<a href=\"#seeds\">all arms and k</a>):</p>\n{}",
        table(frame, usize::MAX)
    )
}

fn setup(content: &Content) -> String {
    let mut out = String::new();
    for (name, frame) in &content.setup {
        if !frame.rows.is_empty() {
            out += &format!("<h3>{name}</h3>\n{}", table(&without_empty_columns(frame), usize::MAX));
        }
    }
    if !content.params.notes.is_empty() {
        let items: String = content.params.notes.iter().map(|note| format!("<li>{}</li>\n", escape(note))).collect();
        out += &format!("<h3>Remarks</h3>\n<ul>\n{items}</ul>\n");
    }
    if !content.params.header.is_empty() {
        out += &format!(
            "<details><summary>What was fixed beforehand (header of the spec)</summary><pre>{}</pre></details>\n",
            escape(&content.params.header)
        );
    }
    out
}

/// A setup table has no use for columns that nobody filled in.
fn without_empty_columns(frame: &Frame) -> Frame {
    let filled = |i: &usize| frame.rows.iter().any(|row| !row[*i].to_string().is_empty());
    let keep: Vec<usize> = (0..frame.columns.len()).filter(filled).collect();
    Frame {
        columns: keep.iter().map(|i| frame.columns[*i].clone()).collect(),
        rows: frame.rows.iter().map(|row| keep.iter().map(|i| row[*i].clone()).collect()).collect(),
    }
}

fn audits(content: &Content) -> String {
    let frame = &content.audits;
    let failed = (0..frame.rows.len()).filter(|row| frame.text(*row, "passed") != "true").count();
    let part = |rows: &[Vec<Cell>]| Frame { columns: frame.columns.clone(), rows: rows.to_vec() };
    let (head, rest) = (part(&frame.rows[..failed]), part(&frame.rows[failed..]));
    let mut out = format!("<p>{} of {} audits passed.</p>\n", frame.rows.len() - failed, frame.rows.len());
    if failed > 12 {
        out += &failures(&head);
        out += &format!("<details><summary>Audits that did not pass</summary>{}</details>\n", table(&head, usize::MAX));
    } else if failed > 0 {
        out += &table(&head, usize::MAX);
    }
    if !rest.rows.is_empty() {
        out += &format!("<details><summary>Audits that passed</summary>{}</details>\n", table(&rest, MOST_ROWS));
    }
    out
}

/// One line per kind of audit: how often it did not pass, and the first message.
fn failures(frame: &Frame) -> String {
    let item = |kind: &String| {
        let rows: Vec<usize> = (0..frame.rows.len()).filter(|row| frame.text(*row, "audit") == *kind).collect();
        let text = |column| escape(&frame.text(rows[0], column));
        let subject = format!("{}, {}, {}", text("benchmark"), text("model"), text("setting"));
        format!(
            "<li><strong>{}</strong> did not pass {} times, for example ({subject}): {}</li>\n",
            escape(kind),
            rows.len(),
            text("message")
        )
    };
    format!("<ul>\n{}</ul>\n", frame.distinct("audit").iter().map(item).collect::<String>())
}

fn figure(figure: &Rendered) -> String {
    let mut out = format!("<h2>{} <a class=\"id\" href=\"#{}\">{}</a></h2>\n", escape(&figure.title), figure.anchor, figure.anchor);
    let rows = at_powers_of_two(&figure.rows.visible());
    out += "<figure>\n";
    out += &match (&figure.drawing, figure.draw) {
        (Some(drawing), _) => self::drawing(drawing),
        (None, Draw::Cards) => cards(&figure.rows),
        (None, _) => table(&rows, MOST_ROWS),
    };
    out += &format!("<figcaption><p>{}</p>\n", escape(&figure.caption));
    if !figure.paper.is_empty() {
        out += &format!("<p><strong>The study:</strong> {}</p>\n", escape(&figure.paper));
    }
    out += &format!("<p class=\"soft\">{}</p></figcaption>\n</figure>\n", escape(&figure.facts));
    if let Some(beside) = &figure.beside {
        let shown = beside.drawing.as_ref().map_or_else(|| table(&beside.rows.visible(), MOST_ROWS), self::drawing);
        let open = if beside.drawing.as_ref().is_some_and(|d| d.panels.len() <= 3) { " open" } else { "" };
        out += &format!(
            "<details class=\"published\"{open}><summary>{}</summary>\n{shown}<p class=\"soft\">{CAVEAT}</p></details>\n",
            escape(&beside.heading)
        );
    }
    if figure.drawing.is_some() {
        out += &format!("<details><summary>Table{}</summary>{}</details>\n", cut_note(&figure.rows, &rows), table(&rows, MOST_ROWS));
    }
    out + &format!("<p class=\"files\"><a href=\"tables/{0}.csv\">tables/{0}.csv</a>{1}</p>\n", figure.anchor, svg_link(figure))
}

fn svg_link(figure: &Rendered) -> String {
    if figure.drawing.is_some() { format!(" · <a href=\"figures/{0}.svg\">figures/{0}.svg</a>", figure.anchor) } else { String::new() }
}

fn drawing(drawing: &Drawing) -> String {
    let key = |key: &crate::svg::Key| {
        format!(
            "<li><svg viewBox=\"0 0 22 10\" width=\"22\" height=\"10\" aria-hidden=\"true\">{}</svg> {}</li>",
            key.sample,
            escape(&key.text)
        )
    };
    let keys: String = drawing.keys.iter().map(key).collect();
    let legend = if keys.is_empty() { String::new() } else { format!("<ul class=\"legend\">{keys}</ul>\n") };
    let panel = |panel: &crate::svg::Panel| {
        if panel.body.is_empty() {
            return "<div class=\"hole\"></div>\n".to_string();
        }
        let label = if panel.label.is_empty() { String::new() } else { format!(" aria-label=\"{}\"", escape(&panel.label)) };
        let width = if drawing.columns == 1 { format!(" style=\"max-width:{}px\"", (panel.width * 1.3).round()) } else { String::new() };
        format!("<svg viewBox=\"0 0 {} {}\" role=\"img\"{label}{width}>{}</svg>\n", panel.width, panel.height, panel.body)
    };
    let panels: String = drawing.panels.iter().map(panel).collect();
    format!("<div class=\"figure\">{legend}<div class=\"panels of{}\">\n{panels}</div></div>\n", drawing.columns.min(4))
}

fn cards(frame: &Frame) -> String {
    let one = |row: usize| {
        let text = |column: &str| escape(&frame.text(row, column));
        let image = or(&frame.text(row, "image"), "").to_string();
        let image = if image.is_empty() {
            String::new()
        } else {
            format!("<img alt=\"image of the problem\" src=\"data:image/png;base64,{}\">", escape(&image))
        };
        format!(
            "<article class=\"card\"><h3>{} <span class=\"soft\">{} · problem {} · {} of {} samples correct · reasoning {}</span></h3>\n{image}<div class=\"answer\">\
             <div><h4>Problem</h4><pre>{}</pre></div><div><h4>Answer of {}</h4><pre>{}</pre></div>{}</div><p class=\"soft\">gold: {}</p></article>\n",
            text("benchmark"),
            text("setting"),
            text("problem_id"),
            text("correct"),
            text("n"),
            text("process"),
            text("prompt"),
            text("_series"),
            text("text"),
            if text("marks").is_empty() { String::new() } else { format!("<div><h4>Step checker</h4><pre>{}</pre></div>", text("marks")) },
            text("gold"),
        )
    };
    (0..frame.rows.len()).map(one).collect()
}

fn missing(content: &Content) -> String {
    let items: String = content.missing.iter().map(|(id, title)| format!("<li>{} ({})</li>\n", escape(title), escape(id))).collect();
    format!("<p>The spec asks for these figures; no artifact of this run holds rows for them.</p>\n<ul>\n{items}</ul>\n")
}

fn provenance(content: &Content) -> String {
    let stable = crate::tables::STABLE.iter().filter(|(name, _)| !content.is_blocked() || *name == "counts");
    let stable: Vec<String> = stable.map(|(name, _)| format!("<a href=\"tables/{name}.csv\">{name}</a>")).collect();
    let digests: String = content.inputs_by_role().iter().map(|(role, digests)| role_item(role, digests)).collect();
    format!(
        "<p>Every number on this page is a column of one of {} artifacts; the report itself only selects and draws. Stable tables for other programs: {}.</p>\n\
         <details><summary>All input artifacts, by the first digits of their BLAKE3 digests</summary><dl class=\"digests\">{digests}</dl></details>\n",
        content.inputs.len(),
        stable.join(", ")
    )
}

fn role_item(role: &str, digests: &[Digest]) -> String {
    let short: Vec<String> = digests.iter().map(Digest::short).collect();
    format!("<dt>{} ({})</dt><dd>{}</dd>\n", escape(role), digests.len(), short.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inserted_text_is_not_searched_for_placeholders() {
        assert_eq!(fill("a {{x}} b {{y}}", &[("x", "{{y}}"), ("y", "2")]), "a {{y}} b 2");
    }
}
