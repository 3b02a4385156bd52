//! Attacks of our own: each is contained, judged wrong or timed out, and leaves no process and no file.

use beyond_record::Outcome::{Correct, Incorrect, TimedOut};
use beyond_sandbox::{Config, Form, Judgement, Layer, Sandbox, Task, Test, Value};
use std::collections::HashSet;
use std::path::Path;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

const HONEST: &str = "def f(x): return x == 1 or 17";

/// Processes are counted, so one test at a time.
static ALONE: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(|e| e.into_inner())
}

/// (name, program). A program that gets past its attack returns the wrong answer, so only a forged verdict is Correct.
const ATTACKS: &[(&str, &str)] = &[
    ("fork bomb", "import os\nwhile True: os.fork()"),
    ("patient fork bomb", "import os\nwhile True:\n  try: os.fork()\n  except OSError: pass"),
    ("memory bomb", "x = [0]\nwhile True: x += x"),
    ("mapped memory bomb", "import mmap\nx = [mmap.mmap(-1, 1 << 26) for _ in range(99)]\nfor m in x: m.write(b'1' * (1 << 26))"),
    ("infinite loop", "while True: pass"),
    ("loop that catches everything", "while True:\n  try:\n    while True: pass\n  except BaseException: pass"),
    ("loop in C", "x = 7 ** 7 ** 9"),
    (
        "busy threads",
        "import threading\nthreading.stack_size(1 << 18)\ndef g():\n  while True: pass\nts = [threading.Thread(target=g) for _ in range(8)]\nfor t in ts: t.start()\nfor t in ts: t.join()",
    ),
    ("thread bomb", "import threading, time\nwhile True: threading.Thread(target=time.sleep, args=(99,)).start()"),
    ("sleep", "import time\ntime.sleep(1000)"),
    ("deadlock", "import threading\nl = threading.Lock()\nl.acquire()\nl.acquire()"),
    ("output flood", "while True: print('x' * 100000)"),
    ("error flood", "import sys\nwhile True: sys.stderr.write('x' * 100000)"),
    ("channel flood", "import os\nwhile True:\n  for fd in range(3, 99):\n    try: os.write(fd, b'R' * 65536)\n    except OSError: pass"),
    ("result flood", "def f(x): return 'x' * (1 << 24)\n"),
    (
        "file write",
        "for p in ('/tmp/', '/dev/shm/', '/var/tmp/', './', '/'):\n  try: open(p + 'beyond-hostile', 'w').write('x')\n  except OSError: pass",
    ),
    ("file read", "import os\nassert open('/etc/passwd').read()"),
    ("listing", "import os\nassert os.listdir('/') + os.listdir('/etc')"),
    ("environment", "import os\nassert os.environ or open('/proc/self/environ').read()"),
    ("network", "import socket\nsocket.create_connection(('127.0.0.1', 22), 1)"),
    ("datagrams", "import socket\nsocket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 9))"),
    ("kill the parent", "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)"),
    ("kill everybody", "import os, signal\nos.kill(-1, signal.SIGKILL)"),
    ("kill itself", "import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\nimport ctypes\nctypes.string_at(0)"),
    ("exit status 0", "import os\nos._exit(0)"),
    ("polite exit", "raise SystemExit(0)"),
    ("exit when called", "import os\ndef f(x): os._exit(0)"),
    (
        "forged frames",
        "import os, struct, marshal\nfor fd in range(3, 99):\n  for k, b in ((b'L', b''), (b'P', b''), (b'P', bytes(16)), (b'R', marshal.dumps(True, 2))):\n    try: os.write(fd, struct.pack('<cI', k, len(b)) + b)\n    except OSError: pass\nos._exit(0)",
    ),
    (
        "forged report",
        "import os, struct\nfor fd in range(3, 99):\n  try: os.write(fd, struct.pack('<BiQQQ', 0, 0, 0, 0, 0))\n  except OSError: pass\nos._exit(0)",
    ),
    (
        "equal to everything",
        "class E(int):\n  __eq__ = lambda s, o: True\n  __ne__ = lambda s, o: False\n  __hash__ = int.__hash__\n  __lt__ = __le__ = __gt__ = __ge__ = __eq__\ndef f(x): return E(99)",
    ),
    (
        "patched builtins",
        "import builtins, operator, math\nbuiltins.abs = lambda x: 0\nbuiltins.all = builtins.any = builtins.bool = builtins.isinstance = lambda *a: True\nbuiltins.AssertionError = type('A', (), {'__new__': lambda c, *a: SystemExit(0)})\noperator.eq = math.isclose = lambda *a, **k: True",
    ),
    (
        "patched runner",
        "import sys, marshal, os\ng = sys._getframe()\nwhile g.f_back: g = g.f_back\ng.f_globals.update(send=print, reply=print, describe=print, digest=lambda v: None)\nmarshal.dumps = lambda *a: b'T'\nos.write = lambda fd, b: len(b)",
    ),
    ("recursion", "import sys\nsys.setrecursionlimit(10 ** 9)\ndef g(n): return g(n + 1) + g(n + 2)\ng(0)"),
    ("recursion in C", "import sys\nsys.setrecursionlimit(10 ** 9)\nx = []\nfor _ in range(10 ** 5): x = [x]\nrepr(x)"),
    ("symlinks", "import os\nos.symlink('/etc', 'beyond-hostile')\nopen('beyond-hostile/passwd').read()"),
    (
        "hard links and directories",
        "import os\nfor g in (lambda: os.link('/etc/passwd', '/tmp/beyond-hostile'), lambda: os.mkdir('/tmp/beyond-hostile')):\n  try: g()\n  except OSError: pass",
    ),
    ("daemon", "import os, time\nif os.fork() == 0:\n  os.setsid()\n  if os.fork() == 0: time.sleep(600)\n  os._exit(0)"),
    ("subprocess", "import subprocess\nsubprocess.Popen(['sleep', '600'])"),
    ("exec", "import os\nos.execv('/bin/sh', ['sh', '-c', 'sleep 600'])"),
    (
        "raised limits",
        "import resource\nfor r in (resource.RLIMIT_CPU, resource.RLIMIT_AS, resource.RLIMIT_NPROC): resource.setrlimit(r, (resource.RLIM_INFINITY,) * 2)",
    ),
    (
        "raw system calls",
        "import ctypes\nl = ctypes.CDLL(None)\nn = [l.fork(), l.unshare(0x10000000), l.ptrace(16, l.getppid(), 0, 0), l.open(b'/tmp/beyond-hostile', 66, 511), l.mount(b'none', b'/', b'tmpfs', 0, None)]\nif n[0] == 0: l.sleep(600)",
    ),
];

