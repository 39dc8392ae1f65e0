"""What a worker gives up for good before student code runs. Called in the forkserver (prepare) and in each forked worker (confine).

Files: Landlock, read-only, and only the interpreter, its packages and the starter code. System calls: a seccomp filter that names
what computing needs and refuses the rest. Capabilities: none, also for root. Memory, processor time, open files: rlimits.
"""

from __future__ import annotations

import errno
import math
import os
import resource
import signal
import socket
from collections.abc import Iterable
from pathlib import Path

import landlockpy
import pyprctl
import seccompy
from seccompy import CmpOp

READ = landlockpy.AccessFS.READ_FILE | landlockpy.AccessFS.READ_DIR
DEVICES = ("/dev/urandom", "/dev/random", "/dev/zero")

WRITE = (
    READ
    | landlockpy.AccessFS.WRITE_FILE
    | landlockpy.AccessFS.TRUNCATE
    | landlockpy.AccessFS.MAKE_REG
    | landlockpy.AccessFS.MAKE_DIR
    | landlockpy.AccessFS.REMOVE_FILE
    | landlockpy.AccessFS.REMOVE_DIR
)
# System calls that computing, files and answering over one socket need. What is not here fails with EPERM: sockets, new processes,
# programs, signals, other processes' memory, limits and priorities, namespaces, mounts, shared memory, links, changes of owner and
# mode, and whatever a later kernel adds. Landlock says which files may be read, and which folder written to.
ALLOWED = """
read write readv writev pread64 pwrite64 preadv pwritev close close_range open openat openat2 fstat stat lstat newfstatat
statx statfs fstatfs lseek access faccessat faccessat2 readlink readlinkat getdents getdents64 getcwd chdir fchdir dup dup2 dup3
mkdir mkdirat rmdir unlink unlinkat rename renameat renameat2 ftruncate fsync fdatasync
pipe pipe2 eventfd eventfd2 select pselect6 poll ppoll epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait fadvise64
mmap mprotect munmap mremap madvise brk msync mincore mlock munlock get_mempolicy membarrier
rt_sigaction rt_sigprocmask rt_sigreturn rt_sigsuspend rt_sigpending sigaltstack restart_syscall pause
setitimer getitimer alarm timer_create timer_settime timer_gettime timer_delete timerfd_create timerfd_settime timerfd_gettime
nanosleep clock_nanosleep clock_gettime clock_getres gettimeofday time times
sched_yield sched_getaffinity sched_getparam sched_getscheduler sched_get_priority_max sched_get_priority_min getcpu getpriority
getrusage getrlimit uname sysinfo getrandom getpid gettid getppid getuid geteuid getgid getegid getresuid getresgid getgroups
getpgrp getpgid getsid capget futex futex_waitv set_robust_list set_tid_address rseq arch_prctl exit exit_group
shutdown getsockopt getsockname getpeername
""".split()  # noqa: SIM905  (a hundred quoted names read worse)
TO_START_A_DRIVER = ("memfd_create", "setsockopt", "bind", "listen")  # and a socket for these

CLONE_THREAD = 0x00010000
CLONE_NEW_ANYTHING = 0x7E020000
# The only requests that these three calls are allowed, by name in <linux/prctl.h>, <fcntl.h> and <asm-generic/ioctls.h>.
PRCTL_REQUESTS = (3, 15, 16, 23, 0x53564D41)  # GET_DUMPABLE, SET_NAME, GET_NAME, CAPBSET_READ, SET_VMA
FCNTL_REQUESTS = (
    0,
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    1030,
    1032,
)  # DUPFD, FD, FL, LK; DUPFD_CLOEXEC, GETPIPE_SZ; not SETOWN, which signals
IOCTL_REQUESTS = (0x5401, 0x5413, 0x541B, 0x5421, 0x5451)  # TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIOCLEX


def system_call_filter(*, devices: bool = False, wide: bool = False) -> seccompy.Filter:
    """The filter, compiled; loading it is all that a forked worker has to do. It binds all threads that there are, or none.

    devices: allow every request of ioctl, the only way to talk to a driver; Landlock says to which device files
    wide: allow as well what CUDA needs to start: a file in memory, and a local socket that it listens at, and never connects
    """
    # Without TSYNC_ESRCH a thread that cannot be bound would be told by a return value that looks like success.
    threads_too = seccompy.FilterFlag.TSYNC | seccompy.FilterFlag.TSYNC_ESRCH
    rules = seccompy.Filter(default=int(seccompy.Action.ERRNO) | errno.EPERM, flags=threads_too)
    for name in (*ALLOWED, *(TO_START_A_DRIVER if wide else ())):
        if _exists(name):
            rules.allow(name)
    if wide:
        rules.allow("socket", args={0: socket.AF_UNIX})
    threads = ((0, CmpOp.MASKED_EQ, CLONE_THREAD, CLONE_THREAD), (0, CmpOp.MASKED_EQ, 0, CLONE_NEW_ANYTHING))
    rules.allow("clone", args=threads)
    rules.errno("clone3", errno.ENOSYS)  # its flags lie in memory, out of a filter's sight; libc falls back to clone
    for name, requests in (("prctl", PRCTL_REQUESTS), ("fcntl", FCNTL_REQUESTS), ("ioctl", IOCTL_REQUESTS)):
        for request in () if devices and name == "ioctl" else requests:
            rules.allow(name, args={0 if name == "prctl" else 1: request})
    if devices:
        rules.allow("ioctl")
    rules.allow("fallocate", args={1: 0})  # no modes: room beyond the end of a file is seen by no limit
    for call in ("sendto", "recvfrom"):
        rules.allow(call, args={3: 0})  # no flags: out-of-band data, peeking
    for own_process_only in ("prlimit64", "sched_setaffinity", "get_robust_list"):
        rules.allow(own_process_only, args={0: 0})
    _ = rules.program  # compile now, once, not in every worker
    if not seccompy.supported():
        raise OSError(errno.ENOSYS, "this kernel has no seccomp filters")
    return rules


