"""What the pages of documents show, made from plain data: outlines of previews, texts under their headings, summaries."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from classifier import Codebook, Model, Reading
from web.markup import StatementView, statement_views
from web.store.paragraphs import ParagraphView

_LONGEST_OUTLINE = 300
_BEGINNING, _ENDING = 40, 16
_DEEPEST_HEADING = 6
_TERMS_EXPLAINED = 8


@dataclass(frozen=True)
class OutlineLine:
    """A heading (``depth``, ``text``), or a paragraph by its number, kind, statements, and how its text begins and ends."""

    text: str
    depth: int
    position: int = 0
    kind: str = ""
    statements: int = 0
    ending: str = ""


@dataclass(frozen=True)
class Outline:
    """What was read from a file: its paragraphs under their headings, and the lines that were left out, with the reason."""

    lines: tuple[OutlineLine, ...]
    paragraphs: int
    characters: int
    unshown: int
    dropped: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ShownParagraph:
    """A paragraph of a document's page: the headings that open above it as (level, text), its text, and why, if asked."""

    view: ParagraphView
    headings: tuple[tuple[int, str], ...]
    statements: list[StatementView]
    explained: str
    speaks_for: tuple[tuple[str, float], ...]
    speaks_against: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class ThemeCount:
    """How many paragraphs a code has; ``x`` and ``width`` place it in a bar of 100; ``below`` are those of its sub-codes."""

    code: str
    place: int
    count: int
    x: float
    width: float
    below: tuple[tuple[str, int], ...]


def outline_of(reading: Reading) -> Outline:
    """Make the outline of a reading; of a very long one, the beginning."""
    lines: list[OutlineLine] = []
    above: tuple[str, ...] = ()
    for paragraph in reading.paragraphs[:_LONGEST_OUTLINE]:
        lines += [OutlineLine(heading, depth) for depth, heading in _opened(above, paragraph.section)]
        above = paragraph.section
        text = " ".join(paragraph.text.split())
        whole = len(text) <= _BEGINNING + _ENDING
        beginning, ending = (text, "") if whole else (text[:_BEGINNING], text[-_ENDING:])
        depth, statements = len(paragraph.section), len(paragraph.statements)
        lines.append(OutlineLine(beginning, depth, paragraph.position, paragraph.section_kind, statements, ending))
    return Outline(
        tuple(lines),
        len(reading.paragraphs),
        len(reading.document.text),
        max(0, len(reading.paragraphs) - _LONGEST_OUTLINE),
        tuple((item.reason, " ".join(item.text.split())) for item in reading.layout.dropped),
    )


def text_of(views: Sequence[ParagraphView], model: Model, explained: int) -> list[ShownParagraph]:
    """Prepare paragraphs for a page; the one whose position is ``explained`` has the terms that decided it marked."""
    shown: list[ShownParagraph] = []
    above: tuple[str, ...] = ()
    for view in views:
        headings = tuple((min(3 + depth, _DEEPEST_HEADING), text) for depth, text in _opened(above, view.section))
        above = view.section
        explanation = model.explain(view.text, view.predicted) if view.position == explained else None
        evidence = explanation.evidence if explanation else ()
        terms = explanation.terms() if explanation else []
        shown.append(
            ShownParagraph(
                view,
                headings,
                statement_views(view.text, view.statements, model.codebook, evidence),
                view.predicted if explanation else "",
                tuple(term for term in terms if term[1] > 0)[:_TERMS_EXPLAINED],
                tuple(term for term in terms if term[1] < 0)[:_TERMS_EXPLAINED],
            )
        )
    return shown


def theme_summary(codebook: Codebook, counts: Mapping[str, int]) -> list[ThemeCount]:
    """Fold counts of leaf codes to themes, with each one's place in a bar."""
    total = sum(counts.values()) or 1
    summary: list[ThemeCount] = []
    x = 0.0
    for place, theme in enumerate(codebook.theme_codes):
        leaves = [leaf for leaf in codebook.leaf_codes if codebook.entry(leaf).theme == theme]
        count = sum(counts[leaf] for leaf in leaves)
        width = 100 * count / total
        below = tuple((leaf, counts[leaf]) for leaf in leaves if leaf != theme)
        summary.append(ThemeCount(theme, place, count, round(x, 3), round(width, 3), below))
        x += width
    return summary


def _opened(above: Sequence[str], section: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield (depth, text) of the headings that stand between a paragraph and the one before it."""
    for depth, heading in enumerate(section):
        if tuple(above[: depth + 1]) != tuple(section[: depth + 1]):
            yield depth, heading
