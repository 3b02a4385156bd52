//! The scheduler: what is ready runs, what depends on a failure is blocked, everything else goes on.

use crate::execute::{Ended, Task, Workshop};
use crate::graph::Graph;
use crate::record::Output;
use crate::registry::Registry;
use crate::resolve::Resolver;
use crate::state::{Options, State, Summary, Watch};
use crate::store::{Lookup, Store};
use anyhow::{Result, anyhow};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, Scope};

/// Deep recursion over long texts needs more than the 2 MiB that threads get by default.
const STACK: usize = 32 << 20;

/// An artifact that is damaged more often than this within one run is the disk's fault.
const MAX_REBUILDS: u32 = 3;

/// Runs every step of the graph that is not in the store. Errs only when nothing could be started; failures of steps are in the summary.
pub fn run(graph: &Graph, registry: &Registry, store: &Store, options: &Options, watch: &dyn Watch) -> Result<Summary> {
    let resolver = Resolver::new(graph, registry, store)?;
    let _in_use = store.share();
    let workshop = Workshop::new(&resolver, options.cancel.clone(), options.lock_timeout);
    let mut scheduler = Scheduler::new(&resolver, &workshop, options, watch);
    thread::scope(|scope| scheduler.drive(scope));
    resolver.save();
    let ids = graph.steps().iter().map(|step| step.id.clone());
    Ok(Summary { steps: ids.zip(scheduler.states).collect() })
}

type Message = (usize, usize, Ended);

struct Scheduler<'s> {
    resolver: &'s Resolver<'s>,
    workshop: &'s Workshop<'s>,
    watch: &'s dyn Watch,
    cancel: Arc<AtomicBool>,
    states: Vec<State>,
    ready: BTreeMap<usize, Task>,
    rebuilds: BTreeMap<usize, u32>,
    threads: usize,
    free: usize,
}

impl<'s> Scheduler<'s> {
    fn new(resolver: &'s Resolver<'s>, workshop: &'s Workshop<'s>, options: &Options, watch: &'s dyn Watch) -> Self {
        let threads = options.threads.max(1);
        let states = vec![State::Waiting; resolver.graph.steps().len()];
        let cancel = options.cancel.clone();
        Scheduler { resolver, workshop, watch, cancel, states, ready: BTreeMap::new(), rebuilds: BTreeMap::new(), threads, free: threads }
    }

