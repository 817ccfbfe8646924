"""Divide a paragraph into its statements: where a sentence ends, and where it only seems to, in brackets and quotes."""

import bisect
import re
from collections.abc import Sequence

from classifier.lines import SPACE

Span = tuple[int, int]

SHORTEST_UNIT = 8
# A bracket that does not close within this distance is taken for a slip of the pen.
FARTHEST_BRACKET = 200
BRACKETS = {"“": "”", "「": "」", "『": "』", "《": "》", "（": "）", "(": ")", "【": "】", "[": "]"}
# Full stops end a sentence even right before a bracket closes, semicolons do not.
FULL_STOPS, SEMICOLONS = "。！？!?", "；;"
CLOSERS = "”’」』）)】》\"'"
# A half-width point is a full stop only between such characters; elsewhere it is a decimal point.
BEFORE_POINT, AFTER_POINT = r"[\u4e00-\u9fff）)”%％]", r"[\u4e00-\u9fff\s“]"
_STOP = re.compile(rf"[{FULL_STOPS}{SEMICOLONS}]+|(?<={BEFORE_POINT})\.(?={AFTER_POINT}|$)")
_CLOSERS = re.compile(rf"[{CLOSERS}\s]*")


def split_statements(text: str) -> list[Span]:
    """Return the spans of the statements in ``text``.

    A statement ends in 。！？ or a semicolon outside brackets and quotes; a fragment of under 8 characters stays with
    the statement behind it, or before it at the end. `classifier.splitting` does the same to many texts at once.

    >>> split_statements("强化保障。新增律师12名，全部到岗；新建站点3个，覆盖全县。")
    [(0, 18), (18, 30)]
    """
    covered = closed_brackets(text)
    cuts = []
    for stop in _STOP.finditer(text):
        # A stop inside brackets does not end the sentence around it, but one right before the closing quote does.
        end = _CLOSERS.match(text, stop.end()).end()  # type: ignore[union-attr]
        inside = enclosing_end(covered, stop.start())
        if inside is None or (end >= inside and stop.group()[0] in FULL_STOPS):
            cuts.append(end)
    spans: list[Span] = []
    start = 0
    for end in [*(cut for cut in cuts if cut < len(text)), len(text)]:
        if len(SPACE.sub("", text[start:end])) < SHORTEST_UNIT and end < len(text):
            continue
        spans.append((start, end))
        start = end
    if len(spans) > 1 and len(SPACE.sub("", text[slice(*spans[-1])])) < SHORTEST_UNIT:
        spans[-2:] = [(spans[-2][0], spans[-1][1])]
    return [trimmed(text, *span) for span in spans if text[slice(*span)].strip()]


def closed_brackets(text: str) -> list[Span]:
    """Return the outermost spans of closed brackets and quotes, (opening, behind the closing), in order."""
    spans: list[Span] = []
    behind = 0
    for opening in re.finditer(r"[“「『《（(【\[]", text):
        if opening.start() < behind:
            continue
        depth = 0
        left, right = opening.group(), BRACKETS[opening.group()]
        for at in range(opening.start(), min(len(text), opening.start() + FARTHEST_BRACKET)):
            depth += (text[at] == left) - (text[at] == right)
            if depth == 0:
                behind = at + 1
                spans.append((opening.start(), behind))
                break
    return spans


def enclosing_end(covered: Sequence[Span], at: int) -> int | None:
    """Return the end of the bracket that ``at`` stands in, or None."""
    index = bisect.bisect_right(covered, (at, len(covered) and covered[-1][1] + 1)) - 1
    return covered[index][1] if index >= 0 and covered[index][0] <= at < covered[index][1] else None


def trimmed(text: str, start: int, end: int) -> Span:
    """Return the span without the white space at its ends."""
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), end - (len(piece) - len(piece.rstrip()))
