"""What a snapshot says of itself: ``manifest.json`` with a digest of every other file, its identifier, its citation.

The identifier is the beginning of the SHA-256 of ``manifest.json``: a byte changed anywhere gives another one. Raise
`FORMAT_VERSION` whenever a file of a snapshot is added, removed or changes its meaning.
"""

import hashlib
import json
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from importlib.metadata import version
from typing import Any

from classifier.errors import SnapshotError
from classifier.mix import GROUPINGS, MEASURES

FORMAT, FORMAT_VERSION = "policy-themes snapshot", 1
MANIFEST_FILE, CITATION_FILE, README_FILE = "manifest.json", "CITATION.txt", "README.txt"
DATA_FOLDER, LABELS_FOLDER, TABLES_FOLDER = "data", "labels", "tables"
MODEL_FILE, CODEBOOK_FILE = "themes.model", "codebook.toml"
_IDENTIFIER_DIGITS = 32
_PACKAGES = ("numpy", "scipy", "scikit-learn", "jieba")


@dataclass(frozen=True)
class TableForm:
    """Which mix a table is: what its rows are and what is measured.

    ``detailed`` opens themes into their sub-codes, ``by_year`` divides each row by year.
    """

    by: str = "jurisdiction"
    measure: str = "paragraphs"
    detailed: bool = False
    by_year: bool = False

    @property
    def name(self) -> str:
        """The table's files without their suffix.

        >>> TableForm("year", "text", detailed=True).name
        'year-text-detailed'
        """
        return "-".join([self.by, self.measure, *["detailed"] * self.detailed, *["by-year"] * self.by_year])


EVERY_TABLE = tuple(TableForm(by, measure) for by in GROUPINGS for measure in MEASURES)


@dataclass(frozen=True)
class FrozenData:
    """Where a snapshot's paragraphs stand: its files in reading order, and how they are read.

    With ``units_as_stored`` the one file is a ``documents.jsonl`` (see `classifier.archive`), whose units are taken as they
    are; else documents and tables are read as `policy-themes mix` reads them.
    """

    files: tuple[str, ...]
    encoding: str | None = None
    text_column: str | None = None
    units_as_stored: bool = False


@dataclass(frozen=True)
class Manifest:
    """The content of ``manifest.json``.

    ``date`` is empty where nothing said it. ``labels`` names the folder or the file of labels, ``selection`` says in words
    which paragraphs of a larger archive were chosen. ``made_with`` are the versions that figures may depend on, ``sha256``
    the digests of all files but the manifest and the citation, which names the manifest's own digest.
    """

    title: str
    date: str
    selection: str
    data: FrozenData
    labels: str
    tables: tuple[TableForm, ...]
    documents: int
    paragraphs: int
    program: str
    codebook: str
    model: str
    made_with: Mapping[str, str]
    sha256: Mapping[str, str]

    def to_bytes(self) -> bytes:
        """Return the bytes of ``manifest.json``."""
        content = {"format": FORMAT, "format_version": FORMAT_VERSION, **asdict(self)}
        return (json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()

    @property
    def identifier(self) -> str:
        """The first 32 digits of the SHA-256 of ``manifest.json``."""
        return hashlib.sha256(self.to_bytes()).hexdigest()[:_IDENTIFIER_DIGITS]

    @property
    def citation(self) -> str:
        """One line to cite the snapshot by."""
        made = f"Snapshot {self.identifier}, policy-themes {self.program}, codebook {self.codebook}, model {self.model}"
        return f"{self.title}. {made}{', ' * bool(self.date)}{self.date}."


def versions() -> dict[str, str]:
    """Return the versions of what figures may depend on, of this installation."""
    python = ".".join(platform.python_version_tuple()[:2])
    return {"python": python, **{name: version(name) for name in _PACKAGES}}


def read_manifest(content: bytes, where: str) -> Manifest:
    """Read ``manifest.json``; SnapshotError where it is damaged or of a format that this program does not know."""
    try:
        data = json.loads(content)
        if data.pop("format") != FORMAT:
            raise SnapshotError(f"{where}: not a {FORMAT}; give an archive that policy-themes snapshot made")
        known = data.pop("format_version")
        if known != FORMAT_VERSION:
            raise SnapshotError(
                f"{where}: snapshot format {known!r}, but this program reads {FORMAT_VERSION}; use a newer policy-themes"
            )
        manifest = _manifest(data)
        unchanged = manifest.to_bytes() == content
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise SnapshotError(f"{where}: its {MANIFEST_FILE} is damaged ({error}); get the archive again") from None
    if not unchanged:
        raise SnapshotError(f"{where}: its {MANIFEST_FILE} is not as policy-themes writes it; get the archive again")
    return manifest


def _manifest(data: dict[str, Any]) -> Manifest:
    given, tables = data.pop("data"), data.pop("tables")
    manifest = Manifest(
        **data,
        data=FrozenData(**{**given, "files": tuple(given["files"])}),
        tables=tuple(TableForm(**form) for form in tables),
    )
    texts = [getattr(manifest, entry.name) for entry in fields(Manifest) if entry.type is str]
    texts += [*manifest.sha256, *manifest.sha256.values(), *manifest.made_with.values(), *manifest.data.files]
    if not all(isinstance(value, str) for value in texts):
        raise ValueError("a value that should be a text is none")
    if not set(manifest.data.files) <= set(manifest.sha256) or not all(
        name.startswith(f"{DATA_FOLDER}/") for name in manifest.data.files
    ):
        raise ValueError("data that are not in it")
    if not all(form.by in GROUPINGS and form.measure in MEASURES for form in manifest.tables):
        raise ValueError("a table of an unknown kind")
    if manifest.labels.split("/")[0] != LABELS_FOLDER:
        raise ValueError("labels that are not in it")
    return manifest
