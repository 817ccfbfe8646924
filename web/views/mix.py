"""主题分布 Mix: the table of shares, its charts and files, and the paragraphs behind every cell."""

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from flask import Blueprint, Response, make_response, render_template, request, url_for
from flask_babel import gettext
from markupsafe import Markup

from classifier import COPIES, GROUPINGS, MEASURES, Codebook, Mix, MixRow, Model, write_mix
from web.charts import on_any_screen
from web.errors import NotFoundError, RequestError
from web.language import language
from web.markup import statement_views
from web.mix_notes import notes_on
from web.mix_pictures import CHART_NAMES, MOST_SMALL_ROWS, draw_mix, mix_over_years
from web.mix_tables import (
    COPIES_NAMES,
    GROUPING_NAMES,
    MEASURE_NAMES,
    ColumnView,
    RowView,
    columns_of,
    filter_words,
    group_name,
    opened,
    page_address,
    row_views,
    sort_choices,
    sorted_by,
)
from web.services import services
from web.store.corpus import Corpus
from web.store.mix import MixQuery, cell_of, filter_choices, mix_of, place_behind, read_query, years_of_jurisdictions
from web.store.paragraphs import paragraphs_by_id
from web.store.predictions import CurrentModel

ROWS = 50
PARAGRAPHS = 25
FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}

blueprint = Blueprint("mix", __name__)


@dataclass(frozen=True)
class Asked:
    """A request for a mix: its query and the state of the database that answers it."""

    query: MixQuery
    current: CurrentModel
    corpus: Corpus

    @property
    def codebook(self) -> Codebook:
        """The codebook of the model in use."""
        return self.current.model.codebook

    @property
    def model(self) -> Model:
        """The model in use."""
        return self.current.model


@dataclass(frozen=True)
class Chart:
    """A chart that was asked for: what it is drawn from, and what is to be said about it."""

    kind: str
    mix: Mix
    rows: list[RowView]
    note: str

    def svg(self, query: MixQuery, columns: list[ColumnView], *, narrow: bool = False, standalone: bool = False) -> str:
        """Draw it."""
        return draw_mix(self.kind, self.rows, columns, self.mix, query, narrow=narrow, standalone=standalone)


@blueprint.get("/mix")
def table() -> str:
    """Show a page of the table, a chart of its rows, and the ways to everything else."""
    asked = _asked()
    kind, cursor = _chart_kind(), tuple(_cursor().items())
    # All but the frame of the page follows from this; it is made once for all who ask for it.
    key = ("page", asked.query, kind, cursor, language(), request.script_root)
    content = asked.corpus.remembered(key, lambda: _page_content(asked, kind))
    has_rows = bool(mix_of(asked.corpus, asked.model, asked.query).rows)
    content = Markup(content)  # a template made it, and escaped what it was given  # nosec B704
    return render_template("mix/table.html", content=content, query=asked.query, has_rows=has_rows)


@blueprint.get("/mix/paragraphs")
def paragraphs() -> str:
    """Show the paragraphs behind a cell, or behind a row."""
    asked = _asked()
    query, book = asked.query, asked.codebook
    group, theme = request.args.get("group"), request.args.get("theme", "")
    if group is None:
        raise RequestError("Say which row of the table is meant: the parameter group is missing.")
    cell = cell_of(asked.corpus, asked.model, query, group, theme)
    after = request.args.get("after", "0")
    if not (after.isascii() and after.isdigit() and len(after) < 19):
        raise RequestError("{name} cannot be {value}; it is the number of a paragraph.", name="after", value=after)
    first = cell.after(int(after)) if int(after) else 0
    ids = [int(number) for number in cell.ids[first : first + PARAGRAPHS]]
    with services().database.reading() as session:
        views = paragraphs_by_id(session, asked.current, ids)
    columns = columns_of(query, book, "")
    here = {"group": group} | ({"theme": theme} if theme else {})
    return render_template(
        "mix/paragraphs.html",
        query=query,
        codebook=book,
        cell=cell,
        theme=theme,
        name=group_name(query.by, group),
        first=first,
        amounts=dict(zip(ids, cell.amounts[first : first + PARAGRAPHS].tolist(), strict=True)),
        listed=[(view, statement_views(view.text, view.statements, book)) for view in views],
        filters=filter_words(query),
        grouping=str(GROUPING_NAMES[query.by]),
        group_name=group_name,
        columns=columns,
        counts=_counts(cell.row, columns, book),
        row_address=page_address(query, to=url_for("mix.paragraphs"), group=group),
        following=(
            page_address(query, to=url_for("mix.paragraphs"), after=str(ids[-1]), **here)
            if first + PARAGRAPHS < len(cell.ids)
            else ""
        ),
        beginning=page_address(query, to=url_for("mix.paragraphs"), **here),
        back=page_address(query),
        snapshot=mix_of(asked.corpus, asked.model, query).snapshot,
    )


@blueprint.get("/mix/download/<format>")
def download(format: str) -> Response:
    """Send the whole table as a file, in the order and with the filters of the page."""
    if format not in FORMATS:
        raise NotFoundError(
            "There is no file of the kind {value}; use one of: {allowed}", value=format, allowed=", ".join(FORMATS)
        )
    asked = _asked()
    mix = mix_of(asked.corpus, asked.model, asked.query)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"mix.{format}"
        write_mix(mix, asked.codebook, path, notes=[*notes_on(mix, asked.query), *filter_words(asked.query)])
        data = path.read_bytes()
    return _sent(data, FORMATS[format], _file_name(mix, format))


