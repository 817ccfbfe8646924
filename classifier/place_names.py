"""The names by which jurisdictions are called: full, without peoples (黔东南州), and without what they are (杭州)."""

import re
from collections.abc import Iterator
from functools import cache

from classifier.jurisdictions import Jurisdiction, every_jurisdiction

# What stands behind a name, longest first, and what common speech makes of it.
_KINDS = {
    "特别行政区": "",
    "自治区": "自治区",
    "自治州": "州",
    "自治县": "县",
    "自治旗": "旗",
    "地区": "地区",
    "林区": "林区",
    "特区": "特区",
    "新区": "新区",
    "省": "省",
    "市": "市",
    "州": "州",
    "盟": "盟",
    "县": "县",
    "区": "区",
    "旗": "旗",
}
# Peoples in names of jurisdictions; some stand there without 族 as well.
_PEOPLE = re.compile(
    r"(?:(?:哈萨克|柯尔克孜|维吾尔|塔吉克|蒙古|锡伯)族?|(?:达斡尔|鄂温克|布依|土家|朝鲜|哈尼|景颇|纳西|傈僳|拉祜|布朗|独龙|普米|仫佬|"
    r"毛南|仡佬|裕固|保安|东乡|撒拉|各|回|藏|苗|彝|壮|满|侗|瑶|白|傣|黎|佤|畲|水|土|羌|怒)族)+$"
)
_ENDS_OF_PEOPLES = ("族", "克", "孜", "尔", "古", "伯")
# What offices call themselves where no rule tells.
_CUSTOMARY = {
    "巴州": "巴音郭楞蒙古自治州",
    "克州": "克孜勒苏柯尔克孜自治州",
    "博州": "博尔塔拉蒙古自治州",
    "版纳州": "西双版纳傣族自治州",
    "锡盟": "锡林郭勒盟",
    "阿盟": "阿拉善盟",
    "莫旗": "莫力达瓦达斡尔族自治旗",
    "达茂旗": "达尔罕茂明安联合旗",
    "科右前旗": "科尔沁右翼前旗",
    "科右中旗": "科尔沁右翼中旗",
    "科左中旗": "科尔沁左翼中旗",
    "科左后旗": "科尔沁左翼后旗",
    "察右前旗": "察哈尔右翼前旗",
    "察右中旗": "察哈尔右翼中旗",
    "察右后旗": "察哈尔右翼后旗",
    "东乌旗": "东乌珠穆沁旗",
    "西乌旗": "西乌珠穆沁旗",
    "土左旗": "土默特左旗",
    "土右旗": "土默特右旗",
    "喀左县": "喀喇沁左翼蒙古族自治县",
    "前郭县": "前郭尔罗斯蒙古族自治县",
    "杜蒙县": "杜尔伯特蒙古族自治县",
    "塔县": "塔什库尔干塔吉克自治县",
    "察县": "察布查尔锡伯自治县",
}

Names = dict[str, list[Jurisdiction]]


def plain_names(name: str) -> Iterator[str]:
    """Yield the name, and the one without peoples, both with what it is.

    >>> list(plain_names("黔东南苗族侗族自治州")), list(plain_names("管城回族区")), list(plain_names("杭州市"))
    (['黔东南苗族侗族自治州', '黔东南州'], ['管城回族区', '管城区'], ['杭州市'])
    """
    yield name
    base, kind = _divided(name)
    plain = _without_peoples(base) + _KINDS[kind]
    if plain != name and len(plain) > 2:
        yield plain


def stem(name: str) -> str:
    """Return a name without what it is, or an empty text where a single character would be left.

    >>> stem("黔东南苗族侗族自治州"), stem("内蒙古自治区"), stem("浦东新区"), stem("城区")
    ('黔东南', '内蒙古', '浦东', '')
    """
    base, _ = _divided(name)
    base = _without_peoples(base)
    return base if len(base) > 1 else ""


@cache
def names_with_kind() -> Names:
    """Return the jurisdictions of each name that says what it is, such as 西湖区 and 黔东南州."""
    found: Names = {}
    for jurisdiction in every_jurisdiction():
        for name in plain_names(jurisdiction.name):
            found.setdefault(name, []).append(jurisdiction)
    for short, name in _CUSTOMARY.items():
        found.setdefault(short, []).extend(found[name])
    return found


@cache
def stems() -> Names:
    """Return the jurisdictions of each name that does not say what it is, such as 杭州."""
    found: Names = {}
    for jurisdiction in every_jurisdiction():
        if name := stem(jurisdiction.name):
            found.setdefault(name, []).append(jurisdiction)
    return found


@cache
def beginnings() -> frozenset[str]:
    """Return the first two characters of all names: most places in a text begin none of them."""
    return frozenset(name[:2] for names in (names_with_kind(), stems()) for name in names)


@cache
def longest_name() -> int:
    """Return how many characters the longest name has."""
    return max(map(len, names_with_kind()))


def _divided(name: str) -> tuple[str, str]:
    kind = next(kind for kind in _KINDS if name.endswith(kind))
    return name.removesuffix(kind), kind


def _without_peoples(base: str) -> str:
    found = _PEOPLE.search(base) if base.endswith(_ENDS_OF_PEOPLES) else None
    if found is None:
        return base
    # 东乡族自治县 has its name from its people, 内蒙古 as well.
    return base[: found.start()] if found.start() > 1 else base.removesuffix("族")
