"""Hand labels: reading them, checking every value, and finding the unit that each belongs to.

A folder of labels holds ``codebook.toml``, ``paragraphs.csv`` and ``statements.csv`` (units of source documents, known
by document, position and a digest of the text) and ``examples.csv`` (authored example statements). A single CSV file
with the columns ``text`` and ``theme`` is a set of labels as well.
"""

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from classifier.codebook import Codebook, codebook_from_labels, load_codebook
from classifier.documents import Document, Origin, document_from_bytes, origin_from_row, read_sources
from classifier.encoding import decode
from classifier.errors import LabelError
from classifier.shipped import shipped_folder
from classifier.units import Paragraph, digest, read_units

CODEBOOK_FILE = "codebook.toml"
PARAGRAPHS_FILE, STATEMENTS_FILE, EXAMPLES_FILE = "paragraphs.csv", "statements.csv", "examples.csv"
HELD_OUT_FILE = "held_out.csv"
_UNIT_START, _UNIT_END = ("start", "end", "digest", "text"), ("annotator", "note")
PARAGRAPH_COLUMNS = ("document", "paragraph", *_UNIT_START, "primary", "secondary", *_UNIT_END)
STATEMENT_COLUMNS = ("document", "paragraph", "statement", *_UNIT_START, "theme", *_UNIT_END)
EXAMPLE_KINDS = ("sentence", "passage", "plan", "shortcoming", "slogan", "preamble")

UnitKey = tuple[str, int, int]
"""Document, paragraph, statement; a paragraph as a whole has statement 0."""


@dataclass(frozen=True)
class Label:
    """One hand label of one unit: a leaf code and, on paragraphs, secondary themes."""

    key: UnitKey
    digest: str
    text: str
    theme: str
    secondary: tuple[str, ...] = ()
    annotator: str = ""
    note: str = ""


@dataclass(frozen=True)
class LabelledText:
    """A text to learn from; texts of one ``document`` never stand on both sides of a split (``""``: an example)."""

    text: str
    theme: str
    document: str = ""
    kind: str = "example"  # "paragraph" | "statement" | "example"


@dataclass(frozen=True)
class HeldOutText:
    """A text that is only ever tested on; ``clear`` is no where a careful second annotator might choose otherwise."""

    text: str
    theme: str
    secondary: tuple[str, ...]
    clear: bool


@dataclass(frozen=True)
class LabelSet:
    """All labels of one folder or file, with the codebook that they use."""

    codebook: Codebook
    paragraphs: tuple[Label, ...]
    statements: tuple[Label, ...]
    examples: tuple[LabelledText, ...]
    origins: Mapping[str, Origin]

    def texts(self) -> list[LabelledText]:
        """Everything that a model can learn from, in a fixed order."""
        units = [
            LabelledText(label.text, label.theme, label.key[0], kind)
            for labels, kind in ((self.paragraphs, "paragraph"), (self.statements, "statement"))
            for label in labels
        ]
        return [*units, *self.examples]

    def by_text(self) -> dict[tuple[str, str], Label]:
        """Paragraph labels by (document name, digest of the text): how a mix finds the hand label of a paragraph."""
        return {(label.key[0], label.digest): label for label in self.paragraphs}

    def digest(self) -> str:
        """SHA-256 over every text with its label, in order, and over the codebook."""
        state = hashlib.sha256(self.codebook.digest().encode())
        secondary = {label.key: label.secondary for label in self.paragraphs}
        for item in self.texts():
            state.update(repr((item.document, item.kind, item.theme, item.text)).encode("utf-8", "surrogatepass"))
        state.update(repr(sorted(secondary.items())).encode())
        return state.hexdigest()


def load_labels(path: Path, codebook: Path | None = None) -> LabelSet:
    """Read a folder of labels, or one CSV file with ``text`` and ``theme``.

    ``codebook`` overrides the folder's own; without either, a codebook is made from the labels. Raises LabelError with
    file, line, value and what is allowed.
    """
    if path.is_dir():
        return _load_folder(path, codebook)
    if not path.is_file():
        raise LabelError(f"{path}: no such labels; name a folder with {CODEBOOK_FILE}, or a CSV with text and theme")
    rows = list(read_rows(path, ("text", "theme")))
    book = load_codebook(codebook) if codebook else codebook_from_labels(row["theme"] for _, row in rows)
    return LabelSet(book, (), (), tuple(_texts(path, rows, book, need_columns=False)), {})


