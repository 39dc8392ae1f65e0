"""Answers to the assignment on operation counts: the reference, named wrong answers, and other right answers."""
