"""How the origin of a document that was added was read: where, what told places apart, what was left open."""

from collections.abc import Mapping
from typing import Any

from web.api.parts import N_, list_of, one_of, record, text
from web.origin_wording import QUESTION_KINDS, open_questions
from web.uploads import Upload

FINDINGS_SCHEMA = record(
    {
        "read_from": {
            "type": "object",
            "description": N_("Where jurisdiction, adcode and year were read, such as title, opening or file name."),
            "additionalProperties": text(),
        },
        "told_apart_by": text(N_("Where several places have the name: what told them apart, to be checked; else empty.")),
        "left_open": list_of(
            record(
                {
                    "kind": one_of(QUESTION_KINDS, N_("What kind of question it is.")),
                    "written": text(N_("What stands in the report.")),
                    "candidates": list_of(text(), N_("What it may mean, or where it lies.")),
                }
            ),
            N_("What was not guessed; say it when you add the document, and it is answered."),
        ),
    },
    N_("How its origin was read."),
)
FINDINGS_EXAMPLE = {
    "read_from": {"jurisdiction": "title"},
    "told_apart_by": "",
    "left_open": [{"kind": "unlisted", "written": "清源县", "candidates": []}],
}


def findings_of(upload: Upload, given: Mapping[str, str]) -> dict[str, Any]:
    """Return what was found out about an origin of which some fields were ``given``."""
    found = upload.findings
    left_open = open_questions(found, vars(upload.origin))
    return {
        "read_from": {name: place for name, place in found.read_from.items() if name not in given},
        "told_apart_by": "" if {"jurisdiction", "adcode"} & given.keys() else found.told_apart_by,
        "left_open": [{"kind": one.kind, "written": one.written, "candidates": list(one.candidates)} for one in left_open],
    }
