"""Draw growth as SVG: time and memory against the work, both scales logarithmic, with the line of linear growth."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.results import Growth, number
from web.charts.drawing import Drawing
from web.charts.lettering import text_width

_WIDTH, _HEIGHT, _BETWEEN, _LEFT, _SMALL = 840.0, 250.0, 56.0, 58.0, 12
_TIME, _MEMORY = "theme-0", "theme-2"


def growth_chart(growth: Growth) -> str:
    """Return the two panels of one growth as a file of SVG text, light in any surroundings."""
    drawing = Drawing(_WIDTH, standalone=True)
    wide = (_WIDTH - _BETWEEN) / 2
    seconds = _Panel(0, wide, growth.amounts, growth.seconds)
    memory = _Panel(wide + _BETWEEN, wide, growth.amounts, (*growth.megabytes, *_given(growth.memory_bar)))
    seconds.frame(drawing, "processor time, seconds", growth.work)
    last = growth.seconds[-1]
    # Anchored where measuring is surest: at the most work.
    guide = [(amount, last * amount / growth.amounts[-1]) for amount in (growth.amounts[0], growth.amounts[-1])]
    seconds.guide(drawing, guide, "linear growth")
    seconds.series(drawing, growth.amounts, growth.seconds, _TIME, "s")
    memory.frame(drawing, "peak memory, megabytes", growth.work)
    if growth.memory_bar is not None:
        ends = [(amount, growth.memory_bar) for amount in (growth.amounts[0], growth.amounts[-1])]
        memory.guide(drawing, ends, f"the bar: {number(growth.memory_bar)} MB")
    memory.series(drawing, growth.amounts, growth.megabytes, _MEMORY, "MB")
    first = f"{growth.amounts[0]:,}"
    description = (
        f"From {first} to {growth.amounts[-1]:,} {growth.work}, both scales logarithmic. Time is processor time without the "
        f"start of the program ({growth.start_seconds:.2f} s); memory is that of the whole process."
    )
    return drawing.svg(_HEIGHT + 74, growth.title, description)


@dataclass(frozen=True)
class _Panel:
    """One plot: where it stands, and the values that its scales must hold."""

    x: float
    width: float
    amounts: Sequence[float]
    values: Sequence[float]

    _top = 30.0

    @property
    def _levels(self) -> tuple[int, int]:
        """The powers of ten below and above all values; two apart at least, so that what is flat looks flat."""
        low, high = math.floor(math.log10(min(self.values))), math.ceil(math.log10(max(self.values) * 1.02))
        return min(low, high - 2), high

    def across(self, amount: float) -> float:
        first, last = (math.log10(end) for end in (self.amounts[0], self.amounts[-1]))
        share = (math.log10(amount) - first) / (last - first)
        return self.x + _LEFT + 16 + (self.width - _LEFT - 32) * share

    def level(self, value: float) -> float:
        low, high = self._levels
        return self._top + _HEIGHT * (1 - (math.log10(value) - low) / (high - low))

    def frame(self, drawing: Drawing, caption: str, work: str) -> None:
        low, high = self._levels
        left, right, bottom = self.x + _LEFT, self.x + self.width, self._top + _HEIGHT
        drawing.text(self.x, 8, caption, size=13, bold=True)
        for power in range(low, high + 1):
            y = self.level(10.0**power)
            drawing.line(left, y, right, y, "chart-axis" if power == low else "chart-rule")
            drawing.text(left - 8, y, f"{10.0**power:,g}", size=_SMALL, paint="chart-muted", anchor="end")
        taken: list[tuple[float, float]] = []
        # The ends come first: what lies between is named where there is room.
        for amount in (self.amounts[0], self.amounts[-1], *self.amounts[1:-1]):
            at, words = self.across(amount), f"{amount:,}"
            drawing.line(at, bottom, at, bottom + 5, "chart-axis")
            half = text_width(words, _SMALL) / 2
            if all(at + half + 4 < begin or at - half - 4 > end for begin, end in taken):
                drawing.text(at, bottom + 16, words, size=_SMALL, paint="chart-muted", anchor="middle")
                taken.append((at - half, at + half))
        drawing.text(right, bottom + 36, work, size=_SMALL, paint="chart-muted", anchor="end")

    def guide(self, drawing: Drawing, ends: Sequence[tuple[float, float]], name: str) -> None:
        """Draw a dashed line between two points, cut off where it leaves the plot; its name stands at the top."""
        (first, low), (last, high) = ends
        lowest = 10.0 ** self._levels[0]
        if low < lowest:
            first, low = first * (last / first) ** (math.log(lowest / low) / math.log(high / low)), lowest
        dashes: dict[str, str | float] = {"stroke_width": 1.5, "stroke_dasharray": "5 4"}
        places = [(self.across(first), self.level(low)), (self.across(last), self.level(high))]
        drawing.shape(places, "chart-axis", closed=False, **dashes)
        x, y = self.x + self.width, 8.0
        words = text_width(name, _SMALL)
        drawing.line(x - words - 36, y, x - words - 8, y, "chart-axis", **dashes)
        drawing.text(x, y, name, size=_SMALL, paint="chart-muted", anchor="end")

    def series(self, drawing: Drawing, amounts: Sequence[float], values: Sequence[float], paint: str, unit: str) -> None:
        places = [(self.across(amount), self.level(value)) for amount, value in zip(amounts, values, strict=True)]
        drawing.shape(places, f"{paint}-line", closed=False, stroke_width=2.5, stroke_linejoin="round")
        for (x, y), amount, value in zip(places, amounts, values, strict=True):
            drawing.circle(x, y, 6, "chart-halo", stroke_width=2)
            drawing.circle(x, y, 4.5, paint, tip=f"{amount:,}: {number(value)} {unit}")
        x, y = places[-1]
        drawing.text(x, y - 14, f"{number(values[-1])} {unit}", size=_SMALL, bold=True, anchor="end")


def _given(value: float | None) -> tuple[float, ...]:
    return () if value is None else (value,)
