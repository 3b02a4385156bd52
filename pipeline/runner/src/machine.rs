//! What the machine says of itself, for provenance only.

use std::fs;
use std::path::Path;
use std::process::Command;

/// Host name; `unknown` when the system does not say.
pub fn host() -> String {
    let named = fs::read_to_string("/proc/sys/kernel/hostname").or_else(|_| fs::read_to_string("/etc/hostname"));
    named.map_or_else(|_| "unknown".to_string(), |name| name.trim().to_string())
}

/// Git commit of the working tree that holds `folder`, with `-dirty` when tracked files differ from it.
pub fn commit(folder: &Path) -> Option<String> {
    let git = |arguments: &[&str]| {
        let output = Command::new("git").arg("-C").arg(folder).args(arguments).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_string())
    };
    let head = git(&["rev-parse", "HEAD"])?;
    let changed = git(&["status", "--porcelain", "--untracked-files=no"])?;
    Some(if changed.is_empty() { head } else { format!("{head}-dirty") })
}

/// CPU seconds of this process and its finished children.
pub fn process_cpu() -> f64 {
    usage(libc::RUSAGE_SELF) + usage(libc::RUSAGE_CHILDREN)
}

/// CPU seconds of the calling thread; None where the system does not count them.
pub fn thread_cpu() -> Option<f64> {
    #[cfg(target_os = "linux")]
    return Some(usage(libc::RUSAGE_THREAD));
    #[cfg(not(target_os = "linux"))]
    None
}

fn usage(who: libc::c_int) -> f64 {
    // SAFETY: `rusage` is plain data for which all zeros is valid, and getrusage only writes into it.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::getrusage(who, &mut usage);
        usage
    };
    let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 * 1e-6;
    seconds(usage.ru_utime) + seconds(usage.ru_stime)
}
