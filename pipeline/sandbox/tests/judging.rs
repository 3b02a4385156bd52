//! Every kind of test on small programs of our own.

use beyond_record::Outcome::{self, Correct, Incorrect, TimedOut, Unjudged, Unparsed};
use beyond_sandbox::{Config, EvalPlus, Form, Judgement, LIVECODEBENCH_PRELUDE, Sandbox, Task, Test, Value};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

static SANDBOX: LazyLock<Sandbox> =
    LazyLock::new(|| Sandbox::start(Config { cpu_seconds: 1.0, ..Config::default() }).expect("a sandbox on this machine"));

fn task(test: Test) -> Task {
    Task { id: "own/0".into(), prompt: String::new(), form: Form::Auto, cpu_seconds: None, memory_bytes: None, test }
}

fn check(task: &Task, program: &str) -> (Outcome, String) {
    let Judgement { outcome, reason, .. } = SANDBOX.judge(task, program);
    (outcome, reason)
}

fn expect(task: &Task, rows: &[(&str, Outcome, &str)]) {
    for (program, outcome, reason) in rows {
        let got = check(task, program);
        assert_eq!(got, (*outcome, (*reason).to_owned()), "{program}");
    }
}

fn calls(inputs: Vec<Vec<Value>>, outputs: Vec<Value>) -> Task {
    task(Test::Calls { prelude: String::new(), entry_point: "f".into(), inputs, outputs })
}

fn doubling() -> Task {
    calls((0..10).map(|n| vec![Value::Int(n)]).collect(), (0..10).map(|n| Value::Int(2 * n)).collect())
}

#[test]
fn calls_are_compared_outside() {
    expect(
        &doubling(),
        &[
            ("def f(x): return 2 * x", Correct, ""),
            ("def f(x): return 2.0 * x", Correct, ""),
            ("f = lambda x: x + x", Correct, ""),
            ("class Solution:\n  def f(self, x): return x * 2", Correct, ""),
            ("def f(x): return x if x < 4 else 2 * x", Incorrect, "input 1: expected 2, got 1"),
            ("def f(x): return [2 * x]", Incorrect, "input 0: expected 0, got [0]"),
            ("def f(x): return object()", Incorrect, "input 0: expected 0, got <object object>"),
            ("def f(x): return 10 // (x - 3)", Incorrect, "input 0: expected 0, got -4"),
            ("def f(x): return 2 * x // (x != 3)", Incorrect, "ZeroDivisionError on input 3"),
            ("def g(x): return 2 * x", Incorrect, "KeyError while loading"),
            ("def f(x) return", Incorrect, "SyntaxError while loading"),
            ("import numpy\ndef f(x): return 2 * x", Incorrect, "ModuleNotFoundError while loading"),
            ("def f(x): exit()", Incorrect, "NameError on input 0"),
            ("import sys\ndef f(x): sys.exit(0)", Incorrect, "SystemExit on input 0"),
            ("", Unparsed, "no code"),
        ],
    );
}

/// LiveCodeBench's prelude says `from operator import *`: its `add` is not the program's.
#[test]
fn what_the_prelude_defines_is_no_answer() {
    let prelude = LIVECODEBENCH_PRELUDE.to_owned();
    let (inputs, outputs) = (vec![vec![Value::Int(1), Value::Int(2)]], vec![Value::Int(3)]);
    expect(
        &task(Test::Calls { prelude, entry_point: "add".into(), inputs, outputs }),
        &[
            ("class Solution:\n  def add(self, a, b): return a * b", Incorrect, "input 0: expected 3, got 2"),
            ("class Solution:\n  def add(self, a, b): return add(a, b)", Correct, ""),
            ("def add(a, b): return 7\nclass Solution:\n  def add(self, a, b): return a + b", Correct, ""),
            ("def add(a, b): return 7", Incorrect, "input 0: expected 3, got 7"),
            ("def sum(a, b): return a + b", Incorrect, "KeyError while loading"),
            ("class Solution:\n  def sum(self, a, b): return a + b", Incorrect, "KeyError while loading"),
        ],
    );
}

