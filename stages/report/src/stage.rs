//! The stage: inputs to a folder of pages, pictures and tables.

use crate::content::{self, Content, Rendered};
use crate::database::Database;
use crate::page::{html, markdown, summary};
use crate::params::Params;
use crate::{figures, selection, svg, tables};
use anyhow::{Context, Result};
use beyond_stage::{Job, Stage};
use std::fs;
use std::path::{Path, PathBuf};

/// Stage `report`.
///
/// Inputs: artifacts whose role is a table name, any number of each, and CSV files of `data/published` with role `published`.
/// Outputs: the folder `report` (`index.html`, `report.md`, `figures/*.svg`, `tables/*.csv`) and the file `summary.txt`.
pub struct Report;

impl Stage for Report {
    const NAME: &'static str = "report";
    /// Decided by the bytes of this crate, its queries and its templates (`build.rs`): a changed colour redoes the report and nothing else.
    const VERSION: u32 = fingerprint();
    type Params = Params;

    fn run(&self, params: &Params, job: &Job) -> Result<()> {
        params.check(&figures::ids())?;
        let database = Database::open(&inputs(job))?;
        selection::prepare(&database, params)?;
        let content = Content::gather(params, &database, job.inputs())?;
        content::choose_all(&database)?;
        job.check_cancelled()?;
        let folder = job.output_folder("report")?;
        for (name, frame) in tables::stable(&database, content.is_blocked())? {
            write(&folder.join("tables").join(format!("{name}.csv")), &frame.to_csv())?;
        }
        for figure in &content.figures {
            write_figure(&folder, figure)?;
        }
        write(&folder.join("report.md"), &markdown::page(&content))?;
        write(&folder.join("index.html"), &html::page(&content))?;
        job.write_file("summary.txt", summary::text(&content, &database)?.as_bytes())
    }

    fn work(&self, params: &Params) -> Option<(&'static str, u64)> {
        Some(("figures", params.figures.len() as u64))
    }
}

const fn fingerprint() -> u32 {
    let digits = env!("BEYOND_REPORT_FINGERPRINT").as_bytes();
    let (mut value, mut i) = (0u32, 0);
    while i < digits.len() {
        value = value * 10 + (digits[i] - b'0') as u32;
        i += 1;
    }
    value
}

/// Files of every table, by name; a published file `curves.csv` is the table `published_curves`.
fn inputs(job: &Job) -> Vec<(String, Vec<PathBuf>)> {
    let mut tables: Vec<(String, Vec<PathBuf>)> = Vec::new();
    for input in job.inputs() {
        let stem = input.path.file_stem().unwrap_or_default().to_string_lossy();
        let name = if input.role == "published" { format!("published_{stem}") } else { input.role.clone() };
        match tables.iter_mut().find(|(known, _)| *known == name) {
            Some((_, files)) => files.push(input.path.clone()),
            None => tables.push((name, vec![input.path.clone()])),
        }
    }
    tables
}

fn write_figure(folder: &Path, figure: &Rendered) -> Result<()> {
    write(&folder.join("tables").join(format!("{}.csv", figure.anchor)), &figure.rows.visible().to_csv())?;
    if let Some(drawing) = &figure.drawing {
        write(&folder.join("figures").join(format!("{}.svg", figure.anchor)), &svg::standalone(drawing, &figure.title))?;
    }
    if let Some((drawing, heading)) = figure.beside.as_ref().and_then(|b| b.drawing.as_ref().map(|d| (d, &b.heading))) {
        write(&folder.join("figures").join(format!("{}-published.svg", figure.anchor)), &svg::standalone(drawing, heading))?;
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<()> {
    let folder = path.parent().expect("a file of the report has a folder");
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}
