"""Grading a whole class: tasks, where they are worked on, and the store that knows what is done."""
