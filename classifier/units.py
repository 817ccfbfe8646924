"""Divide a document into the codebook's units: paragraphs (split at their enumerators) of statements, with positions."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from classifier.documents import Document
from classifier.enumerations import ENUMERATIONS, split_enumeration
from classifier.errors import InputError
from classifier.layout import Block, Layout, read_layout
from classifier.lines import MARKERS, SPACE, marker_level
from classifier.sections import SectionKind, section_kind
from classifier.sentences import Span, split_statements

_LONGEST_LEAD = 40


class _InSource:
    """A unit that knows the spans of its source, in order."""

    spans: tuple[Span, ...]

    @property
    def start(self) -> int:
        """Offset of the first character in the source."""
        return self.spans[0][0]

    @property
    def end(self) -> int:
        """Offset behind the last character in the source."""
        return self.spans[-1][1]


@dataclass(frozen=True)
class Statement(_InSource):
    """One sentence of a paragraph; ``position`` counts from 1 within the paragraph."""

    position: int
    spans: tuple[Span, ...]
    text: str


@dataclass(frozen=True)
class Paragraph(_InSource):
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


@dataclass(frozen=True)
class Reading:
    """What was read from a document: its paragraphs, and the layout that they were found in."""

    document: Document
    layout: Layout
    paragraphs: tuple[Paragraph, ...]


def digest(text: str) -> str:
    """Sixteen hexadecimal digits by which a label knows its unit's text again."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def read_units(document: Document) -> Reading:
    """Read a document's paragraphs and statements.

    Raises InputError where nothing in it is text (only headings, numbers or page furniture).
    """
    layout = read_layout(document.text, document.headings)
    if not any(block.kind == "body" for block in layout.blocks):
        layout = _every_line_as_body(layout)
    paragraphs = tuple(_paragraphs(document, layout))
    if not paragraphs:
        raise InputError(f"{document.name}: no paragraph of text found in it; give a file that holds running text")
    return Reading(document, layout, paragraphs)


def _paragraphs(document: Document, layout: Layout) -> Iterator[Paragraph]:
    year = document.origin.year
    path: list[tuple[int, str]] = []
    position = 0
    alone = sum(block.kind == "body" for block in layout.blocks) == 1
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
            kind = section_kind(layout.title, section, text, first=position == 1 and not alone, year=year)
            yield _paragraph(document, position, source_spans(block.spans, start, end), section, kind, text)


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
        for inner_section, inner_start, inner_end in _divided_item(text[start:end], section):
            yield inner_section, start + inner_start, start + inner_end


def _divided_item(item: str, section: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], int, int]]:
    """Divide an item again where it counts measures of its own, behind its own marker."""
    marker = next((m.end() for pattern in (*ENUMERATIONS, *MARKERS) if (m := pattern.match(item))), 0)
    lead, items = split_enumeration(item[marker:])
    if not items or (lead is None and marker == 0):
        yield section, 0, len(item)
        return
    for inner_section, start, end in _divided(item[marker:], section):
        yield inner_section, start + marker, end + marker


def source_spans(spans: Sequence[Span], start: int, end: int) -> tuple[Span, ...]:
    """Map a slice of a text that joins several spans of its source back to spans of the source.

    >>> source_spans([(10, 14), (20, 26)], 2, 6)
    ((12, 14), (20, 22))
    """
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
        Statement(number, source_spans(spans, start, end), text[start:end])
        for number, (start, end) in enumerate(split_statements(text), 1)
    )
    return Paragraph(document.name, position, spans, text, section, kind, statements)


def _every_line_as_body(layout: Layout) -> Layout:
    """Take every line for a paragraph where a text has no sentence at all: notes, single phrases, pasted fragments."""
    loose = [item for item in layout.dropped if item.reason == "caption"]
    blocks = [
        *(replace(block, kind="body") for block in layout.blocks),
        *(Block("body", ((item.start, item.end),), item.text) for item in loose),
    ]
    worded = [block for block in blocks if any(character.isalpha() for character in block.text)]
    return Layout(
        tuple(sorted(worded, key=lambda block: block.spans)),
        tuple(item for item in layout.dropped if item.reason != "caption"),
    )
