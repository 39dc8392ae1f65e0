"""Answers to the assignment on what came after ResNet: the reference, named wrong answers, and other right answers."""
