"""The table of adcodes is complete and consistent, and titles are read by it: right, or left open and said so."""

import csv
import shutil
from pathlib import Path

import pytest
from make_jurisdictions import table
from paths import ROOT

from classifier import Findings, Origin, Reading, level_of, read_document, read_upload, theme_mix
from classifier.documents import Document, with_origin
from classifier.jurisdictions import FIRST_YEAR, LAST_YEAR, above, every_jurisdiction, full_name
from classifier.origins import read_sources
from classifier.sources import Failures, items, open_sources

# Cities and counties at the end of each year from 2000 on, by the National Bureau of Statistics; the last, by the ministry.
CITIES = [333, 332, 332, *[333] * 8, 332, 333, 333, 333, 334, 334, 334, *[333] * 8]
COUNTIES = [
    *(2861, 2861, 2860, 2861, 2862, 2862, 2860, 2859, 2859, 2858, 2856, 2853, 2852),
    *(2853, 2854, 2850, 2851, 2851, 2851, 2846, 2844, 2843, 2843, 2844, 2846, 2845),
]
BODY = "正文从这里开始，没有别的信息，只是为了让文件里有一段文字而已，它比标题长得多，也不提任何地名或年份，所以不会改变什么。\n"


def found(*lines: str, file: str = "report.txt", folder: str = "", stated: Origin | None = None) -> tuple[Origin, Findings]:
    path = ROOT / folder / file if folder else None
    document = with_origin(Document(file, "\n".join([*lines, BODY]), stated or Origin()), path)
    return document.origin, document.findings


@pytest.mark.parametrize("year", range(FIRST_YEAR, LAST_YEAR + 1))
def test_each_year_has_the_published_number_of_jurisdictions_each_in_its_parents_and_with_its_own_adcode(year: int) -> None:
    there = [one for one in every_jurisdiction() if one.first <= year <= one.last]
    levels = [one.level for one in there]
    published = (34, CITIES[year - FIRST_YEAR], COUNTIES[year - FIRST_YEAR])
    assert tuple(levels.count(level) for level in ("province", "city", "county")) == published
    assert len({one.adcode for one in there}) == len(there)
    names = {one.adcode for one in there}
    for one in there:
        assert f"{one.adcode[:2]}0000" in names
        # Counties of provinces themselves (仙桃市 429004) and of municipalities lie in no city.
        directly = one.adcode[2:4] == "90" or one.adcode[:2] in ("11", "12", "31", "50")
        assert directly or f"{one.adcode[:4]}00" in names, one


@pytest.mark.parametrize(
    ("adcode", "name", "first", "last"),
    [
        ("330104", "江干区", 2000, 2020),  # Hangzhou, 2021
        ("330113", "临平区", 2021, LAST_YEAR),
        ("330114", "钱塘区", 2021, LAST_YEAR),
        ("371200", "莱芜市", 2000, 2017),  # into Jinan, December 2018
        ("370116", "莱芜区", 2018, LAST_YEAR),
        ("610118", "鄠邑区", 2016, LAST_YEAR),  # Xi'an, 2016
        ("420600", "襄樊市", 2000, 2009),  # named Xiangyang in 2010
        ("420600", "襄阳市", 2010, LAST_YEAR),
        ("659012", "白杨市", 2023, LAST_YEAR),  # Xinjiang, 2023
        ("653228", "和康县", 2024, LAST_YEAR),  # Xinjiang, 2024
        ("500157", "两江新区", 2025, LAST_YEAR),  # Chongqing, 2025
        ("500112", "渝北区", 2000, 2024),
    ],
)
def test_known_changes_stand_in_the_table_with_their_years(adcode: str, name: str, first: int, last: int) -> None:
    assert (adcode, name, first, last) in every_jurisdiction()


def test_the_table_is_what_its_script_makes_of_the_published_tables() -> None:
    assert (ROOT / "classifier" / "jurisdictions.csv").read_text(encoding="utf-8") == table()


def test_the_page_about_it_states_its_size_and_that_of_the_table_of_titles() -> None:
    page = (ROOT / "docs" / "jurisdictions.md").read_text(encoding="utf-8")
    titles = read_titles("titles.csv")
    assert f"{len(every_jurisdiction()):,} rows" in page
    assert f"{len(titles)} titles" in page
    assert f"{sum(not row['adcode'] for row in titles)} of them with the adcode left open" in page


def test_a_jurisdiction_has_the_name_of_what_it_lies_in_at_that_time() -> None:
    by_name = {one.name: one for one in every_jurisdiction()}
    assert [full_name(by_name[name]) for name in ("莱芜区", "仙桃市", "浦东新区")] == [
        "济南市莱芜区",
        "湖北省仙桃市",
        "上海市浦东新区",
    ]
    assert [one.name for one in above(by_name["江干区"])] == ["浙江省", "杭州市"]


