"""What is asked of a theme mix, as the query string says it; the mix itself, in order; and what stands behind a cell.

A mix and the paragraphs behind its cells come from the same `Corpus`: they cannot differ.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
from numpy.typing import NDArray

from classifier import (
    COPIES,
    GROUPINGS,
    LEVELS,
    MEASURES,
    Codebook,
    Mix,
    MixRow,
    Model,
    Share,
    mix_of_paragraphs,
)
from web.errors import NotFoundError, RequestError
from web.store.corpus import Corpus
from web.store.paragraphs import leaves_of

SECTION_KINDS = ("preamble", "achievements", "key_figures", "shortcomings", "plans")
NOT_STATED = "none"  # The value of a filter for what documents do not say.
BY_NAME, BY_SIZE, BY_LABELLED = "name", "paragraphs", "labelled"
_LONGEST_SEARCH = 200
_USUALLY_DESCENDING = (BY_SIZE, BY_LABELLED)


@dataclass(frozen=True)
class MixQuery:
    """What a mix is asked for; `to_args` is its query string, which `read_query` reads back.

    ``detailed`` opens themes into their sub-codes, ``by_year`` divides each row by year; ``search``, ``level``, ``year`` and
    ``section_kind`` are filters (`NOT_STATED` where a document does not say). ``sort`` is empty for the usual order,
    `BY_NAME`, `BY_SIZE`, `BY_LABELLED`, or a theme's code. ``copies`` of each other in a row count ``each``, or ``once``.
    """

    by: str = "jurisdiction"
    measure: str = "paragraphs"
    detailed: bool = False
    by_year: bool = False
    search: str = ""
    level: str = ""
    year: str = ""
    section_kind: str = ""
    copies: str = "each"
    sort: str = ""
    descending: bool = False

    @property
    def filtered(self) -> bool:
        """Whether some paragraphs are left out."""
        return bool(self.search or self.level or self.year or self.section_kind)

    def to_args(self) -> dict[str, str]:
        """Return the parameters that say this, without those that would not change anything."""
        order = "desc" if self.descending else "asc"
        values = {
            "by": self.by if self.by != "jurisdiction" else "",
            "measure": self.measure if self.measure != "paragraphs" else "",
            "detail": "1" if self.detailed else "",
            "years": "1" if self.by_year else "",
            "search": self.search,
            "level": self.level,
            "year": self.year,
            "section_kind": self.section_kind,
            "copies": self.copies if self.copies != "each" else "",
            "sort": self.sort,
            "order": order if self.descending != usually_descending(self.sort) else "",
        }
        return {name: value for name, value in values.items() if value}


def usually_descending(sort: str) -> bool:
    """Tell whether an order begins with the highest where the query does not say: shares and sizes do, names do not."""
    return sort not in ("", BY_NAME)


def read_query(args: Mapping[str, str], codebook: Codebook) -> MixQuery:
    """Read a query string; RequestError names the parameter whose value is not allowed. Empty ones count as absent."""
    detailed = _choice(args, "detail", ("0", "1")) == "1"
    sort = _choice(args, "sort", (BY_NAME, *_USUALLY_DESCENDING, *table_codes(codebook, detailed=detailed)))
    by = _choice(args, "by", GROUPINGS) or "jurisdiction"
    order = _choice(args, "order", ("asc", "desc"))
    search = " ".join(args.get("search", "").split())
    year = args.get("year", "")
    if len(search) > _LONGEST_SEARCH:
        raise RequestError("The search is longer than {most} characters; write names only.", most=_LONGEST_SEARCH)
    if year not in ("", NOT_STATED) and not (year.isascii() and year.isdigit() and len(year) == 4):
        raise RequestError("The year {value} is not a year; write four digits, such as 2024.", value=year)
    return MixQuery(
        by=by,
        measure=_choice(args, "measure", MEASURES) or "paragraphs",
        detailed=detailed,
        by_year=_choice(args, "years", ("0", "1")) == "1" and by != "year",
        search=search,
        level=_choice(args, "level", (*LEVELS, NOT_STATED)),
        year=year,
        section_kind=_choice(args, "section_kind", (*SECTION_KINDS, NOT_STATED)),
        copies=_choice(args, "copies", COPIES) or "each",
        sort=sort,
        descending=order == "desc" if order else usually_descending(sort),
    )


def table_codes(codebook: Codebook, *, detailed: bool) -> tuple[str, ...]:
    """Return the codes of a table's columns: themes, or leaf codes where themes open into their sub-codes."""
    return codebook.leaf_codes if detailed else codebook.theme_codes


