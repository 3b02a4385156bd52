//! Knows every step of the run: done, running, still unknown. A ticker thread draws it.

use super::bars::Bars;
use super::gauge::Gauge;
use super::lines::Lines;
use crate::text;
use beyond_runner::clock::human;
use beyond_runner::{Record, State, Watch};
use beyond_stage::Progress;
use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

/// Draws what a [`Board`] knows.
pub trait Screen: Send + Sync {
    /// How often [`Screen::tick`] is wanted.
    fn period(&self) -> std::time::Duration;
    /// A step started.
    fn start(&self, gauge: &Arc<Gauge>);
    /// A step ended; `line` says how.
    fn end(&self, step: &str, line: &str);
    /// A line worth reading once.
    fn note(&self, line: &str);
    /// Redraw.
    fn tick(&self, running: &[Arc<Gauge>], overall: &Overall);
    /// The run is over.
    fn close(&self);
}

/// The whole run.
pub struct Overall {
    /// Steps.
    pub total: usize,
    /// Steps that are there.
    pub done: usize,
    /// Steps that run now.
    pub running: usize,
    /// Steps that failed or are blocked.
    pub lost: usize,
    /// `ETA 3 min 20 s`, and what is not known.
    pub eta: String,
}

impl Overall {
    /// `12 done, 2 running, 30 to come`.
    pub fn describe(&self) -> String {
        let to_come = self.total - self.done - self.running - self.lost;
        let lost = if self.lost > 0 { format!(", {} failed or blocked", self.lost) } else { String::new() };
        format!("{} done, {} running, {to_come} to come{lost}{}", self.done, self.running, self.eta)
    }
}

struct Inner {
    total: usize,
    threads: usize,
    /// Thread-seconds expected of each step that is not there; None without history.
    expected: Mutex<BTreeMap<String, Option<f64>>>,
    running: Mutex<Vec<Arc<Gauge>>>,
    counts: Mutex<(usize, usize)>,
    screen: Box<dyn Screen>,
}

/// See the module documentation.
pub struct Board {
    inner: Arc<Inner>,
    stop: Sender<()>,
    ticker: Option<JoinHandle<()>>,
}

impl Board {
    /// A board for `total` steps, of which those in `expected` are to be made. Draws bars when standard error is a terminal.
    pub fn new(total: usize, threads: usize, expected: BTreeMap<String, Option<f64>>) -> Self {
        let screen: Box<dyn Screen> = if std::io::stderr().is_terminal() { Box::new(Bars::new()) } else { Box::new(Lines) };
        let inner = Inner { total, threads, expected: Mutex::new(expected), running: Mutex::default(), counts: Mutex::default(), screen };
        let inner = Arc::new(inner);
        let (stop, stopped) = channel();
        let ticking = inner.clone();
        let ticker = std::thread::spawn(move || {
            while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(ticking.screen.period()) {
                ticking.tick();
            }
        });
        Board { inner, stop, ticker: Some(ticker) }
    }
}

impl Drop for Board {
    fn drop(&mut self) {
        let _ = self.stop.send(());
        if let Some(ticker) = self.ticker.take() {
            let _ = ticker.join();
        }
        self.inner.screen.close();
    }
}

impl Inner {
    fn tick(&self) {
        let running = self.running.lock().expect("drawing does not panic").clone();
        self.screen.tick(&running, &self.overall(&running));
    }

    fn overall(&self, running: &[Arc<Gauge>]) -> Overall {
        let (done, lost) = *self.counts.lock().expect("counting does not panic");
        Overall { total: self.total, done, running: running.len(), lost, eta: self.eta(running) }
    }

    /// Time to go: what history expects of the steps to come, and the pace of those that run.
    fn eta(&self, running: &[Arc<Gauge>]) -> String {
        let expected = self.expected.lock().expect("counting does not panic");
        let (mut seconds, mut unknown) = (0.0, 0);
        for (step, known) in expected.iter() {
            let gauge = running.iter().find(|gauge| gauge.step == *step);
            let paced = gauge.and_then(|gauge| Some(gauge.eta()? * gauge.threads as f64));
            let planned = known.map(|whole| whole * (1.0 - gauge.map_or(0.0, |gauge| gauge.share())));
            match paced.or(planned) {
                Some(left) => seconds += left,
                None => unknown += 1,
            }
        }
        let known = human(seconds / self.threads as f64);
        match unknown {
            0 => format!(", ETA {known}"),
            all if all == expected.len() => ", ETA unknown".to_string(),
            some => format!(", ETA {known} and {some} step(s) of unknown length"),
        }
    }

    fn forget(&self, step: &str) {
        self.expected.lock().expect("counting does not panic").remove(step);
        self.running.lock().expect("drawing does not panic").retain(|gauge| gauge.step != step);
    }
}

impl Watch for Board {
    fn started(&self, step: &str, threads: usize) -> Progress {
        let screen = self.inner.clone();
        let gauge = Arc::new(Gauge::new(step, threads, Box::new(move |line| screen.screen.note(line))));
        self.inner.running.lock().expect("drawing does not panic").push(gauge.clone());
        self.inner.screen.start(&gauge);
        gauge
    }

    fn ended(&self, step: &str, state: &State) {
        self.inner.forget(step);
        let mut counts = self.inner.counts.lock().expect("counting does not panic");
        match state {
            State::Hit(_) | State::Done(_) | State::Reused(_) => counts.0 += 1,
            State::Failed(_) | State::Blocked { .. } => counts.1 += 1,
            _ => {}
        }
        drop(counts);
        if let Some(line) = describe(step, state) {
            self.inner.screen.end(step, &line);
        }
    }

    fn note(&self, line: &str) {
        self.inner.screen.note(line);
    }
}

/// One line on how a step ended; None for those that nobody waited for.
fn describe(step: &str, state: &State) -> Option<String> {
    match state {
        State::Done(record) => Some(format!("done     {step}  {}", describe_work(record))),
        State::Reused(_) => Some(format!("re-used  {step}  made by another run meanwhile")),
        State::Failed(error) => Some(format!("failed   {step}  {error:#}")),
        _ => None,
    }
}

/// `1.2 s, 38400 samples drawn, 0 re-used, 412 k tokens`.
pub fn describe_work(record: &Record) -> String {
    let mut parts = vec![human(record.provenance.seconds)];
    let measure = |name: &str| record.measures.get(name).copied();
    match (measure("samples_drawn"), measure("samples_reused")) {
        (None, None) if record.effort.total > 0 => parts.push(format!("{} {}", record.effort.total, record.effort.unit)),
        (None, None) => {}
        (drawn, reused) => parts.push(format!("{} samples drawn, {} re-used", drawn.unwrap_or(0.0), reused.unwrap_or(0.0))),
    }
    if record.effort.tokens > 0 {
        parts.push(format!("{} tokens", text::count(record.effort.tokens as f64)));
    }
    parts.join(", ")
}
