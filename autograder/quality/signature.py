"""Signature mutants: wrong answers that nobody listed, made from a function's signature and the values that its arguments take.

Each answers as the reference does, but for one twist: wrong where an argument has some feature, an argument that does not count, memory
in a global, an input that is modified, one part of the result that is wrong. Which twists there are follows from *samples*: calls that
the suite makes, and calls near them that the reference answers with finite numbers. A twist that changes nothing in any sample is left
out: it cannot differ.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import partial
from inspect import getdoc, signature
from itertools import chain
from typing import Any

import numpy as np

from autograder.grading.transcripts import same
from autograder.quality.relations import relations_of
from autograder.quality.twisted_arguments import twisted_arguments
from autograder.quality.twisted_results import DECISIVE, PossibleFeatures, twisted_results
from autograder.quality.twists import KEEP, MADE, Ask, AskedFunction, Memory, Twist
from autograder.sandbox.wire import Named
from autograder.suite.arguments import EACH, Arguments, Path, everywhere, is_number
from autograder.suite.copying import copied
from autograder.suite.features import Feature, features_of
from autograder.suite.free import FreePlaces, unchanged, without_free
from autograder.suite.misconceptions import Variant

MOST_SAMPLES = 40  # calls of the suite that are looked at, of one function
TRIES = 16  # of these, from which a call with a feature is made


@dataclass(frozen=True)
class SignatureMutant:
    """A twist of one function. Its id says what is wrong: it is the same in every run."""

    id: str
    asked: AskedFunction
    twist: Twist


def about(args: tuple[Any, ...]) -> str:
    """The class that a call of a probe is about; empty for other calls."""
    return next((value.name for value in args if isinstance(value, Named)), "")


class Recording(Variant):
    """The reference, which notes what it is asked."""

    def __init__(self, source: str) -> None:
        """Define the functions of the module text `source`."""
        super().__init__(source)
        self.calls: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []

    def call(self, function: str, args: tuple[Any, ...], kwargs: dict[str, Any], *, inputs: bool) -> Any:
        """See Respondent."""
        self.calls.append((function, tuple(map(copied, args)), {key: copied(value) for key, value in kwargs.items()}))
        return super().call(function, args, kwargs, inputs=inputs)

    def asked(self, free: FreePlaces) -> list[AskedFunction]:
        """The functions that were asked, with the calls."""
        found: dict[tuple[str, str], AskedFunction] = {}
        for function, args, kwargs in self.calls:
            key = function, about(args)
            if key not in found:
                known = self.namespace[function]
                doc = getdoc(self.namespace[key[1]] if key[1] else known) or ""
                found[key] = AskedFunction(*key, signature(known), free.get(function), doc)
            found[key].samples.append(dict(found[key].signature.bind(*args, **kwargs).arguments))
        for asked in found.values():
            step = max(1, len(asked.samples) // MOST_SAMPLES)
            asked.samples = asked.samples[::step]
            if asked.own is not None:
                others = {name: place.returned for name, place in free.items() if name != asked.function}
                asked.made_by = {name: place for name, place in others.items() if place is not None}
        return list(found.values())

    def answer(self, asked: AskedFunction, arguments: Arguments) -> Any:
        """What the reference returns for these arguments."""
        bound = asked.signature.bind_partial()
        bound.arguments.update(arguments)
        return super().call(asked.function, bound.args, bound.kwargs, inputs=False)


class Twisted(Recording):
    """The reference with one function twisted: a Respondent, whose memory lasts as long as a student's process."""

    def __init__(self, source: str, mutant: SignatureMutant) -> None:
        """The reference `source`, with this one twist."""
        super().__init__(source)
        self.mutant = mutant
        self.memory: Memory = {}

    def call(self, function: str, args: tuple[Any, ...], kwargs: dict[str, Any], *, inputs: bool) -> Any:
        """See Respondent."""
        asked = self.mutant.asked
        if (function, about(args)) != (asked.function, asked.about):
            result = Variant.call(self, function, args, kwargs, inputs=inputs)
            if function in asked.made_by:
                self.memory[MADE] = copied((result[0] if inputs else result)[asked.made_by[function]])
            return result
        own = {key: copied(value) for key, value in kwargs.items()}
        arguments = dict(asked.signature.bind(*map(copied, args), **own).arguments)
        names = list(arguments)[: len(args)]
        result = copied(self.mutant.twist(partial(self.answer, asked), arguments, self.memory))
        return (result, tuple(arguments[name] for name in names)) if inputs else result


