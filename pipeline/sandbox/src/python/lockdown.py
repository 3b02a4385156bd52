"""Zygote, part 1: warm up the interpreter, then take every right away that the kernel lets us take.

The three parts are one program, executed in one namespace that is not `__main__`. Given by the boot line: CTL, the
control socket. Every layer is tried on its own and reported with the error that refused it; nothing is assumed.
"""
import ctypes
import errno
import fcntl
import gc
import importlib.machinery
import marshal
import mmap
import os
import resource
import select
import signal
import struct
import sys
import time

CONFIG = marshal.loads(os.read(CTL, 1 << 20))
WITHOUT = set(CONFIG["without"])
NR = CONFIG["nr"]
LIBC = ctypes.CDLL(None, use_errno=True)
LAYERS = {}  # layer name -> None when it holds, else why not
NOBODY = 65534


def renumber():
    """Moves what we inherited to fixed numbers, so that candidates of every worker see the same descriptors."""
    seats = CONFIG["seats"]
    inherited = [CTL, CONFIG["archive"]] + [fd for seat in seats for fd in seat]
    aside = [fcntl.fcntl(fd, fcntl.F_DUPFD, 100) for fd in inherited]
    for fd in inherited:
        os.close(fd)
    for number, fd in enumerate(aside, 10):
        os.dup2(fd, number)
        os.close(fd)
    numbers = iter(range(12, 10 + len(inherited)))
    CONFIG.update(archive=11, seats=[tuple(next(numbers) for _ in seat) for seat in seats])
    return 10


class Archive:
    """Imports the standard library from memory (see pack.py): candidates need no file system for it."""

    def __init__(self, fd):
        self.map = mmap.mmap(fd, os.fstat(fd).st_size, mmap.MAP_PRIVATE, mmap.PROT_READ)
        (size,) = struct.unpack("<Q", self.map[:8])
        self.base = 8 + size
        self.index = marshal.loads(self.map[8:self.base])

    def find_spec(self, name, path=None, target=None):
        entry = self.index.get(name)
        if entry is None:
            return None
        return importlib.machinery.ModuleSpec(name, self, origin=entry[4], is_package=entry[0])

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        exec(self.get_code(module.__name__), module.__dict__)

    def get_code(self, name):
        _, source, offset, length, path = self.index[name]
        blob = self.map[self.base + offset:self.base + offset + length]
        return compile(blob, path, "exec") if source else marshal.loads(blob)

    def get_source(self, name):
        return None


def warm_up():
    """Import what candidates use most, and every extension module, since no library can be opened later."""
    keep, os.register_at_fork = os.register_at_fork, lambda **hooks: None  # random would reseed itself per fork
    for name in CONFIG["preload"] + CONFIG["extensions"]:
        try:
            __import__(name)
        except ImportError:
            pass
    os.register_at_fork = keep
    sys.modules["random"].seed(0)


def seal_imports():
    archive = Archive(CONFIG["archive"])
    os.close(CONFIG["archive"])
    sys.path[:] = []
    sys.path_hooks[:] = []
    sys.path_importer_cache.clear()
    sys.meta_path[:] = [importlib.machinery.BuiltinImporter, importlib.machinery.FrozenImporter, archive]
    sys.argv[:] = [""]
    os.environ.clear()
    main = sys.modules["__main__"].__dict__
    for name in [n for n in main if not n.startswith("__")]:
        del main[name]


def call(result):
    """Raises OSError when a libc call reports failure."""
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


def layer(name, action, *args):
    """Runs one lockdown action and records whether it holds."""
    if name in WITHOUT:
        LAYERS[name] = "switched off"
        return False
    try:
        action(*args)
        LAYERS[name] = None
    except Exception as error:
        LAYERS[name] = "%s: %s" % (type(error).__name__, error)
    return LAYERS[name] is None


def no_new_privileges():
    call(LIBC.prctl(38, 1, 0, 0, 0))


def unprivileged():
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    call(LIBC.prctl(4, 1, 0, 0, 0))  # dumpable, else /proc/self/uid_map below belongs to root


