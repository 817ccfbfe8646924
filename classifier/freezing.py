"""Freeze data, labels, codebook, model and tables into one archive, a snapshot, from which the tables can be made again."""

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import tomli_w

from classifier.chunks import Item
from classifier.errors import InputError
from classifier.formats import find_files, reader_of
from classifier.labels import CODEBOOK_FILE as OWN_CODEBOOK
from classifier.labels import EXAMPLES_FILE, PARAGRAPHS_FILE, STATEMENTS_FILE, TO_RELABEL_FILE, load_labels
from classifier.manifest import (
    CODEBOOK_FILE,
    DATA_FOLDER,
    EVERY_TABLE,
    LABELS_FOLDER,
    MODEL_FILE,
    README_FILE,
    FrozenData,
    Manifest,
    TableForm,
    versions,
)
from classifier.model import Model
from classifier.model_file import load_model, save_model
from classifier.origins import SOURCES_FILE, Origin
from classifier.plain_zip import digests_of, is_plain_name
from classifier.snapshot_file import write_snapshot
from classifier.snapshot_readme import readme
from classifier.snapshot_tables import classify_data, make_tables, write_tables
from classifier.sources import Failures
from classifier.version import VERSION

DATE_VARIABLE = "SOURCE_DATE_EPOCH"
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_LABEL_FILES = (OWN_CODEBOOK, PARAGRAPHS_FILE, STATEMENTS_FILE, EXAMPLES_FILE, TO_RELABEL_FILE, SOURCES_FILE)
_LABELS_TABLE = f"{LABELS_FOLDER}/labels.csv"


def freeze(
    paths: Sequence[str | Path],
    output: Path,
    model: Model,
    labels: Path,
    *,
    title: str = "",
    date: str = "",
    tables: Sequence[TableForm] = EVERY_TABLE,
    encoding: str | None = None,
    text_column: str | None = None,
    progress: Callable[[Iterable[Item]], Iterable[Item]] = lambda items: items,
) -> Manifest:
    """Freeze files and folders, byte for byte, with a model and the folder (or the CSV) of labels; see `freeze_folder`.

    Raises InputError where one of them cannot be read: then no archive is written.
    """
    with working_folder(output) as folder:
        files, roots = _copy_data([Path(path) for path in paths], folder)
        used = _copy_labels(labels, folder)
        save_model(model, folder / MODEL_FILE)
        data = FrozenData(files, encoding, text_column)
        try:
            return freeze_folder(folder, output, data, labels=used, title=title, date=date, tables=tables, progress=progress)
        except InputError as error:
            said = str(error)
            for root, original in roots.items():
                said = said.replace(f"{folder / root}{os.sep}", f"{original}{os.sep}")
            raise InputError(said) from None


def freeze_folder(
    folder: Path,
    output: Path,
    data: FrozenData,
    *,
    labels: str = LABELS_FOLDER,
    title: str = "",
    date: str = "",
    selection: str = "",
    tables: Sequence[TableForm] = EVERY_TABLE,
    progress: Callable[[Iterable[Item]], Iterable[Item]] = lambda items: items,
) -> Manifest:
    """Freeze a folder that holds ``data``, ``labels`` and ``themes.model`` already; all else of the snapshot is made here.

    Without a ``title`` it is called by its size. ``date`` is YYYY-MM-DD; without one it is that of the environment's
    ``SOURCE_DATE_EPOCH``, else of the newest document, else none: the clock is never asked, so that the same data give the
    same bytes. ``selection`` says in words which paragraphs of a larger archive these are. Raises InputError where a file
    cannot be read.
    """
    model = load_model(folder / MODEL_FILE)
    failures = Failures()
    classified = classify_data(folder, data, model, failures, progress)
    if failures.reasons:
        raise InputError(f"{'; '.join(failures.reasons)}; nothing was frozen: mend what failed, or leave it out")
    frozen = make_tables(model, classified, load_labels(folder / labels), tables)
    write_tables(frozen, tables, model.codebook, folder)
    (folder / CODEBOOK_FILE).write_bytes(tomli_w.dumps(model.codebook.to_dict()).encode())
    documents = len({item.fields["document"] for item, _ in classified if item.fields.get("document")})
    manifest = Manifest(
        title=" ".join(title.split()) or _size_in_words(documents, len(classified)),
        date=_checked_date(date) if date else _date_of(item.origin for item, _ in classified),
        selection=selection,
        data=data,
        labels=labels,
        tables=tuple(tables),
        documents=documents,
        paragraphs=len(classified),
        program=VERSION,
        codebook=model.codebook.version,
        model=model.identity,
        made_with=versions(),
        sha256={},
    )
    (folder / README_FILE).write_bytes(readme(manifest).encode())
    manifest = replace(manifest, sha256=digests_of(folder))
    write_snapshot(folder, manifest, output)
    return manifest


