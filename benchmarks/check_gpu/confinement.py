"""Steps on confinement: does the device compute in a worker, and which layer is in its way where it does not?"""

from __future__ import annotations

import contextlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.check_gpu import ROOT

Known = dict[str, Any]
Said = tuple[str, dict[str, Any]]
PACKAGES = (
    "torch",
    "numpy",
    "landlockpy",
    "seccompy",
    "pyprctl",
    "pytest",
    "jupytext",
    "yaml",
    "sklearn",
    "nbgrader",
    "typer",
)
REPLY_BYTES, SECONDS, STRACE_SECONDS = 1 << 20, 60.0, 20.0
# What a driver does when it starts that no computing on the processor needs; stands in for one where there is no GPU.
STAND_IN = """
import os, socket, threading, torch

def driver():
    with open(f"/proc/self/task/{threading.get_native_id()}/comm", "w") as name:
        name.write("driver")
    started.set()
    threading.Event().wait()

started = threading.Event()
threading.Thread(target=driver, daemon=True).start()
assert started.wait(10), "a thread could not name itself"
os.write(os.memfd_create("driver"), b"driver")
own = socket.socket(socket.AF_UNIX)
own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
own.bind(f"\\0driver-{os.getpid()}")
own.listen()
"""
STEP = """
import torch

image = torch.ones(8, 3, 16, 16, device=DEVICE, requires_grad=True)
layer = torch.nn.Conv2d(3, 8, 3).to(DEVICE)
layer(image).relu().sum().backward()
rows = torch.ones(64, 64, device=DEVICE)
said = float((rows @ rows).sum() + image.grad.abs().sum())
"""


class NotHere(Exception):  # noqa: N818  (no fault: this machine has not what a step looks at)
    """Why a step cannot be looked at."""


def start_source(device: str) -> str:
    """What starts the device: CUDA itself, or what stands in for it."""
    from autograder.sandbox.devices import WARM_UP  # noqa: PLC0415

    return WARM_UP if device == "cuda" else STAND_IN


def step_source(device: str) -> str:
    """A convolution with its backward pass and a matrix product, on a device."""
    return f"DEVICE = {device!r}\n{STEP}"


def devices_of(known: Known, *, wide: bool) -> Any:
    """The devices of a worker: those of a GPU, or, without one, none but what stands in for a driver."""
    from autograder.sandbox.devices import Devices, gpu  # noqa: PLC0415

    if known["device"] == "cuda":
        return gpu(wide=wide)
    return Devices((Path("/dev/zero"),), warm_up="" if wide else STAND_IN, wide=wide)


def versions(_: Known) -> Said:
    """What this machine is, and whether there is a GPU."""
    import importlib.metadata  # noqa: PLC0415

    import torch  # noqa: PLC0415

    names = {"yaml": "pyyaml", "sklearn": "scikit-learn"}
    found: dict[str, Any] = {"python": platform.python_version(), "kernel": platform.release(), "cores": os.cpu_count()}
    for name in PACKAGES:
        try:
            found[name] = importlib.metadata.version(names.get(name, name))
        except importlib.metadata.PackageNotFoundError:
            found[name] = "absent"
    found |= {"user": os.getuid(), "bubblewrap": shutil.which("bwrap") or "", "torch cuda": torch.version.cuda or ""}
    found["device files"] = sorted(map(str, Path("/dev").glob("nvidia*")))
    found["driver"] = _output("nvidia-smi", "--query-gpu=name,driver_version,memory.total", "--format=csv,noheader")
    found["environment"] = {
        key: value for key, value in os.environ.items() if key.startswith(("CUDA", "NVIDIA", "LD_", "PYTORCH"))
    }
    found["device"] = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        import landlockpy  # noqa: PLC0415

        found["landlock"] = landlockpy.Ruleset().abi_version
    except (ImportError, OSError) as fault:
        found["landlock"] = f"{type(fault).__name__}: {fault}"
    what = torch.cuda.get_device_name(0) if found["device"] == "cuda" else "no GPU: steps are done on the processor"
    return f"Python {found['python']}, torch {torch.__version__}, Landlock {found['landlock']}; {what}", found


def _output(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=20).stdout.strip()  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return ""


def computed(known: Known) -> Said:
    """The step, in this process, whatever that has given up; and what it took."""
    begin = time.monotonic()
    exec(compile(step_source(known["device"]), "step", "exec"), {"__name__": "step"})  # noqa: S102  (our own)
    first = time.monotonic() - begin
    begin = time.monotonic()
    exec(compile(step_source(known["device"]), "step", "exec"), {"__name__": "step"})  # noqa: S102
    again = time.monotonic() - begin
    return f"{known['device']}: {first:.2f} s, then {again * 1000:.1f} ms", {"first": first, "again": again}


def plain(known: Known) -> Said:
    """The step, unconfined."""
    told, found = computed(known)
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines() if ":" in line)
    found |= {name: status[name].strip() for name in ("VmData", "VmRSS", "VmLck", "Threads")}
    return f"{told}; data {found['VmData']}, {found['Threads']} threads", found


