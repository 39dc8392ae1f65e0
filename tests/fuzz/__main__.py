"""Fuzz what reads from students, with libFuzzer (atheris): `make fuzz`, or `python -m tests.fuzz --seconds 600 wire_decoder`.

Every target runs in a process of its own, for so many seconds. What an input raises, a hang of ten seconds, and memory beyond 1 GB are
findings: the input is kept in build/fuzz/ and named, and the exit code is 1. Inputs that reached new code are kept too, for the next run.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

TARGETS = ("wire_decoder", "notebook_reader", "script_reader", "reading_decoder")
LIMITS = ("-timeout=10", "-rss_limit_mb=1024", "-max_len=60000")
CHILD = """
import sys
import atheris
with atheris.instrument_imports(include=["autograder"]):
    from tests.fuzz.targets import TARGETS
atheris.Setup(sys.argv, TARGETS[{target!r}])
atheris.Fuzz()
"""


def main(
    targets: Annotated[list[str] | None, typer.Argument(help=f"Which: {', '.join(TARGETS)}. Default: all.")] = None,
    seconds: Annotated[int, typer.Option(help="How long, for each target.")] = 60,
    folder: Annotated[Path, typer.Option(help="Where inputs and findings are kept.")] = Path("build") / "fuzz",
) -> None:
    """Feed mutated inputs to everything that reads from students, and look for whatever is no error of the grader's own."""
    chosen = targets or list(TARGETS)
    if unknown := [target for target in chosen if target not in TARGETS]:
        raise typer.BadParameter(f"there is no target {', '.join(unknown)}")
    found = [target for target in chosen if not clean(target, seconds, folder)]
    raise typer.Exit(1 if found else 0)


def clean(target: str, seconds: int, folder: Path) -> bool:
    """Fuzz one target; whether nothing was found."""
    from tests.fuzz.targets import examples  # noqa: PLC0415  (slow to import; not for --help)

    corpus = folder / target
    corpus.mkdir(parents=True, exist_ok=True)
    for number, example in enumerate(examples(target)):
        (corpus / f"example-{number}").write_bytes(example)
    print(f"{target}: {seconds} seconds ...", flush=True)
    command = [sys.executable, "-c", CHILD.format(target=target), str(corpus), *LIMITS]
    command += [f"-max_total_time={seconds}", f"-artifact_prefix={folder}/{target}-", "-print_final_stats=1"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, errors="replace")
    (folder / f"{target}.log").write_text(done.stdout + done.stderr, encoding="utf-8")
    runs = next((line.split()[-1] for line in done.stderr.splitlines() if "number_of_executed_units" in line), "no")
    if done.returncode:
        print("\n".join((done.stdout + done.stderr).splitlines()[-30:]))
        print(
            f"{target}: FOUND something after {runs} runs; the input lies in {folder}, all that was said in {target}.log"
        )
        return False
    print(f"{target}: nothing found in {runs} runs; {len(list(corpus.iterdir()))} inputs kept in {corpus}")
    return True


if __name__ == "__main__":
    typer.run(main)
