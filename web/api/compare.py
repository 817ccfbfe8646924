"""Two rows of a theme mix side by side: differences, telling terms, typical paragraphs."""

from flask import Response, jsonify

from classifier import GROUPINGS, MEASURES, VERDICTS, Codebook
from web.api.mix import FILTERS, SHAPE, said_of_a_mix
from web.api.operations import Answer, Asked, Operation, Parameter
from web.api.parts import N_, Schema, integer, list_of, number, one_of, or_null, record, ref, share, text
from web.services import services
from web.store.comparison import Side, compared
from web.store.mix import read_query


def compare(asked: Asked) -> Response:
    """Return a comparison."""
    current, said = services().models.get(), asked.query
    query = read_query(said_of_a_mix(said), current.model.codebook)
    a, b = (Side(said[name], (said[f"{name}_year"] or "") if query.by_year else "") for name in ("a", "b"))
    with services().database.reading() as session:
        corpus = services().corpus.get(session, current)
        found = compared(session, corpus, current.model, query, a, b, said["theme"] or "")
    answer = found.comparison.to_dict()
    for side, ids in (("a", found.typical_a), ("b", found.typical_b)):
        answer["paragraphs"][side] = [
            {"id": own, **paragraph} for own, paragraph in zip(ids, answer["paragraphs"][side], strict=True)
        ]
    return jsonify(answer)


def schemas(book: Codebook, longest_text: int) -> dict[str, Schema]:
    """Return the schemas of what is answered here."""
    points = {"minimum": -1, "maximum": 1}
    return {
        "Comparison": record(
            {
                "by": one_of(GROUPINGS, N_("What the rows are.")),
                "measure": one_of(MEASURES, N_("What is shared out: paragraphs, or characters of text.")),
                "interval_level": or_null(share(N_("Of the intervals from low to high; null where no row has any."))),
                "draws_level": share(N_("Of the intervals from draws_low to draws_high.")),
                "snapshot": text(N_("Changes with everything that the table is made from.")),
                "a": ref("MixRow", N_("The first row.")),
                "b": ref("MixRow", N_("The second row.")),
                "differences": {
                    "type": "object",
                    "description": N_("By theme, or by leaf code where detail is 1."),
                    "propertyNames": {"enum": list(book.all_codes)},
                    "additionalProperties": ref("Difference"),
                },
                "theme": text(N_("The theme that terms and paragraphs are of; empty: all.")),
                "terms": record(
                    {
                        "left_out": list_of(text(), N_("Names of places that no term holds.")),
                        "a": list_of(ref("TellingTerm"), N_("Terms that the first row uses more, the surest first.")),
                        "b": list_of(ref("TellingTerm"), N_("Those of the second row.")),
                    },
                    N_("What tells the two apart in words."),
                ),
                "paragraphs": record(
                    {
                        "a": list_of(
                            ref("TypicalParagraph"), N_("Paragraphs of the first row that hold most of its terms.")
                        ),
                        "b": list_of(ref("TypicalParagraph"), N_("Those of the second row.")),
                    },
                    N_("Paragraphs to read."),
                ),
            }
        ),
        "Difference": record(
            {
                "difference": number(N_("The first row's share less the second's."), **points),
                "low": or_null(
                    number(N_("Where its interval begins; null where it is counted or none is known."), **points)
                ),
                "high": or_null(number(N_("Where the interval ends."), **points)),
                "draws_low": or_null(
                    number(N_("Where the interval begins if paragraphs are seen as independent draws."), **points)
                ),
                "draws_high": or_null(number(N_("Where that interval ends."), **points)),
                "verdict": one_of(VERDICTS, N_("What may be said of it; the draws play no part in it.")),
            }
        ),
        "TellingTerm": record(
            {
                "term": text(N_("A word or a set phrase.")),
                "a": integer(N_("How often it stands in the first row."), minimum=0),
                "b": integer(N_("How often it stands in the second row."), minimum=0),
                "log_odds": number(N_("Its weighted log-odds ratio; above 0: more in the first row.")),
                "z": number(N_("That over its standard deviation.")),
            }
        ),
        "TypicalParagraph": record(
            {
                "id": integer(N_("Its number."), minimum=1),
                "document": text(N_("The document's name.")),
                "position": integer(N_("Its position in the document."), minimum=1),
                "text": text(N_("Its text.")),
                "terms": list_of(text(), N_("The telling terms that it holds.")),
            }
        ),
    }


_YEAR = {"maxLength": 4, "pattern": "^([0-9]{4})?$", "title": "must be four digits"}
_TERM = {"term": "普法", "a": 1, "b": 18, "log_odds": -1.62, "z": -2.601}
_SHARES = {"share": 0.142857, "low": None, "high": None, "count": 2}
_ROW = {
    "jurisdiction": "嘉兴市",
    "adcode": "330400",
    "level": "city",
    "year": "2022",
    "paragraphs": 19,
    "labelled": 19,
    "shares": {"publicity": _SHARES},
}
_PARAGRAPH = {"id": 80, "document": "004.txt", "position": 7, "text": "开展普法宣传活动12场。", "terms": ["普法", "活动"]}

OPERATIONS = (
    Operation(
        "GET",
        "/compare",
        compare,
        "Theme mix",
        N_("Compare two rows of a theme mix"),
        N_(
            "Where their shares differ, with an interval for what is estimated, the terms that tell them apart (weighted "
            "log-odds), and typical paragraphs of each."
        ),
        {
            200: Answer(
                N_("The comparison."),
                "Comparison",
                {
                    "by": "jurisdiction",
                    "measure": "paragraphs",
                    "interval_level": None,
                    "draws_level": 0.95,
                    "snapshot": "3f1c0a5be29d7c46",
                    "a": _ROW,
                    "b": {**_ROW, "jurisdiction": "西湖区", "adcode": "330106", "level": "county", "year": "2024"},
                    "differences": {
                        "publicity": {
                            "difference": -0.153846,
                            "low": None,
                            "high": None,
                            "draws_low": -0.42,
                            "draws_high": 0.047,
                            "verdict": "b_higher",
                        }
                    },
                    "theme": "",
                    "terms": {"left_out": ["嘉兴", "西湖"], "a": [], "b": [_TERM]},
                    "paragraphs": {"a": [], "b": [_PARAGRAPH]},
                },
            )
        },
        (
            Parameter("a", text(N_("The first row: its value of what by names."), maxLength=255), "嘉兴市", required=True),
            Parameter("b", text(N_("The second row."), maxLength=255), "西湖区", required=True),
            *FILTERS,
            Parameter("theme", ref("AnyCode", N_("Keeps terms and paragraphs to those of a theme or leaf code."))),
            *SHAPE,
            Parameter("a_year", text(N_("The first row's year, where years is 1."), **_YEAR)),
            Parameter("b_year", text(N_("The second row's year."), **_YEAR)),
        ),
        problems=(404,),
    ),
)
