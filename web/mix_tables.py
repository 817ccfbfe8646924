"""The theme mix as people see it: rows and cells with their links, columns with their order, and what they mean in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from urllib.parse import quote, urlencode

from flask import url_for
from flask_babel import LazyString, gettext, lazy_gettext

from classifier import Codebook, Mix, MixRow, Share
from web.language import language, name_of, percent
from web.store.mix import BY_NAME, NOT_STATED, MixQuery, ranks, table_codes, usually_descending
from web.wording import LEVEL_NAMES, SECTION_KIND_NAMES

_HEAT_LEVELS = 20

GROUPING_NAMES: Mapping[str, LazyString] = MappingProxyType(
    {
        "jurisdiction": lazy_gettext("Jurisdiction"),
        "document": lazy_gettext("Document"),
        "year": lazy_gettext("Year"),
        "level": lazy_gettext("Level"),
        "section_kind": lazy_gettext("Kind of section"),
    }
)

MEASURE_NAMES: Mapping[str, LazyString] = MappingProxyType(
    {"paragraphs": lazy_gettext("Share of paragraphs"), "text": lazy_gettext("Share of text")}
)

COPIES_NAMES: Mapping[str, LazyString] = MappingProxyType(
    {"each": lazy_gettext("Count each"), "once": lazy_gettext("Count once in a row")}
)


def _(message: str, **values: object) -> str:
    return str(gettext(message, **values))


@dataclass(frozen=True)
class CellView:
    """A cell: its column's code, its share, the shade of its ground, and the address of the paragraphs behind it."""

    code: str
    share: Share
    heat: int
    href: str


@dataclass(frozen=True)
class RowView:
    """A row: its name, its year where rows are divided by year, what is known of it, and its cells.

    ``interval_level`` is None where nothing is estimated, and empty where there is no interval for what is estimated.
    ``total`` is what the counts of its cells are counts of: paragraphs, or characters. ``rank`` is None where rows are not
    in order of a share, or where this one cannot be told from another.
    """

    row: MixRow
    name: str
    year: str
    about: str
    labelled: str
    interval_level: str | None
    total: int
    rank: int | None
    cells: tuple[CellView, ...]
    href: str


@dataclass(frozen=True)
class ColumnView:
    """A column: the place that gives its colour, what it is about, and the address of the table in its order."""

    code: str
    name: str
    place: int
    definition: str
    href: str
    sorted: str  # "ascending", "descending", or nothing.


def page_address(query: MixQuery, chart: str = "", *, to: str = "", **more: str) -> str:
    """Return the address of the table with this query, or of what stands at the path ``to``."""
    values = query.to_args() | ({"chart": chart} if chart else {}) | more
    path = to or url_for("mix.table")
    return f"{path}?{urlencode(values)}" if values else path


def cell_address(query: MixQuery, row: MixRow) -> str:
    """Return the address of the paragraphs behind a whole row; ``&theme=`` and a code makes it that of a cell."""
    # A row of one year is the row of a table that shows this year only.
    within = replace(query, year=row.origin.year or NOT_STATED) if query.by_year else query
    return page_address(within, to=url_for("mix.paragraphs"), group=row.group)


def group_name(by: str, group: str) -> str:
    """Return a row's name in the language of the request; what documents do not say is said to be so."""
    if not group:
        return _("not stated")
    names: Mapping[str, LazyString] = {"level": LEVEL_NAMES, "section_kind": SECTION_KIND_NAMES}.get(by, {})
    return str(names.get(group, group))


def row_views(
    mix: Mix, query: MixQuery, first: int, size: int, years: Mapping[str, Sequence[str]] = MappingProxyType({})
) -> list[RowView]:
    """Return the rows of a page of the table; ``years`` says which years each jurisdiction's reports are about."""
    by_share = query.sort if mix.rows and query.sort in mix.rows[0].shares else ""
    ranked = ranks(mix.rows, by_share) if by_share else [None] * len(mix.rows)
    return [
        _row_view(row, mix, query, rank, years)
        for row, rank in zip(mix.rows[first : first + size], ranked[first : first + size], strict=True)
    ]


