"""Zygote, part 2: what a forked process does with its job.

A job is a marshalled tuple (mode, ...). Frames to the judge: kind (1 byte), length (u32), body.
  L loaded · R a value (marshal) · X a value (described, see `describe`) · H the digest of a large value · M the arguments were changed (value frame
  follows) · E an exception: class name · C a call · P all tests ran · F a test failed: (class name, calls made)
  U this test cannot be run from outside · S the sandbox itself failed
The judge never believes a frame more than it must: from a candidate's process only values and exceptions count.
"""
import builtins
import types

HEAD = struct.Struct("<cI")
VIEWS = (range, type({}.keys()), type({}.values()), type({}.items()), types.GeneratorType, sys.modules["collections"].deque)
RATIOS = (sys.modules["fractions"].Fraction, sys.modules["decimal"].Decimal)
MANY = 100_000  # items of an iterator that are looked at
LARGE = 16 << 20  # bytes of a value above which its digest is sent instead
BLAKE2 = sys.modules["_blake2"].blake2b


def send(out, kind, body, write=os.write, pack=HEAD.pack):
    data = pack(kind, len(body)) + body
    sent = write(out, data)
    while sent < len(data):
        sent += write(out, data[sent:])


def receive(inp, read=os.read):
    """One frame from the judge; ends the process when the judge has gone."""
    head = read(inp, HEAD.size)
    while 0 < len(head) < HEAD.size:
        head += read(inp, HEAD.size - len(head))
    if not head:
        os._exit(0)
    kind, length = HEAD.unpack(head)
    body = b""
    while len(body) < length:
        body += read(inp, length - len(body))
    return kind, body


def describe(x, depth=0):
    """A tree of plain tuples for values that marshal refuses: subclasses by their base value, iterators by their items.

    (tag, class, content); base-class methods only, so that an overridden method has no say in what is reported.
    """
    t, nested = type(x), depth + 1
    if depth > 100:
        return ("o", t.__name__, None)
    if isinstance(x, bool) or x is None or x is ...:
        return ("p", "", x)
    for base, plain in ((int, int.__pos__), (float, float.__pos__), (complex, complex.__pos__), (str, str.__str__), (bytes, lambda b: bytes.__add__(b, b""))):
        if isinstance(x, base):
            return ("p" if t is base else "n", t.__name__, plain(x))
    for tag, base in (("l", list), ("t", tuple), ("s", set), ("f", frozenset)):
        if isinstance(x, base):
            return (tag, "" if t is base else t.__name__, [describe(i, nested) for i in base.__iter__(x)])
    if isinstance(x, dict):
        return ("d", "" if t is dict else t.__name__, [(describe(k, nested), describe(v, nested)) for k, v in dict.items(x)])
    if isinstance(x, RATIOS):
        try:
            return ("q", t.__name__, x.as_integer_ratio())
        except (ValueError, OverflowError):
            return ("o", t.__name__, None)
    if isinstance(x, VIEWS) or hasattr(t, "__next__"):
        items = []
        for item in x:
            items.append(describe(item, nested))
            if len(items) > MANY:
                return ("o", t.__name__, None)
        return ("i", t.__name__, items)
    return ("o", t.__name__, None)


class Opaque:
    """Stands for an object of the candidate that has no plain value: equal to nothing."""

    def __init__(self, name):
        self.name = name

    def __eq__(self, other):
        return False

    __hash__ = None


class Items(Opaque):
    """An iterator or view of the candidate: can be iterated, equals nothing."""

    def __init__(self, name, items):
        self.name, self.items = name, items

    def __iter__(self):
        return iter(self.items)

    def __len__(self):
        return len(self.items)

    def __getitem__(self, index):
        return self.items[index]


def rebuild(node):
    """The value that a described tree stands for."""
    tag, name, x = node
    if tag in "pn":
        return x
    if tag == "q":
        return RATIOS[0](*x)
    if tag == "o":
        return Opaque(name)
    if tag == "d":
        return {rebuild(k): rebuild(v) for k, v in x}
    items = [rebuild(i) for i in x]
    return Items(name, items) if tag == "i" else {"l": list, "t": tuple, "s": set, "f": frozenset}[tag](items)


