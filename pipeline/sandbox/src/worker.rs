//! One zygote and the processes it forks: two seats, one for a candidate and one for a tester.

use crate::layer::{Found, Layer};
use crate::marshal;
use crate::python::{EXTENSIONS, Interpreter, PRELOAD};
pub use crate::seat::{Event, Exit, Limits};
use crate::seat::{Running, Seat};
use crate::value::Value;
use crate::{proc, seccomp, sys};
use anyhow::{Context, Result, anyhow, bail};
use std::collections::VecDeque;
use std::io::ErrorKind;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const SCRIPT: &str = concat!(include_str!("python/lockdown.py"), include_str!("python/runner.py"), include_str!("python/zygote.py"));

/// Reads the script from the control socket and runs it in a namespace of its own; a failure is sent back as text.
const BOOT: &str = "import os,sys;sys.path.pop(0);c=int(sys.argv[1])
try: exec(compile(os.read(c,1<<20),'<zygote>','exec'),{'CTL':c,'__name__':'zygote'})
except Exception as e: os.write(c,('!%s: %s'%(type(e).__name__,e)).encode())";

/// How long a zygote may take to start.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often a running process is looked at.
const TICK: Duration = Duration::from_millis(100);

/// The zygote is gone or does not answer: start another.
#[derive(Debug)]
pub struct Lost(pub String);

impl From<std::io::Error> for Lost {
    fn from(error: std::io::Error) -> Lost {
        Lost(error.to_string())
    }
}

/// Which process of a worker.
pub const CANDIDATE: usize = 0;
/// The other one.
pub const TESTER: usize = 1;

/// A zygote with its two seats.
pub struct Worker {
    launcher: Child,
    control: OwnedFd,
    seats: [Seat; 2],
    /// Its process number as seen from here, once it is known.
    zygote: Option<u32>,
    queue: VecDeque<(usize, Event)>,
    /// How long it may take to report the end of a process that was killed, and to end itself.
    patience: Duration,
}

impl Worker {
    /// Starts a zygote without the layers in `without`, and says which ones hold.
    pub fn start(python: &Interpreter, without: &[Layer], patience: Duration) -> Result<(Worker, Found)> {
        let seats = [Seat::new()?, Seat::new()?];
        let (control, theirs) = sys::socket_pair()?;
        let launcher = launch(python, &theirs, &seats)?;
        drop(theirs);
        let mut worker = Worker { launcher, control, seats, zygote: None, queue: VecDeque::new(), patience };
        sys::send(&worker.control, SCRIPT.as_bytes())?;
        let empty_root = !without.contains(&Layer::MountNamespace) && !without.contains(&Layer::UserNamespace);
        sys::send(&worker.control, &worker.configuration(python, without, empty_root))?;
        let found = worker.hello()?;
        if !found.layers.contains(&Layer::PidNamespace) {
            worker.zygote = Some(worker.launcher.id());
        }
        if empty_root && !found.layers.contains(&Layer::MountNamespace) && found.layers.contains(&Layer::Seccomp) {
            // the filter that was sent relies on an empty root: start again with the one that does not
            let without = [without, &[Layer::MountNamespace]].concat();
            let why = found.refused.iter().find(|(l, _)| *l == Layer::MountNamespace).cloned();
            let (worker, mut found) = Worker::start(python, &without, patience)?;
            found.refused.retain(|(l, _)| *l != Layer::MountNamespace);
            found.refused.extend(why);
            return Ok((worker, found));
        }
        Ok((worker, found))
    }

