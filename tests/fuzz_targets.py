"""What is fuzzed and replayed: each target takes any bytes, and raises where this project would be at fault.

Files are read by their readers as users' files are, but in this process, so that the fuzzer sees which code they reach. An
exception of a parser from elsewhere is none of ours: the worker process turns it into a refusal. One in our own code is.
"""

import json
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

import openpyxl
import pyarrow as pa
from flask.testing import FlaskClient
from pdf_files import CATALOGUE, LATIN, PAGE, PAGES, assembled, drawn, stream, with_map
from pyarrow import parquet
from sample_report import REPORT
from word_files import saved, with_parts, word_file

from benchmarks.government_pages import STYLES
from classifier import Document, InputError, Paragraph, Reading, Statement, Table, read_units, split_statements
from classifier.formats import isolation, read_input
from classifier.formats.extracted import Extracted
from classifier.joining import JoinedTexts
from classifier.splitting import split_joined
from classifier.unpacking import Unpacked

Target = Callable[[bytes], None]

OURS = str(Path(isolation.__file__).parent.parent)
WORD_PART, SHEET_PART = "word/document.xml", "xl/worksheets/sheet1.xml"
TABLE = 'text,jurisdiction,year\n全年调解纠纷300件。,清源县,2024\n"举办宣传活动，\n发放资料。",,NA\n'


def _is_ours(error: Exception) -> bool:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and trace.tb_frame.f_code.co_filename.startswith(OURS)


def _as_in_the_worker(parse: Callable[[], Any]) -> Any:
    try:
        return parse()
    except InputError:
        raise
    except (MemoryError, RecursionError) as error:
        raise InputError(str(error)) from None
    except Exception as error:
        if _is_ours(error):
            raise
        raise InputError(str(error)) from None


def _extracted(path: Path, parser: str, encoding: str | None) -> Extracted:
    module = import_module(f"classifier.formats.{parser}")
    found: Extracted = _as_in_the_worker(lambda: module.extract(path.read_bytes(), encoding))
    return found


def _pieces(path: Path, parser: str) -> Iterator[bytes]:
    module = import_module(f"classifier.formats.{parser}")
    with path.open("rb") as opened:
        pieces: list[bytes] = _as_in_the_worker(lambda: list(module.pieces(opened)))
    return iter(pieces)


def read(data: bytes, suffix: str) -> None:
    """Read a file in this process, all of it; what can be read must be whole, what cannot is refused."""
    with (
        tempfile.TemporaryDirectory() as folder,
        patch.object(isolation, "_extracted", _extracted),
        patch("classifier.formats.xlsx_table.pieces_isolated", _pieces),
        patch("classifier.formats.parquet_table.pieces_isolated", _pieces),
    ):
        path = Path(folder) / f"a{suffix}"
        path.write_bytes(data)
        try:
            opened = [read_input(path)] if suffix != ".zip" else _members(Unpacked(path, 1 << 20))
            for each in opened:
                check(each)
        except InputError as error:
            message = str(error)
            assert message and "Traceback" not in message


def _members(unpacked: Unpacked) -> list[Document | Table]:
    for file in unpacked.files:
        assert OURS not in str(file) and unpacked.inner_name(file)
    return [unpacked.read(file) for file in unpacked.files if file.suffix != ".zip"]


def check(opened: Document | Table) -> None:
    """Look at everything that was read: texts are those of their places, and nothing of a text is lost."""
    if isinstance(opened, Table):
        numbers = [number for number, row in opened.rows(lambda number, error: None) if isinstance(row, dict)]
        assert numbers == sorted(numbers)
        return
    reading = read_units(opened)
    check_places(reading)
    json.dumps([paragraph.text for paragraph in reading.paragraphs])


def check_places(reading: Reading) -> None:
    """Each unit is the text at its spans, in order; outside of all spans there is no letter."""
    text = reading.document.text
    statements = [statement for paragraph in reading.paragraphs for statement in paragraph.statements]
    units: list[Paragraph | Statement] = [*reading.paragraphs, *statements]
    for unit in units:
        assert unit.text == "".join(text[start:end] for start, end in unit.spans)
        ends = [place for span in unit.spans for place in span]
        assert ends == sorted(ends) and 0 <= ends[0] < ends[-1] <= len(text)
    kept = bytearray(len(text))
    for start, end in (
        *(span for block in reading.layout.blocks for span in block.spans),
        *((item.start, item.end) for item in reading.layout.dropped),
    ):
        kept[start:end] = b"\1" * (end - start)
    lost = {character for character, known in zip(text, kept, strict=True) if not known}
    assert not any(map(str.isalpha, lost)), lost


def split(data: bytes) -> None:
    """Divide texts alone and together."""
    texts = data.decode("utf-8", "surrogateescape").split("\0")
    alone = [split_statements(text) or [(0, len(text))] for text in texts]
    joined = JoinedTexts.of(texts)
    found = split_joined(joined)
    spans = list(zip(found.starts.tolist(), found.ends.tolist(), strict=True))
    for number, offset in enumerate(joined.starts.tolist()):
        first, last = found.bounds[number : number + 2]
        assert [(start - offset, end - offset) for start, end in spans[first:last]] == alone[number]


