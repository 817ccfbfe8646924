"""Untrusted files: what they hold decides, archives cannot escape or explode, and parsers run within limits."""

import io
import os
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from word_files import word_file

from classifier import InputError
from classifier.documents import Document
from classifier.formats import isolation, read_input, zip_limits
from classifier.sources import open_sources
from classifier.unpacking import Unpacked

TEXT = "全年调解纠纷300件。"
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.mark.parametrize(
    ("name", "data", "encoding"),
    [
        ("a.doc", word_file(TEXT), "docx"),
        ("a.txt", word_file(TEXT), "docx"),
        ("a", word_file(TEXT), "docx"),
        ("a.docx", TEXT.encode("gb18030"), "gb18030"),
        ("a.doc", TEXT.encode(), "utf-8"),
    ],
)
def test_what_a_file_holds_decides_how_it_is_read(tmp_path: Path, name: str, data: bytes, encoding: str) -> None:
    (tmp_path / name).write_bytes(data)
    document = read_input(tmp_path / name)
    assert isinstance(document, Document)
    assert (document.text, document.encoding, document.name) == (TEXT, encoding, name)


@pytest.mark.parametrize(
    ("name", "data", "remedy"),
    [
        ("a.doc", COMPOUND + "WordDocument".encode("utf-16-le"), "save it as .docx"),
        ("a.xlsx", COMPOUND + "Workbook".encode("utf-16-le"), "save it as .xlsx"),
        ("a.docx", b"{\\rtf1 text}", "save it as .docx"),
        ("a.docx", b"MIME-Version: 1.0\r\n", "save the page as .html"),
        ("a.xlsx", b"PK\3\4", "cut off or broken"),
        ("a.doc", b"\1\0\2\0", "not a text file"),
        ("a.pptx", b"PK", "no reader for '.pptx'"),
        ("a.zip", b"PK", "no reader for '.zip'"),
    ],
)
def test_formats_that_are_not_read_are_named_with_their_remedy(tmp_path: Path, name: str, data: bytes, remedy: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(InputError, match=remedy):
        read_input(tmp_path / name)


def archive(members: dict[str, bytes], change: Callable[[zipfile.ZipInfo], None] = lambda info: None) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in members.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            change(info)
            made.writestr(info, data)
    return stream.getvalue()


def test_an_archive_is_read_like_a_folder_and_what_fails_in_it_fails_alone(tmp_path: Path) -> None:
    inner = archive({"x.txt": TEXT.encode()})
    members = {
        "sources.csv": "file,jurisdiction,year\n甲.docx,清源县,2024\n".encode(),
        "报告/甲.docx": word_file(TEXT),
        "报告/sources.csv": "file,jurisdiction,year\n甲.docx,清源县,2024\n".encode(),
        "表.csv": f"text\n{TEXT}\n".encode(),
        "旧.doc": COMPOUND,
        "内.zip": inner,
        "图.png": b"\x89PNG",
    }
    path = tmp_path / "全部.zip"
    path.write_bytes(archive(members))
    sources = open_sources([str(path)])
    assert [source.name for source in sources] == [
        f"{path}/{name}" for name in ("内.zip", "报告/甲.docx", "旧.doc", "表.csv")
    ]
    document = sources[1].document
    assert document is not None and document().origin.jurisdiction == "清源县"
    table = sources[3].table
    assert table is not None and [row for _, row in table.rows()] == [{"text": TEXT}]
    for source, reason in ((sources[0], "an archive of files"), (sources[2], "old Word document")):
        assert source.document is not None
        with pytest.raises(InputError, match=reason) as raised:
            source.document()
        assert str(raised.value).startswith(source.name)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes in folders here")
def test_what_only_has_the_name_of_a_file_is_reported_and_the_rest_is_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.txt")
    (tmp_path / "b.csv").symlink_to("b.csv")
    (tmp_path / "c.docx").symlink_to("/dev/zero")
    (tmp_path / "d").symlink_to(tmp_path)
    (tmp_path / "e.txt").write_text(TEXT, encoding="utf-8")
    sources = open_sources([str(tmp_path)])
    assert [(source.name, source.failure.partition(": ")[2].partition(";")[0]) for source in sources] == [
        (str(tmp_path / "a.txt"), "not a regular file"),
        (str(tmp_path / "b.csv"), "no such file or folder"),
        (str(tmp_path / "c.docx"), "not a regular file"),
        (str(tmp_path / "e.txt"), ""),
    ]


def test_names_that_windows_in_china_wrote_are_readable(tmp_path: Path) -> None:
    data = archive({"ABCDEFGH.txt": TEXT.encode()}).replace(b"ABCDEFGH", "司法报告".encode("gbk"))
    (tmp_path / "a.zip").write_bytes(data)
    unpacked = Unpacked(tmp_path / "a.zip")
    assert [file.name for file in unpacked.files] == ["司法报告.txt"]


def test_an_unpacked_archive_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(archive({"a.txt": TEXT.encode()}))
    unpacked = Unpacked(tmp_path / "a.zip")
    folder = unpacked.files[0].parent
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    del unpacked
    assert not folder.exists()


def as_link(info: zipfile.ZipInfo) -> None:
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (archive({"../a.txt": b"x"}), "points outside"),
        (archive({"b/../../a.txt": b"x"}), "points outside"),
        (archive({"..\\a.txt": b"x"}), "points outside"),
        (archive({"/etc/cron.d/a.txt": b"x"}), "points outside"),
        (archive({"C:\\a.txt": b"x"}), "points outside"),
        (archive({"a.txt": b"/etc/passwd"}, as_link), "points outside"),
        (archive({"a.txt": b"x" * 5000}), "would make it 5,000 bytes"),
        (archive({f"{number}.txt": b"x" * 900 for number in range(4)}), "would make it 3,600 bytes"),
        (archive({f"{number}.txt": b"" for number in range(9)}), "9 files in one archive; send at most 8"),
        (archive({"a.png": b"x"}), "no documents or tables in this archive"),
        (archive({"a.txt": b"x", "a.TXT": b"y"}).replace(b"a.TXT", b"a.txt"), "holds 'a.txt' twice"),
        (archive({"a.txt": bytes(range(200))}).replace(bytes(range(90, 100)), b"\xff" * 10), "is damaged"),
        (archive({"a.txt": b"x"})[:-8], "a damaged archive"),
    ],
)  # fmt: skip
def test_an_archive_that_is_not_safe_is_refused_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: bytes, reason: str
) -> None:
    monkeypatch.setattr(zip_limits, "MOST_MEMBERS", 8)
    defaults = zip_limits.check_archive.__kwdefaults__ or {}
    monkeypatch.setitem(defaults, "largest_member", 1000)
    (tmp_path / "in").mkdir()
    path = tmp_path / "in" / "a.zip"
    path.write_bytes(data)
    with pytest.raises(InputError, match=reason):
        Unpacked(path, largest=3000)
    assert sorted(item.name for item in tmp_path.rglob("*")) == ["a.zip", "in"]


