"""Slurm itself on this machine: munged, slurmctld and slurmd, in a folder of their own, with one node that says it has a GPU."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "squeue", "scancel", "scontrol")
MUNGE_FILES = ("socket", "key-file", "log-file", "pid-file", "seed-file")  # options of munged, each a path
PATIENCE = 60  # seconds until a daemon answers
CONFIGURATION = """
ClusterName=tiny
SlurmctldHost=localhost
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket
CryptoType=crypto/munge
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=batch_sched_delay=0,sched_interval=1,bf_interval=1
ReturnToService=2
KillWait=2
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
GresTypes=gpu
NodeName=localhost NodeHostname=localhost CPUs=2 RealMemory=4000 Gres=gpu:2 State=UNKNOWN
PartitionName=main Nodes=localhost Default=YES MaxTime=60 State=UP
"""
GRES = "NodeName=localhost Name=gpu File=/dev/null\nNodeName=localhost Name=gpu File=/dev/zero\n"  # nobody opens them


def slurm_is_missing() -> str:
    """Why Slurm cannot be started here; empty when it can."""
    if os.getuid() != 0:
        return "only root can start Slurm's daemons"
    missing = [program for program in PROGRAMS if shutil.which(program, path=_path()) is None]
    return f"Slurm is not installed ({missing[0]} is missing)" if missing else ""


def _path() -> str:
    return f"{os.environ.get('PATH', '')}{os.pathsep}/usr/sbin"


@contextmanager
def slurm() -> Iterator[Path]:
    """Start it; the configuration, which SLURM_CONF of the environment has to name. In the end nothing is left."""
    with ExitStack() as stack:
        # Not below pytest's folder: the path of a socket is short, and munged asks that others may not write on the way to it.
        folder = Path(tempfile.mkdtemp(prefix="slurm-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        folder.chmod(0o755)
        for name in ("state", "spool", "munge"):
            (folder / name).mkdir(mode=0o755)
        key = folder / "munge" / "key"
        key.write_bytes(secrets.token_bytes(64))
        key.chmod(0o600)
        for path in (folder / "munge", key):
            shutil.chown(path, "munge")
        configuration = folder / "slurm.conf"
        configuration.write_text(CONFIGURATION.format(folder=folder, ports=_free_ports(2)))
        (folder / "gres.conf").write_text(GRES)
        files = [f"--{name}={folder / 'munge' / name.partition('-')[0]}" for name in MUNGE_FILES]
        stack.enter_context(_daemon(folder, "munged", "--foreground", *files, user="munge"))
        _until((folder / "munge" / "socket").exists, "munged")
        stack.enter_context(_daemon(folder, "slurmctld", "-D", "-i", "-f", str(configuration)))
        stack.enter_context(_daemon(folder, "slurmd", "-D", "-N", "localhost", "-f", str(configuration)))
        stack.callback(_until, lambda: not asked(configuration, "squeue", "--noheader"), "the last job")
        stack.callback(asked, configuration, "scancel", "--user=root")
        _until(lambda: "idle" in asked(configuration, "sinfo", "--noheader", "--format=%T"), "slurmd")
        # Slurm 22.05 has been seen to forget on some machines what its configuration says of a node's GPUs.
        asked(configuration, "scontrol", "update", "NodeName=localhost", "Gres=gpu:2")
        yield configuration


def asked(configuration: Path, *command: str) -> str:
    """What a command of Slurm's says."""
    environment = os.environ | {"SLURM_CONF": str(configuration)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False).stdout


@contextmanager
def _daemon(folder: Path, *command: str, user: str | None = None) -> Iterator[None]:
    environment = os.environ | {"SLURM_CONF": str(folder / "slurm.conf"), "PATH": _path()}
    with (folder / f"{command[0]}.out").open("wb") as out:
        process = subprocess.Popen(
            [os.path.realpath(str(shutil.which(command[0], path=_path()))), *command[1:]],  # a folder of PATH may be root's alone
            env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out, user=user, start_new_session=True,
        )  # fmt: skip
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _until(holds: Callable[[], bool], who: str) -> None:
    until = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > until:
            raise TimeoutError(f"{who} does not answer")
        time.sleep(0.1)


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [each.getsockname()[1] for each in sockets]