def read_label_file(path: Path, codebook: Codebook) -> list[Label]:
    """Read ``paragraphs.csv`` or ``statements.csv``, whichever columns it has; used for any annotator's file."""
    header = _header(path)
    columns = STATEMENT_COLUMNS if "statement" in header else PARAGRAPH_COLUMNS
    seen: dict[UnitKey, int] = {}
    labels = []
    for line, row in read_rows(path, columns):
        label = _label(path, line, row, codebook)
        if label.key in seen:
            raise LabelError(
                f"{path}:{line}: unit {_name(label.key)} is labelled on line {seen[label.key]} already; keep one"
            )
        seen[label.key] = line
        labels.append(label)
    return labels


def load_held_out(folder: Path, codebook: Codebook) -> list[HeldOutText]:
    """Read ``held_out.csv`` of a label folder; an absent file gives an empty list."""
    path = folder / HELD_OUT_FILE
    if not path.is_file():
        return []
    texts = []
    for line, row in read_rows(path, ("theme", "secondary", "clear", "text")):
        check_code(path, line, row["theme"], codebook.leaf_codes)
        secondary = _secondary(path, line, row["secondary"], row["theme"], codebook)
        if row["clear"] not in ("yes", "no"):
            raise LabelError(f"{path}:{line}: clear is {row['clear']!r}; use yes or no")
        texts.append(HeldOutText(row["text"], row["theme"], secondary, row["clear"] == "yes"))
    return texts


def check_against_sources(labels: LabelSet, sources: Path) -> list[str]:
    """Return what does not fit between labels and source documents, one line each: changed, lost, unlabelled units."""
    units = {
        key: text for document in read_folder(sources) for key, text in units_with_keys(read_units(document).paragraphs)
    }
    labelled = {label.key for label in (*labels.paragraphs, *labels.statements)}
    return [*misfits(labels, units, sources), *(f"{_name(key)}: not labelled" for key in units if key not in labelled)]


def misfits(labels: LabelSet, units: Mapping[UnitKey, str], where: Path) -> list[str]:
    """Return the labels whose unit is not among these or reads otherwise there, one line each."""
    problems = []
    for label in (*labels.paragraphs, *labels.statements):
        found = units.get(label.key)
        if found is None:
            problems.append(f"{_name(label.key)}: labelled, but there is no such unit in {where}")
        elif digest(found) != label.digest or found != label.text:
            problems.append(f"{_name(label.key)}: labelled as {label.text[:20]!r}…, but the source reads {found[:20]!r}…")
    return problems


def read_folder(folder: Path) -> Iterator[Document]:
    """Read the text documents of a folder, in order of name, with their origins from ``sources.csv``."""
    sources = read_sources(folder)
    for path in sorted(folder.glob("*.txt")):
        origin = origin_from_row(sources[path.name]) if path.name in sources else None
        yield document_from_bytes(path.read_bytes(), path.name, origin=origin)


def _load_folder(folder: Path, codebook: Path | None) -> LabelSet:
    path = codebook or folder / CODEBOOK_FILE
    if not path.is_file():
        raise LabelError(f"{folder}: holds no {CODEBOOK_FILE}; add one, or name one with --codebook")
    book = load_codebook(path)
    files = {name: folder / name for name in (PARAGRAPHS_FILE, STATEMENTS_FILE, EXAMPLES_FILE)}
    if not any(file.is_file() for file in files.values()):
        raise LabelError(f"{folder}: holds none of {', '.join(files)}; at least one is needed")
    read = {name: read_label_file(file, book) if file.is_file() else [] for name, file in list(files.items())[:2]}
    examples_file = files[EXAMPLES_FILE]
    examples: list[LabelledText] = []
    if examples_file.is_file():
        examples = list(_texts(examples_file, list(read_rows(examples_file, ("text", "theme"))), book, need_columns=True))
    sources = {**read_sources(shipped_folder("seeds")), **read_sources(folder)}
    origins = {name: origin_from_row(row) for name, row in sources.items()}
    return LabelSet(book, tuple(read[PARAGRAPHS_FILE]), tuple(read[STATEMENTS_FILE]), tuple(examples), origins)


