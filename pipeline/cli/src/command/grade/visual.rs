//! Visual answers: MathVista where the row has an `answer_type`, MATH-Vision otherwise.

use super::{Graded, in_parallel, rows};
use crate::args::GradeArgs;
use anyhow::Result;
use beyond_verifier::{Policy, VisionProfile, VistaProfile, grade_mathvision, grade_mathvista};
use serde::Deserialize;

const EXPECTED: &str = "{\"gold\": \"...\", \"pred\": \"...\", \"options\": [...], \"question_type\": \"multi_choice\" or \"free_form\", \
                        \"answer_type\": \"text\", \"integer\", \"float\" or \"list\", \"precision\": decimals}; only gold and pred are required";

#[derive(Deserialize)]
struct Row {
    gold: String,
    pred: String,
    #[serde(default, alias = "choices")]
    options: Option<Vec<String>>,
    #[serde(default)]
    question_type: String,
    answer_type: Option<String>,
    precision: Option<f64>,
}

pub fn grade(args: &GradeArgs) -> Result<Vec<Graded>> {
    let rows: Vec<Row> = rows(args, EXPECTED)?;
    let paper = args.policy() == Policy::Paper;
    let (vista, vision) =
        if paper { (VistaProfile::Released, VisionProfile::Released) } else { (VistaProfile::Strict, VisionProfile::Strict) };
    let one = |row: &Row| {
        let options = row.options.as_deref().unwrap_or_default();
        match &row.answer_type {
            Some(kind) => {
                let precision = row.precision.map(|decimals| decimals as u32);
                grade_mathvista(&row.gold, options, &row.question_type, kind, precision, &row.pred, vista)
            }
            None => grade_mathvision(&row.gold, options, &row.pred, vision),
        }
        .into()
    };
    Ok(in_parallel(args, &rows, one))
}