    fn configuration(&self, python: &Interpreter, without: &[Layer], empty_root: bool) -> Vec<u8> {
        let text = |s: &str| Value::Str(s.into());
        let texts = |list: &[&str]| Value::List(list.iter().map(|s| text(s)).collect());
        let ints = |list: &[i32]| Value::Tuple(list.iter().map(|n| Value::Int(i64::from(*n))).collect());
        let numbers = [
            ("landlock_create_ruleset", libc::SYS_landlock_create_ruleset),
            ("landlock_restrict_self", libc::SYS_landlock_restrict_self),
            ("pivot_root", libc::SYS_pivot_root),
            ("capset", libc::SYS_capset),
            ("seccomp", libc::SYS_seccomp),
            ("timer_create", libc::SYS_timer_create),
            ("timer_settime", libc::SYS_timer_settime),
        ];
        let configuration = [
            ("archive", Value::Int(i64::from(python.archive.as_raw_fd()))),
            ("seats", Value::List(self.seats.iter().map(|s| ints(&s.descriptors())).collect())),
            ("without", texts(&without.iter().map(|l| l.as_str()).collect::<Vec<_>>())),
            ("seccomp", Value::Bytes(seccomp::filter(empty_root).unwrap_or_default())),
            ("nr", Value::Dict(numbers.iter().map(|(k, n)| (text(k), Value::Int(*n))).collect())),
            ("preload", texts(PRELOAD)),
            ("extensions", texts(EXTENSIONS)),
        ];
        let mut out = Vec::new();
        marshal::write(&Value::Dict(configuration.into_iter().map(|(k, v)| (text(k), v)).collect()), &mut out);
        out
    }

    /// Waits for the zygote's report on its layers.
    fn hello(&mut self) -> Result<Found> {
        if !sys::poll(&[&self.control], PATIENCE.as_millis() as i32)?[0] {
            bail!("the Python zygote did not start within {} s", PATIENCE.as_secs());
        }
        let mut packet = vec![0; 1 << 16];
        let n = sys::read(&self.control, &mut packet)?;
        match &packet[..n] {
            [] => bail!("the Python zygote died while starting"),
            [b'!', text @ ..] => bail!("the Python zygote failed: {}", String::from_utf8_lossy(text)),
            report => found(&marshal::read(report).map_err(|e| anyhow!("the zygote's report: {}", e.0))?).context("the zygote's report"),
        }
    }

    /// Starts a job on a seat; the seat must be free.
    pub fn run(&mut self, seat: usize, job: &[u8], limits: Limits, file_size: u64) -> Result<(), Lost> {
        self.seats[seat].clear()?;
        sys::rewrite(&self.seats[seat].job, job, false)?;
        // a second lock, counted in ticks: wide enough that the process's own timer always comes first
        let cpu = (2.0 * limits.total).ceil() as u32 + 2;
        sys::send(&self.control, &request(b'R', seat, limits.memory, file_size, job.len() as u64, cpu))?;
        let now = Instant::now();
        self.seats[seat].allowed = limits.output;
        self.seats[seat].running =
            Some(Running { limits, started: now, looked: now, asleep: Duration::ZERO, heard: 0, busy: true, process: None });
        Ok(())
    }

    /// Says whose turn it is; see [`Running::busy`].
    pub fn set_busy(&mut self, seat: usize, busy: bool) {
        if let Some(running) = &mut self.seats[seat].running {
            running.busy = busy;
        }
    }

    /// Gives the process standard input and empties its standard output.
    pub fn set_stdin(&mut self, seat: usize, text: &[u8]) -> Result<(), Lost> {
        sys::rewrite(&self.seats[seat].stdin, text, true)?;
        Ok(sys::rewrite(&self.seats[seat].stdout, &[], true)?)
    }

    /// What the finished process wrote to its standard output.
    pub fn stdout(&self, seat: usize) -> Result<Vec<u8>, Lost> {
        Ok(sys::content(&self.seats[seat].stdout)?)
    }

    /// Sends a frame to a process. A process that does not read it is left to its limits.
    pub fn send(&mut self, seat: usize, kind: u8, body: &[u8]) -> Result<(), Lost> {
        let mut data = vec![kind];
        data.extend((body.len() as u32).to_le_bytes());
        data.extend(body);
        let (mut rest, deadline) = (&data[..], Instant::now() + PATIENCE);
        while !rest.is_empty() && Instant::now() < deadline {
            match sys::write(&self.seats[seat].input.1, rest) {
                Ok(n) => rest = &rest[n..],
                Err(e) if e.kind() == ErrorKind::WouldBlock => {
                    self.pump(Duration::from_millis(10), true)?;
                    if self.seats[seat].running.is_none() {
                        return Ok(());
                    }
                }
                Err(e) => return Err(e.into()),
            }
        }
        Ok(())
    }

