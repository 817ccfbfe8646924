"""Divide a document into the codebook's units: paragraphs (split at their enumerators) of statements, with positions."""

import bisect
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from classifier.documents import Document
from classifier.errors import InputError
from classifier.layout import MARKERS, SPACE, Layout, marker_level, read_layout
from classifier.sections import SectionKind, section_kind

Span = tuple[int, int]

SHORTEST_UNIT = 8
_LONGEST_LEAD = 40
# A bracket that does not close within this distance is taken for a slip of the pen.
_FARTHEST_BRACKET = 200
_CHINESE_NUMBERS = {name: number for number, name in enumerate("一 二 三 四 五 六 七 八 九 十".split(), 1)}
_BRACKETS = {"“": "”", "「": "」", "『": "』", "《": "》", "（": "）", "(": ")", "【": "】", "[": "]"}
_STOP = re.compile(r"[。！？!?；;]+|(?<=[\u4e00-\u9fff）)”%％])\.(?=[\u4e00-\u9fff\s“]|$)")
_CLOSERS = re.compile(r"[”’」』）)】》\"'\s]*")
# Enumerators that stand at the beginning of a clause; the group holds the number.
_ENUMERATIONS = (
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


@dataclass(frozen=True)
class Statement:
    """One sentence of a paragraph; ``position`` counts from 1 within the paragraph."""

    position: int
    spans: tuple[Span, ...]
    text: str

    @property
    def start(self) -> int:
        """Offset of the first character in the source."""
        return self.spans[0][0]

    @property
    def end(self) -> int:
        """Offset behind the last character in the source."""
        return self.spans[-1][1]


@dataclass(frozen=True)
class Paragraph:
    """One paragraph; ``position`` counts from 1 within the document.

    ``text`` is the source's own text: the slices of ``spans`` in order. It has more than one span only where a page
    break tore it apart. ``section`` is the path of headings above it, outermost first.
    """

    document: str
    position: int
    spans: tuple[Span, ...]
    text: str
    section: tuple[str, ...]
    section_kind: SectionKind
    statements: tuple[Statement, ...]

    @property
    def start(self) -> int:
        """Offset of the first character in the source."""
        return self.spans[0][0]

    @property
    def end(self) -> int:
        """Offset behind the last character in the source."""
        return self.spans[-1][1]


@dataclass(frozen=True)
class Reading:
    """What was read from a document: its paragraphs, and the layout that they were found in."""

    document: Document
    layout: Layout
    paragraphs: tuple[Paragraph, ...]


def digest(text: str) -> str:
    """Sixteen hexadecimal digits by which a label knows its unit's text again."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def split_statements(text: str) -> list[Span]:
    """Return the spans of the statements in ``text``.

    A statement ends in 。！？ or a semicolon outside brackets and quotes; a fragment of under 8 characters stays with
    the statement behind it, or before it at the end.

    >>> split_statements("强化保障。新增律师12名，全部到岗；新建站点3个，覆盖全县。")
    [(0, 18), (18, 29)]
    """
    covered = _covered(text)
    cuts = []
    for stop in _STOP.finditer(text):
        # A stop inside brackets does not end the sentence around it, but "……。”" does: the closer ends the text there.
        end = _CLOSERS.match(text, stop.end()).end()  # type: ignore[union-attr]
        inside = _is_inside(covered, stop.start())
        if inside is None or (end > inside and stop.group()[0] in "。！？!?"):
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
    return [_trimmed(text, *span) for span in spans if text[slice(*span)].strip()]


def split_enumeration(text: str) -> tuple[Span | None, list[Span]]:
    """Return the lead before the first enumerator, if any, and the spans of the items; no items where none are counted.

    >>> split_enumeration("抓好两件事。一是建立调解组织12个；二是培训调解员300名。")
    ((0, 6), [(6, 18), (18, 30)])
    """
    covered = _covered(text)
    for pattern in _ENUMERATIONS:
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
    items = [_trimmed(text, start, end) for start, end in zip(starts, ends, strict=True)]
    if any(end - start < SHORTEST_UNIT for start, end in items):
        return None, []
    lead = _trimmed(text, 0, starts[0]) if text[: starts[0]].strip() else None
    return lead, items


def read_units(document: Document) -> Reading:
    """Read a document's paragraphs and statements.

    Raises InputError where nothing in it is text (only headings, numbers or page furniture).
    """
    layout = read_layout(document.text)
    paragraphs = tuple(_paragraphs(document, layout)) or tuple(_lines_as_paragraphs(document, layout))
    if not paragraphs:
        raise InputError(f"{document.name}: no paragraph of text found in it; give a file that holds running text")
    return Reading(document, layout, paragraphs)


def _paragraphs(document: Document, layout: Layout) -> Iterator[Paragraph]:
    year = document.origin.year
    path: list[tuple[int, str]] = []
    position = 0
    for block in layout.blocks:
        if block.kind == "heading":
            path = [step for step in path if step[0] < block.level] + [(block.level, block.text)]
            continue
        if block.kind == "title":
            continue
        own = marker_level(block.text)
        above = [name for level, name in path if own is None or level < own]
        for section, start, end in _divided(block.text, tuple(above)):
            text = block.text[start:end]
            if len(SPACE.sub("", text)) < 2:
                continue
            position += 1
            kind = section_kind(layout.title, section, text, first=position == 1, year=year)
            yield _paragraph(document, position, _source_spans(block.spans, start, end), section, kind, text)


def _divided(text: str, section: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], int, int]]:
    """Yield (section path, start, end) for each unit of a block: a list becomes its items, its short lead a heading."""
    lead, items = split_enumeration(text)
    if not items:
        yield section, 0, len(text)
        return
    if lead is not None:
        inner = text[slice(*lead)]
        if len(inner) <= _LONGEST_LEAD and len(split_statements(inner)) == 1:
            section = (*section, inner.rstrip("。：:；; "))
        else:
            yield section, *lead
    for start, end in items:
        if len(items) > 1:
            for inner_section, inner_start, inner_end in _divided_item(text[start:end], section):
                yield inner_section, start + inner_start, start + inner_end


def _divided_item(item: str, section: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], int, int]]:
    """Divide an item again where it counts measures of its own, behind its own marker."""
    marker = next((m.end() for pattern in (*_ENUMERATIONS, *MARKERS) if (m := pattern.match(item))), 0)
    lead, items = split_enumeration(item[marker:])
    if not items or (lead is None and marker == 0):
        yield section, 0, len(item)
        return
    for inner_section, start, end in _divided(item[marker:], section):
        yield inner_section, start + marker, end + marker


def _counted(text: str, pattern: re.Pattern[str], covered: Sequence[Span]) -> list[int]:
    """Return where the items 1, 2, 3 … of one enumeration start, or nothing where fewer than two are counted."""
    starts: list[int] = []
    for found in pattern.finditer(text):
        at = found.start() + len(found.group()) - len(found.group().lstrip())
        if _is_inside(covered, found.start(1)) not in (None, _closing(covered, found)):
            continue
        if _number(found.group(1)) == len(starts) + 1:
            starts.append(at)
    return starts if len(starts) > 1 else []


def _closing(covered: Sequence[Span], found: re.Match[str]) -> int | None:
    """The end of the brackets that are part of the enumerator itself, as in （一）."""
    return next((end for start, end in covered if found.start() <= start < found.start(1) < end <= found.end()), None)


def _number(text: str) -> int:
    if text.isdigit() and text.isascii():
        return int(text)
    if "①" <= text <= "⑳":
        return ord(text) - ord("①") + 1
    if len(text) == 1:
        return _CHINESE_NUMBERS.get(text, 0)
    tens, _, ones = text.partition("十")
    return 10 * _CHINESE_NUMBERS.get(tens, 1) + _CHINESE_NUMBERS.get(ones, 0)


def _covered(text: str) -> list[Span]:
    """Return the outermost spans of closed brackets and quotes, (opening, behind the closing), in order."""
    spans: list[Span] = []
    behind = 0
    for opening in re.finditer(r"[“「『《（(【\[]", text):
        if opening.start() < behind:
            continue
        depth = 0
        left, right = opening.group(), _BRACKETS[opening.group()]
        for at in range(opening.start(), min(len(text), opening.start() + _FARTHEST_BRACKET)):
            depth += (text[at] == left) - (text[at] == right)
            if depth == 0:
                behind = at + 1
                spans.append((opening.start(), behind))
                break
    return spans


def _is_inside(covered: Sequence[Span], at: int) -> int | None:
    """Return the end of the bracket that ``at`` stands in, or None."""
    index = bisect.bisect_right(covered, (at, len(covered) and covered[-1][1] + 1)) - 1
    return covered[index][1] if index >= 0 and covered[index][0] <= at < covered[index][1] else None


def _trimmed(text: str, start: int, end: int) -> Span:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), end - (len(piece) - len(piece.rstrip()))


def _source_spans(spans: Sequence[Span], start: int, end: int) -> tuple[Span, ...]:
    """Map a slice of a block's text, which joins several spans of the source, back to spans of the source."""
    found: list[Span] = []
    offset = 0
    for left, right in spans:
        first, last = max(start, offset), min(end, offset + right - left)
        if first < last:
            found.append((left + first - offset, left + last - offset))
        offset += right - left
    return tuple(found)


def _paragraph(
    document: Document, position: int, spans: tuple[Span, ...], section: tuple[str, ...], kind: SectionKind, text: str
) -> Paragraph:
    statements = tuple(
        Statement(number, _source_spans(spans, start, end), text[start:end])
        for number, (start, end) in enumerate(split_statements(text), 1)
    )
    return Paragraph(document.name, position, spans, text, section, kind, statements)


def _lines_as_paragraphs(document: Document, layout: Layout) -> Iterator[Paragraph]:
    """Take every line for a paragraph where a text has no sentence at all: notes, single phrases, pasted fragments."""
    lines = [block for block in layout.blocks if any(ch.isalpha() for ch in block.text)]
    loose = [item for item in layout.dropped if item.reason == "caption"]
    spans = sorted({block.spans for block in lines} | {((item.start, item.end),) for item in loose})
    for position, span in enumerate(spans, 1):
        text = "".join(document.text[start:end] for start, end in span)
        yield _paragraph(document, position, span, (), "achievements", text)
