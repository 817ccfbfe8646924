"""Origins: read from a title or the opening, never guessed; and the table of sources."""

from pathlib import Path

import pytest

from classifier import InputError, read_document
from classifier.origin_finding import find_origin, level_of
from classifier.origins import read_sources

TITLES = {
    "清源县司法局2021年工作总结": ("清源县", "county", "2021"),
    "2019年度岭南省司法厅法治政府建设年度报告": ("岭南省", "province", "2019"),
    "关于2022年东湖市司法局工作情况的报告": ("东湖市", "city", "2022"),
    "阿林自治州司法局2018年工作总结": ("阿林自治州", "city", "2018"),
    "重庆市司法局2020年工作总结": ("重庆市", "province", "2020"),
    "白云自治旗2023年法治政府建设情况": ("白云自治旗", "county", "2023"),
    "我市司法局2020年工作总结": ("", "", "2020"),
    "在岭南省司法厅的指导下，2020年我局工作取得成效": ("", "", "2020"),
    "工作总结": ("", "", ""),
}


@pytest.mark.parametrize(("title", "expected"), TITLES.items())
def test_origin_is_read_from_a_plain_title_and_else_left_open(title: str, expected: tuple[str, str, str]) -> None:
    origin, _ = find_origin(f"{title}\n正文从这里开始，没有别的信息。")
    assert (origin.jurisdiction, origin.level, origin.year) == expected
    assert set(origin.missing) == {
        name for name, value in zip(("jurisdiction", "level", "year"), expected, strict=True) if not value
    }


def test_a_name_without_an_administrative_ending_has_no_level() -> None:
    assert level_of("某地") == ""


def test_sources_of_a_folder_win_over_what_the_text_says(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("清源县司法局2021年工作总结\n全年调解纠纷三百件，成功率很高。", encoding="utf-8")
    (tmp_path / "sources.csv").write_text("file,jurisdiction,year,level\na.txt,青原县,2020,county\n", encoding="utf-8")
    origin = read_document(tmp_path / "a.txt").document.origin
    assert (origin.jurisdiction, origin.year, origin.level) == ("青原县", "2020", "county")


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("name,year\na.txt,2020\n", "no column 'file'"),
        ("file,year\na.txt,2020\na.txt,2021\n", "listed twice"),
        ("file,level\na.txt,village\n", "'village'"),
    ],
)
def test_a_wrong_table_of_sources_is_refused_with_its_place(tmp_path: Path, table: str, said: str) -> None:
    (tmp_path / "sources.csv").write_text(table, encoding="utf-8")
    with pytest.raises(InputError, match=said):
        read_sources(tmp_path)
