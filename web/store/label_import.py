"""Read a folder of label files into the database: what is missing is added, what is there stays; all of it or nothing."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from classifier import (
    AUDIT,
    DOCUMENTS_FILE,
    PARAGRAPH_COLUMNS,
    STATEMENT_COLUMNS,
    Codebook,
    InputError,
    digest,
    load_codebook,
    read_archive,
)
from web.database import Database
from web.store.archived_documents import GivenDocument, add_archived, check_given
from web.store.codebooks import keep_codebook
from web.store.derived_labels import derive_all, versions_of
from web.store.label_export import unit_digests
from web.store.label_files import (
    CODEBOOK_FILE,
    ENTRY_COLUMNS,
    LOG_COLUMNS,
    LOG_FILE,
    PARAGRAPHS_FILE,
    STATEMENTS_FILE,
    Row,
    read_csv,
)
from web.store.labels import CHOSEN_BY, KINDS
from web.store.predictions import CurrentModel, predict_paragraphs, unpredicted
from web.store.revisions import now, raise_revision, write_fact
from web.store.seeding import SEEDS_IMPORTED
from web.tables import HOLDING, CurrentLabel, Document, Label, Paragraph

_SETTLED_BY = "settled"  # Who settled a label, where the file does not say it or names more people than fit.
_LONGEST = {"theme": 64, "annotator": 64, "codebook": 32, "model": 64, "suggestion": 64, "request": 64}
_IDENTIFYING = ("paragraph_id", "statement", *(name for name in ENTRY_COLUMNS if name != "request"))


@dataclass(frozen=True)
class LabelFiles:
    """What a folder holds: documents, the log, or without one the labels that are settled; their codebook if it is there."""

    documents: tuple[GivenDocument, ...]
    log: tuple[Row, ...]
    settled: tuple[Row, ...]
    codebook: Codebook | None


@dataclass(frozen=True)
class Imported:
    """What came of an import.

    ``outdated`` entries were left out: the same people have said something else of the same units here since. ``uncounted``
    ones are kept, but use codes that the codebook in use does not have.
    """

    documents: int
    known_documents: int
    entries: int
    known_entries: int
    outdated: int
    uncounted: int


@dataclass(frozen=True)
class _Entry:
    """An entry of the log as the database keeps it, and the row that it comes from."""

    row: Row
    values: dict[str, Any]


def read_label_files(folder: Path) -> LabelFiles:
    """Read the files of a folder; InputError or LabelError names the file, the line, the value and the remedy."""
    paths = {name: folder / name for name in (DOCUMENTS_FILE, LOG_FILE, PARAGRAPHS_FILE, STATEMENTS_FILE)}
    there = {name: path for name, path in paths.items() if path.is_file()}
    if not there:
        raise InputError(f"{folder}: holds none of {', '.join(paths)}; name a folder that labels export wrote")
    documents: list[GivenDocument] = []
    if DOCUMENTS_FILE in there:
        path = there[DOCUMENTS_FILE]
        documents = [GivenDocument(f"{path}:{line}", archived) for line, archived in read_archive(path)]
        for given in documents:
            check_given(given)
    codebook = load_codebook(folder / CODEBOOK_FILE) if (folder / CODEBOOK_FILE).is_file() else None
    if LOG_FILE in there:
        return LabelFiles(tuple(documents), tuple(read_csv(there[LOG_FILE], LOG_COLUMNS)), (), codebook)
    settled: list[Row] = []
    for name, columns in ((PARAGRAPHS_FILE, PARAGRAPH_COLUMNS), (STATEMENTS_FILE, STATEMENT_COLUMNS)):
        if name in there:
            settled += read_csv(there[name], columns)
    return LabelFiles(tuple(documents), (), tuple(settled), codebook)


def import_labels(database: Database, current: CurrentModel, files: LabelFiles) -> Imported:
    """Add the documents and the entries of the log that are not there yet, in one transaction; importing twice adds nothing.

    Documents are known again by their text, whatever they are called here; their units must be those that were labelled.
    Without a log, the labels of ``paragraphs.csv`` and ``statements.csv`` become settlements where they do not hold yet.
    """
    book = current.model.codebook
    with database.writing() as session:
        numbers, new = add_archived(session, files.documents)
        if new:
            predict_paragraphs(session, current, unpredicted(session, current.id))
            raise_revision(session, documents=True)
        units = _Units(session, numbers)
        books = [known for known in (book, files.codebook) if known is not None]
        if files.log:
            missing, outdated = _missing(session, [_logged(row, units, books) for row in files.log])
        else:
            missing, outdated = list(_settlements(session, files.settled, units, book)), 0
        if missing:
            session.execute(insert(Label), [entry.values for entry in missing])
        if missing or new:
            keep_codebook(session, books[-1])
            derive_all(session, book)
        if any(given.archived.facts["source"] == "seed" for given in files.documents):
            # Else the next start would settle their labels once more, above all that people did since.
            write_fact(session, SEEDS_IMPORTED, now().isoformat())
        knows = versions_of(session, book).knows
        uncounted = sum(not knows(entry.values["theme"], entry.values["codebook"]) for entry in missing)
    known = len(files.log) + len(files.settled) - len(missing) - outdated
    return Imported(new, len(files.documents) - new, len(missing), known, outdated, uncounted)


class _Units:
    """The units of the database, found by what a row says of them."""

    def __init__(self, session: Session, numbers: Mapping[str, int]) -> None:
        self._session = session
        self._numbers = dict(numbers)
        self._paragraphs: dict[int, dict[int, tuple[int, list[str]]]] = {}

    def find(self, row: Row, statement: int) -> int:
        """Return the number of a row's paragraph; LabelError where it is not there or not what was labelled."""
        name, position = row.text("document", empty=False), row.number("paragraph", 1)
        found = self._of_document(row, name).get(position)
        if found is None:
            raise row.wrong(f"no paragraph {position} of {name!r} here; import where it was read in the same way")
        number, digests = found
        given = row.text("digest")
        if statement and not given:
            return number  # The export that wrote it had lost the statement already; the label itself was kept.
        if statement >= len(digests):
            raise row.wrong(f"statement is {statement}, but that paragraph has {len(digests) - 1} here; correct it")
        if digests[statement] != given:
            raise row.wrong(
                f"digest is {given!r}, but that unit of {name!r} has {digests[statement]!r} here: "
                "another text, or read in another way; import where it was read in the same way"
            )
        return number

    def _of_document(self, row: Row, name: str) -> dict[int, tuple[int, list[str]]]:
        if name not in self._numbers:
            found = self._session.scalar(select(Document.id).where(Document.name == name))
            if found is None:
                raise row.wrong(f"document {name!r} is not here; add it to {DOCUMENTS_FILE}, or import the document first")
            self._numbers[name] = found
        number = self._numbers[name]
        if number not in self._paragraphs:
            query = select(Paragraph.position, Paragraph.id, Paragraph.text).where(Paragraph.document_id == number)
            self._paragraphs[number] = {
                position: (paragraph, unit_digests(text)) for position, paragraph, text in self._session.execute(query)
            }
        return self._paragraphs[number]


