"""Differences of two sides as bars from a middle line: to the left where the first has more, to the right the second."""

from collections.abc import Sequence
from dataclasses import dataclass

from web.charts.drawing import Drawing, sized_drawing
from web.charts.lettering import nice_ticks, text_width, wrapped
from web.charts.palette import theme_paint

_SIZE = 13
_SMALL = 11
_BAR = 16
_PITCH = 34
_QUIET = 0.45


@dataclass(frozen=True)
class DifferenceBar:
    """A theme's difference, first side less second, with what bounds it; ``quiet`` ones are drawn grey.

    ``low`` and ``high`` are the interval that the verdict follows, ``outer_low`` and ``outer_high`` a wider one.
    """

    name: str
    place: int
    difference: float
    low: float | None = None
    high: float | None = None
    outer_low: float | None = None
    outer_high: float | None = None
    quiet: bool = False
    words: str = ""
    href: str = ""


@dataclass(frozen=True)
class _Axis:
    """Where the middle line stands, how wide a difference of 1 is, and its ticks to one side."""

    middle: float
    scale: float
    ticks: Sequence[float]

    def at(self, difference: float) -> float:
        return self.middle - difference * self.scale


def difference_bars(
    bars: Sequence[DifferenceBar],
    sides: tuple[str, str],
    *,
    title: str,
    description: str,
    interval_note: str = "",
    outer_note: str = "",
    quiet_note: str = "",
    narrow: bool = False,
    standalone: bool = False,
) -> str:
    """Draw one bar for each theme with its interval as a whisker with ends, and the outer one as a thin dashed line.

    ``sides`` stand above the two halves; the notes say beneath what whiskers and grey bars are, as far as there are some.
    """
    drawing = sized_drawing(narrow=narrow, standalone=standalone)
    label = 0 if narrow else min(max((text_width(bar.name, _SIZE) for bar in bars), default=0) + 34, 300)
    axis = _axis(bars, label, drawing.width)
    half = axis.ticks[-1] * axis.scale
    for name, x, anchor in ((sides[0], axis.middle - 8, "end"), (sides[1], axis.middle + 8, "start")):
        words = f"◂ {name}" if anchor == "end" else f"{name} ▸"
        drawing.text(x, 8, words, anchor=anchor, bold=True, room=half - 8)
    y = 34.0
    for tick in axis.ticks:
        for sign in (1, -1) if tick else (1,):
            words = f"{100 * tick:g}"
            drawing.text(axis.at(sign * tick), y, words, size=_SMALL, paint="chart-muted", anchor="middle")
    top = y + 12
    pitch = _PITCH + (20 if narrow else 0)
    bottom = top + pitch * len(bars)
    for tick in axis.ticks[1:]:
        for sign in (1, -1):
            drawing.line(axis.at(sign * tick), top, axis.at(sign * tick), bottom, "chart-rule")
    for number, bar in enumerate(bars):
        middle = top + pitch * number + pitch / 2 + (9 if narrow else 0)
        _draw_bar(drawing, bar, axis, middle, label, narrow=narrow)
    drawing.line(axis.middle, top, axis.middle, bottom, "chart-axis", stroke_width=1.5)
    return drawing.svg(_draw_notes(drawing, bars, bottom + 10, interval_note, outer_note, quiet_note), title, description)


def _axis(bars: Sequence[DifferenceBar], label: float, width: float) -> _Axis:
    values = [
        abs(value)
        for bar in bars
        for value in (bar.difference, bar.low, bar.high, bar.outer_low, bar.outer_high)
        if value is not None
    ]
    ticks = nice_ticks(0.0, max([*values, 0.05]), 3)
    half = (width - label) / 2 - 14
    return _Axis(label + 14 + half, half / ticks[-1], ticks)


def _draw_bar(drawing: Drawing, bar: DifferenceBar, axis: _Axis, middle: float, label: float, *, narrow: bool) -> None:
    with drawing.link(bar.href):
        label_y = middle - 18 if narrow else middle
        drawing.rect(0, label_y - 6, 12, 12, theme_paint(bar.place), rx=2)
        drawing.text(18, label_y, bar.name, room=(drawing.width if narrow else label) - 26)
        length = abs(bar.difference) * axis.scale
        left = axis.middle - length if bar.difference > 0 else axis.middle
        paint, opacity = ("chart-against", _QUIET) if bar.quiet else (theme_paint(bar.place), 1.0)
        drawing.rect(left, middle - _BAR / 2, max(length, 1.0), _BAR, paint, tip=bar.words, fill_opacity=opacity)
    if bar.outer_low is not None and bar.outer_high is not None:
        ends = axis.at(bar.outer_high), axis.at(bar.outer_low)
        drawing.line(ends[0], middle, ends[1], middle, "chart-halo", stroke_width=3.5)
        drawing.line(ends[0], middle, ends[1], middle, "chart-axis", stroke_width=1.5, stroke_dasharray="3 3")
    if bar.low is not None and bar.high is not None:
        _draw_whisker(drawing, axis.at(bar.high), axis.at(bar.low), middle)


def _draw_whisker(drawing: Drawing, left: float, right: float, middle: float) -> None:
    # A light line beneath the dark one, so that it stands out from any theme's bar.
    drawing.line(left, middle, right, middle, "chart-halo", stroke_width=4)
    drawing.line(left, middle, right, middle, "chart-mark", stroke_width=1.5)
    for end in (left, right):
        drawing.line(end, middle - 5, end, middle + 5, "chart-mark", stroke_width=1.5)


def _draw_notes(
    drawing: Drawing, bars: Sequence[DifferenceBar], y: float, interval_note: str, outer_note: str, quiet_note: str
) -> float:
    shown = (
        (interval_note, "whisker", any(bar.low is not None for bar in bars)),
        (outer_note, "dashes", any(bar.outer_low is not None for bar in bars)),
        (quiet_note, "grey", any(bar.quiet for bar in bars)),
    )
    for note, sample, needed in shown:
        if not (note and needed):
            continue
        if sample == "whisker":
            _draw_whisker(drawing, 1, 25, y + 8)
        elif sample == "dashes":
            drawing.line(0, y + 8, 26, y + 8, "chart-axis", stroke_width=1.5, stroke_dasharray="3 3")
        else:
            drawing.rect(0, y + 2, 26, 12, "chart-against", fill_opacity=_QUIET)
        for line in wrapped(note, 12, drawing.width - 36):
            drawing.text(36, y + 8, line, size=12, paint="chart-muted")
            y += 18
        y += 2
    return y + 4
