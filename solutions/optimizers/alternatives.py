"""Right answers to `optimizers` written in other ways: the hidden suite has to give each of them full marks."""

from solutions.optimizers import right_descent, right_states, right_steps

ALTERNATIVES = [*right_descent.ALTERNATIVES, *right_steps.ALTERNATIVES, *right_states.ALTERNATIVES]
