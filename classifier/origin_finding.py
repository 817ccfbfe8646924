"""Where a document comes from: its jurisdiction with its adcode, and its year, read from what it says of itself.

Names that several places have (西湖区, 朝阳区) are told apart by what else the document says; what stays open is left open,
and every finding tells where it was read, so that nothing is guessed in silence.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Literal

from classifier.jurisdictions import FIRST_YEAR, LAST_YEAR, Jurisdiction, full_name, of_date, with_adcode
from classifier.namesakes import choose
from classifier.origins import Origin
from classifier.reported_years import ReportedYear
from classifier.self_description import SelfDescription
from classifier.titles import NamedPlace, chain_at

QuestionKind = Literal[
    "ambiguous", "unlisted", "no adcode", "below county", "contradiction", "another time", "planned", "several years"
]

_LEVEL_BY_SUFFIX = (
    ("province", ("省", "自治区")),
    ("county", ("自治县", "自治旗", "县", "区", "旗")),
    ("city", ("自治州", "地区", "州", "盟", "市")),
)


@dataclass(frozen=True)
class OpenQuestion:
    """What a document says of its origin that leaves something open: as it is ``written``, and what it may mean.

    ``candidates`` are names with adcodes: those to choose from, or what an unknown place lies in.
    """

    kind: QuestionKind
    written: str
    candidates: tuple[str, ...] = ()

    def __str__(self) -> str:
        several = " or ".join(self.candidates)
        inside = f"; it lies in {several}" if several else ""
        return {
            "ambiguous": f"{self.written} may be {several}",
            "unlisted": f"{self.written} has no adcode in the table of {FIRST_YEAR} to {LAST_YEAR}{inside}",
            "no adcode": f"{self.written} is no county and has no adcode{inside}",
            "below county": f"{self.written} is below the county level and has no adcode{inside}",
            "contradiction": f"{self.written} does not lie in {several}",
            "another time": f"{self.written} is {several}, but not in that year",
            "planned": f"{self.written} is the year planned for, not one reported on",
            "several years": f"it is about several years: {self.written}",
        }[self.kind]


@dataclass(frozen=True)
class Findings:
    """Where each field of an origin was read, what told places of one name apart, and what is left open."""

    read_from: Mapping[str, str] = field(default_factory=dict)
    told_apart_by: str = ""
    questions: tuple[OpenQuestion, ...] = ()


def find_origin(
    text: str, stated: Origin | None = None, *, file_name: str = "", folders: Sequence[str] = ()
) -> tuple[Origin, Findings]:
    r"""Complete what is ``stated`` of a text's origin from its title, opening, signature and file name, in this order.

    ``folders`` are the names of those that the file lies in; they only help to tell places of one name apart.

    >>> origin, findings = find_origin("西湖区司法局2023年工作总结\n2023年，西湖区在杭州市的指导下依法行政。")
    >>> origin.adcode, origin.level, origin.year, findings.told_apart_by
    ('330106', 'county', '2023', 'opening')
    """
    stated = stated or Origin()
    lines = SelfDescription(text, stated.title, file_name, folders)
    year_from, year = ("sources.csv", ReportedYear(stated.year)) if stated.year else lines.year()
    questions = _questions_of_year(year)
    origin = replace(stated, year=year.year)
    known = [("sources.csv", _stated_place(stated))] if stated.jurisdiction or stated.adcode else []
    places = chain(known, lines.places())
    where, place = next(places, ("", None))
    if place is None:
        return origin, Findings(_filled(year=year_from), "", questions)
    chosen, told_apart_by = choose(place, year.year, places, lines, stated.document_number)
    if len(chosen) != 1 and not (place.kind == "unlisted" and where == "sources.csv"):
        questions = (*questions, _question_of_place(place, chosen))
    found = _described(place, chosen)
    origin = replace(origin, **{name: getattr(stated, name) or value for name, value in found.items()})
    read_from = _filled(jurisdiction=where, adcode=where if origin.adcode else "", year=year_from)
    return origin, Findings(read_from, told_apart_by, questions)


def complete_origin(origin: Origin) -> Origin:
    """Fill what follows from a jurisdiction that is stated: the adcode where one place alone has that name, and the level.

    >>> [complete_origin(Origin(jurisdiction=name)).adcode for name in ("浦江县", "西湖区")]
    ['330726', '']
    """
    found, _ = find_origin("", replace(origin, title="")) if origin.jurisdiction or origin.adcode else (origin, None)
    return replace(found, title=origin.title)


def level_of(jurisdiction: str) -> str:
    """Return province, city or county by the table of adcodes, else by the name's ending, or an empty string.

    >>> level_of("浦江县"), level_of("义乌市"), level_of("重庆市"), level_of("")
    ('county', 'county', 'province', '')
    """
    levels = {one.level for one in of_date(_listed(jurisdiction), None)}
    if levels:
        return levels.pop() if len(levels) == 1 else ""
    return next((level for level, ends in _LEVEL_BY_SUFFIX if jurisdiction.endswith(ends)), "")


def _listed(name: str) -> tuple[Jurisdiction, ...]:
    """Return what a name, such as 西湖区, 杭州 or 杭州市西湖区, may mean."""
    found = chain_at(name, 0)
    return found.candidates if found and found.end == len(name) else ()


def _stated_place(stated: Origin) -> NamedPlace:
    by_adcode = with_adcode(stated.adcode) if stated.adcode else None
    if by_adcode:
        return NamedPlace(stated.jurisdiction or by_adcode.name, (by_adcode,))
    listed = tuple(one for one in _listed(stated.jurisdiction) if stated.level in ("", one.level))
    return NamedPlace(stated.jurisdiction, listed, "listed" if listed and not stated.adcode else "unlisted")


def _described(place: NamedPlace, chosen: Sequence[Jurisdiction]) -> dict[str, str]:
    """Return the fields that a place fills: all where one jurisdiction was chosen, else what all that it may be share."""
    if len(chosen) == 1:
        return {"jurisdiction": chosen[0].name, "adcode": chosen[0].adcode, "level": chosen[0].level}
    if place.kind != "listed":
        level = "" if place.kind in ("no adcode", "below county") else level_of(place.written)
        return {"jurisdiction": place.written, "adcode": "", "level": level}
    names, levels = ({getattr(one, field) for one in place.candidates} for field in ("name", "level"))
    alike = [values.pop() if len(values) == 1 else "" for values in (names, levels)]
    return {"jurisdiction": alike[0], "adcode": "", "level": alike[1]}


def _question_of_place(place: NamedPlace, chosen: Sequence[Jurisdiction]) -> OpenQuestion:
    kind: QuestionKind = place.kind if place.kind != "listed" else "ambiguous" if chosen else "another time"
    several = chosen or place.candidates
    return OpenQuestion(kind, place.written, tuple(f"{full_name(one)} ({one.adcode})" for one in several))


def _questions_of_year(found: ReportedYear) -> tuple[OpenQuestion, ...]:
    if found.several:
        return (OpenQuestion("several years", ", ".join(found.several)),)
    return (OpenQuestion("planned", found.planned),) if found.planned else ()


def _filled(**values: str) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}
