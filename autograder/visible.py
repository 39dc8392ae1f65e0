"""The visible checks of a submission, as its student sees them: `autograder check` runs this file in a process of its own.

It runs on any system and confines nothing: it is for one's own work, as a notebook is. Grading is something else (grading/).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from autograder.worker import Inert

FINISHED = 40  # exit code when all checks have run; not 0, which a cell can end the process with


def run(program: list[tuple[str, str]], checks: list[tuple[str, str]]) -> int:
    """Run a program, then its checks, printing what they print; the number of checks that failed."""
    namespace: dict[str, object] = {"__name__": "__main__", "display": print}
    inert = Inert(namespace)
    namespace["get_ipython"] = lambda: inert
    for title, source in program:
        if error := _execute(title, source, namespace):
            print(f"! {error}", file=sys.stderr)
    failed = 0
    for exercise, source in checks:
        print(f"\n{exercise}")
        if error := _execute("check", source, namespace, bare=True):
            failed += 1
            print(f"  no  {error}")
    return failed


def _execute(title: str, source: str, namespace: dict[str, object], *, bare: bool = False) -> str:
    """Run one cell; a sentence when it stops."""
    try:
        exec(compile(source, title, "exec", dont_inherit=True), namespace)  # noqa: S102  (the user's own work)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001  (SystemExit too: one cell must not end the others)
        text = str(error)
        return text if bare and text else f"{title} stopped with {type(error).__name__}: {text}"
    return ""


def main() -> None:
    """Read the JSON file named by the first argument and run what it says."""
    job = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    sys.path.insert(0, job["path"])
    failed = run(job["program"], job["checks"])
    print(f"\n{len(job['checks']) - failed} of {len(job['checks'])} visible checks pass.")
    sys.exit(FINISHED)


if __name__ == "__main__":
    main()
