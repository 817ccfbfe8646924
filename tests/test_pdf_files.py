"""PDF files: paragraphs as they were written, and no classification of what is no text."""

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Finished
from pdf_files import HEIGHT, assembled, bomb, drawn, endless, looping, with_map, wrapped

from classifier import InputError
from classifier.documents import Document
from classifier.formats import isolation, read_input
from classifier.formats.pdf_text import extract

FIRST = "全年调解纠纷300件，成功率98%，选聘专职调解员20名，建成调解工作室12个，覆盖全部乡镇和街道，群众满意度持续提升。"
SECOND = "举办宪法宣传周活动12场，发放资料2万份，推动法治文化阵地全覆盖，命名民主法治示范村15个，新增法律明白人300名。"


def text_of(data: bytes) -> list[str]:
    return extract(data, None).text.split("\n")


def test_lines_are_joined_to_paragraphs_by_indent_and_margin() -> None:
    page = [
        *wrapped(FIRST, 80, 100, 27),
        *wrapped(SECOND, 80, 200, 27),
        *wrapped("（一）普法", 80, 300, 27),
        *wrapped(FIRST, 80, 330, 27),
    ]
    assert text_of(drawn(page)) == [FIRST, SECOND, "（一）普法", FIRST]


def test_paragraphs_without_indent_are_told_by_their_short_last_lines_and_gaps() -> None:
    page = [*wrapped(FIRST, 80, 100, 27, 0), *wrapped(SECOND, 80, 200, 27, 0)]
    assert text_of(drawn(page)) == [FIRST, SECOND]


def test_a_paragraph_goes_on_over_the_page_and_running_lines_are_left_out() -> None:
    lines = wrapped(FIRST + SECOND + FIRST, 80, 100, 27)
    pages = [
        [(200, 40, "清源县司法局2024年度报告"), *[(left, 100 + n * 28, text) for n, (left, _, text) in enumerate(part)], (290, HEIGHT - 40, f"— {number} —")]
        for number, part in enumerate((lines[:2], lines[2:4], lines[4:]), 1)
    ]  # fmt: skip
    assert text_of(drawn(*pages)) == [FIRST + SECOND + FIRST]


@pytest.mark.parametrize("across", [False, True], ids=["column by column", "row by row"])
def test_two_columns_are_read_one_after_the_other(across: bool) -> None:
    left, right = wrapped(FIRST * 2, 70, 150, 13), wrapped(SECOND * 2, 315, 150, 13)
    page = [(180, 100, "清源县司法局2024年工作总结"), *left, *right]
    assert text_of(drawn(sorted(page, key=lambda item: item[1]) if across else page))[1:] == [FIRST * 2, SECOND * 2]


@pytest.mark.parametrize("spacing", [0, 3, 12])
def test_spaces_inside_of_words_are_not_read(spacing: float) -> None:
    [text] = text_of(drawn([(80, 100, "全年调解纠纷三百件。")], spacing=spacing))
    assert text == "全年调解纠纷三百件。"


def test_spaces_between_words_of_other_scripts_are_read() -> None:
    assert text_of(drawn([(80, 100, "引入open source软件")])) == ["引入open source软件"]


def test_what_was_read_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "报告.docx"
    path.write_bytes(drawn([(80, 100, "清源县司法局2024年工作总结"), *wrapped(FIRST, 80, 150, 27)]))
    document = read_input(path)
    assert isinstance(document, Document)
    assert (document.encoding, document.origin.jurisdiction, document.origin.year) == ("pdf", "清源县", "2024")
    assert document.text.split("\n") == ["清源县司法局2024年工作总结", FIRST]


SHIFTED = [ord("一") + (ord(character) * 7919) % 6000 for character in FIRST * 5 if "\u4e00" <= character <= "\u9fff"][:240]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (drawn([], []), "no text layer: 2 of 2 pages are pictures, as in a scan"),
        (drawn([(290, 800, "- 1 -")], [(290, 800, "- 2 -")]), "no text layer"),
        (with_map(range(0xE000, 0xE040)), "unreadable text"),
        (with_map(range(0x0600, 0x0640)), "unreadable text"),
        (with_map([0xFFFD] * 40), "unreadable text"),
        (with_map(SHIFTED), "unreadable text"),
        (drawn([(80, 100, FIRST)], password="secret"), "with a password; open it and save it without one"),
        (drawn([(80, 100, FIRST)])[:300], "a damaged PDF file"),
        (b"%PDF-1.7\n", "a damaged PDF file"),
        (assembled(b"<</Type/Catalog>>"), "a damaged PDF file|no text layer"),
    ],
    ids=["scan", "only numbers", "private", "other script", "replaced", "shifted", "password", "truncated", "empty", "no pages"],
)  # fmt: skip
def test_what_is_no_readable_text_is_refused_and_never_classified(data: bytes, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        extract(data, None)


def test_traditional_characters_and_a_whole_map_are_readable() -> None:
    assert text_of(with_map(map(ord, "全年調解糾紛三百件成功率達到九成"))) == ["全年調解糾紛三百件成功率達到九成"]


def test_pages_without_text_among_others_are_named() -> None:
    texts = [FIRST, SECOND, FIRST[10:]]
    pages = [[(80.0, 100.0, text)] for text in texts]
    found = extract(drawn(pages[0], [], pages[1], [(290, 800, "- 4 -")], pages[2]), None)
    assert found.unread_pages == (2, 4) and all(text in found.text for text in texts)


def test_the_command_line_names_pages_that_were_not_read(tmp_path: Path, run: Callable[..., Finished]) -> None:
    (tmp_path / "a.pdf").write_bytes(drawn([(80, 100, FIRST)], [(80, 100, SECOND)], []))
    done = run("classify", str(tmp_path / "a.pdf"), "--format", "jsonl")
    assert done.code == 0 and "a.pdf: without a text layer, so not read: page 3; recognise" in done.errors


def test_a_file_that_would_be_drawn_without_end_is_stopped_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolation, "SECONDS", 1)
    (tmp_path / "a.pdf").write_bytes(endless())
    with pytest.raises(InputError, match=r"a\.pdf: timed out: its parser was stopped after 1 seconds"):
        read_input(tmp_path / "a.pdf")


@pytest.mark.parametrize("kind", ["pages", "form", "table"])
def test_files_that_contain_themselves_come_to_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.setattr(isolation, "SECONDS", 5)
    (tmp_path / "a.pdf").write_bytes(looping()[kind])
    with pytest.raises(InputError, match=r"a\.pdf: (?:no text layer|a damaged PDF file|timed out)"):
        read_input(tmp_path / "a.pdf")


def test_a_bomb_is_stopped_at_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolation, "MEMORY", 256 << 20)
    monkeypatch.setattr(isolation, "SECONDS", 10)
    (tmp_path / "a.pdf").write_bytes(bomb(400))
    with pytest.raises(InputError, match=r"a\.pdf: (?:no text layer|its parser broke off|too large|timed out)"):
        read_input(tmp_path / "a.pdf")
