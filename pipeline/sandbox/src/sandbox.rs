//! The pool of zygotes, and judging one or many programs on it.

use crate::batch::{Batch, address};
use crate::config::{Config, Environment};
use crate::evalplus::Oracle;
use crate::judge::{self, Judgement, Known, Outputs, Run};
use crate::layer::{Found, Layer};
use crate::python::Interpreter;
use crate::task::{EvalPlus, Expected, Task, Test};
use crate::value::Value;
use crate::worker::{Limits, Lost, Worker};
use anyhow::{Result, bail};
use beyond_record::Outcome;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};

/// A pool of zygotes. Calls may come from many threads.
pub struct Sandbox {
    config: Config,
    python: Interpreter,
    found: Found,
    /// Free zygotes; None stands for one that must be started again.
    idle: Mutex<Vec<Option<Worker>>>,
    freed: Condvar,
    expected: Mutex<HashMap<u64, Arc<Reference>>>,
}

/// A task with what is computed once: marshalled inputs, expected outputs.
pub struct Prepared<'a> {
    task: &'a Task,
    inputs: Vec<Vec<u8>>,
    reference: Arc<Reference>,
}

/// Expected results: of a call-based task in the first place, of EvalPlus base and plus.
#[derive(Default)]
struct Reference {
    outputs: Outputs,
    cpu_seconds: f64,
}

impl Reference {
    fn known(outputs: &[Value]) -> Vec<Known> {
        outputs.iter().cloned().map(Known::from).collect()
    }

    fn values(&self) -> Expected {
        let [base, plus] = [0, 1].map(|i| self.outputs[i].iter().map(Known::value).collect());
        Expected { base, plus, cpu_seconds: self.cpu_seconds }
    }
}

impl From<&Expected> for Reference {
    fn from(expected: &Expected) -> Reference {
        let outputs = [Reference::known(&expected.base), Reference::known(&expected.plus)];
        Reference { outputs, cpu_seconds: expected.cpu_seconds }
    }
}

impl Sandbox {
    /// Finds Python, starts the zygotes, and checks the layers they hold against the floor.
    pub fn start(config: Config) -> Result<Sandbox> {
        let sound = config.workers > 0 && config.cpu_seconds > 0.0 && config.wall_factor >= 1.0 && config.memory_bytes >= 64 << 20;
        if !sound {
            bail!("a sandbox needs at least one worker, cpu_seconds above 0, a wall_factor of at least 1 and 64 MiB of memory_bytes");
        }
        let python = Interpreter::find(config.python.as_deref())?;
        let (first, found) = Worker::start(&python, &config.without, config.patience)?;
        if !config.allow_below_floor {
            found.check(&config.floor).map_err(|text| anyhow::anyhow!(text))?;
        }
        let mut idle: Vec<Option<Worker>> = (1..config.workers).map(|_| None).collect();
        idle.push(Some(first));
        Ok(Sandbox { config, python, found, idle: Mutex::new(idle), freed: Condvar::new(), expected: Mutex::default() })
    }

    /// The layers that hold.
    pub fn layers(&self) -> Vec<Layer> {
        self.found.layers.clone()
    }

    /// The layers that do not hold, with the reason, and what a confined process could still do.
    pub fn found(&self) -> &Found {
        &self.found
    }

    /// What verdicts depend on besides task and program.
    pub fn environment(&self) -> Environment {
        Environment {
            version: crate::VERSION,
            python: self.python.version.clone(),
            layers: self.layers(),
            cpu_seconds: self.config.cpu_seconds,
            memory_bytes: self.config.memory_bytes,
        }
    }

    /// Judges one completion.
    pub fn judge(&self, task: &Task, completion: &str) -> Judgement {
        let mut lease = self.lease();
        match lease.prepare(task) {
            Ok(prepared) => lease.judge(&prepared, completion),
            Err(judgement) => judgement,
        }
    }