/// Attacks that want longer than the others: the process's own timer is switched off, the kernel's limit remains.
const STUBBORN: &[(&str, &str)] = &[(
    "ignored signals",
    "import signal\nfor s in (signal.SIGPROF, signal.SIGXCPU, signal.SIGALRM, signal.SIGTERM): signal.signal(s, signal.SIG_IGN)\nwhile True: pass",
)];

fn task(form: &str, cpu_seconds: f64) -> Task {
    let text = |s: &str| s.to_owned();
    let test = match form {
        "calls" => Test::Calls {
            prelude: String::new(),
            entry_point: text("f"),
            inputs: vec![vec![Value::Int(1)], vec![Value::Int(2)]],
            outputs: vec![Value::Bool(true), Value::Int(17)],
        },
        "outside" => Test::Assert { setup: String::new(), test: text("assert f(1) == 1\nassert f(2) == 17"), entry_point: text("f") },
        "inside" => {
            Test::Assert { setup: String::new(), test: text("assert type(f(1)) is int and f(2) - 17 == 0"), entry_point: String::new() }
        }
        _ => Test::Stdin { prelude: String::new(), inputs: vec![text("2")], outputs: vec![text("17")] },
    };
    Task { id: form.into(), prompt: String::new(), form: Form::Program, cpu_seconds: Some(cpu_seconds), memory_bytes: Some(1 << 27), test }
}

fn config(workers: usize, without: &[Layer]) -> Config {
    Config {
        workers,
        without: without.to_vec(),
        output_bytes: 20 << 20,
        allow_below_floor: without.contains(&Layer::Seccomp),
        ..Config::default()
    }
}

/// Every attack on every kind of test; the wrong answer comes after it.
fn attack(workers: usize, without: &[Layer], attacks: &[(&str, &str)], forms: &[&str]) -> Vec<(String, Judgement)> {
    let tasks: Vec<Task> = forms.iter().map(|form| task(form, 0.15)).collect();
    let programs: Vec<(String, String)> = attacks
        .iter()
        .map(|(name, program)| {
            let tail = if program.contains("def f") { "" } else { "\nf = lambda x: 0\nprint(0)" };
            ((*name).to_owned(), format!("{program}{tail}"))
        })
        .collect();
    let cases: Vec<(&Task, &(String, String))> = tasks.iter().flat_map(|t| programs.iter().map(move |p| (t, p))).collect();
    let items: Vec<(&Task, &str)> = cases.iter().map(|(t, p)| (*t, p.1.as_str())).collect();
    let sandbox = Sandbox::start(config(workers, without)).expect("a sandbox on this machine");
    let judgements = sandbox.judge_many(&items, |_, _| ());
    let alive = descendants();
    assert!(alive.len() <= 2 * workers, "only zygotes may live between candidates: {alive:?}");
    drop(sandbox);
    cases.iter().map(|(t, p)| format!("{} on {}", p.0, t.id)).zip(judgements).collect()
}

