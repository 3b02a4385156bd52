//! The system-call filter of candidates, as a classic BPF program.
//!
//! An allow-list: what CPython needs after its imports. Processes, sockets, signals, mounts, files opened for writing
//! and everything unknown are refused with an errno, so that a candidate sees an exception rather than a silent death.
//! The program is a binary search over call numbers, because the kernel walks it once per call number when it is
//! installed, and that is once per candidate.

use libc::c_long;

const LOAD: u16 = 0x20; // BPF_LD | BPF_W | BPF_ABS
const EQUAL: u16 = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
const AT_LEAST: u16 = 0x35; // BPF_JMP | BPF_JGE | BPF_K
const ANY_BIT: u16 = 0x45; // BPF_JMP | BPF_JSET | BPF_K
const RETURN: u16 = 0x06; // BPF_RET | BPF_K
const ALLOW: u32 = 0x7fff_0000;
const REFUSE: u32 = 0x0005_0000; // | errno
const KILL: u32 = 0x8000_0000;

const NUMBER: u32 = 0;
const ARCHITECTURE: u32 = 4;
const THREAD: u32 = 0x0001_0000; // CLONE_THREAD

#[cfg(target_arch = "x86_64")]
const ARCH: Option<u32> = Some(0xc000_003e);
#[cfg(target_arch = "aarch64")]
const ARCH: Option<u32> = Some(0xc000_00b7);
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
const ARCH: Option<u32> = None;

/// Flags of open(2) that could change a file system: write, read-write, create, truncate, append, O_TMPFILE.
const WRITING: u32 = (libc::O_WRONLY | libc::O_RDWR | libc::O_CREAT | libc::O_TRUNC | libc::O_APPEND) as u32 | 0o20000000;

#[derive(Clone, Copy)]
struct Instruction {
    code: u16,
    if_true: u8,
    if_false: u8,
    k: u32,
}

fn op(code: u16, k: u32) -> Instruction {
    Instruction { code, if_true: 0, if_false: 0, k }
}

fn jump(code: u16, k: u32, if_true: u8, if_false: u8) -> Instruction {
    Instruction { code, if_true, if_false, k }
}

/// What happens to one system call.
#[derive(Clone, Copy, PartialEq)]
enum Rule {
    Allow,
    Refuse(i32),
    /// Allowed when the low half of argument `arg` shares a bit with `mask` (`wanted`) or shares none.
    Bits {
        arg: u32,
        mask: u32,
        wanted: bool,
        errno: i32,
    },
    /// Allowed when the low half of argument `arg` is one of these.
    OneOf {
        arg: u32,
        values: &'static [u32],
        errno: i32,
    },
}

impl Rule {
    fn code(self) -> Vec<Instruction> {
        match self {
            Rule::Allow => vec![op(RETURN, ALLOW)],
            Rule::Refuse(errno) => vec![op(RETURN, REFUSE | errno as u32)],
            Rule::Bits { arg, mask, wanted, errno } => {
                let (yes, no) = (u8::from(!wanted), u8::from(wanted));
                vec![op(LOAD, 16 + 8 * arg), jump(ANY_BIT, mask, yes, no), op(RETURN, ALLOW), op(RETURN, REFUSE | errno as u32)]
            }
            Rule::OneOf { arg, values, errno } => {
                let mut code = vec![op(LOAD, 16 + 8 * arg)];
                for (i, value) in values.iter().enumerate() {
                    code.push(jump(EQUAL, *value, (values.len() - i) as u8, 0));
                }
                code.extend([op(RETURN, REFUSE | errno as u32), op(RETURN, ALLOW)]);
                code
            }
        }
    }
}

