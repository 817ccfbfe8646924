"""Bring a folder of labels to another version of its codebook, without losing any.

The new folder has everything that the old one had. A label of which a rule says what it is now stands in its file; where
it was given by another version of the codebook, ``codebook`` names that version, ``given`` and ``given_secondary`` what was
said then. The others stand in ``to_relabel.csv``, with all their cells, the question, and room for the answer. It is read
when the folder is migrated again, be it to the version that it has. Migrated back, a label is what it was given as.
"""

import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from classifier.codebook import Codebook, load_codebook
from classifier.codebook_changes import CodeChange
from classifier.errors import InputError, LabelError
from classifier.label_rows import read_rows, write_rows
from classifier.labels import (
    CODEBOOK_FILE,
    EXAMPLES_FILE,
    HELD_OUT_FILE,
    PARAGRAPH_COLUMNS,
    PARAGRAPHS_FILE,
    STATEMENT_COLUMNS,
    STATEMENTS_FILE,
    TO_RELABEL_FILE,
)
from classifier.migration import MigratedLabel, Migration, migration_to

_COLUMNS: Mapping[str, Sequence[str]] = {
    PARAGRAPHS_FILE: PARAGRAPH_COLUMNS,
    STATEMENTS_FILE: STATEMENT_COLUMNS,
    EXAMPLES_FILE: ("theme", "kind", "text"),
    HELD_OUT_FILE: ("report", "theme", "secondary", "clear", "text"),
}
_GIVEN = ("codebook", "given", "given_secondary")
_QUESTION = ("file", "row", "left_out", "why", "candidates", "question", "question_zh", "answer", "answer_secondary")


@dataclass(frozen=True)
class MigratedFile:
    """What became of the labels of one file: how many are another code now, how many a person must decide first."""

    name: str
    labels: int
    changed: int
    left_out: int
    asked: int  # These stand in their file; only whether a secondary theme belongs to them is open.


@dataclass
class _Row:
    """A row of a label file: its cells, what it was given as by which version, and what it is now."""

    cells: dict[str, str]
    column: str
    version: str
    theme: str
    secondary: tuple[str, ...]
    now: MigratedLabel = field(default_factory=lambda: MigratedLabel(""))
    newly: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        return not self.now.theme or bool(self.now.open_secondary or self.newly)


def migrate_folder(folder: Path, codebook: Path, output: Path) -> list[MigratedFile]:
    """Write a folder of labels as labels of another codebook into a new folder, whole or not at all.

    Raises InputError where the new folder holds something already, CodebookError where no changes lead from one version to
    the other, LabelError for an answer or a code that is none.
    """
    if output.exists() and (not output.is_dir() or any(output.iterdir())):
        raise InputError(f"{output}: there is something already; name a new folder with -o")
    if output.resolve().is_relative_to(folder.resolve()):
        raise InputError(f"{output}: inside {folder}, which stays as it is; name a folder elsewhere with -o")
    own, book = load_codebook(folder / CODEBOOK_FILE), load_codebook(codebook)
    files = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*.csv")) if path.name in _COLUMNS}
    waiting = _waiting(folder / TO_RELABEL_FILE)
    rows = {name: _read(name, files.get(name), waiting.get(name, []), own) for name in sorted({*files, *waiting})}
    migrations = _Migrations(own, book)
    for row in chain.from_iterable(rows.values()):
        row.now = migrations.of(row.version).label(row.theme, row.secondary, row.cells["text"])
    for name, paragraphs in rows.items():
        if name.endswith(PARAGRAPHS_FILE):
            statements = rows.get(name.replace(PARAGRAPHS_FILE, STATEMENTS_FILE), [])
            _ask_for_secondary(paragraphs, statements, migrations)
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=output.parent, prefix=f".{output.name}.") as temporary:
        new = Path(temporary) / output.name
        kept_away = shutil.ignore_patterns(".*", *_COLUMNS, TO_RELABEL_FILE, CODEBOOK_FILE)
        shutil.copytree(folder, new, ignore=kept_away)
        shutil.copyfile(codebook, new / CODEBOOK_FILE)
        for name, own_rows in rows.items():
            _write(new / name, own_rows, book)
        _write_questions(new / TO_RELABEL_FILE, rows)
        if output.exists():
            output.rmdir()
        new.rename(output)
    return [_counted(name, own_rows) for name, own_rows in rows.items()]


