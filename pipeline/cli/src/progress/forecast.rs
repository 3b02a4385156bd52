//! Time to go: what history expects of the steps to come, the pace of those that run, and what steps of the same stage took in this run.

use super::gauge::Gauge;
use beyond_runner::clock::human;
use beyond_runner::plan::Planned;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A step to be made.
struct Ahead {
    stage: String,
    /// Thread-seconds that history expects; None without history.
    seconds: Option<f64>,
}

/// See the module documentation.
pub struct Forecast {
    threads: usize,
    ahead: BTreeMap<String, Ahead>,
    /// Stage -> thread-seconds and number of the steps that this run made.
    made: BTreeMap<String, (f64, u32)>,
}

/// What a [`Forecast`] says.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Outlook {
    /// Wall seconds to go, without the steps of unknown length.
    pub seconds: f64,
    /// Steps of unknown length.
    pub unknown: usize,
    /// Steps to go.
    pub ahead: usize,
}

impl Forecast {
    /// Of the steps of a plan that are not there yet.
    pub fn new(steps: Vec<Planned>, threads: usize) -> Self {
        let missing = steps.into_iter().filter(|step| step.status != "hit");
        let ahead = missing.map(|step| (step.step, Ahead { stage: step.stage, seconds: step.seconds })).collect();
        Forecast { threads, ahead, made: BTreeMap::new() }
    }

    /// A step ended; `seconds` are the thread-seconds that it took when this run made it.
    pub fn ended(&mut self, step: &str, seconds: Option<f64>) {
        let Some(Ahead { stage, .. }) = self.ahead.remove(step) else { return };
        if let Some(seconds) = seconds {
            let (sum, count) = self.made.entry(stage).or_default();
            *sum += seconds;
            *count += 1;
        }
    }

    /// What is to come, given the steps that run now.
    pub fn outlook(&self, running: &[Arc<Gauge>]) -> Outlook {
        let mut outlook = Outlook { ahead: self.ahead.len(), ..Outlook::default() };
        for (step, ahead) in &self.ahead {
            let gauge = running.iter().find(|gauge| gauge.step == *step);
            let paced = gauge.and_then(|gauge| Some(gauge.eta()? * gauge.threads as f64));
            let planned = self.whole(ahead).map(|whole| whole * (1.0 - gauge.map_or(0.0, |gauge| gauge.share())));
            match paced.or(planned) {
                Some(left) => outlook.seconds += left / self.threads as f64,
                None => outlook.unknown += 1,
            }
        }
        outlook
    }

    fn whole(&self, ahead: &Ahead) -> Option<f64> {
        let mean = |(sum, count): &(f64, u32)| sum / f64::from(*count);
        ahead.seconds.or_else(|| self.made.get(&ahead.stage).map(mean))
    }
}

impl Outlook {
    /// `ETA 40 s`; `12 unknown, ETA > 40 s`; `ETA unknown`.
    pub fn describe(&self) -> String {
        match self.unknown {
            0 => format!("ETA {}", human(self.seconds)),
            all if all == self.ahead => "ETA unknown".to_string(),
            some => format!("{some} unknown, ETA > {}", human(self.seconds)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planned(step: &str, stage: &str, status: &'static str, seconds: Option<f64>) -> Planned {
        let (step, stage, reason) = (step.to_string(), stage.to_string(), String::new());
        Planned { step, stage, status, key: None, reason, work: None, seconds, tokens: None }
    }

    #[test]
    fn steps_without_history_take_what_their_stage_took_in_this_run() {
        let steps = vec![
            planned("old", "sample", "hit", Some(0.0)),
            planned("a", "sample", "run", None),
            planned("b", "sample", "unknown", None),
            planned("c", "report", "unknown", None),
            planned("d", "train", "run", Some(10.0)),
        ];
        let mut forecast = Forecast::new(steps, 2);
        assert_eq!(forecast.outlook(&[]), Outlook { seconds: 5.0, unknown: 3, ahead: 4 });
        assert_eq!(forecast.outlook(&[]).describe(), "3 unknown, ETA > 5.0 s");
        forecast.ended("a", Some(4.0));
        assert_eq!(forecast.outlook(&[]), Outlook { seconds: 7.0, unknown: 1, ahead: 3 });
        forecast.ended("b", None);
        forecast.ended("d", Some(12.0));
        assert_eq!(forecast.outlook(&[]).describe(), "ETA unknown");
        forecast.ended("c", Some(1.0));
        assert_eq!(forecast.outlook(&[]).describe(), "ETA 0.0 s");
    }

    #[test]
    fn a_running_step_counts_at_its_own_pace() {
        let forecast = Forecast::new(vec![planned("a", "sample", "run", Some(100.0))], 1);
        let gauge = Arc::new(Gauge::new("a", 1, Box::new(|_| {})));
        beyond_stage::Observer::total(&*gauge, "samples", 100, 75);
        assert_eq!(forecast.outlook(std::slice::from_ref(&gauge)).seconds, 25.0);
        beyond_stage::Observer::advance(&*gauge, 10, 0);
        assert!(forecast.outlook(&[gauge]).seconds < 25.0, "15 more at the pace of the first 10");
    }
}
