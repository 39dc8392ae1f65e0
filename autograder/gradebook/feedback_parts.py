"""Finds what a student's feedback page says: in the report, in the answers of the graded notebook, and in the gradebook. For `feedback`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from markupsafe import Markup

from autograder.course.policy import LateRule
from autograder.course.regrade import Regrade
from autograder.course.report import STATES, Report, TrainingRecord
from autograder.gradebook.feedback_page import FeedbackPage, PagePart, Picture, Score, Tone, shown_points
from autograder.gradebook.outline import Outline, Place
from autograder.gradebook.pages import code_html, text_html
from autograder.gradebook.standing import SubmissionRows
from autograder.reporting.as_html import pictures_of
from autograder.reporting.exercise import board_lines, is_in_part, reason_for, result_of
from autograder.reporting.pictures import described, training_address
from autograder.submission.submitted import printable

NO_REPORT = "What the hidden tests said is not kept with this submission. Its points are those of the gradebook."
NO_RESPONSE = "No response."  # nbgrader's own comment on an answer that was not filled in


def page_of(  # noqa: PLR0913, PLR0917  (all that a page says something of)
    outline: Outline,
    student: str,
    rows: SubmissionRows,
    notebook: Mapping[str, Any],
    folder: Path,
    regrades: Iterable[Regrade] = (),
    late: LateRule | None = None,
) -> FeedbackPage:
    """What is to be said to a student whose graded `notebook` stands in `folder`.

    regrades: of anything that was handed in
    late: the course's rule
    """
    known = notebook.get("metadata", {}).get("autograder", {})
    parts = _Parts(_report(known), known.get("pseudonym", ""), rows, _cells(notebook), {"path": str(folder)})
    told = {name for place in outline.places for name in (place.name, f"answer-{place.name}")}
    others = [parts.comment(name) for name, *_ in rows.comments if name not in told]
    return FeedbackPage(
        title=outline.title,
        student=printable(student),
        rows=rows,
        parts=tuple(map(parts.part, (*outline.places, *_places_of_the_gradebook_alone(outline, rows)))),
        notes=tuple(note for note in map(str, known.get("repairs", ())) if note not in parts.reason),
        reason=parts.reason,
        others=tuple(comment for comment in others if comment),
        late=late,
        regrades=tuple(
            each for each in regrades if parts.report is not None and each.submission == parts.report.submission_sha256
        ),
    )


def _report(known: Mapping[str, Any]) -> Report | None:
    """The report that stands in a graded notebook; None where it was graded without ours, or by an earlier version of it."""
    try:
        return Report.from_json(known["report"])
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _cells(notebook: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The cells that nbgrader knows, by their names."""
    named = ((cell.get("metadata", {}).get("nbgrader", {}).get("grade_id"), cell) for cell in notebook["cells"])
    return {name: cell for name, cell in named if name}


def _places_of_the_gradebook_alone(outline: Outline, rows: SubmissionRows) -> Iterator[Place]:
    """What the gradebook has points for and the assignment's text, as it is now, has not."""
    told = {place.name for place in outline.places}
    return (Place("question", name, most or 0.0, "") for name, most, *_ in rows.grades if name not in told)


class _Parts:
    """Makes the parts of one page, which share what it may hold."""

    def __init__(
        self,
        report: Report | None,
        pseudonym: str,
        rows: SubmissionRows,
        cells: Mapping[str, Mapping[str, Any]],
        place: Mapping[str, str],
    ) -> None:
        self.report, self._pseudonym, self._cells = report, pseudonym, cells
        self._scores = {
            name: Score(most or 0.0, auto, hand, more or 0.0) for name, most, auto, hand, more in rows.grades
        }
        self._said = {name: (auto or "", hand) for name, auto, hand in rows.comments}
        self._resources: dict[str, Any] = {"metadata": place}
        self.reason = NO_REPORT if report is None else ""
        if report is not None and (report.status == "ungradable" or not report.exercises):
            self.reason = "" if report.status == "graded" else reason_for(report, "")

    def part(self, place: Place) -> PagePart:
        """One part of the page."""
        score = self._scores.get(place.name, Score(place.most))
        if place.kind == "question":
            return self._question(place, score)
        result = result_of(self.report, place.name)
        trained = self.report.training if self.report and place.kind == "training" else ()
        part = PagePart(
            place=place,
            score=score,
            tone=self._tone(place, score),
            note="" if self.reason else self._note(place),
            finding=result.misconception if result else None,
            tests=result.tests if result else (),
            comment=self.comment(f"answer-{place.name}"),
            pictures=self._pictures(trained, place.name),
            board=tuple(board_lines(trained, self._pseudonym)) if trained else (),
        )
        ungradable = self.report is not None and self.report.status == "ungradable"
        source = "" if ungradable or part.is_untouched else self._source(f"answer-{place.name}")
        return replace(part, code=code_html(self._context(), source) if source else None)

    def comment(self, cell: str) -> Markup | None:
        """What a person has said of a cell; what was said automatically stands elsewhere, but for texts of a site's own."""
        auto, by_hand = self._said.get(cell, ("", None))
        own = auto == NO_RESPONSE or auto == reason_for(self.report, cell.removeprefix("answer-"))
        text = by_hand if by_hand is not None else "" if own else auto
        return text_html(self._context(), text) if text.strip() else None

    def _question(self, place: Place, score: Score) -> PagePart:
        empty = self._said.get(place.name, ("", None))[0] == NO_RESPONSE
        source = "" if empty else self._source(place.name)
        answer = text_html(self._context(self._cells[place.name]), source) if source.strip() else None
        note = "" if answer else "There is no answer."
        return PagePart(place, score, self._tone(place, score), note, answer=answer, comment=self.comment(place.name))

    def _note(self, place: Place) -> str:
        """What is to be said where there is no result, or not the whole of one."""
        result = result_of(self.report, place.name)
        if result and is_in_part(self.report, place.name, place.most):
            return f"{shown_points(place.most - result.max_points)} points of these runs are not graded yet."
        return reason_for(self.report, place.name)

    def _tone(self, place: Place, score: Score) -> Tone:
        result = result_of(self.report, place.name)
        if score.points is None:
            return Tone("open", "…", "not marked yet" if place.kind == "question" else "not graded yet")
        if score.by_hand is not None or result is None:
            kind = "good" if score.points >= score.most else "part" if score.points > 0 else "bad"
            words = "no answer" if place.kind == "question" else "no result"
            return Tone(kind, "✎", "marked by hand") if score.by_hand is not None else Tone(kind, "-", words)
        if result.status == "passed":
            return Tone("good", *STATES["passed"])
        return Tone("part", "◐", "in part") if score.points > 0 else Tone("bad", *STATES[result.status])

    def _pictures(self, trained: Sequence[TrainingRecord], cell: str) -> tuple[Picture, ...]:
        """Those that were drawn for the grade cell; others where that does not have them."""
        shown = [output.get("data", {}).get("text/html", "") for output in self._cells.get(cell, {}).get("outputs", ())]
        drawn = pictures_of("".join(map("".join, shown)))
        sources = drawn if len(drawn) == len(trained) else map(training_address, trained)
        return tuple(
            Picture(record.title, source, described(record)) for record, source in zip(trained, sources, strict=True)
        )

    def _source(self, cell: str) -> str:
        source = self._cells.get(cell, {}).get("source", "")
        return source if isinstance(source, str) else "".join(source)

    def _context(self, cell: Mapping[str, Any] | None = None) -> dict[str, Any]:
        return {"cell": cell or {}, "resources": self._resources}
