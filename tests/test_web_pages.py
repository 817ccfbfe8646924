"""Web pages: the article and nothing else, from pages in the styles of government sites."""

from pathlib import Path

import pytest

from benchmarks.government_pages import STYLES, Style
from benchmarks.page_extraction import by_our_reader, recall_and_precision, true_paragraphs
from classifier import InputError
from classifier.documents import Document
from classifier.formats import read_input
from classifier.formats.html_text import extract

TITLE = "清源市司法局2023年工作总结和2024年工作思路"
LINES = [
    "2023年，市司法局深入贯彻习近平法治思想，服务中心大局。",
    "#一、主要工作",
    "#（一）优化法治化营商环境",
    "组织律师进园区开展企业合规体检，帮助120家企业防范用工风险；出台涉企行政合规指导清单15项。",
    "#（二）化解矛盾纠纷",
    "全年调解纠纷300件，成功率98%。选聘专职调解员20名，建成调解工作室12个。",
    "#二、2024年工作思路",
    "举办宪法宣传周活动12场，发放资料2万份，推动法治文化阵地全覆盖。",
]


@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.__name__)
def test_the_paragraphs_of_a_page_are_those_of_its_report(style: Style) -> None:
    found = by_our_reader(style(TITLE, LINES))
    assert recall_and_precision(found, true_paragraphs((TITLE, LINES))) == (1, 1)


def text_of(body: str, head: str = "") -> str:
    return extract(f"<html><head>{head}</head><body>{body}</body></html>".encode(), None).text


SENTENCE = "全年调解纠纷300件，成功率98%。"


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        (f"<script>var a='文字。'</script><style>p{{}}</style><p>{SENTENCE}</p><noscript>请启用脚本。</noscript>", [SENTENCE]),
        (f"<p>{SENTENCE}<!-- 注释。 --></p>", [SENTENCE]),
        (f"<p>全年调解\n纠纷300件，\n  成功率98%。</p><p>{SENTENCE}</p>", [SENTENCE]),
        ("<p>AI\n评测。<br>第二行。</p>", ["AI 评测。", "第二行。"]),
        ("<p>&emsp;&emsp;甲&nbsp;乙&amp;丙。</p>", ["甲\xa0乙&丙。"]),
        (f"<div><a href='#'>上一篇文章的题目</a></div><p>{SENTENCE}<a>见《办法》</a>。</p>", [f"{SENTENCE}见《办法》。"]),
        (f"<p>{SENTENCE}</p><table><tr><th>项目</th><th>数量</th></tr><tr><td>调解</td><td>300</td></tr></table><p>办结完毕。</p>", [SENTENCE, "项目\t数量", "调解\t300", "办结完毕。"]),
        (f"<table><tr><td><p>{SENTENCE}</p><p>办结完毕。</p></td></tr></table>", [SENTENCE, "办结完毕。"]),
        (f"<p>{SENTENCE}</p><p>{SENTENCE}</p>", [SENTENCE]),
        (f"<div class='share'>转发。</div><div class='print-area'><p>{SENTENCE}</p></div>", [SENTENCE]),
        (f"<div style='display:none'><p>{SENTENCE}</p></div>", [SENTENCE]),
        (f"<p>{SENTENCE}\0</p>", [SENTENCE]),
        (f"<p>{SENTENCE}", [SENTENCE]),
        (f"<div><div><p>{SENTENCE}</p></div></div><p>好。</p>", [SENTENCE, "好。"]),
    ],
)  # fmt: skip
def test_each_construct_is_read_as_the_policy_says(body: str, lines: list[str]) -> None:
    assert text_of(body).split("\n") == lines


