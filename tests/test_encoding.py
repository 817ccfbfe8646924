"""Bytes are decoded strictly or refused; nothing is guessed and nothing replaced."""

import codecs
from pathlib import Path

import pytest

from classifier import InputError
from classifier.documents import document_from_bytes
from classifier.encoding import decode, detect_encoding

TEXT = "朱镕基与𠮷野：调解纠纷300件。"

ENCODED = {
    "utf-8": (TEXT.encode(), "utf-8"),
    "utf-8 with mark": (codecs.BOM_UTF8 + TEXT.encode(), "utf-8"),
    "utf-16 with mark": (TEXT.encode("utf-16"), "utf-16-le"),
    "utf-16 big endian with mark": (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "utf-16-be"),
    "gb18030 beyond gb2312": (TEXT.encode("gb18030"), "gb18030"),
}


@pytest.mark.parametrize(("data", "used"), ENCODED.values(), ids=ENCODED)
def test_text_comes_out_as_it_went_in(data: bytes, used: str, tmp_path: Path) -> None:
    assert decode(data, "file") == (TEXT, used)
    path = tmp_path / "file.csv"
    path.write_bytes(data)
    assert path.read_text(encoding=detect_encoding(path)) == TEXT


def test_a_named_encoding_wins() -> None:
    short = "调解".encode("gbk")
    assert decode(short, "file", "gbk") == ("调解", "gbk")
    assert decode("調解".encode("big5"), "file", "big5")[0] == "調解"


def test_utf_16_without_a_mark_is_no_text_unless_it_is_named() -> None:
    data = f"{TEXT}\n".encode("utf-16-le")
    with pytest.raises(InputError, match="not a text file"):
        document_from_bytes(data, "file")
    assert document_from_bytes(data, "file", encoding="utf-16-le").text == f"{TEXT}\n"


REFUSED = {
    "cut off in the middle": (TEXT.encode()[:-1], None, "offset"),
    "no encoding at all": (b"\xff\xff\xff\xff", None, "--encoding"),
    "wrong name": (TEXT.encode(), "utf-99", "utf-99"),
    "not a text encoding": (TEXT.encode(), "hex", "hex"),
    "not what was named": (TEXT.encode(), "ascii", "offset 0"),
}


@pytest.mark.parametrize(("data", "encoding", "said"), REFUSED.values(), ids=REFUSED)
def test_what_does_not_fit_is_refused_with_a_remedy(data: bytes, encoding: str | None, said: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=said):
        decode(data, "file", encoding)
    path = tmp_path / "file.csv"
    path.write_bytes(data)
    with pytest.raises(InputError, match=said):
        detect_encoding(path, encoding)
