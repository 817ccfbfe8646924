"""The year that a report is about: neither that in which it was issued nor the one for which it plans.

All functions take plain lines: in NFKC form and without white space, see `titles.plain_line`.
"""

import re
from dataclasses import dataclass

_DIGITS = dict(zip("〇零○Oo一二三四五六七八九", "00000123456789", strict=True))
_ZERO = "〇零○Oo"
_CHINESE = re.compile(rf"(?:二[{_ZERO}]|一九)[{_ZERO}一二三四五六七八九]{{2}}(?=[-—–~至到]|年)")
_NOT_REPORTED = re.compile(
    r"[〔\[(【]?20\d\d[〕\])】]?\d*号"  # a document's number
    r"|20\d\d年\d{1,2}月\d{1,2}日?|20\d\d[-./]\d{1,2}[-./]\d{1,2}|(?<!\d)20\d{6}(?!\d)"  # a date
    r"|20\d\d-(?!20\d\d)\d{3,}"  # an index number
    r"|\(20\d\d年?[-—–~至到]+20\d\d年?\)|20\d\d年?[-—–~至到]+20\d\d年?[^,。]{0,12}?(?:规划|纲要|方案|行动)"  # a programme
)
_YEAR = re.compile(r"(?<![\d.])(?P<year>(?:19|20)\d\d)(?=年|(?![\d.])(?P<bare>))")
_SEVERAL = re.compile(r"年?度?[-—–~至到、和及与]+")
_PLAN = re.compile(r"计划|思路|打算|要点|安排|谋划|展望|设想|规划|重点任务")
_DONE = re.compile(r"总结|小结|回顾|完成|落实|执行|进展|情况|成效|亮点|年报|年度报告|述职")
_NO_TIME_FRAME = re.compile(r"年?度?(?:以来|以前|起|初|前|后|版|修订|关于)|年(?:[^,。]{0,8})(?:以来|开始|成立)")
_BEFORE_A_POINT = re.compile(r"(?:自|从|于|至|早在|截至|截止)$")


@dataclass(frozen=True)
class ReportedYear:
    """The ``year`` that a line says it is about; else the ``planned`` one, or ``several``, where it names these."""

    year: str = ""
    planned: str = ""
    several: tuple[str, ...] = ()


def year_of_title(line: str) -> ReportedYear:
    """Read the year that a title, or the name of a file, is about.

    >>> year_of_title("2024年工作总结和2025年工作思路").year, year_of_title("二〇二三年度法治政府建设报告").year
    ('2024', '2023')
    >>> year_of_title("2025年工作要点").planned, year_of_title("2021-2023年工作总结").several
    ('2025', ('2021', '2023'))
    """
    line = _with_plain_digits(line)
    found = list(_YEAR.finditer(line))
    reported: list[str] = []
    planned = ""
    for number, match in enumerate(found):
        following = line[match.end() : found[number + 1].start() if number + 1 < len(found) else None]
        if number + 1 < len(found) and _SEVERAL.fullmatch(following):
            return ReportedYear(several=(match["year"], found[number + 1]["year"]))
        if _NO_TIME_FRAME.match(following):
            continue
        if _is_planned(following):
            planned = planned or match["year"]
        else:
            reported.append(match["year"])
    years = tuple(dict.fromkeys(reported))
    if len(years) > 1:
        return ReportedYear(several=years)
    return ReportedYear(years[0]) if years else ReportedYear(planned=planned)


def year_of_opening(line: str) -> str:
    """Return the year that a line of the opening speaks of in its first clauses, or an empty text.

    >>> year_of_opening("2023年,我局坚持依法行政。"), year_of_opening("自2019年机构改革以来,我局坚持依法行政。")
    ('2023', '')
    """
    line = _with_plain_digits(line)
    for match in _YEAR.finditer(line[:120]):
        clause = re.split("[,。;]", line[match.end() :], maxsplit=1)[0]
        if match["bare"] is not None or _BEFORE_A_POINT.search(line[: match.start()]) or _NO_TIME_FRAME.match(clause):
            continue
        if not _is_planned(clause):
            return match["year"]
    return ""


def _with_plain_digits(line: str) -> str:
    line = _CHINESE.sub(lambda match: "".join(_DIGITS[digit] for digit in match[0]), line)
    return _NOT_REPORTED.sub(" ", line)


def _is_planned(following: str) -> bool:
    """Tell whether the words behind a year are of plans; a report on how plans were carried out is none."""
    plan, done = _PLAN.search(following), _DONE.search(following)
    if plan is None:
        return False
    after = _DONE.search(following, plan.end())
    return not (done and done.start() < plan.start()) and not (after and after[0] != "情况")