def columns_of(query: MixQuery, codebook: Codebook, chart: str) -> list[ColumnView]:
    """Return the columns of themes, or of leaf codes where the query opens themes into their sub-codes."""
    columns = []
    for code in table_codes(codebook, detailed=query.detailed):
        entry = codebook.entry(code)
        state = "" if query.sort != code else "descending" if query.descending else "ascending"
        definition = entry.definition_in(language())
        href = page_address(sorted_by(query, code), chart)
        columns.append(ColumnView(code, name_of(entry), place_of(codebook, code), definition, href, state))
    return columns


def sorted_by(query: MixQuery, sort: str) -> MixQuery:
    """Return the query in another order; in the opposite one where it has this order already."""
    descending = not query.descending if query.sort == sort else usually_descending(sort)
    return replace(query, sort=sort, descending=descending)


def opened(query: MixQuery, codebook: Codebook, *, detailed: bool) -> MixQuery:
    """Return the query with sub-codes in the place of their themes, or without; an order by what is gone is dropped."""
    kept = (*table_codes(codebook, detailed=detailed), BY_NAME, "paragraphs", "labelled")
    if query.sort and query.sort not in kept:
        query = replace(query, sort="", descending=False)
    return replace(query, detailed=detailed)


def place_of(codebook: Codebook, code: str) -> int:
    """Return the place that gives a code its colour: a theme's own; sub-codes take that of their theme, then free ones."""
    like_theme = {sub.theme: sub.code for sub in reversed(codebook.subcodes)}
    theme = codebook.entry(code).theme
    if code in (theme, like_theme.get(theme)):
        return codebook.theme_codes.index(theme)
    later = [sub.code for sub in codebook.subcodes if sub.code != like_theme[sub.theme]]
    return len(codebook.theme_codes) + later.index(code)


def filter_words(query: MixQuery) -> list[str]:
    """Say which paragraphs are counted, one phrase for each filter."""
    said = []
    if query.search:
        said.append(_("search: %(words)s", words=query.search))
    for by, value in (("level", query.level), ("year", query.year), ("section_kind", query.section_kind)):
        if value:
            name = group_name(by, "" if value == NOT_STATED else value)
            said.append(_("%(what)s: %(value)s", what=GROUPING_NAMES[by], value=name))
    return said


def _row_view(row: MixRow, mix: Mix, query: MixQuery, rank: int | None, years: Mapping[str, Sequence[str]]) -> RowView:
    href = cell_address(query, row)
    cells = tuple(
        CellView(code, share, min(_HEAT_LEVELS, max(0, round(share.share * _HEAT_LEVELS))), f"{href}&theme={quote(code)}")
        for code, share in row.shares.items()
    )
    total = sum(share.count for share in row.shares.values())
    year = (row.origin.year or _("year not stated")) if query.by_year else ""
    return RowView(
        row,
        group_name(query.by, row.group),
        year,
        _about(row, query, years),
        _labelled(row),
        percent(mix.interval_level, 0) if row.labelled < row.paragraphs else None,
        total,
        rank,
        cells,
        href,
    )


def _about(row: MixRow, query: MixQuery, years: Mapping[str, Sequence[str]]) -> str:
    known: list[str] = []
    if query.by == "document":
        known += [row.origin.jurisdiction, row.origin.year]
    if query.by == "jurisdiction" and not query.by_year:
        known.append(_span([year for year in years.get(row.group, ()) if year]))
    if query.by in ("jurisdiction", "document"):
        known.append(str(LEVEL_NAMES.get(row.origin.level, "")))
    return " · ".join(filter(None, known))


def _span(years: Sequence[str]) -> str:
    return ", ".join(years) if len(years) <= 2 else f"{years[0]}–{years[-1]}"


def _labelled(row: MixRow) -> str:
    if row.labelled == row.paragraphs:
        return _("all labelled by hand")
    if not row.labelled:
        return _("none labelled by hand")
    return _("%(labelled)s of %(total)s labelled by hand", labelled=f"{row.labelled:,}", total=f"{row.paragraphs:,}")


def sort_choices(columns: Sequence[ColumnView]) -> list[tuple[str, str]]:
    """Return the orders that a table can have, as pairs of the parameter's value and its name."""
    return [
        ("", _("Usual order")),
        (BY_NAME, _("Name")),
        ("paragraphs", _("Number of paragraphs")),
        ("labelled", _("Share labelled by hand")),
        *((column.code, column.name) for column in columns),
    ]
