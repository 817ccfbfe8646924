"""The automatic numbers of Word's paragraphs (一、 （一） 1.): a reader sees them, but they stand in no text."""

from collections.abc import Iterator
from typing import Any

from docx.oxml.ns import qn

_DIGITS = "零一二三四五六七八九"
_CHINESE = (
    "chineseCounting",
    "chineseCountingThousand",
    "japaneseCounting",
    "taiwaneseCounting",
    "taiwaneseCountingThousand",
    "ideographDigital",
    "japaneseDigitalTenThousand",
)


def chinese_number(number: int) -> str:
    """Write a number from 1 to 99 as headings do; anything else in digits.

    >>> [chinese_number(number) for number in (3, 10, 12, 20, 45)]
    ['三', '十', '十二', '二十', '四十五']
    """
    tens, ones = divmod(number, 10)
    if not 0 < number < 100:
        return str(number)
    return (("" if tens == 1 else _DIGITS[tens]) + "十" if tens else "") + (_DIGITS[ones] if ones else "")


def _written(number: int, form: str) -> str:
    if form in _CHINESE:
        return chinese_number(number)
    if form.startswith("decimalEnclosedCircle") and 1 <= number <= 20:
        return chr(ord("①") + number - 1)
    if form in ("lowerLetter", "upperLetter") and 1 <= number <= 26:
        return chr(ord("a" if form == "lowerLetter" else "A") + number - 1)
    return f"{number:02}" if form == "decimalZero" else str(number)


class Numbering:
    """Counts the numbered paragraphs of a document in their order."""

    def __init__(self, numbering: Any | None) -> None:
        self._levels: dict[str, dict[int, tuple[int, str, str]]] = {}  # (start, form, text) by number and level
        self._list_of: dict[str, str] = {}
        self._counts: dict[str, dict[int, int]] = {}
        if numbering is None:
            return
        abstract = {item.get(qn("w:abstractNumId")): dict(_levels(item)) for item in numbering.iterfind(qn("w:abstractNum"))}
        for item in numbering.iterfind(qn("w:num")):
            key, base = item.get(qn("w:numId")), _value(item, "w:abstractNumId")
            levels = dict(abstract.get(base, {}))
            restarts = False
            for override in item.iterfind(qn("w:lvlOverride")):
                at, start = _whole(override.get(qn("w:ilvl"))), _value(override, "w:startOverride")
                levels.update(_levels(override))
                if start and at in levels:
                    levels[at] = (_whole(start, 1), *levels[at][1:])
                    restarts = True
            self._levels[key] = levels
            self._list_of[key] = key if restarts else f"abstract {base}"

    def marker(self, key: str, level: int) -> str:
        """Return the number of the next paragraph of a list at a level, as Word shows it; bullets are empty."""
        levels = self._levels.get(key, {})
        if level not in levels:
            return ""
        counts = self._counts.setdefault(self._list_of[key], {})
        counts[level] = counts.get(level, levels[level][0] - 1) + 1
        for deeper in [other for other in counts if other > level]:
            del counts[deeper]
        form, text = levels[level][1:]
        if form in ("bullet", "none"):
            return ""
        for outer in range(level + 1):
            if outer in levels:
                text = text.replace(f"%{outer + 1}", _written(counts.get(outer, levels[outer][0]), levels[outer][1]))
        return text


def _levels(item: Any) -> Iterator[tuple[int, tuple[int, str, str]]]:
    for level in item.iterfind(qn("w:lvl")):
        start, form, text = (_value(level, name) for name in ("w:start", "w:numFmt", "w:lvlText"))
        yield _whole(level.get(qn("w:ilvl"))), (_whole(start, 1), form or "decimal", text)


def _value(item: Any, name: str) -> str:
    child = item.find(qn(name))
    return child.get(qn("w:val"), "") if child is not None else ""


def _whole(value: str | None, otherwise: int = 0) -> int:
    return int(value) if value and value.isascii() and value.isdigit() and len(value) < 7 else otherwise
