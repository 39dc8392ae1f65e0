"""The gate on hidden suites: is a grade a measurement? Asks each suite of wrong and right answers whose worth is known.

`make quality` prints one table for all assignments; `tests/course/test_suite_quality.py` holds every suite to the same.
"""
