"""Formats that are not read, each refused with what to do instead: better than to leave a file out in silence."""

from pathlib import Path
from typing import NoReturn

from classifier.errors import InputError
from classifier.formats.content import content_kind

_WORD = "open it in Word, WPS or LibreOffice and save it as .docx"
_REMEDIES = {
    "doc": ("an old Word document (.doc, .wps)", _WORD),
    "rtf": ("a rich text file (.rtf)", _WORD),
    "odt": ("an OpenDocument file", "save it as .docx or .xlsx"),
    "xls": ("an old Excel workbook (.xls, .et)", "save it as .xlsx"),
    "pptx": ("a presentation", "save its text as .docx or .txt"),
    "ofd": ("an OFD file", "export it as .pdf with text, or as .docx"),
    "mht": ("a web archive (.mht)", "save the page as .html"),
    "encrypted": ("an Office file with a password", "open it and save it without one"),
    "damaged zip": (
        "damaged: the archive in it (.docx, .xlsx and .zip are archives) is cut off or broken",
        "send or save it again",
    ),
}
TEXT_SUFFIXES = (".doc", ".wps", ".rtf")  # Of documents, which may be plain text under a wrong name.
SUFFIXES = (*TEXT_SUFFIXES, ".odt", ".xls", ".et", ".pptx", ".ofd", ".mht")
KINDS = tuple(_REMEDIES)
IS_TABLE = False


def read(path: Path, encoding: str | None, text_column: str | None) -> NoReturn:
    """Refuse the file by what it holds, not by what it is called."""
    what, remedy = _REMEDIES[content_kind(path)]
    raise InputError(f"{path}: this is {what}; {remedy}")