def _logged(row: Row, units: _Units, books: list[Codebook]) -> _Entry:
    """Check a row of the log and return its entry."""
    values: dict[str, Any] = {name: row.text(name, _LONGEST.get(name)) for name in ENTRY_COLUMNS}
    values |= {
        "statement": row.number("statement", 0),
        "kind": row.text("kind", allowed=KINDS),
        "annotator": row.text("annotator", 64, empty=False),
        "chosen_by": row.text("chosen_by", allowed=CHOSEN_BY),
        "made_at": row.moment("made_at"),
        "probability": row.probability("probability"),
        "request": row.text("request", 64) or None,
    }
    values["paragraph_id"] = units.find(row, values["statement"])
    # Of a codebook that is neither here nor in the folder, nobody can say which codes it had.
    _check_codes(row, "theme", [book for book in books if book.version == values["codebook"]])
    return _Entry(row, values)


def _settlements(session: Session, rows: Iterable[Row], units: _Units, book: Codebook) -> Iterator[_Entry]:
    """Yield a settlement for each label that does not hold in the database yet."""
    holding = {
        (label.paragraph_id, label.statement): (label.theme, label.secondary, label.annotators, label.note)
        for label in session.scalars(select(CurrentLabel).where(CurrentLabel.state.in_(HOLDING)))
    }
    seen: dict[tuple[int, int], Row] = {}
    for row in rows:
        statement = row.number("statement", 1) if "statement" in row.cells else 0
        if digest(row.cells["text"]) != row.cells["digest"]:
            raise row.wrong(f"the text was changed (digest {row.cells['digest']!r}); restore it")
        number = units.find(row, statement)
        first = seen.setdefault((number, statement), row)
        if first is not row:
            raise row.wrong(f"this unit is labelled on line {first.line} already; keep one of them")
        column = "theme" if "theme" in row.cells else "primary"
        _check_codes(row, column, [book])
        annotator = row.text("annotator")
        if not 1 <= len(annotator) <= _LONGEST["annotator"]:
            annotator = _SETTLED_BY
        label = (row.cells[column], row.cells.get("secondary", ""), annotator, row.text("note"))
        if holding.get((number, statement)) == label:
            continue
        audited = row.cells.get("chosen_by") == AUDIT
        yield _Entry(
            row,
            {
                "paragraph_id": number,
                "statement": statement,
                "kind": "settlement",
                "theme": label[0],
                "secondary": label[1],
                "annotator": annotator,
                "made_at": now(),
                "codebook": book.version,
                "model": "",
                "chosen_by": AUDIT if audited else "import",
                "probability": row.probability("probability") if audited and "probability" in row.cells else None,
                "suggestion": "",
                "note": label[3],
                "request": None,
            },
        )