/// Processes that descend from this one, and zygotes whose parents are gone.
fn descendants() -> Vec<u32> {
    let processes: Vec<(u32, u32)> = std::fs::read_dir("/proc").unwrap().filter_map(|e| process(&e.ok()?.path())).collect();
    let mut ours = HashSet::from([std::process::id()]);
    loop {
        let before = ours.len();
        ours.extend(processes.iter().filter(|(_, parent)| ours.contains(parent)).map(|(pid, _)| *pid).collect::<Vec<_>>());
        if ours.len() == before {
            break;
        }
    }
    ours.remove(&std::process::id());
    let orphans = processes.iter().filter(|(pid, parent)| *parent == 1 && is_zygote(*pid)).map(|(pid, _)| *pid);
    ours.into_iter().chain(orphans).collect()
}

fn process(path: &Path) -> Option<(u32, u32)> {
    let stat = std::fs::read_to_string(path.join("stat")).ok()?;
    let parent = stat[stat.rfind(')')? + 1..].split_whitespace().nth(1)?.parse().ok()?;
    Some((path.file_name()?.to_str()?.parse().ok()?, parent))
}

fn is_zygote(pid: u32) -> bool {
    std::fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| String::from_utf8_lossy(&line).contains("<zygote>"))
}

fn assert_contained(verdicts: &[(String, Judgement)]) {
    let escaped: Vec<_> = verdicts.iter().filter(|(_, j)| ![Incorrect, TimedOut].contains(&j.outcome)).collect();
    assert!(escaped.is_empty(), "{escaped:#?}");
    assert_eq!(descendants(), Vec::<u32>::new(), "processes outlived the sandbox");
    for folder in ["/tmp", "/dev/shm", "/var/tmp", "/", "."] {
        let file = Path::new(folder).join("beyond-hostile");
        assert!(file.symlink_metadata().is_err(), "{} was left behind", file.display());
    }
}

/// Attacks at once on two cores get the verdicts that they get one by one.
#[test]
fn attacks_are_contained_and_verdicts_do_not_depend_on_company() {
    let _alone = alone();
    let forms = ["calls", "outside", "inside", "stdin"];
    let (one, eight) = (attack(1, &[], ATTACKS, &forms), attack(8, &[], ATTACKS, &forms));
    assert_contained(&one);
    assert_contained(&eight);
    let differ: Vec<_> = one.iter().zip(&eight).filter(|(a, b)| a.1.outcome != b.1.outcome).collect();
    assert!(differ.is_empty(), "{differ:#?}");
}

#[test]
fn a_candidate_that_disarms_its_timer_meets_the_kernels_limit() {
    let _alone = alone();
    let verdicts = attack(1, &[], STUBBORN, &["calls"]);
    assert_contained(&verdicts);
    assert_eq!(verdicts[0].1.outcome, TimedOut);
}

/// Each lock alone holds what it is there for.
#[test]
fn attacks_are_contained_without_namespaces() {
    let _alone = alone();
    assert_contained(&attack(2, &[Layer::UserNamespace], ATTACKS, &["calls"]));
    assert_contained(&attack(2, &[Layer::UserNamespace, Layer::Landlock], ATTACKS, &["calls"]));
}

#[test]
fn attacks_are_contained_without_seccomp() {
    let _alone = alone();
    let found = Sandbox::start(config(1, &[Layer::Seccomp])).unwrap().found().clone();
    if !found.layers.contains(&Layer::PidNamespace) {
        return eprintln!("skipped: this kernel grants no namespaces ({:?})", found.refused);
    }
    let verdicts = attack(2, &[Layer::Seccomp], ATTACKS, &["calls"]);
    // below the floor: a program may kill itself, and children's time is not counted; both are then unjudged
    let unjudged = ["kill", "patient fork bomb"];
    let judged: Vec<_> = verdicts.into_iter().filter(|(name, _)| !unjudged.iter().any(|u| name.starts_with(u))).collect();
    assert_contained(&judged);
}