def find_libc() -> None:
    """Have both libraries look for libc now, once: in each worker they would start a program for it, as long as they still can."""
    seccompy.supported()
    landlockpy.supported()


def _exists(system_call: str) -> bool:
    """Whether this processor's architecture has the call at all."""
    try:
        seccompy.syscall_nr(system_call)
    except ValueError:
        return False
    return True


def file_rules(readable: Iterable[str], scratch: str, devices: Iterable[str] = ()) -> landlockpy.Ruleset:
    """The Landlock ruleset: all that the kernel can handle is denied, but reading what is listed, writing to `scratch`, and devices."""
    scopes = landlockpy.Scope.ABSTRACT_UNIX_SOCKET | landlockpy.Scope.SIGNAL
    if not landlockpy.supported():
        raise OSError(errno.ENOSYS, "this kernel has no Landlock, or it is not switched on")
    rules = landlockpy.Ruleset(scoped=scopes)
    for path in readable:
        rules.allow_path(path, READ if Path(path).is_dir() else landlockpy.AccessFS.READ_FILE)
    rules.allow_path(scratch, WRITE)
    for device in DEVICES:
        rules.allow_path(device, landlockpy.AccessFS.READ_FILE)
    for device in devices:
        rules.allow_path(
            device, landlockpy.AccessFS.READ_FILE | landlockpy.AccessFS.WRITE_FILE | landlockpy.AccessFS.IOCTL_DEV
        )
    rules.allow_path(os.devnull, landlockpy.AccessFS.READ_FILE | landlockpy.AccessFS.WRITE_FILE)
    return rules


def allow_own_threads(rules: landlockpy.Ruleset) -> None:
    """Let this process write below its own /proc/<pid>/task: a driver names its threads there. Called in the worker."""
    # The rule is one for the folder that is in memory now; open, it stays there, however short of memory the machine gets.
    os.open("/proc/self/task", os.O_PATH | os.O_DIRECTORY)
    rules.allow_path("/proc/self/task", READ | landlockpy.AccessFS.WRITE_FILE | landlockpy.AccessFS.TRUNCATE)


def limit_resources(*, memory_mb: int, cpu_seconds: float, output_mb: int, driver_mb: int | None = None) -> None:
    """Bound memory above what the warm process already maps, processor time, output, files and locks.

    driver_mb: memory for a driver of devices. Then what can be written to is bounded, rather than addresses, of which a driver takes
        terabytes without using them; memory that is mapped as shared is not in this bound, so that the forkserver looks at it as well

    Output goes to a file in memory; the kernel ends the worker that makes it, or any other file, longer than the limit.
    """
    sizes = list(map(int, Path("/proc/self/statm").read_text().split()))
    devices = driver_mb is not None
    pages = sizes[5] if devices else sizes[0]
    memory = pages * resource.getpagesize() + (memory_mb + (driver_mb or 0)) * 2**20
    seconds = max(1, math.ceil(cpu_seconds))
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)  # Python ignores it
    for limit, soft, hard in (
        (resource.RLIMIT_DATA if devices else resource.RLIMIT_AS, memory, memory),
        (resource.RLIMIT_CPU, seconds, seconds + 1),
        (resource.RLIMIT_FSIZE, output_mb << 20, output_mb << 20),
        (resource.RLIMIT_NOFILE, *((256, 256) if devices else (64, 64))),
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_MEMLOCK, 0, 0),
    ):
        resource.setrlimit(limit, (soft, hard))


def drop_capabilities() -> None:
    """Give up every capability, and the way to get one back, also as root."""
    own = pyprctl.CapState.get_current()
    if (
        pyprctl.Cap.SETPCAP in own.effective
    ):  # the right to take them out of reach; no program could be started to use them
        for capability in pyprctl.capbset_probe():
            pyprctl.capbset_drop(capability)
    if own.permitted:
        pyprctl.CapState().set_current()


def tie_to_parent(parent: int) -> None:
    """Die when the forkserver dies, in a session of its own, invisible to other processes of the same user."""
    os.setsid()
    pyprctl.set_pdeathsig(signal.SIGKILL)
    pyprctl.set_dumpable(False)
    if os.getppid() != parent:
        os._exit(1)
