"""What is known of a document's origin, and the tables that state it: a folder's ``sources.csv``, columns of others."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from classifier.csv_cells import unguarded_cell
from classifier.encoding import decode
from classifier.errors import InputError
from classifier.jurisdictions import full_name, with_adcode

SOURCES_FILE = "sources.csv"
LEVELS = ("province", "city", "county")


@dataclass(frozen=True)
class Origin:
    """Where a document comes from; what could not be found is an empty string.

    ``adcode`` is the GB/T 2260 code, ``level`` one of province, city, county, ``year`` the year reported on.
    """

    title: str = ""
    jurisdiction: str = ""
    adcode: str = ""
    level: str = ""
    year: str = ""
    issuer: str = ""
    document_number: str = ""
    published: str = ""

    @property
    def full_name(self) -> str:
        """The jurisdiction behind the name of the city or province that it lies in, with its adcode where it has one.

        >>> Origin(jurisdiction="西湖区", adcode="330106").full_name
        '杭州市西湖区 (330106)'
        """
        listed = with_adcode(self.adcode) if self.adcode else None
        return f"{full_name(listed)} ({self.adcode})" if listed else self.jurisdiction

    @property
    def missing(self) -> tuple[str, ...]:
        """What a theme mix groups by and this origin does not say."""
        return tuple(name for name in ("jurisdiction", "level", "year") if not getattr(self, name))


def jurisdiction_names(origins: Sequence[Origin]) -> list[str]:
    """Return how each jurisdiction is called among these: by its full name where others with another adcode share its own.

    >>> jurisdiction_names([Origin(jurisdiction="西湖区", adcode=adcode) for adcode in ("330106", "360103")])
    ['杭州市西湖区 (330106)', '南昌市西湖区 (360103)']
    """
    adcodes: dict[str, set[str]] = {}
    for origin in origins:
        adcodes.setdefault(origin.jurisdiction, set()).add(origin.adcode)
    return [origin.full_name if len(adcodes[origin.jurisdiction]) > 1 else origin.jurisdiction for origin in origins]


def read_sources(folder: Path) -> dict[str, dict[str, str]]:
    """Read a folder's ``sources.csv`` (one row a file); an absent table gives an empty dictionary.

    Raises InputError where a column ``file`` is missing, a file is listed twice, or a level is unknown.
    """
    path = folder / SOURCES_FILE
    if not path.is_file():
        return {}
    text, _ = decode(path.read_bytes(), str(path))
    rows: dict[str, dict[str, str]] = {}
    reader = csv.DictReader(io.StringIO(text, newline=""))
    if "file" not in (reader.fieldnames or ()):
        raise InputError(f"{path}: no column 'file'; the first line names the columns, as in seeds/{SOURCES_FILE}")
    for row in reader:
        values = {key: unguarded_cell(value or "").strip() for key, value in row.items() if key}
        if values["file"] in rows:
            raise InputError(f"{path}:{reader.line_num}: {values['file']!r} is listed twice; keep one row for each file")
        if values.get("level", "") not in ("", *LEVELS):
            raise InputError(f"{path}:{reader.line_num}: level {values['level']!r}; use one of {', '.join(LEVELS)}")
        rows[values["file"]] = values
    return rows


def stated_in_sources(path: Path) -> dict[str, str]:
    """Return the row of a file in its folder's ``sources.csv``; an empty one where it is not listed."""
    return read_sources(path.parent).get(path.name, {})


def origin_from_row(row: Mapping[str, str]) -> Origin:
    """Take the columns of a ``sources.csv`` row, or of a table's row, that say where a text comes from."""
    return Origin(**{name: row[name].strip() for name in Origin.__dataclass_fields__ if row.get(name)})