PARSERS = {
    "hungry": "def extract(data, encoding):\n    return bytearray(1 << 34)",
    "endless": "def extract(data, encoding):\n    while True: pass",
    "crashing": "import os\ndef extract(data, encoding):\n    os.abort()",
    "deep": "def extract(data, encoding):\n    return extract(data, encoding)",
    "defective": "def extract(data, encoding):\n    raise KeyError('x')",
    "nosy": "def extract(data, encoding):\n    open('/etc/passwd')",
    "talking": "import socket\ndef extract(data, encoding):\n    socket.create_connection(('127.0.0.1', 9))",
    "starting": "import subprocess\ndef extract(data, encoding):\n    subprocess.run(['true'])",
    "slow": "import time\ndef pieces(stream):\n    for _ in range(4):\n        end = time.process_time() + 0.4\n        while time.process_time() < end: pass\n        yield b'piece'",
    "sticking": "def pieces(stream):\n    yield b'piece'\n    while True: pass",
    "breaking": "import os\ndef pieces(stream):\n    yield b'piece'\n    os.abort()",
    "lying": "import os\ndef pieces(stream):\n    os.write(1, (1 << 40).to_bytes(8) + b'short')\n    os._exit(0)\n    yield b''",
    "gathering": "def pieces(stream):\n    yield b'piece'\n    yield bytes(1 << 34)",
    "telling": "import os\nfrom classifier.errors import InputError\ndef extract(data, encoding):\n    raise InputError(str(sorted(os.environ)))",
}  # fmt: skip