    /// Waits for the next event. `eager` looks at what processes send as it comes; without it only every 10 ms and at
    /// their end, which spares a wake-up per frame.
    pub fn next(&mut self, eager: bool) -> Result<(usize, Event), Lost> {
        loop {
            for seat in [CANDIDATE, TESTER] {
                if let Some(event) = self.pending(seat) {
                    return Ok((seat, event));
                }
            }
            if let Some(event) = self.queue.pop_front() {
                return Ok(event);
            }
            self.pump(if eager { TICK } else { Duration::from_millis(10) }, eager)?;
        }
    }

    fn pending(&mut self, seat: usize) -> Option<Event> {
        let seat = &mut self.seats[seat];
        seat.frame().or_else(|| seat.ended.take().map(Event::Ended))
    }

    /// Waits once, at most `wait`, and takes in what came.
    fn pump(&mut self, wait: Duration, eager: bool) -> Result<(), Lost> {
        let mut watched = vec![&self.control];
        if eager {
            watched.extend(self.seats.iter().filter(|s| s.running.is_some()).map(|s| &s.output.0));
        }
        let ready = sys::poll(&watched, wait.as_millis() as i32)?;
        for seat in self.seats.iter_mut().filter(|s| s.running.is_some()) {
            seat.drain()?;
        }
        if ready[0] {
            self.done()?;
        }
        if !ready.contains(&true) {
            self.look();
        }
        Ok(())
    }

    /// Reads one report of an ended process.
    fn done(&mut self) -> Result<(), Lost> {
        let mut packet = [0u8; 64];
        let n = sys::read(&self.control, &mut packet)?;
        let Some(report) = packet[..n].first_chunk::<29>() else { return Err(Lost("the zygote died".into())) };
        let number = |at: usize| u64::from_le_bytes(report[at..at + 8].try_into().expect("8 bytes"));
        let status = i32::from_le_bytes(report[1..5].try_into().expect("4 bytes"));
        let seat = self.seats.get_mut(usize::from(report[0])).ok_or_else(|| Lost("no such seat".into()))?;
        seat.running = None;
        seat.drain()?;
        seat.ended = Some(Exit { status, cpu: (number(5) + number(13)) as f64 / 1e6 });
        Ok(())
    }

    /// Looks whether running processes sleep, or get no processor.
    fn look(&mut self) {
        let launcher = self.launcher.id();
        // in a pid namespace the zygote is the launcher's only child
        let zygote = *self.zygote.get_or_insert_with(|| proc::oldest_child(launcher).unwrap_or(launcher));
        for (i, seat) in self.seats.iter_mut().enumerate() {
            let Some(running) = &mut seat.running else { continue };
            let since = running.looked.elapsed();
            if since < TICK {
                continue;
            }
            running.looked = Instant::now();
            if i == CANDIDATE && running.busy {
                // with both seats taken the candidate is the older one
                let process = *running.process.get_or_insert_with(|| proc::oldest_child(zygote).unwrap_or(0));
                // one that sends may just be waiting for us to take it
                let silent = seat.total == running.heard;
                running.heard = seat.total;
                if silent && proc::is_asleep(process) == Some(true) {
                    running.asleep += since.min(TICK);
                }
            }
            if running.asleep.as_secs_f64() >= running.limits.slice {
                self.queue.push_back((i, Event::Slept));
            } else if running.started.elapsed().as_secs_f64() >= running.limits.total * running.limits.wall_factor {
                self.queue.push_back((i, Event::Starved));
            }
        }
    }

