"""Answers to the assignment on training full networks: the reference, named wrong answers, and other right answers."""