def user_namespace():
    uid, gid = os.geteuid(), os.getegid()
    call(LIBC.unshare(0x10000000))
    for file, text in (("setgroups", "deny"), ("uid_map", "%d %d 1" % (NOBODY, uid)), ("gid_map", "%d %d 1" % (NOBODY, gid))):
        with open("/proc/self/" + file, "w") as f:
            f.write(text)


def unshare(flag):
    call(LIBC.unshare(flag))


def empty_root():
    """A private mount namespace whose root is an empty, read-only tmpfs."""
    call(LIBC.unshare(0x00020000))
    call(LIBC.mount(b"none", b"/", None, 0x44000, None))  # MS_REC | MS_PRIVATE
    place = next(p for p in ("/tmp", "/var/tmp", "/mnt", "/run", "/dev") if os.path.isdir(p)).encode()
    flags = 0x2 | 0x4 | 0x8  # nosuid, nodev, noexec
    call(LIBC.mount(b"tmpfs", place, b"tmpfs", flags, b"size=4k,nr_inodes=2,mode=0555"))
    os.chdir(place)
    if LIBC.syscall(NR["pivot_root"], b".", b".") == 0:
        call(LIBC.umount2(b".", 2))
    else:  # the root is an initramfs, which cannot be pivoted away
        os.chroot(".")
    os.chdir("/")
    call(LIBC.mount(b"none", b"/", None, 0x20 | 0x1000 | 0x1 | flags, None))  # remount, bind, read-only
    if os.listdir("/"):
        raise OSError(errno.ENOTEMPTY, "the new root is not empty")


def become_init():
    """In a new pid namespace the next child is process 1: it dies with us, and with it everything it left behind."""
    call(LIBC.unshare(0x20000000))
    init = os.fork()
    if init:
        os.close(CTL)
        os.waitpid(init, 0)
        os._exit(0)
    call(LIBC.prctl(1, signal.SIGKILL, 0, 0, 0))
    if os.getpid() != 1:
        raise OSError(errno.EPERM, "not process 1 of its namespace")


def drop_capabilities():
    for capability in range(64):
        if LIBC.prctl(24, capability, 0, 0, 0) < 0:
            break
    header = struct.pack("<Ii", 0x20080522, 0)
    call(LIBC.syscall(NR["capset"], header, bytes(24)))


def landlock():
    """Deny every file-system right, TCP, abstract sockets and signals to the outside that this kernel can deny."""
    abi = call(LIBC.syscall(NR["landlock_create_ruleset"], None, ctypes.c_size_t(0), 1))
    files = (1 << min(16, {1: 13, 2: 14}.get(abi, 15 if abi < 5 else 16))) - 1
    attr = struct.pack("<QQQ", files, 3 if abi >= 4 else 0, 3 if abi >= 6 else 0)
    size = 8 if abi < 4 else 16 if abi < 6 else 24
    ruleset = call(LIBC.syscall(NR["landlock_create_ruleset"], attr, ctypes.c_size_t(size), 0))
    try:
        call(LIBC.syscall(NR["landlock_restrict_self"], ruleset, 0))
    finally:
        os.close(ruleset)


def lock_down():
    os.setsid()  # no terminal in common with whoever started us
    layer("no_new_privileges", no_new_privileges)
    layer("unprivileged", unprivileged)
    if layer("user_namespace", user_namespace):
        layer("network_namespace", unshare, 0x40000000)
        layer("ipc_namespace", unshare, 0x08000000)
        layer("mount_namespace", empty_root)
        layer("pid_namespace", become_init)
        drop_capabilities()
    else:
        for name in ("network_namespace", "ipc_namespace", "mount_namespace", "pid_namespace"):
            LAYERS[name] = "needs user_namespace"
    layer("landlock", landlock)
    LIBC.prctl(36, 1, 0, 0, 0)  # child subreaper, for kernels without pid namespaces
    LIBC.prctl(4, 0, 0, 0, 0)  # not dumpable: no ptrace among candidates


CTL = renumber()
warm_up()
seal_imports()
