"""Tell places of one name apart (西湖区 of 杭州 and of 南昌) by what else a document says, never by what is likelier."""

import re
from collections.abc import Iterable, Iterator, Sequence

from classifier.jurisdictions import Jurisdiction, above, of_date
from classifier.place_names import plain_names, stem
from classifier.self_description import SelfDescription
from classifier.titles import NamedPlace

_OFFICE = re.compile(r"(?P<letters>[\u4e00-\u9fff]{2,8})[〔\[(【]20\d\d[〕\])】]")
# With what an office's name begins in its documents' numbers (浙司〔2024〕1号), by the first digits of the adcode.
_PROVINCES = (
    "11京 12津 13冀 14晋 15蒙 21辽 22吉 23黑 31沪 32苏 33浙 34皖 35闽 36赣 37鲁 41豫 42鄂 43湘 44粤 45桂 46琼 "
    "50渝 51川 52黔 53滇 54藏 61陕 62甘 63青 64宁 65新"
)
_LETTER_OF_PROVINCE = {pair[:2]: pair[2] for pair in _PROVINCES.split()}
_OFTEN = 2

Chosen = tuple[list[Jurisdiction], str]


def choose(
    place: NamedPlace,
    year: str,
    others: Iterable[tuple[str, NamedPlace]],
    lines: SelfDescription,
    document_number: str = "",
) -> Chosen:
    """Return the jurisdictions that a place can be in a year, and what told them apart where only one is left of several.

    ``others`` are further places that the document speaks for. All are returned where no kind of evidence speaks for one
    alone, or where two speak for different ones.
    """
    if place.kind != "listed":
        return [], ""
    candidates = list(
        {one.adcode: one for one in of_date(place.candidates, int(year) if year.isdecimal() else None)}.values()
    )
    if len(candidates) < 2:
        return candidates, ""
    evidence = _evidence(place.written, candidates, others, lines, document_number)
    decisive = [(where, found[0]) for where, found in evidence if len(found) == 1]
    if len({one for _, one in decisive}) == 1:
        where, one = decisive[0]
        return [one], where
    return candidates, ""


def _evidence(
    written: str,
    candidates: Sequence[Jurisdiction],
    others: Iterable[tuple[str, NamedPlace]],
    lines: SelfDescription,
    document_number: str,
) -> Iterator[tuple[str, list[Jurisdiction]]]:
    """Yield, for each kind of evidence, those candidates that it supports; the name as it is ``written`` supports none."""
    shared = len({one.name for one in candidates}) == 1
    own: dict[Jurisdiction, set[str]] = {one: set() if shared else set(plain_names(one.name)) for one in candidates}
    for where, other in others:
        yield where, [one for one in candidates if one in other.candidates]
    for where, texts, names in (
        ("title", lines.title, _names_in_a_title),
        ("folder name", lines.folders, _names_in_a_title),
        ("file name", [lines.file_name], _names_in_a_title),
        ("opening", lines.opening, _names_in_running_text),
        ("signature", lines.closing, _names_in_running_text),
    ):
        yield where, [one for one in candidates if _times_named((names(one) | own[one]) - {written}, texts)]
    numbers = {found["letters"] for line in (document_number, *lines.opening) for found in _OFFICE.finditer(line)}
    yield "document number", [one for one in candidates if any(number[0] in _letters(one) for number in numbers)]
    text = re.sub(r"\s", "", lines.text)
    times = {one: _times_named(_names_in_running_text(one) | own[one], [text]) for one in candidates}
    named = [one for one in candidates if times[one]]
    yield "text", named if all(times[one] >= _OFTEN for one in named) else []


def _names_in_a_title(one: Jurisdiction) -> set[str]:
    return {*_names_in_running_text(one), *(name for parent in above(one) if (name := stem(parent.name)))}


def _names_in_running_text(one: Jurisdiction) -> set[str]:
    """Return the names of what a jurisdiction lies in, and its own behind their stems."""
    parents = above(one)
    behind = {stem(parent.name) + own for parent in parents for own in (one.name, stem(one.name)) if own}
    return {*behind, *(name for parent in parents for name in plain_names(parent.name))}


def _times_named(names: Iterable[str], texts: Sequence[str]) -> int:
    return sum(text.count(name) for name in names for text in texts)


def _letters(one: Jurisdiction) -> set[str]:
    cities = {parent.name[0] for parent in above(one) if parent.level == "city"}
    return cities | {_LETTER_OF_PROVINCE.get(one.adcode[:2], "")} - {""}