/// Calls on what is already open, on memory, time, and on the process itself.
const PLAIN: &[c_long] = &[
    libc::SYS_read,
    libc::SYS_write,
    libc::SYS_readv,
    libc::SYS_writev,
    libc::SYS_pread64,
    libc::SYS_pwrite64,
    libc::SYS_close,
    libc::SYS_lseek,
    libc::SYS_fstat,
    libc::SYS_dup,
    libc::SYS_dup3,
    libc::SYS_fcntl,
    libc::SYS_pipe2,
    libc::SYS_ppoll,
    libc::SYS_pselect6,
    libc::SYS_epoll_create1,
    libc::SYS_epoll_ctl,
    libc::SYS_epoll_pwait,
    libc::SYS_eventfd2,
    libc::SYS_getcwd,
    libc::SYS_getdents64,
    libc::SYS_statx,
    libc::SYS_newfstatat,
    libc::SYS_faccessat,
    libc::SYS_faccessat2,
    libc::SYS_readlinkat,
    libc::SYS_chdir,
    libc::SYS_mmap,
    libc::SYS_munmap,
    libc::SYS_mprotect,
    libc::SYS_mremap,
    libc::SYS_madvise,
    libc::SYS_brk,
    libc::SYS_mincore,
    libc::SYS_msync,
    libc::SYS_membarrier,
    libc::SYS_futex,
    libc::SYS_set_robust_list,
    libc::SYS_get_robust_list,
    libc::SYS_rseq,
    libc::SYS_sched_yield,
    libc::SYS_sched_getaffinity,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_rt_sigpending,
    libc::SYS_rt_sigtimedwait,
    libc::SYS_rt_sigsuspend,
    libc::SYS_sigaltstack,
    libc::SYS_setitimer,
    libc::SYS_getitimer,
    libc::SYS_timer_settime,
    libc::SYS_nanosleep,
    libc::SYS_clock_nanosleep,
    libc::SYS_clock_gettime,
    libc::SYS_clock_getres,
    libc::SYS_gettimeofday,
    libc::SYS_times,
    libc::SYS_getrusage,
    libc::SYS_getpid,
    libc::SYS_getppid,
    libc::SYS_gettid,
    libc::SYS_getuid,
    libc::SYS_geteuid,
    libc::SYS_getgid,
    libc::SYS_getegid,
    libc::SYS_getpgid,
    libc::SYS_getsid,
    libc::SYS_getgroups,
    libc::SYS_uname,
    libc::SYS_sysinfo,
    libc::SYS_getrandom,
    libc::SYS_getpriority,
    libc::SYS_restart_syscall,
    libc::SYS_set_tid_address,
    libc::SYS_wait4,
    libc::SYS_waitid,
    libc::SYS_exit,
    libc::SYS_exit_group,
];

#[cfg(target_arch = "x86_64")]
const OLD: &[c_long] = &[
    libc::SYS_poll,
    libc::SYS_select,
    libc::SYS_dup2,
    libc::SYS_pipe,
    libc::SYS_epoll_wait,
    libc::SYS_epoll_create,
    libc::SYS_stat,
    libc::SYS_lstat,
    libc::SYS_access,
    libc::SYS_readlink,
    libc::SYS_getdents,
    libc::SYS_alarm,
    libc::SYS_pause,
    libc::SYS_time,
    libc::SYS_arch_prctl,
    libc::SYS_getrlimit,
    libc::SYS_getpgrp,
];
#[cfg(not(target_arch = "x86_64"))]
const OLD: &[c_long] = &[];

/// Names of files: harmless in an empty root, else not even their existence may be seen.
fn naming(number: c_long) -> bool {
    let mut names =
        vec![libc::SYS_statx, libc::SYS_newfstatat, libc::SYS_faccessat, libc::SYS_faccessat2, libc::SYS_readlinkat, libc::SYS_chdir];
    if cfg!(target_arch = "x86_64") {
        names.extend(old_names());
    }
    names.contains(&number)
}

#[cfg(target_arch = "x86_64")]
fn old_names() -> [c_long; 4] {
    [libc::SYS_stat, libc::SYS_lstat, libc::SYS_access, libc::SYS_readlink]
}
#[cfg(not(target_arch = "x86_64"))]
fn old_names() -> [c_long; 0] {
    []
}

