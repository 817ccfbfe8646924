"""How good a model is, and why it decides: confusion, calibration, and the weights of terms."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from web.charts.drawing import NARROW, WIDE, Drawing
from web.charts.lettering import balanced, percent, percent_tick, text_width, wrapped
from web.charts.palette import theme_paint

_SIZE = 13
_SMALL = 11


def confusion_matrix(
    names: Sequence[str],
    counts: Sequence[Sequence[int]],
    *,
    title: str,
    description: str,
    true_caption: str,
    predicted_caption: str,
    narrow: bool = False,
    standalone: bool = False,
) -> str:
    """Draw a heat table: a row per true theme, a column per predicted theme, darker the larger its share of the row.

    Columns carry names where these fit, else numbers that stand before the names of the rows.
    """
    classes = len(names)
    label = min(max((text_width(f"{classes} {name}", _SIZE) for name in names), default=0) + 10, 116 if narrow else 220)
    total = max((text_width(f"{sum(row):,}", _SMALL) for row in counts), default=0) + 10
    width = float(NARROW if narrow else WIDE)
    cell = max(24.0, min(88.0, (width - label - total) / max(1, classes)))
    kind = "narrow" if narrow else "wide"
    drawing = Drawing(max(NARROW, label + cell * classes + total), kind=kind, standalone=standalone)
    headings = [balanced(name, 12, cell - 6) for name in names]
    named = all(len(lines) <= 3 and "…" not in "".join(lines) for lines in headings)
    row_height = 34
    top = 22 + (16 * max((len(lines) for lines in headings), default=1) if named else 18) + 4
    drawing.text(label, 8, f"{predicted_caption} →", size=_SMALL, paint="chart-muted")
    drawing.text(0, top - 10, f"{true_caption} ↓", size=_SMALL, paint="chart-muted", room=label - 6)
    for column, lines in enumerate(headings):
        middle = label + (column + 0.5) * cell
        for place, part in enumerate(lines if named else [str(column + 1)]):
            drawing.text(middle, 22 + 16 * place + 8, part, size=12, anchor="middle")
    for line, (name, row) in enumerate(zip(names, counts, strict=True)):
        y = top + line * row_height
        heading = wrapped(name if named else f"{line + 1} {name}", 12, label - 8, lines=2)
        for place, part in enumerate(heading):
            drawing.text(0, y + row_height / 2 + 15 * (place - (len(heading) - 1) / 2), part, size=12)
        units = sum(row)
        for column, (predicted, count) in enumerate(zip(names, row, strict=True)):
            x = label + column * cell
            drawing.rect(x, y, cell, row_height, "chart-rule")
            if count:
                tip = f"{name} → {predicted}: {count:,} ({percent(count / units)})"
                drawing.rect(x + 1, y + 1, cell - 2, row_height - 2, "chart-heat", tip=tip, fill_opacity=count / units)
                shown = f"{count:,}"
                size = 12 if text_width(shown, 12) < cell - 4 else 9
                drawing.text(x + cell / 2, y + row_height / 2, shown, size=size, anchor="middle", pointer_events="none")
        drawing.text(drawing.width, y + row_height / 2, f"{units:,}", size=_SMALL, paint="chart-muted", anchor="end")
    for place in range(classes):
        corner = (label + place * cell, top + place * row_height)
        drawing.rect(*corner, cell, row_height, "chart-mark", stroke_width=1.5, pointer_events="none")
    return drawing.svg(top + classes * row_height + 2, title, description)


@dataclass(frozen=True)
class ReliabilityBin:
    """Units whose probability lay between low and high: the mean probability, the share that was right, how many."""

    low: float
    high: float
    predicted: float
    observed: float
    units: int


def reliability_diagram(
    bins: Sequence[ReliabilityBin],
    *,
    title: str,
    description: str,
    predicted_caption: str,
    observed_caption: str,
    units_caption: str,
    standalone: bool = False,
) -> str:
    """Draw predicted probability against observed share: on the diagonal, probabilities can be taken at their word.

    Larger points stand for more units; bars beneath count the units of each bin.
    """
    drawing = Drawing(NARROW, kind="small", standalone=standalone)
    left, top, side, strip = 44.0, 26.0, 284.0, 54.0
    bottom = top + side
    foot = bottom + 66 + strip
    drawing.text(0, 9, observed_caption, size=_SMALL, paint="chart-muted", room=drawing.width)
    for tick in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0):
        along, level = left + tick * side, bottom - tick * side
        drawing.line(left, level, left + side, level, "chart-rule")
        drawing.line(along, top, along, bottom, "chart-rule")
        drawing.text(left - 6, level, percent_tick(tick), size=_SMALL, paint="chart-muted", anchor="end")
        middle = "end" if tick == 1 else "middle"
        drawing.text(along, bottom + 12, percent_tick(tick), size=_SMALL, paint="chart-muted", anchor=middle)
    drawing.text(left + side, bottom + 28, predicted_caption, size=_SMALL, paint="chart-muted", anchor="end", room=side)
    drawing.line(left, bottom, left + side, top, "chart-axis", stroke_width=1.5, stroke_dasharray="5 4")
    most = max((part.units for part in bins), default=0) or 1
    drawing.text(left, bottom + 52, units_caption, size=_SMALL, paint="chart-muted", room=side)
    drawing.line(left, foot, left + side, foot, "chart-axis")
    drawn = [part for part in bins if part.units]
    for part in drawn:
        high = max(1.0, part.units / most * strip)
        across = max(1.0, (part.high - part.low) * side - 1)
        tip = f"{percent(part.low, 0)}–{percent(part.high, 0)}: {part.units:,}"
        drawing.rect(left + part.low * side, foot - high, across, high, "chart-accent", tip=tip, fill_opacity=0.6)
    points = [(left + part.predicted * side, bottom - part.observed * side) for part in drawn]
    drawing.shape(points, "chart-accent-line", closed=False, stroke_width=1.5)
    for part, (x, y) in zip(drawn, points, strict=True):
        tip = f"{percent(part.predicted)} → {percent(part.observed)} ({part.units:,})"
        radius = max(3.0, 11 * math.sqrt(part.units / most))
        drawing.circle(x, y, radius, "chart-accent", tip=tip, fill_opacity=0.8)
    return drawing.svg(foot + 6, title, description)


@dataclass(frozen=True)
class WeightedTerm:
    """A term and how much it speaks for a theme (above 0) or against it (below 0)."""

    term: str
    weight: float


def weight_bars(
    terms: Sequence[WeightedTerm],
    *,
    title: str,
    description: str,
    place: int | None = None,
    standalone: bool = False,
) -> str:
    """Draw a bar per term, to the right in the colour of the theme at ``place`` where it speaks for it, else to the left."""
    drawing = Drawing(NARROW, kind="small", standalone=standalone)
    label = min(max((text_width(term.term, _SIZE) for term in terms), default=0), 130) + 10
    values = [f"{term.weight:+.2f}".replace("-", "−") for term in terms]
    value = max((text_width(words, _SMALL) for words in values), default=0) + 8
    lowest = min([0.0, *(term.weight for term in terms)])
    highest = max([0.0, *(term.weight for term in terms)])
    # A bar's value stands beyond its end, on both sides of zero.
    room = drawing.width - label - value * ((lowest < 0) + (highest > 0))
    scale = room / ((highest - lowest) or 1.0)
    zero = label + (value if lowest < 0 else 0) - lowest * scale
    row = 22
    for line, (term, words) in enumerate(zip(terms, values, strict=True)):
        middle = 4 + (line + 0.5) * row
        length = abs(term.weight) * scale
        drawing.text(0, middle, term.term, room=label - 9.9)
        if term.weight >= 0:
            paint = "chart-accent" if place is None else theme_paint(place)
            drawing.rect(zero, middle - 7, length, 14, paint, tip=f"{term.term} {words}")
            drawing.text(zero + length + 5, middle, words, size=_SMALL, paint="chart-muted")
        else:
            drawing.rect(zero - length, middle - 7, length, 14, "chart-against", tip=f"{term.term} {words}")
            drawing.text(zero - length - 5, middle, words, size=_SMALL, paint="chart-muted", anchor="end")
    foot = 8 + row * len(terms)
    drawing.line(zero, 0, zero, foot, "chart-axis")
    return drawing.svg(foot, title, description)
