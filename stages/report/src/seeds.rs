//! The seeds behind the rows of a figure.

use crate::database::Database;
use crate::frame::Frame;
use anyhow::Result;
use std::collections::BTreeMap;

/// Seeds of training and sampling by model and setting.
pub struct Seeds {
    training: BTreeMap<String, String>,
    sampling: BTreeMap<String, String>,
    /// Training runs of models that stand for several.
    runs: BTreeMap<String, String>,
}

impl Seeds {
    /// Reads all seeds.
    pub fn of(database: &Database) -> Result<Self> {
        let map = |sql: &str| -> Result<BTreeMap<String, String>> {
            let frame = database.frame(sql)?;
            Ok((0..frame.rows.len()).map(|row| (frame.text(row, "id"), frame.text(row, "seed"))).collect())
        };
        Ok(Seeds {
            training: map("SELECT model AS id, seed FROM all_models WHERE seed IS NOT NULL ORDER BY 1")?,
            runs: map("SELECT arm AS id, max(runs) AS seed FROM seeds WHERE runs > 1 GROUP BY arm ORDER BY 1")?,
            sampling: map("SELECT setting AS id, seed FROM all_settings WHERE seed IS NOT NULL ORDER BY 1")?,
        })
    }

    /// Seeds of the models and settings of these rows, in words.
    pub fn of_rows(&self, rows: &Frame) -> String {
        let found = |ids: Vec<String>, seeds: &BTreeMap<String, String>| {
            let mut found: Vec<String> = ids.iter().filter_map(|id| seeds.get(id).cloned()).collect();
            found.sort_by_key(|seed| (seed.len(), seed.clone()));
            found.dedup();
            found.join(", ")
        };
        let models = [rows.distinct("model"), rows.distinct("run"), rows.distinct("author")].concat();
        let shown = if rows.position("runs").is_some() { String::new() } else { found(models.clone(), &self.runs) };
        let first =
            if shown.is_empty() { None } else { Some(format!("the first of {shown} training runs (see \"Across training runs\")")) };
        let training = found(models, &self.training);
        let sampling = found(rows.distinct("setting"), &self.sampling);
        let named = |name: &str, seeds: String| if seeds.is_empty() { None } else { Some(format!("{name} {seeds}")) };
        [named("training seeds", training), first, named("sampling seed", sampling)].into_iter().flatten().collect::<Vec<_>>().join(" · ")
    }
}