def read_titles(name: str) -> list[dict[str, str]]:
    with (ROOT / "tests" / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize(("name", "least"), [("titles.csv", 200), ("unseen_titles.csv", 40)])
def test_titles_are_read_right_in_95_of_100_and_what_is_not_right_is_left_open(name: str, least: int) -> None:
    rows = read_titles(name)
    right = 0
    for row in rows:
        origin, findings = found(*filter(None, (row["title"], row["opening"])), file=row["file"] or "report.txt")
        values = {field: getattr(origin, field) for field in ("jurisdiction", "adcode", "level", "year")}
        wrong = {field: value for field, value in values.items() if value and value != row[field]}
        assert not wrong, f"{row['title']}: {wrong} instead of {row}"
        right += values == {field: row[field] for field in values}
        if origin.jurisdiction and not origin.adcode:
            assert findings.questions, f"{row['title']}: left open without a word"
    assert len(rows) >= least
    assert right >= 0.95 * len(rows)


def test_the_seeds_say_themselves_what_their_table_of_sources_says(tmp_path: Path) -> None:
    for name, stated in read_sources(ROOT / "seeds").items():
        shutil.copy(ROOT / "seeds" / name, tmp_path)
        origin = read_document(tmp_path / name).document.origin
        fields = ("jurisdiction", "adcode", "level", "year")
        assert {field: getattr(origin, field) for field in fields} == {field: stated[field] for field in fields}


def test_a_name_that_several_have_is_left_open_and_all_who_have_it_are_named() -> None:
    origin, findings = found("西湖区司法局2023年工作总结")
    assert (origin.jurisdiction, origin.adcode, origin.level) == ("西湖区", "", "county")
    assert [str(question) for question in findings.questions] == [
        "西湖区 may be 杭州市西湖区 (330106) or 南昌市西湖区 (360103)"
    ]


@pytest.mark.parametrize(
    ("lines", "places", "told_apart_by"),
    [
        (("西湖区司法局2023年工作总结 - 杭州西湖政府网",), {}, "title"),
        (("西湖区司法局2023年工作总结",), {"folder": "杭州市"}, "folder name"),
        (("西湖区司法局2023年工作总结",), {"file": "杭州_西湖区.txt"}, "file name"),
        (("西湖区司法局2023年工作总结", "杭西司〔2024〕2号"), {}, "document number"),
        (("西湖区司法局2023年工作总结", "杭州市司法局："), {}, "opening"),
        (("西湖区司法局2023年工作总结", *[BODY.strip()] * 12, "杭州市西湖区司法局", "2024年1月5日"), {}, "signature"),
        (("西湖区司法局2023年工作总结", *[BODY.strip()] * 12, "杭州市要求。杭州市表扬。", *[BODY.strip()] * 12), {}, "text"),
    ],
)
def test_what_else_a_document_says_tells_places_of_one_name_apart(
    lines: tuple[str, ...], places: dict[str, str], told_apart_by: str
) -> None:
    origin, findings = found(*lines, **places)  # type: ignore[arg-type]
    assert (origin.adcode, findings.told_apart_by) == ("330106", told_apart_by)


@pytest.mark.parametrize(
    "lines",
    [
        ("西湖区司法局2023年工作总结", "杭州市司法局：", "洪司〔2024〕2号", "南昌市委要求："),
        ("西湖区司法局2023年工作总结", *[BODY.strip()] * 12, "赴杭州市学习。", *[BODY.strip()] * 12),
        ("西湖区司法局2023年工作总结", *[BODY.strip()] * 12, "杭州市、杭州市和南昌市。", *[BODY.strip()] * 12),
    ],
    ids=["two of them are named", "one is named once, in passing", "both are named in the text"],
)
def test_evidence_that_does_not_speak_for_one_alone_decides_nothing(lines: tuple[str, ...]) -> None:
    assert found(*lines)[0].adcode == ""


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("合肥高新区司法局2023年工作总结", "合肥高新区 is no county and has no adcode; it lies in 安徽省合肥市 (340100)"),
        ("杭州市西湖区灵隐街道2023年工作总结", "below the county level and has no adcode; it lies in 杭州市西湖区 (330106)"),
        ("清源县司法局2023年工作总结", "清源县 has no adcode in the table of 2000 to 2025"),
        ("杭州市浦江县司法局2023年工作总结", "浦江县 does not lie in 浙江省杭州市 (330100)"),
        ("江干区司法局2024年工作总结", "江干区 is 杭州市江干区 (330104), but not in that year"),
        ("厦门市司法局2025年工作要点", "2025 is the year planned for, not one reported on"),
        ("郑州市司法局2021-2023年工作总结", "it is about several years: 2021, 2023"),
    ],
)
def test_what_is_left_open_is_said_with_its_reason(title: str, said: str) -> None:
    assert any(said in str(question) for question in found(title)[1].questions)


