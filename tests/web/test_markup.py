"""A paragraph's view: statements in their colours, and the terms that decided it marked."""

import pytest

from classifier import Code, Codebook, Evidence, Model, split_statements
from web.explained import explain_paragraph
from web.markup import Piece, statement_views

BOOK = Codebook("1", (Code("a", "甲", "A"), Code("b", "乙", "B")), (Code("b.x", "子", "X"), Code("b.y", "丑", "Y")))


def pieces(text: str, *evidence: Evidence) -> list[tuple[str, int]]:
    return [(piece.text, piece.level) for view in statement_views(text, [], BOOK, evidence) for piece in view.pieces]


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        ([], [("全年调解纠纷", 0)]),
        ([Evidence("调解", 2, 4, 1.0)], [("全年", 0), ("调解", 4), ("纠纷", 0)]),
        ([Evidence("调解", 2, 4, -1.0)], [("全年", 0), ("调解", -4), ("纠纷", 0)]),
        ([Evidence("调解", 2, 4, 1.0), Evidence("纠纷", 4, 6, -0.5)], [("全年", 0), ("调解", 4), ("纠纷", -3)]),
        # Traces that are faint beside the strongest are not marked.
        ([Evidence("调解", 2, 4, 1.0), Evidence("纠纷", 4, 6, 0.05)], [("全年", 0), ("调解", 4), ("纠纷", 0)]),
        # A strong term is marked to its end, where overlapping ones leave only its beginning marked.
        (
            [Evidence("调解", 2, 4, 1.0), Evidence("解纠纷", 3, 6, 0.3), Evidence("纷", 5, 6, -0.1)],
            [("全年", 0), ("调解纠纷", 4)],
        ),
    ],
    ids=["none", "for", "against", "both", "faint", "whole term"],
)
def test_deciding_terms_are_marked_by_sign_and_strength(evidence: list[Evidence], expected: list[tuple[str, int]]) -> None:
    assert pieces("全年调解纠纷", *evidence) == expected


def test_a_mark_names_its_terms_with_their_weights_strongest_first() -> None:
    [view] = statement_views(
        "调解员", [], BOOK, [Evidence("调", 0, 1, 0.2), Evidence("调解", 0, 2, 1.0), Evidence("解员", 1, 3, 0.5)]
    )
    assert view.pieces == (Piece("调解员", 4, (("调解", 1.0), ("解员", 0.5), ("调", 0.2))),)


def test_statements_have_the_place_of_their_theme_and_keep_what_stands_between_them() -> None:
    views = statement_views("一。 二。", [(0, 2, "a", 0.9, False), (3, 5, "b.y", None, True)], BOOK)
    assert [(view.place, view.theme, view.detail, view.confidence, view.by_hand) for view in views] == [
        (0, "a", "a", 0.9, False),
        (1, "b", "b.y", None, True),
    ]
    assert ["".join(piece.text for piece in view.pieces) for view in views] == ["一。 ", "二。"]


@pytest.mark.parametrize(
    "text",
    ["调解纠纷三百件。培训调解员二十名；开展普法。", "  <b>调解</b>&amp;\n普法。 ", "", "——", "😀调解\u3000员" * 30],
)
def test_the_pieces_together_are_the_text(text: str, model: Model) -> None:
    spans = [(start, end, "mediation", 0.5, False) for start, end in split_statements(text)]
    views = statement_views(text, spans, model.codebook, model.explain(text).evidence)
    assert "".join(piece.text for view in views for piece in view.pieces) == text


def test_an_explained_paragraph_adds_up(model: Model) -> None:
    from classifier import read_upload

    reading = read_upload("全年人民调解组织化解纠纷三百件。举办普法讲座二十场。".encode(), "text.txt")
    explained = explain_paragraph(model, reading.paragraphs[0])  # type: ignore[union-attr]
    assert explained.prediction.theme == "mediation"
    assert [view.theme for view in explained.views] == ["mediation", "publicity"]
    assert explained.ranked[0] == ("mediation", explained.prediction.confidence)
    assert sum(weight for _, weight in explained.explanation.terms()) == pytest.approx(explained.terms_total)
    assert all(weight > 0 for _, weight in explained.speaking_for) and len(explained.speaking_for) <= 12
    assert all(weight < 0 for _, weight in explained.speaking_against)