fn rules(empty_root: bool) -> Vec<(u32, Rule)> {
    let plain = PLAIN.iter().chain(OLD).map(|n| match (empty_root, naming(*n)) {
        (false, true) => (*n as u32, Rule::Refuse(libc::ENOENT)),
        _ => (*n as u32, Rule::Allow),
    });
    let mut rules: Vec<(u32, Rule)> = plain.collect();
    let opening = |arg| match empty_root {
        true => Rule::Bits { arg, mask: WRITING, wanted: false, errno: libc::EACCES },
        false => Rule::Refuse(libc::EACCES),
    };
    if !empty_root {
        // glibc implements fstat as newfstatat(fd, "", AT_EMPTY_PATH)
        rules.retain(|(n, _)| *n != libc::SYS_newfstatat as u32);
        let fstat = Rule::Bits { arg: 3, mask: libc::AT_EMPTY_PATH as u32, wanted: true, errno: libc::ENOENT };
        rules.push((libc::SYS_newfstatat as u32, fstat));
    }
    rules.extend([
        (libc::SYS_openat as u32, opening(2)),
        (libc::SYS_clone as u32, Rule::Bits { arg: 0, mask: THREAD, wanted: true, errno: libc::EPERM }),
        (libc::SYS_clone3 as u32, Rule::Refuse(libc::ENOSYS)), // libc then uses clone, whose flags can be seen
        (libc::SYS_prlimit64 as u32, Rule::OneOf { arg: 0, values: &[0], errno: libc::EPERM }),
        (libc::SYS_ioctl as u32, Rule::OneOf { arg: 1, values: &[0x541b, 0x5421, 0x5450, 0x5451], errno: libc::ENOTTY }),
        (libc::SYS_execve as u32, Rule::Refuse(libc::EACCES)),
    ]);
    #[cfg(target_arch = "x86_64")]
    rules.push((libc::SYS_open as u32, opening(1)));
    rules.sort_by_key(|(n, _)| *n);
    rules
}

/// Call numbers grouped into runs with one rule: (first number of the run, rule), covering all of u32.
fn runs(rules: &[(u32, Rule)]) -> Vec<(u32, Rule)> {
    let other = Rule::Refuse(libc::EPERM);
    let mut runs = vec![(0, other)];
    for &(number, rule) in rules {
        for (start, rule) in [(number, rule), (number + 1, other)] {
            let last = runs.len() - 1;
            if runs[last].0 == start {
                runs[last].1 = rule;
                if last > 0 && runs[last - 1].1 == rule {
                    runs.pop();
                }
            } else if runs[last].1 != rule {
                runs.push((start, rule));
            }
        }
    }
    runs
}

/// Binary search over runs; jumps are 8 bits wide, so the right half is copied behind the left one.
fn search(runs: &[(u32, Rule)]) -> Vec<Instruction> {
    if let [(_, rule)] = runs {
        return rule.code();
    }
    let middle = runs.len() / 2;
    let (left, right) = (search(&runs[..middle]), search(&runs[middle..]));
    let mut code = match u8::try_from(left.len()) {
        Ok(skip) => vec![jump(AT_LEAST, runs[middle].0, skip, 0)],
        // further than 8 bits: an unconditional jump has 32
        Err(_) => vec![jump(AT_LEAST, runs[middle].0, 0, 1), op(0x05, left.len() as u32)],
    };
    code.extend(left);
    code.extend(right);
    code
}

/// The filter as the bytes of `struct sock_filter[]`, or None on a processor whose call numbers are not known here.
/// `empty_root`: the candidate's root directory is empty, so that reading and naming files may be allowed.
pub fn filter(empty_root: bool) -> Option<Vec<u8>> {
    let code = program(empty_root, ARCH?);
    Some(
        code.iter()
            .flat_map(|i| {
                let mut bytes = [0u8; 8];
                bytes[..2].copy_from_slice(&i.code.to_ne_bytes());
                bytes[2..4].copy_from_slice(&[i.if_true, i.if_false]);
                bytes[4..].copy_from_slice(&i.k.to_ne_bytes());
                bytes
            })
            .collect(),
    )
}

