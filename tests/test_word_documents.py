"""Word documents: what a person sees in Word is what is read, in the order in which it stands there."""

import io
import zipfile
from pathlib import Path

import docx
import pytest
from word_files import saved, with_parts, word_file

from classifier import InputError, read_document
from classifier.documents import Document
from classifier.formats import read_input

DRAWING = (
    "<w:p><w:r><w:t>前文，</w:t></w:r><w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><wps:txbx><w:txbxContent>"
    "<w:p><w:r><w:t>文本框里的一句话。</w:t></w:r></w:p></w:txbxContent></wps:txbx></w:drawing></mc:Choice>"
    "<mc:Fallback><w:pict><v:textbox><w:txbxContent><w:p><w:r><w:t>文本框里的一句话。</w:t></w:r></w:p></w:txbxContent>"
    "</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r><w:r><w:t>后文。</w:t></w:r></w:p>"
)
TABLE = (
    "<w:tbl><w:tr><w:tc><w:tcPr><w:vMerge w:val='restart'/></w:tcPr><w:p><w:r><w:t>调解</w:t></w:r></w:p></w:tc>"
    "<w:tc><w:p><w:r><w:t>受理</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>300</w:t></w:r></w:p></w:tc></w:tr>"
    "<w:tr><w:tc><w:tcPr><w:vMerge/></w:tcPr><w:p/></w:tc><w:tc><w:p><w:r><w:t>成功</w:t></w:r></w:p></w:tc>"
    "<w:sdt><w:sdtContent><w:tc><w:p><w:r><w:t>294</w:t></w:r></w:p></w:tc></w:sdtContent></w:sdt></w:tr>"
    "<w:tr><w:trPr><w:del w:id='1'/></w:trPr><w:tc><w:p><w:r><w:t>已删除的行</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
)
LAYOUT_TABLE = "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>一、主要工作</w:t></w:r></w:p><w:p><w:r><w:t>全年调解纠纷300件。</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
CONTENTS = (
    "<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val='Table of Contents'/></w:docPartObj></w:sdtPr><w:sdtContent>"
    "<w:p><w:r><w:t>一、主要工作……1</w:t></w:r></w:p></w:sdtContent></w:sdt>"
)


def read(tmp_path: Path, data: bytes, name: str = "报告.docx") -> Document:
    path = tmp_path / name
    path.write_bytes(data)
    document = read_input(path)
    assert isinstance(document, Document)
    return document


@pytest.mark.parametrize(
    ("block", "lines"),
    [
        ("<w:p><w:r><w:t>甲</w:t></w:r><w:ins w:id='1'><w:r><w:t>插入</w:t></w:r></w:ins><w:del w:id='2'><w:r><w:delText>删除</w:delText></w:r></w:del></w:p>", ["甲插入"]),
        ("<w:p><w:moveFrom w:id='1'><w:r><w:t>移走</w:t></w:r></w:moveFrom><w:moveTo w:id='2'><w:r><w:t>移来</w:t></w:r></w:moveTo></w:p>", ["移来"]),
        ("<w:p><w:pPr><w:rPr><w:del w:id='1'/></w:rPr></w:pPr><w:r><w:t>前半，</w:t></w:r></w:p><w:p><w:r><w:t>后半。</w:t></w:r></w:p>", ["前半，后半。"]),
        (DRAWING, ["前文，后文。", "文本框里的一句话。"]),
        ("<w:sdt><w:sdtContent><w:p><w:sdt><w:sdtContent><w:r><w:t>控件</w:t></w:r></w:sdtContent></w:sdt><w:r><w:t>里</w:t></w:r></w:p></w:sdtContent></w:sdt>", ["控件里"]),
        ("<w:p><w:hyperlink><w:r><w:t>链接</w:t></w:r></w:hyperlink><w:r><w:tab/><w:t>文字</w:t><w:br/><w:t>换行</w:t></w:r></w:p>", ["链接\t文字", "换行"]),
        ("<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>隐藏</w:t></w:r><w:r><w:rPr><w:vanish w:val='0'/></w:rPr><w:t>不隐藏</w:t></w:r></w:p>", ["不隐藏"]),
        ("<w:p><w:r><w:instrText>PAGE</w:instrText></w:r><w:r><w:t>域的结果</w:t></w:r><w:r><w:footnoteReference w:id='1'/></w:r></w:p>", ["域的结果"]),
        ("<w:p><w:r><w:ruby><w:rt><w:r><w:t>cè</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>测</w:t></w:r></w:rubyBase></w:ruby></w:r></w:p>", ["测"]),
        (TABLE, ["调解\t受理\t300", "成功\t294"]),
        (LAYOUT_TABLE, ["一、主要工作", "全年调解纠纷300件。"]),
        (CONTENTS, []),
    ],
    ids=["insertion", "move", "deleted end", "text box", "content control", "link tab break", "hidden", "field", "ruby", "table", "layout table", "contents"],
)  # fmt: skip
def test_each_construct_is_read_as_the_policy_says(tmp_path: Path, block: str, lines: list[str]) -> None:
    text = read(tmp_path, word_file("第一段。", block, "末段。")).text
    assert text.split("\n") == ["第一段。", *lines, "末段。"]


