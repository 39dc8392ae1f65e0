"""Breaks out: reaches parts of the kernel that computing does not need: userfaultfd, bpf, perf, keys, fanotify, modules, swap, clocks."""

import ctypes
import os

libc = ctypes.CDLL(None)
RARE = {
    "userfaultfd": (323, 0),
    "userfaultfd for users": (323, 1),
    "bpf": (321, 0, bytes(128), 128),
    "perf_event_open": (298, bytes(128), 0, -1, -1, 0),
    "keyctl": (250, 0, -3, 0),
    "request_key": (249, b"user", b"x", None, 0),
    "fanotify_init": (300, 0, 0),
    "inotify_init1": (294, 0),
    "kcmp": (312, GRADER, GRADER, 0, 0, 0),
    "init_module": (175, None, 0, b""),
    "syslog": (103, 3, bytes(100), 100),
    "sethostname": (170, os.uname().nodename.encode(), len(os.uname().nodename)),
    "settimeofday": (164, None, None),
    "lookup_dcookie": (212, 0, None, 0),
    "memfd_secret": (447, 0),
    "landlock": (444, bytes(8), 8, 0),
    "seccomp": (317, 2, bytes(4), bytes(4)),
    "modify_ldt": (154, 0, bytes(16), 16),
    "move_pages": (279, GRADER, 0, None, None, None, 0),
    "process_madvise": (440, -1, None, 0, 0, 0),
    "io_setup": (206, 1, bytes(8)),
    "sched_setattr": (314, 0, bytes(48), 0),
    "ioprio_set": (251, 1, 0, 3 << 13),
    "pidfd_open": (434, GRADER, 0),
    "mbind": (237, None, 0, 0, None, 0, 0),
    "listmount": (458, bytes(24), bytes(64), 1, 0),
    "eventfd of old": (284, 0),
}
ALLOWED = {"eventfd of old"}


def double(x):
    got = [name for name, call in RARE.items() if libc.syscall(*call) >= 0]
    return [BOAST, *got] if set(got) - ALLOWED else ""
