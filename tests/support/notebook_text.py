"""What the text of a notebook says in one of its places, on one line, so that a test can ask whether it quotes a number."""

from __future__ import annotations

from pathlib import Path

ASSIGNMENTS = Path(__file__).resolve().parents[2] / "assignments"


def answers(name: str) -> str:
    """The folded answers to the questions of "Looking back"."""
    text = (ASSIGNMENTS / name / f"{name}.md").read_text(encoding="utf-8")
    _, _, behind = text.partition("<details><summary>Answers</summary>")
    return " ".join(behind.partition("</details>")[0].split())