    /// Judges many completions on all workers; the result has their order. Identical pairs of one task (by address) and
    /// one text are judged once. `on_done` is called from the judging threads, once per item, as verdicts come.
    pub fn judge_many(&self, items: &[(&Task, &str)], on_done: impl Fn(usize, &Judgement) + Sync) -> Vec<Judgement> {
        let batch = Batch::new(items);
        let next = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..self.config.workers.min(batch.distinct.len()) {
                scope.spawn(|| {
                    let mut lease = self.lease();
                    while let Some(i) = batch.distinct.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let (task, completion) = items[i.first];
                        let prepared = batch.tasks[&address(task)].get_or_init(|| lease.prepare(task));
                        let judgement = match prepared {
                            Ok(prepared) => lease.judge(prepared, completion),
                            Err(judgement) => judgement.clone(),
                        };
                        let judgement = i.verdict.get_or_init(|| judgement);
                        i.items.iter().for_each(|item| on_done(*item, judgement));
                    }
                });
            }
        });
        batch.verdicts(items.len())
    }

    /// The task with its reference solution's outputs filled in, so that they can be cached; other tasks unchanged.
    /// Err when the reference solution gives none.
    pub fn with_expected(&self, task: &Task) -> Result<Task> {
        let mut lease = self.lease();
        let prepared = lease.prepare(task).map_err(|j| anyhow::anyhow!("{}: {}", task.id, j.reason))?;
        let reference = prepared.reference;
        let mut task = task.clone();
        if let Test::EvalPlus(test) = &mut task.test {
            test.expected = Some(reference.values());
        }
        Ok(task)
    }

    /// Waits for a free zygote.
    fn lease(&self) -> Lease<'_> {
        let mut idle = lock(&self.idle);
        loop {
            // a zygote that runs is better than one that must be started
            if let Some(at) = idle.iter().position(Option::is_some).or(if idle.is_empty() { None } else { Some(0) }) {
                return Lease { sandbox: self, worker: idle.swap_remove(at) };
            }
            idle = self.freed.wait(idle).unwrap_or_else(|e| e.into_inner());
        }
    }
}

/// A panic in another thread leaves nothing half-done behind these locks.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|e| e.into_inner())
}

/// A zygote while it is in use.
struct Lease<'a> {
    sandbox: &'a Sandbox,
    worker: Option<Worker>,
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        lock(&self.sandbox.idle).push(self.worker.take());
        self.sandbox.freed.notify_one();
    }
}

