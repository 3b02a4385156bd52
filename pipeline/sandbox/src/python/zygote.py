"""Zygote, part 3: fork one locked-down process per job, report how it ended.

Requests on CTL (one packet each): R run on a seat, K kill a seat. The zygote never reads a job: the forked process
does, from the seat's memory file, so nothing of one candidate is left for the next. A packet back: seat, wait
status, user and system CPU time in microseconds, peak memory in KiB.
"""
REQUEST = struct.Struct("<cBQQQIQ")  # kind, seat, memory, file size, length of the job, CPU seconds, threads
DONE = struct.Struct("<BiQQQ")
SEATS = CONFIG["seats"]  # (job, stdin, stdout, in, out) file descriptors
FILTER = CONFIG["seccomp"]


class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


PROGRAM = Program(len(FILTER) // 8, FILTER)
SYSCALL = LIBC.syscall


def filter_syscalls():
    """Seccomp; flag 4 (SPEC_ALLOW) keeps the CPU's speculation as it is, kernels that do not know it get 0."""
    if SYSCALL(NR["seccomp"], 1, 4, ctypes.byref(PROGRAM)) and SYSCALL(NR["seccomp"], 1, 0, ctypes.byref(PROGRAM)):
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


def limit(memory, file_size, cpu, threads, set=resource.setrlimit):
    set(resource.RLIMIT_AS, (memory, memory))
    set(resource.RLIMIT_CPU, (cpu, cpu))
    set(resource.RLIMIT_FSIZE, (file_size, file_size))
    set(resource.RLIMIT_NOFILE, (64, 64))
    set(resource.RLIMIT_NPROC, (threads, threads))
    set(resource.RLIMIT_CORE, (0, 0))


def cpu_timer():
    """A function that gives the process so many more CPU seconds, after which SIGPROF ends it. By a CPU clock, not by
    ITIMER_PROF, which counts ticks and on a busy virtual machine too many of them."""
    event, number = struct.pack("<Qii48x", 0, signal.SIGPROF, 0), ctypes.c_int()
    call(SYSCALL(NR["timer_create"], time.CLOCK_PROCESS_CPUTIME_ID, event, ctypes.byref(number)))

    def arm(seconds, settime=NR["timer_settime"], number=number.value, pack=struct.Struct("<qqqq").pack):
        SYSCALL(settime, number, 0, pack(0, 0, int(seconds), int(seconds % 1 * 1e9)), None)

    return arm


def confine(seat, memory, file_size, cpu, threads):
    """Everything that is taken from the forked process before the job's first line runs."""
    os.setpgid(0, 0)  # not setsid: a session per candidate is a scheduling group per candidate, and that is slow
    limit(memory, file_size, cpu, threads)
    if LAYERS["seccomp"] is None:
        filter_syscalls()


def child(seat, memory, file_size, length, cpu, threads):
    job, stdin, stdout, inp, out = SEATS[seat]
    mode, *args = marshal.loads(os.pread(job, length, 0))
    if mode == "stdin":
        os.lseek(stdin, 0, 0)
        os.lseek(stdout, 0, 0)
        os.dup2(stdin, 0)
        os.dup2(stdout, 1)
    for fd in CLOSE[seat]:
        os.close(fd)
    try:
        arm = cpu_timer()
        confine(seat, memory, file_size, cpu, threads)
    except BaseException as error:
        send(out, b"S", repr(error).encode())
        os._exit(1)
    gc.enable()
    MODES[mode](inp, out, arm, *args)


def leaks():
    """What a confined process could still do, tried out in one: a bit each, see LEAKS."""
    pid = os.fork()
    if pid:
        status = os.waitpid(pid, 0)[1]
        return os.WEXITSTATUS(status) if os.WIFEXITED(status) else 255
    found = 255
    try:
        confine(0, 1 << 30, 0, 5, 64)
        found = sum(1 << bit for bit, (_, attempt) in enumerate(LEAKS) if succeeds(attempt))
    finally:
        os._exit(found)


def succeeds(attempt):
    try:
        attempt()
        return True
    except Exception:
        return False


def try_fork():
    if os.fork() == 0:
        os._exit(0)


def try_network():
    import socket
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(("127.0.0.1", 9))


def try_signal():
    if INIT:  # the kernel lets nobody in a pid namespace signal its first process
        raise PermissionError
    os.kill(os.getppid(), 0)


LEAKS = [
    ("start processes", try_fork),
    ("use the network", try_network),
    ("read files", lambda: open("/etc/passwd").close()),
    ("list files", lambda: os.listdir("/")[0]),
    ("write files", lambda: open("beyond-leak", "w").close()),
    ("signal its parent", try_signal),
]

live = {}  # pidfd -> (seat, pid)
poll = select.poll()
INIT = False


def pidfd_open(pid):
    return os.pidfd_open(pid) if hasattr(os, "pidfd_open") else call(SYSCALL(434, pid, 0))


def start(seat, *limits):
    pid = os.fork()
    if pid == 0:
        try:
            child(seat, *limits)
        finally:
            os._exit(0)
    fd = pidfd_open(pid)
    live[fd] = (seat, pid)
    poll.register(fd, select.POLLIN)


def sweep():
    """After the last job ended: kill and reap whatever it left behind."""
    if INIT:
        try:
            os.kill(-1, signal.SIGKILL)
        except ProcessLookupError:
            return
    try:
        while os.waitpid(-1, 0 if INIT else os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def kill_group(pid):
    for send_signal in (os.killpg, os.kill):
        try:
            send_signal(pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass


def reap(fd):
    poll.unregister(fd)
    os.close(fd)
    seat, pid = live.pop(fd)
    kill_group(pid)  # before the wait: its number cannot be anybody else's yet
    _, status, used = os.wait4(pid, 0)
    if not live:
        sweep()
    os.write(CTL, DONE.pack(seat, status, int(used.ru_utime * 1e6), int(used.ru_stime * 1e6), used.ru_maxrss))


def request(packet):
    if not packet:  # the judge has gone
        for _, pid in live.values():
            kill_group(pid)
        os._exit(0)
    kind, seat, memory, file_size, length, cpu, threads = REQUEST.unpack(packet)
    if kind == b"R":
        start(seat, memory, file_size, length, cpu, threads)
    else:
        for other, pid in list(live.values()):
            if other == seat:
                kill_group(pid)


def serve():
    poll.register(CTL, select.POLLIN)
    while True:
        for fd, _ in poll.poll():
            if fd == CTL:
                request(os.read(CTL, REQUEST.size))
            elif fd in live:
                reap(fd)


def close_lists():
    """Per seat: the descriptors its process must not keep."""
    every = {CTL}.union(*SEATS)
    return [sorted(every - {seat[3], seat[4]}) for seat in SEATS]


lock_down()
INIT = LAYERS["pid_namespace"] is None
CLOSE = close_lists()
LAYERS["seccomp"] = "switched off" if "seccomp" in WITHOUT else None if FILTER else "not known for this processor"
LAYERS["rlimits"] = LAYERS["process_group"] = None
found = leaks()
if not 0 <= found < 1 << len(LEAKS):
    LAYERS["seccomp"] = "a confined process does not start"
    found = leaks()
sweep()
report = {"layers": LAYERS, "leaks": [name for bit, (name, _) in enumerate(LEAKS) if found >> bit & 1]}
gc.collect()
gc.disable()
gc.freeze()
os.write(CTL, marshal.dumps(report, 2))
serve()
