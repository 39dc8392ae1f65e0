"""The grading engine: notebooks, processes, points and reports. It knows nothing of what a course teaches.

Kept empty on purpose: a worker imports `autograder.sandbox.worker`, and with it this file, before student code runs.
"""
