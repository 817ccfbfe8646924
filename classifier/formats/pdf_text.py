"""The text of a PDF file, read by PDFium: characters with their places become lines, lines become paragraphs.

Scans, and files whose fonts do not say which characters they show, are refused: what they hold is no text.
"""

import ctypes
import unicodedata
from collections.abc import Iterator
from typing import Any

import pypdfium2
from pypdfium2 import raw

from classifier.errors import InputError
from classifier.formats.extracted import Extracted
from classifier.formats.pdf_lines import Glyph, Page, lines_of
from classifier.formats.pdf_paragraphs import paragraphs_of

_MOST_PAGES = 2_000
_FEWEST_CHARACTERS = 8  # On a page with less, there may be a page number, but no text.
_COMMON = frozenset("的一和工作法政司行业全人民市县区加强推进开展年月日组织是在有中大了不为以公安服务会实施化制")


def _in_use(encoding: str) -> frozenset[str]:
    """Return the characters of a Chinese encoding."""
    high, low = range(0xA1, 0xFF), (*range(0x40, 0x7F), *range(0xA1, 0xFF))
    return frozenset(bytes((first, second)).decode(encoding, "ignore") for first in high for second in low)


_WRITTEN = _in_use("gb2312") | _in_use("big5")  # What is in neither is written in names at most.


def extract(data: bytes, encoding: str | None) -> Extracted:
    """Extract the paragraphs; InputError where the file is damaged, has a password, or holds no text that can be read."""
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "assword" in str(error):
            raise InputError("a PDF file with a password; open it and save it without one") from None
        raise InputError("a damaged PDF file; make it once more with the program that made it") from None
    if len(document) > _MOST_PAGES:
        raise InputError(f"a PDF file of {len(document):,} pages; at most {_MOST_PAGES:,} are read: divide it")
    pages = [_read_page(document, number) for number in range(len(document))]
    without_text = [page for page in pages if len(page.glyphs) < _FEWEST_CHARACTERS]
    if 2 * len(without_text) > len(pages) or not pages:
        raise InputError(
            f"no text layer: {len(without_text)} of {len(pages)} pages are pictures, as in a scan; "
            "recognise the text first (OCR), or give the original .docx"
        )
    _check_readable("".join(glyph.text for page in pages for glyph in page.glyphs))
    unread = tuple(number for number, page in enumerate(pages, 1) if page in without_text and page.drawn)
    text = "\n".join(paragraphs_of([lines_of(page) for page in pages]))
    return Extracted(text, "pdf", unread_pages=unread)


def _read_page(document: Any, number: int) -> Page:
    try:
        page = document[number]
        text_page = page.get_textpage()
    except pypdfium2.PdfiumError:
        raise InputError(f"a damaged PDF file: page {number + 1} cannot be read; make it once more") from None
    width, height = page.get_size()
    found = Page(width, height, list(_glyphs(text_page)), raw.FPDFPage_CountObjects(page) > 0)
    text_page.close()
    page.close()
    return found


def _glyphs(text_page: Any) -> Iterator[Glyph]:
    x, y = ctypes.c_double(), ctypes.c_double()
    spaced = False
    for index in range(text_page.count_chars()):
        character = chr(raw.FPDFText_GetUnicode(text_page, index) & 0x1FFFFF or 0xFFFD)
        if character.isspace():
            spaced = True
            continue
        left, bottom, right, top = text_page.get_charbox(index, loose=True)
        raw.FPDFText_GetCharOrigin(text_page, index, x, y)
        yield Glyph(character, left, right, bottom, top, y.value, spaced)
        spaced = False


def _check_readable(text: str) -> None:
    """Refuse what a broken ToUnicode map gives: no characters, those of other scripts, or Chinese that nobody writes."""
    strange = sum(_is_strange(character) for character in text)
    chinese = [character for character in text if "\u4e00" <= character <= "\u9fff"]
    common = sum(character in _COMMON for character in chinese)
    if strange > 0.1 * len(text) or (len(chinese) >= 200 and common < 0.05 * len(chinese)):
        raise InputError(
            "unreadable text: its fonts do not say which characters they show (a broken ToUnicode map); "
            "give the original .docx, or recognise the text (OCR)"
        )


def _is_strange(character: str) -> bool:
    if character.isascii():
        return not character.isprintable()
    if "\u4e00" <= character <= "\u9fff":
        return character not in _WRITTEN
    category = unicodedata.category(character)
    return category in ("Cc", "Co", "Cn", "Cs") or character == "\ufffd" or (category[0] == "L" and character < "\u2e80")
