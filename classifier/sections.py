"""Tell what a section reports: achievements, shortcomings, plans, key figures, or the preamble."""

import re
from collections.abc import Sequence
from typing import Literal

from classifier.traditional import simplified

SectionKind = Literal["achievements", "shortcomings", "plans", "key_figures", "preamble"]

_SHORTCOMINGS = re.compile(r"不足|问题|短板|困难|差距|薄弱|瓶颈")
_SOLVED = re.compile(r"(?:解决|整改|破解|查处|聚焦|信访|热点|难点).{0,6}(?:问题|困难|短板)")
_PLANS = re.compile(
    r"计划|打算|思路|展望|下一?步|下一?阶段|下一年|明年|工作要点|(?:工作|主要|重点|总体)安排|努力方向|改进措施"
)
_REVIEW = re.compile(r"总结|回顾|完成情况|落实情况|执行情况|成效|开展情况|工作情况|基本情况|主要工作")
_KEY_FIGURES = re.compile(r"(?:重点|主要|核心|关键|业务)(?:工作)?(?:指标|数据)|数据一览|指标完成")
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?=\s*年)")
_OPENS_PLAN = re.compile(
    r"(?:新的?一年|下一?步|下一?阶段|今后|明年|接下来|展望).{0,30}?将|(?:下一?步|下一?阶段|明年|新的一年)[,，我]"
)
_OPENS_SHORTCOMING = re.compile(
    r"仍?(?:然|还)?(?:存在|面临).{0,16}(?:不足|问题|短板|困难|差距)|(?:还|仍)(?:有待|需)|有待(?:进一步)?"
)
_ITEM = re.compile(r"\s*(?:【|——|[(（]?\s*(?:\d+|[一二三四五六七八九十]+)\s*[)）、.．是])")
_OPENING = 90


def section_kind(title: str, section: Sequence[str], text: str, *, first: bool = False, year: str = "") -> SectionKind:
    """Judge by the headings above a paragraph, innermost first; where they leave it open, by how the text opens.

    >>> section_kind("", ["三、2024年工作计划", "（一）普法"], "深入推进普法。", year="2023")
    'plans'
    """
    title, opening = simplified(title), simplified(text[:_OPENING])
    for heading in map(simplified, reversed(section)):
        kind = _of_heading(heading, opening, year)
        if kind is not None:
            return kind
    if not section:
        if first and not _ITEM.match(opening):
            return "preamble"
        if _PLANS.search(title) and not _REVIEW.search(title):
            return "plans"
    return _of_opening(opening) or "achievements"


def _of_heading(heading: str, opening: str, year: str) -> SectionKind | None:
    plans = bool(_PLANS.search(heading))
    shortcomings = bool(_SHORTCOMINGS.search(heading)) and not _SOLVED.search(heading)
    if plans and shortcomings:
        return _of_opening(opening) or "plans"
    if _KEY_FIGURES.search(heading):
        return "key_figures"
    if shortcomings:
        return "shortcomings"
    later = year and any(found > year for found in _YEAR.findall(heading))
    if (plans or later) and not _REVIEW.search(heading):
        return "plans"
    return None


def _of_opening(opening: str) -> SectionKind | None:
    plan, shortcoming = _OPENS_PLAN.search(opening), _OPENS_SHORTCOMING.search(opening)
    if plan and (not shortcoming or plan.start() < shortcoming.start()):
        return "plans"
    return "shortcomings" if shortcoming else None
