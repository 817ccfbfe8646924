"""Text and numbers in charts: safe text, how wide it is, shortened and wrapped, percentages, ticks of a scale."""

import math
import re
import unicodedata
from html import escape

# XML allows neither most control characters nor lone surrogates nor the two non-characters.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# A Chinese character with the closing punctuation that must not begin a line; a run of other characters; or spaces.
_PIECES = re.compile("[\u2e80-\U0003ffff][、。，；：？！）》」』】]*|[^\\s\u2e80-\U0003ffff]+|\\s+")
# Widths of letters that differ much from 0.6 em, after the wider ones of common system fonts: better a gap than a
# collision.
_WIDTHS = {
    **dict.fromkeys("ijlftrI .,:;'|!()[]-·", 0.38),
    **dict.fromkeys("ABCDEFGHJKLNOPQRSTUVXYZ&0123456789+−–", 0.66),
    **dict.fromkeys("mwMW%@", 0.92),
}
_BOLD = 1.13


def xml_text(text: str) -> str:
    """Return the text for use in XML, in an element or an attribute: escaped, without characters that XML forbids.

    >>> xml_text('<img onerror="x">' + chr(8))
    '&lt;img onerror=&quot;x&quot;&gt;'
    """
    return escape(_NOT_IN_XML.sub("", text))


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Estimate how wide the text is: a Chinese character one em, others about 0.6.

    >>> text_width("浦江县", 10)
    30.0
    """
    return size * sum(_width_in_em(character, bold) for character in text)


def _width_in_em(character: str, bold: bool) -> float:
    if unicodedata.east_asian_width(character) in "WFA":
        return 1.0
    if unicodedata.combining(character):
        return 0.0
    return _WIDTHS.get(character, 0.6) * (_BOLD if bold else 1.0)


def shortened(text: str, size: float, room: float, *, bold: bool = False) -> str:
    """Return the text, or its beginning and end around an ellipsis: names of places differ at their ends.

    >>> shortened("内蒙古自治区呼和浩特市新城区", 10, 90)
    '内蒙古自…市新城区'
    """
    if text_width(text, size, bold=bold) <= room:
        return text
    for kept in range(len(text) - 1, 1, -1):
        tail = kept // 2
        short = f"{text[: kept - tail]}…{text[len(text) - tail :]}"
        if text_width(short, size, bold=bold) <= room:
            return short
    return "…"


def wrapped(text: str, size: float, room: float, lines: int = 100, *, bold: bool = False) -> list[str]:
    """Break the text into lines that fit the room, Chinese anywhere, other text at spaces; the last line is shortened.

    >>> wrapped("Legal aid 法律援助", 10, 60)
    ['Legal aid', '法律援助']
    """
    found = [""]
    for piece in _PIECES.findall(text):
        if found[-1] and len(found) < lines and text_width(found[-1] + piece.rstrip(), size, bold=bold) > room:
            found[-1] = found[-1].rstrip()
            found.append("")
        found[-1] += piece if found[-1] else piece.lstrip()
    return [shortened(line.rstrip(), size, room, bold=bold) for line in found if line.strip()]


def balanced(text: str, size: float, room: float) -> list[str]:
    """Wrap the text into as few lines as the room needs, of about the same length.

    >>> wrapped("法治化营商环境", 10, 65), balanced("法治化营商环境", 10, 65)
    (['法治化营商环', '境'], ['法治化营', '商环境'])
    """
    lines = wrapped(text, size, room)
    while room > size:
        room -= size / 4
        narrower = wrapped(text, size, room)
        if len(narrower) > len(lines) or any("…" in line for line in narrower):
            break
        lines = narrower
    return lines


def number(value: float) -> str:
    """Return a coordinate with at most two decimals.

    >>> number(2.50), number(-0.001)
    ('2.5', '0')
    """
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def percent(share: float, digits: int = 1) -> str:
    """Return a share as a percentage.

    >>> percent(0.348), percent(0.348, 0)
    ('34.8%', '35%')
    """
    return f"{100 * share:.{digits}f}%"


def nice_ticks(low: float, high: float, wanted: int = 5) -> list[float]:
    """Return round numbers at equal steps, from at most ``low`` to at least ``high``, about as many as wanted.

    >>> nice_ticks(0, 0.37, 4)
    [0.0, 0.1, 0.2, 0.3, 0.4]
    """
    if high <= low:
        high = low + 1
    rough = (high - low) / max(1, wanted)
    magnitude = 10.0 ** math.floor(math.log10(rough))
    # A hair of tolerance, so that 0.3 / 3 counts as 0.1.
    step = magnitude * next(factor for factor in (1, 2, 2.5, 5, 10) if factor * magnitude >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(place * step, 12) for place in range(first, last + 1)]


def percent_tick(value: float) -> str:
    """Return the label of a tick on a scale of shares.

    >>> percent_tick(0.3), percent_tick(0.025)
    ('30%', '2.5%')
    """
    return f"{100 * value:g}%"
