"""The front door: the functions that most programs need, with the default model where none is given."""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from classifier.batch import classify_items
from classifier.chunks import Item
from classifier.comparison import Comparison, compare_items
from classifier.default_model import default_model
from classifier.errors import InputError
from classifier.formats import Table, read_input, zip_archive
from classifier.formats.content import content_kind
from classifier.formats.table import Row, stop
from classifier.labels import LabelSet, load_labels
from classifier.mix import Mix
from classifier.mix import theme_mix as mix_of_items
from classifier.model import Model
from classifier.model_file import load_model as load_model_file
from classifier.predictions import Prediction
from classifier.shipped import shipped_folder
from classifier.sources import Failures, items, open_sources
from classifier.units import Reading, read_units
from classifier.unpacking import Unpacked

_MOST_CHARACTERS = 50_000_000  # Of a table that is kept in memory.


def load_model(path: str | Path | None = None, *, notice: Callable[[str], None] = lambda text: None) -> Model:
    """Read a model file; without a path, the default model, which is trained on first use: ``notice`` is told so."""
    return default_model(notice) if path is None else load_model_file(Path(path))


def read_document(path: str | Path, *, encoding: str | None = None) -> Reading:
    """Read a report into paragraphs and statements; InputError where it cannot be read or is a table."""
    opened = read_input(Path(path), encoding=encoding)
    if isinstance(opened, Table):
        raise InputError(f"{path}: a table, not a document; its rows are paragraphs already")
    return read_units(opened)


def read_upload(data: bytes, name: str, *, encoding: str | None = None, text_column: str | None = None) -> Reading | Table:
    """Read a file that exists as bytes only: a report becomes a `Reading`, a table stays a `Table` with its rows read.

    ``name`` is what messages and the document are called; what it holds decides how it is read. Raises InputError,
    also for a table with too many characters: all of its rows are kept in memory.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"upload{Path(name).suffix.lower()}"
        path.write_bytes(data)
        try:
            opened = read_input(path, encoding=encoding, text_column=text_column, name=name)
            if not isinstance(opened, Table):
                return read_units(opened)
            rows = list(_not_too_many(opened))
        except InputError as error:
            raise InputError(str(error).replace(str(path), name).replace(path.name, name)) from None
    return replace(opened, name=name, rows=lambda malformed=stop: iter(rows), blocks=None)


def _not_too_many(table: Table) -> Iterator[tuple[int, Row]]:
    size = 0
    for number, row in table.rows():
        size += sum(len(str(value)) + 1 for value in row.values())
        if size > _MOST_CHARACTERS:
            raise InputError(
                f"{table.name}: too large: more than {_MOST_CHARACTERS:,} characters up to row {number}; divide it"
            )
        yield number, row


def unpack_upload(data: bytes, name: str, *, largest: int = 100 << 20) -> list[tuple[str, bytes]]:
    """Return the files in an archive that exists as bytes only, each with its path in it; any other file as it is.

    Raises InputError where the archive is damaged, not safe, or more than ``largest`` bytes unpacked.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "upload"
        path.write_bytes(data)
        if content_kind(path) not in zip_archive.KINDS:
            return [(name, data)]
        try:
            unpacked = Unpacked(path, largest)
        except InputError as error:
            raise InputError(str(error).replace(str(path), name)) from None
        return [(unpacked.inner_name(file), file.read_bytes()) for file in unpacked.files]


def classify(texts: str | Sequence[str] | Reading, model: Model | None = None) -> list[Prediction]:
    """Classify one text, several texts, or the paragraphs of a document, in order."""
    if isinstance(texts, Reading):
        texts = [paragraph.text for paragraph in texts.paragraphs]
    elif isinstance(texts, str):
        texts = [texts]
    return (model or default_model()).predict(texts)


def theme_mix(
    paths: str | Path | Iterable[str | Path],
    model: Model | None = None,
    *,
    by: str = "jurisdiction",
    measure: str = "paragraphs",
    copies: str = "each",
    labels: LabelSet | None = None,
) -> Mix:
    """Return the theme mix of files and folders; ``labels`` defaults to the shipped hand labels.

    With ``copies`` at ``once``, paragraphs of a row that copy each other count once. Raises InputError where an input
    cannot be read.
    """
    model = model or default_model()
    return mix_of_items(model, _classified(paths, model), labels or _shipped_labels(), by=by, measure=measure, copies=copies)


def compare(
    paths: str | Path | Iterable[str | Path],
    a: str,
    b: str,
    model: Model | None = None,
    *,
    by: str = "jurisdiction",
    measure: str = "paragraphs",
    theme: str = "",
    only: Mapping[str, str] = MappingProxyType({}),
    labels: LabelSet | None = None,
) -> Comparison:
    """Compare two jurisdictions, years, or other groups of files and folders; ``only`` maps a grouping to the one to keep.

    ``theme`` keeps the terms and typical paragraphs to those of one theme. Raises InputError where an input cannot be read,
    or there is no such group.
    """
    model = model or default_model()
    pairs = _classified(paths, model)
    known = labels or _shipped_labels()
    return compare_items(model, pairs, known, a=a, b=b, by=by, measure=measure, theme=theme, only=only.items())


def _classified(paths: str | Path | Iterable[str | Path], model: Model) -> list[tuple[Item, Prediction]]:
    names = [paths] if isinstance(paths, str | Path) else list(paths)
    failures = Failures()
    pairs = list(classify_items(model, items(open_sources([str(name) for name in names]), failures)))
    if failures.reasons:
        raise InputError("; ".join(failures.reasons))
    return pairs


def _shipped_labels() -> LabelSet:
    return load_labels(shipped_folder("labels"))
