"""Names under which students stand on the board: made from the course's secret, two harmless words and a number."""

from __future__ import annotations

import hmac
from collections.abc import Collection
from functools import lru_cache

from autograder.course.folders import Course
from autograder.course.report import Report
from autograder.course.settings import settings_of

COLOURS = """
amber apricot azure bronze cobalt copper coral crimson cyan emerald golden hazel honey indigo ivory jade lavender lemon lilac lime
linen magenta maroon mauve mint ochre olive opal peach pearl plum quartz ruby russet saffron sapphire scarlet sepia silver slate
sunny teal topaz turquoise umber vermilion violet walnut
""".split()  # noqa: SIM905  (fifty quoted names read worse)
BIRDS = """
avocet bittern bunting chaffinch condor crane curlew dipper dove dunlin egret eider falcon finch flamingo goldcrest grebe hawk heron
hoopoe ibis kestrel kingfisher kite lapwing lark linnet nightingale nuthatch oriole osprey owl partridge pelican petrel pipit plover
puffin quail raven redstart sandpiper siskin skylark sparrow starling stork swan swift tern thrush wagtail warbler waxwing wren
""".split()  # noqa: SIM905
FIRST, NUMBERS = 10, 90  # numbers have two digits


def pseudonyms(secret: bytes, assignment: str, students: Collection[str]) -> dict[str, str]:
    """The names of a class for one assignment: all different, and the same for any order of `students`.

    Where two students draw the same name, the one with the larger draw gets the next free number.
    """
    drawn = {
        student: hmac.digest(secret, f"board\0{assignment}\0{student}".encode("utf-8", "surrogateescape"), "sha256")
        for student in students
    }
    free = len(COLOURS) * len(BIRDS) * NUMBERS
    taken: dict[int, str] = {}
    for student in sorted(drawn, key=drawn.__getitem__):
        place = int.from_bytes(drawn[student], "big") % free
        while place in taken:
            place = (place + 1) % free
        taken[place] = student
    return {student: _name(place) for place, student in taken.items()}


def _name(place: int) -> str:
    words, number = divmod(place, NUMBERS)
    colour, bird = divmod(words, len(BIRDS))
    return f"{COLOURS[colour]} {BIRDS[bird]} {FIRST + number}"


def pseudonyms_of(course: Course, assignment: str) -> dict[str, str]:
    """The names of all who have handed in an assignment."""
    folders = (course.data / "submitted").glob(f"*/{assignment}")
    return _remembered(course.secret, assignment, frozenset(folder.parent.name for folder in folders))


def shown_name(course: Course, report: Report) -> str:
    """The name of the student whose report this is, if a run of it can be on the board; else nothing."""
    listed = any(record.reached is not None for record in report.training)
    if not listed or not settings_of(course).board:
        return ""
    return pseudonyms_of(course, report.assignment).get(report.student or "", "")


@lru_cache(4)
def _remembered(secret: bytes, assignment: str, students: frozenset[str]) -> dict[str, str]:
    return pseudonyms(secret, assignment, students)