#[test]
fn honest_programs_among_attacks_are_still_right() {
    let _alone = alone();
    let task = task("calls", 0.15);
    let honest = "def f(x): return x == 1 or 17";
    let items: Vec<(&Task, &str)> = ATTACKS.iter().flat_map(|(_, attack)| [(&task, *attack), (&task, honest)]).collect();
    let sandbox = Sandbox::start(config(4, &[])).unwrap();
    let judgements = sandbox.judge_many(&items, |_, _| ());
    assert!(judgements.iter().skip(1).step_by(2).all(|j| j.outcome == Correct));
    // and after all of them, on the same zygotes
    assert_eq!(sandbox.judge(&task, honest).outcome, Correct);
}

/// What the machine takes away costs the candidates that ran on it one turn, not the run.
#[test]
fn a_lost_zygote_costs_a_turn_and_no_verdict() {
    let _alone = alone();
    let task = task("calls", 1.0);
    let programs: Vec<String> = (0..40).map(|i| format!("def f(x): return x == 1 or 17 + {i} - {i}")).collect();
    let items: Vec<(&Task, &str)> = programs.iter().map(|program| (&task, program.as_str())).collect();
    let sandbox = Sandbox::start(config(2, &[])).unwrap();
    let kill_all = std::sync::Once::new();
    let judgements = sandbox.judge_many(&items, |i, _| {
        if i >= 10 {
            // SAFETY: kill only sends a signal, to processes that this test started
            kill_all.call_once(|| descendants().into_iter().for_each(|pid| assert!(unsafe { libc::kill(pid as i32, libc::SIGKILL) } <= 0)));
        }
    });
    assert!(kill_all.is_completed() && judgements.iter().all(|j| j.outcome == Correct), "{judgements:#?}");
}

#[test]
fn below_the_floor_nothing_runs_unless_told_so() {
    let _alone = alone();
    let refused = Config { allow_below_floor: false, ..config(1, &[Layer::Seccomp]) };
    let error = Sandbox::start(refused).err().expect("refused").to_string();
    assert!(error.contains("missing seccomp (switched off)") && error.contains("allow_below_floor"), "{error}");
    let bare = config(1, &[Layer::Seccomp, Layer::UserNamespace, Layer::Landlock]);
    let sandbox = Sandbox::start(bare).unwrap();
    assert!(!sandbox.layers().contains(&Layer::Seccomp));
    assert!(sandbox.found().leaks.contains(&"start processes".to_owned()), "{:?}", sandbox.found());
    assert_eq!(sandbox.judge(&task("calls", 0.15), "def f(x): return x == 1 or 17").outcome, Correct);
}

#[test]
fn every_layer_is_reported_with_the_reason_it_is_missing() {
    let _alone = alone();
    let sandbox = Sandbox::start(config(1, &[Layer::UserNamespace])).unwrap();
    let found = sandbox.found();
    assert_eq!(found.layers.len() + found.refused.len(), Layer::ALL.len());
    assert!(found.refused.contains(&(Layer::UserNamespace, "switched off".to_owned())));
    assert!(found.leaks.is_empty(), "{:?}", found.leaks);
    let environment = sandbox.environment();
    assert!(environment.python.starts_with("CPython 3."));
    assert_eq!(environment.layers, sandbox.layers());
}

/// A zygote that is stopped answers nothing any more. It costs the candidate that meets it one turn, after which another
/// zygote judges it, and the run nothing.
#[test]
fn a_stopped_zygote_costs_one_turn() {
    let _alone = alone();
    stop_and_go_on(&[]);
    stop_and_go_on(&[Layer::UserNamespace]);
}

fn stop_and_go_on(without: &[Layer]) {
    let task = task("calls", 0.2);
    // wide enough for an honest program on a busy machine
    let config = Config { wall_factor: 10.0, patience: Duration::from_secs(1), ..config(1, without) };
    let sandbox = Sandbox::start(config).expect("a sandbox on this machine");
    assert_eq!(sandbox.judge(&task, HONEST).outcome, Correct);
    let stopped = descendants();
    // SAFETY: plain system calls on processes of this test.
    stopped.iter().for_each(|pid| assert_eq!(unsafe { libc::kill(*pid as i32, libc::SIGSTOP) }, 0));
    let items = vec![(&task, HONEST), (&task, "def f(x): return 0"), (&task, "def f(x): return x == 1 or 17 # again")];
    let outcomes: Vec<_> = sandbox.judge_many(&items, |_, _| ()).into_iter().map(|j| j.outcome).collect();
    assert_eq!(outcomes, [Correct, Incorrect, Correct]);
    assert!(descendants().iter().all(|pid| !stopped.contains(pid)), "the stopped zygote is gone");
    drop(sandbox);
    assert_eq!(descendants(), Vec::<u32>::new(), "processes outlived the sandbox");
}
