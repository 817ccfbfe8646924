"""Agreement of annotators, computed from the votes that stand in the log; settlements are nobody's vote."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from classifier import Agreement, Codebook, compare_labels
from classifier import Label as HandLabel
from web.store.labels import standing_labels
from web.tables import Document, Label, Paragraph

LEAST_UNITS = 2  # A coefficient of a single unit says nothing.
PARAGRAPHS, STATEMENTS = "paragraphs", "statements"

_IS_VOTE = Label.kind != "settlement"
_COLUMNS = (Label.id, Label.kind, Label.annotator, Label.theme, Label.statement, Label.paragraph_id)

UnitKey = tuple[str, int, int]
"""Name of the document, position of the paragraph, statement (0 for the paragraph)."""


@dataclass(frozen=True)
class Votes:
    """Every annotator's standing codes by unit, and the number of each unit's paragraph, in order of the documents.

    ``unknown``: labels that were left out because the codebook has no such code any more.
    """

    by_annotator: dict[str, dict[UnitKey, str]]
    paragraph_ids: dict[UnitKey, int]
    unknown: int


@dataclass(frozen=True)
class Pair:
    """Two annotators, in order of name, and how far they agree on one kind of unit."""

    first: str
    second: str
    agreement: Agreement


@dataclass(frozen=True)
class Matches:
    """Of the units that an annotator shares with others: how many readings there are to compare, how many agree."""

    compared: int
    same: int


class _Vote(NamedTuple):
    """The columns of a log entry that decide agreement; whole rows of a long log would take seconds."""

    id: int
    kind: str
    annotator: str
    theme: str
    statement: int
    paragraph_id: int


class PairMemory:
    """What was compared last: a pair whose common labels have not changed since is not compared again."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str, str], tuple[Any, Pair]] = {}

    def compare(self, votes: Votes, codebook: Codebook) -> list[Pair]:
        """Compare every pair of annotators with two units or more in common: most units first."""
        known = {}
        for kind in (PARAGRAPHS, STATEMENTS):
            for first, second in combinations(sorted(votes.by_annotator), 2):
                common = _common(votes, first, second, kind)
                if len(common) < LEAST_UNITS:
                    continue
                before = self._known.get((kind, first, second))
                content = (codebook.version, common)
                if before is None or before[0] != content:
                    before = content, Pair(first, second, _compared(kind, common, first, second, codebook))
                known[kind, first, second] = before
        self._known = known
        pairs = [pair for _, pair in known.values()]
        return sorted(pairs, key=lambda pair: (pair.agreement.kind, -pair.agreement.units, pair.first, pair.second))


def pairwise(session: Session, codebook: Codebook) -> list[Pair]:
    """Compare every pair of annotators with two units or more in common: most units first."""
    return PairMemory().compare(standing_votes(session, codebook), codebook)


def standing_votes(session: Session, codebook: Codebook) -> Votes:
    """Read every annotator's standing codes, of documents that are not deleted."""
    units = select(Paragraph.id, Document.name, Paragraph.position).join(Document, Document.id == Paragraph.document_id)
    units = units.where(Document.deleted_at.is_(None), Paragraph.id.in_(select(Label.paragraph_id).where(_IS_VOTE)))
    entries: dict[tuple[int, int], list[_Vote]] = {}
    for vote in _votes(session, select(*_COLUMNS)):
        entries.setdefault((vote.paragraph_id, vote.statement), []).append(vote)
    statements: dict[int, list[int]] = {}
    for paragraph_id, statement in sorted(entries):
        statements.setdefault(paragraph_id, []).append(statement)
    by_annotator: dict[str, dict[UnitKey, str]] = {}
    paragraph_ids: dict[UnitKey, int] = {}
    unknown = 0
    known = frozenset(codebook.leaf_codes)
    for paragraph_id, document, position in session.execute(units.order_by(Document.id, Paragraph.position)):
        for statement in statements[paragraph_id]:
            key = (document, position, statement)
            paragraph_ids[key] = paragraph_id
            for annotator, vote in standing_labels(entries[paragraph_id, statement]).items():
                if vote.theme in known:
                    by_annotator.setdefault(annotator, {})[key] = vote.theme
                else:
                    unknown += 1
    return Votes(by_annotator, paragraph_ids, unknown)


def wide_table(votes: Votes, codebook: Codebook, *, folded: bool = False) -> tuple[list[str], list[list[str]]]:
    """Return columns and rows of a table of units by annotators, as R's irr and pandas take it; NA where one gave none.

    Cells are leaf codes, or themes where ``folded``.
    """
    names = sorted(votes.by_annotator)
    rows = []
    for key, paragraph_id in votes.paragraph_ids.items():
        codes = [votes.by_annotator[name].get(key) for name in names]
        if any(codes):
            cells = [(codebook.entry(code).theme if folded else code) if code else "NA" for code in codes]
            rows.append([str(paragraph_id), key[0], str(key[1]), str(key[2]), *cells])
    return ["paragraph_id", "document", "paragraph", "statement", *names], rows


def own_matches(session: Session, codebook: Codebook, annotator: str) -> Matches:
    """Return on how many paragraphs the others' themes are the annotator's own: one comparison for each other reading."""
    mine = select(Label.paragraph_id).where(Label.annotator == annotator, Label.statement == 0, Label.kind == "label")
    entries: dict[int, list[_Vote]] = {}
    for vote in _votes(session, select(*_COLUMNS).where(Label.paragraph_id.in_(mine), Label.statement == 0)):
        entries.setdefault(vote.paragraph_id, []).append(vote)
    theme_of = {code: codebook.entry(code).theme for code in codebook.leaf_codes}
    compared = same = 0
    for of_unit in entries.values():
        standing = standing_labels(of_unit)
        own = standing.pop(annotator, None)
        for other in standing.values() if own else ():
            if own and own.theme in theme_of and other.theme in theme_of:
                compared += 1
                same += theme_of[own.theme] == theme_of[other.theme]
    return Matches(compared, same)


def _votes(session: Session, query: Any) -> Iterable[_Vote]:
    return map(_Vote._make, session.execute(query.where(_IS_VOTE).order_by(Label.id)))


def _common(votes: Votes, first: str, second: str, kind: str) -> list[tuple[UnitKey, str, str]]:
    one, two = votes.by_annotator[first], votes.by_annotator[second]
    return [(key, code, two[key]) for key, code in one.items() if key in two and (key[2] > 0) == (kind == STATEMENTS)]


def _compared(kind: str, common: list[tuple[UnitKey, str, str]], first: str, second: str, codebook: Codebook) -> Agreement:
    ones = [HandLabel(key, "", "", code, annotator=first) for key, code, _ in common]
    twos = [HandLabel(key, "", "", code, annotator=second) for key, _, code in common]
    return compare_labels(kind, ones, twos, codebook)