    /// Ends whatever runs on a seat and forgets what it sent. The CPU seconds it used, 0 when it had ended before.
    pub fn stop(&mut self, seat: usize) -> Result<f64, Lost> {
        let deadline = Instant::now() + self.patience;
        if self.seats[seat].running.is_some() {
            sys::send(&self.control, &request(b'K', seat, 0, 0, 0, 0))?;
        }
        while self.seats[seat].running.is_some() {
            if Instant::now() > deadline {
                return Err(Lost("the zygote does not report the end of a killed process".into()));
            }
            self.pump(TICK, true)?;
            self.seats[seat].received.clear();
        }
        let used = self.seats[seat].ended.map_or(0.0, |exit| exit.cpu);
        self.seats[seat].clear()?;
        self.queue.retain(|(s, _)| *s != seat);
        Ok(used)
    }
}

impl Drop for Worker {
    /// Killing the launcher kills process 1 of its namespace and everything in it; without namespaces the closed
    /// control socket tells the zygote to end.
    fn drop(&mut self) {
        let (other, _) = match sys::socket_pair() {
            Ok(pair) => pair,
            Err(_) => return,
        };
        drop(std::mem::replace(&mut self.control, other));
        let deadline = Instant::now() + self.patience;
        while matches!(self.launcher.try_wait(), Ok(None)) {
            if Instant::now() > deadline {
                let _ = self.launcher.kill();
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

fn launch(python: &Interpreter, control: &OwnedFd, seats: &[Seat; 2]) -> Result<Child> {
    let mut kept = vec![control.as_raw_fd(), python.archive.as_raw_fd()];
    kept.extend(seats.iter().flat_map(Seat::descriptors));
    let mut command = Command::new(&python.executable);
    // not -I: it would ignore the hash seed; the environment is empty but for that, and -s -S leave nothing else to isolate
    command.args(["-s", "-S", "-B", "-X", "utf8", "-c", BOOT, &control.as_raw_fd().to_string()]);
    // one arena: what a thread reserves for its own would count against the address space, more or less by chance
    command.env_clear().env("PYTHONHASHSEED", "0").env("MALLOC_ARENA_MAX", "1").current_dir("/");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // SAFETY: fcntl only, which is async-signal-safe
    unsafe { command.pre_exec(move || kept.iter().try_for_each(|fd| sys::keep_on_exec(*fd))) };
    command.spawn().with_context(|| format!("starting {}", python.executable.display()))
}

/// A request as `struct.Struct("<cBQQQIQ")` reads it; the last field is the number of threads.
fn request(kind: u8, seat: usize, memory: u64, file_size: u64, job: u64, cpu: u32) -> Vec<u8> {
    let mut packet = vec![kind, seat as u8];
    for n in [memory, file_size, job] {
        packet.extend(n.to_le_bytes());
    }
    packet.extend(cpu.to_le_bytes());
    packet.extend(64u64.to_le_bytes());
    packet
}

/// The zygote's report: `{"layers": {name: None or why not}, "leaks": [..]}`.
fn found(report: &Value) -> Result<Found> {
    let field = |name: &str| match report {
        Value::Dict(pairs) => pairs.iter().find(|(k, _)| *k == Value::Str(name.into())).map(|(_, v)| v),
        _ => None,
    };
    let Some(Value::Dict(layers)) = field("layers") else { bail!("no layers") };
    let mut found = Found::default();
    for layer in Layer::ALL {
        match layers.iter().find(|(k, _)| *k == Value::Str(layer.as_str().into())).map(|(_, v)| v) {
            Some(Value::None) => found.layers.push(layer),
            Some(Value::Str(why)) => found.refused.push((layer, why.clone())),
            _ => found.refused.push((layer, "not reported".into())),
        }
    }
    let leaks = field("leaks").and_then(Value::iterate).unwrap_or_default();
    let text = |leak: &Value| match leak {
        Value::Str(s) => s.clone(),
        other => other.to_string(),
    };
    found.leaks = leaks.iter().map(text).collect();
    Ok(found)
}
