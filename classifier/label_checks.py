"""Check labels against the documents that they belong to: every unit is there, and reads as it did when it was labelled."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from classifier.documents import Document, document_from_bytes, with_origin
from classifier.labels import LabelSet, UnitKey, unit_name
from classifier.origins import origin_from_row, read_sources
from classifier.units import Paragraph, digest, read_units


def check_against_sources(labels: LabelSet, sources: Path) -> list[str]:
    """Return what does not fit between labels and source documents, one line each: changed, lost, unlabelled units."""
    units = {
        key: text for document in read_folder(sources) for key, text in units_with_keys(read_units(document).paragraphs)
    }
    labelled = {label.key for label in labels.units()}
    return [*misfits(labels, units, sources), *(f"{unit_name(key)}: not labelled" for key in units if key not in labelled)]


def misfits(labels: LabelSet, units: Mapping[UnitKey, str], where: Path) -> list[str]:
    """Return the labels whose unit is not among these or reads otherwise there, one line each."""
    problems = []
    for label in labels.units():
        found = units.get(label.key)
        if found is None:
            problems.append(f"{unit_name(label.key)}: labelled, but there is no such unit in {where}")
        elif digest(found) != label.digest or found != label.text:
            problems.append(
                f"{unit_name(label.key)}: labelled as {label.text[:20]!r}…, but the source reads {found[:20]!r}…"
            )
    return problems


def read_folder(folder: Path) -> Iterator[Document]:
    """Read the text documents of a folder, in order of name, with their origins from ``sources.csv``."""
    sources = read_sources(folder)
    for path in sorted(folder.glob("*.txt")):
        origin = origin_from_row(sources.get(path.name, {}))
        yield with_origin(document_from_bytes(path.read_bytes(), path.name, origin=origin), path)


def units_with_keys(paragraphs: Iterable[Paragraph]) -> Iterator[tuple[UnitKey, str]]:
    """Yield each paragraph and each of its statements, with the key by which a label knows it."""
    for paragraph in paragraphs:
        yield (paragraph.document, paragraph.position, 0), paragraph.text
        for statement in paragraph.statements:
            yield (paragraph.document, paragraph.position, statement.position), statement.text
