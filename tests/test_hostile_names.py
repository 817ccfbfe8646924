"""Names and characters that would mislead a terminal, a page or a file system: neutral wherever they come out."""

import csv
import json
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import Finished
from lxml import html

from classifier import Model, compare, csv_line, theme_mix, write_comparison, write_mix
from web.uploads import clean_name

Run = Callable[..., Finished]
TEXT = "全年调解纠纷300件，成功率98%。"
SLY = "\x1b[2J\x1b]0;title\x07\u202eexe.txt\u202c\u200b\u2066\x00\x9b31m"
# What a terminal would act upon, or what would turn the text around it.
ACTED_UPON = {
    chr(code) for code in (*range(9), *range(11, 32), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A))
}


def report(folder: Path, name: str = "a.txt", text: str = TEXT) -> Path:
    path = folder / name
    path.write_text(f"{text}\n", encoding="utf-8")
    return path


def assert_neutral(printed: str) -> None:
    assert not ACTED_UPON & set(printed), [repr(character) for character in ACTED_UPON & set(printed)]


@pytest.mark.parametrize("command", [["mix", "--by", "document"], ["copies"]], ids=lambda words: words[0])
def test_a_terminal_shows_none_of_the_characters_that_it_would_act_upon(
    run: Run, tmp_path: Path, command: list[str]
) -> None:
    sly = SLY.replace("\x00", "")
    paths = [report(tmp_path, f"{number}{sly}.txt", f"{TEXT[:4]}{sly}{TEXT[4:]}") for number in (1, 2)]
    finished = run(*command, *map(str, paths))
    assert finished.code == 0 and "exe.txt" in finished.output
    assert_neutral(finished.output + finished.errors)


def test_an_error_shows_a_sly_name_in_one_line_with_its_characters_spelled_out(run: Run, tmp_path: Path) -> None:
    path = tmp_path / f"a\n{SLY[:5]}\u202e.doc"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    finished = run("classify", str(path), "-o", str(tmp_path / "out.csv"))
    assert finished.code == 1 and len(finished.errors.splitlines()) == 1
    assert_neutral(finished.errors.rstrip("\n"))
    assert r"\n" in finished.errors and r"\u202e" in finished.errors


def test_explain_shows_none_of_them_either(run: Run) -> None:
    finished = run("explain", "-", standard_input=f"{SLY}{TEXT}".encode())
    assert finished.code == 0
    assert_neutral(finished.output)


@pytest.mark.parametrize("sly", ["\u200b", "\u202e", "\u2066", "\ufeff", "\u00ad", "\x00"], ids=ascii)
def test_invisible_characters_change_neither_the_theme_nor_the_text(model: Model, sly: str) -> None:
    plain, hidden = model.predict([TEXT, sly.join(TEXT)])
    assert hidden.theme == plain.theme
    assert "".join(part.text for part in hidden.statements) == sly.join(TEXT)


@pytest.mark.skipif(sys.platform != "linux", reason="only there names are any bytes")
@pytest.mark.parametrize("suffix", ["csv", "jsonl", "xlsx", "parquet"])
def test_a_name_that_is_no_text_is_written_as_text(run: Run, tmp_path: Path, suffix: str) -> None:
    (tmp_path / "in").mkdir()
    report(tmp_path / "in", os.fsdecode(b"\xff\xfe.txt"))
    output = tmp_path / f"out.{suffix}"
    finished = run("classify", str(tmp_path / "in"), "-o", str(output))
    assert finished.code == 0, finished.errors
    if suffix in ("csv", "jsonl"):
        text = output.read_text(encoding="utf-8")  # Whole UTF-8, whatever the name was.
        rows = (
            [json.loads(line) for line in text.splitlines()]
            if suffix == "jsonl"
            else list(csv.DictReader(text.splitlines()))
        )
        assert [row["text"] for row in rows] == [TEXT]


@pytest.mark.skipif(sys.platform == "win32", reason="there are none there")
def test_what_is_no_file_is_passed_over_or_refused_and_never_waited_for(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    report(folder)
    os.mkfifo(folder / "pipe.txt")
    (folder / "loop.txt").symlink_to("loop.txt")
    (folder / "around").symlink_to(folder, target_is_directory=True)
    (folder / "device.txt").symlink_to("/dev/zero")
    output = tmp_path / "out.jsonl"
    finished = run("classify", str(folder), "-o", str(output))
    rows = [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]
    assert [row["text"] for row in rows] == [TEXT]
    assert finished.code == 1
    for name, reason in (
        ("pipe.txt", "not a regular file"),
        ("loop.txt", "no such file"),
        ("device.txt", "not a regular file"),
    ):
        assert f"{name}: {reason}" in finished.errors
        assert run("classify", str(folder / name), "-o", str(output)).code == 1
    assert run("classify", "/dev/zero", "-o", str(output)).code == 1


def test_a_table_as_a_page_holds_no_element_that_a_name_brought(model: Model, tmp_path: Path) -> None:
    sly = "<img src=x onerror=mark(1)>\"'</script><script>mark(2)</script>"
    book = replace(model.codebook, themes=tuple(replace(entry, zh=sly, en=sly) for entry in model.codebook.themes))
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "sources.csv").write_text(
        "file,jurisdiction,year\n" + csv_line(["a.txt", sly, "2024"]) + csv_line(["b.txt", "乙县", "2024"]), encoding="utf-8"
    )
    for name in ("a.txt", "b.txt"):
        report(tmp_path / "in", name, f"{TEXT}{sly}")
    write_mix(theme_mix(tmp_path / "in", model), book, tmp_path / "mix.html", notes=[sly])
    compared = compare(tmp_path / "in", sly, "乙县", model)
    write_comparison(compared, book, tmp_path / "compare.html", notes=[sly])
    for path in tmp_path.glob("*.html"):
        page = path.read_text(encoding="utf-8")
        assert "mark(1)" in page and "mark(2)" in page
        names = {(each.tag, *each.attrib) for each in html.document_fromstring(page).iter() if isinstance(each.tag, str)}
        assert not any("script" in name or "img" in name or "onerror" in name for name in names)


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("报告\u202etxt.exe.docx", "报告�txt.exe.docx"),
        ("a\nb\tc.txt", "a�b�c.txt"),
        ("\x1b[2Ja.txt", "�[2Ja.txt"),
        ("\u200b\u2066a.txt", "\u200b�a.txt"),
        ("..\\..\\a.txt", "a.txt"),
    ],
    ids=ascii,
)
def test_the_name_of_an_upload_turns_no_text_around(name: str, clean: str) -> None:
    assert clean_name(name) == clean
