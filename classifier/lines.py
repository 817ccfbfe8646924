"""The lines of a document: their numbering, whether they end a sentence, and headings that share a line."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from classifier.traditional import simplified

LINE_BREAK = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
SPACE = re.compile(r"[\s\u200b\ufeff]+")
_TRIM = " \t\u3000\xa0\u200b\ufeff\u2002\u2003•·●◆■□▪➢"

_CHINESE = "零〇一二三四五六七八九十百"
# Markers of numbered headings, outermost first; spaces may stand anywhere, as PDF extraction leaves them.
MARKERS = (
    re.compile(rf"第\s*[{_CHINESE}]+\s*[部章编]\s*分?"),
    re.compile(rf"[{_CHINESE}]+\s*、"),
    re.compile(rf"[(（]\s*[{_CHINESE}]+\s*[)）]\s*、?"),
    re.compile(r"\d{1,2}\s*(?:、|[.．](?!\s*\d))"),
    re.compile(r"[(（]\s*\d{1,2}\s*[)）]\s*、?|[①-⑳]"),
)
ENUMERATOR = re.compile(rf"[{_CHINESE}]+\s*[是要]|第[{_CHINESE}]+[,，、]|——|【")
UNNUMBERED = len(MARKERS)

_SENTENCE_END = re.compile(r"(?:[。！？!?；;…]|(?<=[\u4e00-\u9fff）)”%％])\.)[”’」』）)】》\"']*$")
LONG = 45
LONGEST_HEADING = 60


@dataclass(frozen=True)
class Line:
    """A trimmed line of the source; ``text == source[start:end]``."""

    start: int
    end: int
    text: str
    indented: bool = False
    styled: int | None = None  # The level that the document's own styles give to a heading.

    @property
    def compact(self) -> str:
        """The text without any white space, in simplified characters: what the rules look at."""
        return simplified(SPACE.sub("", self.text))


@dataclass(frozen=True)
class Dropped:
    """A line that is not text, and why: furniture, metadata, caption, repeated."""

    start: int
    end: int
    text: str
    reason: str


def marker_level(text: str) -> int | None:
    """Return the level of the numbering that a line starts with, 0 outermost, or None.

    >>> marker_level("（二）深化改革"), marker_level("1、普法"), marker_level("2023年")
    (2, 3, None)
    """
    return next((level for level, marker in enumerate(MARKERS) if marker.match(text)), None)


def ends_sentence(text: str) -> bool:
    """Tell whether a line ends with the end of a sentence, closing quotes and brackets included."""
    return bool(_SENTENCE_END.search(SPACE.sub("", text[-12:])))


def read_lines(text: str) -> Iterator[Line]:
    """Yield the lines that hold anything, trimmed of white space and bullets."""
    start = 0
    for stop, after in [*((found.start(), found.end()) for found in LINE_BREAK.finditer(text)), (len(text), len(text))]:
        raw = text[start:stop]
        left = len(raw) - len(raw.lstrip(_TRIM))
        bare = raw.strip(_TRIM)
        if bare:
            yield Line(start + left, start + left + len(bare), bare, raw.startswith(("\u3000", "  ", "\t")))
        start = after


def split_headings(lines: list[Line]) -> list[Line]:
    """Cut ``一、总体情况 （一）党建引领`` into its two headings."""
    parts: list[Line] = []
    for line in lines:
        rest = line
        while (cut := _second_marker(rest.text)) is not None:
            head = rest.text[:cut].rstrip(_TRIM)
            parts.append(replace(rest, end=rest.start + len(head), text=head))
            rest = replace(rest, start=rest.start + cut, text=rest.text[cut:])
        parts.append(rest)
    return parts


def _second_marker(text: str) -> int | None:
    outer = marker_level(text)
    body = MARKERS[outer].match(text).end() if outer is not None else 0  # type: ignore[union-attr]
    for level in range(0 if outer is None else outer + 1, len(MARKERS)):
        # A marker inside a line counts after a space or, where it has brackets, anywhere before the first full stop.
        for found in MARKERS[level].finditer(text, body, body + LONGEST_HEADING):
            head = text[body : found.start()]
            if re.search(r"[。！？!?；;:：]", head):
                break
            bracketed = level in (2, 4) and outer is not None
            if len(head.strip()) >= 2 and (bracketed or head[-1].isspace()) and text[found.end() :].strip():
                return found.start()
    return None


def is_heading_like(line: Line) -> bool:
    """Tell whether a line is styled as a heading, or is short and ends no sentence, as headings are."""
    return line.styled is not None or (
        len(line.compact) <= LONGEST_HEADING and not ends_sentence(line.text) and not line.text.endswith(("，", ",", "、"))
    )