@pytest.mark.parametrize(("year", "adcode"), [("1995", ""), ("2020", "330104"), ("2021", "330104"), ("2022", "")])
def test_a_name_has_its_adcode_in_its_own_years_and_some_months_beyond(year: str, adcode: str) -> None:
    assert found(f"江干区司法局{year}年工作总结")[0].adcode == adcode


def test_reports_after_the_last_year_of_the_table_are_read_by_its_last_year() -> None:
    assert found(f"临平区司法局{LAST_YEAR + 3}年工作总结")[0].adcode == "330113"


def test_a_stated_year_that_is_none_does_no_harm() -> None:
    assert found("义乌市", stated=Origin(year="近三年"))[0].adcode == "330782"


def test_what_is_stated_wins_and_is_completed() -> None:
    title = "义乌市司法局2023年工作总结"
    assert found(title, stated=Origin(jurisdiction="浦江县", year="2020"))[0] == Origin(
        "", "浦江县", "330726", "county", "2020"
    )
    assert found(title, stated=Origin(adcode="330726"))[0] == Origin("", "浦江县", "330726", "county", "2023")
    assert found(title, stated=Origin(jurisdiction="某开发区", level="county"))[0].adcode == ""
    stated = Origin(jurisdiction="西湖区", level="county", year="2023")
    assert found(title, stated=stated)[1].questions != () and found("南昌市", stated=stated)[0].adcode == "360103"


@pytest.mark.parametrize(
    ("name", "level"),
    [("义乌市", "county"), ("杭州市", "city"), ("西湖区", "county"), ("海南州", "city"), ("东湖市", "city"), ("海南", "")],
)
def test_a_level_follows_from_the_adcode_and_only_else_from_the_ending_of_a_name(name: str, level: str) -> None:
    assert level_of(name) == level


def test_an_upload_is_read_by_its_own_name() -> None:
    reading = read_upload(f"工作总结\n{BODY}".encode(), "浦江县司法局2023年工作总结.txt")
    assert isinstance(reading, Reading)
    assert (reading.document.origin.adcode, reading.document.origin.year) == ("330726", "2023")
    assert reading.document.findings.read_from == {"jurisdiction": "file name", "adcode": "file name", "year": "file name"}


def write(folder: Path, **texts: str) -> Path:
    for name, text in texts.items():
        (folder / f"{name}.txt").write_text(f"{text}\n{BODY}", encoding="utf-8")
    return folder


def test_a_folder_reports_what_is_open_and_what_context_told_and_nothing_where_all_is_plain(tmp_path: Path) -> None:
    write(
        tmp_path,
        a="西湖区司法局2023年工作总结",
        b="西湖区司法局2022年工作总结\n南昌市司法局：",
        c="杭州市西湖区司法局2023年工作总结",
    )
    said: list[str] = []
    assert len(list(items(open_sources([str(tmp_path)]), Failures(report=said.append)))) == 3
    assert said == [
        "a.txt: 西湖区 may be 杭州市西湖区 (330106) or 南昌市西湖区 (360103); say it in a sources.csv beside the file",
        "b.txt: read as 南昌市西湖区 (360103), which its opening tells from others",
    ]


def test_the_table_of_sources_wins_over_title_and_file_name(tmp_path: Path) -> None:
    write(tmp_path, a="杭州市西湖区司法局2023年工作总结")
    (tmp_path / "sources.csv").write_text(
        "file,jurisdiction,adcode,year\na.txt,南昌市西湖区,360103,2021\n", encoding="utf-8"
    )
    origin = read_document(tmp_path / "a.txt").document.origin
    assert (origin.jurisdiction, origin.adcode, origin.level, origin.year) == ("南昌市西湖区", "360103", "county", "2021")


@pytest.mark.usefixtures("model")
def test_a_mix_keeps_places_of_one_name_apart_and_groups_by_level(tmp_path: Path) -> None:
    folder = write(
        tmp_path, a="杭州市西湖区司法局2023年工作总结", b="南昌市西湖区司法局2023年工作总结", c="义乌市司法局2023年工作总结"
    )
    groups = [row.group for row in theme_mix(folder).rows]
    assert sorted(groups) == ["义乌市", "南昌市西湖区 (360103)", "杭州市西湖区 (330106)"]
    assert [row.group for row in theme_mix(folder, by="level").rows] == ["county"]
