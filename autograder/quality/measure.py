"""Asks the hidden suite of one assignment of everybody whose worth is known, and writes down how each did. `gate` judges it.

All but mutants sit in every seed: reference and alternatives in confined workers, as students do, misconceptions and empty answers in the
grader's own process. Mutants may loop or eat memory: they sit in confined workers with a second per call, in the first seed only, and no
longer than `catching` wants to know of them. Signature mutants do as the reference does, and sit in the grader's own process.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, redirect_stdout
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path

from autograder.course.assignment import Assignment, CourseError, Limits
from autograder.course.folders import Course
from autograder.course.report import ExerciseResult
from autograder.grading.asking import Asking
from autograder.grading.diagnosis import Diagnosis, Mistake, Said
from autograder.grading.outcome import Outcome
from autograder.grading.transcripts import Transcript, same
from autograder.quality.catching import Catching
from autograder.quality.measured import Distinction, HiddenTest, Kind, Measured, MutantTrial, Trial
from autograder.quality.mutants import Mutant, mutants
from autograder.quality.respondents import empty_answers
from autograder.quality.signature import Recording, SignatureMutant, Twisted, signature_mutants
from autograder.quality.successive import SuccessiveAnswers
from autograder.sandbox.launcher import Launcher
from autograder.sandbox.selftest import Isolation
from autograder.submission.submitted import answer_program
from autograder.suite.answers import Answers
from autograder.suite.collected import CollectedTest, collect
from autograder.suite.free import FreePlaces
from autograder.suite.misconceptions import Misconception, Variant, alternatives, load_module, misconceptions
from autograder.suite.student import Draw, Respondent
from autograder.suite.workers import start_launcher

Person = tuple[Kind, str, str | None, Respondent]  # who it is, and in which exercise; None is all of them
Progress = Callable[[int, int], None]  # steps done, steps in all
CALL_SECONDS = 1.0  # of a mutant
HOUR = 3600.0  # of one respondent, for a whole measurement
CALLS = 1_000_000


def measure(  # noqa: PLR0913  (what is measured, and how)
    course: Course,
    name: str,
    seeds: Sequence[str],
    progress: Progress = lambda *_: None,
    isolation: Isolation = "auto",
    *,
    thorough: bool = True,
) -> Measured:
    """Ask the suite of the assignment `name` in every one of `seeds`. Unless `thorough`, signature mutants of classes are left out."""
    assignment = course.assignment(name)
    # Right answers may print.
    with start_launcher(course, assignment, isolation) as launcher, redirect_stdout(io.StringIO()):
        asking = KeptAsking(course, assignment)
        return _Measuring(course, assignment, launcher, asking, progress, thorough).all(tuple(seeds))


def seeds_named(count: int) -> tuple[str, ...]:
    """The first `count` seeds: always the same ones."""
    return tuple(f"seed-{number}" for number in range(count))


def declared(folder: Path, table: str) -> dict[str, str]:
    """A table of mutants and reasons in `folder/equivalent_mutants.py`; empty where there is none."""
    path = folder / "equivalent_mutants.py"
    return dict(getattr(load_module(path), table, {})) if path.is_file() else {}


@dataclass(frozen=True)
class KeptDiagnosis(Diagnosis):
    """Asks each mistake to the end, and keeps what it said: here every misconception is compared with every other one."""

    kept: dict[tuple[str, str, str], Said] = field(default_factory=dict)

    def said(self, mistake: Mistake, test: CollectedTest, seed: str, said: Transcript | None = None) -> Said:
        """As in the grader, whatever it should repeat."""
        del said
        key = (mistake.id, test.id, seed)
        if key not in self.kept:
            self.kept[key] = super().said(mistake, test, seed)
        return self.kept[key]


class KeptAsking(Asking):
    """Keeps what a variant says in fresh draws, since a misconception is asked there for itself, and then to be compared with itself.

    In the first draw it is asked twice: one that does not do the same again would not be called by its name in the grader either.
    """

    def __init__(self, course: Course, assignment: Assignment) -> None:
        """Collect the suite of `assignment`."""
        super().__init__(course, assignment, collect(course, assignment), KeptDiagnosis)
        self._source = ""  # of the variant that was asked last
        self._noted: dict[tuple[str, str], Outcome] = {}

    def outcome(self, test: CollectedTest, draw: Draw, attempts: int = 2) -> Outcome:
        """See Asking."""
        if type(draw.respondent) is not Variant:
            return super().outcome(test, draw, attempts)
        source, key = draw.respondent.source, (test.id, draw.seed)
        if draw.noting:
            if source != self._source:
                self._source = source
                self._noted.clear()
            self._noted[key] = super().outcome(test, draw, attempts)
        known = self._noted.get(key) if source == self._source else None
        return known or super().outcome(test, draw, attempts)


@dataclass
class _Measuring:
    """One measurement while it goes on."""

    course: Course
    assignment: Assignment
    launcher: Launcher
    asking: Asking
    progress: Progress
    thorough: bool
    catching: Catching = field(init=False)

    def __post_init__(self) -> None:
        self.catching = Catching(self.asking)

    def all(self, seeds: tuple[str, ...]) -> Measured:
        """Ask everybody."""
        folder = self.course.solution(self.assignment.name)
        reference = (folder / "reference.py").read_text(encoding="utf-8")
        made = mutants(self.assignment, reference)
        twisted = list(self._signature_mutants(reference, seeds[0]))
        asked, caught, signatures = self._ask(folder, reference, made, twisted, seeds)
        right = {
            (trial.who, trial.seed) for trial in asked if trial.kind == "misconception" and trial.named == trial.who
        }
        return Measured(
            assignment=self.assignment.name,
            exercises=self.assignment.exercises,
            seeds=seeds,
            tests=tuple(map(_hidden_test, self.asking.tests)),
            trials=tuple(asked),
            distinctions=tuple(d for seed in seeds for d in self._distinctions(misconceptions(folder), right, seed)),
            mutants=tuple(caught),
            equivalent=declared(folder, "EQUIVALENT"),
            signatures=tuple(signatures),
            outside=declared(folder, "OUTSIDE"),
            thorough=self.thorough,
        )

    def _ask(
        self,
        folder: Path,
        reference: str,
        made: list[Mutant],
        twisted: list[tuple[str, SignatureMutant]],
        seeds: tuple[str, ...],
    ) -> tuple[list[Trial], list[MutantTrial], list[MutantTrial]]:
        """Everybody in every seed, then every mutant in the first."""
        asked: list[Trial] = []
        caught: list[MutantTrial] = []
        signatures: list[MutantTrial] = []
        people = [*self._submitted(folder, reference), *_people(folder, reference)]
        total = len(people) * len(seeds) + len(made) + len(twisted)
        for number, (person, seed) in enumerate(product(people, seeds), start=1):
            kind, who, exercise, respondent = person
            asked += [_trial(kind, who, seed, result) for result in self._results(exercise, Draw(respondent, seed))]
            if isinstance(respondent, Answers) and seed == seeds[-1]:
                _leave(who, respondent)
            self.progress(number, total)
        for trial in asked:
            if trial.kind == "misconception":
                self.catching.note((trial.exercise, test) for test in trial.lost)
        with closing(self._mutants()) as answers:
            for number, mutant in enumerate(made, start=len(people) * len(seeds) + 1):
                answers.turn_to(answer_program(self.assignment, mutant.source))
                caught.append(self.catching.caught(mutant.id, mutant.exercises, answers, seeds[0]))
                self.progress(number, total)
        for number, (exercise, signature) in enumerate(twisted, start=total - len(twisted) + 1):
            signatures.append(self.catching.caught(signature.id, (exercise,), Twisted(reference, signature), seeds[0]))
            self.progress(number, total)
        return asked, caught, signatures

    def _signature_mutants(self, reference: str, seed: str) -> Iterator[tuple[str, SignatureMutant]]:
        """The signature mutants of each exercise, made from what its tests ask."""
        for exercise in self.assignment.exercises:
            recording = Recording(reference)
            free: FreePlaces = {}
            for test in self.asking.of(exercise.name):
                free = {**free, **test.free}
                self.asking.once(test, Draw(recording, seed, keeping=False))
            for asked in recording.asked(free):
                if asked.name in exercise.functions and (self.thorough or not asked.about):
                    for mutant in signature_mutants(reference, asked):
                        yield exercise.name, mutant

    def _results(self, exercise: str | None, draw: Draw) -> list[ExerciseResult]:
        """What the grader makes of a respondent, in one exercise or all."""
        asked = [each for each in self.assignment.exercises if exercise in {None, each.name}]
        return [self.asking.result(each, draw) for each in asked]

    def _submitted(self, folder: Path, reference: str) -> list[Person]:
        """Who sits in confined workers: the reference, and with each alternative what stands in its place."""
        limits = self.assignment.limits
        people: list[Person] = [("reference", "the reference", None, self._answers(reference, limits))]
        for other in alternatives(folder):
            answers = self._answers(f"{reference}\n\n{other.source}\n", limits)
            people.append(("alternative", other.title, other.exercise, answers))
        return people

    def _answers(self, source: str, limits: Limits) -> Answers:
        """A module text in a confined worker, with all the time that a measurement takes."""
        return Answers(answer_program(self.assignment, source), self.launcher, _unhurried(limits), kept_mb=math.inf)

    def _mutants(self) -> SuccessiveAnswers:
        """Mutants in confined workers."""
        limits = replace(self.assignment.limits, call_seconds=min(CALL_SECONDS, self.assignment.limits.call_seconds))
        return SuccessiveAnswers((), self.launcher, _unhurried(limits), kept_mb=math.inf)

    def _distinctions(
        self, known: Sequence[Misconception], right: set[tuple[str, str]], seed: str
    ) -> Iterator[Distinction]:
        for one in known:
            for other in known if (one.id, seed) in right else ():
                if other.exercise == one.exercise and other.id != one.id:
                    yield Distinction(one.exercise, one.id, other.id, seed, self._telling_apart(one, other, seed))

    def _said(self, misconception: Misconception, seed: str) -> dict[str, Said]:
        """Whether a misconception passes each test of its exercise, and what it says there."""
        tests = self.asking.of(misconception.exercise)
        return {test.name: self.asking.diagnosis.said(misconception, test, seed) for test in tests}

    def _telling_apart(self, one: Misconception, other: Misconception, seed: str) -> tuple[str, ...]:
        """The tests in which `other` does not explain what `one` did: see `diagnosis`."""
        mine, theirs = self._said(one, seed), self._said(other, seed)
        return tuple(
            test
            for test, (passed, transcript) in mine.items()
            if theirs[test][0] != passed or (not passed and not same(theirs[test][1], transcript))
        )


def _unhurried(limits: Limits) -> Limits:
    return replace(limits, wall_seconds=HOUR, cpu_seconds=HOUR, calls=CALLS)


def _leave(who: str, answers: Answers) -> None:
    """End the worker of somebody whose text must have run to its end; else the reference has answered in their place."""
    answers.close()
    if answers.failures:
        raise CourseError(f"'{who}' cannot be measured: {'; '.join(answers.failures.values())}.")


def _hidden_test(test: CollectedTest) -> HiddenTest:
    return HiddenTest(test.exercise, test.name, test.title, test.points, test.redundant, test.sweeping)


def _people(folder: Path, reference: str) -> list[Person]:
    """Everybody who sits in every seed in the grader's own process."""
    people: list[Person] = [
        ("misconception", wrong.id, wrong.exercise, Variant(wrong.text(reference))) for wrong in misconceptions(folder)
    ]
    return people + [("empty", what, None, respondent) for what, respondent in empty_answers(reference).items()]


def _trial(kind: Kind, who: str, seed: str, result: ExerciseResult) -> Trial:
    return Trial(
        kind=kind,
        who=who,
        exercise=result.name,
        seed=seed,
        lost=tuple(test.name for test in result.tests if test.status != "passed"),
        upset=tuple(test.name for test in result.tests if test.status == "grader-error"),
        named=None if result.misconception is None or result.misconception.is_pattern else result.misconception.id,
        seconds=result.seconds,
    )
