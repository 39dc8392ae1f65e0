"""Grading files: what `autograder grade` and `autograder train` do, show and write."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from contextlib import redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from autograder.cli.console import BELOW, BROKEN, UNUSABLE, err, note, out
from autograder.cli.progress import Progress
from autograder.cli.writing import STANDARD_OUTPUT, write_text
from autograder.course.assignment import Assignment, CourseError
from autograder.course.devices import Wanted
from autograder.course.folders import Course
from autograder.course.settings import Data, data_for
from autograder.reporting.terminal import plain, report_lines

if TYPE_CHECKING:
    from autograder.course.devices import Wanted
    from autograder.course.report import Report
    from autograder.sandbox.selftest import Isolation
    from autograder.training import Device
    from autograder.training.stage import TrainingStage, Watch

# A process more takes as long to start (imports, self-test, suite) as grading so many files does without training.
WORTH_A_PROCESS = 4
Written = list[tuple[str, str]]  # names of forms, and the file that each is written to; "-": standard output


@dataclass(frozen=True)
class TrainingChoice:
    """How the training stage is done: where, for how long at most, on which data (None: what the course uses), and which runs."""

    device: Wanted
    budget: float | None = None
    data: Data | None = None
    profile: str | None = None
    out: Path | None = None  # a folder for what there is to see of the runs


@dataclass(frozen=True)
class NamedFile:
    """A file, the assignment that it is graded as, and whose it is."""

    path: Path
    assignment: Assignment
    student: str | None


def assignment_of(course: Course, path: Path, name: str | None) -> Assignment:
    """The assignment that a file is graded as: the one that was named, else the file's own name."""
    if name is not None:
        return course.assignment(name)
    if path.stem not in course.names():
        known = ", ".join(course.names())
        raise CourseError(f"{path.name} is not named after an assignment; say which it is: --assignment {known}.")
    return course.assignment(path.stem)


def tell(reports: list[Report], written: Written, fail_under: float | None, *, single: bool) -> None:
    """Write reports, each form to its target, print them, and end with their exit code."""
    for name, target in written:
        _write(reports, name, target, single=single)
    show = err if STANDARD_OUTPUT in {target for _, target in written} else out
    for report in reports:
        for line in report_lines(report, full=single):
            show.print(line)
    raise typer.Exit(exit_code(reports, fail_under))


def grade_files(  # noqa: PLR0913, PLR0917  (the options of the commands)
    paths: list[Path],
    assignment: str | None,
    isolation: Isolation,
    trained: TrainingChoice | None,
    student: str | None = None,
    jobs: int | None = None,
) -> list[Report]:
    """The reports of these files, in their order; of several, one that cannot be asked for is named and left out.

    student: whose they are; default: whoever handed them in, where they lie in the course's folder of submissions
    jobs: how many are graded at a time; default: what is soonest on this machine. The reports do not depend on it
    """
    course = Course.find()
    asked = [
        NamedFile(path, found, student or course.student_of(path)) for path, found in _found(course, paths, assignment)
    ]
    trains = trained is not None and any(each.assignment.training for each in asked)
    if trained and trained.data is not None and asked and not trains:
        raise CourseError(
            f"--data: {', '.join(dict.fromkeys(each.assignment.name for each in asked))} has nothing to train."
        )
    processes = jobs or soonest(len(asked), trains=trains)
    with Progress() as progress:
        on_report = counting(progress, len(paths))
        if min(processes, len(asked)) > 1:
            return _in_processes(course, asked, isolation, trained, processes, on_report)
        return _in_this_process(course, asked, isolation, trained, progress.look, on_report)


def _found(course: Course, paths: list[Path], name: str | None) -> Iterable[tuple[Path, Assignment]]:
    """The assignment of each file. Of several files, one that is named after none is told of and left out."""
    for path in paths:
        try:
            yield path, assignment_of(course, path, name)
        except CourseError as error:
            if len(paths) == 1 or name is not None:
                raise
            err.print(f"autograder: {plain(str(error))}")