# --- which mutants there are -----------------------------------------------------------------------------------------


def signature_mutants(reference: str, asked: AskedFunction) -> list[SignatureMutant]:
    """All mutants of a function that differ from the reference in some call."""
    right = Recording(reference)
    ask = partial(right.answer, asked)
    asked.samples = [sample for sample in asked.samples if _answered(ask, sample)]
    possible = _possible_features(asked, ask)
    made: dict[str, Twist] = {}
    for name, twist in chain(twisted_results(asked, possible, ask), twisted_arguments(asked)):
        made.setdefault(f"{asked.name}: {name}", twist)
    known = [(sample, ask({name: copied(value) for name, value in sample.items()})) for sample in asked.samples]
    mutants = [SignatureMutant(name, asked, twist) for name, twist in made.items()]
    return [mutant for mutant in mutants if _differs(mutant, known, ask)]


def _answered(ask: Ask, arguments: Arguments) -> bool:
    """Whether the reference answers, with finite numbers."""
    try:
        with warnings.catch_warnings(action="ignore"):
            answer = ask({name: copied(value) for name, value in arguments.items()})
    except Exception:  # noqa: BLE001  (a call that was made up need not make sense)
        return False
    finite: list[bool] = []
    everywhere(answer, lambda array: finite.append(array.dtype.kind not in "fc" or bool(np.isfinite(array).all())))
    return all(finite) and not (is_number(answer) and not np.isfinite(answer))


def _possible_features(asked: AskedFunction, ask: Ask) -> PossibleFeatures:
    """Which features the parts of the arguments can have. Where no sample has one, a call that has it joins the samples."""
    known: dict[tuple[Path, str], Feature] = {}
    for arguments in asked.samples:
        for path, value in asked.parts(arguments):
            for feature in features_of(value, asked.doc, whole=set(path[1:]) <= {EACH}):
                if path[0] != asked.own or feature.name in DECISIVE:
                    known.setdefault((path, feature.name), feature)
        for path, relation in relations_of(arguments):
            known.setdefault((path, relation.name), relation)
    possible: PossibleFeatures = []
    added: list[Arguments] = []
    for (path, _), feature in known.items():
        found = any(feature.is_in(arguments, path) for arguments in asked.samples)
        for arguments in () if found else asked.samples[:: max(1, len(asked.samples) // TRIES)]:
            changed = feature.made(arguments, path)
            if changed is not None and _answered(ask, changed):
                added.append(changed)
                found = True
                break
        if found:
            possible.append((path, feature))
    asked.samples = [*asked.samples, *added]
    return possible


def _differs(mutant: SignatureMutant, known: list[tuple[Arguments, Any]], ask: Ask) -> bool:
    """Whether, for some sample, a mutant gives another answer than the `known` one, changes what was passed in, or crashes."""
    memory: Memory = {}
    free = mutant.asked.free
    for sample, right in known:
        arguments = {name: copied(value) for name, value in sample.items()}

        def asked_once(given: Arguments, sample: Arguments = arguments, answer: Any = right) -> Any:
            return copied(answer) if given is sample else ask(given)

        try:
            with warnings.catch_warnings(action="ignore"):
                twisted = mutant.twist(asked_once, arguments, memory)
        except Exception:  # noqa: BLE001  (a crash is a difference)
            return True
        args = tuple(sample.values())
        if free is not None and not same(twisted, right):
            return True
        if not same(*(without_free(answer, args, free, inputs=False) for answer in (twisted, right))):
            return True
        if _dtypes(twisted) != _dtypes(right) or any(not unchanged(sample[name], arguments[name]) for name in sample):
            return True
    return bool(memory.get(KEEP))


def _dtypes(answer: Any) -> list[str]:
    kinds: list[str] = []
    everywhere(answer, lambda array: kinds.append(array.dtype.kind))
    return kinds
