"""The colours of charts: CSS classes on pages, and the same colours, written out, in files of their own.

The theme colours were searched for by computer: in sRGB, apart from each other for readers with each kind of colour
blindness, 3:1 against the background, and as soft as that allows. ``static/charts.css`` holds them again, with a
dark variant; a test holds both equal.
"""

THEME_FILLS = (
    "#4369b4",
    "#b07500",
    "#61946f",
    "#6c4976",
    "#3f9abf",
    "#843f3b",
    "#6d7178",
    "#8f9246",
    "#4d5095",
    "#be709d",
    "#8c5a3a",
    "#066759",
)
# Text on a bar: white or black, whichever stands out more.
_UNDER_BLACK = (1, 2, 4, 7, 9)
THEME_INKS = tuple("#000000" if place in _UNDER_BLACK else "#ffffff" for place in range(len(THEME_FILLS)))
GROUND = "#ffffff"

_FILLS = {
    "chart-text": "#1d2129",
    "chart-muted": "#59606b",
    "chart-track": "#eef0f3",
    "chart-accent": "#4369b4",
    "chart-against": "#858b95",
    "chart-heat": "#7da7dd",
}
_STROKES = {
    "chart-rule": "#dcdfe4",
    "chart-axis": "#858b95",
    "chart-mark": "#1d2129",
    "chart-halo": GROUND,
    "chart-accent-line": "#4369b4",
}


def theme_paint(place: int, kind: str = "") -> str:
    """Return the paint of the theme at a place of the codebook; ``kind`` is nothing, ``ink`` (text on it) or ``line``.

    >>> theme_paint(13, "ink")
    'theme-1-ink'
    """
    name = f"theme-{place % len(THEME_FILLS)}"
    return f"{name}-{kind}" if kind else name


def _paints() -> dict[str, dict[str, str]]:
    paints = {name: {"fill": colour} for name, colour in _FILLS.items()}
    paints |= {name: {"fill": "none", "stroke": colour} for name, colour in _STROKES.items()}
    for place, (fill, ink) in enumerate(zip(THEME_FILLS, THEME_INKS, strict=True)):
        paints[theme_paint(place)] = {"fill": fill}
        paints[theme_paint(place, "ink")] = {"fill": ink}
        paints[theme_paint(place, "line")] = {"fill": "none", "stroke": fill}
    return paints


PAINTS = _paints()
"""Every paint by its name, which is also its CSS class: the attributes that say the same without a style sheet."""
