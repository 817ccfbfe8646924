"""The tables of a snapshot: made from its data by its model and labels, and compared with those that were frozen."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from classifier.archive import read_archive
from classifier.batch import classify_items
from classifier.chunks import Item, document_fields
from classifier.codebook import Codebook
from classifier.counting import count_paragraphs, groups_of
from classifier.errors import SnapshotError
from classifier.labels import LabelSet
from classifier.manifest import TABLES_FOLDER, FrozenData, TableForm
from classifier.mix import Mix, mix_of_paragraphs
from classifier.mix_files import write_mix
from classifier.model import Model
from classifier.predictions import Prediction
from classifier.sources import Failures, items, open_sources

Classified = list[tuple[Item, Prediction]]
_SUFFIXES = (".csv", ".json")


@dataclass(frozen=True)
class ChangedFigure:
    """A figure that came out otherwise than it was frozen; ``row`` and ``theme`` are empty where it is of a whole table."""

    table: str
    row: str
    theme: str
    what: str
    frozen: Any
    rebuilt: Any

    def __str__(self) -> str:
        """Say it in a line."""
        where = ", ".join(filter(None, [self.table, self.row, self.theme]))
        both = f"{_plain(self.frozen)} frozen, {_plain(self.rebuilt)} rebuilt"
        numbers = all(isinstance(value, int | float) for value in (self.frozen, self.rebuilt))
        return f"{where}: {self.what} {both}" + (f" ({self.rebuilt - self.frozen:+.6g})" if numbers else "")


def classify_data(
    folder: Path, data: FrozenData, model: Model, failures: Failures, progress: Callable[[Iterable[Item]], Iterable[Item]]
) -> Classified:
    """Classify the paragraphs of a snapshot; what holds no text is left out."""
    if data.units_as_stored:
        found = _stored_items([folder / name for name in data.files])
    else:
        paths = [str(folder / name) for name in data.files]
        found = items(open_sources(paths, encoding=data.encoding, text_column=data.text_column), failures)
    return [(item, prediction) for item, prediction in classify_items(model, progress(found)) if prediction.theme]


def make_tables(model: Model, classified: Classified, labels: LabelSet, forms: Sequence[TableForm]) -> list[Mix]:
    """Return the mix of each form, in order."""
    counted = {
        measure: count_paragraphs(model, classified, labels, by="document", measure=measure)
        for measure in dict.fromkeys(form.measure for form in forms)
    }
    groups = {by: groups_of([item for item, _ in classified], by) for by in {*(form.by for form in forms), "year"}}
    tables = []
    for form in forms:
        own = groups[form.by]
        if form.by_year:
            own = [f"{group}\t{year}" for group, year in zip(own, groups["year"], strict=True)]
        paragraphs = replace(counted[form.measure], groups=own)
        mix = mix_of_paragraphs(paragraphs, model, by=form.by, measure=form.measure, detailed=form.detailed)
        if form.by_year:
            mix = replace(mix, rows=tuple(replace(row, group=row.group.rpartition("\t")[0]) for row in mix.rows))
        tables.append(mix)
    return tables


def write_tables(tables: Sequence[Mix], forms: Sequence[TableForm], codebook: Codebook, folder: Path) -> None:
    """Write each table as CSV and as JSON into the folder's ``tables``."""
    (folder / TABLES_FOLDER).mkdir()
    for mix, form in zip(tables, forms, strict=True):
        for suffix in _SUFFIXES:
            write_mix(mix, codebook, folder / TABLES_FOLDER / f"{form.name}{suffix}")


def compare_tables(
    frozen: Path, rebuilt: Path, forms: Sequence[TableForm], *, same_program: bool = True
) -> list[ChangedFigure]:
    """Return what differs between the tables of two folders, in order.

    The ``same_program`` writes the same files as well; another may write more, so that only what was frozen is compared.
    Raises SnapshotError where a frozen file is no table.
    """
    differences: list[ChangedFigure] = []
    for form in forms:
        name = f"{TABLES_FOLDER}/{form.name}"
        try:
            before, after = (json.loads((folder / f"{name}.json").read_bytes()) for folder in (frozen, rebuilt))
            found = list(_differences(name, _figures(before, form), _figures(after, form)))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise SnapshotError(f"{name}.json in the snapshot is no theme mix; get the archive again") from None
        if same_program and not found:
            files = [f"{name}{suffix}" for suffix in _SUFFIXES]
            found = [
                ChangedFigure(file, "", "", "file", "as it is", "otherwise")
                for file in files
                if (frozen / file).read_bytes() != (rebuilt / file).read_bytes()
            ]
        differences += found
    return differences


def _stored_items(files: Iterable[Path]) -> Iterator[Item]:
    for file in files:
        for _, archived in read_archive(file):
            document = archived.document
            for paragraph in archived.paragraphs:
                yield Item(document_fields(document, paragraph), paragraph.text, document.origin, paragraph)


_Figures = dict[tuple[str, str, str], Any]


def _figures(table: dict[str, Any], form: TableForm) -> _Figures:
    """Return every figure of a table by its row, its theme and its name; a row itself stands under its name alone."""
    figures: _Figures = {("", "", name): value for name, value in table.items() if name != "rows"}
    for row in table["rows"]:
        name = " ".join([row[form.by] or "(not stated)", *[row["year"]] * form.by_year])
        figures[name, "", "row"] = "there"
        figures |= {(name, "", what): value for what, value in row.items() if what != "shares"}
        for code, share in row["shares"].items():
            figures |= {(name, code, what): value for what, value in share.items()}
    return figures


def _differences(table: str, frozen: _Figures, rebuilt: _Figures) -> Iterator[ChangedFigure]:
    lost = {row for row, theme, what in frozen.keys() - rebuilt.keys() if what == "row"}
    for (row, theme, what), value in frozen.items():
        now = rebuilt.get((row, theme, what))
        if what == "row" if row in lost else now != value:
            yield ChangedFigure(table, row, theme, what, value, now)
    for row, theme, what in rebuilt:
        if what == "row" and (row, theme, what) not in frozen:
            yield ChangedFigure(table, row, theme, what, None, "there")


def _plain(value: Any) -> str:
    return "none" if value is None else str(value)
