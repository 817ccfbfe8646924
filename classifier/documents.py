"""A source document: its decoded text and what is known of its origin (jurisdiction, level, year)."""

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from classifier.encoding import decode
from classifier.errors import InputError

SOURCES_FILE = "sources.csv"
LEVELS = ("province", "city", "county")

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?=\s*年)")
_BUREAU = re.compile(r"(?P<place>[\u4e00-\u9fff]{1,12}?(?:省|自治区|自治州|自治县|自治旗|地区|州|盟|市|县|区|旗))司法[局厅]")
_TITLE_PLACE = re.compile(
    r"(?P<place>[\u4e00-\u9fff]{2,12}?(?:省|自治区|自治州|自治县|自治旗|盟|市|县|区|旗))(?=司法|法治|\d|20)"
)
_BEFORE_A_PLACE = re.compile(r"^.*(?:关于|年度?)")
_NOT_A_PLACE = re.compile(r"[我全本该各两]?[省市县区州盟旗]|.*[在和与的由向经].*(?:省|市|县|区)")
_LEVEL_BY_SUFFIX = (
    ("province", ("省", "自治区")),
    ("county", ("自治县", "自治旗", "县", "区", "旗")),
    ("city", ("自治州", "地区", "州", "盟", "市")),
)
_MUNICIPALITIES = ("北京市", "天津市", "上海市", "重庆市")


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
    def missing(self) -> tuple[str, ...]:
        """What a theme mix groups by and this origin does not say."""
        return tuple(name for name in ("jurisdiction", "level", "year") if not getattr(self, name))


@dataclass(frozen=True)
class Document:
    """One source document. All offsets anywhere in this package count characters of ``text``.

    ``text`` is what was decoded, or extracted from a .docx, .html or .pdf; then ``encoding`` names the format. ``headings``
    are (offset of a line, level from 1 on) where the file's own styles say that a line is a heading; ``unread_pages`` the
    numbers of pages that are pictures, of which nothing could be read.
    """

    name: str
    text: str
    origin: Origin = field(default_factory=Origin)
    encoding: str = "utf-8"
    headings: tuple[tuple[int, int], ...] = ()
    unread_pages: tuple[int, ...] = ()


def document_from_bytes(data: bytes, name: str, *, encoding: str | None = None, origin: Origin | None = None) -> Document:
    """Decode a text document; without an ``origin`` it is read from the title or the opening.

    Raises InputError where the bytes cannot be decoded or hold no text.
    """
    if b"\0" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")) and encoding is None:
        raise InputError(f"{name}: this is not a text file (it holds NUL bytes); give a .txt, .csv, .jsonl or .xlsx file")
    text, used = decode(data, name, encoding)
    if not text.strip():
        raise InputError(f"{name}: no text in this file; give a file that holds at least one paragraph")
    return Document(name, text, origin or find_origin(text), used)


def find_origin(text: str, title: str = "") -> Origin:
    """Read jurisdiction, level and year from the title, else from the opening; never guess beyond a plain statement.

    >>> find_origin("", "清源县司法局2021年工作总结").jurisdiction
    '清源县'
    """
    opening = re.sub(r"[ \t\u3000]", "", text.lstrip()[:1500])
    lines = [line for line in opening.splitlines() if line]
    bare_title = re.sub(r"\s", "", title)
    place = next((found for line in (bare_title, *lines[:12]) if (found := _place(line))), "")
    year = next((match[0] for line in (bare_title, *lines[:12]) if (match := _YEAR.search(line))), "")
    return Origin(title=title, jurisdiction=place, level=level_of(place), year=year)


def level_of(jurisdiction: str) -> str:
    """Return province, city or county by the name's ending, or an empty string.

    >>> level_of("浦江县"), level_of("重庆市"), level_of("")
    ('county', 'province', '')
    """
    if jurisdiction in _MUNICIPALITIES:
        return "province"
    return next((level for level, ends in _LEVEL_BY_SUFFIX if jurisdiction.endswith(ends)), "")


def _place(line: str) -> str:
    # Further into a sentence a bureau is as likely another one ("under the guidance of ...").
    found = _BUREAU.search(line[:24]) or _TITLE_PLACE.search(line[:24])
    place = _BEFORE_A_PLACE.sub("", found["place"]) if found else ""
    return "" if _NOT_A_PLACE.fullmatch(place) else place


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
        values = {key: (value or "").strip() for key, value in row.items() if key}
        if values["file"] in rows:
            raise InputError(f"{path}:{reader.line_num}: {values['file']!r} is listed twice; keep one row for each file")
        if values.get("level", "") not in ("", *LEVELS):
            raise InputError(f"{path}:{reader.line_num}: level {values['level']!r}; use one of {', '.join(LEVELS)}")
        rows[values["file"]] = values
    return rows


def origin_from_row(row: Mapping[str, str]) -> Origin:
    """Take the columns of a ``sources.csv`` row, or of a table's row, that say where a text comes from."""
    return Origin(**{name: row[name].strip() for name in Origin.__dataclass_fields__ if row.get(name)})
