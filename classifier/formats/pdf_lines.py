"""From the characters on a page to its lines in reading order: what stands side by side, in one column or in two."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

# So much of a character's size may the baselines in one row differ.
_SAME_ROW = 0.35


@dataclass(frozen=True)
class Glyph:
    """A character, its box and its baseline, in points from the lower left corner of the page."""

    text: str
    left: float
    right: float
    bottom: float
    top: float
    baseline: float
    spaced: bool = False  # Whether the file has a space before it.

    @property
    def size(self) -> float:
        """The height of its box: of some (一) only that of their ink."""
        return max(self.top - self.bottom, 0.1)


@dataclass(frozen=True)
class Page:
    """The characters of a page in the order of the file; ``drawn`` tells a page with anything on it from a blank one."""

    width: float
    height: float
    glyphs: list[Glyph]
    drawn: bool = True


@dataclass(frozen=True)
class PdfLine:
    """A line of a page; ``column`` is 0 for the whole width, else 1 or 2."""

    text: str
    left: float
    right: float
    bottom: float
    top: float
    column: int = 0

    @property
    def size(self) -> float:
        """The height of its characters."""
        return self.top - self.bottom


def lines_of(page: Page) -> list[PdfLine]:
    """Return the lines of a page, from top to bottom and, in two columns, the left one before the right one."""
    rows = _rows(page.glyphs)
    gutter = _gutter(rows, page.width)
    if gutter is None:
        return [_line(row, 0) for row in rows if row]
    lines: list[PdfLine] = []
    waiting: list[PdfLine] = []  # Of the right column, until the left one ends or something spans both.
    for row in rows:
        left, right = _parted(row, gutter)
        if left and right and _gap(left, right) < _widest_gap_in_text(row):
            lines += [*waiting, _line(row, 0)]
            waiting = []
            continue
        if left:
            lines.append(_line(left, 1))
        if right:
            waiting.append(_line(right, 2))
    return [*lines, *waiting]


def _rows(glyphs: Sequence[Glyph]) -> list[list[Glyph]]:
    """Gather the characters that stand at one height, each row from left to right, the highest row first."""
    rows: list[list[Glyph]] = []
    for glyph in sorted(glyphs, key=lambda item: -item.baseline):
        if rows and rows[-1][0].baseline - glyph.baseline < _SAME_ROW * max(rows[-1][0].size, glyph.size):
            rows[-1].append(glyph)
        else:
            rows.append([glyph])
    return [sorted(row, key=lambda item: item.left) for row in rows]


def _gutter(rows: Sequence[Sequence[Glyph]], width: float) -> float | None:
    """Return where two columns part, or None: most rows have a wide gap there, and text on both of its sides."""
    best, fewest = None, 0.3 * len(rows)
    for percent in range(40, 61):
        at = width * percent / 100
        crossed = sum(any(glyph.left < at < glyph.right for glyph in row) or not _has_gap(row, at) for row in rows)
        if crossed < fewest:
            best, fewest = at, crossed
    if best is None:
        return None
    sides = [_parted(row, best) for row in rows]
    both = sum(bool(left and right) for left, right in sides)
    return best if both >= max(4, 0.4 * len(rows)) else None


def _has_gap(row: Sequence[Glyph], at: float) -> bool:
    """Tell whether a row leaves room around a place: one and a quarter characters, or it does not reach there."""
    left, right = _parted(row, at)
    return not left or not right or _gap(left, right) >= _widest_gap_in_text(row)


def _parted(row: Sequence[Glyph], at: float) -> tuple[list[Glyph], list[Glyph]]:
    return [glyph for glyph in row if glyph.right <= at], [glyph for glyph in row if glyph.right > at]


def _gap(left: Sequence[Glyph], right: Sequence[Glyph]) -> float:
    return min(glyph.left for glyph in right) - max(glyph.right for glyph in left)


def _widest_gap_in_text(row: Sequence[Glyph]) -> float:
    return 0.8 * median(glyph.size for glyph in row)


def _line(row: Sequence[Glyph], column: int) -> PdfLine:
    text = row[0].text
    for before, glyph in pairwise(row):
        # Between Chinese characters a space is only a wide gap; between words and figures it is written.
        words = (before.text + glyph.text).isascii()
        text += f" {glyph.text}" if glyph.spaced and words else glyph.text
    tall = max(row, key=lambda item: item.size)
    return PdfLine(text, row[0].left, row[-1].right, tall.bottom, tall.top, column)
