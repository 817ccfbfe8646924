"""The theme mix, and the paragraphs behind each of its cells."""

from collections.abc import Mapping
from typing import Any

from flask import Response, jsonify

from classifier import COPIES, GROUPINGS, LEVELS, MEASURES, Codebook, Mix
from web.api.operations import Answer, Asked, Operation, Parameter, paging
from web.api.paragraphs import EXAMPLE as PARAGRAPH
from web.api.paragraphs import paragraph_record
from web.api.parts import N_, Schema, cursor, integer, list_of, one_of, or_null, record, ref, share, text
from web.services import services
from web.store.mix import NOT_STATED, SECTION_KINDS, cell_of, mix_of, read_query
from web.store.paragraphs import paragraphs_by_id

_NOT_IN_A_MIX = ("group", "theme", "after", "limit", "a", "b", "a_year", "b_year")


def mix(asked: Asked) -> Response:
    """Return a theme mix."""
    current = services().models.get()
    with services().database.reading() as session:
        corpus = services().corpus.get(session, current)
    return jsonify(mix_of(corpus, current.model, read_query(said_of_a_mix(asked.query), corpus.codebook)).to_dict())


def paragraphs(asked: Asked) -> Response:
    """List the paragraphs behind a cell, or behind a row."""
    current, query = services().models.get(), asked.query
    first, limit = query["after"] or 0, query["limit"]
    with services().database.reading() as session:
        corpus = services().corpus.get(session, current)
        asked_for = read_query(said_of_a_mix(query), corpus.codebook)
        cell = cell_of(corpus, current.model, asked_for, query["group"], query["theme"] or "")
        ids = cell.ids[first : first + limit].tolist()
        amounts = dict(zip(ids, cell.amounts[first : first + limit].tolist(), strict=True))
        views = paragraphs_by_id(session, current, ids)
    row = Mix(asked_for.by, asked_for.measure, None, "", (cell.row,)).to_dict()["rows"][0]
    return jsonify(
        row=row,
        share=vars(cell.share) if cell.share else None,
        total=len(cell.ids),
        paragraphs=[{**paragraph_record(view, corpus.codebook), "amount": amounts[view.id]} for view in views],
        next=first + limit if first + limit < len(cell.ids) else None,
    )


def said_of_a_mix(query: Mapping[str, Any]) -> dict[str, str]:
    """Return what a request says of the mix alone, for `read_query`."""
    return {name: value for name, value in query.items() if name not in _NOT_IN_A_MIX and value}


def schemas(book: Codebook, longest_text: int) -> dict[str, Schema]:
    """Return the schemas of what is answered here."""
    row = {
        "document": text(N_("The group, in a mix by document.")),
        "section_kind": text(N_("The group, in a mix by section_kind.")),
        "jurisdiction": text(N_("What all paragraphs of the row have in common; empty where they differ.")),
        "adcode": text(N_("The division code, in the same way.")),
        "level": one_of((*LEVELS, ""), N_("The level, in the same way.")),
        "year": text(N_("The year, in the same way.")),
        "paragraphs": integer(N_("How many paragraphs it has."), minimum=0),
        "labelled": integer(N_("How many of them carry a hand label: on all of their text, in a mix of text."), minimum=0),
        "shares": {
            "type": "object",
            "description": N_("By theme, or by leaf code where detail is 1."),
            "propertyNames": {"enum": list(book.all_codes)},
            "additionalProperties": ref("Share"),
        },
    }
    return {
        "Mix": record(
            {
                "by": one_of(GROUPINGS, N_("What the rows are.")),
                "measure": one_of(MEASURES, N_("What is shared out: paragraphs, or characters of text.")),
                "interval_level": or_null(share(N_("Of the intervals from low to high; null where no row has any."))),
                "snapshot": text(N_("Changes with everything that the table is made from.")),
                "copies": one_of(("once",), N_("Where paragraphs of a row that copy each other count once.")),
                "left_out": integer(N_("How many paragraphs were not counted therefore."), minimum=0),
                "rows": list_of(ref("MixRow"), N_("One for each group.")),
            },
            optional=("copies", "left_out"),
        ),
        "MixRow": record(row, optional=("document", "section_kind")),
        "Share": record(
            {
                "share": share(N_("The theme's share of the row.")),
                "low": or_null(share(N_("Where the interval begins; null where the share is counted or none is known."))),
                "high": or_null(share(N_("Where the interval ends."))),
                "count": integer(N_("Paragraphs, or characters, whose most probable theme it is."), minimum=0),
            }
        ),
        "Cell": record(
            {
                "row": ref("MixRow", N_("The row of the mix.")),
                "share": or_null(ref("Share"), N_("The cell; null for a whole row.")),
                "total": integer(N_("How many paragraphs stand behind it."), minimum=0),
                "paragraphs": list_of(ref("CountedParagraph"), N_("In order of document and position.")),
                "next": cursor(),
            }
        ),
    }


