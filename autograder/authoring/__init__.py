"""From the text of an assignment to what instructors and students get. Called by `autograder build`.

The answer is written once, in `solutions/<name>/reference.py`. Everything made from it here is generated, never edited
by hand: the instructor's notebook below `course/source/`, the files beside it, and the stubs in `starter_code/stubs/`.
"""
