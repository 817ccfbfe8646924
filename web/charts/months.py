"""A share by month with its interval, as points between whiskers."""

from collections.abc import Sequence
from dataclasses import dataclass

from web.charts.drawing import NARROW, Drawing
from web.charts.lettering import percent, percent_tick
from web.charts.palette import theme_paint

_SMALL = 11
_STEP = 56.0


@dataclass(frozen=True)
class MonthShare:
    """A month (``2026-11``), its share and the ends of the interval."""

    month: str
    share: float
    low: float
    high: float


def month_shares(months: Sequence[MonthShare], *, title: str, description: str) -> str:
    """Draw the share of each month, from 0 to 100 %, each with its interval; the last six where there are more."""
    shown = months[-6:]
    drawing = Drawing(NARROW, kind="small")
    left, right, top, high = 44.0, drawing.width - 8, 12.0, 120.0
    bottom = top + high

    def level(share: float) -> float:
        return bottom - high * share

    for tick in (0.0, 0.5, 1.0):
        drawing.line(left, level(tick), right, level(tick), "chart-axis" if tick == 0 else "chart-rule")
        drawing.text(left - 6, level(tick), percent_tick(tick), size=_SMALL, paint="chart-muted", anchor="end")
    for place, one in enumerate(shown):
        x = left + _STEP / 2 + place * (right - left) / max(len(shown), 5)
        tip = f"{one.month}: {percent(one.share)} [{100 * one.low:.1f}–{percent(one.high)}]"
        drawing.line(x, level(one.low), x, level(one.high), theme_paint(0, "line"), stroke_width=2)
        drawing.circle(x, level(one.share), 4, theme_paint(0), tip=tip)
        drawing.text(x, bottom + 14, one.month, size=_SMALL, paint="chart-muted", anchor="middle")
    return drawing.svg(bottom + 24, title, description)