@pytest.mark.skipif(sys.platform == "win32", reason="these limits are POSIX's")
@pytest.mark.parametrize(
    ("parser", "reason"),
    [
        ("hungry", "too large: its parser needs more than"),
        ("endless", "timed out: its parser was stopped after 1 seconds"),
        ("crashing", "its parser broke off"),
        ("deep", "nested too deeply"),
        ("defective", "damaged, or not what it seems (KeyError)"),
        ("nosy", "(OSError)"),
        ("talking", "(OSError)"),
        ("starting", "(OSError)"),
    ],
)
def test_a_parser_that_misbehaves_is_stopped_and_only_its_file_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parser: str, reason: str
) -> None:
    monkeypatch.setattr(isolation, "SECONDS", 1)
    assert reason in refusal(tmp_path, monkeypatch, parser)


@pytest.mark.skipif(sys.platform == "win32", reason="these limits are POSIX's")
@pytest.mark.parametrize(
    ("parser", "reason"),
    [
        ("sticking", "timed out: its parser was stopped after 1 seconds"),
        ("breaking", "its parser broke off"),
        ("lying", "its parser broke off"),
        ("gathering", "too large: its parser needs more than"),
    ],
)
def test_a_parser_that_misbehaves_behind_its_first_piece_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parser: str, reason: str
) -> None:
    monkeypatch.setattr(isolation, "SECONDS", 1)
    assert reason in refusal(tmp_path, monkeypatch, parser, lambda path, name: list(isolation.pieces_isolated(path, name)))


def test_a_parser_that_comes_on_has_the_whole_time_for_each_piece(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolation, "SECONDS", 1)
    stand_in(monkeypatch, "slow")
    (tmp_path / "a").touch()
    assert list(isolation.pieces_isolated(tmp_path / "a", "slow")) == [b"piece"] * 4


def test_a_parser_knows_no_secret_of_the_process_that_started_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLICY_THEMES_DATABASE", "postgresql://user:password@host/")
    assert "POLICY_THEMES" not in refusal(tmp_path, monkeypatch, "telling")


def stand_in(monkeypatch: pytest.MonkeyPatch, parser: str) -> None:
    """Let one of `PARSERS` be found in place of a real one."""
    start = subprocess.Popen

    def with_this_parser(command: list[str], **options: object) -> object:
        code = (
            "import sys, types\n"
            f"module = types.ModuleType('classifier.formats.{parser}'); exec({PARSERS[parser]!r}, module.__dict__)\n"
            "import classifier.formats.worker as worker; sys.modules[module.__name__] = module; worker.main()"
        )
        at = command.index("-m")
        return start([*command[:at], "-c", code, *command[at + 2 :]], **options)  # type: ignore[call-overload]

    monkeypatch.setattr("classifier.formats.isolation.subprocess.Popen", with_this_parser)


def refusal(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    parser: str,
    read: Callable[[Path, str], object] = isolation.read_isolated,
) -> str:
    """Return what is said of a file that one of `PARSERS` reads."""
    stand_in(monkeypatch, parser)
    path = tmp_path / "a.docx"
    path.write_bytes(word_file(TEXT))
    with pytest.raises(InputError) as raised:
        read(path, parser)
    assert str(raised.value).startswith(str(path))
    return str(raised.value)


def test_a_file_that_is_too_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    with path.open("wb") as stream:
        os.truncate(stream.fileno(), isolation.LARGEST_FILE + 1)
    with pytest.raises(InputError, match=r"104,857,601 bytes; at most 104,857,600 are read"):
        isolation.read_isolated(path, "docx_text")
