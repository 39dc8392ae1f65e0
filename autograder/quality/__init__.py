"""The gate on hidden suites: is a grade a measurement? Asks each suite of wrong and right answers whose worth is known.

`python -m autograder.quality` prints one table for all assignments; `tests/test_suite_quality.py` holds every suite to the same.
"""

from autograder.quality.gate import Row, failures, rows
from autograder.quality.measure import HiddenTest, Measured, Trial, measure, seeds_named

__all__ = ["HiddenTest", "Measured", "Row", "Trial", "failures", "measure", "rows", "seeds_named"]
