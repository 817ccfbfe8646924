"""The main text of a web page: its title, and the part that holds the page's sentences, without repeated and small things.

The rules are general, not a list of sites: text is what has sentences outside of links; the smallest part of the page with
nearly all of it is the article. The policy stands in docs/formats.md.
"""

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from classifier.encoding import decode
from classifier.errors import InputError
from classifier.formats.extracted import Extracted, Lines
from classifier.formats.html_facts import origin_of, title_of
from classifier.lines import LONGEST_HEADING, ends_sentence

_NEVER_TEXT = (
    *("script", "style", "noscript", "template", "iframe", "object", "embed", "svg", "math", "canvas", "audio", "video"),
    *("select", "option", "button", "input", "textarea", "nav", "footer"),
)
_BLOCKS = (
    *("address", "article", "aside", "blockquote", "body", "center", "dd", "details", "div", "dl", "dt", "fieldset"),
    *("figcaption", "figure", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "li", "main", "ol", "p"),
    *("pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"),
)
_FURNITURE = re.compile(
    r"share|print|crumb|(?:^|[-_ ])(?:position|location|dqwz|place|nav)|font-?size|toolbar|foot|copyright|qr-?code|ewm|"
    r"relat|recommend|prev-?next|pag(?:er|ination)|sidebar|menu|login|search",
    re.IGNORECASE,
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_SENTENCE = re.compile(r"[。；！？]")
# Sentences of a site, and beginnings of other articles: they say nothing of where the article is.
_OF_THE_SITE = re.compile(
    r"ICP备|公网安备|网站标识码|版权所有|分辨率|未经.{0,8}(?:转载|许可|授权)|无障碍浏览|^温馨提示|浏览器|(?:…|\.\.\.|\[详[细情]\])$"
)
_WHITE = re.compile(r"[ \t\r\n\f]+")
_BREAK_IN_CHINESE = re.compile(
    r"(?<=[\u2014-\u2026\u3000-\u9fff\uff00-\uffef])[ \t\r\f]*\n\s*(?=[\u2014-\u2026\u3000-\u9fff\uff00-\uffef])"
)
_NEARLY_ALL = 0.95
# What has a name of furniture but this share of all sentences is none; some pages hide their text until a script has run.
_SMALL, _LARGE = 0.25, 0.75
_SHORT_REPEAT = 15  # Characters: what is shorter may well stand twice in a text.
_LONGEST_CELL = 45


def extract(data: bytes, encoding: str | None) -> Extracted:
    """Extract title and main text; InputError where the page holds none."""
    try:
        source, used = decode(data, "", encoding)
    except InputError as error:
        raise InputError(str(error).removeprefix(": ")) from None
    root = _parsed(source)
    title = title_of(root)
    page = _Page(next(root.iter("body"), root))
    origin = origin_of(root, title, page.facts)
    lines = Lines()
    body = list(page.lines())
    if title and not any("".join(text.split()) == "".join(title.split()) for text, _ in body[:6]):
        lines.add(title)
    for text, level in body:
        lines.add(text, level)
    return lines.extracted(f"html, {used}", **origin)


def _parsed(source: str) -> Any:
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(source.replace("\0", "").encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        root = None
    if any("depth" in entry.message for entry in parser.error_log):
        raise InputError("nested too deeply to be a report; save it again from the browser, or as .txt")
    if root is None:
        raise InputError("no text in this file; give a page that holds at least one paragraph")
    return root


class _Page:
    """The body of a page: ``facts`` are all of its lines, ``main`` the element that holds its article."""

    def __init__(self, body: Any) -> None:
        for element in list(body.iter(*_NEVER_TEXT)):
            _drop(element)
        self.facts = "\n".join(text for text, _ in _lines_with_levels(body))
        weights = _weights(body)
        for element in list(body.iter("*")):
            share = weights.get(element, 0) / max(1, weights.get(body, 0))
            if (share < _SMALL and _looks_like_furniture(element)) or (share < _LARGE and _is_hidden(element)):
                _drop(element)
        weights = _weights(body)
        self.main = body
        while inside := [child for child in self.main if weights.get(child, 0) >= _NEARLY_ALL * weights.get(body, 0) > 0]:
            if inside[0].tag not in _BLOCKS or inside[0].tag == "p":
                break
            self.main = inside[0]

    def lines(self) -> Iterator[tuple[str, int | None]]:
        """Yield the lines of the main text with their levels, each long one once."""
        seen: set[str] = set()
        for text, level in _lines_with_levels(self.main):
            compact = "".join(text.split())
            if len(compact) < _SHORT_REPEAT or compact not in seen:
                seen.add(compact)
                yield text, level


def _weights(body: Any) -> dict[Any, int]:
    """Return how many characters of sentences every element holds, outside of links, that stand nowhere before."""
    weights: dict[Any, int] = {}
    seen: set[str] = set()
    for element in body.iter("*"):
        own = "".join(_own_text(element).split())
        if not _SENTENCE.search(own) or _OF_THE_SITE.search(own) or (len(own) >= _SHORT_REPEAT and own in seen):
            continue
        seen.add(own)
        for holder in (element, *element.iterancestors()):
            weights[holder] = weights.get(holder, 0) + len(own)
    return weights


def _drop(element: Any) -> None:
    """Take an element out, but not the text behind it."""
    parent, tail = element.getparent(), element.tail
    if parent is None:
        return
    if tail:
        before = element.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + tail
        else:
            parent.text = (parent.text or "") + tail
    parent.remove(element)


def _looks_like_furniture(element: Any) -> bool:
    return bool(_FURNITURE.search(f"{element.get('class', '')} {element.get('id', '')}"))


def _is_hidden(element: Any) -> bool:
    return "hidden" in element.attrib or bool(_HIDDEN.search(element.get("style", "")))


def _own_text(element: Any) -> str:
    """Return the text of an element's own lines outside of links: not that of blocks inside of it."""
    if element.tag not in _BLOCKS:
        return ""
    pieces: list[str] = []

    def gather(node: Any) -> None:
        pieces.append(node.text or "")
        for child in node:
            if child.tag not in _BLOCKS and child.tag != "a":
                gather(child)
            pieces.append(child.tail or "")

    gather(element)
    return "".join(pieces)


def _lines_with_levels(element: Any) -> Iterator[tuple[str, int | None]]:
    """Yield the lines below an element; a line that is nothing but a link leads elsewhere."""
    pieces: list[str] = []
    linked = 0

    def line() -> Iterator[tuple[str, int | None]]:
        nonlocal linked
        whole = _BREAK_IN_CHINESE.sub("", "".join(pieces))
        length = len("".join(whole.split()))
        elsewhere = linked > 0.8 * length and not ends_sentence(whole)
        pieces.clear()
        linked = 0
        for text in whole.split("\v"):
            bare = _WHITE.sub(" ", text).strip()
            if bare and not elsewhere:
                yield bare, None

    def walk(node: Any) -> Iterator[tuple[str, int | None]]:
        nonlocal linked
        pieces.append(node.text or "")
        for child in node:
            if child.tag == "br":
                pieces.append("\v")
            elif child.tag == "tr" and (row := _row(child)) is not None:
                yield from line()
                yield row, None
            elif child.tag in _BLOCKS:
                yield from line()
                found = [*walk(child), *line()]
                level = _level(child, found)
                yield from ((text, level or own) for text, own in found)
            else:
                before = sum(map(len, pieces))
                yield from walk(child)
                if child.tag == "a":
                    linked += max(0, sum(map(len, pieces)) - before)
            pieces.append(child.tail or "")

    yield from walk(element)
    yield from line()


def _level(element: Any, found: list[tuple[str, int | None]]) -> int | None:
    """Return the level of a heading; pages also set whole paragraphs as headings, only to make them large."""
    if not re.fullmatch(r"h[2-6]", element.tag) or len(found) != 1:
        return None
    text = found[0][0]
    return int(element.tag[1]) - 1 if len(text) <= LONGEST_HEADING and not ends_sentence(text) else None


def _row(row: Any) -> str | None:
    """Return a row of short cells as one line, or None where a cell holds running text."""
    cells = [[text for text, _ in _lines_with_levels(cell)] for cell in row if cell.tag in ("td", "th")]
    if any(len(lines) > 1 or len("".join(lines)) > _LONGEST_CELL for lines in cells):
        return None
    return "\t".join(lines[0] for lines in cells if lines)
