"""What a web page states of its article in ``meta`` elements or a table: title, issuer, document number, date."""

import re
from typing import Any

_SITE = re.compile(r"\s*[-_|｜—–]+\s*[^-_|｜—–]*(?:网|门户|局|厅|政府|平台|公开)\s*$")
_DATE = re.compile(r"((?:19|20)\d\d)\s*[-年./]\s*(\d{1,2})\s*[-月./]\s*(\d{1,2})")
_PUBLISHED = re.compile(r"(?:发布|公布|公开|成文|印发|发文)(?:时间|日期)\s*[:：]?\s*" + _DATE.pattern)
_NUMBER = re.compile(
    r"(?:文号|文件编号|发文字号)\s*[:：]?\s*([\u4e00-\u9fff]{2,12}\s*[〔\[［（(]\s*\d{4}\s*[〕\]］）)]\s*\d+\s*号)"
)
_ISSUER = re.compile(
    r"(?:发布机构|发布单位|发文机关|制发机关|责任部门|信息来源|来源)\s*[:：]?\s*([\u4e00-\u9fff]{2,30}(?:局|厅|政府|办公室|委员会|部))"
)


def title_of(root: Any) -> str:
    """Return the article's title: as ``meta`` states it, else a heading that the page's title holds, else that title."""
    stated = _meta(root, "ArticleTitle")
    if stated:
        return stated
    whole = _text(next(root.iter("title"), None))
    for heading in root.iter("h1", "h2", "h3"):
        text = _text(heading)
        if text and (text in whole or (heading.tag == "h1" and not whole)):
            return text
    while (shorter := _SITE.sub("", whole)) and shorter != whole:
        whole = shorter
    return whole


def origin_of(root: Any, title: str, page: str) -> dict[str, str]:
    """Return what a page states, as fields of `Origin`; ``page`` is all of its text in lines."""
    found = {name: match for name, pattern in (("number", _NUMBER), ("issuer", _ISSUER)) if (match := pattern.search(page))}
    stated = _DATE.search(_meta(root, "PubDate")) or _PUBLISHED.search(page)
    source = _ISSUER.search(f"来源：{_meta(root, 'ContentSource')}")
    issuer = source or found.get("issuer")
    return {
        "title": title,
        "issuer": issuer[1] if issuer else "",
        "document_number": "".join(found["number"][1].split()) if "number" in found else "",
        "published": "-".join((stated[1], stated[2].zfill(2), stated[3].zfill(2))) if stated else "",
    }


def _meta(root: Any, name: str) -> str:
    for element in root.iter("meta"):
        if element.get("name", "").lower() == name.lower():
            return " ".join(element.get("content", "").split())
    return ""


def _text(element: Any) -> str:
    return " ".join("".join(element.itertext()).split()) if element is not None else ""