class _Migrations:
    """The ways to the new codebook from each version that a label was given by."""

    def __init__(self, own: Codebook, book: Codebook) -> None:
        self._own, self._book = own, book
        self._known: dict[str, Migration] = {}

    def of(self, version: str) -> Migration:
        if version not in self._known:
            self._known[version] = migration_to(self._book, version, [self._own])
        return self._known[version]


def _read(name: str, path: Path | None, waiting: list[tuple[str, dict[str, str]]], own: Codebook) -> list[_Row]:
    """Return all labels of a file in their order, those that waited to be relabelled in their place again."""
    column = "primary" if name.endswith(PARAGRAPHS_FILE) else "theme"
    rows = [] if path is None else [_row(f"{path}:{line}", cells, column, own) for line, cells in read_rows(path, ("text",))]
    columns = list(rows[0].cells) if rows else _COLUMNS[name.rpartition("/")[2]]
    for where, cells in waiting:
        if not cells["row"].isdecimal():
            raise LabelError(f"{where}: row is {cells['row']!r}; use the number of a row of {name}")
        place = min(int(cells["row"]) - 1, len(rows))
        if cells["left_out"] == "yes":
            label = {key: cells.get(key, "") for key in (*columns, *_GIVEN)}
            rows.insert(place, _row(where, label, column, own))
        elif place == len(rows) or rows[place].cells["text"] != cells["text"]:
            raise LabelError(f"{where}: row {cells['row']} of {name} is another unit; restore the file, or remove this line")
        if cells["answer"]:
            rows[place] = _answered(where, cells, rows[place], own)
    return rows


def _row(where: str, cells: dict[str, str], column: str, own: Codebook) -> _Row:
    if column not in cells:
        raise LabelError(f"{where}: no column {column!r}; it has {', '.join(cells)}")
    given, version = {name: cells.get(name, "") for name in _GIVEN}, cells.get("codebook") or own.version
    theme, secondary = cells[column], cells.get("secondary", "")
    if given["codebook"]:
        theme, secondary = given["given"] or theme, given["given_secondary"] if given["given"] else secondary
    elif theme not in own.leaf_codes:
        raise LabelError(f"{where}: {column} {theme!r} is unknown; use one of {', '.join(own.leaf_codes)}")
    kept = {name: value for name, value in cells.items() if name not in _GIVEN}
    return _Row(kept, column, version, theme, tuple(filter(None, secondary.split(";"))))


def _answered(where: str, cells: Mapping[str, str], row: _Row, own: Codebook) -> _Row:
    answer, secondary = cells["answer"], tuple(filter(None, cells["answer_secondary"].split(";")))
    if answer not in own.leaf_codes or not set(secondary) <= set(own.secondary_codes) - {answer}:
        raise LabelError(
            f"{where}: the answer is {answer!r} with {';'.join(secondary) or 'no'} secondary themes; use one of "
            f"{', '.join(own.leaf_codes)}, and for answer_secondary others of {', '.join(own.secondary_codes)}"
        )
    label = dict(row.cells)
    if "note" in label:  # What was said before stays readable here as well.
        before = "; ".join((row.theme, *row.secondary))
        label |= {"annotator": cells["annotator"], "note": f"{cells['note']} By codebook {row.version}: {before}.".strip()}
    return _Row(label, row.column, own.version, answer, secondary)


def _waiting(path: Path) -> dict[str, list[tuple[str, dict[str, str]]]]:
    """Return the lines of ``to_relabel.csv`` by file, each with its place for messages."""
    found: dict[str, list[tuple[str, dict[str, str]]]] = {}
    for line, cells in read_rows(path, _QUESTION) if path.is_file() else ():
        found.setdefault(cells["file"], []).append((f"{path}:{line}", cells))
    return found


