"""What charts of a theme mix are drawn from: themes, shares, rows, and years. All text comes translated."""

from collections.abc import Mapping
from dataclasses import dataclass

from web.charts.lettering import percent


@dataclass(frozen=True)
class ChartTheme:
    """A theme: its code, its name, and its place in the codebook, which gives its colour wherever it is drawn."""

    code: str
    name: str
    place: int


@dataclass(frozen=True)
class ChartShare:
    """A theme's share, 0 to 1; its interval, count, and the address to go to, where there is one."""

    share: float
    low: float | None = None
    high: float | None = None
    count: int | None = None
    href: str = ""


@dataclass(frozen=True)
class ChartRow:
    """A row: its label, a share by theme code (absent: none), the group of rows to which it belongs, and a total."""

    label: str
    shares: Mapping[str, ChartShare]
    group: str = ""
    total: str = ""
    href: str = ""


@dataclass(frozen=True)
class YearSeries:
    """A jurisdiction over years: by year, a share by theme code."""

    name: str
    years: Mapping[int, Mapping[str, ChartShare]]


def share_tip(name: str, share: ChartShare) -> str:
    """Return what a share says when pointed at.

    >>> share_tip("Mediation", ChartShare(0.348, count=32))
    'Mediation 34.8% (32)'
    >>> share_tip("Mediation", ChartShare(0.348, 0.3, 0.4))
    'Mediation 34.8% [30.0–40.0%]'
    """
    parts = [name, percent(share.share)]
    if share.low is not None and share.high is not None:
        parts.append(f"[{100 * share.low:.1f}–{percent(share.high)}]")
    if share.count is not None:
        parts.append(f"({share.count:,})")
    return " ".join(parts)
