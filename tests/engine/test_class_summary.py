"""What the reports of a class say together: who counts where, which misconceptions there are, and which tests look faulty."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import pytest

from autograder.course.report import Finding, Report, State, TestResult, summarise
from autograder.reporting.class_summary import ClassSummary, ItemStatistics, summary_of
from autograder.reporting.suspicious_tests import suspicions_of, suspicious_tests
from tests.support.synthetic_class import EVERYBODY, NOBODY, WRONG_KEY, synthetic_class

SIGN = Finding("sign", "The sign is lost.", "What is twice -1?")
SCALE = Finding("pattern-scale", "All are off by one factor.", "Which?")


def one(states: Sequence[State], finding: Finding | None = None, name: str = "double") -> object:
    """An exercise whose tests, of ten points each, ended in these states."""
    tests = tuple(
        TestResult(f"test_{number}", f"Test {number}.", 10.0 * (state == "passed"), 10.0, state, "", 0.1)
        for number, state in enumerate(states)
    )
    return summarise(name, 10.0 * len(tests), tests, finding)


def report(*exercises: object, status: str = "graded", seconds: float = 1.0, suite: str = "one") -> Report:
    score, most = (sum(getattr(each, what) for each in exercises) for what in ("points", "max_points"))
    return Report("tiny", "a.ipynb", None, "", suite, "", "none", status, None, score, most, seconds, exercises)


def summary(*reports: Report, names: Sequence[str] = ("double",)) -> ClassSummary:
    return summary_of(names, {f"s{number}": each for number, each in enumerate(reports)})


def item(*reports: Report) -> ItemStatistics:
    return summary(*reports).exercises[0].exercise


def test_who_left_an_exercise_out_counts_apart() -> None:
    found = item(report(one(["passed", "failed"])), report(one(["passed"] * 2)), report(one(["not-attempted"] * 2)))
    assert (found.tried, found.whole, found.difficulty) == (2, 1, 0.75)
    assert found.states == (("failed", 1), ("not-attempted", 1), ("passed", 1))


def test_what_the_grader_failed_in_counts_nowhere() -> None:
    broken = report(one(["grader-error", "passed"]), one(["failed"], name="other"), status="grader-error")
    found = summary(broken, report(one(["passed"] * 2), one(["passed"], name="other")), names=("double", "other"))
    double, other = found.exercises
    assert (double.exercise.tried, double.exercise.difficulty, double.exercise.states) == (1, 1, (("passed", 1),))
    assert (other.exercise.tried, other.exercise.difficulty) == (2, 0.5)
    assert (found.graded, found.percent.mean) == (1, 100)


def test_a_file_that_cannot_be_graded_counts_nowhere() -> None:
    unread = replace(report(one(["failed"])), status="ungradable")
    found = summary(unread, report(one(["passed"])))
    assert (found.graded, found.percent.count, found.exercises[0].exercise.tried) == (1, 1, 1)


def test_where_nothing_is_graded_there_is_nothing_to_say() -> None:
    found = summary(replace(report(), status="ungradable"))
    assert (found.graded, found.percent, found.alpha, found.exercises, found.findings) == (0, None, None, (), ())


def test_a_class_of_one_has_shares_and_no_correlations() -> None:
    found = summary(report(one(["passed", "failed"])))
    assert (found.percent.median, found.exercises[0].exercise.difficulty) == (50, 0.5)
    assert {test.discrimination for test in found.exercises[0].tests} == {None}
    assert suspicious_tests(found) == ()


def test_a_class_that_is_all_equal_has_no_correlations() -> None:
    found = summary(*[report(one(["passed", "failed"]), one(["passed"], name="other"))] * 20, names=("double", "other"))
    assert {each.exercise.discrimination for each in found.exercises} == {None}
    assert found.alpha is None


def test_part_of_the_last_digit_is_no_loss() -> None:
    tests = tuple(TestResult(f"t{points}", "T.", points, points, "passed", "", 0.1) for points in (0.7, 0.2, 0.1))
    # As sums of tenths may come out, on some versions of Python.
    exercise = replace(summarise("double", 1.0, tests, None), points=math.nextafter(1.0, 0.0))
    found = summary(report(exercise)).exercises[0]
    assert (found.losses.students, found.exercise.whole) == (0, 1)


def test_points_that_nobody_could_earn_count_nowhere() -> None:
    assert summary(report(replace(one(["skipped"]), max_points=0.0))).exercises == ()


def test_misconceptions_are_counted_among_those_who_lost_points_there() -> None:
    sign, scale, bare = one(["failed"], SIGN), one(["failed"], SCALE), one(["crashed"])
    found = summary(*map(report, [bare, sign, one(["passed"]), scale, sign, one(["not-attempted"])]))
    assert [(each.finding, each.students, each.lost) for each in found.findings] == [
        (SIGN, ("s1", "s4"), 4),
        (SCALE, ("s3",), 4),
    ]
    assert found.findings[0].share == 0.5
    losses = found.exercises[0].losses
    assert (losses.named, losses.pattern, losses.unnamed) == (("s1", "s4"), ("s3",), ("s0",))


def test_of_a_misconception_the_usual_words_are_shown() -> None:
    older = replace(SIGN, title="Older words.")
    found = summary(*map(report, [one(["failed"], older), one(["failed"], SIGN), one(["failed"], SIGN)]))
    assert [(each.finding, len(each.students)) for each in found.findings] == [(SIGN, 3)]


def test_two_exercises_may_have_a_misconception_of_the_same_name() -> None:
    both = report(one(["failed"], SIGN), one(["failed"], SIGN, "other"))
    found = summary(both, names=("double", "other"))
    assert [each.exercise for each in found.findings] == ["double", "other"]


def test_versions_of_the_suite_are_counted() -> None:
    assert summary(report(suite="one"), report(suite="two"), report(suite="one")).suites == 2


def test_the_rest_is_all_but_the_item_itself() -> None:
    """Were it part of the rest, an item that tells nothing would seem to tell something."""
    rows = [(a, b) for a in ("passed", "failed") for b in ("passed", "failed")] * 5
    found = summary(*(report(one([a]), one([b], name="other")) for a, b in rows), names=("double", "other"))
    assert found.exercises[0].exercise.discrimination.value == pytest.approx(0, abs=1e-9)


# --- tests that look faulty ----------------------------------------------------------------------------------------------


def labels(test: ItemStatistics) -> list[str]:
    return [each.label for each in suspicions_of(test)]


def class_of(columns: dict[str, Sequence[State]]) -> ClassSummary:
    """A class with an exercise of one test for each column."""
    rows = zip(*columns.values(), strict=True)
    return summary(
        *(report(*(one([state], name=name) for name, state in zip(columns, row, strict=True))) for row in rows),
        names=tuple(columns),
    )


def told(columns: dict[str, Sequence[State]]) -> dict[str, list[str]]:
    return {one.exercise: [each.label for each in one.suspicions] for one in suspicious_tests(class_of(columns))}


KNOWING: dict[str, list[State]] = {
    f"e{number}": ["passed" if student >= 3 * number else "failed" for student in range(16)] for number in range(1, 5)
}


def test_in_a_sound_class_nothing_is_said() -> None:
    assert told(KNOWING) == {}


def test_a_key_that_is_wrong_is_found() -> None:
    wrong: list[State] = ["failed" if student >= 8 else "passed" for student in range(16)]
    assert told(KNOWING | {"key": wrong}) == {"key": ["the best fail it", "the wrong way round"]}


def test_a_little_the_wrong_way_round_may_be_chance() -> None:
    luck: list[State] = ["failed" if student % 2 else "passed" for student in range(16)]
    found = class_of(KNOWING | {"luck": luck}).exercises[-1].exercise.discrimination
    assert found.value < 0 < found.high
    assert told(KNOWING | {"luck": luck}) == {}


def test_what_nobody_and_what_everybody_passes_is_found() -> None:
    assert told(KNOWING | {"none": ["failed"] * 16, "all": ["passed"] * 16}) == {
        "none": ["nobody passes"],
        "all": ["everybody passes"],
    }


def test_what_few_have_tried_is_not_judged() -> None:
    four: list[State] = ["failed"] * 4 + ["not-attempted"] * 12
    assert told(KNOWING | {"four": four}) == {}
    assert told(KNOWING | {"five": ["failed"] * 5 + ["not-attempted"] * 11}) == {"five": ["nobody passes"]}


def test_limits_that_many_reach_are_found() -> None:
    slow: list[State] = ["timed-out"] * 3 + ["passed"] * 13
    assert told(KNOWING | {"slow": slow}) == {"slow": ["runs into limits"]}
    assert told(KNOWING | {"slow": ["timed-out"] * 2 + ["passed"] * 14}) == {}


def test_a_large_class_shows_what_tells_little() -> None:
    known: list[State] = ["failed" if student < 200 else "passed" for student in range(400)]
    luck: list[State] = ["passed" if student % 2 else "failed" for student in range(400)]
    found = told({"one": known, "two": known, "luck": luck})
    assert found == {"luck": ["tells little"]}


def test_what_is_planted_in_a_class_is_found_and_nothing_else() -> None:
    results = synthetic_class(1000)
    found = summary_of([name for name, _ in results.items], {m.student: m.report for m in results.members if m.report})
    weights = {(each.exercise, each.test.name): each.weight for each in suspicious_tests(found)}
    place = {what: (what[0], f"test_{what[1]}") for what in (WRONG_KEY, NOBODY, EVERYBODY)}
    assert weights == {place[WRONG_KEY]: "look", place[NOBODY]: "look", place[EVERYBODY]: "note"}
    assert list(weights.values()) == ["look", "look", "note"]
