"""The five real reports: each is untidy in its own way, and each must be read rightly."""

import csv
import hashlib
from functools import cache

import pytest
from paths import ROOT

from classifier import Reading, read_document, render_outline
from classifier.origins import LEVELS

SEEDS = ROOT / "seeds"
PARAGRAPHS = {"000": 14, "001": 16, "002": 30, "003": 19, "004": 13}


@cache
def reading(seed: str) -> Reading:
    return read_document(next(SEEDS.glob(f"{seed}_*.txt")))


def texts(seed: str) -> list[str]:
    return [paragraph.text for paragraph in reading(seed).paragraphs]


def sources() -> list[dict[str, str]]:
    with (SEEDS / "sources.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_sources_list_every_seed_with_its_digest() -> None:
    rows = sources()
    assert [row["file"] for row in rows] == sorted(path.name for path in SEEDS.glob("*.txt"))
    for row in rows:
        assert hashlib.sha256((SEEDS / row["file"]).read_bytes()).hexdigest() == row["sha256"]


@pytest.mark.parametrize("row", sources(), ids=lambda row: row["file"][:3])
def test_sources_say_where_a_report_comes_from(row: dict[str, str]) -> None:
    assert row["level"] in LEVELS
    assert row["adcode"].isdecimal() and len(row["adcode"]) == 6 and row["adcode"].startswith("33")
    assert row["year"] in ("2022", "2023", "2024")
    assert row["issuer"].startswith(row["jurisdiction"])


@pytest.mark.parametrize(("seed", "count"), PARAGRAPHS.items())
def test_every_paragraph_counts_once(seed: str, count: int) -> None:
    assert len(texts(seed)) == len(set(texts(seed))) == count


@pytest.mark.parametrize("seed", PARAGRAPHS)
def test_units_are_slices_of_the_source(seed: str) -> None:
    source = reading(seed).document.text
    for paragraph in reading(seed).paragraphs:
        assert paragraph.text == "".join(source[start:end] for start, end in paragraph.spans)
        assert paragraph.statements
        for statement in paragraph.statements:
            assert statement.text == "".join(source[start:end] for start, end in statement.spans)
        assert "".join("".join(s.text.split()) for s in paragraph.statements) == "".join(paragraph.text.split())


@pytest.mark.parametrize("seed", PARAGRAPHS)
def test_outline_is_the_golden_one(seed: str) -> None:
    golden = (ROOT / "tests" / "golden" / f"{seed}.outline.txt").read_text(encoding="utf-8")
    assert render_outline(reading(seed)) == golden, "read the difference, then: make golden"


@pytest.mark.parametrize(
    "joined",
    ["网络安全零隐患、非法信访零发生", "企业群众对执法公正满意度", "积分制管理评价实施办法(试行)", "把调解工作作为坚持"],
)
def test_000_paragraphs_torn_by_page_breaks_are_rejoined(joined: str) -> None:
    assert sum(joined in text for text in texts("000")) == 1


@pytest.mark.parametrize("caption", ["热烈庆祝第四个", "握手言和", "公务员分类管理推进会", "提供法律服务"])
def test_000_captions_are_no_text(caption: str) -> None:
    assert not any(text.endswith(caption) or "热烈庆祝第四个" in text for text in texts("000"))
    assert any(caption in item.text and item.reason == "caption" for item in reading("000").layout.dropped)


def test_000_opening_that_was_cut_off_is_kept_as_the_preamble() -> None:
    first = reading("000").paragraphs[0]
    assert first.text.startswith("中央政治局委员、中央政法委书记") and first.section_kind == "preamble"


def test_000_unnumbered_headings_stand_above_their_paragraphs() -> None:
    sections = [paragraph.section for paragraph in reading("000").paragraphs]
    assert sections[0] == () and sections[8] == ("调解基础性作用不断深化",)
    assert reading("000").paragraphs[13].section_kind == "plans"


def test_001_furniture_and_metadata_are_no_text_and_the_second_copy_is_dropped() -> None:
    dropped = reading("001").layout.dropped
    assert not any(word in text for text in texts("001") for word in ("打印", "信息索引号", "浏览次数", "杭司〔2024〕14号"))
    assert sum(item.reason == "repeated" for item in dropped) == 16 + 4
    assert reading("001").layout.title == "杭州市司法局2023年法治政府建设年度报告"


def test_001_sections_tell_achievements_shortcomings_and_plans_apart() -> None:
    kinds = [paragraph.section_kind for paragraph in reading("001").paragraphs]
    assert kinds == ["preamble", *["achievements"] * 8, *["shortcomings"] * 3, "achievements", *["plans"] * 3]


def test_002_nested_numbering_gives_the_path_and_honours_are_items() -> None:
    found = reading("002").paragraphs
    assert reading("002").layout.title == ""
    assert [paragraph.section_kind for paragraph in found[1:5]] == ["key_figures"] * 4
    assert found[15].section[1:] == ("(四)突出理论武装,夯实思想根基得到新进展", "2、狠抓干部队伍建设")
    assert {paragraph.section_kind for paragraph in found[19:]} == {"plans"}


def test_003_paragraphs_of_counted_measures_are_split_and_the_breadcrumb_dropped() -> None:
    found = reading("003").paragraphs
    assert sum(paragraph.text[1] == "是" for paragraph in found) == 17
    assert found[1].section == ("一、2022年法治政府建设基本情况", "(一)坚持党建统领,法治政府建设率先突破")
    assert found[18].section == ("存在的不足及下一步工作安排",) and found[18].section_kind == "shortcomings"
    assert not any("政务公开 >" in text for text in texts("003"))


def test_004_run_in_headings_stay_with_their_text() -> None:
    found = reading("004").paragraphs
    assert found[4].statements[0].text.startswith("强化党建引领。组织2批次")
    assert found[1].statements[4].text == "强化行政执法监督效能。"
    assert [paragraph.section_kind for paragraph in found] == ["preamble", *["achievements"] * 6, *["plans"] * 6]
    assert not any("信息索引号" in text for text in texts("004"))