fn program(empty_root: bool, arch: u32) -> Vec<Instruction> {
    let mut code = vec![op(LOAD, ARCHITECTURE), jump(EQUAL, arch, 1, 0), op(RETURN, KILL), op(LOAD, NUMBER)];
    code.extend(search(&runs(&rules(empty_root))));
    code
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs the program as the kernel does, on one call.
    fn decide(empty_root: bool, number: c_long, args: [u64; 6]) -> (u32, usize) {
        let code = program(empty_root, ARCH.expect("a known processor"));
        let (mut at, mut a, mut steps) = (0, 0u32, 0);
        loop {
            let i = code[at];
            steps += 1;
            at += 1;
            match i.code {
                LOAD if i.k == NUMBER => a = number as u32,
                LOAD if i.k == ARCHITECTURE => a = ARCH.unwrap(),
                LOAD => a = args[(i.k as usize - 16) / 8] as u32,
                RETURN => return (i.k, steps),
                0x05 => at += i.k as usize,
                EQUAL | AT_LEAST | ANY_BIT => {
                    let yes = match i.code {
                        EQUAL => a == i.k,
                        AT_LEAST => a >= i.k,
                        _ => a & i.k != 0,
                    };
                    at += usize::from(if yes { i.if_true } else { i.if_false });
                }
                other => panic!("unknown instruction {other:#x}"),
            }
        }
    }

    fn refused(errno: i32) -> u32 {
        REFUSE | errno as u32
    }

    #[test]
    fn every_listed_call_is_allowed_and_every_other_refused() {
        for number in PLAIN.iter().chain(OLD) {
            assert_eq!(decide(true, *number, [0; 6]).0, ALLOW, "call {number}");
        }
        for number in [
            libc::SYS_socket,
            libc::SYS_kill,
            libc::SYS_tgkill,
            libc::SYS_ptrace,
            libc::SYS_mount,
            libc::SYS_setsid,
            libc::SYS_unlinkat,
            libc::SYS_symlinkat,
            libc::SYS_prctl,
            libc::SYS_bpf,
            100_000,
            0x4000_0000 | libc::SYS_write,
        ] {
            assert_eq!(decide(true, number, [0; 6]).0, refused(libc::EPERM), "call {number}");
        }
    }

    #[test]
    fn a_thread_may_start_and_a_process_may_not() {
        let thread = u64::from(THREAD) | 0x100;
        assert_eq!(decide(true, libc::SYS_clone, [thread, 0, 0, 0, 0, 0]).0, ALLOW);
        assert_eq!(decide(true, libc::SYS_clone, [17, 0, 0, 0, 0, 0]).0, refused(libc::EPERM));
        assert_eq!(decide(true, libc::SYS_clone3, [0; 6]).0, refused(libc::ENOSYS));
    }

    #[test]
    fn files_are_read_only_in_an_empty_root_and_out_of_reach_elsewhere() {
        let open = |root, flags: i32| decide(root, libc::SYS_openat, [0, 0, flags as u64, 0, 0, 0]).0;
        assert_eq!(open(true, libc::O_RDONLY | libc::O_CLOEXEC), ALLOW);
        for flags in [libc::O_WRONLY, libc::O_RDWR, libc::O_CREAT, libc::O_TRUNC, libc::O_TMPFILE] {
            assert_eq!(open(true, flags), refused(libc::EACCES), "{flags:o}");
        }
        assert_eq!(open(false, libc::O_RDONLY), refused(libc::EACCES));
        let fstat = |flags: i32| decide(false, libc::SYS_newfstatat, [3, 0, 0, flags as u64, 0, 0]).0;
        assert_eq!((fstat(libc::AT_EMPTY_PATH), fstat(0)), (ALLOW, refused(libc::ENOENT)));
        assert_eq!(decide(false, libc::SYS_statx, [0; 6]).0, refused(libc::ENOENT));
    }

    #[test]
    fn limits_of_others_and_unknown_ioctls_are_refused() {
        assert_eq!(decide(true, libc::SYS_prlimit64, [0; 6]).0, ALLOW);
        assert_eq!(decide(true, libc::SYS_prlimit64, [1, 0, 0, 0, 0, 0]).0, refused(libc::EPERM));
        assert_eq!(decide(true, libc::SYS_ioctl, [0, 0x5421, 0, 0, 0, 0]).0, ALLOW);
        assert_eq!(decide(true, libc::SYS_ioctl, [0, 0x5413, 0, 0, 0, 0]).0, refused(libc::ENOTTY));
    }

    #[test]
    fn the_search_is_short() {
        let longest = (0..600).map(|n| decide(true, n, [0; 6]).1).max().unwrap();
        assert!(longest <= 16, "{longest} instructions for one call");
        assert!(program(false, 1).len() < 4096);
    }
}
