"""The command `autograder`: parse, call, print. Exit codes: 0 done, 1 below the bar, 2 unusable request, 3 the grader failed."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import typer

from autograder.cli import commands_authors, commands_classes, commands_files

LISTED = ("Example", "- ")  # how a paragraph begins whose lines stay lines

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    help="Build assignments, check one's own work, grade submissions, and see what works on this machine.",
    epilog="Exit codes: 0 done, whatever the score; 1 below --fail-under, or below the gate of quality; 2 the request or the "
    "submission cannot be used; 3 the grader itself failed.",
)


def help_of(command: Callable[..., Any] | None) -> str:
    """The docstring of a command, in lines as long as the terminal: its own would be broken once more on a narrow one."""
    paragraphs = (inspect.getdoc(command) or "").split("\n\n")
    return "\n\n".join(part if part.startswith(LISTED) else " ".join(part.split()) for part in paragraphs)


for each in (commands_files, commands_classes, commands_authors):
    for command in each.app.registered_commands:
        command.help = help_of(command.callback)
    app.add_typer(each.app)


def main() -> None:
    """Entry point of the command."""
    app()
