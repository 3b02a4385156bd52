//! Bars on a terminal: one for the run, one for each running step.

use super::board::{Overall, Screen};
use super::gauge::Gauge;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// See the module documentation.
pub struct Bars {
    all: MultiProgress,
    overall: ProgressBar,
    steps: Mutex<BTreeMap<String, ProgressBar>>,
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).expect("the template is a constant").progress_chars("=> ")
}

impl Bars {
    /// No bar yet but that of the run.
    pub fn new() -> Self {
        let all = MultiProgress::new();
        let overall = all.add(ProgressBar::new(1).with_style(style("[{bar:20}] {wide_msg}")));
        Bars { all, overall, steps: Mutex::default() }
    }

    fn print(&self, line: &str) {
        // A terminal that went away is no reason to stop a run.
        let _ = self.all.println(line);
    }
}

impl Screen for Bars {
    fn period(&self) -> Duration {
        Duration::from_millis(150)
    }

    fn start(&self, gauge: &Arc<Gauge>) {
        let bar = ProgressBar::new(1).with_style(style("[{bar:20}] {prefix}  {wide_msg}")).with_prefix(gauge.step.clone());
        let bar = self.all.insert_before(&self.overall, bar);
        self.steps.lock().expect("drawing does not panic").insert(gauge.step.clone(), bar);
    }

    fn end(&self, step: &str, line: &str, minor: bool) {
        if let Some(bar) = self.steps.lock().expect("drawing does not panic").remove(step) {
            bar.finish_and_clear();
        }
        if !minor {
            self.print(line);
        }
    }

    fn note(&self, line: &str) {
        self.print(line);
    }

    fn tick(&self, running: &[Arc<Gauge>], overall: &Overall) {
        let steps = self.steps.lock().expect("drawing does not panic");
        for gauge in running {
            let Some(bar) = steps.get(&gauge.step) else { continue };
            let (position, total) = gauge.position();
            bar.set_length(total.max(1));
            bar.set_position(position);
            bar.set_message(gauge.describe());
        }
        self.overall.set_length(overall.total as u64);
        self.overall.set_position(overall.done as u64);
        self.overall.set_message(overall.describe());
    }

    fn close(&self) {
        self.overall.finish_and_clear();
    }
}