def mix_of(corpus: Corpus, model: Model, query: MixQuery) -> Mix:
    """Return the mix that a query asks for, its rows in the query's order; one without rows where nothing fits.

    With ``by_year`` rows have their bare group, and their year in their origin.
    """
    unsorted = replace(query, sort="", descending=False)
    mix: Mix = corpus.remembered(unsorted, lambda: _counted_mix(corpus, model, unsorted))
    return replace(mix, rows=tuple(in_order(mix.rows, query)))


def chosen_paragraphs(corpus: Corpus, query: MixQuery) -> NDArray[np.bool_]:
    """Return which paragraphs of the corpus a query's filters let through."""
    filters = {"level": query.level, "year": query.year, "section_kind": query.section_kind}
    chosen = corpus.chosen({name: "" if value == NOT_STATED else value for name, value in filters.items() if value})
    return chosen & corpus.searched(query.search) if query.search else chosen


def filter_choices(corpus: Corpus) -> dict[str, list[str]]:
    """Return the values that each filter finds something for, in order, `NOT_STATED` last where documents do not say."""

    def found() -> dict[str, list[str]]:
        known: dict[str, tuple[str, ...]] = {"level": LEVELS, "year": (), "section_kind": SECTION_KINDS}
        return {
            by: [value or NOT_STATED for value in sorted(set(corpus.groups(by)), key=lambda v: (not v, _place(v, order), v))]
            for by, order in known.items()
        }

    choices: dict[str, list[str]] = corpus.remembered("filter choices", found)
    return choices


def years_of_jurisdictions(corpus: Corpus, query: MixQuery) -> dict[str, list[str]]:
    """Return which years the reports of each jurisdiction are about, as far as the query's filters let them through."""

    def found() -> dict[str, list[str]]:
        years: dict[str, set[str]] = {}
        names = corpus.jurisdictions()
        for number in np.unique(corpus.documents[chosen_paragraphs(corpus, query)]).tolist():
            years.setdefault(names[number], set()).add(corpus.origins[number].year)
        return {group: sorted(own) for group, own in years.items()}

    filters = replace(MixQuery(), search=query.search, level=query.level, year=query.year, section_kind=query.section_kind)
    years: dict[str, list[str]] = corpus.remembered(("years", filters), found)
    return years


def place_behind(mix: Mix, group: str | None, year: str, *, by_year: bool) -> int:
    """Return the place of the row behind a cursor, the row that was shown last; 0 without a cursor."""
    if group is None:
        return 0
    for place, row in enumerate(mix.rows):
        if row.group == group and (not by_year or row.origin.year == year):
            return place + 1
    raise RequestError("The row {row} is not in this table any more; go back to its first page.", row=group)


def ranks(rows: Sequence[MixRow], code: str) -> list[int | None]:
    """Return each row's rank by a theme's share, the highest first; None where its interval overlaps that of another row.

    A share that is counted has no interval; equal ones share a rank. One that is estimated without an interval may lie
    anywhere, so that no row has a rank.
    """
    bounds = [_bounds(row, row.shares[code]) for row in rows]
    lows, highs = np.array([low for low, _ in bounds]), np.array([high for _, high in bounds])
    above = len(rows) - np.searchsorted(np.sort(lows), highs, side="right")
    below = np.searchsorted(np.sort(highs), lows, side="left")
    points = np.sort(lows[lows == highs])
    equal = np.searchsorted(points, lows, side="right") - np.searchsorted(points, lows, side="left")
    # What is neither above nor below must be the row itself, or counted and equal.
    apart = len(rows) - above - below == np.where(lows == highs, equal, 1)
    return [int(higher) + 1 if alone else None for higher, alone in zip(above, apart, strict=True)]


@dataclass(frozen=True)
class Cell:
    """What stands behind a cell, or behind a whole row where no theme is named.

    ``ids`` are its paragraphs, in order; ``amounts`` what each adds to the cell's count (1, or characters); ``row`` is the
    table's row, ``share`` the cell's share.
    """

    row: MixRow
    share: Share | None
    ids: NDArray[np.int64]
    amounts: NDArray[np.int64]

    def after(self, paragraph_id: int) -> int:
        """Return the place behind a paragraph; where it has left the cell meanwhile, behind those that came before it."""
        places = np.flatnonzero(self.ids == paragraph_id)
        return int(places[0]) + 1 if len(places) else int((self.ids < paragraph_id).sum())


