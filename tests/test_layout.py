"""Small documents in layouts that the seeds do not have: the rules of the reader are general."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier import InputError, Paragraph
from classifier.documents import Document
from classifier.origin_finding import find_origin
from classifier.units import read_units


def read(text: str) -> tuple[Paragraph, ...]:
    return read_units(Document("test.txt", text, find_origin(text)[0])).paragraphs


def texts(text: str) -> list[str]:
    return [paragraph.text for paragraph in read(text)]


def test_numbering_that_runs_on_across_sections_does_not_confuse_the_path() -> None:
    found = read(
        "某县司法局2021年工作总结\n\n一、主要成效\n（一）普法工作。全年开展法治讲座120场。\n二、存在问题\n"
        "（二）队伍力量不足，司法所平均只有1.5人。\n三、下步打算\n（三）加强培训。组织司法所长轮训两期。\n"
    )
    assert [paragraph.section for paragraph in found] == [("一、主要成效",), ("二、存在问题",), ("三、下步打算",)]
    assert [paragraph.section_kind for paragraph in found] == ["achievements", "shortcomings", "plans"]


LISTS = {
    "brackets": (
        "【法律援助】全年办案320件，讨薪450万元。【公证】办证1200件，减免3万元。【调解】调解纠纷900件，履行率97%。",
        3,
    ),
    "dashes": ("——突出政治建设。局党组学习12次。——突出普法宣传。举办讲座30场。——突出矛盾化解。调处纠纷210件。", 3),
    "numbers": ("主要做了以下工作：1、加强普法，举办讲座12场；2、加强调解，调解纠纷90件；3、加强援助，办案30件。", 3),
    "numbers in brackets": ("(1)出台执法监督办法3件，细化流程。(2)完善案卷评查标准，统一尺度。", 2),
    "first, second": ("第一，抓好组织建设，选好带头人。第二，抓好制度建设，定好规矩来。", 2),
    "must": ("一要提高站位，把学习抓紧抓实。二要突出重点，把短板补齐补强。", 2),
    "circled": ("①开展法治体检120次，覆盖园区。②发布合规指引3部，惠及企业。", 2),
    "after commas": ("抓实三项工作，一是排查矛盾纠纷300件，二是化解信访积案20件，三是走访重点人员50名。", 3),
    "eleven": (
        "".join(f"{n}是开展第{i}项重点工作并取得成效。" for i, n in enumerate("一二三四五六七八九", 1))
        + "十是完成全部任务。",
        10,
    ),
}


@pytest.mark.parametrize(("text", "count"), LISTS.values(), ids=LISTS)
def test_a_paragraph_that_counts_its_measures_is_split(text: str, count: int) -> None:
    found = [piece for piece in texts(f"一、重点工作\n{text}\n") if piece]
    assert len(found) == count
    assert all(piece in text for piece in found)


NO_LISTS = {
    "dash inside": "围绕重点产业——水晶产业，推动合规改革走深走实，建成合规中心1家。",
    "one item": "一是深入开展法治宣传教育，举办各类讲座120场。",
    "wrong order": "二是开展法治宣传，一是抓好人民调解，全年均有进展。",
    "tiny items": "按照一是快二是好三是省的要求，全面推进公共法律服务体系建设。",
    "in quotes": "开展“一是学法、二是用法、三是守法”主题活动，群众反响热烈。",
    "decimals": "满意率98.5%，受案1.2万件，同比增长3.4个百分点，位居全省前列。",
    "question of whether": "一是否二是非均须查明，全年核查线索30条，办结率100%。",
}


@pytest.mark.parametrize("text", NO_LISTS.values(), ids=NO_LISTS)
def test_what_only_looks_like_a_list_stays_whole(text: str) -> None:
    assert texts(f"一、重点工作\n{text}\n") == [text]


def test_a_short_lead_becomes_a_heading_of_its_items_and_a_long_one_a_paragraph() -> None:
    short = read("二、重点工作\n（一）狠抓队伍建设。一是开展干部轮训6期。二是选任中层干部5名。\n")
    assert [paragraph.section[-1] for paragraph in short] == ["（一）狠抓队伍建设"] * 2
    lead = "全年召开党组会议研究队伍建设12次，制定年度培训计划，明确责任科室和完成时限，逐项推进落实见效。"
    long = read(f"二、重点工作\n{lead}一是开展干部轮训6期。二是选任中层干部5名。\n")
    assert [paragraph.text for paragraph in long] == [lead, "一是开展干部轮训6期。", "二是选任中层干部5名。"]


def test_lists_within_lists_are_split_to_the_innermost_items() -> None:
    found = texts(
        "（一）强化监督。一是健全制度。（1）出台办法3件，细化流程。（2）完善评查标准，统一尺度。二是加强培训，举办4期。\n"
    )
    assert found == ["（1）出台办法3件，细化流程。", "（2）完善评查标准，统一尺度。", "二是加强培训，举办4期。"]


def test_several_headings_on_one_line_are_taken_apart() -> None:
    found = read("一、2022年工作总结 （一）党建引领  1.强化理论学习。党组中心组学习12次。\n2.强化队伍建设。组织培训6期。\n")
    assert [paragraph.section for paragraph in found] == [("一、2022年工作总结", "（一）党建引领")] * 2


def test_spaces_inside_words_from_pdf_do_not_hide_headings_or_page_numbers() -> None:
    found = read(
        "一 、 主 要 工 作\n（ 一 ） 法 治 宣 传\n全 市 宣 讲 120 场 ， 资 料 3 万 份 。\n- 3 -\n（ 二 ） 人 民 调 解\n调 解 纠 纷 1200 件 。\n"
    )
    assert [paragraph.section[-1] for paragraph in found] == ["（ 一 ） 法 治 宣 传", "（ 二 ） 人 民 调 解"]
    assert not any("- 3 -" in paragraph.text for paragraph in found)


def test_half_width_punctuation_ends_statements_but_decimal_points_do_not() -> None:
    found = read("1. 普法工作成效显著.全县开展讲座30场.\n2. 调解工作:调处纠纷560起;成功率98.5%;涉及金额1200万元.\n")
    assert [len(paragraph.statements) for paragraph in found] == [2, 3]
    assert found[1].statements[1].text == "成功率98.5%;"


def test_lost_dashes_between_years_do_not_become_a_year() -> None:
    text = "某市司法局法治政府建设情况\n制定实施方案(20212025年),明确任务68项。2022年1月至10月,办理复议案件210件。\n"
    assert find_origin(text)[0].year == "2022"


def test_hard_wrapped_lines_become_paragraphs_again() -> None:
    found = texts(
        "　　今年以来，我局在县委县政府的坚强领导下，认真贯彻\n落实上级部署，扎实推进各项工作，取得了明显成效。现\n将有关情况报告如下。\n"
        "一、主要工作\n　　（一）加强法治宣传。我局组织普法志愿者深入乡镇、村\n组、学校开展宣讲六十余场次，发放各类宣传资料两万余\n"
        "份，接受群众咨询三千人次。\n　　（二）做好人民调解。全县各级调解组织排查矛盾纠纷九\n百余件，调解成功八百八十件。\n"
    )
    assert len(found) == 3 and "村组、学校" in found[1] and found[2].endswith("八百八十件。")


def test_short_paragraphs_of_one_length_are_not_taken_for_wrapped_lines() -> None:
    lines = [
        f"全年{work}一百二十件，比上年增长百分之九。"
        for work in ("调解纠纷", "法律援助", "公证服务", "社区矫正", "行政复议", "普法宣讲")
    ]
    assert texts("\n".join(lines)) == lines


def test_salutation_signature_and_date_are_no_text() -> None:
    found = texts(
        "关于报送2022年工作总结的报告\n\n县委：\n现将我局工作报告如下。\n全年办理法律援助案件210件。\n\n某县司法局\n2022年12月20日\n"
    )
    assert found == ["现将我局工作报告如下。", "全年办理法律援助案件210件。"]


def test_line_ends_and_indents_of_any_kind_give_the_same_paragraphs() -> None:
    lines = ["一、工作情况", "　　开展法治讲座120场，受众1.2万人次。", "　　调解纠纷890件，成功率98%。"]
    expected = [line.strip() for line in lines[1:]]
    for end in ("\n", "\r\n", "\r", "\u2028", "\u0085"):
        assert texts(end.join(lines)) == expected


@pytest.mark.parametrize("text", ["全年受理法律援助案件300件", "调解纠纷30起\n办理公证12件"])
def test_notes_without_any_sentence_are_read_line_by_line(text: str) -> None:
    assert texts(text) == text.split("\n")


@pytest.mark.parametrize("text", ["- 3 -", "索引号：\n00250220-7\n发布日期：2024-03-04", "首页\n> 政务公开 > 年报"])
def test_a_document_of_furniture_alone_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="no paragraph of text"):
        read(text)


@given(st.text(st.sampled_from("法援一二三是（）()【】“”《》、。；：,. 12\n\r\u3000—①第县市年"), max_size=120))
def test_any_text_is_read_without_loss_of_position(text: str) -> None:
    try:
        found = read(text)
    except InputError:
        return
    for paragraph in found:
        assert paragraph.text == "".join(text[start:end] for start, end in paragraph.spans)
        assert [s.text for s in paragraph.statements] == [
            "".join(text[start:end] for start, end in s.spans) for s in paragraph.statements
        ]


def test_a_very_long_paragraph_without_punctuation_is_read_in_bounded_time() -> None:
    text = "法律援助公证调解" * 100_000
    assert texts(text) == [text]
