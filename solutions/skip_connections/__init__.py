"""Answers to the assignment on skip connections: the reference, named wrong answers, and other right answers."""