def cell_of(corpus: Corpus, model: Model, query: MixQuery, group: str, theme: str) -> Cell:
    """Return what stands behind the cell of a row and a theme, or a leaf code; of the whole row without one.

    ``query.year`` chooses among the rows of a table that is divided by year. Raises NotFoundError where the table has no
    such row, RequestError for an unknown code.
    """
    book = corpus.codebook
    codes = leaves_of(book, theme) if theme else list(book.leaf_codes)
    detailed = query.detailed if not theme or theme in table_codes(book, detailed=query.detailed) else not query.detailed
    mix = mix_of(corpus, model, replace(query, by_year=False, detailed=detailed, sort=""))
    row = next((row for row in mix.rows if row.group == group), None)
    if row is None:
        raise NotFoundError("There is no row {row} in this table; it may have been renamed or deleted.", row=group)
    chosen = chosen_paragraphs(corpus, query) & corpus.chosen({query.by: group})
    if query.copies == "once":
        chosen = corpus.each_copy_once(chosen, query.measure)
    amounts = corpus.amounts(codes, query.measure)
    counted = chosen & (amounts > 0)
    return Cell(row, row.shares[theme] if theme else None, corpus.ids[counted], np.rint(amounts[counted]).astype(np.int64))


def pinyin_order(name: str) -> bytes:
    """Return what sorts names as a Chinese reader expects: the common characters of GB 18030 stand in order of pinyin.

    >>> sorted(["浙江省", "杭州市", "北京市"], key=pinyin_order)
    ['北京市', '杭州市', '浙江省']
    """
    return name.encode("gb18030", "replace")


def _choice(args: Mapping[str, str], name: str, allowed: Sequence[str]) -> str:
    value = args.get(name, "")
    if value and value not in allowed:
        raise RequestError(
            "{name} cannot be {value}; use one of: {allowed}", name=name, value=value, allowed=", ".join(allowed)
        )
    return value


def _counted_mix(corpus: Corpus, model: Model, query: MixQuery) -> Mix:
    chosen = chosen_paragraphs(corpus, query)
    if not chosen.any():
        return Mix(query.by, query.measure, None, "", ())
    counted = corpus.counted_paragraphs(query.by, query.measure, chosen, by_year=query.by_year)
    copies = corpus.copies[chosen] if query.copies == "once" else None
    mix = mix_of_paragraphs(counted, model, by=query.by, measure=query.measure, detailed=query.detailed, copies=copies)
    if not query.by_year:
        return mix
    return replace(mix, rows=tuple(replace(row, group=row.group.rpartition("\t")[0]) for row in mix.rows))


def in_order(rows: Sequence[MixRow], query: MixQuery) -> list[MixRow]:
    """Return the rows of a table in the order that a query asks for."""

    def usual(row: MixRow) -> tuple[object, ...]:
        group, origin = row.group, row.origin
        if query.by == "level":
            place: tuple[object, ...] = (_place(group, LEVELS), group)
        elif query.by == "section_kind":
            place = (_place(group, SECTION_KINDS), group)
        elif query.by == "year":
            place = (group,)
        elif query.sort == BY_NAME:
            place = (pinyin_order(group),)
        else:
            place = (not origin.adcode, origin.adcode, origin.year if query.by == "document" else "", pinyin_order(group))
        return (*place, origin.year)

    ordered = sorted(rows, key=lambda row: cast(tuple[str, ...], usual(row)))
    if query.sort not in ("", BY_NAME):
        return sorted(ordered, key=lambda row: _amount(row, query.sort), reverse=query.descending)
    named, nameless = [row for row in ordered if row.group], [row for row in ordered if not row.group]
    return [*(reversed(named) if query.descending else named), *nameless]


def _amount(row: MixRow, sort: str) -> float:
    if sort == BY_SIZE:
        return row.paragraphs
    if sort == BY_LABELLED:
        return row.labelled / row.paragraphs
    return row.shares[sort].share


def _place(value: str, known: Sequence[str]) -> int:
    return known.index(value) if value in known else len(known)


def _bounds(row: MixRow, share: Share) -> tuple[float, float]:
    if share.low is not None and share.high is not None:
        return share.low, share.high
    return (share.share, share.share) if row.labelled == row.paragraphs else (0.0, 1.0)
