"""The theme mix as charts: a stacked bar for each row, a panel for each theme, or the years beside each other."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from flask_babel import LazyString, gettext, lazy_gettext

from classifier import Mix, MixRow
from web.charts import ChartRow, ChartShare, ChartTheme, YearSeries, small_multiples, stacked_bars, years_lines
from web.mix_notes import estimate_words
from web.mix_tables import ColumnView, RowView, filter_words
from web.store.mix import MixQuery

CHART_NAMES: Mapping[str, LazyString] = MappingProxyType(
    {
        "stacked": lazy_gettext("Row by row"),
        "small": lazy_gettext("Theme by theme"),
        "years": lazy_gettext("Over the years"),
    }
)
MOST_SMALL_ROWS = 25
MOST_YEAR_SERIES = 8


def draw_mix(
    chart: str,
    rows: Sequence[RowView],
    columns: Sequence[ColumnView],
    mix: Mix,
    query: MixQuery,
    *,
    narrow: bool = False,
    standalone: bool = False,
) -> str:
    """Draw a page of a table as SVG; for ``years`` mix and rows are those of `mix_over_years`."""
    themes = [ChartTheme(column.code, column.name, column.place) for column in columns]
    title = str(gettext("Theme mix: %(chart)s", chart=CHART_NAMES[chart]))
    description = _description(mix, query)
    if chart == "years":
        series = _year_series(rows, query)
        return years_lines(series, themes, title=title, description=description, narrow=narrow, standalone=standalone)
    drawn = [_chart_row(row) for row in rows]
    if chart == "small":
        return small_multiples(
            drawn,
            themes,
            title=title,
            description=description,
            most_rows=MOST_SMALL_ROWS,
            rest_note=str(gettext("{count} more rows stand in the table.")),
            narrow=narrow,
            standalone=standalone,
        )
    heading = str(gettext("characters") if query.measure == "text" else gettext("paragraphs"))
    return stacked_bars(
        drawn,
        themes,
        title=title,
        description=description,
        total_heading=heading,
        narrow=narrow,
        standalone=standalone,
    )


def mix_over_years(mix: Mix) -> tuple[Mix, int, int]:
    """Return the rows of a mix, divided by year, that a chart over years draws: all years of some groups.

    Those are the first groups with several years; where no group has several, the first of all. With the rows comes how
    many groups have several years, and how many are drawn. Rows without a year are left out.
    """
    years: dict[str, list[MixRow]] = {}
    for row in mix.rows:
        if _year_of(row, mix.by):
            years.setdefault("" if mix.by == "year" else row.group, []).append(row)
    several = [group for group, rows in years.items() if len(rows) > 1]
    drawn = (several or list(years))[:MOST_YEAR_SERIES]
    return replace(mix, rows=tuple(row for group in drawn for row in years[group])), len(several), len(drawn)


def _year_series(rows: Sequence[RowView], query: MixQuery) -> list[YearSeries]:
    series: dict[str, YearSeries] = {}
    for row in rows:
        name = str(gettext("All reports")) if query.by == "year" else row.name
        years = dict(series[name].years) if name in series else {}
        years[int(_year_of(row.row, query.by))] = _chart_row(row).shares
        series[name] = YearSeries(name, years)
    return list(series.values())


def _year_of(row: MixRow, by: str) -> str:
    year = row.group if by == "year" else row.origin.year
    return year if year.isascii() and year.isdigit() else ""


def _description(mix: Mix, query: MixQuery) -> str:
    said = [estimate_words(query.measure)]
    if query.filtered:
        said.append(str(gettext("Counted: %(filters)s.", filters="; ".join(filter_words(query)))))
    if mix.snapshot:
        said.append(str(gettext("Snapshot %(id)s.", id=mix.snapshot)))
    return " ".join(said)


def _chart_row(row: RowView) -> ChartRow:
    shares = {
        cell.code: ChartShare(cell.share.share, cell.share.low, cell.share.high, cell.share.count, cell.href)
        for cell in row.cells
    }
    total = f"{row.total:,}"
    if row.year:
        return ChartRow(row.year, shares, group=row.name, total=total, href=row.href)
    return ChartRow(row.name, shares, total=total, href=row.href)
