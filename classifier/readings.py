"""What each of several annotators chose, read from folders of labels, files with a column ``annotator``, and label logs.

| given | who is read |
|---|---|
| a folder with ``log.csv``, of `labels export` | everybody in it, with the label of theirs that stands |
| a folder with ``paragraphs.csv``, ``statements.csv`` | whom ``annotator`` names; else one, named after the folder |
| a file with ``document``, ``paragraph``, ``theme`` or ``primary`` | the same; ``statement`` may be there |
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from classifier.archive import DOCUMENTS_FILE, read_archive
from classifier.codebook import Codebook
from classifier.errors import LabelError
from classifier.label_checks import units_with_keys
from classifier.label_rows import read_rows
from classifier.labels import PARAGRAPHS_FILE, STATEMENTS_FILE, UnitKey, check_code, unit_key

LOG_FILE = "log.csv"
DRIFT_CHECK = "drift"  # How a log says that a unit was settled before: what was read then is nobody's vote.


@dataclass
class Readings:
    """Every annotator's leaf codes by unit, and the texts of units where they are known.

    ``left_out``: entries of logs with codes that the codebook does not have.
    """

    codes: dict[str, dict[UnitKey, str]] = field(default_factory=dict)
    texts: dict[UnitKey, str] = field(default_factory=dict)
    left_out: int = 0


def read_readings(sources: Sequence[Path], codebook: Codebook) -> Readings:
    """Read what each annotator chose; those of one name in two sources are two people where both read the same unit.

    LabelError for what is no source, an unknown code, a unit that someone read twice, or a text that differs.
    """
    read = [_read_source(source, codebook) for source in sources]
    together = Readings(left_out=sum(own.left_out for own in read))
    shared = {
        name
        for number, own in enumerate(read)
        for other in read[:number]
        for name in own.codes.keys() & other.codes.keys()
        if own.codes[name].keys() & other.codes[name].keys()
    }
    for source, own in zip(sources, read, strict=True):
        for name, codes in own.codes.items():
            together.codes.setdefault(f"{name} ({source})" if name in shared else name, {}).update(codes)
        for key, text in own.texts.items():
            if together.texts.setdefault(key, text) != text:
                raise LabelError(
                    f"{source}: {key[0]} paragraph {key[1]} reads {text[:20]!r}…, elsewhere {together.texts[key][:20]!r}…; "
                    "compare labels of the same texts"
                )
    return together


def _read_source(source: Path, codebook: Codebook) -> Readings:
    readings = Readings()
    if source.is_dir() and (source / LOG_FILE).is_file():
        _read_file(source / LOG_FILE, source.name, codebook, readings)
        if (source / DOCUMENTS_FILE).is_file():
            for _, archived in read_archive(source / DOCUMENTS_FILE):
                readings.texts.update(units_with_keys(archived.paragraphs))
    elif source.is_dir():
        files = [source / name for name in (PARAGRAPHS_FILE, STATEMENTS_FILE) if (source / name).is_file()]
        if not files:
            raise LabelError(
                f"{source}: holds neither {LOG_FILE} nor {PARAGRAPHS_FILE} nor {STATEMENTS_FILE}; name one that does"
            )
        for file in files:
            _read_file(file, source.resolve().name, codebook, readings)
    else:
        _read_file(source, source.stem, codebook, readings)
    return readings


def _read_file(path: Path, name: str, codebook: Codebook, readings: Readings) -> None:
    """Add the rows of a file to the readings; in a log, later entries of an annotator replace and take back earlier ones."""
    given: dict[tuple[str, UnitKey], list[str]] = {}
    for line, row in read_rows(path, ("document", "paragraph")):
        kind = row.get("kind", "")
        if kind == "settlement" or row.get("chosen_by") == DRIFT_CHECK:
            continue
        key, annotator = unit_key(path, line, row), row.get("annotator") or name
        own = given.setdefault((annotator, key), [])
        code = _code(path, line, row)
        if kind == "withdrawal":
            del own[-1:]
            continue
        if not kind:
            check_code(path, line, code, codebook.leaf_codes)
            if own:
                raise LabelError(f"{path}:{line}: {annotator} has read {key[0]} paragraph {key[1]} already; keep one")
        own.append(code)
        if row.get("text"):
            readings.texts[key] = row["text"]
    for (annotator, key), codes in given.items():
        if codes and codes[-1] in codebook.leaf_codes:
            readings.codes.setdefault(annotator, {})[key] = codes[-1]
        else:
            readings.left_out += len(codes) > 0


def _code(path: Path, line: int, row: dict[str, str]) -> str:
    for column in ("theme", "primary"):
        if row.get(column):
            return row[column]
    raise LabelError(f"{path}:{line}: no code; give one in the column theme or primary, or remove the line")
