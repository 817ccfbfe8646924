"""The theme mix in small panels: one per theme, rows beneath each other; or shares over years."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from web.charts.drawing import Drawing, sized_drawing
from web.charts.lettering import nice_ticks, percent, percent_tick, shortened, text_width, wrapped
from web.charts.palette import theme_paint
from web.charts.shares import ChartRow, ChartShare, ChartTheme, YearSeries, share_tip

_SIZE = 13
_SMALL = 11
_PITCH = 20
_BETWEEN = 20
_VALUE = 42
_PLOT = 88


def small_multiples(
    rows: Sequence[ChartRow],
    themes: Sequence[ChartTheme],
    *,
    title: str,
    description: str,
    columns: int = 3,
    most_rows: int = 20,
    rest_note: str = "",
    narrow: bool = False,
    standalone: bool = False,
) -> str:
    """Draw one panel per theme, a bar per row with its interval as a line across the end, all on one scale.

    At most ``most_rows`` rows are drawn; ``rest_note`` says so beneath, ``{count}`` in it becomes how many were not.
    """
    drawing = sized_drawing(narrow=narrow, standalone=standalone)
    drawn = rows[:most_rows]
    columns = 1 if narrow else max(1, min(columns, len(themes)))
    widest = 124 if narrow else 210
    labels = [_label(row, widest) for row in drawn]
    label_width = min(max((text_width(label, _SIZE) for label in labels), default=0), widest) + 8
    panel = (drawing.width - label_width - _BETWEEN * (columns - 1)) / columns
    ticks = _scale([share for row in drawn for share in row.shares.values()], 3)
    head = _heading_height(themes, panel)
    block = head + _PITCH * len(drawn) + 22
    for place, theme in enumerate(themes):
        x = label_width + (place % columns) * (panel + _BETWEEN)
        y = (place // columns) * (block + 12)
        if place % columns == 0:
            for line, (row, label) in enumerate(zip(drawn, labels, strict=True)):
                with drawing.link(row.href):
                    middle = y + head + (line + 0.5) * _PITCH
                    drawing.text(label_width - 8, middle, label, anchor="end", room=label_width - 7.9)
        _theme_heading(drawing, theme, x, y, panel)
        _draw_panel(drawing, drawn, theme, ticks, (x, y + head, panel))
    height = -(-len(themes) // columns) * (block + 12)
    if len(rows) > len(drawn) and rest_note:
        note = rest_note.replace("{count}", str(len(rows) - len(drawn)))
        drawing.text(0, height + 8, note, paint="chart-muted", room=drawing.width)
        height += 22
    return drawing.svg(height, title, description)


def _label(row: ChartRow, widest: float) -> str:
    # What tells the rows of a group apart, such as the year, is kept whole; the group's name gives way.
    if not row.group:
        return row.label
    return f"{shortened(row.group, _SIZE, widest - text_width(f' {row.label}', _SIZE))} {row.label}".strip()


def _scale(shares: Sequence[ChartShare], wanted: int) -> list[float]:
    highest = max((max(share.share, share.high or 0.0) for share in shares), default=0.0)
    return nice_ticks(0.0, highest or 0.1, wanted)


def _draw_panel(
    drawing: Drawing,
    rows: Sequence[ChartRow],
    theme: ChartTheme,
    ticks: Sequence[float],
    box: tuple[float, float, float],
) -> None:
    x, top, width = box
    bottom = top + _PITCH * len(rows)
    scale = (width - _VALUE) / ticks[-1]
    spacing = max(text_width(percent_tick(tick), _SMALL) for tick in ticks) + 6
    # Every label, or every second, third… so that they stand apart; the first begins at its line.
    step = next(
        every for every in range(1, len(ticks) + 1) if every == len(ticks) or every * ticks[1] * scale >= spacing * 1.2
    )
    for place, tick in enumerate(ticks):
        at = x + tick * scale
        drawing.line(at, top, at, bottom, "chart-axis" if tick == 0 else "chart-rule")
        if place % step == 0:
            anchor = "start" if tick == 0 else "middle"
            drawing.text(at, bottom + 10, percent_tick(tick), size=_SMALL, paint="chart-muted", anchor=anchor)
    for line, row in enumerate(rows):
        share = row.shares.get(theme.code)
        if share is None:
            continue
        middle = top + (line + 0.5) * _PITCH
        with drawing.link(share.href):
            tip = share_tip(theme.name, share)
            drawing.rect(x, middle - 6, max(0.0, share.share) * scale, 12, theme_paint(theme.place), tip=tip)
            drawing.text(x + width, middle, percent(share.share), size=_SMALL, anchor="end")
        if share.low is not None and share.high is not None:
            low, high = x + share.low * scale, x + share.high * scale
            # A light line beneath the dark one, so that it stands out from any theme's bar.
            drawing.line(low, middle, high, middle, "chart-halo", stroke_width=4)
            drawing.line(low, middle, high, middle, "chart-mark", stroke_width=1.5)
            for end in (low, high):
                drawing.line(end, middle - 3.5, end, middle + 3.5, "chart-mark", stroke_width=1.5)


def _theme_heading(drawing: Drawing, theme: ChartTheme, x: float, y: float, width: float) -> None:
    drawing.rect(x, y + 3, 12, 12, theme_paint(theme.place), rx=2)
    for line, words in enumerate(wrapped(theme.name, _SIZE, width - 18, lines=2, bold=True)):
        drawing.text(x + 18, y + 9 + 16 * line, words, bold=True)


def _heading_height(themes: Sequence[ChartTheme], width: float) -> float:
    lines = max((len(wrapped(theme.name, _SIZE, width - 18, lines=2, bold=True)) for theme in themes), default=1)
    return 10 + 16 * lines


def years_lines(
    series: Sequence[YearSeries],
    themes: Sequence[ChartTheme],
    *,
    title: str,
    description: str,
    columns: int = 4,
    narrow: bool = False,
    standalone: bool = False,
) -> str:
    """Draw each theme's share over years in small panels of one scale, with intervals where known.

    One series: its themes beside each other. Several: the series side by side, theme beneath theme. A single year is a
    dot; where years are missing in between, the line is dashed.
    """
    drawing = sized_drawing(narrow=narrow, standalone=standalone)
    columns = max(1, min(2 if narrow else columns, len(themes) if len(series) == 1 else len(series)))
    ticks = _scale([share for one in series for shares in one.years.values() for share in shares.values()], 3)
    axis = max(text_width(percent_tick(tick), _SMALL) for tick in ticks) + 8
    width = (drawing.width - axis - _BETWEEN * (columns - 1)) / columns
    years = sorted({year for one in series for year in one.years})
    lefts = [axis + column * (width + _BETWEEN) for column in range(columns)]
    y = 0.0
    if len(series) == 1:
        head = _heading_height(themes, width)
        for place, theme in enumerate(themes):
            column = place % columns
            _theme_heading(drawing, theme, lefts[column], y, width)
            box = (lefts[column], y + head, width)
            _draw_years(drawing, series[0], theme, years, ticks, box, labelled=column == 0)
            if column == columns - 1 or place == len(themes) - 1:
                y += head + _PLOT + 34
        return drawing.svg(y, title, description)
    for start in range(0, len(series), columns):
        block = series[start : start + columns]
        for left, one in zip(lefts, block, strict=False):
            drawing.text(left, y + 9, one.name, bold=True, room=width)
        y += 26
        for theme in themes:
            _theme_heading(drawing, theme, 0, y, drawing.width)
            for column, one in enumerate(block):
                _draw_years(drawing, one, theme, years, ticks, (lefts[column], y + 30, width), labelled=column == 0)
            y += 30 + _PLOT + 32
        y += 10
    return drawing.svg(y, title, description)


def _draw_years(
    drawing: Drawing,
    series: YearSeries,
    theme: ChartTheme,
    years: Sequence[int],
    ticks: Sequence[float],
    box: tuple[float, float, float],
    *,
    labelled: bool,
) -> None:
    left, top, width = box
    bottom = top + _PLOT
    for tick in ticks:
        level = bottom - tick / ticks[-1] * _PLOT
        drawing.line(left, level, left + width, level, "chart-axis" if tick == 0 else "chart-rule")
        if labelled:
            drawing.text(left - 6, level, percent_tick(tick), size=_SMALL, paint="chart-muted", anchor="end")
    places = _year_places(years, left, width)
    for year in _labelled_years(places):
        drawing.text(places[year], bottom + 11, str(year), size=_SMALL, paint="chart-muted", anchor="middle")
    found = [(year, series.years[year][theme.code]) for year in years if theme.code in series.years.get(year, {})]
    points = [(places[year], bottom - share.share / ticks[-1] * _PLOT) for year, share in found]
    for ((year, _), (following, _)), (begin, end) in zip(pairwise(found), pairwise(points), strict=True):
        dashes = "4 4" if following > year + 1 else "none"
        drawing.line(*begin, *end, theme_paint(theme.place, "line"), stroke_width=2, stroke_dasharray=dashes)
    for (year, share), (x, y) in zip(found, points, strict=True):
        if share.low is not None and share.high is not None:
            ends = [bottom - value / ticks[-1] * _PLOT for value in (share.low, share.high)]
            drawing.line(x, ends[0], x, ends[1], "chart-mark", stroke_width=1.5)
        with drawing.link(share.href):
            tip = share_tip(f"{theme.name}, {series.name} {year}:", share)
            drawing.circle(x, y, 4, theme_paint(theme.place), tip=tip)
    if found:
        x, y = points[-1]
        # To the right and above: the line comes from the left.
        drawing.text(x - 6, y - 12 if y - 12 > top - 6 else y + 13, percent(found[-1][1].share), size=_SMALL)


def _year_places(years: Sequence[int], left: float, width: float) -> dict[int, float]:
    """Return where each year stands: evenly in time, with room for labels at both edges; a single year in the middle."""
    if not years:
        return {}
    inner = width - 18 - 30
    span = years[-1] - years[0]
    return {year: left + 18 + (inner / 2 if span == 0 else inner * (year - years[0]) / span) for year in years}


def _labelled_years(places: Mapping[int, float]) -> list[int]:
    """Return the years to label: every one, or every second, third… counted from the last, so that labels stand apart."""
    for step in range(1, max(places, default=0) - min(places, default=0) + 1):
        years = [year for year in places if (max(places) - year) % step == 0]
        if all(places[later] - places[year] > text_width("0000", _SMALL) + 4 for year, later in pairwise(years)):
            return years
    return [max(places)] if places else []
