"""How `nbgrader collect` takes submissions out of the exchange, a folder that every student may write to.

Stock nbgrader follows links in it, and one folder with an odd name or too many files ends the collection for the whole class.
"""

from __future__ import annotations

import re
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

from nbgrader.exchange.default import ExchangeCollect

from autograder.gradebook.plain_files import TooMuch, copy_plain_files
from autograder.submissions import printable

BEFORE_ALL = datetime.min  # noqa: DTZ901  (nbgrader's times carry no zone)
KILOBYTE = 1000
NAME = re.compile(
    r"\w[\w@.+\- ]{0,99}\Z"
)  # of a folder, in a path that nbgrader reads as a pattern and matches against others


class CollectSubmissions(ExchangeCollect):  # type: ignore[misc]  # nbgrader carries no types
    """Stands in `ExchangeFactory.collect`: the same, with ordinary files only, and one bad submission harms no other."""

    def _path_to_record(self, path: str) -> dict[str, Any]:
        """Who submitted `path` and when; one without a readable time counts as older than all others."""
        try:
            record: dict[str, Any] = super()._path_to_record(path)
        except Exception:  # noqa: BLE001  (a student chose the name, and the parser of times raises many things)
            self.log.warning("%s has no time of submission in its name.", printable(Path(path).name))
            name = Path(path).name
            return {"username": name.rsplit("+", 3)[0], "filename": name, "timestamp": BEFORE_ALL}
        return record

    src_records: list[dict[str, Any]]

    def init_src(self) -> None:
        """Find the submissions. A student's name becomes a folder's, so it may be none that leads elsewhere."""
        super().init_src()
        for record in [record for record in self.src_records if not NAME.match(record["username"])]:
            self.log.warning("%s was not collected: nobody has such a name.", printable(record["filename"]))
            self.src_records.remove(record)

    def do_copy(self, src: str, dest: str, log: Any = None) -> None:
        """Copy the ordinary files of one submission."""
        name = printable(Path(src).name)
        with tempfile.TemporaryDirectory(prefix="collect-") as folder:
            copy = Path(folder) / "submission"
            try:
                left_out = copy_plain_files(Path(src), copy, self.coursedir.max_dir_size * KILOBYTE)
                if not copy.is_dir():
                    raise TooMuch("a link in the place of its folder")
                super().do_copy(str(copy), dest, log)
            except (OSError, RecursionError, TooMuch) as fault:
                self.log.warning("%s was not collected: it has %s.", name, printable(str(fault)))
                return
        if left_out:
            self.log.warning(
                "%s: left out, since these are no ordinary files: %s", name, printable(", ".join(left_out))
            )