#[test]
fn a_loop_is_a_time_out_and_a_wrong_answer_before_it_is_not() {
    expect(
        &doubling(),
        &[
            ("def f(x):\n  while x == 3: pass\n  return 2 * x", TimedOut, "CPU limit of 1 s"),
            ("def f(x):\n  while x == 3: pass\n  return x", Incorrect, "input 1: expected 2, got 1"),
            ("import time\ndef f(x):\n  time.sleep(99)", TimedOut, "slept for 1 s"),
            ("while True: pass", TimedOut, "CPU limit of 1 s"),
        ],
    );
}

#[test]
fn values_of_every_kind_cross_the_border() {
    let program = "\
import collections, decimal, fractions, enum
E = enum.IntEnum('E', 'A B')
P = collections.namedtuple('P', 'x y')
def f(k):
    return {'tuple': (1, 2), 'set': {1, 2}, 'counter': collections.Counter('aab'), 'big': 3 ** 99, 'enum': E.B,
        'named': P(1, 2), 'decimal': decimal.Decimal('0.5'), 'fraction': fractions.Fraction(1, 2), 'range': range(3),
        'surrogate': '\\ud800', 'bytes': b'x', 'complex': 1j, 'nan': float('nan'), 'generator': (i for i in (1, 2)),
        'nested': [{'a': (1, {2: E.A})}], 'deque': collections.deque([1])}[k]
";
    let text = |s: &str| Value::Str(s.into());
    let rows = [
        ("tuple", Value::List(vec![Value::Int(1), Value::Int(2)]), true),
        ("set", Value::Set(vec![Value::Int(2), Value::Int(1)]), true),
        ("counter", Value::Dict(vec![(text("b"), Value::Int(1)), (text("a"), Value::Int(2))]), true),
        ("big", Value::int("171792506910670443678820376588540424234035840667".parse().unwrap()), true),
        ("enum", Value::Int(2), true),
        ("named", Value::Tuple(vec![Value::Int(1), Value::Int(2)]), true),
        ("decimal", Value::Float(0.5), true),
        ("fraction", Value::Float(0.5), true),
        ("range", Value::List(vec![Value::Int(0), Value::Int(1), Value::Int(2)]), false),
        ("surrogate", Value::Surrogates(vec![0xed, 0xa0, 0x80]), true),
        ("bytes", Value::Bytes(vec![b'x']), true),
        ("complex", Value::Complex(0.0, 1.0), true),
        ("nan", Value::Float(f64::NAN), false),
        ("generator", Value::List(vec![Value::Int(1), Value::Int(2)]), false),
        ("deque", Value::List(vec![Value::Int(1)]), false),
        (
            "nested",
            Value::List(vec![Value::Dict(vec![(
                text("a"),
                Value::Tuple(vec![Value::Int(1), Value::Dict(vec![(Value::Int(2), Value::Int(1))])]),
            )])]),
            true,
        ),
    ];
    for (key, want, right) in rows {
        let got = check(&calls(vec![vec![text(key)]], vec![want]), program);
        assert_eq!(got.0 == Correct, right, "{key}: {got:?}");
    }
}

fn assertion(setup: &str, test: &str, entry_point: &str) -> Task {
    task(Test::Assert { setup: setup.into(), test: test.into(), entry_point: entry_point.into() })
}

#[test]
fn assertions_run_in_their_own_process() {
    let test = "def check(c):\n    assert c(2) == 4\n    assert abs(c(0.5) - 1) < 1e-9\n    assert sorted(c([3])) == [3, 3]\ncheck(f)";
    expect(
        &assertion("", test, "f"),
        &[
            ("def f(x): return x * 2", Correct, ""),
            ("def f(x): return x + 2", Incorrect, "AssertionError"),
            ("def f(x): return None", Incorrect, "AssertionError"),
            ("def f(x): return 4 if x == 2 else 1 if x == 0.5 else (3 for _ in 'ab')", Correct, ""),
            ("def f(x): return 4 if x == 2 else None", Incorrect, "TypeError"),
            ("def f(x): raise ValueError", Incorrect, "ValueError"),
            ("class Mine(Exception): pass\ndef f(x): raise Mine", Incorrect, "Mine"),
            ("def f(x):\n  while True: pass", TimedOut, "CPU limit of 1 s"),
            ("import os\nos._exit(0)", Incorrect, "exited before the last test"),
            ("import os\ndef f(x): os._exit(0)", Incorrect, "exited before the last test"),
            ("def f(x): return undefined", Incorrect, "NameError"),
            ("x = 1", Incorrect, "KeyError"),
        ],
    );
}

