"""The text of a Word document in document order, as Word would print it with all tracked changes accepted.

python-docx opens the package; its paragraphs know nothing of content controls, insertions and text boxes, so the elements
are walked here. The policy stands in docs/formats.md.
"""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import docx
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn

from classifier.errors import InputError
from classifier.formats.docx_numbering import Numbering
from classifier.formats.extracted import Extracted, Lines

_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_DELETED = {qn(f"w:{name}") for name in ("del", "moveFrom", "delText", "delInstrText", "instrText")}
_PROPERTIES = {qn(f"w:{name}") for name in ("pPr", "rPr", "sdtPr", "tblPr", "tblGrid", "trPr", "tcPr", "sectPr")}
_SKIPPED = _DELETED | _PROPERTIES | {qn("w:rt"), f"{_MC}Fallback"}
_WRITTEN = {qn("w:tab"): "\t", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-"}
_LONGEST_CELL = 45  # Characters: what is longer, or has several paragraphs, is text, not a cell of figures.


def extract(data: bytes, encoding: str | None) -> Extracted:
    """Extract the text; InputError where this is no Word document."""
    try:
        document = docx.Document(io.BytesIO(data))
    except (KeyError, ValueError, zipfile.BadZipFile, PackageNotFoundError) as error:
        if "macroEnabled" in str(error):
            raise InputError("a Word document with macros (.docm); save it as .docx") from None
        raise _damaged() from None
    if document.element.getroottree().docinfo.doctype:
        raise InputError("a Word document that declares entities, as no word processor does; save it again as .docx")
    body = document.element.find(qn("w:body"))
    if body is None:
        raise _damaged()
    parts = {relation.reltype: relation.target_part for relation in document.part.rels.values() if not relation.is_external}
    styles, numbering = (
        getattr(parts.get(kind), "element", None) for kind in (RELATIONSHIP_TYPE.STYLES, RELATIONSHIP_TYPE.NUMBERING)
    )
    reader = _Reader(_styles(styles), Numbering(numbering))
    reader.blocks(body)
    reader.flush()
    return reader.lines.extracted("docx")


def _damaged() -> InputError:
    return InputError("a damaged Word document; open it in Word or WPS and save it again as .docx")


@dataclass(frozen=True)
class _Style:
    """What a paragraph style says, its own words only."""

    name: str
    base: str
    outline: str
    list_key: str
    list_level: str


def _styles(root: Any | None) -> dict[str, _Style]:
    if root is None:
        return {}
    return {
        style.get(qn("w:styleId"), ""): _Style(
            _value(style, "w:name").lower(),
            _value(style, "w:basedOn"),
            _value(style, "w:pPr", "w:outlineLvl"),
            _value(style, "w:pPr", "w:numPr", "w:numId"),
            _value(style, "w:pPr", "w:numPr", "w:ilvl"),
        )
        for style in root.iterfind(qn("w:style"))
    }


def _value(element: Any, *path: str) -> str:
    for name in path:
        element = element.find(qn(name)) if element is not None else None
    return element.get(qn("w:val"), "") if element is not None else ""


class _Reader:
    """Walks the blocks of a document and gathers their lines."""

    def __init__(self, styles: dict[str, _Style], numbering: Numbering) -> None:
        self.lines = Lines()
        self._styles = styles
        self._numbering = numbering
        self._begun = ""  # The text of paragraphs whose end was deleted by a tracked change.

    def blocks(self, parent: Any) -> None:
        """Read paragraphs, tables and content controls in their order."""
        for element in parent.iterchildren():
            if element.tag == qn("w:p"):
                self._paragraph(element)
            elif element.tag == qn("w:tbl"):
                self._table(element)
            elif isinstance(element.tag, str) and element.tag not in _SKIPPED and not _is_contents(element):
                self.blocks(element)

    def flush(self) -> None:
        """End a paragraph that nothing follows any more."""
        self.lines.add(self._begun)
        self._begun = ""

    def _paragraph(self, element: Any) -> None:
        chain = list(self._style_chain(_value(element, "w:pPr", "w:pStyle")))
        if any(style.name.startswith("toc ") for style in chain):
            return
        boxes: list[Any] = []
        text = self._begun + self._marker(element, chain) + "".join(_texts(element, boxes))
        self._begun = ""
        if element.find(f"{qn('w:pPr')}/{qn('w:rPr')}/{qn('w:del')}") is not None:
            self._begun = text
        else:
            self.lines.add(text, _heading_level(element, chain))
        for box in boxes:
            self.blocks(box)

    def _table(self, table: Any) -> None:
        """Take a row of short cells for one line, and read a cell of running text as if there were no table."""
        for row in _through_wrappers(table, qn("w:tr")):
            if row.find(f"{qn('w:trPr')}/{qn('w:del')}") is not None:
                continue
            short: list[str] = []
            for cell in _through_wrappers(row, qn("w:tc")):
                text = _short_text(cell)
                if text is None:
                    self.lines.add("\t".join(short))
                    short = []
                    self.blocks(cell)
                elif text:
                    short.append(text)
            self.lines.add("\t".join(short))

    def _style_chain(self, key: str) -> Iterator[_Style]:
        seen: set[str] = set()
        while key in self._styles and key not in seen:
            seen.add(key)
            yield self._styles[key]
            key = self._styles[key].base

    def _marker(self, element: Any, chain: list[_Style]) -> str:
        key = _value(element, "w:pPr", "w:numPr", "w:numId") or next(
            (style.list_key for style in chain if style.list_key), ""
        )
        level = _value(element, "w:pPr", "w:numPr", "w:ilvl") or next(
            (style.list_level for style in chain if style.list_level), "0"
        )
        return self._numbering.marker(key, int(level) if level.isdigit() else 0) if key and key != "0" else ""


def _heading_level(element: Any, chain: list[_Style]) -> int | None:
    """Return 1 for Heading 1 and so on, None for body text and for the title, which the layout finds by itself."""
    outline = _value(element, "w:pPr", "w:outlineLvl") or next((style.outline for style in chain if style.outline), "")
    if outline.isdigit():
        return int(outline) + 1 if int(outline) < 9 else None
    named = next((style.name for style in chain if style.name.startswith("heading ")), "")
    digits = named.removeprefix("heading ")
    return int(digits) if digits.isdigit() else None


def _texts(element: Any, boxes: list[Any]) -> Iterator[str]:
    """Yield the pieces of a paragraph's text; the contents of text boxes in it go to ``boxes``."""
    for child in element.iterchildren():
        if child.tag == qn("w:t"):
            yield child.text or ""
        elif child.tag in _WRITTEN:
            yield _WRITTEN[child.tag]
        elif child.tag == qn("w:txbxContent"):
            boxes.append(child)
        elif isinstance(child.tag, str) and child.tag not in _SKIPPED and not _is_hidden(child):
            yield from _texts(child, boxes)


def _short_text(cell: Any) -> str | None:
    """Return the text of a cell with a word or a figure, or None for one that is to be read block by block."""
    merge = cell.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}")
    if merge is not None and merge.get(qn("w:val")) != "restart":
        return ""  # The cell above reaches into this one.
    if next(cell.iter(qn("w:tbl"), qn("w:txbxContent"), qn("w:numPr"), qn("w:pStyle")), None) is not None:
        return None
    texts = [text for paragraph in cell.iter(qn("w:p")) if (text := " ".join("".join(_texts(paragraph, [])).split()))]
    return "".join(texts) if len(texts) <= 1 and len("".join(texts)) <= _LONGEST_CELL else None


def _is_hidden(run: Any) -> bool:
    vanish = run.find(f"{qn('w:rPr')}/{qn('w:vanish')}")
    return vanish is not None and vanish.get(qn("w:val"), "1") not in ("0", "false", "off")


def _is_contents(element: Any) -> bool:
    """Tell whether a content control is an automatic table of contents."""
    gallery = element.find(f"{qn('w:sdtPr')}/{qn('w:docPartObj')}/{qn('w:docPartGallery')}")
    return gallery is not None and gallery.get(qn("w:val")) == "Table of Contents"


def _through_wrappers(parent: Any, tag: str) -> Iterator[Any]:
    """Yield rows or cells, also those inside of content controls."""
    for child in parent.iterchildren():
        if child.tag == tag:
            yield child
        elif isinstance(child.tag, str) and child.tag not in _SKIPPED and child.tag not in (qn("w:tr"), qn("w:tc")):
            yield from _through_wrappers(child, tag)
