"""Commands about submissions, as files: check one's own, grade, train."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.cli.console import one_line_errors
from autograder.cli.grade_files import TrainingChoice, assignment_of, forms_asked, grade_files, tell
from autograder.cli.options import (
    AssignmentOption,
    BudgetOption,
    DataOption,
    DeviceOption,
    FailUnderOption,
    FormsOption,
    IsolationOption,
    JobsOption,
    JsonOption,
    JUnitOption,
    ProfileOption,
    StudentOption,
    SubmissionsArgument,
    TrainingOption,
    data_asked,
    device_named,
    isolation_named,
)
from autograder.course.assignment import CourseError
from autograder.course.folders import Course

PANEL = "Submissions"  # of `autograder --help`
app = typer.Typer()


@app.command(rich_help_panel=PANEL)
def check(
    submission: Annotated[
        Path, typer.Argument(metavar="SUBMISSION", help="Your notebook (.ipynb) or Python file (.py).")
    ],
    assignment: AssignmentOption = None,
) -> None:
    """Run the visible checks on your own work, as the notebook does.

    Your code runs with your own rights, so never check somebody else's submission with this: [b]autograder grade[/] is for that.

    Example: [b]autograder check skip_connections.ipynb[/]
    """
    from autograder.cli.check import check_own  # noqa: PLC0415

    with one_line_errors():
        raise typer.Exit(check_own(submission, assignment))


@app.command(rich_help_panel=PANEL)
def grade(  # noqa: PLR0913  (one parameter for each option)
    paths: SubmissionsArgument,
    *,
    assignment: AssignmentOption = None,
    json_path: JsonOption = None,
    junit_path: JUnitOption = None,
    forms: FormsOption = None,
    fail_under: FailUnderOption = None,
    isolation: IsolationOption = "auto",
    student: StudentOption = None,
    jobs: JobsOption = None,
    training: TrainingOption = True,
    device: DeviceOption = "auto",
    data: DataOption = None,
) -> None:
    """Grade files with the hidden suite, each in a confined process of its own.

    Nothing is stored: [b]autograder grade-class[/] grades what was collected, and puts it into the gradebook.

    Examples: [b]autograder grade skip_connections.ipynb[/]
    [b]autograder grade --assignment skip_connections --json - alice.ipynb bob.ipynb[/]
    [b]autograder grade skip_connections.ipynb --fail-under 50 --junit tests.xml[/]
    [b]autograder grade skip_connections.ipynb --form gradescope=results.json[/]
    """
    with one_line_errors():
        written = forms_asked(forms or [], {"json": json_path, "junit": junit_path}, len(paths))
        mode, trained_on, learned = isolation_named(isolation), device_named(device), data_asked(data)
        if learned is not None and not training:
            raise CourseError(
                "--data says what to train on, and --no-training that nothing is trained; one of the two."
            )
        trained = TrainingChoice(trained_on, data=learned) if training else None
        reports = grade_files(paths, assignment, mode, trained, student, jobs)
        tell(reports, written, fail_under, single=len(paths) == 1)


@app.command(rich_help_panel=PANEL)
def train(  # noqa: PLR0913  (one parameter for each option)
    paths: SubmissionsArgument,
    *,
    assignment: AssignmentOption = None,
    device: DeviceOption = "auto",
    budget: BudgetOption = None,
    data: DataOption = None,
    profile: ProfileOption = None,
    files: Annotated[
        Path | None,
        typer.Option("--out", metavar="FOLDER", help="Write a picture and a table of each run, and environment.json."),
    ] = None,
    json_path: JsonOption = None,
    fail_under: FailUnderOption = None,
    isolation: IsolationOption = "auto",
) -> None:
    """Train what was handed in, and grade what it learns.

    The hidden tests come first: a run starts only where each exercise that it builds on has earned something. Labels of test images
    stay with the grader, and it takes every step again with the reference.

    Examples: [b]autograder train train_networks.ipynb[/]
    [b]autograder train --device cuda --budget 60 --json - train_networks.ipynb[/]
    """
    with one_line_errors():
        how = (device_named(device), budget, data_asked(data), profile, files)
        mode, trained = isolation_named(isolation), TrainingChoice(*how)
        course = Course.find()
        without = [each.name for path in paths if not (each := assignment_of(course, path, assignment)).training]
        if without:
            raise CourseError(f"{without[0]} has nothing to train; `autograder grade` grades it.")
        # One after the other: each run is shown while it learns.
        reports = grade_files(paths, assignment, mode, trained, jobs=1)
        tell(reports, forms_asked([], {"json": json_path}, len(paths)), fail_under, single=len(paths) == 1)
