"""A class that takes every assignment of this course, on the real path: release, fetch, fill in, submit, collect, grade, feedback."""
