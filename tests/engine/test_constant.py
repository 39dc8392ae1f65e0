"""Answers that say the same to every question earn nothing, also in tests that compare a student's answers with each other."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograder.suite.constant import Answered, Glances, at_a_glance, constant

RAMP = np.arange(6.0).reshape(2, 3)
QUESTIONS = [np.full((2, 3), float(number)) for number in range(4)]


def asked(answers: list[Any], questions: list[Any] = QUESTIONS, function: str = "f") -> list[Answered]:
    return [
        Answered(function, at_a_glance(((question,), {})), answer)
        for question, answer in zip(questions, answers, strict=False)
    ]


@pytest.mark.parametrize(
    "form", [lambda a: a, lambda a: (1.0, a), lambda a: {"out": a, "cache": [a]}, lambda a: a.tolist()]
)
def test_the_same_answer_to_different_questions_is_seen_in_any_form(form: Any) -> None:
    assert constant(asked([form(RAMP)] * 3)) == {"f"}
    assert constant(asked([form(RAMP), form(RAMP), form(RAMP + 1e-12)])) == set()


def test_it_takes_three_different_questions() -> None:
    assert constant(asked([RAMP] * 2)) == set()
    assert constant(asked([RAMP] * 4, [QUESTIONS[0], QUESTIONS[1]] * 2)) == set()


def test_the_same_numbers_in_another_type_are_the_same_question() -> None:
    whole = np.array([[1, 2], [3, 4]])
    same = [whole, whole.astype(np.float32), whole.astype(float).copy(order="F"), whole.astype(np.int64)]
    assert len({at_a_glance(each) for each in same}) == 1
    assert at_a_glance(0.1) == at_a_glance(np.float32(0.1))


def test_one_number_is_what_many_questions_have_for_an_answer() -> None:
    assert constant(asked([7] * 4)) == set()
    assert constant(asked([np.array([7.0])] * 4)) == set()


def test_answers_of_another_form_count_apart_and_each_must_be_constant() -> None:
    other = asked([QUESTIONS[0][:1], QUESTIONS[1][:1]])
    assert constant([*asked([RAMP] * 3), *other]) == set()
    assert constant([*asked([RAMP] * 3), *asked([RAMP[:1]] * 2)]) == {"f"}


def test_functions_are_looked_at_one_by_one() -> None:
    assert constant([*asked([RAMP] * 3), *asked(QUESTIONS[:3], function="g")]) == {"f"}


@pytest.mark.parametrize("value", [10**400, None, "text", [1, [2.0]], {"a": RAMP}, object(), np.random.default_rng(0)])
def test_whatever_is_passed_has_a_glance(value: Any) -> None:
    assert hash(at_a_glance(value)) is not None


def test_of_a_function_that_has_answered_differently_no_more_is_kept() -> None:
    glances = Glances()
    for number in range(5):
        asked = (np.arange(3.0) + number,)
        glances.add("varies", asked, np.arange(3.0) * number)
        glances.add("does_not", asked, np.ones(3))
        glances.add("one_number", asked, float(number))
        glances.add("both_forms", asked, np.ones(2) if number % 2 else np.full(3, number))
    kept = [each.function for each in glances.kept]
    assert [kept.count(name) for name in ("varies", "does_not", "one_number", "both_forms")] == [2, 5, 5, 3]
    assert constant(glances.kept) == {"does_not"}