def _check_codes(row: Row, column: str, books: list[Codebook]) -> None:
    theme, secondary = row.text(column, 64, empty=False), list(filter(None, row.cells.get("secondary", "").split(";")))
    if not books:
        return
    if not any(theme in book.leaf_codes for book in books):
        raise row.wrong(f"{column} is {theme!r}; use one of {', '.join(books[0].leaf_codes)}")
    for code in secondary:
        if code == theme or secondary.count(code) > 1 or not any(code in book.secondary_codes for book in books):
            raise row.wrong(f"secondary is {code!r}; use, once and beside {theme!r}, {', '.join(books[0].secondary_codes)}")


def _missing(session: Session, entries: list[_Entry]) -> tuple[list[_Entry], int]:
    """Return the entries that the log does not hold yet, and how many of the others came too late to be added.

    An entry that is there twice stands for two. The last entry of the log is what holds: one that is older than what the
    same annotator, or another settlement, has said of its unit here would undo that.
    """
    known: Counter[tuple[object, ...]] = Counter()
    requests: set[str | None] = set()
    newest: dict[tuple[object, ...], datetime] = {}
    for held in session.scalars(select(Label)):
        values = {name: getattr(held, name) for name in _IDENTIFYING}
        known[_identity(values)] += 1
        requests.add(held.request)
        if not _came_settled(values):
            newest[_voice(values)] = max(held.made_at, newest.get(_voice(values), held.made_at))
    missing = []
    outdated = 0
    for entry in entries:
        identity = _identity(entry.values)
        if known[identity] > 0:
            known[identity] -= 1
            continue
        if _voice(entry.values) in newest and entry.values["made_at"] < newest[_voice(entry.values)]:
            outdated += 1
            continue
        request = entry.values["request"]
        if request is not None and request in requests:
            raise entry.row.wrong(f"request {request!r} belongs to another entry already; leave the cell empty")
        requests.add(request)
        missing.append(entry)
    return missing, outdated


def _identity(values: Mapping[str, Any]) -> tuple[object, ...]:
    """Return what no two entries share."""
    return tuple(values[name] for name in _IDENTIFYING if not (_came_settled(values) and name == "made_at"))


def _voice(values: Mapping[str, Any]) -> tuple[object, ...]:
    """Return whose word on which unit an entry is; all settlements of a unit are one voice."""
    annotator = None if values["kind"] == "settlement" else values["annotator"]
    return (values["paragraph_id"], values["statement"], annotator)


def _came_settled(values: Mapping[str, Any]) -> bool:
    """Tell whether an entry came settled out of files, as the seeds do: its moment is only that of their import."""
    return bool(values["kind"] == "settlement" and values["chosen_by"] == "import")