def test_headings_follow_their_styles_even_where_they_look_like_sentences(tmp_path: Path) -> None:
    blocks = (
        "清源县司法局2024年工作总结",
        "# 主要工作",
        "## 让人民群众在每一个案件中都感受到公平正义。",
        "全年调解纠纷300件，成功率98%。",
        "# 其他",
        "举办宣传12场。",
    )
    path = tmp_path / "报告.docx"
    path.write_bytes(word_file(*blocks))
    reading = read_document(path)
    assert [(item.section, item.text) for item in reading.paragraphs] == [
        (("主要工作", "让人民群众在每一个案件中都感受到公平正义。"), "全年调解纠纷300件，成功率98%。"),
        (("其他",), "举办宣传12场。"),
    ]
    assert (reading.document.origin.jurisdiction, reading.document.origin.year) == ("清源县", "2024")
    assert reading.document.encoding == "docx"


def numbered(level: int, text: str) -> str:
    return f"<w:p><w:pPr><w:numPr><w:ilvl w:val='{level}'/><w:numId w:val='77'/></w:numPr></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def test_automatic_numbers_are_written_out_as_word_shows_them(tmp_path: Path) -> None:
    document = word_file(
        numbered(0, "主要工作"), numbered(1, "普法"), numbered(1, "调解"), numbered(0, "打算"), numbered(1, "其他")
    )
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        part = archive.read("word/numbering.xml").decode()
    levels = "".join(
        f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for level, form, text in ((0, "chineseCountingThousand", "%1、"), (1, "decimal", "（%2）"))
    )
    end = part.index("<w:num ")
    part = f'{part[:end]}<w:abstractNum w:abstractNumId="77">{levels}</w:abstractNum>{part[end:]}'
    part = part.replace("</w:numbering>", '<w:num w:numId="77"><w:abstractNumId w:val="77"/></w:num></w:numbering>')
    text = read(tmp_path, with_parts(document, {"word/numbering.xml": part.encode()})).text
    assert text.split("\n") == ["一、主要工作", "（1）普法", "（2）调解", "二、打算", "（1）其他"]


def test_headers_footers_and_properties_are_not_text(tmp_path: Path) -> None:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "清源县司法局文件"
    document.sections[0].footer.paragraphs[0].text = "第1页"
    document.core_properties.title = "模板标题"
    document.add_paragraph("全年调解纠纷300件。")
    assert read(tmp_path, saved(document)).text == "全年调解纠纷300件。"


NOTE = "<w:{0}s xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'><w:{0} w:id='1'><w:p><w:r><w:t>注释文字。</w:t></w:r></w:p></w:{0}></w:{0}s>"
OFFICE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


