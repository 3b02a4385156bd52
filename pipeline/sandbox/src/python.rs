//! The CPython that candidates run on: found once, its standard library packed into memory.

use crate::sys;
use anyhow::{Context, Result, bail};
use serde::Deserialize;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const PACK: &str = include_str!("python/pack.py");

/// Modules imported before any candidate runs: what programs import most, since an import costs each of them more than
/// a larger zygote costs all of them.
pub const PRELOAD: &[&str] = &[
    "abc",
    "bisect",
    "collections",
    "collections.abc",
    "contextlib",
    "copy",
    "datetime",
    "decimal",
    "enum",
    "fractions",
    "functools",
    "heapq",
    "io",
    "itertools",
    "json",
    "math",
    "numbers",
    "operator",
    "os",
    "random",
    "re",
    "statistics",
    "string",
    "struct",
    "sys",
    "threading",
    "time",
    "types",
    "typing",
];

/// Extension modules of the standard library: they cannot be opened once the file system is gone, and each makes every
/// fork about 8 µs dearer. Left out are those that have a fallback in Python, and those that start processes, talk to
/// terminals or wrap large libraries (TLS, SQLite, curses, Tk).
pub const EXTENSIONS: &[&str] = &[
    "_bisect",
    "_blake2",
    "_contextvars",
    "_csv",
    "_datetime",
    "_decimal",
    "_heapq",
    "_json",
    "_md5",
    "_opcode",
    "_posixsubprocess",
    "_random",
    "_sha1",
    "_sha2",
    "_sha256",
    "_sha3",
    "_sha512",
    "_socket",
    "_statistics",
    "_struct",
    "array",
    "binascii",
    "cmath",
    "fcntl",
    "math",
    "mmap",
    "pyexpat",
    "resource",
    "select",
    "unicodedata",
    "zlib",
];

/// A Python interpreter and its standard library.
pub struct Interpreter {
    /// The real executable, behind wrappers and links.
    pub executable: PathBuf,
    /// For example `CPython 3.11.7`.
    pub version: String,
    /// See `pack.py`; read-only for everybody.
    pub archive: OwnedFd,
}

#[derive(Deserialize)]
struct Description {
    implementation: String,
    version: String,
    executable: PathBuf,
}

impl Interpreter {
    /// The interpreter asked for, else `$BEYOND_PYTHON`, else `python3` on the path.
    pub fn find(asked: Option<&Path>) -> Result<Interpreter> {
        let named = asked.map(Path::to_owned).or_else(|| std::env::var_os("BEYOND_PYTHON").map(PathBuf::from));
        let program = named.unwrap_or_else(|| PathBuf::from("python3"));
        let archive = sys::memory_file().context("a file in memory for the standard library")?;
        let text = describe(&program, &archive)?;
        sys::seal(&archive).context("sealing the standard library")?;
        let found: Description =
            serde_json::from_str(&text).with_context(|| format!("{} did not describe itself; it said {text:?}", program.display()))?;
        if found.implementation != "cpython" {
            bail!("{} is {}, expected CPython; set BEYOND_PYTHON to one", program.display(), found.implementation);
        }
        let version = format!("CPython {}", found.version);
        Ok(Interpreter { executable: found.executable, version, archive })
    }
}

fn describe(program: &Path, archive: &OwnedFd) -> Result<String> {
    let fd = archive.as_raw_fd();
    let mut command = Command::new(program);
    command.args(["-I", "-S", "-B", "-c", PACK, &fd.to_string()]).stdin(Stdio::null());
    // SAFETY: one fcntl, which is async-signal-safe
    unsafe { command.pre_exec(move || sys::keep_on_exec(fd)) };
    let output = command.output().with_context(|| {
        format!("starting {}: judging code needs CPython 3.8 or later as python3, or BEYOND_PYTHON set to it", program.display())
    })?;
    if !output.status.success() {
        let error = String::from_utf8_lossy(&output.stderr);
        bail!("{} could not read its standard library: {}", program.display(), error.trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
