"""Commands about an assignment of a class, in nbgrader's folders and gradebook."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.cli.console import below, one_line_errors, out
from autograder.cli.options import (
    AllowLowerOption,
    AnonymousOption,
    ChangesOption,
    ColumnOption,
    DataOption,
    DeviceOption,
    DryRunOption,
    EverybodyOption,
    EveryOption,
    ExportedOption,
    IsolationOption,
    JobsOption,
    OnceOption,
    OutputOption,
    PageOption,
    ReasonOption,
    SchedulerOption,
    SlurmOption,
    TemplateOption,
    ToOption,
    data_asked,
    device_named,
    isolation_named,
    slurm_asked,
)
from autograder.course.folders import Course
from autograder.course.regrade import reason_given
from autograder.reporting.terminal import plain

PANEL = "A class"  # of `autograder --help`
app = typer.Typer()


@app.command("grade-class", rich_help_panel=PANEL)
def grade_class(  # noqa: PLR0913  (one parameter for each option)
    name: Annotated[str, typer.Argument(metavar="NAME", help="An assignment.")],
    *,
    jobs: JobsOption = None,
    scheduler: SchedulerOption = None,
    slurm: SlurmOption = None,
    dry_run: DryRunOption = False,
    allow_lower: AllowLowerOption = False,
    reason: ReasonOption = "",
    changes: ChangesOption = None,
    isolation: IsolationOption = "auto",
    device: DeviceOption = "auto",
    data: DataOption = None,
) -> None:
    """Grade all that [b]nbgrader collect[/] took in, into the gradebook and onto feedback pages.

    Stop it at any time; the same command goes on where it was. Only what is new or changed is graded.

    After a change of the suite, the points or the notebook, all files are graded again, and it says whose score changes, by how much and
    in which hidden test. A score does not sink with the same file, unless [b]--allow-lower[/] is given; marks by hand stay.

    Examples: [b]autograder grade-class skip_connections --jobs 4[/]
    [b]autograder grade-class skip_connections --dry-run[/]
    [b]autograder grade-class skip_connections --reason "The test of the padding was wrong."[/]
    [b]autograder grade-class optimizers --scheduler tcp://10.0.0.5:8786[/]
    [b]autograder grade-class train_networks --slurm partition=gpu,gres=gpu:1,time=2:00:00 --device cuda[/]
    """
    with one_line_errors():
        mode, trained_on, learned = isolation_named(isolation), device_named(device), data_asked(data)
        jobs_of = slurm_asked(slurm, scheduler)
        from autograder.cli.grade_class import grade_and_tell  # noqa: PLC0415
        from autograder.cli.regrades import Rules  # noqa: PLC0415

        rules = Rules(allow_lower, reason_given(reason), changes)
        asked = (name, mode, jobs, scheduler, trained_on, learned, rules)
        raise typer.Exit(grade_and_tell(*asked, slurm=jobs_of, dry_run=dry_run))


@app.command(rich_help_panel=PANEL)
def watch(  # noqa: PLR0913  (one parameter for each option)
    name: Annotated[str, typer.Argument(metavar="NAME", help="An assignment.")],
    *,
    every: EveryOption = 2.0,
    once: OnceOption = False,
    page: PageOption = None,
    jobs: JobsOption = None,
    isolation: IsolationOption = "auto",
    device: DeviceOption = "auto",
    data: DataOption = None,
) -> None:
    r"""Collect, grade and answer what students hand in, within seconds, until you end it.

    Students use [b]nbgrader submit[/] and [b]nbgrader fetch_feedback[/] as ever. What is graded stands in the gradebook, as after
    [b]grade-class[/], which may run beside it. Stop it at any time; the same command goes on, and nothing counts twice.

    Every answer tells something about the hidden suite. How many there are within 24 hours, and whether they have messages, points or
    nothing until the due date, stands in [b]course/settings.toml[/] under [b]\[attempts][/]. What is over the limit waits for the due
    date, and the student is told so. What the grader fails at does not count.

    Who waits stands in [b]course/watch/NAME.html[/]; a page beside it shows numbers only, for everybody. Four are graded at a time, or as
    many as there are cores or as [b]--jobs[/] says. Exit code 0 when you end it; with [b]--once[/], 3 where the grader failed at somebody.

    Examples: [b]autograder watch skip_connections[/]
    [b]autograder watch skip_connections --once[/]   (from cron: answer who waits, and end)
    [b]autograder watch skip_connections --page /srv/www/waiting.html[/]
    """
    with one_line_errors():
        mode, trained_on, learned = isolation_named(isolation), device_named(device), data_asked(data)
        from autograder.cli.watch import WatchRun, watch_and_tell  # noqa: PLC0415  (imports nbgrader: two seconds)

        run = WatchRun(name, mode, jobs, trained_on, learned, every=every, once=once, page=page)
        raise typer.Exit(watch_and_tell(run))


@app.command(rich_help_panel=PANEL)
def board(
    name: Annotated[str, typer.Argument(metavar="NAME", help="An assignment with training runs.")],
    *,
    path: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Where to write it; default: [b]course/board/NAME.html[/]."),
    ] = None,
) -> None:
    r"""Write the board of an assignment, a page to be shown to the class: who reached a target after how many steps.

    Off, unless [b]course/settings.toml[/] says [b]board = true[/] under [b]\[training][/]; write that first, and then grade.

    The board lists students who wrote [b]on_the_board = True[/] into their notebook, under names that the grader makes up, with runs of
    which every step is confirmed. What counts was handed in by the due date that the gradebook has.

    Examples: [b]autograder board train_networks[/]
    [b]autograder board train_networks --out board.html[/]
    """
    from autograder.gradebook.board import write_board  # noqa: PLC0415  (imports nbgrader: two seconds)

    with one_line_errors():
        course = Course.find()
        out.print(plain(below(course, write_board(course, name, path))))


@app.command(rich_help_panel=PANEL)
def report(
    name: Annotated[str, typer.Argument(metavar="NAME", help="An assignment.")],
    *,
    path: OutputOption = None,
    anonymous: AnonymousOption = False,
) -> None:
    """Write a page on a graded class: what it has not understood, which exercises are hard, which hidden tests look faulty.

    Each misconception with its students and their feedback pages, failures without a name, how points are spread, how well exercises and
    tests tell students apart, who waits for a person. What stands in the gradebook is shown, so grade first. One file for any browser.

    Examples: [b]autograder report skip_connections[/]
    [b]autograder report skip_connections --anonymous --output page.html[/]
    """
    from autograder.cli.report import write_report  # noqa: PLC0415  (imports nbgrader: two seconds)

    with one_line_errors():
        course = Course.find()
        out.print(plain(below(course, write_report(course, name, path, anonymous=anonymous))))


@app.command(rich_help_panel=PANEL)
def export(
    name: Annotated[str, typer.Argument(metavar="NAME", help="An assignment.")],
    *,
    to: ToOption,
    template: TemplateOption = None,
    column: ColumnOption = None,
    path: ExportedOption = None,
) -> None:
    """Write the grades of a class for another system: with marks by hand and late penalties, as they stand in the gradebook.

    What is not graded to its end stays empty, and nobody gets a 0 for it. Students are found by their ids, never by their names.
    Exit code 2 where somebody who has a grade is not in the template; the others are written.

    With [b]--to jplag[/] no grades but what students wrote, in a folder that JPlag and Dolos read. What they find alike is for a person
    to look at, and says nothing of how it came about.

    Examples: [b]autograder export skip_connections --to csv[/]
    [b]autograder export skip_connections --to canvas --template exported.csv --column "Skip connections (12345)"[/]
    [b]autograder export skip_connections --to moodle --template worksheet.csv --output filled.csv[/]
    [b]autograder export skip_connections --to jplag[/]
    """
    from autograder.cli.export import export_class  # noqa: PLC0415  (imports nbgrader: two seconds)

    with one_line_errors():
        raise typer.Exit(export_class(Course.find(), name, to, template, column, path))


@app.command(rich_help_panel=PANEL)
def pictures(
    name: Annotated[str, typer.Argument(metavar="NAME", help="An assignment with written answers.")],
    *,
    everybody: EverybodyOption = False,
    jobs: JobsOption = None,
    isolation: IsolationOption = "auto",
) -> None:
    """Run what written answers speak of, for whoever marks them: Formgrader then shows it below each answer.

    Of each submission with an answer that waits for a mark, the cells above the question run once more, confined as in grading. What they
    print and draw is kept by content, so that the same command goes on where it was. No score depends on it.

    Examples: [b]autograder pictures optimizers[/]
    [b]autograder pictures optimizers --everybody --jobs 4[/]
    """
    from autograder.cli.pictures import show_and_tell  # noqa: PLC0415  (imports nbgrader: two seconds)

    with one_line_errors():
        raise typer.Exit(show_and_tell(name, isolation_named(isolation), jobs, everybody=everybody))


@app.command(rich_help_panel=PANEL)
def backup(
    path: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FILE]", help="Where to write it, a .tar.gz; default: beside the folder of the checkout."
        ),
    ] = None,
) -> None:
    """Pack all of [b]course/[/] into one file: gradebook, reports, what was handed in, and the secret that hidden inputs are drawn from.

    It may run while others grade. The exchange is in it if it lies in [b]course/[/], which it does where nobody has moved it.

    Examples: [b]autograder backup[/]
    [b]autograder backup /media/stick/term.tar.gz[/]
    """
    from autograder.cli.backup import back_up  # noqa: PLC0415  (imports what grades)

    with one_line_errors():
        back_up(path)


@app.command(rich_help_panel=PANEL)
def restore(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="What `autograder backup` wrote.")],
    folder: Annotated[
        Path | None, typer.Argument(metavar="[FOLDER]", help="A checkout without a course; default: the one around.")
    ] = None,
) -> None:
    """Put a back-up into a checkout that has no [b]course/[/] yet, on this machine or another. Nothing is overwritten.

    All sums are compared first. Then it says what is still to be done here, and whether anybody would be graded again.

    Examples: [b]autograder restore term.tar.gz[/]
    [b]autograder restore term.tar.gz ~/trainable-networks[/]
    """
    from autograder.cli.backup import put_back  # noqa: PLC0415  (imports what grades)

    with one_line_errors():
        put_back(path, folder)


@app.command(rich_help_panel=PANEL)
def forget(
    student: Annotated[str, typer.Argument(metavar="STUDENT", help="The name under which somebody submits.")],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; for scripts.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List what would be removed, and remove nothing.")] = False,
) -> None:
    """Remove a person from all that lies in [b]course/[/]: files, grades, reports, pages, and every copy of the gradebook.

    It shows what that is, and asks. Files of yours that name the person are listed, and stay as they are, but for
    [b]course/settings.toml[/]. Then it says what lies elsewhere. Where it is stopped, the same command goes on.

    Examples: [b]autograder forget alice --dry-run[/]
    [b]autograder forget alice[/]
    """
    from autograder.cli.forget import forget_and_tell  # noqa: PLC0415  (imports nbgrader: two seconds)

    with one_line_errors():
        raise typer.Exit(forget_and_tell(student, yes=yes, dry_run=dry_run))
