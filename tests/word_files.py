"""Word documents for tests, made by python-docx, with raw elements where it has no call for them: `word_file(...)`."""

import io
import zipfile
from collections.abc import Mapping

import docx
from docx.oxml import parse_xml

_NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:v="urn:schemas-microsoft-com:vml"'
)


def word_file(*blocks: str) -> bytes:
    """Return a .docx of blocks: ``# text`` and ``## text`` are headings, ``<w:…>`` is raw, anything else is a paragraph."""
    document = docx.Document()
    for block in blocks:
        if block.startswith("<w:"):
            raw = parse_xml(f"<w:body {_NAMESPACES}>{block}</w:body>")
            for element in list(raw):
                document.element.body.insert(len(document.element.body) - 1, element)
        elif block.startswith("#"):
            marks, _, text = block.partition(" ")
            document.add_heading(text, len(marks))
        else:
            document.add_paragraph(block)
    return saved(document)


def saved(document: object) -> bytes:
    """Return what a document of python-docx or a workbook of openpyxl saves."""
    stream = io.BytesIO()
    document.save(stream)  # type: ignore[attr-defined]
    return stream.getvalue()


def with_parts(archive: bytes, parts: Mapping[str, bytes]) -> bytes:
    """Return an archive with some of its parts replaced or added."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in [*old.namelist(), *(name for name in parts if name not in old.namelist())]:
            new.writestr(name, parts[name] if name in parts else old.read(name))
    return stream.getvalue()
