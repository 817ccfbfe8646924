"""Statements: where a sentence ends, and where it only seems to."""

import pytest

from classifier import split_statements

CASES = {
    "sentences": ("开展法治宣传120场。调解纠纷300件！成效如何？群众满意度大幅提升。", 3),
    "semicolons": ("新增律师12名，全部到岗；新建站点3个，覆盖全县；办案320件，群众满意。", 3),
    "half-width semicolon": ("完成审查37件,占比66.6%;积极推进文件清理2379件,清理率为26%。", 2),
    "short lead stays with what follows": ("强化保障。新增调解室12个，配备专职调解员30名。", 1),
    "short tail stays with what precedes": ("新增调解室12个，配备专职调解员30名。成效好。", 1),
    "full stop inside quotes goes on": ("开展“缅怀先烈。重走初心路”主题党日活动，党员全部参加。", 1),
    "full stop before a closing quote ends": ("他说：“调解员辛苦了，谢谢你们。”全年共收到锦旗32面，感谢信18封。", 2),
    "semicolon inside brackets goes on": ("清理文件2379件（废止1071件；修改116件），清理率为26%。", 1),
    "unclosed quote ends nothing": ("打造“枫桥式司法所，新增7家。开展诉前调解攻坚行动，引调85万件。", 2),
    "half-width point after a digit": ("同比增长4.63个百分点，满意率99.7%.全年共受理法律援助案件210件.", 2),
    "ellipsis of stops": ("调解工作怎么样？！群众说了算，满意率达到99%。", 2),
}


@pytest.mark.parametrize(("text", "count"), CASES.values(), ids=CASES)
def test_a_statement_ends_where_a_sentence_ends(text: str, count: int) -> None:
    spans = split_statements(text)
    assert len(spans) == count
    assert "".join(text[start:end] for start, end in spans) == text


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_no_text_has_no_statement(text: str) -> None:
    assert split_statements(text) == []
