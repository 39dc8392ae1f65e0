"""What was repaired in a submitted file, in sentences for people. Used by `text`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from autograder.course.assignment import Assignment
from autograder.submission.cells import SubmittedCell

if TYPE_CHECKING:
    from autograder.submission.text import ProgramCell

SEARCHED = "; other cells are searched for its functions"
ALL_SEARCHED = "; other cells are searched for their functions"


def notes(cells: tuple[SubmittedCell, ...], program: Sequence[ProgramCell], assignment: Assignment) -> tuple[str, ...]:
    """What was repaired, for people, and which of several definitions counts. What a student must know first comes first."""
    exercises = [exercise.name for exercise in assignment.exercises]
    answers = {name: [c for c in cells if c.role == "exercise" and c.name == name] for name in exercises}
    checks = {name: [c for c in cells if c.role == "check" and c.name == name] for name in exercises}
    texts = {name: [c for c in cells if c.role == "question" and c.name == name] for name in assignment.questions}
    gone = [name for name in exercises if not answers[name]]
    words = {name for cell in cells if cell.kind in {"markdown", "raw"} for name in cell.defines}
    now_text = [e.name for e in assignment.exercises if e.name in gone and words.intersection(e.functions)]
    gone = [name for name in gone if name not in now_text]
    guessed = list(dict.fromkeys(cell.name for cell in cells if cell.guessed))
    missing = [name for name in exercises if not checks[name]]
    changed = [name for name in exercises if any(cell.changed for cell in checks[name])]
    return (
        *_defined_again(program, assignment),
        *(_joined(cell) for cell in cells if cell.parts[1:]),
        *(
            f"the answer cell of {name} is there {len(found)} times; the last one that is filled in counts"
            for name, found in answers.items()
            if len(found) > 1
        ),
        *_said("the answer cell", now_text, f"is a text cell now{SEARCHED}", f"are text cells now{ALL_SEARCHED}"),
        *_said("the answer cell", gone, f"is gone{SEARCHED}", f"are gone{ALL_SEARCHED}"),
        *(f"the answer to the question '{name}' is gone" for name, found in texts.items() if not found),
        *_said("the grade cell", missing, "was missing and has been restored", "were missing and have been restored"),
        *_said("the grade cell", changed, "was changed and has been restored", "were changed and have been restored"),
        *([f"cells without their ids were recognised by what is in them: {', '.join(guessed)}"] if guessed else []),
    )


def _said(what: str, names: list[str], one: str, many: str) -> list[str]:
    """One note about the cells of all `names`."""
    if not names:
        return []
    return [f"{what}{'s' if names[1:] else ''} of {', '.join(names)} {many if names[1:] else one}"]


def _defined_again(program: Sequence[ProgramCell], assignment: Assignment) -> Iterator[str]:
    """Functions that an answer cell defines, and another cell as well."""
    for name in (name for exercise in assignment.exercises for name in exercise.functions):
        others = [cell.title for cell in program if name in cell.binds and cell.whole and not cell.exercise]
        if others and any(name in cell.keeps for cell in program):
            again = " and ".join(others)
            yield f"{name} is defined in its answer cell and again in {again}; the answer cell's definition counts"


def _joined(cell: SubmittedCell) -> str:
    what = f"the answer to the question '{cell.name}'" if cell.role == "question" else f"the answer cell of {cell.name}"
    return f"{what} was split into {len(cell.parts)} cells, which have been joined"
