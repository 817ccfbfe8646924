"""What a parser finds in an untrusted file, as plain data that one process hands to another."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Extracted:
    """Lines of text; ``headings`` are (offset of a line, level from 1 on) where the file's own styles say so.

    ``encoding`` names the format, and the encoding where it has one; ``origin`` holds fields of `Origin` that it states.
    ``unread_pages`` are the numbers of pages without text, on which there is something else.
    """

    text: str
    encoding: str
    headings: tuple[tuple[int, int], ...] = ()
    origin: Mapping[str, str] = field(default_factory=dict)
    unread_pages: tuple[int, ...] = ()

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Extracted":
        """Make it from what its fields became in JSON."""
        headings = tuple((start, level) for start, level in data["headings"])
        return cls(**{**data, "headings": headings, "unread_pages": tuple(data["unread_pages"])})


class Lines:
    """Gathers lines of text and the offsets of headings among them; blank lines are left out."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._headings: list[tuple[int, int]] = []
        self._length = 0

    def add(self, text: str, level: int | None = None) -> None:
        """Add a line, or several; a heading is one line, however it was broken."""
        if level is not None:
            text = " ".join(text.split())
        for line in text.splitlines():
            bare = line.strip()
            if not bare:
                continue
            if level is not None:
                self._headings.append((self._length, level))
            self._lines.append(bare)
            self._length += len(bare) + 1

    def extracted(self, encoding: str, **origin: str) -> Extracted:
        """Return everything that was added."""
        return Extracted("\n".join(self._lines), encoding, tuple(self._headings), {k: v for k, v in origin.items() if v})
