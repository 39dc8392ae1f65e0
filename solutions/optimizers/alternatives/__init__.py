"""Right answers to `optimizers` written in other ways: the hidden suite has to give each of them full marks."""

from . import descent, states, steps

ALTERNATIVES = [*descent.ALTERNATIVES, *steps.ALTERNATIVES, *states.ALTERNATIVES]
