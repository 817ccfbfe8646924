"""All paragraphs with their themes in columns, for mixes and for the paragraphs behind each of their cells.

Loaded once for each revision of the database and kept in memory: a mix and the list behind a cell are made from the same
columns, so that they cannot differ.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from threading import RLock
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from classifier import Codebook, CountedParagraphs, Origin, jurisdiction_names, places_of_copies_once
from web.store.documents import ORIGIN_FIELDS
from web.store.predictions import CurrentModel, floats
from web.store.revisions import documents_revision, revision
from web.tables import HOLDING, CurrentLabel, Document, Paragraph, Prediction

Floats = NDArray[np.float64]

_RESULTS_KEPT = 64

FILTERS = ("jurisdiction", "level", "year", "section_kind", "document")


@dataclass(frozen=True)
class Corpus:
    """Columns over paragraphs, in order of document and position, at one revision of the database.

    ``probabilities`` and ``counted`` have shape (paragraphs, leaf codes) and lie on the hand label where one holds;
    ``characters`` and ``counted_characters`` are the same measured in text. ``labelled`` says which paragraphs carry a hand
    label, ``text_labelled`` which carry one on every statement, so that their text is no estimate. ``copies`` names each
    paragraph's group of copies.
    """

    revision: int
    codebook: Codebook
    ids: NDArray[np.int64]
    documents: NDArray[np.int64]
    section_kinds: NDArray[np.str_]
    digests: NDArray[np.str_]
    copies: NDArray[np.int64]
    labelled: NDArray[np.bool_]
    text_labelled: NDArray[np.bool_]
    probabilities: Floats
    counted: Floats
    characters: Floats
    counted_characters: Floats
    margins: Floats
    names: Mapping[int, str]
    origins: Mapping[int, Origin]
    _results: OrderedDict[Hashable, Any] = field(default_factory=OrderedDict, repr=False, compare=False)
    _lock: RLock = field(default_factory=RLock, repr=False, compare=False)

    @cached_property
    def themes(self) -> NDArray[np.int64]:
        """The place of each paragraph's primary theme among the codebook's themes."""
        places = np.array(self.codebook.leaf_theme_places)
        themes: NDArray[np.int64] = places[self.counted.argmax(axis=1)]
        return themes

    def groups(self, by: str) -> list[str]:
        """Return the group of each paragraph."""
        if by == "section_kind":
            return [str(kind) for kind in self.section_kinds]
        names = self.names if by == "document" else {number: getattr(origin, by) for number, origin in self.origins.items()}
        names = self.jurisdictions() if by == "jurisdiction" else names
        return [names[number] for number in self.documents.tolist()]

    def jurisdictions(self) -> dict[int, str]:
        """Return what the jurisdiction of each document is called among all."""
        return dict(zip(self.origins, jurisdiction_names(list(self.origins.values())), strict=True))

    def chosen(self, filters: Mapping[str, str]) -> NDArray[np.bool_]:
        """Return which paragraphs the filters let through; each names one of `FILTERS` and the value that it must have."""
        chosen = np.ones(len(self.ids), dtype=bool)
        for name, value in filters.items():
            if name == "section_kind":
                chosen &= self.section_kinds == value
            else:
                chosen &= np.array([group == value for group in self.groups(name)], dtype=bool)
        return chosen

    def searched(self, search: str) -> NDArray[np.bool_]:
        """Return which paragraphs come from a place that is searched for.

        Any of the words stands in the jurisdiction's or the document's name, or begins the adcode.
        """
        words = search.split()
        found = {
            number
            for number, origin in self.origins.items()
            if any(
                word in origin.jurisdiction or word in self.names[number] or origin.adcode.startswith(word) for word in words
            )
        }
        return np.array([number in found for number in self.documents.tolist()], dtype=bool)

    def counted_paragraphs(
        self, by: str, measure: str, chosen: NDArray[np.bool_], *, by_year: bool = False
    ) -> CountedParagraphs:
        """Return what a mix is made from; ``by_year`` divides each group by year: GROUP, a tab, YEAR."""
        groups = self.groups(by)
        if by_year:
            groups = [f"{group}\t{year}" for group, year in zip(groups, self.groups("year"), strict=True)]
        own = np.flatnonzero(chosen)
        numbers = self.documents[own].tolist()
        expected, counted, labelled = (
            (self.probabilities, self.counted, self.labelled)
            if measure == "paragraphs"
            else (self.characters, self.counted_characters, self.text_labelled)
        )
        return CountedParagraphs(
            [self.names[number] for number in numbers],
            [self.origins[number] for number in numbers],
            [groups[place] for place in own.tolist()],
            expected[own],
            counted[own],
            labelled[own],
            self.digests[own].tolist(),
        )

    def each_copy_once(self, chosen: NDArray[np.bool_], measure: str) -> NDArray[np.bool_]:
        """Return which of the chosen paragraphs, which make one row, count where copies of each other count once."""
        own = np.flatnonzero(chosen)
        labelled = self.labelled if measure == "paragraphs" else self.text_labelled
        once = np.zeros(len(chosen), dtype=bool)
        once[own[places_of_copies_once([""] * len(own), labelled[own], self.copies[own])]] = True
        return once

    def behind(self, chosen: NDArray[np.bool_], codes: Sequence[str], measure: str) -> NDArray[np.int64]:
        """Return the ids of the chosen paragraphs that a cell counts: with these leaf codes, or with text of them."""
        ids: NDArray[np.int64] = self.ids[chosen & (self.amounts(codes, measure) > 0)]
        return ids

    def amounts(self, codes: Sequence[str], measure: str) -> Floats:
        """Return what each paragraph adds to the count of a cell with these leaf codes: 1 or 0, or characters."""
        columns = [self.codebook.leaf_codes.index(code) for code in codes]
        table = self.counted if measure == "paragraphs" else self.counted_characters
        amounts: Floats = table[:, columns].sum(axis=1)
        return amounts

    def remembered(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """Return what ``make`` computes from this corpus, computed once while it is among the last that were asked for."""
        with self._lock:
            if key not in self._results:
                self._results[key] = make()
                while len(self._results) > _RESULTS_KEPT:
                    self._results.popitem(last=False)
            self._results.move_to_end(key)
            return self._results[key]


class CorpusCache:
    """The newest `Corpus`, made again when the database's revision has moved.

    Most changes are labels: then the documents, which take longest to read, are those of before.
    """

    def __init__(self) -> None:
        self._lock = RLock()
        self._corpus: Corpus | None = None
        self._unlabelled: Corpus | None = None
        self._made_for: tuple[int, int] = (0, 0)

    def get(self, session: Session, current: CurrentModel) -> Corpus:
        """Return the corpus of the database as this session sees it."""
        newest, documents = revision(session), documents_revision(session)
        wanted = (current.id, documents)
        corpus = self._corpus
        if corpus is not None and corpus.revision == newest and self._made_for == wanted:
            return corpus
        with self._lock:
            if self._unlabelled is None or self._made_for != wanted:
                self._unlabelled, self._made_for, self._corpus = load_documents(session, current), wanted, None
            if self._corpus is None or self._corpus.revision != newest:
                self._corpus = with_labels(session, self._unlabelled, current, newest)
            return self._corpus


def load_corpus(session: Session, current: CurrentModel, at_revision: int) -> Corpus:
    """Read all paragraphs of documents that are not deleted, with the model's predictions and the labels that hold."""
    return with_labels(session, load_documents(session, current), current, at_revision)