def _texts(
    path: Path, rows: list[tuple[int, dict[str, str]]], book: Codebook, *, need_columns: bool
) -> Iterator[LabelledText]:
    seen: dict[str, int] = {}
    for line, row in rows:
        check_code(path, line, row["theme"], book.leaf_codes)
        if row.get("id") and seen.setdefault(row["id"], line) != line:
            raise LabelError(f"{path}:{line}: id {row['id']!r} stands on line {seen[row['id']]} already; use each id once")
        if not row["text"].strip():
            raise LabelError(f"{path}:{line}: no text beside theme {row['theme']!r}; fill it in or remove the line")
        if need_columns and row.get("kind", EXAMPLE_KINDS[0]) not in EXAMPLE_KINDS:
            raise LabelError(f"{path}:{line}: kind {row['kind']!r}; use one of {', '.join(EXAMPLE_KINDS)}")
        yield LabelledText(row["text"], row["theme"], row.get("document", ""))


def _label(path: Path, line: int, row: dict[str, str], book: Codebook) -> Label:
    theme = row.get("theme") or row.get("primary", "")
    check_code(path, line, theme, book.leaf_codes)
    secondary = _secondary(path, line, row.get("secondary", ""), theme, book)
    key = unit_key(path, line, row)
    if digest(row["text"]) != row["digest"]:
        raise LabelError(f"{path}:{line}: the text was changed (digest {row['digest']}); restore it, or relabel the unit")
    return Label(key, row["digest"], row["text"], theme, secondary, row["annotator"], row["note"])


def unit_key(path: Path, line: int, row: Mapping[str, str]) -> UnitKey:
    """Read which unit a row is about; LabelError where its positions are no numbers."""
    try:
        return row["document"], int(row["paragraph"]), int(row.get("statement", "0"))
    except ValueError:
        raise LabelError(
            f"{path}:{line}: position {row['paragraph']!r}/{row.get('statement', '')!r}; use whole numbers from 1"
        ) from None


def _secondary(path: Path, line: int, cell: str, theme: str, book: Codebook) -> tuple[str, ...]:
    codes = tuple(filter(None, cell.split(";")))
    for code in codes:
        check_code(path, line, code, book.secondary_codes, "secondary theme")
        if code == theme:
            raise LabelError(f"{path}:{line}: secondary theme {code!r} is the primary one already; remove it")
    return codes


def check_code(path: Path, line: int, code: str, allowed: Sequence[str], what: str = "theme") -> None:
    """Raise LabelError where a row's code is not among those allowed."""
    if code not in allowed:
        raise LabelError(f"{path}:{line}: {what} {code!r} is unknown; use one of {', '.join(allowed)}")


def _header(path: Path) -> list[str]:
    if not path.is_file():
        raise LabelError(f"{path}: no such file; name a CSV with the columns of {PARAGRAPHS_FILE} or {STATEMENTS_FILE}")
    text, _ = decode(path.read_bytes(), str(path))
    return next(csv.reader(io.StringIO(text, newline="")), [])


def read_rows(path: Path, needed: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (line number, row) of a CSV file, every needed column present; LabelError names the line that is no row."""
    text, _ = decode(path.read_bytes(), str(path))
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    missing = [name for name in needed if name not in (reader.fieldnames or ())]
    if missing:
        raise LabelError(f"{path}: no column {', '.join(map(repr, missing))}; it has {reader.fieldnames or 'nothing'}")
    count = 0
    try:
        for row in reader:
            if None in row or None in row.values():
                raise LabelError(f"{path}:{reader.line_num}: {len(row)} cells, but {len(reader.fieldnames or ())} columns")
            count += 1
            yield reader.line_num, row
    except csv.Error as error:
        raise LabelError(f"{path}:{reader.line_num}: not a CSV row ({error}); quote cells that hold quotes") from None
    if not count:
        raise LabelError(f"{path}: no rows below the column names; add labels, or remove the file")


def units_with_keys(paragraphs: Iterable[Paragraph]) -> Iterator[tuple[UnitKey, str]]:
    """Yield each paragraph and each of its statements, with the key by which a label knows it."""
    for paragraph in paragraphs:
        yield (paragraph.document, paragraph.position, 0), paragraph.text
        for statement in paragraph.statements:
            yield (paragraph.document, paragraph.position, statement.position), statement.text


def _name(key: UnitKey) -> str:
    document, paragraph, statement = key
    return f"{document} paragraph {paragraph}" + (f" statement {statement}" if statement else "")