def docx(data: bytes) -> None:
    """Read a Word document, or the text part of one."""
    read(data if data.startswith(b"PK") else _around(data), ".docx")


def xlsx(data: bytes) -> None:
    """Read a workbook, or the sheet of one."""
    read(data if data.startswith(b"PK") else with_parts(_WORKBOOK, {SHEET_PART: data}), ".xlsx")


def reader(suffix: str) -> Target:
    """Return what reads files of a suffix."""
    return lambda data: read(data, suffix)


def api(client: FlaskClient) -> Target:
    """Return what sends a body to be classified; answers are as described, whatever it is."""

    def send(data: bytes) -> None:
        answer = client.post("/api/v1/classify", data=data, content_type="application/json")
        body = answer.get_json()
        if answer.status_code != 200:
            assert answer.status_code in (400, 413, 422), answer.status_code
            assert answer.mimetype == "application/problem+json" and body["detail"]
            return
        texts = json.loads(data.decode("utf-8-sig"))["texts"]
        for text, result in zip(texts, body["results"], strict=True):
            for item in result["evidence"]:
                assert 0 <= item["start"] < item["end"] <= len(text)

    return send


def _workbook() -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["text", "year"])
    book.active.append(["全年调解纠纷300件。", 2024])
    return saved(book)


def _parquet() -> bytes:
    target = BytesIO()
    parquet.write_table(pa.table({"text": ["全年调解纠纷300件。", None], "n": [1, 2]}), target)
    return target.getvalue()


def _zip() -> bytes:
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("甲.txt", REPORT)
        archive.writestr("b/表.csv", TABLE)
        archive.writestr("b/sources.csv", "file,jurisdiction,year\n甲.txt,清源县,2024\n")
    return target.getvalue()


def _around(part: bytes) -> bytes:
    """Return a Word document of this text part and as little as can be beside it."""
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr("_rels/.rels", _RELATIONS)
        archive.writestr(WORD_PART, part)
    return target.getvalue()


def _part(archive: bytes, name: str) -> bytes:
    with zipfile.ZipFile(BytesIO(archive)) as opened:
        return opened.read(name)


_WORD, _WORKBOOK = (
    word_file("# 主要工作", "全年调解纠纷300件。", "<w:tbl><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl>"),
    _workbook(),
)
_OFFICE = "http://schemas.openxmlformats.org"
_TYPES = (
    f"<Types xmlns='{_OFFICE}/package/2006/content-types'><Default Extension='rels' "
    "ContentType='application/vnd.openxmlformats-package.relationships+xml'/><Override PartName='/word/document.xml' "
    "ContentType='application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml'/></Types>"
)
_RELATIONS = (
    f"<Relationships xmlns='{_OFFICE}/package/2006/relationships'><Relationship Id='r1' "
    f"Type='{_OFFICE}/officeDocument/2006/relationships/officeDocument' Target='word/document.xml'/></Relationships>"
)
_PAGE = stream(b"BT /F 16 Tf 50 700 Td (300) Tj ET")
_LINES = ["2023年，市司法局深入贯彻。", "#一、主要工作", "全年调解纠纷300件，成功率98%。"]

READERS: dict[str, Target] = {
    "text": reader(".txt"),
    "html": reader(".html"),
    "docx": docx,
    "pdf": reader(".pdf"),
    "csv": reader(".csv"),
    "jsonl": reader(".jsonl"),
    "xlsx": xlsx,
    "parquet": reader(".parquet"),
    "zip": reader(".zip"),
    "split": split,
}
NAMES = (*READERS, "api")


def seeds() -> dict[str, list[bytes]]:
    """Return valid inputs of each target, which are mutated."""
    return {
        "text": [REPORT.encode(), REPORT.encode("gb18030"), REPORT.encode("utf-16")],
        "html": [style("清源市司法局2023年工作总结", _LINES).encode() for style in STYLES],
        "docx": [_part(_WORD, WORD_PART), _WORD],
        "pdf": [drawn([(80, 100, "全年调解纠纷300件。")]), with_map(map(ord, "全年调解")), assembled(CATALOGUE, PAGES, PAGE, _PAGE, LATIN)],
        "csv": [TABLE.encode(), TABLE.encode("gb18030")],
        "jsonl": ['{"text": "全年调解纠纷300件。", "year": 2024, "a": [null, {"b": 1e3}]}\n{"text": "\\ud83d"}\n'.encode()],
        "xlsx": [_part(_WORKBOOK, SHEET_PART), _WORKBOOK],
        "parquet": [_parquet()],
        "zip": [_zip()],
        "split": ["全年（调解“纠纷。”）300件；\0成功率98%. 是".encode()],
        "api": ['{"texts": ["全年调解纠纷300件。", "普法。；"]}'.encode(), b'{"texts": ["\\ud83d\\udc4d"]}', b"[]"],
    }  # fmt: skip


def corpus_of(folder: Path) -> list[Path]:
    """Return the inputs that are kept of a target, in order."""
    return sorted(path for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []
