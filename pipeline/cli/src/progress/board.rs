//! Knows every step of the run: done, running, still unknown. A ticker thread draws it.

use super::bars::Bars;
use super::forecast::{Forecast, Outlook};
use super::gauge::Gauge;
use super::lines::Lines;
use crate::text;
use beyond_runner::clock::human;
use beyond_runner::plan::Planned;
use beyond_runner::{Record, State, Watch};
use beyond_stage::Progress;
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
    /// A step ended; `line` says how. `minor`: it went well and fast.
    fn end(&self, step: &str, line: &str, minor: bool);
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
    /// What is to come.
    pub outlook: Outlook,
}

impl Overall {
    /// `12/44 done, 2 running, 3 failed or blocked, 5 unknown, ETA > 40 s`: short enough for 80 columns.
    pub fn describe(&self) -> String {
        let lost = if self.lost > 0 { format!(", {} failed or blocked", self.lost) } else { String::new() };
        format!("{}/{} done, {} running{lost}, {}", self.done, self.total, self.running, self.outlook.describe())
    }
}

struct Inner {
    total: usize,
    forecast: Mutex<Forecast>,
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
    /// A board for the steps of a plan. Draws bars when standard error is a terminal.
    pub fn new(steps: Vec<Planned>, threads: usize) -> Self {
        let screen: Box<dyn Screen> = if std::io::stderr().is_terminal() { Box::new(Bars::new()) } else { Box::new(Lines) };
        let (total, forecast) = (steps.len(), Mutex::new(Forecast::new(steps, threads)));
        let inner = Arc::new(Inner { total, forecast, running: Mutex::default(), counts: Mutex::default(), screen });
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
        let outlook = self.forecast.lock().expect("counting does not panic").outlook(running);
        Overall { total: self.total, done, running: running.len(), lost, outlook }
    }

    fn forget(&self, step: &str, state: &State) {
        let seconds =
            if let State::Done(record) = state { Some(record.provenance.seconds * record.provenance.threads as f64) } else { None };
        self.forecast.lock().expect("counting does not panic").ended(step, seconds);
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
        self.inner.forget(step, state);
        let mut counts = self.inner.counts.lock().expect("counting does not panic");
        match state {
            State::Hit(_) | State::Done(_) | State::Reused(_) => counts.0 += 1,
            State::Failed(_) | State::Blocked { .. } => counts.1 += 1,
            _ => {}
        }
        drop(counts);
        if let Some(line) = describe(step, state) {
            self.inner.screen.end(step, &line, is_minor(state));
        }
    }

    fn note(&self, line: &str) {
        self.inner.screen.note(line);
    }
}

/// Whether nobody needs to read that a step ended.
fn is_minor(state: &State) -> bool {
    match state {
        State::Done(record) => record.provenance.seconds < 1.0,
        State::Reused(_) => true,
        _ => false,
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
