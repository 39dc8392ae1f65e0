"""What `run_autograder` does on Gradescope: check the machine, find the file, grade it, and write results.json.

What is printed here is for instructors; students see what results.json says.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from autograder.cli.doctor import able_to_grade, show
from autograder.course.folders import Course
from autograder.submission.submitted import printable

MOST_NAMED = 5
UNABLE = "Not graded: this machine cannot keep student code in its place, so nothing is run here. Your instructor has to mend that."


def main(root: Path) -> None:
    """Grade what lies in `root/submission` with the one assignment that was uploaded."""
    results = root / "results" / "results.json"
    results.unlink(missing_ok=True)
    course = Course.find()
    (name,) = course.names()
    observations = able_to_grade(course)
    if show(observations):
        reasons = [each.sentence for each in observations if each.needed and not each.good]
        _write(results, "\n".join([UNABLE, *reasons]))
        return
    files = handed_in(root / "submission", name)
    if len(files) != 1:
        _write(results, instead(root / "submission", name), score=0.0)
        return
    _grade(files[0], name, student_of(root / "submission_metadata.json"), results)


def handed_in(folder: Path, name: str) -> list[Path]:
    """The files of the expected names, of which there should be one."""
    found = (folder / f"{name}{ending}" for ending in (".ipynb", ".py"))
    return [path for path in found if path.is_file() and not path.is_symlink()]


def instead(folder: Path, name: str) -> str:
    """What is said to a student who has handed in something else."""
    names = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    told = ", ".join(map(printable, names[:MOST_NAMED])) + (", ..." if len(names) > MOST_NAMED else "")
    return (
        f"Please hand in your notebook under the name {name}.ipynb, in no folder, and no {name}.py beside it. "
        f"What was handed in: {told or 'nothing'}. Nothing was graded; you can submit again."
    )


def student_of(metadata: Path) -> str:
    """Whom hidden inputs are drawn for: the same for the same student, or group, whenever this is graded again."""
    try:
        users = json.loads(metadata.read_text(encoding="utf-8"))["users"]
        return "+".join(sorted(str(user["id"]) for user in users))
    except (OSError, ValueError, LookupError, TypeError) as fault:
        print(
            f"submission_metadata.json cannot be read ({type(fault).__name__}); all students get the same hidden inputs."
        )
        return ""


def _grade(path: Path, name: str, student: str, results: Path) -> None:
    """Run the command that grades files. Where it fails before there is a report, it writes nothing, and `run_autograder` does."""
    options = ["--assignment", name, "--form", f"gradescope={results}", *(["--student", student] if student else [])]
    command = [sys.executable, "-m", "autograder", "grade", str(path), *options]
    done = subprocess.run(command, check=False, stderr=subprocess.STDOUT)  # noqa: S603  (of this course)
    print(f"autograder grade ended with code {done.returncode}.")


def _write(results: Path, output: str, **more: Any) -> None:
    shown = {"output_format": "text", "visibility": "visible", "stdout_visibility": "hidden", "tests": []}
    results.write_text(json.dumps({**more, "output": output, **shown}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
