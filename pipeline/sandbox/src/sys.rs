//! The few operating-system calls that the standard library does not offer.

use std::io::{Error, Result};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};

fn check(result: libc::c_int) -> Result<libc::c_int> {
    if result < 0 { Err(Error::last_os_error()) } else { Ok(result) }
}

fn check_size(result: isize) -> Result<usize> {
    usize::try_from(result).map_err(|_| Error::last_os_error())
}

/// An anonymous file in memory, closed on exec.
pub fn memory_file() -> Result<OwnedFd> {
    let fd = check(unsafe { libc::memfd_create(c"beyond".as_ptr(), libc::MFD_CLOEXEC | libc::MFD_ALLOW_SEALING) })?;
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// Makes a memory file read-only for everybody, for good.
pub fn seal(fd: &OwnedFd) -> Result<()> {
    let seals = libc::F_SEAL_WRITE | libc::F_SEAL_GROW | libc::F_SEAL_SHRINK | libc::F_SEAL_SEAL;
    check(unsafe { libc::fcntl(fd.as_raw_fd(), libc::F_ADD_SEALS, seals) }).map(|_| ())
}

/// A connected pair of sockets that keep packet borders, closed on exec.
pub fn socket_pair() -> Result<(OwnedFd, OwnedFd)> {
    let mut fds = [0; 2];
    let kind = libc::SOCK_SEQPACKET | libc::SOCK_CLOEXEC;
    check(unsafe { libc::socketpair(libc::AF_UNIX, kind, 0, fds.as_mut_ptr()) })?;
    Ok(fds.map(|fd| unsafe { OwnedFd::from_raw_fd(fd) }).into())
}

/// A pipe, (read end, write end), closed on exec.
pub fn pipe() -> Result<(OwnedFd, OwnedFd)> {
    let mut fds = [0; 2];
    check(unsafe { libc::pipe2(fds.as_mut_ptr(), libc::O_CLOEXEC) })?;
    Ok(fds.map(|fd| unsafe { OwnedFd::from_raw_fd(fd) }).into())
}

/// Writes to this end fail with `WouldBlock` rather than wait.
pub fn set_nonblocking(fd: &OwnedFd) -> Result<()> {
    check(unsafe { libc::fcntl(fd.as_raw_fd(), libc::F_SETFL, libc::O_NONBLOCK) }).map(|_| ())
}

/// Asks for a larger pipe; the kernel may refuse, which costs speed only.
pub fn widen(fd: &OwnedFd, bytes: i32) {
    unsafe { libc::fcntl(fd.as_raw_fd(), libc::F_SETPIPE_SZ, bytes) };
}

/// Lets a descriptor survive exec. Async-signal-safe.
pub fn keep_on_exec(fd: RawFd) -> Result<()> {
    check(unsafe { libc::fcntl(fd, libc::F_SETFD, 0) }).map(|_| ())
}

/// Bytes that can be read from a pipe right now.
pub fn readable(fd: &OwnedFd) -> Result<usize> {
    let mut bytes: libc::c_int = 0;
    check(unsafe { libc::ioctl(fd.as_raw_fd(), libc::FIONREAD, &mut bytes) })?;
    Ok(bytes as usize)
}

/// One read(2).
pub fn read(fd: &OwnedFd, buffer: &mut [u8]) -> Result<usize> {
    check_size(unsafe { libc::read(fd.as_raw_fd(), buffer.as_mut_ptr().cast(), buffer.len()) })
}

/// One write(2); a broken pipe is an error, never a signal (Rust programs ignore SIGPIPE).
pub fn write(fd: &OwnedFd, data: &[u8]) -> Result<usize> {
    check_size(unsafe { libc::write(fd.as_raw_fd(), data.as_ptr().cast(), data.len()) })
}

/// One packet on a socket; a closed peer is an error, never a signal.
pub fn send(fd: &OwnedFd, packet: &[u8]) -> Result<()> {
    let sent = unsafe { libc::send(fd.as_raw_fd(), packet.as_ptr().cast(), packet.len(), libc::MSG_NOSIGNAL) };
    check_size(sent).map(|_| ())
}

/// Replaces the content of a memory file; `exact` also cuts its old tail off.
pub fn rewrite(fd: &OwnedFd, data: &[u8], exact: bool) -> Result<()> {
    if exact {
        check(unsafe { libc::ftruncate(fd.as_raw_fd(), data.len() as libc::off_t) })?;
    }
    let mut done = 0;
    while done < data.len() {
        let rest = &data[done..];
        done += check_size(unsafe { libc::pwrite(fd.as_raw_fd(), rest.as_ptr().cast(), rest.len(), done as libc::off_t) })?;
    }
    Ok(())
}

/// The whole content of a memory file.
pub fn content(fd: &OwnedFd) -> Result<Vec<u8>> {
    let mut stat: libc::stat = unsafe { std::mem::zeroed() };
    check(unsafe { libc::fstat(fd.as_raw_fd(), &mut stat) })?;
    let mut data = vec![0; stat.st_size as usize];
    let mut done = 0;
    while done < data.len() {
        let rest = &mut data[done..];
        match check_size(unsafe { libc::pread(fd.as_raw_fd(), rest.as_mut_ptr().cast(), rest.len(), done as libc::off_t) })? {
            0 => break,
            n => done += n,
        }
    }
    data.truncate(done);
    Ok(data)
}

/// Which of these descriptors have something to read within `timeout_ms`.
pub fn poll(fds: &[&OwnedFd], timeout_ms: i32) -> Result<Vec<bool>> {
    let mut polled: Vec<libc::pollfd> =
        fds.iter().map(|fd| libc::pollfd { fd: fd.as_raw_fd(), events: libc::POLLIN, revents: 0 }).collect();
    match check(unsafe { libc::poll(polled.as_mut_ptr(), polled.len() as libc::nfds_t, timeout_ms) }) {
        Err(e) if e.kind() == std::io::ErrorKind::Interrupted => Ok(vec![false; fds.len()]),
        result => result.map(|_| polled.iter().map(|p| p.revents != 0).collect()),
    }
}

/// Random bytes that a candidate cannot guess.
pub fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    check_size(unsafe { libc::getrandom(bytes.as_mut_ptr().cast(), N, 0) })?;
    Ok(bytes)
}