def digest(value, dumps=marshal.dumps):
    """The digest of a value too large to send, None for others. Long lists are hashed in pieces, so that no second copy
    of a list of gigabytes is made; their size is told from their first items."""
    if type(value) in (list, tuple) and len(value) > 50_000:
        if len(dumps(value[:1000], 2)) * (len(value) // 1000) <= LARGE:
            return None
        pieces = (dumps(value[i:i + 1000], 2) for i in range(0, len(value), 1000))
    elif type(value) in (str, bytes) and len(value) > LARGE:
        pieces = (dumps(value, 2),)
    else:
        return None
    state = BLAKE2(type(value).__name__.encode(), digest_size=16)
    for piece in pieces:
        state.update(piece)
    return state.digest()


def reply(out, value, dumps=marshal.dumps):
    try:
        large = digest(value)
        kind, body = (b"H", large) if large else (b"R", dumps(value, 2))
    except ValueError:
        kind, body = b"X", dumps(describe(value), 2)
    send(out, kind, body)


def load(prelude, source, entry, namespace):
    """Runs the program and finds its entry point: a function, or a method of LeetCode's `Solution`, which goes first where there is a prelude, as in
    LiveCodeBench. What the prelude itself defines under that name (`from operator import *`) is no answer."""
    if prelude:
        exec(prelude, namespace)
    before = namespace.get(entry)
    exec(compile(source, "<candidate>", "exec"), namespace)
    own = entry in namespace and (before is None or namespace[entry] is not before)
    method = hasattr(namespace.get("Solution"), entry)
    if method and (prelude or not own):
        return getattr(namespace["Solution"](), entry)
    if not own:
        raise KeyError(entry)
    return namespace[entry]


def run_calls(inp, out, arm, prelude, source, entry, inputs, seconds, clock=time.process_time):
    """Calls the entry point on every input and reports every result as it comes; the CPU budget is per input."""
    arm(seconds)
    armed, worth_it = clock(), seconds / 100
    try:
        function = load(prelude, source, entry, {})
    except BaseException as error:
        return send(out, b"E", type(error).__name__.encode())
    send(out, b"L", b"")
    for args in inputs:
        if clock() - armed > worth_it:
            arm(seconds)
            armed = clock()
        try:
            value = function(*args)
            reply(out, value)
        except BaseException as error:
            return send(out, b"E", type(error).__name__.encode())


def run_serve(inp, out, arm, prelude, source, entry, seconds, dumps=marshal.dumps, loads=marshal.loads):
    """Holds the candidate while a tester in another process calls it through the judge."""
    arm(seconds)
    try:
        function = load(prelude, source, entry, {})
    except BaseException as error:
        return send(out, b"E", type(error).__name__.encode())
    send(out, b"L", b"")
    while True:
        body = receive(inp)[1]
        args, named = loads(body)
        before = dumps(args, 2)
        try:
            value = function(*args, **named)
            try:
                after = dumps(args, 2)
            except ValueError:
                after = before
            if after != before:
                send(out, b"M", after)
            reply(out, value)
        except BaseException as error:
            send(out, b"E", type(error).__name__.encode())


class Outside(BaseException):
    """Raised in a tester when a call cannot be carried to another process."""


def update(old, new):
    """Makes `old`, an argument the test still holds, equal to what the candidate made of it."""
    if isinstance(old, list):
        old[:] = new
    elif isinstance(old, (dict, set)):
        old.clear()
        old.update(new)


def proxy(inp, out, calls):
    """A function that looks like the candidate and asks the judge to call it."""

    def candidate(*args, **named):
        calls.append(None)
        try:
            body = marshal.dumps((args, named), 2)
        except ValueError:
            raise Outside from None
        send(out, b"C", body)
        kind, body = receive(inp)
        if kind == b"M":
            for old, new in zip(args, marshal.loads(body)):
                update(old, new)
            kind, body = receive(inp)
        if kind == b"E":
            name = body.decode()
            error = getattr(builtins, name, None)
            if not (isinstance(error, type) and issubclass(error, BaseException)):
                error = type(name, (Exception,), {})
            raise error
        value = marshal.loads(body)
        return rebuild(value) if kind == b"X" else value

    return candidate


def run_tester(inp, out, arm, setup, test, entry, seconds):
    """Runs a test program with the candidate replaced by a proxy: the candidate's code never enters this process."""
    calls, namespace = [], {}
    arm(seconds)
    try:
        exec(setup, namespace)
        namespace[entry] = proxy(inp, out, calls)
        exec(compile(test, "<test>", "exec"), namespace)
    except Outside:
        return send(out, b"U", b"")
    except BaseException as error:
        return send(out, b"F", marshal.dumps((type(error).__name__, len(calls)), 2))
    send(out, b"P", b"")


def run_inside(inp, out, arm, source, test, seconds):
    """Program and test in one process, for tests that are not about one function. The sentinel comes last."""
    arm(seconds)
    namespace = {}
    try:
        exec(compile(source, "<candidate>", "exec"), namespace)
        send(out, b"L", b"")
        exec(compile(test, "<test>", "exec"), namespace)
    except BaseException as error:
        return send(out, b"E", type(error).__name__.encode())
    send(out, b"P", receive(inp)[1])


def run_stdin(inp, out, arm, prelude, source, seconds):
    """A program that reads standard input and writes standard output."""
    arm(seconds)
    namespace = sys.modules["__main__"].__dict__
    try:
        if prelude:
            exec(prelude, namespace)
        exec(compile(source, "<candidate>", "exec"), namespace)
    except SystemExit:
        pass
    except BaseException as error:
        return send(out, b"E", type(error).__name__.encode())
    try:
        sys.stdout.flush()
    except BaseException as error:
        return send(out, b"E", type(error).__name__.encode())
    send(out, b"P", b"")


MODES = {"calls": run_calls, "serve": run_serve, "tester": run_tester, "inside": run_inside, "stdin": run_stdin}
