"""Write all labels with their documents, their codebook and their log into a folder; see `web.store.label_files`."""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

import tomli_w
from sqlalchemy import select
from sqlalchemy.orm import Session

from classifier import (
    CHOICE_COLUMNS,
    DOCUMENTS_FILE,
    PARAGRAPH_COLUMNS,
    STATEMENT_COLUMNS,
    ArchivedDocument,
    Codebook,
    Origin,
    archive_line,
    digest,
    source_spans,
    split_statements,
)
from classifier import Document as SourceDocument
from classifier import Paragraph as SourceParagraph
from web.database import Database
from web.errors import StorageError
from web.store.documents import ORIGIN_FIELDS
from web.store.label_counts import count_waiting
from web.store.label_files import (
    CODEBOOK_FILE,
    ENTRY_COLUMNS,
    LOG_COLUMNS,
    LOG_FILE,
    PARAGRAPHS_FILE,
    SOURCES_FILE,
    STATEMENTS_FILE,
    whole_folder,
    write_csv,
)
from web.store.models import current_record, open_model
from web.store.pools import how_chosen
from web.tables import HOLDING, CurrentLabel, Document, Label, Paragraph

_SOURCE_COLUMNS = ("file", *ORIGIN_FIELDS, "sha256")
_CHUNK = 500


@dataclass(frozen=True)
class Written:
    """What an export wrote, and what of the labels that hold its CSV files cannot say."""

    documents: int
    paragraphs: int
    statements: int
    entries: int
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class _Unit:
    """A unit with the label that holds for it."""

    document: str
    position: int
    text: str
    start: int
    end: int
    label: CurrentLabel
    choice: tuple[str, float | None]


def export_labels(database: Database, data_folder: Path, folder: Path, *, force: bool = False) -> Written:
    """Write the files of an export, all as they are at one moment, whole or not at all.

    Raises InputError where the folder is not empty, StorageError where no model is in use whose codebook could be written.
    """
    with database.reading() as session:
        hold_this_moment(session)
        record = current_record(session)
        if record is None:
            raise StorageError("this database is empty; name another one, or start policy-themes serve once")
        codebook = open_model(record, data_folder).codebook
        with whole_folder(folder, force=force) as new:
            (new / CODEBOOK_FILE).write_text(tomli_w.dumps(codebook.to_dict()), encoding="utf-8", newline="\n")
            documents = _write_documents(session, new / DOCUMENTS_FILE)
            write_csv(new / SOURCES_FILE, _SOURCE_COLUMNS, _source_rows(session))
            entries = write_csv(new / LOG_FILE, LOG_COLUMNS, _log_rows(session))
            paragraphs, statements, left_out = write_labels_that_hold(session, codebook, new)
    return Written(documents, paragraphs, statements, entries, left_out)


def write_labels_that_hold(
    session: Session, codebook: Codebook, folder: Path, documents: Container[int] | None = None
) -> tuple[int, int, tuple[str, ...]]:
    """Write ``paragraphs.csv`` and ``statements.csv`` of all documents, or of some, by their numbers.

    Return their numbers of rows, and what they cannot say.
    """
    labels = [row for row in _labels_that_hold(session) if documents is None or row[2].document_id in documents]
    sayable = [label for label in labels if _is_of(codebook, label)]
    choices = how_chosen(session)
    units = [unit for row in sayable if (unit := _unit(*row, choices[row[2].id])) is not None]
    # Labels that all came as whole documents need not say so: they are written as the shipped ones are.
    more = CHOICE_COLUMNS if any(unit.choice[0] != "import" for unit in units) else ()
    paragraphs = _write_units(folder / PARAGRAPHS_FILE, (*PARAGRAPH_COLUMNS, *more), _paragraph_rows(units))
    statements = _write_units(folder / STATEMENTS_FILE, (*STATEMENT_COLUMNS, *more), _statement_rows(units))
    reasons = (
        (count_waiting(session), "wait to be given anew, because no rule says what they are by the codebook in use"),
        (len(labels) - len(sayable), "use codes that the codebook in use does not have"),
        (len(sayable) - len(units), "are of statements that the program divides otherwise now"),
    )
    return (
        paragraphs,
        statements,
        tuple(f"{count} labels {reason}; they stand in {LOG_FILE} only" for count, reason in reasons if count),
    )


def archived_document(
    document: Document, paragraphs: Sequence[Paragraph], facts: Mapping[str, str] = MappingProxyType({})
) -> ArchivedDocument:
    """Return a document with these of its paragraphs, as an archive holds it."""
    return ArchivedDocument(
        SourceDocument(document.name, document.text, _origin(document), document.encoding),
        tuple(
            SourceParagraph(
                document.name,
                paragraph.position,
                tuple((start, end) for start, end in paragraph.spans),
                paragraph.text,
                tuple(paragraph.section),
                cast(Any, paragraph.section_kind),
                (),
            )
            for paragraph in paragraphs
        ),
        facts,
    )


def moment_text(moment: datetime) -> str:
    """Return a time as the files hold it, to the microsecond."""
    return moment.isoformat(timespec="microseconds")


