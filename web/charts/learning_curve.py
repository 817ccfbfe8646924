"""How accuracy grows with the number of training texts."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from web.charts.drawing import NARROW, Drawing
from web.charts.lettering import nice_ticks, percent, percent_tick, text_width
from web.charts.palette import theme_paint

_SMALL = 11


@dataclass(frozen=True)
class LearningPoint:
    """Accuracy after training on so many texts, with its interval where known."""

    texts: int
    accuracy: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class LearningSeries:
    """A line of the learning curve: what was classified, such as paragraphs, and its points by number of texts."""

    name: str
    points: Sequence[LearningPoint]


def learning_curve(
    series: Sequence[LearningSeries],
    *,
    title: str,
    description: str,
    texts_caption: str,
    accuracy_caption: str,
    narrow: bool = False,
    standalone: bool = False,
) -> str:
    """Draw accuracy against the number of training texts, each series with a band for its interval.

    The scale of texts is logarithmic where the largest number is over eight times the smallest.
    """
    drawing = Drawing(NARROW if narrow else 620, kind="narrow" if narrow else "wide", standalone=standalone)
    top = drawing.legend([(one.name, theme_paint(place)) for place, one in enumerate(series)]) + 20
    left, right, high = 46.0, drawing.width - 14, 230.0
    bottom = top + high
    points = [point for one in series for point in one.points]
    lowest = min((point.accuracy if point.low is None else point.low for point in points), default=0.0)
    ticks = [tick for tick in nice_ticks(max(0.0, lowest), 1.0, 5) if tick <= 1.0001]
    drawing.text(0, top - 14, accuracy_caption, size=_SMALL, paint="chart-muted", room=drawing.width)
    numbers = [max(1, point.texts) for point in points] or [1]
    logarithmic = max(numbers) > 8 * min(numbers)

    def across(texts: float) -> float:
        first, last, value = (math.log(max(1, n)) if logarithmic else n for n in (min(numbers), max(numbers), texts))
        return left + 10 + (right - left - 20) * ((value - first) / (last - first) if last > first else 0.5)

    def level(accuracy: float) -> float:
        return bottom - high * (accuracy - ticks[0]) / ((1.0 - ticks[0]) or 1.0)

    for tick in ticks:
        drawing.line(left, level(tick), right, level(tick), "chart-axis" if tick == ticks[0] else "chart-rule")
        drawing.text(left - 6, level(tick), percent_tick(tick), size=_SMALL, paint="chart-muted", anchor="end")
    taken = float("-inf")
    for texts in sorted(set(numbers)):
        words, at = f"{texts:,}", across(texts)
        drawing.line(at, bottom, at, bottom + 4, "chart-axis")
        if at - text_width(words, _SMALL) / 2 > taken + 6:
            drawing.text(at, bottom + 13, words, size=_SMALL, paint="chart-muted", anchor="middle")
            taken = at + text_width(words, _SMALL) / 2
    drawing.text(right, bottom + 30, texts_caption, size=_SMALL, paint="chart-muted", anchor="end", room=right)
    for place, one in enumerate(series):
        _draw_learning(drawing, one, place, [(across(point.texts), level(point.accuracy)) for point in one.points], level)
    return drawing.svg(bottom + 40, title, description)


def _draw_learning(
    drawing: Drawing,
    series: LearningSeries,
    place: int,
    places: Sequence[tuple[float, float]],
    level: Callable[[float], float],
) -> None:
    between = [
        (x, level(point.low), level(point.high))
        for point, (x, _) in zip(series.points, places, strict=True)
        if point.low is not None and point.high is not None
    ]
    if len(between) > 1:
        band = [(x, high) for x, _, high in between] + [(x, low) for x, low, _ in reversed(between)]
        drawing.shape(band, theme_paint(place), closed=True, fill_opacity=0.18)
    elif between:
        x, low, high = between[0]
        drawing.line(x, low, x, high, theme_paint(place, "line"), stroke_width=1.5)
    drawing.shape(places, theme_paint(place, "line"), closed=False, stroke_width=2)
    for point, (x, y) in zip(series.points, places, strict=True):
        interval = "" if point.low is None or point.high is None else f" [{100 * point.low:.1f}–{percent(point.high)}]"
        tip = f"{series.name}, {point.texts:,}: {percent(point.accuracy)}{interval}"
        # Series differ by form as well as by colour.
        if place % 2 == 0:
            drawing.circle(x, y, 4, theme_paint(place), tip=tip)
        else:
            drawing.rect(x - 4, y - 4, 8, 8, theme_paint(place), tip=tip)