@blueprint.get("/mix/chart.svg")
def chart() -> Response:
    """Send the chart of a page as a file of its own."""
    asked = _asked()
    mix, _, rows = _page_of_rows(asked)
    asked_for = _chart(asked, _chart_kind(), mix, rows)
    drawn = asked_for.svg(asked.query, columns_of(asked.query, asked.codebook, ""), standalone=True)
    name = _file_name(mix, "svg") if request.args.get("download") == "1" else ""
    return _sent(drawn.encode("utf-8", "replace"), "image/svg+xml; charset=utf-8", name)


def _asked() -> Asked:
    current = services().models.get()
    query = read_query(request.args, current.model.codebook)
    with services().database.reading() as session:
        return Asked(query, current, services().corpus.get(session, current))


def _page_content(asked: Asked, kind: str) -> str:
    query, book = asked.query, asked.codebook
    mix, first, rows = _page_of_rows(asked)
    chart = _chart(asked, kind, mix, rows)
    shown = "" if kind == "stacked" else kind
    columns = columns_of(query, book, shown)
    return render_template(
        "mix/_table.html",
        query=query,
        codebook=book,
        mix=mix,
        rows=rows,
        first=first,
        columns=columns,
        chart=chart,
        drawing=on_any_screen(lambda narrow: chart.svg(query, columns, narrow=narrow)) if rows else "",
        notes=notes_on(mix, query),
        filters=filter_words(query),
        choices=filter_choices(asked.corpus),
        sorts=sort_choices(columns),
        paging=_paging(mix, query, first, shown),
        group_name=group_name,
        grouping=str(GROUPING_NAMES[query.by]),
        groupings=[(name, page_address(_regrouped(query, name), shown), str(GROUPING_NAMES[name])) for name in GROUPINGS],
        measures=[(name, page_address(replace(query, measure=name), shown), str(MEASURE_NAMES[name])) for name in MEASURES],
        copies=[(name, page_address(replace(query, copies=name), shown), str(COPIES_NAMES[name])) for name in COPIES],
        charts=[
            (name, page_address(query, "" if name == "stacked" else name, **_cursor()), str(label))
            for name, label in CHART_NAMES.items()
        ],
        opening=page_address(opened(query, book, detailed=not query.detailed), shown),
        sorting={name: page_address(sorted_by(query, name), shown) for name in ("name", "paragraphs", "labelled")},
        downloads={name: page_address(query, to=url_for("mix.download", format=name)) for name in FORMATS},
        picture=page_address(query, kind, to=url_for("mix.chart"), **_cursor()),
        plain=page_address(MixQuery(query.by, query.measure, query.detailed, copies=query.copies), shown),
    )


def _page_of_rows(asked: Asked) -> tuple[Mix, int, list[RowView]]:
    mix = mix_of(asked.corpus, asked.model, asked.query)
    cursor = _cursor()
    first = place_behind(mix, cursor.get("after"), cursor.get("after_year", ""), by_year=asked.query.by_year)
    return mix, first, row_views(mix, asked.query, first, ROWS, years_of_jurisdictions(asked.corpus, asked.query))


def _cursor() -> dict[str, str]:
    return {name: request.args[name] for name in ("after", "after_year") if name in request.args}


def _chart_kind() -> str:
    kind = request.args.get("chart") or "stacked"
    if kind not in CHART_NAMES:
        raise RequestError(
            "{name} cannot be {value}; use one of: {allowed}", name="chart", value=kind, allowed=", ".join(CHART_NAMES)
        )
    return kind


def _chart(asked: Asked, kind: str, mix: Mix, rows: list[RowView]) -> Chart:
    if kind == "years":
        by_year = replace(asked.query, by_year=asked.query.by != "year")
        years, several, drawn = mix_over_years(mix_of(asked.corpus, asked.model, by_year))
        note = ""
        if not several:
            note = gettext("No row has reports of more than one year yet, so that each year is a dot without a line.")
        elif several > drawn:
            note = gettext("%(drawn)s of %(several)s rows with several years are drawn.", drawn=drawn, several=several)
        return Chart(kind, years, row_views(years, by_year, 0, len(years.rows)), str(note))
    note = ""
    most = MOST_SMALL_ROWS if kind == "small" else ROWS
    if len(mix.rows) > min(most, len(rows)):
        note = gettext("%(drawn)s of %(rows)s rows are drawn.", drawn=min(most, len(rows)), rows=len(mix.rows))
    return Chart(kind, mix, rows, str(note))


def _paging(mix: Mix, query: MixQuery, first: int, chart: str) -> dict[str, str]:
    """Return the addresses of the pages before and after; the first page needs no cursor."""

    def behind(place: int) -> str:
        row = mix.rows[place - 1]
        cursor = {"after": row.group} | ({"after_year": row.origin.year} if query.by_year else {})
        return page_address(query, chart, **(cursor if place > 0 else {}))

    found = {}
    if first > 0:
        found["before"] = behind(max(0, first - ROWS))
    if first + ROWS < len(mix.rows):
        found["after"] = behind(first + ROWS)
    return found


def _counts(row: MixRow, columns: list[ColumnView], book: Codebook) -> dict[str, int]:
    """Return the count of each column, also where the row has leaf codes in the place of themes."""
    return {
        column.code: sum(share.count for code, share in row.shares.items() if column.code in (code, book.entry(code).theme))
        for column in columns
        if column.code in row.shares or column.code in book.theme_codes
    }


def _regrouped(query: MixQuery, by: str) -> MixQuery:
    return replace(query, by=by, by_year=query.by_year and by != "year")


def _file_name(mix: Mix, suffix: str) -> str:
    return f"theme-mix-{mix.by}-{mix.snapshot or 'empty'}.{suffix}"


def _sent(data: bytes, kind: str, name: str) -> Response:
    response = make_response(data)
    response.headers["Content-Type"] = kind
    if name:
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