@contextmanager
def working_folder(output: Path) -> Iterator[Path]:
    """Give a folder to put a snapshot's files into, on the disk where the archive will lie; it goes away at the end.

    Raises InputError where there is no room for all, or nothing can be written there.
    """
    try:
        with tempfile.TemporaryDirectory(dir=output.absolute().parent, prefix=".snapshot-") as name:
            yield Path(name)
    except OSError as error:
        reason = error.strerror or error
        raise InputError(
            f"{output}: cannot be written ({reason}); nothing was kept: check the folder and the disk, or choose another"
        ) from error


def _copy_data(paths: Sequence[Path], folder: Path) -> tuple[tuple[str, ...], dict[str, Path]]:
    """Copy the inputs; return their names in reading order, and the folder that each numbered folder is a copy of.

    Numbers, not names of folders: those differ between machines, and may say more than their owner wants.
    """
    numbers: dict[Path, int] = {}
    names = []
    for path in paths:
        root = path if path.is_dir() else path.parent
        number = numbers.setdefault(root, len(numbers) + 1)
        files = list(find_files(path)) if path.is_dir() else [path]
        if not files:
            raise InputError(f"{path}: no documents or tables in this folder; put .txt, .docx, .csv or .xlsx files in it")
        for file in files:
            reader_of(file)  # Says what is wrong with a name that is no file.
            name = f"{DATA_FOLDER}/{number}/{file.relative_to(root).as_posix()}"
            if not is_plain_name(name):
                raise InputError(f"{file}: this name cannot be a file's name everywhere; rename it")
            names.append(name)
            for source in (file, file.parent / SOURCES_FILE):
                copy = folder / DATA_FOLDER / str(number) / source.relative_to(root)
                if source.is_file() and not copy.exists():
                    copy.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(source, copy)
    return tuple(names), {f"{DATA_FOLDER}/{number}": root for root, number in numbers.items()}


def _copy_labels(labels: Path, folder: Path) -> str:
    """Copy what is read of a folder of labels, or a CSV of texts and themes, and return its name in the snapshot."""
    (folder / LABELS_FOLDER).mkdir()
    if not labels.is_dir():
        load_labels(labels)  # Says what is wrong with it under its own name.
        shutil.copyfile(labels, folder / _LABELS_TABLE)
        return _LABELS_TABLE
    for name in _LABEL_FILES:
        if (labels / name).is_file():
            shutil.copyfile(labels / name, folder / LABELS_FOLDER / name)
    load_labels(labels)
    return LABELS_FOLDER


def _size_in_words(documents: int, paragraphs: int) -> str:
    zh = f"{documents}份文件" * bool(documents) + f"{paragraphs}段"
    en = f"{paragraphs} paragraphs" + f" of {documents} documents" * bool(documents)
    return f"政策主题分布（{zh}） Policy-theme mix of {en}"


def _checked_date(date: str) -> str:
    try:
        found = datetime.strptime(date, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise InputError(f"date {date!r} is no date; write it as 2024-05-31") from None
    return found.date().isoformat()


def _date_of(origins: Iterable[Origin]) -> str:
    """Return the date of the environment, else of the newest document, as far as documents say theirs; else nothing."""
    seconds = os.environ.get(DATE_VARIABLE)
    if seconds:
        try:
            return datetime.fromtimestamp(int(seconds), UTC).date().isoformat()
        except (ValueError, OverflowError, OSError):
            raise InputError(f"{DATE_VARIABLE} is {seconds!r}; set it to seconds since 1970, or give a date") from None
    return max((origin.published for origin in origins if _DATE.fullmatch(origin.published)), default="")