def soonest(files: int, *, trains: bool) -> int:
    """How many files to grade at a time, so that it is over soonest: one per core, where starting processes pays."""
    return min(len(os.sched_getaffinity(0)), files if trains else files // WORTH_A_PROCESS) or 1


def counting(progress: Progress, total: int) -> Callable[[Report], None]:
    """What hears of each report and shows how many there are. A single one is not counted."""
    done = 0

    def show() -> None:
        if total > 1:
            progress.count("grading", done, total)

    def on_report(_: Report) -> None:
        nonlocal done
        done += 1
        show()

    show()
    return on_report


def _in_this_process(  # noqa: PLR0913, PLR0917  (what is graded, how, and who hears of it)
    course: Course,
    asked: list[NamedFile],
    isolation: Isolation,
    trained: TrainingChoice | None,
    watch: Watch,
    on_report: Callable[[Report], None],
) -> list[Report]:
    """Grade one after the other; where a process stalled, again in the end. Training can be watched."""
    from autograder.grading.grader import Grader  # noqa: PLC0415  (needs Linux, and takes a second)

    # What a suite prints goes to standard error: standard output may be for JSON.
    with redirect_stdout(sys.stderr):
        stage = _stage(course, trained, watch)
        with Grader(course, isolation, stage) as grader:
            reports = grader.grade_each([(each.assignment.name, each.path, each.student) for each in asked], on_report)
    if stage is not None and trained is not None and trained.out is not None:
        _keep_runs(course, trained.out, stage, reports)
    return reports


def _in_processes(  # noqa: PLR0913, PLR0917  (what is graded, how, and who hears of it)
    course: Course,
    asked: list[NamedFile],
    isolation: Isolation,
    trained: TrainingChoice | None,
    processes: int,
    on_report: Callable[[Report], None],
) -> list[Report]:
    """Grade several at a time. Nothing but whole submissions is seen of training then."""
    from autograder.whole_class.files import File, grade_in_processes  # noqa: PLC0415  (needs Linux, and takes a second)

    data = data_for(course, trained.data) if trained else None
    devices: dict[str, Device] = {}
    for assignment in {each.assignment.name: each.assignment for each in asked}.values():
        if trained and assignment.training:
            devices[assignment.name], processes = _shared(course, assignment, trained, data, processes)
    root = str(course.root)
    files = [
        File(
            root, each.assignment.name, str(each.path), each.student, isolation, devices.get(each.assignment.name), data
        )
        for each in asked
    ]
    return grade_in_processes(files, min(processes, len(files)), on_report)


def _shared(
    course: Course, assignment: Assignment, trained: TrainingChoice, data: Data | None, processes: int
) -> tuple[Device, int]:
    """Where an assignment is trained, and by how many processes at a time: a GPU may have memory for fewer."""
    from autograder.training.device import device_for  # noqa: PLC0415
    from autograder.training.slots import share_gpus  # noqa: PLC0415

    device, profile = device_for(course, assignment, trained.device, data, note, trained.profile)
    if device == "cuda":
        processes = max(1, min(processes, share_gpus(profile.limits.gpu_mb)))
    return device, processes


def _keep_runs(course: Course, folder: Path, stage: TrainingStage, reports: Iterable[Report]) -> None:
    """Write what there is to see of the runs of each report."""
    from autograder.reporting.run_files import write_runs  # noqa: PLC0415

    for report in reports:
        if report.training:
            files = write_runs(folder, report, stage.ready(course.assignment(report.assignment)))
            err.print(f"{len(files)} files in {plain(str(files[0].parent))}")


def _stage(course: Course, trained: TrainingChoice | None, watch: Watch) -> TrainingStage | None:
    """The training stage as it was asked for."""
    from autograder.training.stage import TrainingOptions, TrainingStage  # noqa: PLC0415  (needs Linux)

    if trained is None:
        return None
    data = data_for(course, trained.data)
    options = TrainingOptions(trained.device, trained.budget, data, trained.profile)
    return TrainingStage(course, options, watch, note)


def forms_asked(forms: list[str], shortly: dict[str, str | None], files: int) -> Written:
    """The values of --form, with those of its short forms; raises CourseError, before anything is graded, where one cannot be written."""
    from autograder.reporting.formats import FILES  # noqa: PLC0415  (`check` needs none)

    written = [(name, target) for name, target in shortly.items() if target is not None]
    for text in forms:
        name, sign, target = text.partition("=")
        if name not in FILES or not (sign and target):
            raise CourseError(f"--form is FORMAT=FILE, where FORMAT is {', '.join(FILES)}; not {text}.")
        written.append((name, target))
    if [target for _, target in written].count(STANDARD_OUTPUT) > 1:
        raise CourseError("Only one form can be written to standard output.")
    alone = [name for name, _ in written if FILES[name].alone]
    if files > 1 and alone:
        raise CourseError(f"{alone[0]} has room for one submission; grade one at a time.")
    return written


def exit_code(reports: list[Report], fail_under: float | None) -> int:
    """One exit code for all reports."""
    graded = [report for report in reports if report.status == "graded"]
    if any(report.status == "grader-error" for report in reports):
        return BROKEN
    if not graded:
        return UNUSABLE
    if fail_under is not None and any(report.percent < fail_under for report in reports):
        return BELOW
    return 0


def _write(reports: list[Report], name: str, target: str, *, single: bool) -> None:
    """Write a form to a file or, for "-", to standard output. Nothing is written where the only file could not be asked for."""
    from autograder.reporting.formats import FILES  # noqa: PLC0415  (`check` needs none)

    if not (single and not reports):
        write_text(target, FILES[name].make(reports, single=single, at=datetime.now(UTC)))
