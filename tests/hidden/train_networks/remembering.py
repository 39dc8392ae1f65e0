"""Answers of the reference that are kept for the next time: diagnosis asks the same tests again and again, on the same inputs."""

import pickle
from collections import OrderedDict
from functools import wraps

KEPT = 128  # questions of each kind: an exercise asks up to 56 in one seed


def remembering(ask):
    """`ask`, which answers a question that it has just been asked from memory. Nobody may change an answer."""
    answers = OrderedDict()

    @wraps(ask)
    def remembered(*question, **options):
        key = pickle.dumps((question, options))
        if key not in answers:
            answers[key] = ask(*question, **options)
            if len(answers) > KEPT:
                answers.popitem(last=False)
        return answers[key]

    return remembered
