"""Classify files: documents by their paragraphs, tables by their rows, one output record each, in input order."""

import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

from classifier.documents import Document, Origin, origin_from_row
from classifier.errors import InputError, PolicyThemesError
from classifier.formats import Table, find_files, read_input, read_standard_input
from classifier.model import Model
from classifier.model_file import load_model, save_model
from classifier.predictions import Prediction
from classifier.units import Paragraph, read_units

Record = dict[str, Any]
CHUNK = 500

DOCUMENT_COLUMNS = ("document", "jurisdiction", "year", "section", "section_kind", "paragraph", "text")


def prediction_columns(theme_codes: Sequence[str], *, flat: bool) -> tuple[str, ...]:
    """Names of what classification adds to a record; flat formats have one column for each theme's score."""
    scores = [f"score_{code}" for code in theme_codes] if flat else ["scores", "statements"]
    return ("theme", "detail", "confidence", "secondary", *scores, "model")


@dataclass
class Failures:
    """What could not be done, each with its reason; the rest goes on."""

    reasons: list[str] = field(default_factory=list)
    report: Callable[[str], None] = lambda reason: None

    def add(self, error: PolicyThemesError | str) -> None:
        """Note one failed input and report it at once."""
        self.reasons.append(str(error))
        self.report(str(error))

    def notice(self, text: str) -> None:
        """Report something that a user should know and that is no failure."""
        self.report(text)


@dataclass(frozen=True)
class Item:
    """A paragraph on its way through classification: what the input said of it, and its text."""

    fields: Record
    text: str
    origin: Origin
    paragraph: Paragraph | None = None


@dataclass(frozen=True)
class Source:
    """One opened input, a document or a table, with the columns that its records have before classification."""

    name: str
    columns: tuple[str, ...]
    items: Callable[[], Iterator[Item]]


def open_sources(
    paths: Iterable[str],
    failures: Failures,
    *,
    encoding: str | None = None,
    text_column: str | None = None,
    added: Sequence[str] = (),
    standard_input: Callable[[], bytes] = lambda: b"",
) -> list[Source]:
    """Open files, folders and ``-``; what cannot be opened goes to ``failures``.

    A column of a table that is named like one of ``added`` becomes ``input_NAME``.
    """
    sources: list[Source] = []
    for name in paths:
        try:
            if name == "-":
                opened: list[Document | Table] = [read_standard_input(standard_input(), encoding=encoding)]
            elif Path(name).is_dir():
                opened = list(_open_folder(Path(name), failures, encoding, text_column))
            else:
                opened = [read_input(Path(name), encoding=encoding, text_column=text_column)]
        except PolicyThemesError as error:
            failures.add(error)
            continue
        for source in opened:
            if isinstance(source, Table):
                sources.append(_table_source(source, failures, added))
                continue
            try:
                sources.append(_document_source(source))
                if source.origin.missing and source.name != "-":
                    failures.notice(
                        f"{source.name}: no {' or '.join(source.origin.missing)} found in its title or opening, left empty; "
                        "say it in a sources.csv beside the file"
                    )
            except InputError as error:
                failures.add(error)
    return sources


def _open_folder(
    folder: Path, failures: Failures, encoding: str | None, text_column: str | None
) -> Iterator[Document | Table]:
    files = list(find_files(folder))
    if not files:
        raise InputError(f"{folder}: no documents or tables in this folder; put .txt, .csv, .jsonl or .xlsx files in it")
    for path in files:
        try:
            yield read_input(path, encoding=encoding, text_column=text_column)
        except InputError as error:
            failures.add(error)


def _document_source(document: Document) -> Source:
    reading = read_units(document)
    origin = document.origin

    def items() -> Iterator[Item]:
        for paragraph in reading.paragraphs:
            values = (
                document.name,
                origin.jurisdiction,
                origin.year,
                " / ".join(paragraph.section),
                paragraph.section_kind,
                paragraph.position,
                paragraph.text,
            )
            yield Item(dict(zip(DOCUMENT_COLUMNS, values, strict=True)), paragraph.text, origin, paragraph)

    return Source(document.name, DOCUMENT_COLUMNS, items)


def _table_source(table: Table, failures: Failures, added: Sequence[str]) -> Source:
    names = renamed_columns(table.columns, added)

    def items() -> Iterator[Item]:
        try:
            for number, row in table.rows():
                text = row.get(table.text_column)
                if not isinstance(text, str) or not text.strip():
                    failures.add(f"{table.name}: row {number} has no text in column {table.text_column!r}")
                    text = ""
                fields = {names.get(key, _renamed(key, row, added)): value for key, value in row.items()}
                yield Item(fields, text, origin_from_row({key: str(value) for key, value in row.items()}))
        except InputError as error:
            failures.add(error)

    return Source(table.name, tuple(names.values()), items)


def renamed_columns(columns: Sequence[str], added: Sequence[str]) -> dict[str, str]:
    """Map each input column to its name in the output, so that none is lost to a column that is added.

    >>> renamed_columns(["id", "theme", "text"], ["theme"])
    {'id': 'id', 'theme': 'input_theme', 'text': 'text'}
    """
    return {column: _renamed(column, columns, added) for column in columns}


def _renamed(column: str, columns: Iterable[str], added: Sequence[str]) -> str:
    name = column
    while name in added or (name != column and name in columns):
        name = f"input_{name}"
    return name


def classify_items(model: Model, items: Iterable[Item], *, jobs: int = 1) -> Iterator[tuple[Item, Prediction]]:
    """Yield each item with its prediction, in order, a chunk at a time, with ``jobs`` processes."""
    chunks = _chunks(items)
    if jobs == 1:
        for chunk in chunks:
            yield from zip(chunk, model.predict([item.text for item in chunk]), strict=True)
        return
    from joblib import Parallel, delayed  # Slow to import, and needed for several processes only.

    waiting: deque[list[Item]] = deque()

    def tasks() -> Iterator[Any]:
        for chunk in chunks:
            waiting.append(chunk)
            yield delayed(_predict_in_worker)(path, [item.text for item in chunk])

    with tempfile.TemporaryDirectory() as folder:
        # Workers read the model from a file, once each: sent with every chunk it would cost more than the work.
        path = str(Path(folder) / "worker.model")
        save_model(model, Path(path))
        for predictions in Parallel(n_jobs=jobs, return_as="generator")(tasks()):
            yield from zip(waiting.popleft(), predictions, strict=True)


def _chunks(items: Iterable[Item]) -> Iterator[list[Item]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk


@lru_cache(maxsize=1)
def _worker_model(path: str) -> Model:
    return load_model(Path(path))


def _predict_in_worker(path: str, texts: Sequence[str]) -> list[Prediction]:
    return _worker_model(path).predict(texts)


def record_of(item: Item, prediction: Prediction, model_name: str, *, flat: bool) -> Record:
    """Join what the input said with what the model says."""
    scores = {code: round(score, 6) for code, score in prediction.scores.items()}
    record = {
        **item.fields,
        "theme": prediction.theme,
        "detail": prediction.detail,
        "confidence": round(prediction.confidence, 6),
        "secondary": ";".join(prediction.secondary) if flat else list(prediction.secondary),
    }
    if flat:
        record |= {f"score_{code}": score for code, score in scores.items()}
    else:
        record["scores"] = scores
        record["statements"] = [
            {"text": part.text, "theme": part.theme, "confidence": round(part.confidence, 6)}
            for part in prediction.statements
        ]
    return {**record, "model": model_name}
