//! The layers of confinement, and the floor below which nothing is run.

use serde::{Deserialize, Serialize};

/// One mechanism that takes a right away from candidates. Which ones hold is found out when the sandbox starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layer {
    /// Address space, CPU time, file size, descriptors, threads and core files are limited.
    Rlimits,
    /// Zygotes have a session of their own, every candidate a process group of its own, and is killed as a group.
    ProcessGroup,
    /// No program that is executed can gain rights.
    NoNewPrivileges,
    /// Not root: the account is `nobody` when the sandbox was started by root.
    Unprivileged,
    /// Only listed system calls: no new process, no network, no signal, no file but read-only ones.
    Seccomp,
    /// Landlock denies every right on files, TCP, and (newer kernels) signals to the outside.
    Landlock,
    /// Own user namespace, without capabilities.
    UserNamespace,
    /// Own, empty network.
    NetworkNamespace,
    /// Own System V and POSIX message queues, semaphores, shared memory.
    IpcNamespace,
    /// The root directory is a private, empty, read-only file system.
    MountNamespace,
    /// Candidates see no other process, and none outlives the zygote.
    PidNamespace,
}

impl Layer {
    /// Every layer, in the order of reports.
    pub const ALL: [Layer; 11] = [
        Layer::Rlimits,
        Layer::ProcessGroup,
        Layer::NoNewPrivileges,
        Layer::Unprivileged,
        Layer::Seccomp,
        Layer::Landlock,
        Layer::UserNamespace,
        Layer::NetworkNamespace,
        Layer::IpcNamespace,
        Layer::MountNamespace,
        Layer::PidNamespace,
    ];

    /// The default floor. Seccomp alone already denies processes, network, signals and files; the namespaces and
    /// Landlock are second locks on the same doors.
    pub const FLOOR: [Layer; 4] = [Layer::Rlimits, Layer::ProcessGroup, Layer::NoNewPrivileges, Layer::Seccomp];

    /// The name used in reports and provenance.
    pub fn as_str(self) -> &'static str {
        match self {
            Layer::Rlimits => "rlimits",
            Layer::ProcessGroup => "process_group",
            Layer::NoNewPrivileges => "no_new_privileges",
            Layer::Unprivileged => "unprivileged",
            Layer::Seccomp => "seccomp",
            Layer::Landlock => "landlock",
            Layer::UserNamespace => "user_namespace",
            Layer::NetworkNamespace => "network_namespace",
            Layer::IpcNamespace => "ipc_namespace",
            Layer::MountNamespace => "mount_namespace",
            Layer::PidNamespace => "pid_namespace",
        }
    }
}

/// What a starting sandbox found out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// Layers that hold, in the order of [`Layer::ALL`].
    pub layers: Vec<Layer>,
    /// Layers that do not, with the reason.
    pub refused: Vec<(Layer, String)>,
    /// Things a confined process could still do when it tried: empty in a sound sandbox.
    pub leaks: Vec<String>,
}

impl Found {
    /// Err with a sentence that says what is missing, why, and how to go on, when this is below the floor.
    pub fn check(&self, floor: &[Layer]) -> Result<(), String> {
        let missing: Vec<String> = floor.iter().filter(|l| !self.layers.contains(l)).map(|l| self.why_missing(*l)).collect();
        if missing.is_empty() && self.leaks.is_empty() {
            return Ok(());
        }
        let mut text = String::from("the sandbox is below its floor:");
        if !missing.is_empty() {
            text += &format!(" missing {};", missing.join(", "));
        }
        if !self.leaks.is_empty() {
            text += &format!(" a confined process can still {};", self.leaks.join(", "));
        }
        text += " run on a kernel that grants these, or allow running below the floor by name (allow_below_floor) \
                 if the candidates are trusted";
        Err(text)
    }

    fn why_missing(&self, layer: Layer) -> String {
        let why = self.refused.iter().find(|(l, _)| *l == layer).map_or("not reported", |(_, why)| why);
        format!("{} ({why})", layer.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_floor_names_what_is_missing_and_what_to_do() {
        let found = Found {
            layers: vec![Layer::Rlimits, Layer::ProcessGroup, Layer::NoNewPrivileges],
            refused: vec![(Layer::Seccomp, "OSError: [Errno 38]".into())],
            leaks: vec!["use the network".into()],
        };
        let text = found.check(&Layer::FLOOR).unwrap_err();
        for part in ["seccomp (OSError: [Errno 38])", "use the network", "allow_below_floor"] {
            assert!(text.contains(part), "{text}");
        }
        let without_leak = Found { leaks: vec![], ..found };
        assert!(without_leak.check(&[Layer::Rlimits]).is_ok());
        assert!(without_leak.check(&[Layer::Landlock]).unwrap_err().contains("not reported"));
    }

    #[test]
    fn names_are_the_serde_names() {
        for layer in Layer::ALL {
            assert_eq!(serde_json::to_value(layer).unwrap(), layer.as_str());
        }
    }
}