def _confined(known: Known, *, landlock: bool, filtered: bool, wide: bool, limits: bool) -> Said:
    """Some layers of a worker's confinement, in the order of a worker, in this process; then the step."""
    import torch  # noqa: F401, PLC0415  (as a forkserver has it before)

    from autograder.sandbox import confine  # noqa: PLC0415
    from autograder.sandbox.devices import NO_DEVICES  # noqa: PLC0415
    from autograder.sandbox.readable import readable_paths  # noqa: PLC0415

    devices = devices_of(known, wide=wide)
    rules = confine.system_call_filter(devices=True, wide=wide)
    if limits:
        confine.limit_resources(memory_mb=1024, cpu_seconds=120, output_mb=16, driver_mb=NO_DEVICES.driver_mb)
        confine.drop_capabilities()
    if landlock:
        readable = readable_paths([str(ROOT / "starter_code"), *map(str, devices.readable)])
        files = confine.file_rules(readable, tempfile.mkdtemp(), map(str, devices.files))
        confine.allow_own_threads(files)
        files.restrict()
    if not wide:
        exec(compile(start_source(known["device"]), "warm-up", "exec"), {"__name__": "warm_up"})  # noqa: S102
    if filtered:
        rules.load()
    if wide:
        exec(compile(start_source(known["device"]), "warm-up", "exec"), {"__name__": "warm_up"})  # noqa: S102
    return computed(known)


def landlock_alone(known: Known) -> Said:
    """Only files are taken away."""
    return _confined(known, landlock=True, filtered=False, wide=False, limits=False)


def limits_alone(known: Known) -> Said:
    """Only memory, files, locks and capabilities are bounded."""
    return _confined(known, landlock=False, filtered=False, wide=False, limits=True)


def filter_alone(known: Known) -> Said:
    """Only system calls are taken away, after the device has started."""
    return _confined(known, landlock=False, filtered=True, wide=False, limits=False)


def filter_wide_alone(known: Known) -> Said:
    """Only system calls are taken away, before the device starts, and fewer."""
    return _confined(known, landlock=False, filtered=True, wide=True, limits=False)


def watched(known: Known) -> Said:
    """What starting the device asks for that a worker is refused: system calls, and files."""
    from benchmarks.check_gpu.watching import watch  # noqa: PLC0415

    found = watch(start_source(known["device"]) + step_source(known["device"]), devices_of(known, wide=False))
    calls, files = found["calls"], found["files"]
    if strace := shutil.which("strace"):
        _traced(strace, known)
    if found["error"]:
        raise RuntimeError(found["error"])
    return (
        f"beyond the narrow filter: {', '.join(calls) or 'nothing'}; files beyond the rules: {', '.join(files) or 'none'}",
        found,
    )


def _traced(strace: str, known: Known) -> None:
    """The same once more under strace, where there is one: what the kernel itself refuses, in strace.txt."""
    program = start_source(known["device"]) + step_source(known["device"])
    log = Path(known["out"]) / "strace.txt"
    command = [strace, "-f", "-Z", "-s", "160", "-o", str(log), sys.executable, "-c", program]
    with contextlib.suppress(subprocess.TimeoutExpired):
        subprocess.run(command, check=False, timeout=STRACE_SECONDS)  # noqa: S603


def _in_worker(known: Known, mode: Any, *, wide: bool) -> Said:
    """The step in a real worker, after the self-test in the very same kind of worker."""
    from autograder.course.assignment import Limits  # noqa: PLC0415
    from autograder.sandbox.selftest import start_proven  # noqa: PLC0415

    begin = time.monotonic()
    forbidden = (ROOT / "solutions", ROOT / "tests")
    preload = ("numpy", "torch", "torch._dynamo")
    devices = devices_of(known, wide=wide)
    readable = (ROOT / "starter_code",)
    with start_proven(
        mode, path=ROOT, preload=preload, readable=readable, forbidden=forbidden, devices=devices
    ) as launcher:
        proven = time.monotonic() - begin
        begin = time.monotonic()
        worker = launcher.spawn(Limits(cpu_seconds=120))
        started = time.monotonic() - begin
        status = Path(f"/proc/{worker.pid}/status")
        begin = time.monotonic()
        source = (start_source(known["device"]) if wide else "") + step_source(known["device"])
        said = worker.ask({"do": "run", "source": source, "title": "step"}, SECONDS, REPLY_BYTES)
        found: dict[str, Any] = {"proven": proven, "started": started, "step": time.monotonic() - begin}
        if mode != "bubblewrap" and status.exists():
            found["data"] = next(
                line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmData")
            )
        worker.close()
    if "ok" not in said:
        raise RuntimeError(f"{known['device']} did not compute: {said.get('error')}")
    return f"self-test {proven:.1f} s, a worker in {started:.2f} s, the step in {found['step']:.2f} s", found


def worker_unconfined(known: Known) -> Said:
    """A worker that keeps everything."""
    return _in_worker(known, "none", wide=False)


def landlock(known: Known) -> Said:
    """All layers, with the narrow filter: the device starts before it."""
    return _in_worker(known, "landlock", wide=False)


def landlock_wide(known: Known) -> Said:
    """All layers, with the wide filter: the device starts behind it."""
    return _in_worker(known, "landlock", wide=True)


def in_bubblewrap(known: Known) -> Said:
    """All layers, in bubblewrap."""
    if shutil.which("bwrap") is None:
        raise NotHere("bubblewrap is not installed")
    return _in_worker(known, "bubblewrap", wide=False)
