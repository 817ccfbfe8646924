"""Hand labels: reading them, checking every value, and finding the unit that each belongs to.

A folder of labels holds ``codebook.toml``, ``paragraphs.csv`` and ``statements.csv`` (units of source documents, known
by document, position and a digest of the text) and ``examples.csv`` (authored example statements). A single CSV file
with the columns ``text`` and ``theme`` is a set of labels as well. Labels that wait to be given anew, after a change of the
codebook, stand in ``to_relabel.csv``; see `classifier.label_migration`.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from classifier.codebook import Codebook, codebook_from_labels, load_codebook
from classifier.errors import LabelError
from classifier.label_rows import probability_cell, read_header, read_rows
from classifier.migration import Migration, migration_to
from classifier.origins import Origin, origin_from_row, read_sources
from classifier.shipped import shipped_folder
from classifier.units import digest

CODEBOOK_FILE = "codebook.toml"
PARAGRAPHS_FILE, STATEMENTS_FILE, EXAMPLES_FILE = "paragraphs.csv", "statements.csv", "examples.csv"
HELD_OUT_FILE = "held_out.csv"
TO_RELABEL_FILE = "to_relabel.csv"
_UNIT_START, _UNIT_END = ("start", "end", "digest", "text"), ("annotator", "note")
PARAGRAPH_COLUMNS = ("document", "paragraph", *_UNIT_START, "primary", "secondary", *_UNIT_END)
STATEMENT_COLUMNS = ("document", "paragraph", "statement", *_UNIT_START, "theme", *_UNIT_END)
CHOICE_COLUMNS, AUDIT = ("chosen_by", "probability"), "audit"
EXAMPLE_KINDS = ("sentence", "passage", "plan", "shortcoming", "slogan", "preamble")

UnitKey = tuple[str, int, int]
"""Document, paragraph, statement; a paragraph as a whole has statement 0."""


@dataclass(frozen=True)
class Label:
    """One hand label of one unit: a leaf code and, on paragraphs, secondary themes.

    ``codebook`` is the version of the codebook by which it was given; rules have made it one of the codebook in use since.
    ``chosen_by`` says how its unit came to be labelled, `AUDIT` with which ``probability`` a random sample drew it.
    """

    key: UnitKey
    digest: str
    text: str
    theme: str
    secondary: tuple[str, ...] = ()
    annotator: str = ""
    note: str = ""
    codebook: str = ""
    chosen_by: str = ""
    probability: float | None = None


@dataclass(frozen=True)
class LabelledText:
    """A text to learn from; texts of one ``document`` never stand on both sides of a split (``""``: an example)."""

    text: str
    theme: str
    document: str = ""
    kind: str = "example"  # "paragraph" | "statement" | "example"


@dataclass(frozen=True)
class HeldOutText:
    """A text, written after a ``report``, that is only ever tested on; not ``clear``: others might choose otherwise."""

    text: str
    theme: str
    secondary: tuple[str, ...]
    clear: bool
    report: str = ""


@dataclass(frozen=True)
class LabelSet:
    """All labels of one folder or file, with the codebook that they use.

    ``to_relabel`` more units had a label, of which no rule says what it is by this codebook. ``audit``
    holds the labels of units that a random audit sample drew: for measuring, so that no model is trained on them.
    """

    codebook: Codebook
    paragraphs: tuple[Label, ...]
    statements: tuple[Label, ...]
    examples: tuple[LabelledText, ...]
    origins: Mapping[str, Origin]
    to_relabel: int = 0
    audit: tuple[Label, ...] = ()

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
        return {(label.key[0], label.digest): label for label in self.units() if not label.key[2]}

    def units(self) -> tuple[Label, ...]:
        """Every labelled unit of a document, those of the audit sample included."""
        return (*self.paragraphs, *self.statements, *self.audit)

    def first_documents(self) -> dict[str, str]:
        """For each labelled document, the first one of its jurisdiction; itself where the jurisdiction is not known."""
        first: dict[str, str] = {}
        documents = sorted({label.key[0] for label in (*self.paragraphs, *self.statements)})
        places = {name: self.origins[name].jurisdiction for name in documents if name in self.origins}
        return {name: first.setdefault(places.get(name) or f"\0{name}", name) for name in documents}

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

    ``codebook`` overrides the folder's own: where it is a later version of that, its rules migrate the labels. Without
    either, a codebook is made from the labels. Raises LabelError with file, line, value and what is allowed.
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
    header = read_header(path)
    columns = STATEMENT_COLUMNS if "statement" in header else PARAGRAPH_COLUMNS
    seen: dict[UnitKey, int] = {}
    labels = []
    for line, row in read_rows(path, columns):
        label = _label(path, line, row, codebook)
        if label.key in seen:
            raise LabelError(
                f"{path}:{line}: unit {unit_name(label.key)} is labelled on line {seen[label.key]} already; keep one"
            )
        seen[label.key] = line
        labels.append(label)
    return labels


def load_held_out(folder: Path, codebook: Codebook) -> list[HeldOutText]:
    """Read ``held_out.csv`` of a label folder, migrated to a codebook; an absent file gives an empty list."""
    path = folder / HELD_OUT_FILE
    if not path.is_file():
        return []
    migration = _migration(folder, codebook)
    book = load_codebook(folder / CODEBOOK_FILE) if migration.steps else codebook
    texts = []
    for line, row in read_rows(path, ("theme", "secondary", "clear", "text")):
        check_code(path, line, row["theme"], book.leaf_codes)
        if row["clear"] not in ("yes", "no"):
            raise LabelError(f"{path}:{line}: clear is {row['clear']!r}; use yes or no")
        now = migration.label(row["theme"], _secondary(path, line, row["secondary"], row["theme"], book), row["text"])
        if now.theme:
            texts.append(HeldOutText(row["text"], now.theme, now.secondary, row["clear"] == "yes", row.get("report", "")))
    return texts


def _load_folder(folder: Path, codebook: Path | None) -> LabelSet:
    path = codebook or folder / CODEBOOK_FILE
    if not path.is_file():
        raise LabelError(f"{folder}: holds no {CODEBOOK_FILE}; add one, or name one with --codebook")
    migration = _migration(folder, load_codebook(path))
    book = load_codebook(folder / CODEBOOK_FILE) if migration.steps else migration.codebook
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
    labels = LabelSet(
        book,
        tuple(read[PARAGRAPHS_FILE]),
        tuple(read[STATEMENTS_FILE]),
        tuple(examples),
        origins,
        _waiting(folder),
    )
    return _pools_apart(migrated_labels(labels, migration))


def _pools_apart(labels: LabelSet) -> LabelSet:
    """Move what an audit sample drew, a paragraph with its statements, out of what is trained on."""
    drawn = {label.key[:2] for label in labels.units() if label.chosen_by == AUDIT}
    kinds = (labels.paragraphs, labels.statements)
    paragraphs, statements = (tuple(label for label in kind if label.key[:2] not in drawn) for kind in kinds)
    audit = tuple(label for label in labels.units() if label.key[:2] in drawn)
    return replace(labels, paragraphs=paragraphs, statements=statements, audit=audit)


def migrated_labels(labels: LabelSet, migration: Migration) -> LabelSet:
    """Return labels under another codebook; those of which no rule decides what they are now are left out and counted."""
    if not migration.steps:
        return labels

    def now(label: Label) -> Label:
        found = migration.label(label.theme, label.secondary, label.text)
        return replace(label, theme=found.theme, secondary=found.secondary)

    paragraphs, statements = (
        tuple(label for label in map(now, kind) if label.theme) for kind in (labels.paragraphs, labels.statements)
    )
    decided = (replace(item, theme=migration.label(item.theme, text=item.text).theme) for item in labels.examples)
    examples = tuple(item for item in decided if item.theme)
    left_out = len(labels.texts()) - len(paragraphs) - len(statements) - len(examples)
    return LabelSet(migration.codebook, paragraphs, statements, examples, labels.origins, labels.to_relabel + left_out)


def _migration(folder: Path, book: Codebook) -> Migration:
    """Return the way from a folder's own codebook to another one; without steps where its labels are read as they are."""
    own = folder / CODEBOOK_FILE
    version = load_codebook(own).version if own.is_file() else book.version
    return migration_to(book, version if version in book.versions else book.version)


def _waiting(folder: Path) -> int:
    """Return how many units of a folder wait to be labelled anew, and are learned from only then."""
    path = folder / TO_RELABEL_FILE
    trained_on = (PARAGRAPHS_FILE, STATEMENTS_FILE, EXAMPLES_FILE)
    rows = list(read_rows(path, ("file", "left_out"))) if path.is_file() else []
    return sum(row["left_out"] == "yes" and row["file"] in trained_on for _, row in rows)


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
    said = (theme, secondary, row["annotator"], row["note"], row.get("codebook") or book.version)
    return Label(key, row["digest"], row["text"], *said, row.get("chosen_by", ""), probability_cell(path, line, row))


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


def unit_name(key: UnitKey) -> str:
    """Return how messages call a unit."""
    document, paragraph, statement = key
    return f"{document} paragraph {paragraph}" + (f" statement {statement}" if statement else "")