def test_headings_are_those_that_look_like_headings() -> None:
    found = extract(f"<body><h2>主要工作</h2><p>{SENTENCE}</p><h4>{SENTENCE}又及。</h4></body>".encode(), None)
    assert [(found.text[start:].split("\n")[0], level) for start, level in found.headings] == [("主要工作", 1)]


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        (f"<meta name='ArticleTitle' content='{TITLE}'><title>甲_网站</title>", "", TITLE),
        (f"<title>{TITLE}_清源市司法局</title>", "<h2>最新动态</h2>", TITLE),
        (f"<title>清源市司法局 工作总结 {TITLE}</title>", f"<h1>{TITLE}</h1>", TITLE),
        ("", f"<h1>{TITLE}</h1>", TITLE),
        ("", "", ""),
    ],
)
def test_the_title_is_found_where_pages_put_it(head: str, body: str, title: str) -> None:
    found = extract(f"<html><head>{head}</head><body>{body}<p>{SENTENCE}</p></body></html>".encode(), None)
    assert found.origin.get("title", "") == title
    assert found.text.startswith(title) and found.text.count(TITLE) == (title == TITLE) and found.text.endswith(SENTENCE)


def test_what_a_page_states_of_its_origin_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(STYLES[0](TITLE, LINES), encoding="utf-8")
    document = read_input(path)
    assert isinstance(document, Document)
    origin = document.origin
    assert (origin.title, origin.jurisdiction, origin.level, origin.year) == (TITLE, "清源市", "city", "2023")
    assert (origin.issuer, origin.document_number, origin.published) == ("清源市司法局", "清司〔2024〕14号", "2024-03-04")


@pytest.mark.parametrize(
    ("name", "data", "encoding"),
    [
        ("a.html", f"<html><meta charset=utf-8><p>镕{SENTENCE}".encode("gb18030"), "html, gb18030"),
        ("a.html", f"<html><meta charset=gb2312><p>镕{SENTENCE}".encode(), "html, utf-8"),
        ("a.html", f"<html><meta charset=gb2312><p>镕{SENTENCE}".encode("gb18030"), "html, gb18030"),
        ("a.txt", f"<!DOCTYPE html><p>镕{SENTENCE}".encode("utf-16"), "html, utf-16-le"),
        ("a.docx", f"<?xml version='1.0' encoding='gbk'?>\n<!-- x --><html><p>镕{SENTENCE}</p></html>".encode("gbk"), "html, gb18030"),
        ("a.htm", f"<div>镕{SENTENCE}</div>".encode(), "html, utf-8"),
        ("a.html", f"镕{SENTENCE}".encode(), "utf-8"),
    ],
)  # fmt: skip
def test_content_and_bytes_decide_not_suffix_nor_declared_charset(
    tmp_path: Path, name: str, data: bytes, encoding: str
) -> None:
    (tmp_path / name).write_bytes(data)
    document = read_input(tmp_path / name)
    assert isinstance(document, Document)
    assert (document.text, document.encoding) == (f"镕{SENTENCE}", encoding)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"<html>" + b"<div>" * 10_000 + SENTENCE.encode(), "nested too deeply"),
        (b"<html><body></body></html>", "no text in this file"),
        (b"<html><script>document.write('x')</script></html>", "no text in this file"),
        (b"<html><p>\xff\xff\xff", r"neither UTF-8 nor GB18030 \(first bad byte at offset 9\)"),
    ],
)
def test_pages_that_cannot_be_read_are_refused(tmp_path: Path, data: bytes, reason: str) -> None:
    (tmp_path / "a.html").write_bytes(data)
    with pytest.raises(InputError, match=reason):
        read_input(tmp_path / "a.html")


def test_nothing_that_a_page_names_is_fetched(tmp_path: Path, visitors: list[str], listening_port: int) -> None:
    here = f"http://127.0.0.1:{listening_port}/"
    page = (
        f"<!DOCTYPE html SYSTEM '{here}a.dtd' [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><html><base href='{here}'>"
        f"<link rel=stylesheet href='{here}b.css'><iframe src='{here}c'></iframe><img src='{here}d.png'><p>{SENTENCE}&x;</p></html>"
    )
    (tmp_path / "a.html").write_text(page, encoding="utf-8")
    document = read_input(tmp_path / "a.html")
    assert isinstance(document, Document) and "root:" not in document.text and SENTENCE in document.text
    assert visitors == []
