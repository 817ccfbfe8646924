"""The theme mix as stacked bars: one horizontal bar per row, one segment per theme."""

from collections.abc import Sequence
from dataclasses import dataclass

from web.charts.drawing import Drawing, sized_drawing
from web.charts.lettering import percent, percent_tick, text_width
from web.charts.palette import theme_paint
from web.charts.shares import ChartRow, ChartTheme, share_tip

_SIZE = 13
_SMALL = 11
_BAR = 22
_LINE = 20
_GAP = 1.0
_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True)
class _Columns:
    """Where things stand: width of group labels and row labels, the bar, and whether labels stand above their bars."""

    group: float
    label: float
    bar: float
    bar_width: float
    above: bool


def stacked_bars(
    rows: Sequence[ChartRow],
    themes: Sequence[ChartTheme],
    *,
    title: str,
    description: str,
    total_heading: str = "",
    narrow: bool = False,
    standalone: bool = False,
) -> str:
    """Draw one bar per row, its shares as segments in the order of themes; rows that share a group stand together.

    A segment shows its percentage where it fits, and theme, percentage and count when pointed at. Shares that sum to
    less than 1 leave the rest of the bar empty; a bar whose shares sum to more is scaled down to its length.
    """
    drawing = sized_drawing(narrow=narrow, standalone=standalone)
    columns = _columns(rows, total_heading, drawing.width, narrow)
    y = drawing.legend([(theme.name, theme_paint(theme.place)) for theme in themes]) + 4
    for tick in _TICKS:
        anchor = {0.0: "start", 1.0: "end"}.get(tick, "middle")
        at = columns.bar + tick * columns.bar_width
        drawing.text(at, y + 6, percent_tick(tick), size=_SMALL, paint="chart-muted", anchor=anchor)
    if total_heading and not columns.above:
        drawing.text(drawing.width, y + 6, total_heading, size=_SMALL, paint="chart-muted", anchor="end")
    y += 16
    heights = _heights(rows, columns, narrow)
    # Where labels stand above bars, lines would run through them.
    for tick in () if narrow else _TICKS:
        at = columns.bar + tick * columns.bar_width
        drawing.line(at, y, at, y + sum(heights), "chart-rule")
    for place, (row, height) in enumerate(zip(rows, heights, strict=True)):
        first = place == 0 or not row.group or rows[place - 1].group != row.group
        _draw_labels(drawing, row, columns, y + height - _BAR, first=first, narrow=narrow, total_heading=total_heading)
        _draw_segments(drawing, row, themes, columns, y + height - _BAR, digits=0 if narrow else 1)
        y += height
    return drawing.svg(y + 4, title, description)


def _columns(rows: Sequence[ChartRow], total_heading: str, width: float, narrow: bool) -> _Columns:
    grouped = any(row.group for row in rows)
    label = max((text_width(row.label, _SIZE) for row in rows), default=0)
    above = narrow and not (grouped and label <= 64)
    if above:
        total = max((text_width(_total(row, total_heading), _SIZE) for row in rows), default=0)
        return _Columns(width, width - total - 12, 0, width, above)
    total = max([text_width(row.total, _SIZE) for row in rows] + [text_width(total_heading, _SMALL)])
    group = 0 if narrow or not grouped else min(max(text_width(row.group, _SIZE, bold=True) for row in rows) + 14, 230)
    label = min(label, 64 if narrow else 350 - max(group, 100))
    bar = group + label + (8 if label else 0)
    return _Columns(group if not narrow else width, label, bar, width - bar - (total + 12 if total else 0), above)


def _heights(rows: Sequence[ChartRow], columns: _Columns, narrow: bool) -> list[float]:
    """Return how high each row is, with the space above it; its bar stands at its foot."""
    heights: list[float] = []
    for place, row in enumerate(rows):
        follows = place > 0 and row.group != "" and rows[place - 1].group == row.group
        space = 3 if follows else 6 if place == 0 else 14 if row.group else 8
        heading = narrow and row.group != "" and not follows
        heights.append(space + _BAR + (_LINE if columns.above else 0) + (_LINE if heading else 0))
    return heights


def _draw_labels(
    drawing: Drawing, row: ChartRow, columns: _Columns, y: float, *, first: bool, narrow: bool, total_heading: str
) -> None:
    middle = y + _BAR / 2
    label_y = y - _LINE / 2 if columns.above else middle
    if row.group and first:
        group_y = label_y - _LINE if columns.above else y - _LINE / 2 if narrow else middle
        drawing.text(0, group_y, row.group, room=columns.group - 14, bold=True)
    with drawing.link(row.href):
        if columns.above:
            drawing.text(0, label_y, row.label, room=columns.label)
        else:
            drawing.text(columns.bar - 8, label_y, row.label, anchor="end", room=columns.label + 0.1)
    total = _total(row, total_heading) if columns.above else row.total
    if total:
        drawing.text(drawing.width, label_y, total, anchor="end", paint="chart-muted")


def _total(row: ChartRow, total_heading: str) -> str:
    return f"{row.total} {total_heading}".rstrip() if row.total else ""


def _draw_segments(
    drawing: Drawing, row: ChartRow, themes: Sequence[ChartTheme], columns: _Columns, y: float, *, digits: int
) -> None:
    drawn = [(theme, row.shares[theme.code]) for theme in themes if theme.code in row.shares]
    scale = columns.bar_width / max(1.0, sum(max(0.0, share.share) for _, share in drawn))
    x = columns.bar
    for theme, share in drawn:
        width = max(0.0, share.share) * scale
        if width == 0:
            continue
        with drawing.link(share.href):
            # The gap belongs to its segment's width; a segment too thin for one is drawn whole, so that it is seen.
            shown = width - _GAP if width > 3 * _GAP else width
            drawing.rect(x, y, shown, _BAR, theme_paint(theme.place), tip=share_tip(theme.name, share))
            words = percent(share.share, digits)
            if text_width(words, _SMALL) + 5 <= shown:
                middle = x + shown / 2
                ink = theme_paint(theme.place, "ink")
                # Pointing at the number means pointing at its segment.
                drawing.text(middle, y + _BAR / 2, words, size=_SMALL, paint=ink, anchor="middle", pointer_events="none")
        x += width
    rest = columns.bar + columns.bar_width - x
    if rest > _GAP:
        drawing.rect(x, y, rest, _BAR, "chart-track")
