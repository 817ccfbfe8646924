"""Agreement of annotators, computed from the votes that stand in the log; settlements and drift checks are nobody's vote."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from classifier import AGREEMENT_KINDS, Agreement, Codebook, compare_annotators
from web.store.standing import standing_labels
from web.tables import Document, Label, Paragraph

LEAST_UNITS = 2  # A coefficient of a single unit says nothing.

_IS_VOTE = Label.kind != "settlement"
_COLUMNS = (Label.id, Label.kind, Label.annotator, Label.chosen_by, Label.theme, Label.statement, Label.paragraph_id)

UnitKey = tuple[str, int, int]
"""Name of the document, position of the paragraph, statement (0 for the paragraph)."""


@dataclass(frozen=True)
class Votes:
    """Every annotator's standing codes by unit, and the number of each unit's paragraph.

    Annotators are in order of name, units in order of the documents. ``unknown``: labels that were left out because the
    codebook has no such code any more.
    """

    by_annotator: dict[str, dict[UnitKey, str]]
    paragraph_ids: dict[UnitKey, int]
    unknown: int


@dataclass(frozen=True)
class Compared:
    """How far annotators agree: every pair, most units first; ``together``: all of them, where they are more than two."""

    together: list[Agreement]
    pairs: list[Agreement]


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
    chosen_by: str
    theme: str
    statement: int
    paragraph_id: int


class AgreementMemory:
    """What was compared last: annotators whose common labels have not changed since are not compared again."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, ...], tuple[Any, Agreement]] = {}

    def compare(self, votes: Votes, codebook: Codebook) -> Compared:
        """Compare annotators who have two units or more in common."""
        known = {}
        together: list[Agreement] = []
        pairs: list[Agreement] = []
        for kind in AGREEMENT_KINDS:
            names = [name for name in votes.by_annotator if any(_is_of(key, kind) for key in votes.by_annotator[name])]
            for group in [*([tuple(names)] if len(names) > 2 else []), *combinations(names, 2)]:
                common = _common(votes, group, kind)
                if sum(len(own) for own in common.values()) == 0 or len(set().union(*common.values())) < LEAST_UNITS:
                    continue
                before = self._known.get((kind, *group))
                content = (codebook.version, common)
                if before is None or before[0] != content:
                    before = content, compare_annotators(kind, common, codebook)
                known[kind, *group] = before
                (pairs if len(group) == 2 else together).append(before[1])
        self._known = known
        return Compared(together, sorted(pairs, key=lambda pair: (pair.kind, -pair.units, pair.annotators)))


def compared(session: Session, codebook: Codebook) -> Compared:
    """Compare annotators who have two units or more in common, as the log stands."""
    return AgreementMemory().compare(standing_votes(session, codebook), codebook)


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
    return Votes({name: by_annotator[name] for name in sorted(by_annotator)}, paragraph_ids, unknown)


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


def _is_of(key: UnitKey, kind: str) -> bool:
    return (key[2] > 0) == (kind == "statements")


def _common(votes: Votes, names: tuple[str, ...], kind: str) -> dict[str, dict[UnitKey, str]]:
    """Return the codes of the units of a kind that two of these annotators or more have read."""
    readers = Counter(key for name in names for key in votes.by_annotator[name] if _is_of(key, kind))
    return {name: {key: code for key, code in votes.by_annotator[name].items() if readers[key] >= 2} for name in names}
