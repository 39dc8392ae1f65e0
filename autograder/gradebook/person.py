"""All that a course has of one student, and its removal: `autograder forget`. Whatever ends it, the same command goes on.

What engine and nbgrader have written is removed. What an instructor has written is theirs: where it names the student, that is told.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from autograder.course.assignment import CourseError
from autograder.course.folders import Course
from autograder.course.policy_edit import named_in_policy
from autograder.course.settings import settings_of
from autograder.gradebook.forgetting import (
    assignments_of,
    exchange_of,
    forget_in,
    gradebooks,
    in_exchange,
    names_in,
    rows_of,
)
from autograder.gradebook.pseudonyms import pseudonyms_of
from autograder.whole_class.cell_outputs import key_of
from autograder.whole_class.scrubbing import files_of
from autograder.whole_class.store import Store
from autograder.whole_class.traces import Mention, expect_name, mentions, own_folders, pages_about, remove
from autograder.whole_class.words import pattern_of

UNFINISHED = "forgetting.json"  # in `course/`, from the first removal to the last: who, and what they are called
LONGEST = 1 << 16  # characters of that file
Told = Callable[[str, int, int], None]  # step, how much is done, of how much


@dataclass(frozen=True)
class Removal:
    """What there is of a student, to be removed.

    names: what they are called, to be looked for in other files
    files: folders of their own, and what the exchange has, if it lies below `course/`
    pages: pages and lists of a class that name them, or count them in
    settings: where `course/settings.toml` names them
    rows: of each database, how many of each table
    elsewhere: what the exchange has, if it does not lie below `course/`
    begun: whether their removal was begun and not ended
    """

    student: str
    names: frozenset[str]
    files: tuple[Path, ...] = ()
    pages: tuple[Path, ...] = ()
    settings: tuple[str, ...] = ()
    rows: Mapping[Path, Mapping[str, int]] = field(default_factory=dict)
    elsewhere: tuple[Path, ...] = ()
    begun: bool = False

    @property
    def known(self) -> bool:
        """Whether there is anything of them. What cells print and draw is nobody's by name, and may be of an older text."""
        own = any(rows.keys() - {"shown"} for rows in self.rows.values())
        return bool(self.files or self.settings or own or self.begun)


def removal_of(course: Course, student: str) -> Removal:
    """Look for a student; raises CourseError where nobody can be called so, or somebody else's removal was begun."""
    expect_name(student)
    begun, books = _begun(course, student), gradebooks(course)
    handed_in = {path.name for path in (course.data / "submitted" / student).glob("*")}
    assignments = sorted(handed_in.union(*(assignments_of(book, student) for book in books)) & set(course.names()))
    names = {student, *begun, *_on_boards(course, assignments, student)}
    names.update(*(names_in(book, student) for book in books))
    given, here = tuple(in_exchange(course, student)), exchange_of(course).is_relative_to(course.data)
    return Removal(
        student,
        frozenset(names),
        (*own_folders(course, student), *(given if here else ())),
        tuple(pages_about(course, assignments, pattern_of(names))),
        tuple(named_in_policy(course, student)),
        {**_stored(course, student), **{book: rows_of(book, student) for book in books}},
        () if here else given,
        bool(begun),
    )


def forget(course: Course, found: Removal, take_out: Callable[[], None], told: Told) -> None:
    """Remove all of a person but what other files say; `take_out`: takes them out of the settings.

    What would be graded goes first, so that no other command takes it up again.
    """
    steps: list[Callable[[], object]] = [lambda path=path: remove(path) for path in (*found.files, *found.pages)]  # type: ignore[misc]
    if found.settings:
        steps.append(take_out)
    steps.append(lambda: _forget_reports(course, found.student))
    steps += [lambda book=book: forget_in(book, found.student) for book in gradebooks(course)]  # type: ignore[misc]
    for number, step in enumerate(steps, start=1):
        step()
        told("removing", number, len(steps))


def unfinished(found: Removal) -> str:
    """What stands in `UNFINISHED` until all is removed."""
    return json.dumps({"student": found.student, "names": sorted(found.names)})


def left(course: Course, found: Removal, told: Told, *, removed: bool = True) -> list[Mention]:
    """The files that name a person besides what is removed, or after that."""
    databases = {file for book in (course.store, *gradebooks(course)) for file in files_of(book)}
    apart = [course.data / UNFINISHED, *([] if removed else [*found.files, *found.pages, *databases])]
    pattern = pattern_of(found.names)
    return mentions(course, pattern, apart, databases, lambda done, total: told("looking through files", done, total))


def _begun(course: Course, student: str) -> list[str]:
    """What a student is called whose removal was begun."""
    path = course.data / UNFINISHED
    try:
        with path.open(encoding="utf-8") as file:
            kept = json.loads(file.read(LONGEST))
        who, names = kept["student"], list(map(str, kept["names"]))
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError, KeyError) as fault:
        raise CourseError(f"{path} cannot be read, in which it stands whose removal was not ended: {fault}.") from fault
    if who != student:
        raise CourseError(f"The removal of {who} was not ended; run `autograder forget {who}` first.")
    return names


def _on_boards(course: Course, assignments: Collection[str], student: str) -> set[str]:
    """The names under which a student stands on boards of the course."""
    if not settings_of(course).board:
        return set()
    trained = [name for name in assignments if course.assignment(name).training]
    return {names[student] for name in trained if student in (names := pseudonyms_of(course, name))}


def _stored(course: Course, student: str) -> dict[Path, Mapping[str, int]]:
    if not course.store.exists():  # it is made where it is opened
        return {}
    with Store(course.store) as store:
        return {course.store: store.rows_of(student, _shown_of_others(course, store, student))}


def _forget_reports(course: Course, student: str) -> None:
    if course.store.exists():
        with Store(course.store) as store:
            store.forget(student, _shown_of_others(course, store, student))


def _shown_of_others(course: Course, store: Store, student: str) -> set[str]:
    """Keys of what cells of others print and draw."""
    names = set(course.names())
    contents = store.contents_of_others(student)
    return {key_of(sha256, course.assignment(name)) for name, sha256 in contents if name in names}