def load_documents(session: Session, current: CurrentModel) -> Corpus:
    """Read all paragraphs of documents that are not deleted with the model's predictions alone, as revision 0."""
    book = current.model.codebook
    width = len(book.leaf_codes)
    documents = session.execute(
        select(Document.id, Document.name, *(getattr(Document, name) for name in ORIGIN_FIELDS)).where(
            Document.deleted_at.is_(None)
        )
    ).all()
    names = {row[0]: row[1] for row in documents}
    query = (
        select(
            Paragraph.id,
            Paragraph.document_id,
            Paragraph.section_kind,
            Paragraph.digest,
            Prediction.leaves,
            Prediction.characters,
            Prediction.counted,
            Prediction.margin,
            Prediction.detail,
            Paragraph.copy_group,
        )
        .join(Prediction, (Prediction.paragraph_id == Paragraph.id) & (Prediction.model_id == current.id))
        .order_by(Paragraph.document_id, Paragraph.position)
    )
    # On the connection, and without the documents: nearly twice as fast, and people wait for this after each label.
    rows = [row for row in session.connection().execute(query) if row[1] in names]
    columns = list(zip(*rows, strict=True)) if rows else [()] * 10
    ids = np.array(columns[0], dtype=np.int64)
    leaf_place = {code: number for number, code in enumerate(book.leaf_codes)}

    def matrix(blobs: tuple[bytes, ...]) -> Floats:
        return floats(b"".join(blobs)).astype(float).reshape(len(ids), width)

    probabilities, characters, counted_characters = (matrix(columns[number]) for number in (4, 5, 6))
    counted = np.eye(width)[[leaf_place[code] for code in columns[8]]] if len(ids) else np.zeros((0, width))
    return Corpus(
        0,
        book,
        ids,
        np.array(columns[1], dtype=np.int64),
        np.array(columns[2], dtype=np.str_),
        np.array(columns[3], dtype=np.str_),
        # One that has no group yet, since another server has just added it, is nobody's copy.
        np.array([group or own for group, own in zip(columns[9], columns[0], strict=True)], dtype=np.int64),
        np.zeros(len(ids), dtype=bool),
        np.zeros(len(ids), dtype=bool),
        probabilities,
        counted,
        characters,
        counted_characters,
        np.array(columns[7], dtype=float),
        names,
        {row[0]: Origin(**dict(zip(ORIGIN_FIELDS, row[2:], strict=True))) for row in documents},
    )


