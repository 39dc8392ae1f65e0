"""Answers to the assignment on optimizers: the reference, named wrong answers, and other right answers."""