@pytest.mark.parametrize("kind", ["footnote", "endnote", "comment"])
def test_notes_are_not_text_but_what_they_stand_at_is(tmp_path: Path, kind: str) -> None:
    document = word_file(
        f"<w:p><w:r><w:t>全年调解纠纷</w:t></w:r><w:r><w:{kind}Reference w:id='1'/></w:r><w:r><w:t>300件。</w:t></w:r></w:p>"
    )
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        types, relations = (archive.read(name).decode() for name in ("[Content_Types].xml", "word/_rels/document.xml.rels"))
    override = f'<Override PartName="/word/{kind}s.xml" ContentType="{OFFICE}.{kind}s+xml"/></Types>'
    relation = f'<Relationship Id="rId99" Type="{RELATION}/{kind}s" Target="{kind}s.xml"/></Relationships>'
    parts = {
        f"word/{kind}s.xml": NOTE.format(kind).encode(),
        "[Content_Types].xml": types.replace("</Types>", override).encode(),
        "word/_rels/document.xml.rels": relations.replace("</Relationships>", relation).encode(),
    }
    assert read(tmp_path, with_parts(document, parts)).text == "全年调解纠纷300件。"


DOCUMENT = "word/document.xml"
EXTERNAL = (
    b'<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    b'<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate" '
    b'Target="http://127.0.0.1:%d/template.dotm" TargetMode="External"/></Relationships>'
)


def with_entity(target: str) -> bytes:
    document = word_file("甲。", "全年调解纠纷。")
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        part = archive.read(DOCUMENT).decode()
    head, rest = part.split("?>", 1)
    part = f'{head}?><!DOCTYPE d [<!ENTITY x SYSTEM "{target}">]>{rest}'.replace("甲。", "&x;")
    return with_parts(document, {DOCUMENT: part.encode()})


@pytest.mark.parametrize("target", ["file:///etc/passwd", "http://127.0.0.1:9/x"])
def test_entities_are_refused_and_nothing_is_fetched(tmp_path: Path, target: str) -> None:
    with pytest.raises(InputError, match="declares entities"):
        read(tmp_path, with_entity(target))


def test_external_relationships_are_never_followed(tmp_path: Path, visitors: list[str], listening_port: int) -> None:
    parts = {"word/_rels/settings.xml.rels": EXTERNAL % listening_port}
    assert read(tmp_path, with_parts(word_file("全年调解纠纷。"), parts)).text == "全年调解纠纷。"
    assert visitors == []


def bomb(megabytes: int) -> bytes:
    return with_parts(word_file("甲。"), {"word/media/image1.xml": b" " * (megabytes << 20)})


def lying_bomb() -> bytes:
    """Return a document of 8 MB that declares to have a thousand bytes."""
    size, declared = (8 << 20).to_bytes(4, "little"), (1000).to_bytes(4, "little")
    data = with_parts(word_file("甲。"), {DOCUMENT: b"<x/>".ljust(8 << 20)})
    assert data.count(size) >= 2
    return data.replace(size, declared)


def test_a_bomb_is_refused_by_its_declared_size_before_any_parser_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "classifier.formats.isolation.subprocess.Popen", lambda *_, **__: pytest.fail("a parser was started")
    )
    with pytest.raises(InputError, match=r"unpacked, 'word/media/image1.xml' would make it .* bytes; at most"):
        read(tmp_path, bomb(60))


def test_a_bomb_that_lies_about_its_size_is_read_no_further_than_it_says(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="damaged"):
        read(tmp_path, lying_bomb())


@pytest.mark.parametrize(
    ("data", "name", "reason"),
    [
        (word_file("调解。")[:3000], "a.docx", "cut off or broken"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"), "a.docx", r"old Word document \(.doc, .wps\); open it in Word"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "a.docx", "with a password; open it and save it without"),
        (with_parts(word_file("调解。"), {DOCUMENT: b"<broken"}), "a.docx", "damaged"),
        (with_parts(word_file("调解。"), {"[Content_Types].xml": b"<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'/>"}), "a.docx", "damaged Word document"),
        (word_file(), "a.docx", "no text in this file"),
    ],
    ids=["truncated", "renamed doc", "encrypted", "broken part", "no types", "empty"],
)  # fmt: skip
def test_what_is_no_word_document_is_refused_with_what_to_do(tmp_path: Path, data: bytes, name: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        read(tmp_path, data, name)