def unit_digests(text: str) -> list[str]:
    """Return the digests of a paragraph and of each of its statements."""
    return [digest(text), *(digest(text[start:end]) for start, end in split_statements(text))]


def entry_cells(entry: Label) -> dict[str, str]:
    """Return what an entry of the log says besides its unit, as text."""
    values = {name: getattr(entry, name) for name in ENTRY_COLUMNS}
    values["made_at"] = moment_text(entry.made_at)
    return {name: "" if value is None else str(value) for name, value in values.items()}


def hold_this_moment(session: Session) -> None:
    """Let the whole export see one state of the database, whatever others write meanwhile; SQLite does so by itself."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def _write_documents(session: Session, path: Path) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        for document in session.scalars(select(Document).order_by(Document.id).execution_options(yield_per=_CHUNK)):
            query = select(Paragraph).where(Paragraph.document_id == document.id).order_by(Paragraph.position)
            stream.write(archive_line(archived_document(document, session.scalars(query).all(), _facts(document))))
            count += 1
    return count


def _facts(document: Document) -> dict[str, str]:
    return {
        "source": document.source,
        "added_at": moment_text(document.added_at),
        "added_by": document.added_by,
        "deleted_at": moment_text(document.deleted_at) if document.deleted_at else "",
    }


def _origin(document: Document) -> Origin:
    return Origin(**{name: getattr(document, name) for name in ORIGIN_FIELDS})


def _source_rows(session: Session) -> Iterator[list[str]]:
    columns = (Document.name, *(getattr(Document, name) for name in ORIGIN_FIELDS), Document.sha256)
    rows = sorted(tuple(row) for row in session.execute(select(*columns).where(Document.deleted_at.is_(None))))
    seen = set()
    for name, *cells in rows:
        # Whoever reads this table takes the space around a name away, and wants each name once.
        if name.strip() not in seen:
            yield [name, *cells]
        seen.add(name.strip())


def _log_rows(session: Session) -> Iterator[list[str]]:
    of_statements = select(Label.paragraph_id).where(Label.statement > 0)
    texts = select(Paragraph.id, Paragraph.text).where(Paragraph.id.in_(of_statements))
    digests = {number: unit_digests(text) for number, text in session.execute(texts)}
    query = (
        select(Label, Document.name, Paragraph.position, Paragraph.digest)
        .join(Paragraph, Paragraph.id == Label.paragraph_id)
        .join(Document, Document.id == Paragraph.document_id)
        .order_by(Label.id)
        .execution_options(yield_per=_CHUNK)
    )
    for entry, name, position, of_paragraph in session.execute(query):
        own = digests.get(entry.paragraph_id, [of_paragraph])
        of_unit = own[entry.statement] if entry.statement < len(own) else ""
        yield [name, str(position), str(entry.statement), of_unit, *entry_cells(entry).values()]


def _labels_that_hold(session: Session) -> list[tuple[CurrentLabel, str, Paragraph]]:
    query = (
        select(CurrentLabel, Document.name, Paragraph)
        .join(Paragraph, Paragraph.id == CurrentLabel.paragraph_id)
        .join(Document, Document.id == Paragraph.document_id)
        .where(Document.deleted_at.is_(None), CurrentLabel.state.in_(HOLDING))
    )
    rows = [(label, name, paragraph) for label, name, paragraph in session.execute(query)]
    return sorted(rows, key=lambda row: (row[1], row[2].position, row[0].statement))


def _is_of(codebook: Codebook, row: tuple[CurrentLabel, str, Paragraph]) -> bool:
    label = row[0]
    secondary = filter(None, label.secondary.split(";"))
    return label.theme in codebook.leaf_codes and all(code in codebook.secondary_codes for code in secondary)


def _unit(label: CurrentLabel, document: str, paragraph: Paragraph, choice: tuple[str, float | None]) -> _Unit | None:
    spans = [(start, end) for start, end in paragraph.spans]
    text = paragraph.text
    if label.statement:
        divided = split_statements(text)
        if label.statement > len(divided):
            return None
        start, end = divided[label.statement - 1]
        spans = list(source_spans(spans, start, end)) or spans
        text = text[start:end]
    return _Unit(document, paragraph.position, text, spans[0][0], spans[-1][1], label, choice)


def _write_units(path: Path, columns: Sequence[str], rows: Iterator[tuple[object, ...]]) -> int:
    return write_csv(path, columns, (row[: len(columns)] for row in rows))


def _paragraph_rows(units: list[_Unit]) -> Iterator[tuple[object, ...]]:
    for unit in units:
        label = unit.label
        if not label.statement:
            place = (unit.document, unit.position, unit.start, unit.end, digest(unit.text), unit.text)
            yield (*place, label.theme, label.secondary, label.annotators, label.note, *_cells(unit.choice))


def _statement_rows(units: list[_Unit]) -> Iterator[tuple[object, ...]]:
    for unit in units:
        label = unit.label
        if label.statement:
            place = (unit.document, unit.position, label.statement, unit.start, unit.end, digest(unit.text), unit.text)
            yield (*place, label.theme, label.annotators, label.note, *_cells(unit.choice))


def _cells(choice: tuple[str, float | None]) -> tuple[str, str]:
    how, probability = choice
    return how, "" if probability is None else str(probability)
