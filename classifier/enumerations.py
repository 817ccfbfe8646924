"""Divide a paragraph that enumerates its measures, as in 一是… 二是…, 1、… 2、…, (1)…, 【…】… or ——…."""

import re
from bisect import bisect_left
from collections.abc import Sequence

from classifier.sentences import SHORTEST_UNIT, Span, closed_brackets, enclosing_end, trimmed

_CHINESE_NUMBERS = {
    name: number for number, name in enumerate(["一", "二", "三", "四", "五", "六", "七", "八", "九", "十"], 1)
}
# Enumerators that stand at the beginning of a clause; the group holds the number.
ENUMERATIONS = (
    re.compile(r"(?:^|(?<=[。！？；;：:!\s”）)]))\s*[(（]\s*([一二三四五六七八九十]+)\s*[)）]"),
    re.compile(r"(?:^|(?<=[。！？；;：:，,、!\s”）)]))\s*([一二三四五六七八九十]+)\s*[是要](?=[^否求不])"),
    re.compile(r"(?:^|(?<=[。！？；;：:!\s”）)]))\s*第([一二三四五六七八九十]+)[,，、]"),
    re.compile(r"(?:^|(?<=[。！？；;：:!\s”）)]))\s*(\d{1,2})\s*(?:、|[.．](?!\s*\d))"),
    re.compile(r"(?:^|(?<=[。！？；;：:!\s”）)]))\s*[(（]\s*(\d{1,2})\s*[)）]"),
    re.compile(r"(?:^|(?<=[。！？；;：:，,、!\s”）)]))\s*([①-⑳])"),
)
# Leads without a number: each begins a measure of its own.
_LEADS = (
    re.compile(r"(?:^|(?<=[。！？；;!]))\s*(?=【[^】]{2,20}】)"),
    re.compile(r"(?:^|(?<=[。！？；;：:!]))\s*(?=——)"),
)


def split_enumeration(text: str) -> tuple[Span | None, list[Span]]:
    """Return the lead before the first enumerator, if any, and the spans of the items; no items where none are counted.

    >>> split_enumeration("抓好两件事。一是建立调解组织12个；二是培训调解员300名。")
    ((0, 6), [(6, 18), (18, 30)])
    """
    covered = closed_brackets(text)
    for pattern in ENUMERATIONS:
        starts = _counted(text, pattern, covered)
        if starts:
            break
    else:
        starts = max(
            ([lead.end() for lead in pattern.finditer(text) if text[lead.end() :].strip()] for pattern in _LEADS), key=len
        )
    if len(starts) < 2:
        return None, []
    ends = [*starts[1:], len(text)]
    items = [trimmed(text, start, end) for start, end in zip(starts, ends, strict=True)]
    if any(end - start < SHORTEST_UNIT for start, end in items):
        return None, []
    lead = trimmed(text, 0, starts[0]) if text[: starts[0]].strip() else None
    return lead, items


def _counted(text: str, pattern: re.Pattern[str], covered: Sequence[Span]) -> list[int]:
    """Return where the items 1, 2, 3 … of one enumeration start, or nothing where fewer than two are counted."""
    starts: list[int] = []
    for found in pattern.finditer(text):
        at = found.start() + len(found.group()) - len(found.group().lstrip())
        if enclosing_end(covered, found.start(1)) not in (None, _closing(covered, found)):
            continue
        if _number(found.group(1)) == len(starts) + 1:
            starts.append(at)
    return starts if len(starts) > 1 else []


def _closing(covered: Sequence[Span], found: re.Match[str]) -> int | None:
    """Return the end of the brackets that are part of the enumerator itself, as in （一）."""
    first, last = (bisect_left(covered, (place, 0)) for place in (found.start(), found.start(1)))
    return next((end for _, end in covered[first:last] if found.start(1) < end <= found.end()), None)


def _number(text: str) -> int:
    if text.isdigit() and text.isascii():
        return int(text)
    if "①" <= text <= "⑳":
        return ord(text) - ord("①") + 1
    if len(text) == 1:
        return _CHINESE_NUMBERS.get(text, 0)
    tens, _, ones = text.partition("十")
    return 10 * _CHINESE_NUMBERS.get(tens, 1) + _CHINESE_NUMBERS.get(ones, 0)
