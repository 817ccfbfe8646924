"""A comparison as people see it: a line for each theme with its verdict, the chart, terms, and what it all means."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import url_for
from flask_babel import gettext

from classifier import Codebook, Comparison, Difference, MixRow, Share
from web.charts import DifferenceBar, difference_bars
from web.language import name_of, percent
from web.mix_tables import cell_address, group_name, place_of
from web.store.comparison import Side
from web.store.mix import MixQuery

_SURE = 1.96


def _(message: str, **values: object) -> str:
    return str(gettext(message, **values))


@dataclass(frozen=True)
class DifferenceView:
    """A theme's line: its shares with their addresses, its difference, intervals and verdict in words."""

    code: str
    name: str
    place: int
    a: Share
    b: Share
    a_href: str
    b_href: str
    found: Difference
    points: str
    interval: str
    draws: str
    verdict: str
    quiet: bool


@dataclass(frozen=True)
class TermView:
    """A term with its counts; ``sure`` where its z-score is beyond what chance gives one term in twenty."""

    term: str
    a: int
    b: int
    z: str
    sure: bool


def comparison_address(query: MixQuery, a: Side | None, b: Side | None, theme: str = "", *, to: str = "") -> str:
    """Return the address of a comparison, or of what stands at the path ``to``."""
    values = {name: value for name, value in query.to_args().items() if name not in ("sort", "order")}
    for name, side in (("a", a), ("b", b)):
        if side is not None:
            values[name] = side.group
            if query.by_year:
                values[f"{name}_year"] = side.year
    if theme:
        values["theme"] = theme
    return f"{to or url_for('compare.show')}?{urlencode(values)}"


def side_name(query: MixQuery, side: Side) -> str:
    """Return the name of a side as people say it."""
    year = (side.year or _("year not stated")) if query.by_year else ""
    return " ".join(filter(None, [group_name(query.by, side.group), year]))


def difference_views(
    comparison: Comparison, query: MixQuery, codebook: Codebook, names: tuple[str, str]
) -> list[DifferenceView]:
    """Return a line for each theme, in the codebook's order."""
    a, b = comparison.mix.rows
    return [_difference_view(code, found, (a, b), query, codebook, names) for code, found in comparison.differences.items()]


def points(value: float) -> str:
    """Write a difference of shares in percentage points, with its sign.

    >>> points(0.2667), points(-0.05), points(0.00001)
    ('+26.7', '−5.0', '0.0')
    """
    text = f"{value * 100:+.1f}"
    return "0.0" if text in ("+0.0", "-0.0") else text.replace("-", "−")


def draw_differences(
    views: Sequence[DifferenceView],
    comparison: Comparison,
    names: tuple[str, str],
    *,
    narrow: bool = False,
    standalone: bool = False,
) -> str:
    """Draw the lines as bars to the left and to the right."""
    level = comparison.mix.interval_level
    return difference_bars(
        [_bar(view) for view in views],
        names,
        title=_("%(a)s and %(b)s: differences by theme", a=names[0], b=names[1]),
        description=_("In percentage points; bars lie on the side that has more."),
        interval_note=_("%(level)s interval of the difference", level=percent(level, 0)) if level else "",
        outer_note=_("as draws, %(level)s", level=percent(comparison.draws_level, 0)),
        quiet_note=_("not distinguishable"),
        narrow=narrow,
        standalone=standalone,
    )


def term_views(comparison: Comparison) -> tuple[list[TermView], list[TermView]]:
    """Return the terms of A and of B."""
    a, b = (
        [TermView(term.term, term.a, term.b, f"{abs(term.z):.1f}", abs(term.z) >= _SURE) for term in terms]
        for terms in (comparison.terms.a, comparison.terms.b)
    )
    return a, b


def notes_on_comparison(comparison: Comparison, names: tuple[str, str]) -> list[str]:
    """Say in plain words what is compared, what an interval covers, and how terms were found."""
    level = comparison.mix.interval_level
    said = [_("Differences are in percentage points: %(a)s less %(b)s, each theme by itself.", a=names[0], b=names[1])]
    if all(row.labelled == row.paragraphs for row in comparison.mix.rows):
        said.append(_("Both sides are labelled throughout: their differences are counted, exact, and have no interval."))
    elif level is None:
        said.append(_("There are not enough labelled jurisdictions yet to give intervals."))
    else:
        said.append(
            _(
                "Intervals hold at %(level)s. They come from the model's errors on labelled jurisdictions that it had not "
                "seen; where one covers 0, the two sides cannot be told apart.",
                level=percent(level, 0),
            )
        )
    said.append(
        _(
            "As draws, at %(level)s: how far apart the two may be in what they usually write, if their paragraphs were "
            "independent draws from it. They are less than that: where even this covers 0, nothing follows for other "
            "reports; where it does not, one report each is still little.",
            level=percent(comparison.draws_level, 0),
        )
    )
    said.append(
        _(
            "Terms are in order of their weighted log-odds (Monroe, Colaresi & Quinn 2008); bold ones have a z-score of "
            "1.96 or more. Small words and names of places are left out."
        )
    )
    return said


def _difference_view(
    code: str,
    found: Difference,
    rows: tuple[MixRow, MixRow],
    query: MixQuery,
    codebook: Codebook,
    names: tuple[str, str],
) -> DifferenceView:
    hrefs = [f"{cell_address(query, row)}&{urlencode({'theme': code})}" for row in rows]
    return DifferenceView(
        code,
        name_of(codebook.entry(code)),
        place_of(codebook, code),
        rows[0].shares[code],
        rows[1].shares[code],
        hrefs[0],
        hrefs[1],
        found,
        points(found.difference),
        _range(found.low, found.high),
        _range(found.draws_low, found.draws_high),
        _verdict(found, names),
        found.verdict in ("not_distinguishable", "unknown", "equal"),
    )


def _range(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"{points(low)} … {points(high)}"


def _verdict(found: Difference, names: tuple[str, str]) -> str:
    higher = {"a_higher": names[0], "b_higher": names[1]}.get(found.verdict)
    if higher is not None:
        return _("%(side)s more, as counted", side=higher) if found.low is None else _("%(side)s more", side=higher)
    said: Mapping[str, str] = {
        "equal": _("equal"),
        "not_distinguishable": _("not distinguishable"),
        "unknown": _("no interval"),
    }
    return said[found.verdict]


def _bar(view: DifferenceView) -> DifferenceBar:
    found = view.found
    words = f"{view.name} {view.points}{f' [{view.interval}]' if view.interval else ''}: {view.verdict}"
    return DifferenceBar(
        view.name,
        view.place,
        found.difference,
        found.low,
        found.high,
        found.draws_low,
        found.draws_high,
        view.quiet,
        words,
        view.a_href if found.difference > 0 else view.b_href,
    )