def with_labels(session: Session, unlabelled: Corpus, current: CurrentModel, at_revision: int) -> Corpus:
    """Put the labels that hold in the place of the model's probabilities, of statements too where they are labelled."""
    changed = ("labelled", "text_labelled", "probabilities", "counted", "characters", "counted_characters")
    corpus = replace(
        unlabelled,
        revision=at_revision,
        _results=OrderedDict(),
        _lock=RLock(),
        **{name: getattr(unlabelled, name).copy() for name in changed},
    )
    leaf_place = {code: number for number, code in enumerate(corpus.codebook.leaf_codes)}
    place_of = {number: place for place, number in enumerate(corpus.ids.tolist())}
    of_statements: dict[int, dict[int, str]] = {}
    one_hot = np.eye(len(leaf_place))
    labels = select(CurrentLabel.paragraph_id, CurrentLabel.statement, CurrentLabel.theme)
    for number, statement, theme in session.execute(labels.where(CurrentLabel.state.in_(HOLDING))):
        place = place_of.get(number)
        if place is None or theme not in leaf_place:
            continue
        if statement:
            of_statements.setdefault(number, {})[statement] = theme
            continue
        corpus.labelled[place] = True
        corpus.probabilities[place] = corpus.counted[place] = one_hot[leaf_place[theme]]
    fold = np.eye(len(corpus.codebook.theme_codes))[list(corpus.codebook.leaf_theme_places)]
    query = select(Prediction.paragraph_id, Prediction.statement_spans, Prediction.parts).where(
        Prediction.model_id == current.id,
        Prediction.paragraph_id.in_(
            select(CurrentLabel.paragraph_id).where(CurrentLabel.statement > 0, CurrentLabel.state.in_(HOLDING))
        ),
    )
    for number, spans, parts in session.execute(query):
        place = place_of.get(number)
        if place is None:
            continue
        by_hand = of_statements.get(number, {})
        shares = floats(parts).reshape(len(spans), -1).astype(float)
        for statement, theme in by_hand.items():
            if statement <= len(spans):
                shares[statement - 1] = one_hot[leaf_place[theme]]
        sizes = np.array([end - start for start, end in spans], dtype=float)
        # The best leaf code of the best theme, as the model itself decides.
        best = np.where(fold[:, (shares @ fold).argmax(axis=1)].T == 1, shares, -1.0).argmax(axis=1)
        corpus.characters[place] = sizes @ shares
        corpus.counted_characters[place] = sizes @ one_hot[best]
        corpus.text_labelled[place] = all(n in by_hand for n in range(1, len(spans) + 1))
    return corpus