def _ask_for_secondary(paragraphs: list[_Row], statements: list[_Row], migrations: _Migrations) -> None:
    """Ask of each paragraph whether themes of its statements are secondary now, which could be none before."""
    of_paragraph: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for row in statements:
        of_paragraph.setdefault((row.cells["document"], row.cells["paragraph"]), []).append((row.theme, row.now.theme))
    for row in paragraphs:
        given = of_paragraph.get((row.cells["document"], row.cells["paragraph"]), [])
        newly = migrations.of(row.version).newly_secondary(given)
        row.newly = tuple(code for code in newly if code not in (row.now.theme, *row.now.secondary))


def _write(path: Path, rows: list[_Row], book: Codebook) -> None:
    """Write the labels that are decided; without any, no file is written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    decided = [row for row in rows if row.now.theme]
    if not decided:
        return
    columns = list(decided[0].cells)
    if any(row.version != book.version for row in decided):
        columns += _GIVEN if "secondary" in columns else _GIVEN[:2]
    write_rows(path, columns, (_cells(row, book) for row in decided))


def _cells(row: _Row, book: Codebook) -> dict[str, str]:
    secondary = {"secondary": ";".join(row.now.secondary)} if "secondary" in row.cells else {}
    given = {} if row.version == book.version else _given(row)
    return {**row.cells, row.column: row.now.theme, **secondary, **given}


def _as_given(row: _Row) -> dict[str, str]:
    secondary = {"secondary": ";".join(row.secondary)} if "secondary" in row.cells else {}
    return {**row.cells, row.column: row.theme, **secondary, **_given(row)}


def _given(row: _Row) -> dict[str, str]:
    return {"codebook": row.version, "given": row.theme, "given_secondary": ";".join(row.secondary)}


def _write_questions(path: Path, rows: Mapping[str, list[_Row]]) -> None:
    lines = [
        {**_as_given(row), **_question(row), "file": name, "row": str(number), "left_out": _yes(not row.now.theme)}
        for name, own_rows in rows.items()
        for number, row in enumerate(own_rows, 1)
        if row.is_open
    ]
    if lines:
        others = dict.fromkeys(name for line in lines for name in line if name not in (*_QUESTION, *_GIVEN))
        write_rows(path, [*_QUESTION, *_GIVEN, *others], lines)


def _question(row: _Row) -> dict[str, str]:
    """Return what a person is asked of a label: the questions of the changes behind it, or a plain one."""
    found = row.now.open_theme
    if found is not None:
        why, candidates, changes = "theme", found.candidates, found.changes
        plain = f"What is {row.theme} now?", f"“{row.theme}”现在归哪个主题？"
    elif row.now.open_secondary:
        why, codes = "secondary", ", ".join(entry.code for entry in row.now.open_secondary)
        candidates = tuple(dict.fromkeys(code for entry in row.now.open_secondary for code in entry.candidates))
        changes = tuple(change for entry in row.now.open_secondary for change in entry.changes)
        plain = f"What is the secondary theme {codes} now?", f"次要主题“{codes}”现在归哪个主题？"
    else:
        why, candidates, changes = "new secondary", row.newly, ()
        codes = ", ".join(row.newly)
        plain = (
            f"A statement is about {codes}: is that a secondary theme of the paragraph?",
            f"有语句归“{codes}”：该主题是否为本段的次要主题？",
        )
    asked = [" ".join(_questions(changes, language)) for language in ("en", "zh")]
    english, chinese = (own or default for own, default in zip(asked, plain, strict=True))
    return {"why": why, "candidates": ";".join(candidates), "question": english, "question_zh": chinese}


def _questions(changes: Iterable[CodeChange], language: str) -> Iterator[str]:
    yield from dict.fromkeys(filter(None, (change.question_in(language) for change in changes)))


def _counted(name: str, rows: list[_Row]) -> MigratedFile:
    left_out = sum(not row.now.theme for row in rows)
    asked = sum(row.is_open for row in rows) - left_out
    changed = sum(bool(row.now.theme) and (row.now.theme, row.now.secondary) != (row.theme, row.secondary) for row in rows)
    return MigratedFile(name, len(rows), changed, left_out, asked)


def _yes(holds: bool) -> str:
    return "yes" if holds else "no"
