"""Answers to the assignment on the Inception module: the reference, named wrong answers, and other right answers."""