impl Lease<'_> {
    /// Runs `action` on a living zygote, twice if need be: a candidate that takes its zygote down, or that the machine
    /// failed, gets another turn, then it is unjudged.
    fn attempt<T>(&mut self, action: impl Fn(&mut Worker) -> Result<T, Lost>, judged: impl Fn(&T) -> bool) -> Result<T, Judgement> {
        let mut last = Err(Judgement::new(Outcome::Unjudged, "not run"));
        for _ in 0..2 {
            last = match self.worker().and_then(&action) {
                Ok(result) if judged(&result) => return Ok(result),
                Ok(result) => Ok(result),
                Err(Lost(why)) => {
                    self.worker = None;
                    Err(Judgement::new(Outcome::Unjudged, format!("the sandbox failed: {why}")))
                }
            };
        }
        last
    }

    fn worker(&mut self) -> Result<&mut Worker, Lost> {
        if self.worker.is_none() {
            let sandbox = self.sandbox;
            let (worker, found) =
                Worker::start(&sandbox.python, &sandbox.config.without, sandbox.config.patience).map_err(|e| Lost(format!("{e:#}")))?;
            if found.layers != sandbox.found.layers {
                return Err(Lost("a zygote holds other layers than the first".into()));
            }
            self.worker = Some(worker);
        }
        Ok(self.worker.as_mut().expect("just started"))
    }

    fn limits(&self, task: &Task, slice: f64, total: f64) -> Limits {
        let config = &self.sandbox.config;
        Limits {
            slice,
            total,
            memory: task.memory_bytes.unwrap_or(config.memory_bytes),
            output: config.output_bytes,
            wall_factor: config.wall_factor,
        }
    }

    fn budget(&self, task: &Task) -> f64 {
        task.cpu_seconds.unwrap_or(self.sandbox.config.cpu_seconds)
    }

    /// One limit per input, and for all of them together at most 60 s, as EvalPlus has it.
    fn per_input(&self, task: &Task, slice: f64, inputs: usize) -> Limits {
        self.limits(task, slice, (slice * inputs as f64).min(60.0).max(slice) + 1.0)
    }

    /// Marshals a task's inputs and finds its expected outputs. Err when its reference solution gives none.
    fn prepare<'t>(&mut self, task: &'t Task) -> Result<Prepared<'t>, Judgement> {
        let inputs = match &task.test {
            Test::EvalPlus(test) => vec![judge::marshal_inputs(&test.base), judge::marshal_inputs(&test.plus)],
            Test::Calls { inputs, .. } => vec![judge::marshal_inputs(inputs)],
            _ => vec![],
        };
        let reference = match &task.test {
            Test::EvalPlus(test) => self.reference(task, test, &inputs)?,
            Test::Calls { outputs, .. } => {
                let outputs = outputs.iter().cloned().map(judge::as_list).map(Known::from).collect();
                Arc::new(Reference { outputs: [outputs, vec![]], cpu_seconds: 0.0 })
            }
            _ => Arc::default(),
        };
        Ok(Prepared { task, inputs, reference })
    }

    fn reference(&mut self, task: &Task, test: &EvalPlus, inputs: &[Vec<u8>]) -> Result<Arc<Reference>, Judgement> {
        if let Some(expected) = &test.expected {
            return Ok(Arc::new(Reference::from(expected)));
        }
        let mut hasher = DefaultHasher::new();
        (&task.id, &test.reference, &test.entry_point, inputs).hash(&mut hasher);
        let key = hasher.finish();
        if let Some(reference) = lock(&self.sandbox.expected).get(&key) {
            return Ok(reference.clone());
        }
        let oracle = Oracle::of(&task.id, &test.entry_point);
        let (base, seconds) = self.reference_outputs(task, test, &inputs[0], test.base.len())?;
        let (plus, more) = self.reference_outputs(task, test, &inputs[1], test.plus.len())?;
        let outputs = [base, plus].map(|outputs| Reference::known(&Expected::under(oracle, outputs)));
        let reference = Arc::new(Reference { outputs, cpu_seconds: seconds.max(more) });
        lock(&self.sandbox.expected).insert(key, reference.clone());
        Ok(reference)
    }

    fn reference_outputs(&mut self, task: &Task, test: &EvalPlus, inputs: &[u8], count: usize) -> Result<(Vec<Value>, f64), Judgement> {
        let limits = self.limits(task, 60.0, 60.0);
        let run = Run { prelude: "", program: &test.reference, entry_point: &test.entry_point, inputs, count };
        let outputs = self.attempt(|worker| judge::reference_outputs(worker, &run, limits), Result::is_ok)?;
        outputs.map_err(|j| Judgement::new(Outcome::Unjudged, format!("the reference solution fails: {}", j.reason)))
    }

    fn judge(&mut self, prepared: &Prepared, completion: &str) -> Judgement {
        let Some(program) = prepared.task.program(completion) else {
            return Judgement::new(Outcome::Unparsed, "no code");
        };
        let task = prepared.task;
        let budget = self.budget(task);
        let judged = |j: &Judgement| j.outcome != Outcome::Unjudged;
        let plan = match &prepared.task.test {
            Test::EvalPlus(test) => {
                let slice = budget.max(4.0 * prepared.reference.cpu_seconds);
                [self.per_input(task, slice, test.base.len()), self.per_input(task, slice, test.plus.len())]
            }
            Test::Calls { inputs, .. } => [self.per_input(task, budget, inputs.len()); 2],
            _ => [self.limits(task, budget, budget); 2],
        };
        self.attempt(|worker| run(worker, prepared, &program, plan), judged).unwrap_or_else(|j| j)
    }
}

/// Runs one program by its task's kind of test. `plan`: the limits of a run, or of the base and the additional run.
fn run(worker: &mut Worker, prepared: &Prepared, program: &str, plan: [Limits; 2]) -> Result<Judgement, Lost> {
    let limits = plan[0];
    match &prepared.task.test {
        Test::Assert { test, entry_point, .. } if entry_point.is_empty() => judge::judge_inside(worker, program, test, limits),
        Test::Assert { setup, test, entry_point } => match judge::judge_outside(worker, program, setup, test, entry_point, limits)? {
            Some(judgement) => Ok(judgement),
            None => judge::judge_inside(worker, program, test, limits),
        },
        Test::EvalPlus(test) => {
            let expected = &prepared.reference.outputs;
            let inputs = [&prepared.inputs[0][..], &prepared.inputs[1][..]];
            judge::judge_evalplus(worker, &prepared.task.id, test, expected, inputs, program, plan)
        }
        Test::Stdin { prelude, inputs, outputs } => {
            let tests: Vec<(&str, &str)> = inputs.iter().zip(outputs).map(|(i, o)| (i.as_str(), o.as_str())).collect();
            judge::judge_stdin(worker, prelude, program, &tests, limits)
        }
        Test::Calls { prelude, entry_point, inputs, .. } => {
            let calls = Run { prelude, program, entry_point, inputs: &prepared.inputs[0], count: inputs.len() };
            judge::judge_calls(worker, &calls, &prepared.reference.outputs[0], limits)
        }
    }
}