#[test]
fn tests_see_exceptions_keywords_and_changed_arguments() {
    let test = "l = [3, 1]\nassert f(l, key=None) is None\nassert l == [1, 3], l\ntry:\n    f(None)\n    assert False\nexcept TypeError: pass\nassert helper(1) == 2";
    expect(
        &assertion("def helper(x): return x + 1", test, "f"),
        &[
            ("def f(x, key=None):\n  if x is None: raise TypeError('no')\n  x.sort(key=key)", Correct, ""),
            ("def f(x, key=None):\n  if x is None: raise TypeError('no')\n  sorted(x)", Incorrect, "AssertionError"),
            ("def f(x, key=None): x and x.sort(key=key)", Incorrect, "AssertionError"),
        ],
    );
}

#[test]
fn a_broken_test_is_not_the_programs_fault() {
    let (outcome, reason) = check(&assertion("", "assert undefined(1)\nf()", "f"), "def f(): pass");
    assert_eq!((outcome, reason.as_str()), (Unjudged, "the test fails before it calls the candidate: NameError"));
}

#[test]
fn tests_of_classes_run_inside_and_end_with_a_sentinel() {
    let test = "s = Stack()\ns.push(1)\nassert s.pop() == 1";
    expect(
        &assertion("", test, ""),
        &[
            ("class Stack(list):\n  push = list.append", Correct, ""),
            ("class Stack(list):\n  push = print", Incorrect, "IndexError"),
            ("import os\nos._exit(0)", Incorrect, "exited before the last test"),
            ("import sys\nsys.exit(0)", Incorrect, "SystemExit"),
        ],
    );
    let callback = "assert f(lambda x: x + 1) == 2";
    expect(&assertion("", callback, "f"), &[("def f(g): return g(1)", Correct, ""), ("def f(g): return 1", Incorrect, "AssertionError")]);
}

fn stdin(inputs: &[&str], outputs: &[&str]) -> Task {
    let owned = |list: &[&str]| list.iter().map(|s| (*s).to_owned()).collect();
    let test = Test::Stdin { prelude: LIVECODEBENCH_PRELUDE.into(), inputs: owned(inputs), outputs: owned(outputs) };
    Task { form: Form::Program, ..task(test) }
}

#[test]
fn standard_input_programs() {
    expect(
        &stdin(&["1 2\n", "3 4\n5 6\n"], &["3", "7\n11\n"]),
        &[
            ("import sys\nfor line in sys.stdin: print(sum(map(int, line.split())))", Correct, ""),
            ("import sys\nfor line in sys.stdin.buffer.read().splitlines(): print(float(sum(map(int, line.split()))))", Correct, ""),
            (
                "Use this:\n```python\ntry:\n  while True:\n    print(sum(map(int, input().split())))\nexcept EOFError: pass\n```",
                Correct,
                "",
            ),
            (
                "def main():\n  for line in open(0): print(sum(map(int, line.split())))\nif __name__ == '__main__':\n  main()\n  exit()",
                Correct,
                "",
            ),
            ("print(3)", Incorrect, "test 1: expected \"7\\n11\", printed \"3\""),
            ("print(3)\n1 / 0", Incorrect, "test 0: ZeroDivisionError"),
            ("import os\nprint(3, flush=True)\nos._exit(1)", Incorrect, "test 0: exited before the last test"),
            ("while True: pass", TimedOut, "test 0: CPU limit of 1 s"),
            ("print(heapq.nsmallest(1, [3])[0] if input() == '1 2' else '7\\n11')", Correct, ""),
        ],
    );
}

