"""比较 Compare: two rows of the theme mix side by side."""

import re
import tempfile
from pathlib import Path

from flask import Blueprint, Response, make_response, render_template, request, url_for

from classifier import GROUPINGS, Comparison, write_comparison
from web.charts import on_any_screen
from web.comparison_page import (
    comparison_address,
    difference_views,
    draw_differences,
    notes_on_comparison,
    side_name,
    term_views,
)
from web.errors import NotFoundError, RequestError
from web.mix_tables import GROUPING_NAMES, filter_words, page_address
from web.services import services
from web.store.comparison import Side, compared
from web.store.mix import MixQuery, mix_of, read_query
from web.store.paragraphs import ParagraphView, paragraphs_by_id

FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
    "html": "text/html; charset=utf-8",
}

blueprint = Blueprint("compare", __name__)


@blueprint.get("/compare")
def show() -> str:
    """Show a comparison, or the choice of what to compare."""
    current = services().models.get()
    book, theme = current.model.codebook, request.args.get("theme", "")
    query = read_query(request.args, book)
    a, b = sides_of(query)
    with services().database.reading() as session:
        corpus = services().corpus.get(session, current)
        found = compared(session, corpus, current.model, query, a, b, theme) if a and b else None
        typical = [paragraphs_by_id(session, current, ids) for ids in (found.typical_a, found.typical_b)] if found else []
    frame = {
        "query": query,
        "codebook": book,
        "theme": theme,
        "choices": [
            Side(row.group, row.origin.year if query.by_year else "") for row in mix_of(corpus, current.model, query).rows
        ],
        "chosen": (a, b),
        "side_name": side_name,
        "groupings": [(name, f"{url_for('compare.show')}?by={name}", str(GROUPING_NAMES[name])) for name in GROUPINGS],
        "filters": filter_words(query),
        "back": page_address(query),
    }
    if found is None or a is None or b is None:
        return render_template("compare/choice.html", **frame)
    comparison, names = found.comparison, (side_name(query, a), side_name(query, b))
    views = difference_views(comparison, query, book, names)
    return render_template(
        "compare/comparison.html",
        **frame,
        comparison=comparison,
        names=names,
        views=views,
        drawing=on_any_screen(lambda narrow: draw_differences(views, comparison, names, narrow=narrow)),
        terms=term_views(comparison),
        typical=[
            [(view, _marked(view, held)) for view, held in zip(own, _held(comparison, side), strict=True)]
            for side, own in enumerate(typical)
        ],
        notes=notes_on_comparison(comparison, names),
        swapped=comparison_address(query, b, a, theme),
        of_theme=[
            ("", comparison_address(query, a, b)),
            *((t, comparison_address(query, a, b, t)) for t in book.theme_codes),
        ],
        downloads={
            name: comparison_address(query, a, b, theme, to=url_for("compare.download", format=name)) for name in FORMATS
        },
    )


@blueprint.get("/compare/download/<format>")
def download(format: str) -> Response:
    """Send a comparison as a file."""
    if format not in FORMATS:
        raise NotFoundError(
            "There is no file of the kind {value}; use one of: {allowed}", value=format, allowed=", ".join(FORMATS)
        )
    current = services().models.get()
    query = read_query(request.args, current.model.codebook)
    a, b = sides_of(query)
    if a is None or b is None:
        raise RequestError("Say which two rows are compared: the parameters a and b.")
    with services().database.reading() as session:
        corpus = services().corpus.get(session, current)
        found = compared(session, corpus, current.model, query, a, b, request.args.get("theme", ""))
    names = side_name(query, a), side_name(query, b)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"comparison.{format}"
        notes = [*notes_on_comparison(found.comparison, names), *filter_words(query)]
        write_comparison(found.comparison, current.model.codebook, path, notes=notes)
        response = make_response(path.read_bytes())
    response.headers["Content-Type"] = FORMATS[format]
    response.headers["Content-Disposition"] = (
        f'attachment; filename="comparison-{query.by}-{found.comparison.mix.snapshot}.{format}"'
    )
    return response


def sides_of(query: MixQuery) -> tuple[Side | None, Side | None]:
    """Read the two sides from the request: a row's group, and its year where rows are divided by year."""
    if "a" not in request.args and "side" in request.args:
        # Two ticked rows of the table.
        ticked = request.args.getlist("side")
        if len(ticked) != 2:
            raise RequestError("Tick two rows of the table to compare them; {count} were ticked.", count=len(ticked))
        a, b = (Side(*ticked_row.rpartition("\t")[::2]) if query.by_year else Side(ticked_row) for ticked_row in ticked)
        return a, b
    a_side, b_side = (
        Side(request.args[name], request.args.get(f"{name}_year", "") if query.by_year else "")
        if name in request.args
        else None
        for name in ("a", "b")
    )
    return a_side, b_side


def _held(comparison: Comparison, side: int) -> list[tuple[str, ...]]:
    return [paragraph.terms for paragraph in (comparison.typical_a, comparison.typical_b)[side]]


def _marked(view: ParagraphView, terms: tuple[str, ...]) -> list[tuple[str, bool]]:
    """Divide a paragraph's text into stretches that are a telling term, and those between."""
    longest_first = sorted(terms, key=len, reverse=True)
    parts = re.split(f"({'|'.join(map(re.escape, longest_first))})", view.text, flags=re.IGNORECASE)
    return [(part, number % 2 == 1) for number, part in enumerate(parts) if part]
