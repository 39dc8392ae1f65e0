"""Templates of pages: what is put into them is escaped, and a name that nothing stands for is an error."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import jinja2


@cache
def page_template(path: Path, **filters: Callable[..., Any]) -> jinja2.Template:
    """The template in a file, which may use these filters besides jinja's own."""
    known = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=jinja2.FileSystemLoader(path.parent),
    )
    known.filters |= filters
    return known.get_template(path.name)
