"""``documents.jsonl``: documents with the units that were read from them, one JSON object a line.

An export of labels carries it, so that every label finds the unit that it was given to, whatever a later version of the
reader would make of the text.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args

from classifier.documents import Document
from classifier.errors import InputError
from classifier.label_checks import misfits, units_with_keys
from classifier.labels import LabelSet, UnitKey
from classifier.origins import Origin
from classifier.sections import SectionKind
from classifier.sentences import split_statements
from classifier.units import Paragraph, Statement, source_spans

DOCUMENTS_FILE = "documents.jsonl"
_SECTION_KINDS = get_args(SectionKind)
_SURROGATE = re.compile(r"\\ud[89a-f]", re.IGNORECASE)
_KEYS = ("name", "sha256", "encoding", "origin", "facts", "text", "paragraphs")


@dataclass(frozen=True)
class ArchivedDocument:
    """A document with its paragraphs as they were read once; ``facts`` is what its keeper knows of it besides."""

    document: Document
    paragraphs: tuple[Paragraph, ...]
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def sha256(self) -> str:
        """SHA-256 of the text, in UTF-8: by this it is known again under any name."""
        return hashlib.sha256(self.document.text.encode()).hexdigest()


def archive_line(archived: ArchivedDocument) -> str:
    """Return a document as one line of ``documents.jsonl``; `read_archive` reads it back."""
    document = archived.document
    data = {
        "name": document.name,
        "sha256": archived.sha256,
        "encoding": document.encoding,
        "origin": asdict(document.origin),
        "facts": dict(archived.facts),
        "text": document.text,
        "paragraphs": [_paragraph_data(document.text, paragraph) for paragraph in archived.paragraphs],
    }
    return json.dumps(data, ensure_ascii=False) + "\n"


def read_archive(path: Path) -> Iterator[tuple[int, ArchivedDocument]]:
    """Yield the number and the document of each line; InputError names the line, what is wrong with it, and the remedy."""
    seen: dict[str, int] = {}
    # Lines end with a line feed only; JSON may hold what else Python takes for the end of a line.
    with path.open(encoding="utf-8", newline="\n") as stream:
        try:
            for number, line in enumerate(stream, 1):
                if not line.strip():
                    continue
                archived = _archived(f"{path}:{number}", line)
                name = archived.document.name
                if seen.setdefault(name, number) != number:
                    raise InputError(f"{path}:{number}: {name!r} stands on line {seen[name]} already; keep one of them")
                yield number, archived
        except UnicodeDecodeError:
            raise InputError(f"{path}: not UTF-8; export it again, or restore the file") from None


def check_against_archive(labels: LabelSet, path: Path) -> list[str]:
    """Return what does not fit between labels and the documents of an archive, one line each.

    Units without a label are no problem here: an archive holds whatever was imported, not only what is labelled.
    """
    units: dict[UnitKey, str] = {}
    for _, archived in read_archive(path):
        units.update(units_with_keys(archived.paragraphs))
    return misfits(labels, units, path)


def _paragraph_data(text: str, paragraph: Paragraph) -> dict[str, Any]:
    data: dict[str, Any] = {
        "position": paragraph.position,
        "spans": [list(span) for span in paragraph.spans],
        "section": list(paragraph.section),
        "section_kind": paragraph.section_kind,
    }
    if paragraph.text != _slices(text, paragraph.spans):
        data["text"] = paragraph.text
    return data


def _slices(text: str, spans: tuple[tuple[int, int], ...]) -> str:
    return "".join(text[start:end] for start, end in spans)


def _archived(where: str, line: str) -> ArchivedDocument:
    try:
        data = json.loads(line)
        if _SURROGATE.search(line):
            json.dumps(data, ensure_ascii=False).encode()  # Halves of characters cannot be kept.
    except ValueError as error:
        raise InputError(f"{where}: not JSON ({error}); export it again, or restore the line") from None
    _need(isinstance(data, dict) and set(data) == set(_KEYS), where, f"an object with exactly the keys {', '.join(_KEYS)}")
    for key in ("name", "sha256", "encoding", "text"):
        _need(isinstance(data[key], str) and bool(data[key] or key == "encoding"), where, f"a text under {key!r}")
    origin, facts = data["origin"], data["facts"]
    _need(
        _texts(origin) and set(origin) == {entry.name for entry in fields(Origin)},
        where,
        "an origin of texts, each named",
    )
    _need(_texts(facts), where, "facts that are texts")
    document = Document(data["name"], data["text"], Origin(**origin), data["encoding"])
    _need(isinstance(data["paragraphs"], list), where, "a list of paragraphs")
    paragraphs = tuple(_paragraph(where, document, entry) for entry in data["paragraphs"])
    positions = [paragraph.position for paragraph in paragraphs]
    _need(all(one < two for one, two in pairwise([0, *positions])), where, "paragraphs whose positions count up from 1")
    archived = ArchivedDocument(document, paragraphs, facts)
    _need(archived.sha256 == data["sha256"], where, f"a text with the SHA-256 {data['sha256']}; it was changed")
    return archived


def _paragraph(where: str, document: Document, data: Any) -> Paragraph:
    _need(isinstance(data, dict), where, "paragraphs that are objects")
    position, spans, section = data.get("position"), data.get("spans"), data.get("section")
    _need(type(position) is int, where, "a number under 'position'")
    where = f"{where}: paragraph {position}"
    pairs = isinstance(spans, list) and all(
        isinstance(span, list) and len(span) == 2 and all(type(place) is int for place in span) for span in spans
    )
    _need(pairs and bool(spans), where, "spans, each with a start and an end")
    places = [place for span in spans for place in span]
    inside = places[0] >= 0 and places[-1] <= len(document.text)
    _need(inside and all(before <= behind for before, behind in pairwise(places)), where, "spans in order, inside the text")
    _need(isinstance(section, list) and all(isinstance(step, str) for step in section), where, "a list of headings")
    kind = data.get("section_kind")
    _need(kind in _SECTION_KINDS, where, f"a section_kind of {', '.join(_SECTION_KINDS)}")
    chosen = tuple((start, end) for start, end in spans)
    text = data.get("text", _slices(document.text, chosen))
    _need(isinstance(text, str) and bool(text), where, "a text")
    statements = tuple(
        Statement(number, source_spans(chosen, start, end) or chosen, text[start:end])
        for number, (start, end) in enumerate(split_statements(text), 1)
    )
    return Paragraph(document.name, position, chosen, text, tuple(section), kind, statements)


def _texts(data: Any) -> bool:
    return isinstance(data, dict) and all(isinstance(value, str) for value in data.values())


def _need(holds: bool, where: str, what: str) -> None:
    if not holds:
        raise InputError(f"{where}: here must stand {what}; export it again, or restore the line")
