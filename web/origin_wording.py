"""What a reader should know of how a document's origin was read: where from, what told places apart, what is left open."""

from collections.abc import Mapping
from types import MappingProxyType

from flask_babel import LazyString, gettext, lazy_gettext

from classifier import Findings, OpenQuestion, Origin
from web.wording import ORIGIN_NAMES

N_ = str  # Marks texts for the catalogue.

_PLACES: Mapping[str, LazyString] = MappingProxyType(
    {
        "title": lazy_gettext("the title"),
        "opening": lazy_gettext("the opening"),
        "signature": lazy_gettext("the signature"),
        "file name": lazy_gettext("the file's name"),
        "folder name": lazy_gettext("the folder's name"),
        "document number": lazy_gettext("the document's number"),
        "text": lazy_gettext("the text"),
        "sources.csv": "sources.csv",
    }
)
_QUESTIONS: Mapping[str, str] = MappingProxyType(
    {
        "ambiguous": N_("{written} may be {several}. Fill in the division code of the right one."),
        "unlisted": N_("{written} stands in no list of division codes; check the name, or fill in its code."),
        "no adcode": N_("{written} is a zone or a branch, which has no division code of its own."),
        "below county": N_("{written} lies below the county level, where the division codes end."),
        "contradiction": N_("{written} does not lie in {several}; check the name, or fill in its code."),
        "another time": N_("{written} is {several}, but not in that year; check the year, or fill in the code."),
        "planned": N_("{written} is the year planned for; the year reported on was not found."),
        "several years": N_("It is about several years ({written}); fill in the one under which it shall count."),
    }
)
QUESTION_KINDS = tuple(_QUESTIONS)
_OF_YEARS = ("planned", "several years")


def read_from(findings: Findings) -> str:
    """Return where each field was read, such as "Jurisdiction, Division code: the title; Year reported on: the opening"."""
    fields: dict[str, list[str]] = {}
    for name, place in findings.read_from.items():
        fields.setdefault(place, []).append(str(ORIGIN_NAMES[name]))
    comma, colon, semicolon = (str(gettext(mark)) for mark in (N_(", "), N_(": "), N_("; ")))
    return semicolon.join(f"{comma.join(names)}{colon}{_PLACES[place]}" for place, names in fields.items())


def remarks(findings: Findings, origin: Mapping[str, str]) -> list[str]:
    """Return what should be looked at in an ``origin`` as it stands; nothing on what was filled in by hand."""
    said = []
    if findings.told_apart_by:
        told = gettext("Several places have this name. It was taken for {place}, because of {where}; check it.")
        place = Origin(adcode=origin.get("adcode", "")).full_name
        said.append(told.format(place=place, where=_PLACES[findings.told_apart_by]))
    return [*said, *map(_said, open_questions(findings, origin))]


def open_questions(findings: Findings, origin: Mapping[str, str]) -> list[OpenQuestion]:
    """Return the questions that an ``origin`` as it stands leaves open: what was filled in by hand answers its own."""
    return [one for one in findings.questions if not origin.get("year" if one.kind in _OF_YEARS else "adcode")]


def _said(question: OpenQuestion) -> str:
    several = str(gettext(" or ")).join(question.candidates)
    return str(gettext(_QUESTIONS[question.kind])).format(written=question.written, several=several)
