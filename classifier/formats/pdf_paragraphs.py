"""From lines to paragraphs: running heads and page numbers out, lines that a margin broke joined again."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from classifier.formats.pdf_lines import PdfLine

_PAGE_NUMBER = re.compile(r"[—\-－–_·•\s]*\d{1,4}[—\-－–_·•\s]*|第\s*\d+\s*页.{0,12}|\d+\s*/\s*\d+")
_DIGITS = re.compile(r"\d+")
# Words and numbers, and signs that begin no line with the character before them. Some programs, such as LibreOffice, break
# on neither side of a quotation mark.
_UNBROKEN = re.compile(r"(?:[A-Za-z0-9.,%+\-/]+|[（《“‘〔【]*.)(?:[“”‘’].)*[，。、；：！？）》”’〕】%％]*")
_EDGE = 2  # So many lines at the head and the foot of a page may be running ones.
_WORD_END, _WORD_START = re.compile(r"[A-Za-z0-9,.;:]$"), re.compile(r"^[A-Za-z]")


def paragraphs_of(pages: Sequence[Sequence[PdfLine]]) -> list[str]:
    """Return the paragraphs of a document, also those that go on in the next column or on the next page."""
    pages = _without_running_lines(pages)
    lines = [line for page in pages for line in page]
    if not lines:
        return []
    margins = {
        column: _margins([line for line in lines if line.column == column]) for column in {line.column for line in lines}
    }
    usual_gap = _usual_gap(pages)
    paragraphs: list[str] = []
    before: PdfLine | None = None
    for page in pages:
        for number, line in enumerate(page):
            same_page = number > 0
            if before is not None and _goes_on(before, line, margins, usual_gap if same_page else None):
                space = " " if _WORD_END.search(paragraphs[-1]) and _WORD_START.search(line.text) else ""
                paragraphs[-1] += space + line.text
            else:
                paragraphs.append(line.text)
            before = line
    return paragraphs


def _goes_on(before: PdfLine, line: PdfLine, margins: dict[int, tuple[float, float]], usual_gap: float | None) -> bool:
    """Tell whether a line is the rest of the one before: that one reaches the margin, this one is not indented."""
    if abs(before.size - line.size) > 0.15 * max(before.size, line.size):
        return False
    left = margins[line.column][0]
    gap = before.bottom - line.top
    if usual_gap is not None and before.column == line.column and gap > usual_gap + 0.5 * line.size:
        return False
    full = before.right + _needed_by(line) > margins[before.column][1]
    return full and line.left < left + 0.7 * line.size


def _needed_by(line: PdfLine) -> float:
    """Return the room that the beginning of a line would have needed at the end of the one before: what is never broken."""
    begin = _UNBROKEN.match(line.text)
    wide = begin[0] if begin else line.text[:1]
    return line.size * sum(0.6 if character.isascii() else 1.1 for character in wide)


def _margins(lines: Sequence[PdfLine]) -> tuple[float, float]:
    """Return where the lines of a column begin and end, without the outermost few."""
    lefts, rights = sorted(line.left for line in lines), sorted(line.right for line in lines)
    few = len(lines) // 25
    return lefts[few], rights[-1 - few]


def _usual_gap(pages: Sequence[Sequence[PdfLine]]) -> float:
    gaps = [
        before.bottom - line.top
        for page in pages
        for before, line in pairwise(page)
        if before.column == line.column and line.top < before.top
    ]
    return median(gaps) if gaps else 0.0


def _without_running_lines(pages: Sequence[Sequence[PdfLine]]) -> list[list[PdfLine]]:
    """Leave out page numbers, and lines at the edges that come again on most pages but for their figures."""
    seen = Counter(form for page in pages for form in {_form(line) for line in _edges(page)})
    often = max(2, len(pages) // 2)
    running = {form for form, count in seen.items() if count >= often}
    kept = []
    for page in pages:
        edges = set(map(id, _edges(page)))
        kept.append([line for line in page if id(line) not in edges or not (_form(line) in running or _is_number(line))])
    return kept


def _edges(page: Sequence[PdfLine]) -> list[PdfLine]:
    by_height = sorted(page, key=lambda line: -line.top)
    return [*by_height[:_EDGE], *by_height[-_EDGE:]]


def _form(line: PdfLine) -> str:
    return _DIGITS.sub("#", "".join(line.text.split()))


def _is_number(line: PdfLine) -> bool:
    return bool(_PAGE_NUMBER.fullmatch(line.text.strip()))
