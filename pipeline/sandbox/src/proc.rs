//! What /proc says of a candidate: whether it is asleep by its own choice, or waiting for a processor.

use std::fs;

/// The child of `parent` that was started first, as seen from here.
pub fn oldest_child(parent: u32) -> Option<u32> {
    let children = fs::read_dir("/proc").ok()?.filter_map(|entry| {
        let pid: u32 = entry.ok()?.file_name().to_str()?.parse().ok()?;
        let stat = Stat::of(&format!("/proc/{pid}/stat"))?;
        (stat.parent == parent).then_some((stat.started, pid))
    });
    children.min().map(|(_, pid)| pid)
}

/// Whether every thread of the process sleeps: none runs, waits for a processor or for a disk. None when it is gone.
pub fn is_asleep(pid: u32) -> Option<bool> {
    let mut threads = fs::read_dir(format!("/proc/{pid}/task")).ok()?;
    threads.try_fold(true, |asleep, thread| {
        let path = thread.ok()?.path().join("stat");
        Some(asleep && Stat::of(path.to_str()?).is_none_or(|s| s.state == 'S'))
    })
}

struct Stat {
    state: char,
    parent: u32,
    started: u64,
}

impl Stat {
    /// Fields 3, 4 and 22 of proc(5); the name before them may hold anything, so they are counted from its last `)`.
    fn of(path: &str) -> Option<Stat> {
        let text = fs::read_to_string(path).ok()?;
        let fields: Vec<&str> = text[text.rfind(')')? + 1..].split_whitespace().collect();
        Some(Stat { state: fields.first()?.chars().next()?, parent: fields.get(1)?.parse().ok()?, started: fields.get(19)?.parse().ok()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sleeping_child_is_found_and_asleep() {
        let mut child = std::process::Command::new("sleep").arg("30").spawn().unwrap();
        let found = oldest_child(std::process::id());
        // the child sleeps as soon as it has been scheduled
        while is_asleep(child.id()) == Some(false) {
            std::thread::yield_now();
        }
        assert_eq!(is_asleep(child.id()), Some(true));
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(found.is_some());
        assert_eq!(is_asleep(child.id()), None);
    }
}
