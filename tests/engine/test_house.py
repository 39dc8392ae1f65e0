"""The house of this repository: how long files and functions may be, one name for one class, and documents that fit and are true.

What may import what is checked by `make lint`, from the contracts in `pyproject.toml`.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
ENGINE = sorted((ROOT / "autograder").rglob("*.py"))
FILE, FUNCTION, COLUMNS = 300, 45, 120
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]


def named(path: Path) -> str:
    return path.relative_to(ROOT / "autograder").as_posix()


def definitions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node


def lines_of(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def too_wide(text: str) -> list[str]:
    """Lines of prose that are too wide: code blocks, and the addresses in a line, may be as wide as they are."""
    prose = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    return [line for line in prose.splitlines() if len(re.sub(r"https?://\S+", "", line)) > COLUMNS]


def test_no_file_of_the_engine_is_too_long() -> None:
    long = {named(path) for path in ENGINE if len(path.read_text(encoding="utf-8").splitlines()) > FILE}
    assert long == set()


def test_no_function_of_the_engine_is_too_long() -> None:
    long = {
        f"{named(path)} {node.name}"
        for path in ENGINE
        for node in definitions(path)
        if not isinstance(node, ast.ClassDef) and lines_of(node) > FUNCTION
    }
    assert long == set()


def test_two_classes_of_the_engine_have_two_names() -> None:
    places = defaultdict(list)
    for path in ENGINE:
        for node in definitions(path):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(named(path))
    assert {name for name, where in places.items() if len(where) > 1} == set()


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_documents_are_as_wide_as_a_page(path: Path) -> None:
    assert not too_wide(path.read_text(encoding="utf-8"))


def test_code_blocks_and_addresses_may_be_wider() -> None:
    wide = "word " * 30
    assert too_wide(wide) == [wide]
    assert not too_wide(f"```\n{wide}\n```\nsee [this](https://example.org/{'long' * 40})\n")
    assert too_wide(f"```\ncode\n```\n{wide}\n```\ncode\n```\n") == [wide]


def test_the_order_of_the_rooms_is_quoted_as_it_is_checked() -> None:
    blocks = re.findall(r"^```toml\n(.*?)^```", (ROOT / "docs/architecture.md").read_text(), re.DOTALL | re.MULTILINE)
    (quoted,) = [block for block in map(tomllib.loads, blocks) if "tool" in block]
    checked = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]
    assert quoted["tool"]["importlinter"]["contracts"] == [
        {key: checked[key] for key in ("name", "type", "containers", "layers")}
    ]


def test_each_room_has_its_row_in_the_order_of_the_contract() -> None:
    text = (ROOT / "docs/architecture.md").read_text()
    table = text[text.index("| room |") : text.index("A room uses")]
    layers = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]["layers"]
    assert re.findall(r"^\| `(\w+)` ", table, re.MULTILINE) == layers


def test_documents_name_files_and_modules_that_are_there() -> None:
    """Of paths, those below a folder of the repository; of modules, `room.module`, perhaps with a name in it."""
    rooms = "|".join(path.name for path in (ROOT / "autograder").iterdir() if path.is_dir())
    missing = set()
    for quoted in {name for path in DOCUMENTS for name in re.findall(r"`([^`\n]+)`", path.read_text())}:
        if re.fullmatch(r"(autograder|tests|docs|benchmarks|starter_code)/[\w./-]+", quoted):
            found = (ROOT / quoted).exists()
        elif named_module := re.fullmatch(rf"(?:autograder\.)?({rooms})\.(?!py$|md$|toml$)(\w+)(?:\.(\w+))?", quoted):
            found = module_has(*named_module.groups())
        else:
            continue
        if not found:
            missing.add(quoted)
    assert missing == set()


def module_has(room: str, module: str, name: str | None) -> bool:
    path = ROOT / "autograder" / room / f"{module}.py"
    if not path.is_file():
        return (path.with_suffix("") / "__init__.py").is_file()
    return name is None or re.search(rf"^(class |def )?{name}\b", path.read_text(), re.MULTILINE) is not None
