"""Answers to the assignment on auxiliary losses: the reference, named wrong answers, and other right answers."""
