"""Small building blocks of charts: a drawing that collects elements and becomes SVG text, and a legend."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import blake2s

from web.charts.lettering import number, shortened, text_width, wrapped, xml_text
from web.charts.palette import GROUND, PAINTS

WIDE = 840
"""Width of a chart on a desktop, in units that are pixels where there is room."""
NARROW = 340
"""Width of a chart on a phone, and of charts that are small everywhere."""

# Chinese system fonts of Windows, macOS and Linux; a file of its own cannot bring one along.
_FONTS = "system-ui, 'Noto Sans CJK SC', 'Source Han Sans SC', 'PingFang SC', 'Microsoft YaHei', SimHei, sans-serif"
_FOLLOWED = re.compile(r"https?://|[?#]|\.{0,2}/(?![/\\])")
_MARGIN = 16


class Drawing:
    """A chart under way: elements are added in the order in which they lie above each other.

    Elements take a *paint*, a name of `palette.PAINTS`: a class on a page; colours written out where the drawing is
    ``standalone``, a file of its own.
    """

    def __init__(self, width: float, *, kind: str = "wide", standalone: bool = False) -> None:
        self.width = width
        # wide: for desktops; narrow: the variant for phones; small: one size for both.
        self.kind = kind
        self.standalone = standalone
        self._parts: list[str] = []
        self._has_links = False

    def rect(
        self, x: float, y: float, width: float, height: float, paint: str, *, tip: str = "", **attributes: str | float
    ) -> None:
        """Add a rectangle."""
        self._add("rect", paint, {"x": x, "y": y, "width": width, "height": height, **attributes}, tip=tip)

    def circle(self, x: float, y: float, radius: float, paint: str, *, tip: str = "", **attributes: str | float) -> None:
        """Add a circle."""
        self._add("circle", paint, {"cx": x, "cy": y, "r": radius, **attributes}, tip=tip)

    def line(self, x1: float, y1: float, x2: float, y2: float, paint: str, **attributes: str | float) -> None:
        """Add a straight line."""
        self._add("line", paint, {"x1": x1, "y1": y1, "x2": x2, "y2": y2, **attributes})

    def shape(self, points: Sequence[tuple[float, float]], paint: str, *, closed: bool, **attributes: str | float) -> None:
        """Add a line through points, or the area that they enclose."""
        places = " ".join(f"{number(x)},{number(y)}" for x, y in points)
        self._add("polygon" if closed else "polyline", paint, {"points": places, **attributes})

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        paint: str = "chart-text",
        size: float = 13,
        anchor: str = "start",
        room: float | None = None,
        bold: bool = False,
        **attributes: str | float,
    ) -> None:
        """Add one line of text, ``y`` being the middle of its height; text wider than ``room`` is shortened."""
        shown = words if room is None else shortened(words, size, room, bold=bold)
        placed: dict[str, str | float] = {"x": x, "y": y + size * 0.35, "font-size": size}
        if anchor != "start":
            placed["text-anchor"] = anchor
        if bold:
            placed["font-weight"] = "600"
        content = xml_text(shown)
        if shown != words:
            content += f"<title>{xml_text(words)}</title>"
        self._add("text", paint, {**placed, **attributes}, content=content)

    @contextmanager
    def link(self, href: str) -> Iterator[None]:
        """Make a link of what is drawn inside, where there is an address and the drawing is part of a page.

        Addresses other than web addresses and places on this site (``javascript:`` and the like) are not followed.
        """
        followed = not self.standalone and bool(_FOLLOWED.match(href))
        if followed:
            self._has_links = True
            self._parts.append(f'<a href="{xml_text(href)}">')
        yield
        if followed:
            self._parts.append("</a>")

    def legend(self, entries: Sequence[tuple[str, str]], y: float = 0, size: float = 13) -> float:
        """Add names beside swatches, pairs of name and paint, in rows that wrap; return the y below them."""
        x = 0.0
        for name, paint in entries:
            width = min(text_width(name, size) + 18, self.width)
            if x > 0 and x + width > self.width:
                x, y = 0.0, y + size + 9
            self.rect(x, y + 3, 12, 12, paint, rx=2)
            self.text(x + 18, y + 9, name, size=size, room=self.width - 18)
            x += width + 18
        return y + size + 11 if entries else y

    def svg(self, height: float, title: str, description: str) -> str:
        """Return the SVG text: an element for a page, or a file of its own with title and description to be seen."""
        body = "".join(self._parts)
        # Ids follow from what is drawn, so that charts on one page do not need to know of each other.
        drawn = f"{self.kind} {self.width} {height} {title} {body}"
        name = f"chart-{blake2s(drawn.encode('utf-8', 'replace'), digest_size=6).hexdigest()}"
        # A reader of role "img" does not descend into it, and would hide the links.
        role = "group" if self._has_links else "img"
        spoken = f'role="{role}" aria-labelledby="{name}-title" aria-describedby="{name}-description"'
        names = f'<title id="{name}-title">{xml_text(title)}</title>'
        names += f'<desc id="{name}-description">{xml_text(description)}</desc>'
        if self.standalone:
            return self._file(body, height, title, description, spoken, names)
        # What stays broad on a phone scrolls sideways rather than shrink beyond reading.
        broad = " chart-broad" if self.kind == "narrow" and self.width > NARROW * 1.3 else ""
        classes = f"chart chart-{self.kind}{broad}"
        opening = f'<svg xmlns="http://www.w3.org/2000/svg" class="{classes}" {_size(self.width, height)} {spoken}>'
        return f"{opening}{names}{body}</svg>"

    def _file(self, body: str, height: float, title: str, description: str, spoken: str, names: str) -> str:
        head = Drawing(self.width, standalone=True)
        y = float(_MARGIN)
        for size, paint, words in ((16, "chart-text", title), (12, "chart-muted", description)):
            for line in wrapped(words, size, self.width, bold=words is title):
                head.text(_MARGIN, y + size / 2, line, size=size, paint=paint, bold=words is title)
                y += size + 6
        y += 10
        width, height = self.width + 2 * _MARGIN, y + height + _MARGIN
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<svg xmlns="http://www.w3.org/2000/svg" font-family="{_FONTS}" {_size(width, height)} {spoken}>{names}'
            f'<rect x="0" y="0" width="{number(width)}" height="{number(height)}" fill="{GROUND}"/>'
            f'{"".join(head._parts)}<g transform="translate({_MARGIN},{number(y)})">{body}</g></svg>\n'
        )

    def _add(
        self, element: str, paint: str, attributes: Mapping[str, str | float], *, tip: str = "", content: str = ""
    ) -> None:
        coloured = {**attributes, **(PAINTS[paint] if self.standalone else {"class": paint})}
        if tip:
            content += f"<title>{xml_text(tip)}</title>"
        written = " ".join(
            f'{name.replace("_", "-")}="{xml_text(value) if isinstance(value, str) else number(value)}"'
            for name, value in coloured.items()
        )
        self._parts.append(f"<{element} {written}>{content}</{element}>" if content else f"<{element} {written}/>")


def sized_drawing(*, narrow: bool, standalone: bool) -> Drawing:
    """Start a chart that has a wide and a narrow variant."""
    return Drawing(NARROW if narrow else WIDE, kind="narrow" if narrow else "wide", standalone=standalone)


def _size(width: float, height: float) -> str:
    wide, high = number(width), number(height)
    return f'width="{wide}" height="{high}" viewBox="0 0 {wide} {high}"'


def on_any_screen(draw: Callable[[bool], str]) -> str:
    """Return HTML with the wide and the narrow variant of a chart, of which the style sheet shows the one that fits.

    ``draw`` is called with ``narrow``: ``on_any_screen(lambda narrow: stacked_bars(…, narrow=narrow))``.
    """
    return f'<div class="chart-screens">{draw(False)}{draw(True)}</div>'