    fn drive<'scope>(&mut self, scope: &'scope Scope<'scope, '_>)
    where
        's: 'scope,
    {
        let (sender, receiver) = channel();
        loop {
            self.settle();
            self.dispatch(scope, &sender);
            if self.free == self.threads {
                break;
            }
            self.receive(&receiver);
        }
        self.stop_rest();
    }

    /// Looks at every waiting step whose inputs are decided: hit, ready, failed or blocked.
    fn settle(&mut self) {
        for i in 0..self.states.len() {
            if matches!(self.states[i], State::Waiting) && !self.ready.contains_key(&i) {
                self.settle_one(i);
            }
        }
    }

    fn settle_one(&mut self, i: usize) {
        let parents = self.resolver.graph.parents(i);
        if let Some(by) = parents.iter().find_map(|&parent| self.failed(parent)) {
            return self.set(i, State::Blocked { by });
        }
        if self.cancel.load(Ordering::Relaxed) || parents.iter().any(|&parent| self.states[parent].record().is_none()) {
            return;
        }
        let inputs = match self.resolver.bind(i, |parent| self.states[parent].record()) {
            Ok(inputs) => inputs,
            Err(error) => return self.set(i, State::Failed(Arc::new(error))),
        };
        let ingredients = self.resolver.ingredients(i, &inputs);
        let key = ingredients.key();
        let found = match self.resolver.store.lookup(key) {
            Lookup::Hit(record) if record.provisional.is_some() => Lookup::Miss(record.provisional),
            other => other,
        };
        match found {
            Lookup::Hit(record) => self.set(i, State::Hit(Arc::from(record))),
            Lookup::Miss(reason) => {
                if let Some(reason) = reason {
                    self.watch.note(&format!("{}: {reason}; it is made again", self.id(i)));
                }
                self.ready.insert(i, Task { position: i, ingredients, key, inputs });
            }
        }
    }

    fn id(&self, i: usize) -> &'s str {
        &self.resolver.graph.steps()[i].id
    }

    fn failed(&self, i: usize) -> Option<String> {
        match &self.states[i] {
            State::Failed(_) => Some(self.id(i).to_string()),
            State::Blocked { by } => Some(by.clone()),
            _ => None,
        }
    }

    fn set(&mut self, i: usize, state: State) {
        self.watch.ended(self.id(i), &state);
        self.states[i] = state;
    }

    /// Starts ready steps while threads are free: they share the free threads, each has at least one.
    fn dispatch<'scope>(&mut self, scope: &'scope Scope<'scope, '_>, sender: &Sender<Message>)
    where
        's: 'scope,
    {
        while self.free > 0 && !self.cancel.load(Ordering::Relaxed) {
            let waiting = self.ready.len();
            let Some((i, task)) = self.ready.pop_first() else { return };
            let threads = (self.free / waiting).max(1);
            let alone = self.free == self.threads && waiting == 1;
            self.free -= threads;
            self.states[i] = State::Running;
            self.spawn(scope, sender.clone(), task, threads, alone);
        }
    }

    fn spawn<'scope>(&self, scope: &'scope Scope<'scope, '_>, sender: Sender<Message>, task: Task, threads: usize, alone: bool)
    where
        's: 'scope,
    {
        let (workshop, i) = (self.workshop, task.position);
        let progress = self.watch.started(self.id(i), threads);
        let body = move || {
            let ended = workshop.execute(&task, threads, alone, &progress);
            let _ = sender.send((i, threads, ended));
        };
        thread::Builder::new()
            .name(format!("step {}", self.id(i)))
            .stack_size(STACK)
            .spawn_scoped(scope, body)
            .expect("the system has threads left");
    }

    fn receive(&mut self, receiver: &Receiver<Message>) {
        let (i, threads, ended) = receiver.recv().expect("a running step reports its end");
        self.free += threads;
        match ended {
            Ended::Made(record) => self.set(i, State::Done(Arc::from(record))),
            Ended::Reused(record) => self.set(i, State::Reused(Arc::from(record))),
            Ended::Cancelled => self.set(i, State::Stopped),
            Ended::Failed(error) => self.set(i, State::Failed(Arc::new(error))),
            Ended::Damaged { producer, output } => self.rebuild(i, producer, &output),
        }
    }

    /// Sends a step whose input is damaged back to wait, and the step that makes the input to run again.
    fn rebuild(&mut self, i: usize, producer: usize, output: &Output) {
        self.states[i] = State::Waiting;
        let record = self.states[producer].record().filter(|record| record.outputs.values().any(|made| made == output)).cloned();
        let Some(record) = record else { return }; // another reader found it too: its maker is at work, or done
        let what = self.describe_damage(i, producer, output);
        let rebuilds = self.rebuilds.entry(producer).or_default();
        *rebuilds += 1;
        if *rebuilds > MAX_REBUILDS {
            let error = anyhow!("{what}, also after it was made anew; check the disk that holds {}", self.resolver.store.root().display());
            return self.set(i, State::Failed(Arc::new(error)));
        }
        self.watch.note(&format!("{what}; it is made again"));
        match self.resolver.store.invalidate(&record, output) {
            Ok(()) => self.reopen(producer),
            Err(error) => self.set(i, State::Failed(Arc::new(error.context(what)))),
        }
    }

    fn describe_damage(&self, reader: usize, producer: usize, output: &Output) -> String {
        let (reader, maker) = (self.id(reader), self.id(producer));
        format!(
            "artifact {} of step {maker:?}, read by step {reader:?}, is damaged: its bytes are not those of its digest",
            output.digest.short()
        )
    }

    /// Lets a step that was there run again; what is ready to read it is bound anew once it is done.
    fn reopen(&mut self, producer: usize) {
        self.states[producer] = State::Waiting;
        self.ready.retain(|_, task| task.inputs.iter().all(|bound| bound.producer.as_ref().is_none_or(|(i, _)| *i != producer)));
    }

    fn stop_rest(&mut self) {
        for i in 0..self.states.len() {
            if matches!(self.states[i], State::Waiting) {
                self.set(i, State::Stopped);
            }
        }
    }
}
