"""Reports as JSON, for CI and for other programs: what `--json` writes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from autograder.course.report import Report


def reports_json(reports: Sequence[Report], *, single: bool, at: datetime) -> str:  # noqa: ARG001  (times are no part of it)
    """One object where one submission was asked for, a list for several. In ASCII: names may be no text at all."""
    values = [report.as_json() for report in reports]
    return json.dumps(values[0] if single else values, indent=1, allow_nan=False) + "\n"
