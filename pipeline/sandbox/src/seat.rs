//! The place of one forked process: its descriptors, what it sent, how it ended.

use crate::sys;
use std::os::fd::{AsRawFd, OwnedFd};
use std::time::{Duration, Instant};

/// Bytes taken from a running process before what it sent is looked at.
const MOUTHFUL: u64 = 4 << 20;

/// What one process may use.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// CPU seconds of one run, or of one input where they are counted one by one.
    pub slice: f64,
    /// CPU seconds of the whole process.
    pub total: f64,
    /// Address space, bytes.
    pub memory: u64,
    /// Bytes the process may send, or write to its standard output where that is judged.
    pub output: u64,
    /// Times `total`, in wall seconds: after that the machine is to blame.
    pub wall_factor: f64,
}

/// How a process ended.
#[derive(Clone, Copy, Debug)]
pub struct Exit {
    /// As wait(2) gives it.
    pub status: i32,
    /// User and system CPU seconds.
    pub cpu: f64,
}

/// What happened on a seat.
#[derive(Debug)]
pub enum Event {
    /// A frame: kind and body.
    Frame(u8, Vec<u8>),
    /// The process ended; everything it sent has been delivered.
    Ended(Exit),
    /// It slept as long as it might have computed.
    Slept,
    /// It sent more than it may.
    Flooded,
    /// It got too little processor time for too long.
    Starved,
}

/// What one forked process is given, and what came from it.
pub struct Seat {
    pub job: OwnedFd,
    pub stdin: OwnedFd,
    pub stdout: OwnedFd,
    pub input: (OwnedFd, OwnedFd),
    pub output: (OwnedFd, OwnedFd),
    pub received: Vec<u8>,
    /// Bytes received from the process so far, and how many it may send.
    pub total: u64,
    pub allowed: u64,
    pub running: Option<Running>,
    pub ended: Option<Exit>,
}

/// A process on its seat.
pub struct Running {
    pub limits: Limits,
    pub started: Instant,
    pub looked: Instant,
    pub asleep: Duration,
    /// Bytes received from it when it was looked at.
    pub heard: u64,
    /// Whether it is this process's turn: a candidate that waits for a call is not to blame for waiting.
    pub busy: bool,
    pub process: Option<u32>,
}

impl Seat {
    pub fn new() -> std::io::Result<Seat> {
        let (input, output) = (sys::pipe()?, sys::pipe()?);
        sys::set_nonblocking(&input.1)?;
        sys::widen(&output.1, 1 << 20);
        Ok(Seat {
            job: sys::memory_file()?,
            stdin: sys::memory_file()?,
            stdout: sys::memory_file()?,
            input,
            output,
            received: Vec::new(),
            total: 0,
            allowed: 0,
            running: None,
            ended: None,
        })
    }

    /// The descriptors of the forked process, in the order the zygote expects.
    pub fn descriptors(&self) -> [i32; 5] {
        [&self.job, &self.stdin, &self.stdout, &self.input.0, &self.output.1].map(|fd| fd.as_raw_fd())
    }

    /// Takes what the process has sent so far, of a flood only a part: it goes on as fast as it is drained.
    pub fn drain(&mut self) -> std::io::Result<()> {
        let before = self.total;
        loop {
            let n = sys::readable(&self.output.0)?;
            if n == 0 || self.running.is_some() && self.total - before > MOUTHFUL {
                return Ok(());
            }
            let at = self.received.len();
            self.received.resize(at + n, 0);
            let got = sys::read(&self.output.0, &mut self.received[at..])?;
            self.received.truncate(at + got);
            self.total += got as u64;
        }
    }

    /// Forgets what a finished process left in its pipes.
    pub fn clear(&mut self) -> std::io::Result<()> {
        self.drain()?;
        self.received.clear();
        self.total = 0;
        self.ended = None;
        let mut rest = vec![0; sys::readable(&self.input.0)?];
        if !rest.is_empty() {
            sys::read(&self.input.0, &mut rest)?;
        }
        Ok(())
    }

    /// The next frame; one that announces more than the process may send is a flood at once.
    pub fn frame(&mut self) -> Option<Event> {
        let head: [u8; 5] = self.received.get(..5)?.try_into().ok()?;
        let length = u32::from_le_bytes([head[1], head[2], head[3], head[4]]) as usize;
        if length as u64 > self.allowed || self.total > self.allowed {
            return Some(Event::Flooded);
        }
        let body = self.received.get(5..5 + length)?.to_vec();
        self.received.drain(..5 + length);
        Some(Event::Frame(head[0], body))
    }
}