FILTERS = (
    Parameter("by", {**one_of(GROUPINGS, N_("What the rows are.")), "default": "jurisdiction"}, "jurisdiction"),
    Parameter("measure", {**one_of(MEASURES, N_("What is shared out.")), "default": "paragraphs"}, "paragraphs"),
    Parameter(
        "copies",
        {**one_of(COPIES, N_("Paragraphs of a row that copy each other: count each, or once.")), "default": "each"},
    ),
    Parameter("search", text(N_("Only places and documents with one of these words in their name."), maxLength=200)),
    Parameter("level", one_of((*LEVELS, NOT_STATED), N_("Only of this level; none: where it is not known."))),
    Parameter(
        "year",
        text(
            N_("Only of this year, in four digits; none: where it is not known."),
            maxLength=4,
            pattern="^([0-9]{4}|none)$",
            title="must be four digits, or none",
        ),
    ),
    Parameter("section_kind", one_of((*SECTION_KINDS, NOT_STATED), N_("Only from sections of this kind."))),
)
SHAPE = (
    Parameter("detail", {**one_of(("0", "1"), N_("1 opens themes into their sub-codes.")), "default": "0"}),
    Parameter("years", {**one_of(("0", "1"), N_("1 divides each row by year.")), "default": "0"}),
)
_SHARES = {"share": 0.142857, "low": None, "high": None, "count": 2}
_ROW = {
    "jurisdiction": "浙江省",
    "adcode": "330000",
    "level": "province",
    "year": "2023",
    "paragraphs": 14,
    "labelled": 14,
    "shares": {"business_environment": _SHARES},
}
_CELL = {"row": _ROW, "share": _SHARES, "total": 2, "paragraphs": [{**PARAGRAPH, "amount": 1}], "next": 1}
MIX = {
    "by": "jurisdiction",
    "measure": "paragraphs",
    "interval_level": None,
    "snapshot": "3f1c0a5be29d7c46",
    "rows": [_ROW],
}

OPERATIONS = (
    Operation(
        "GET",
        "/mix",
        mix,
        "Theme mix",
        N_("Read a theme mix"),
        N_(
            "The share of each theme in each group. Hand labels count where there are some, else the model's probabilities. "
            "The intervals, from low to high, come from the model's errors in jurisdictions that it had not seen: they are "
            "as wide as it has erred there, wider in short rows, narrower with every label, and hold for each theme by "
            "itself. Rows without one are counted."
        ),
        {
            200: Answer(
                N_("The table; without rows where nothing fits."),
                "Mix",
                MIX,
            )
        },
        (*FILTERS, *SHAPE),
    ),
    Operation(
        "GET",
        "/paragraphs",
        paragraphs,
        "Theme mix",
        N_("List the paragraphs behind a share"),
        N_("Exactly those that the count of a mix's cell counts; without a theme, all of the row."),
        {200: Answer(N_("A page of the paragraphs, and the cell that they stand behind."), "Cell", _CELL)},
        (
            *FILTERS,
            Parameter("group", text(N_("The row: its value of what by names."), maxLength=255), "浙江省", required=True),
            Parameter("theme", ref("AnyCode", N_("The share's theme or leaf code.")), "business_environment"),
            *paging(500, 100),
        ),
        problems=(404,),
    ),
)
