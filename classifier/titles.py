"""Read from a title, or another line, which jurisdiction it speaks for: a place stands where such lines name their author.

A line is plain: in NFKC form, in simplified characters and without white space. Only what stands at the beginning of a part
of it counts, behind words such as 关于 and a year: what is named further on is as likely another place
(关于对口支援…的报告).
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from classifier.jurisdictions import Jurisdiction, above
from classifier.place_names import beginnings, longest_name, names_with_kind, stems
from classifier.traditional import simplified

PlaceKind = Literal["listed", "unlisted", "no adcode", "below county", "contradiction"]

_HAN = r"[\u4e00-\u9fff]"
_YEARS = (
    r"(?:20\d\d|[一二三四五六七八九〇零○Oo]{4})(?:[-—–~至]+20\d\d)?年?度?"
    r"(?:上半年|下半年|以来|全年|第?[一二三四]季度|[\d\-—至]+月)?"
)
# What may stand before the place in a title.
_LEAD = re.compile(
    r"(?:[\W_]|附件\d*|转发|关于|报送|上报|呈报|呈送|提交|印发|公布|公开|发布|做好|中国共产党|中共|现将|一年来|今年以来|过去的?一年|"
    rf"{_YEARS}|\d+)*"
)
_BEHIND_A_STEM = re.compile(r"司法|法治|全面依法|依法治|年?度?20\d\d|[一二]\w{3}年")
_BEHIND_A_COUNTY_STEM = re.compile(r"司法[局厅]|司法行政")
_BUREAU = re.compile(rf"(?:{_YEARS})?(?:司法[局厅]|司法行政|法治(?:政府|建设)|依法行政工作|工作(?:情况|总结))")
# Others speak of a bureau so: "under the leadership of …".
_SPOKEN_OF = re.compile(r"司法[局厅](?:的|[厅局]长|党组|党委|领导|指导|部署|要求|印发|下发|通报|批复|统一|组织的|主办)")
_A_YEAR = rf"\d{{4}}|[一二](?:{_HAN}|[〇○]){{3}}年"
_UNLISTED = re.compile(
    rf"(?P<name>{_HAN}{{1,12}}?(?:省|自治区|自治州|自治县|自治旗|地区|州|盟|市|县|区|旗))(?=司法|法治|人民政府|{_A_YEAR})"
)
_WORDS = "所辖|城乡|法治|依法|建设|推进|深化|打造|区域|市县|县区|社区|司法|关于"
_NO_PLACE = re.compile(rf".*(?:[我全本该各某两在与的由经]|{_WORDS}).*")
_NO_ZONE = re.compile(rf"(?:[省市县区]|.*(?:[我全本该各某的]|{_WORDS})).*")
_NO_TOWN = re.compile(rf".*(?:[我全本该各某两在与的]|{_WORDS}|乡村|农村|城镇|乡镇).*")
_WITHOUT_ADCODE = re.compile(
    rf"(?P<name>{_HAN}{{0,12}}?(?:开发区|高新区|经开区|园区|新区|自贸[试验片]*区|保税[港物流]*区|示范区|度假区|名胜区|风景区|管理区|"
    r"功能区|试验区|合作区|管委会|管理委员会))(?:\(.*?\))?(?=司法|法治|政府|管委会|管理委员会|分局|党工委|工委|\d{4}|工作|$)"
)
_BELOW_COUNTY = re.compile(
    rf"(?P<name>{_HAN}{{1,6}}?(?:街道|镇|乡|苏木|村|社区))(?=司法所|办事处|人民政府|政府|党委|党工委|法治|工作|{_A_YEAR}|$)"
)
_BRANCH = re.compile(rf"司法局{_HAN}{{2,12}}分局")
_DIVISION = "第?[一二三四五六七八九十]{1,3}师"
_CORPS = re.compile(rf"(?:新疆)?(?:生产建设)?兵团(?:{_DIVISION})?|第[一二三四五六七八九十]{{1,3}}师(?={_HAN}{{2,5}}市)")
_DOCUMENT_NUMBER = re.compile(rf"{_HAN}{{2,8}}[〔\[(【]20\d\d[〕\])】]\d*号?")
_SEPARATORS = re.compile(r"——|[-—–_|:,;()·>/]")
_MUNICIPALITIES = ("11", "12", "31", "50")


@dataclass(frozen=True)
class NamedPlace:
    """A place as it is ``written``, and the jurisdictions that it may mean.

    ``kind`` says what it is: listed in the table of adcodes, unlisted, a zone that has no adcode, a place below the county,
    or a place that is said to lie where it does not. Of the last three, ``candidates`` are what it lies in.
    """

    written: str
    candidates: tuple[Jurisdiction, ...]
    kind: PlaceKind = "listed"


@dataclass(frozen=True)
class Chain:
    """Names that lie in each other, such as 杭州市西湖区: the ``last``, where it ends, and the chain before it."""

    end: int
    last: str
    candidates: tuple[Jurisdiction, ...]
    is_stem: bool
    outer: "Chain | None" = None


def plain_line(text: str) -> str:
    """Return a line as this module reads it.

    >>> plain_line("西湖區 司法局　２０２４ 年（總結）")
    '西湖区司法局2024年(总结)'
    """
    return simplified(re.sub(r"\s", "", unicodedata.normalize("NFKC", text)))


def place_of_title(line: str) -> NamedPlace | None:
    """Return the place whose title this is; None where no part of it begins with one.

    >>> place_of_title("关于杭州市西湖区2023年法治政府建设情况的报告").candidates[0].adcode
    '330106'
    >>> place_of_title("2023年度法治政府建设情况报告(浦江县司法局)").written
    '浦江县'
    """
    parts = _SEPARATORS.split(_DOCUMENT_NUMBER.sub(":", without_quoted(line)))
    return next((found for part in parts if (found := _place_at_beginning(part))), None)


def place_of_file_name(line: str) -> NamedPlace | None:
    """Return the place that a file is called after; its parts may be divided by anything (浙江-杭州-西湖区-2023).

    >>> place_of_file_name("2023_浙江-杭州-西湖区").candidates[0].adcode
    '330106'
    """
    found = _place_at_beginning(re.sub(r"[\W_]", "", line), at_the_end=True)
    parts = _SEPARATORS.split(line)
    return found or next((found for part in parts if (found := _place_at_beginning(part, at_the_end=True))), None)


def place_of_opening(line: str) -> NamedPlace | None:
    """Return the place whose bureau speaks in a line of running text, in one of its first three clauses.

    >>> place_of_opening("2023年,浦江县司法局坚持依法行政。").written
    '浦江县'
    >>> place_of_opening("在浙江省司法厅的指导下,我局取得成效。")
    """
    for clause in re.split("[,。;:]", line, maxsplit=3)[:3]:
        found = _place_at_beginning(clause)
        behind = clause[clause.find(found.written) + len(found.written) :] if found else ""
        if _BUREAU.match(behind) and not _SPOKEN_OF.match(behind):
            return found
    return None


def place_of_signature(line: str) -> NamedPlace | None:
    """Return the place of a line that holds the name of an office and, if anything, a date.

    >>> place_of_signature("浦江县司法局2024年1月5日").written
    '浦江县'
    """
    found = re.fullmatch(r"(.{2,24}(?:司法[局厅]|人民政府|依法治[省市县区州旗]委员会办公室))(?:20\d\d年\d+月\d+日)?", line)
    return _place_at_beginning(found[1]) if found else None


def chain_at(line: str, start: int, outer: Chain | None = None) -> Chain | None:
    """Return the names that lie in each other from ``start`` on, so that they reach as far as can be.

    >>> [chain_at(line, 0).candidates[0].adcode for line in ("杭州西湖区司法局", "济南市中区司法局")]
    ['330106', '370103']
    """
    best = outer
    if line[start : start + 2] not in beginnings():
        return best
    for is_stem, names in ((False, names_with_kind()), (True, stems())):
        for length in range(min(longest_name(), len(line) - start), 1, -1):
            name = line[start : start + length]
            found = names.get(name, ())
            inside = tuple(one for one in found if outer is None or any(one.lies_in(other) for other in outer.candidates))
            if inside:
                chain = Chain(start + length, name, inside, is_stem, outer)
                further = chain_at(line, chain.end, chain) or chain
                best = further if best is None or further.end > best.end else best
    return best


def without_quoted(line: str) -> str:
    """Leave out what stands in 《》: the names of other documents, unless it is the whole line.

    >>> without_quoted("浦江县司法局关于落实《浙江省司法厅工作要点》的报告"), without_quoted("《浦江县司法局总结》")
    ('浦江县司法局关于落实的报告', '浦江县司法局总结')
    """
    whole = re.fullmatch(r"《([^《》]*)》", line)
    return whole[1] if whole else re.sub(r"《[^《》]*》?", "", line)


def _place_at_beginning(part: str, at_the_end: bool = False) -> NamedPlace | None:
    """Return the place that a part of a title begins with; ``at_the_end``, nothing need stand behind the stem of a city."""
    start = _LEAD.match(part).end()  # type: ignore[union-attr]
    corps = _CORPS.match(part, start)
    chain = chain_at(part, corps.end() if corps else start)
    if corps and (chain is None or chain.is_stem):
        return NamedPlace("新疆生产建设兵团" if "师" not in corps[0] else corps[0], (), "no adcode")
    while True:
        found = _place_without_adcode(part, start, chain) or _listed_place(part, chain, at_the_end)
        if found or chain is None or not chain.is_stem:
            return found
        if chain.outer is None:
            return None
        chain = chain.outer  # 海东市平安建设: the 平安 that lies in 海东 is not meant.


def _place_without_adcode(part: str, start: int, chain: Chain | None) -> NamedPlace | None:
    """Return a place that is not in the table: behind a chain, or one that begins with a name in it."""
    end = chain.end if chain else start
    zone = _WITHOUT_ADCODE.match(part, end)
    if zone and not _NO_ZONE.fullmatch(zone["name"]) and (chain or len(zone["name"]) > 3):
        return NamedPlace(part[start : zone.end("name")], _around(chain), "no adcode")
    if chain and (branch := _BRANCH.match(part, end)):
        return NamedPlace(part[start : branch.end()], chain.candidates, "no adcode")
    if chain and (below := _BELOW_COUNTY.match(part, end)) and not _NO_TOWN.fullmatch(below["name"]):
        return NamedPlace(part[start : below.end("name")], chain.candidates, "below county")
    return _unlisted_place(part, start, chain)


def _unlisted_place(part: str, start: int, chain: Chain | None) -> NamedPlace | None:
    # 东湖市 is not the 东湖 that is listed, but another place.
    begins_within = chain is not None and chain.is_stem
    end = chain.end if chain else start
    other = _UNLISTED.match(part, start if begins_within else end)
    name = other["name"] if other else ""
    if not other or _NO_PLACE.fullmatch(name) or other.end("name") <= end + (not begins_within):
        return None
    if chain and not begins_within and name in names_with_kind():
        return NamedPlace(name, chain.candidates, "contradiction")
    if any(name[at:] in names_with_kind() for at in range(1, len(name))):
        return None  # 对口支援阿克苏地区 is no place, but speaks of one.
    return NamedPlace(name, () if begins_within else _around(chain), "unlisted")


def _listed_place(part: str, chain: Chain | None, at_the_end: bool) -> NamedPlace | None:
    if chain is None or not _stands_alone(chain, part[chain.end :], at_the_end):
        return None
    return NamedPlace(chain.last, tuple(_fitting(chain, part[chain.end :])))


def _around(chain: Chain | None) -> tuple[Jurisdiction, ...]:
    """Return what a place behind a chain lies in; a county's stem is a part of that place's own name."""
    if chain is None:
        return ()
    if chain.is_stem and all(one.level == "county" for one in chain.candidates):
        return tuple(dict.fromkeys(above(one)[-1] for one in chain.candidates))
    return chain.candidates


def _stands_alone(chain: Chain, behind: str, at_the_end: bool) -> bool:
    """Tell whether a name ends where the chain does: 西湖区域 and 平安建设 name no jurisdiction."""
    if not chain.is_stem:
        return not (chain.last.endswith("区") and re.match("[域块间划别]", behind))
    if chain.outer or any(one.level != "county" for one in chain.candidates):
        return bool(_BEHIND_A_STEM.match(behind)) or (at_the_end and not behind)
    return bool(_BEHIND_A_COUNTY_STEM.match(behind))


def _fitting(chain: Chain, behind: str) -> Iterable[Jurisdiction]:
    """Leave out what cannot have the office that follows: provinces have a 司法厅, all others a 司法局."""
    if behind.startswith("司法厅"):
        return [one for one in chain.candidates if one.level == "province"] or chain.candidates
    if behind.startswith("司法局"):
        own = [one for one in chain.candidates if one.level != "province" or one.adcode[:2] in _MUNICIPALITIES]
        return own or chain.candidates
    return chain.candidates
