"""Which released cell each cell of a submitted file stands for. Used by `text`, for grading and for pages alike.

A cell is known by nbgrader's grade_id, by its id, or by its text. Where an answer has lost both ids, it is known by the functions
and classes that it defines, or, when it is written in words, by its place. Cells that Jupyter has split are joined again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from autograder.course.assignment import Assignment, Cell, Role
from autograder.submission.source import defined, is_stub, stands_alone

MAX_CODE = 1_000_000  # characters
MOST_PIECES = 8  # of a split cell, of which it is tried which belong together
WORDS = {"markdown", "raw", "code"}  # kinds of cells that a written answer may have become


@dataclass(frozen=True)
class Part:
    """One cell of the file: its place, from 1, its source, and what it says is attached."""

    number: int
    source: str
    attachments: Any = None


@dataclass(frozen=True)
class SubmittedCell:
    """One cell, put together from its `parts` where it was split. `role` is that of the released cell that it stands for.

    role: None when the student added it
    guessed: whether it has lost its ids, and is known by what it defines or where it stands
    is_stub, defines: whether its functions are as they were released, and the names that it gives to functions, classes and values; not
        looked for in a cell that nobody was to change, and that is as it was
    """

    kind: str
    role: Role | None
    name: str
    id: str
    changed: bool
    parts: tuple[Part, ...]
    guessed: bool = False
    is_stub: bool = False
    defines: frozenset[str] = frozenset()

    @property
    def source(self) -> str:
        """The text of the parts, one below the other."""
        return self.separator.join(part.source for part in self.parts)

    @property
    def separator(self) -> str:
        """What stands between two parts."""
        return "\n" if self.kind == "code" else "\n\n"

    @property
    def title(self) -> str:
        """What it is called: by its place in the file."""
        return f"cell {'+'.join(str(part.number) for part in self.parts)}"


def recognise(raw: Sequence[dict[str, Any]], assignment: Assignment) -> tuple[SubmittedCell, ...]:
    """The cells of the file, in its order; cells that were joined stand where the first of them was.

    The cells of `assignment` are as they were released.
    """
    parts = [Part(number, source_of(cell), cell.get("attachments")) for number, cell in enumerate(raw, start=1)]
    found, ids = _Recogniser(raw, parts, assignment), assignment.ids
    cells: list[SubmittedCell] = []
    groups: dict[int, list[Part]] = {}
    for part, kind, index in zip(parts, found.kinds, found.known, strict=True):
        if index is None:
            cells.append(SubmittedCell(kind, None, "", "", changed=True, parts=(part,)))
        elif assignment.cells[index].role in {"exercise", "question"}:
            groups.setdefault(index, []).append(part)
        else:
            released = assignment.cells[index]
            changed = not _same_text(part.source, released.source)
            cells.append(SubmittedCell(kind, released.role, released.name, ids[index], changed, (part,)))
    for index, group in groups.items():
        cells += _answers(assignment.cells[index], ids[index], group, guessed=index in found.guessed)
    return tuple(sorted(map(_looked_into, cells), key=lambda cell: cell.parts[0].number))


def _looked_into(cell: SubmittedCell) -> SubmittedCell:
    """The cell, with what its source says."""
    if not cell.changed:
        return cell
    return replace(cell, is_stub=is_stub(cell.source), defines=frozenset(defined(cell.source)))


def runnable(cells: Iterable[SubmittedCell]) -> list[SubmittedCell]:
    """The cells as they run. Parts that were split between two statements run each in its own place, as they did for the student."""
    split = [
        piece
        for cell in cells
        for piece in (map(_looked_into, _pieces(cell)) if cell.kind == "code" and cell.parts[1:] else [cell])
    ]
    return sorted(split, key=lambda cell: cell.parts[0].number)


def _pieces(cell: SubmittedCell) -> list[SubmittedCell]:
    """The parts of a cell; only those are joined again that are not Python by themselves."""
    apart = [replace(cell, parts=(part,)) for part in cell.parts]
    if all(stands_alone(piece.source) for piece in apart):
        return apart
    if stands_alone(cell.source):
        return [cell]
    pieces = apart[:1]
    for piece in apart[1:]:
        both = replace(cell, parts=pieces[-1].parts + piece.parts)
        if len(apart) <= MOST_PIECES and not stands_alone(piece.source) and stands_alone(both.source):
            pieces[-1] = both
        else:
            pieces.append(piece)
    return pieces


def source_of(cell: dict[str, Any]) -> str:
    """The source of a cell as JSON has it; empty where it has none."""
    source = cell.get("source", "")
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    return source if isinstance(source, str) else ""


# --- which released cell -------------------------------------------------------------------------------------------------


class _Recogniser:
    """Which released cell each cell of the file stands for, by their places; None for those that the student added."""

    def __init__(self, raw: Sequence[dict[str, Any]], parts: Sequence[Part], assignment: Assignment) -> None:
        self.parts, self.released = parts, assignment.cells
        self.kinds = [str(cell.get("cell_type")) for cell in raw]
        self.known = self._by_id_or_text(raw, assignment.ids)
        self.guessed: set[int] = set()  # places of released cells whose ids are gone
        for index in range(len(self.released)):
            if index not in self.known:
                for place in self._guesses(index):
                    self.known[place] = index
                    self.guessed.add(index)

    def _by_id_or_text(self, raw: Sequence[dict[str, Any]], ids: Sequence[str]) -> list[int | None]:
        by_id = {cell_id: index for index, cell_id in enumerate(ids)}
        by_text: dict[tuple[str, str], int] = {}
        for index, released in enumerate(self.released):
            if released.role not in {"exercise", "question"}:
                by_text.setdefault((released.kind, _squeeze(released.source)), index)
        known: list[int | None] = []
        for cell, part, kind in zip(raw, self.parts, self.kinds, strict=True):
            named = (by_id[identity] for identity in _identities(cell) if identity in by_id)
            found = next((index for index in named if _may_be(kind, self.released[index])), None)
            if found is None and len(part.source) <= MAX_CODE:
                found = by_text.get((kind, _squeeze(part.source)))
            known.append(found)
        return known

    def _guesses(self, index: int) -> list[int]:
        """Places of the cells that are the answer, of which none has kept its ids."""
        role = self.released[index].role
        return self._by_functions(index) if role == "exercise" else self._by_place(index) if role == "question" else []

    def _by_functions(self, index: int) -> list[int]:
        """Own cells that define functions or classes of this exercise and of no other; before its check, if any of them stands there."""
        exercise = self.released[index]
        owners = {name: cell.name for cell in self.released for name in cell.functions}
        places = []
        for place, part in enumerate(self.parts):
            own = self.kinds[place] == "code" and self.known[place] is None
            named = own and any(name in part.source for name in exercise.functions)
            if named and {owners[name] for name in defined(part.source) if name in owners} == {exercise.name}:
                places.append(place)
        checks = [place for place, found in enumerate(self.known) if found == index + 1]
        return [place for place in places if any(place < check for check in checks)] or places

    def _by_place(self, index: int) -> list[int]:
        """The first own cells with text between what stands before the question in the release, and what stands after it."""
        found = [(known, place) for place, known in enumerate(self.known) if known is not None]
        first = max((one for one in found if one[0] < index), default=(0, -1))[1] + 1
        last = min((one for one in found if one[0] > index), default=(0, len(self.kinds)))[1]
        places: list[int] = []
        for place in range(first, last):
            if self.known[place] is None and self.kinds[place] == "markdown":
                places.append(place)
            elif places:
                break
        return places


def _identities(cell: dict[str, Any]) -> Iterator[str]:
    metadata = cell.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    return (identity for identity in (grade_id, cell.get("id")) if isinstance(identity, str))


def _may_be(kind: str, released: Cell) -> bool:
    return kind == released.kind or (released.role == "question" and kind in WORDS)


# --- what the answer is --------------------------------------------------------------------------------------------------


def _answers(released: Cell, cell_id: str, group: list[Part], *, guessed: bool) -> list[SubmittedCell]:
    """The answer that several cells of the file give to one that is to be filled in; several, where whole answers were copied."""
    answer = SubmittedCell(
        released.kind, released.role, released.name, cell_id, changed=True, parts=(), guessed=guessed
    )
    if released.role == "exercise":
        return [replace(answer, parts=tuple(version)) for version in _versions(group, set(released.functions))]
    stub = _squeeze(released.source)
    parts = _texts(group, stub)
    return [replace(answer, parts=tuple(parts), changed=any(not _is_untouched(part, stub) for part in parts))]


def _versions(group: list[Part], functions: set[str]) -> list[list[Part]]:
    """The parts of each answer. A cell that defines something again begins another answer; any other belongs to the one before."""
    versions: list[list[Part]] = []
    untouched: list[list[Part]] = []
    names: set[str] = set()
    for part in group:
        bound = defined(part.source) & functions
        if bound == functions and is_stub(part.source):
            untouched.append([part])
        elif not versions or (names and bound >= names):
            versions.append([part])
            names = bound
        else:
            versions[-1].append(part)
            names |= bound
    return versions + untouched


def _texts(group: list[Part], stub: str) -> list[Part]:
    """The parts of a written answer, without those that were not filled in or repeat another."""
    kept: list[Part] = []
    for part in group:
        repeats = any((part.source, part.attachments) == (one.source, one.attachments) for one in kept)
        if not repeats and not _is_untouched(part, stub):
            kept.append(part)
    return kept or group[:1]


def _is_untouched(part: Part, stub: str) -> bool:
    return not part.attachments and _same_text(part.source, stub)


def _same_text(source: str, released: str) -> bool:
    """Whether both are the same, squeezed; a text that is far longer is not looked into."""
    return len(source) <= MAX_CODE and _squeeze(source) == _squeeze(released)


def _squeeze(source: str) -> str:
    """Text without regard to white space at the ends of lines."""
    return "\n".join(line.rstrip() for line in source.strip().splitlines())
