"""Pack the standard library into one archive and describe the interpreter.

Run once per sandbox as `python3 -I -S -B -c <this> FD`. The archive is what candidates import from: they see no
file system, and the account they run under need not be able to read the one this interpreter is installed in.

Layout of the archive on FD: u64 length of the index, the index (a marshalled dict: module name -> (is package,
is source text, offset, length, file name)), the modules. A module is its marshalled code where a byte-code cache of
this very interpreter exists, else its source text, compiled by whoever imports it.
"""
import importlib.util
import json
import marshal
import os
import struct
import sys

SKIP = {"__pycache__", "site-packages", "dist-packages", "test", "tests", "idlelib", "tkinter", "turtledemo",
        "lib2to3", "ensurepip", "distutils", "pydoc_data", "msilib", "venv", "config"}


def modules(root):
    """(name, is package, path) of every module of the standard library."""
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(f for f in folders if f.isidentifier() and f not in SKIP)
        parents = [] if folder == root else os.path.relpath(folder, root).split(os.sep)
        for file in sorted(files):
            stem, ext = os.path.splitext(file)
            if ext != ".py" or (not parents and stem == "__init__"):
                continue
            package = stem == "__init__"
            yield ".".join(parents if package else parents + [stem]), package, os.path.join(folder, file)


def content(path):
    """(is source text, bytes) of one module: its byte code if the cache is this interpreter's, else its source."""
    try:
        with open(importlib.util.cache_from_source(path), "rb") as f:
            data = f.read()
        if data[:4] == importlib.util.MAGIC_NUMBER:
            return False, data[16:]
    except OSError:
        pass
    with open(path, "rb") as f:
        return True, f.read()


def pack(fd):
    index, blobs, offset = {}, [], 0
    for name, package, path in modules(os.path.dirname(os.path.realpath(os.__file__))):
        try:
            source, blob = content(path)
        except OSError:
            continue
        index[name] = (package, source, offset, len(blob), path)
        blobs.append(blob)
        offset += len(blob)
    head = marshal.dumps(index, 2)
    with os.fdopen(fd, "wb", closefd=False) as f:
        f.write(struct.pack("<Q", len(head)) + head)
        f.writelines(blobs)


pack(int(sys.argv[1]))
print(json.dumps({
    "implementation": sys.implementation.name,
    "version": ".".join(map(str, sys.version_info[:3])),
    "executable": os.path.realpath(sys.executable),
}))