#[test]
fn nothing_of_one_program_is_left_for_the_next() {
    let task = stdin(&["x"], &["x"]);
    for _ in 0..3 {
        assert_eq!(check(&task, "import builtins, json\nprint(getattr(json, 'left', input()))\njson.left = builtins.left = 1").0, Correct);
    }
    // a long input that is not read, then a short one
    let long = "y".repeat(1 << 20);
    assert_eq!(check(&stdin(&[&long], &["ok"]), "print('ok')").0, Correct);
    assert_eq!(check(&stdin(&["z"], &["z"]), "print(input())").0, Correct);
}

fn evalplus(reference: &str, base: Vec<Vec<Value>>, plus: Vec<Vec<Value>>) -> Task {
    let test = EvalPlus { entry_point: "f".into(), reference: reference.into(), base, plus, atol: 0.0, expected: None };
    task(Test::EvalPlus(Box::new(test)))
}

#[test]
fn evalplus_compares_with_the_reference_solution() {
    let numbers = |xs: &[f64]| xs.iter().map(|x| vec![Value::Float(*x)]).collect();
    let task = evalplus("def f(x): return x / 3", numbers(&[1.0, 2.0]), numbers(&[3.0, 1e9]));
    expect(
        &task,
        &[
            ("def f(x): return x * (1 / 3)", Correct, ""),
            ("def f(x): return x / 3 if x < 3 else 1.0", Incorrect, "plus input 1: expected 333333333.3333333, got 1.0"),
            ("def f(x): return round(x / 3, 4)", Incorrect, "base input 0: expected 0.3333333333333333, got 0.3333"),
        ],
    );
    let filled = SANDBOX.with_expected(&task).unwrap();
    let Test::EvalPlus(test) = &filled.test else { panic!("evalplus") };
    assert_eq!(test.expected.as_ref().unwrap().plus[0], Value::Float(1.0));
    assert_eq!(check(&filled, "def f(x): return x / 3").0, Correct);
    let broken = evalplus("def f(x): return y", vec![vec![Value::None]], vec![]);
    let (outcome, reason) = check(&broken, "def f(x): return 1");
    assert_eq!((outcome, reason.as_str()), (Unjudged, "the reference solution fails: NameError on input 0"));
}

#[test]
fn many_are_judged_once_each_and_in_order() {
    let (task, other) = (doubling(), stdin(&["1"], &["1"]));
    let (right, wrong) = ("def f(x): return 2 * x", "def f(x): return x");
    let items: Vec<(&Task, &str)> =
        (0..60).map(|i| if i % 3 == 0 { (&other, "print(1)") } else { (&task, if i % 2 == 0 { right } else { wrong }) }).collect();
    let called = AtomicUsize::new(0);
    let verdicts = SANDBOX.judge_many(&items, |i, judgement| {
        assert_eq!(judgement.outcome == Correct, i % 3 == 0 || i % 2 == 0);
        called.fetch_add(1, Ordering::Relaxed);
    });
    assert_eq!(called.into_inner(), 60);
    for (i, judgement) in verdicts.iter().enumerate() {
        assert_eq!(judgement.outcome == Correct, i % 3 == 0 || i % 2 == 0, "{i}");
    }
    // judged once: all copies carry the same measured time
    assert_eq!(verdicts[2].cpu_seconds, verdicts[4].cpu_seconds);
    assert!(SANDBOX.judge_many(&[], |_, _| ()).is_empty());
}

#[test]
fn randomness_and_hashes_are_pinned() {
    let program = "import random\nprint(random.random(), hash('beyond'), list({'a', 'b', 'c'}))";
    let seen = |_| check(&stdin(&[""], &["?"]), program).1;
    let runs: Vec<String> = (0..3).map(seen).collect();
    assert!(runs.iter().all(|r| *r == runs[0]), "{runs:?}");
}
