"""Turns pictures that a student pasted into text into attachments that a page can show. Called by `repair`; `pages` shows them.

Jupyter attaches a pasted picture to its cell, under whatever name a browser or macOS gave it; Colab writes it into the text, as a
`data:` address. Here each becomes an attachment that is named after its content, and what cannot be shown becomes the word for why.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote

from autograder.submission.cells import SubmittedCell

SIGNATURES = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpeg", b"GIF87a": "gif", b"GIF89a": "gif"}
ALL_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*\Z")
INLINE = re.compile(r"data:image/[\w.+-]{1,30}(?:;[\w=.-]{1,30}){0,3};base64,([A-Za-z0-9+/=]*)", re.IGNORECASE)
UNENCODED = ";,/?:@&=+$-_.!~*'()#"  # what JavaScript's encodeURI leaves as it is
MOST_CHARACTERS = 20_000_000  # characters of one picture
LONGEST_NAME = 300
MOST_PICTURES = 200  # in one cell, and attachments in one notebook
LONGEST_TEXT = 100_000  # characters of one cell in which references are looked for; a page shows fewer
REASONS = {
    "kind": "it is no PNG, JPEG or GIF",
    "size": f"it is larger than {MOST_CHARACTERS * 3 // 4_000_000} MB",
    "many": f"there are more than {MOST_PICTURES}",
    "page": "this page holds more than can be shown",
    "missing": "it is not found in what was handed in",
}
Attachments = dict[str, dict[str, str]]


@dataclass
class Pasted:
    """The text of a cell, the pictures that it refers to, and why others are not shown: keys of REASONS."""

    source: str = ""
    attachments: Attachments = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    looked_at: int = 0  # attachments


def pasted(cell: SubmittedCell, looked_at: int = 0) -> Pasted:
    """The text of `cell`, its pictures under names that are safe everywhere; `omitted:why` stands for one that cannot be shown.

    looked_at: how many attachments of the notebook have been looked at before
    """
    result = Pasted(looked_at=looked_at)
    result.source = cell.separator.join(_rewritten(part.source, part.attachments, result) for part in cell.parts)
    return result


def address(bundle: Any) -> str | None:
    """The data address of an attachment, if it is such a picture."""
    for data in _contents(bundle):
        kind, content = _picture(data)
        if content:
            return f"data:image/{kind};base64,{content}"
    return None


def picture_type(content: bytes) -> str | None:
    """Which kind of picture begins like this; None for anything that is not shown."""
    return next((kind for signature, kind in SIGNATURES.items() if content.startswith(signature)), None)


def _rewritten(source: str, attachments: Any, result: Pasted) -> str:
    """The text of one part, after its pictures have been put into `result`."""
    source = INLINE.sub(lambda found: _named(found[1], result), source)
    if not isinstance(attachments, dict) or "attachment:" not in source[:LONGEST_TEXT]:
        return source
    names: dict[str, Any] = {}
    for name, bundle in attachments.items():
        result.looked_at += 1
        if result.looked_at > MOST_PICTURES:
            result.refused.append("many")
        elif len(name) <= LONGEST_NAME:
            names |= {spelled: bundle for spelled in _spellings(name) if spelled not in names or spelled == name}
    if not names:
        return source
    longest_first = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    known: dict[str, str] = {}

    def renamed(found: re.Match[str]) -> str:
        if found[1] not in known:
            known[found[1]] = _of_bundle(names[found[1]], result)
        return known[found[1]]

    shown, rest = source[:LONGEST_TEXT], source[LONGEST_TEXT:]
    return re.sub(f"attachment:({longest_first})", renamed, shown) + rest


def _spellings(name: str) -> Iterator[str]:
    """How the text may write the name of an attachment: as it is, encoded, decoded, with other spaces, in another Unicode form."""
    for form in ("NFC", "NFD"):
        for plain in (name, unquote(name)):
            for spaced in (plain, re.sub(r"\s", " ", plain)):
                written = unicodedata.normalize(form, spaced)
                encodable = written.encode("utf-8", "replace")
                yield from (written, quote(encodable, safe=UNENCODED), quote(encodable))
    yield name


def _of_bundle(bundle: Any, result: Pasted) -> str:
    """The address of an attachment in the rewritten text: of the first of its pictures that can be shown."""
    whys: list[str] = []
    for data in _contents(bundle):
        attempt = Pasted(attachments=result.attachments)
        found = _named(data, attempt)
        if not attempt.refused:
            return found
        whys += attempt.refused
    result.refused.append(whys[0] if whys else "kind")
    return f"omitted:{result.refused[-1]}"


def _contents(bundle: Any) -> Iterator[str]:
    """What an attachment holds, whatever type of picture it says it is: text, or lines of text."""
    for data in bundle.values() if isinstance(bundle, dict) else ():
        yield "".join(part for part in data if isinstance(part, str)) if isinstance(data, list | str) else ""


def _named(data: str, result: Pasted) -> str:
    """The address of a picture in the rewritten text, after it has been put into `result`."""
    kind, content = _picture(data)
    name = f"picture-{hashlib.sha256(content.encode()).hexdigest()[:16]}.{kind}"
    if content and name not in result.attachments and len(result.attachments) >= MOST_PICTURES:
        kind, content = "many", ""
    if not content:
        result.refused.append(kind)
        return f"omitted:{kind}"
    result.attachments[name] = {f"image/{kind}": content}
    return f"attachment:{name}"


def _picture(data: str) -> tuple[str, str]:
    """Kind and content of a picture, in base64; or the reason why it cannot be shown, and nothing."""
    if len(data) > MOST_CHARACTERS:
        return "size", ""
    if not ALL_BASE64.match(data):
        return "kind", ""
    text = "".join(data.split()).rstrip("=")
    try:
        content = base64.b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error:
        return "kind", ""
    kind = picture_type(content)
    return (kind, base64.b64encode(content).decode()) if kind else ("kind", "")
