"""Paragraphs with what holds of them: the label where one holds, else the model's word; filters that agree with counts."""

from collections.abc import Iterator

import pytest
from application import services_of
from flask import Flask
from sqlalchemy import delete, event, select, update
from sqlalchemy.orm import Session

from web.errors import NotFoundError, RequestError
from web.store.corpus import load_corpus
from web.store.documents import delete_document
from web.store.labels import NewLabel, add_label
from web.store.paragraphs import ParagraphView, paragraph_page, paragraphs_by_id, theme_counts
from web.store.predictions import CurrentModel
from web.tables import CurrentLabel, Document, Paragraph, Prediction


@pytest.fixture
def current(app: Flask) -> CurrentModel:
    return services_of(app).models.get()


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    with services_of(app).database.writing() as session:
        yield session


def label(session: Session, current: CurrentModel, paragraph: int, theme: str, **more: object) -> None:
    values = {"annotator": "wang", "chosen_by": "document", **more}
    add_label(session, current.model.codebook, NewLabel(paragraph, theme, **values))  # type: ignore[arg-type]


def without_label(session: Session, current: CurrentModel, number: int) -> ParagraphView:
    """Take the derived label away, as if nobody had labelled the paragraph."""
    session.execute(delete(CurrentLabel).where(CurrentLabel.paragraph_id == number))
    return paragraphs_by_id(session, current, [number])[0]


def test_a_page_is_in_order_and_goes_on_behind_a_position(session: Session, current: CurrentModel) -> None:
    whole = paragraph_page(session, current, 3)
    first, rest = paragraph_page(session, current, 3, limit=10), paragraph_page(session, current, 3, after=10)
    assert [view.position for view in whole] == list(range(1, 31))
    assert first + rest == whole


def test_labels_lie_over_predictions_and_say_who_made_them(session: Session, current: CurrentModel) -> None:
    before = paragraph_page(session, current, 1)[4]
    assert (before.labelled, before.state, before.confidence) == (True, "settled", None)
    label(session, current, before.id, "publicity", kind="settlement", secondary=("mediation",), note="clear")
    after = paragraph_page(session, current, 1)[4]
    assert (after.theme, after.detail, after.secondary) == ("publicity", "publicity", ("mediation",))
    assert (after.annotators, after.note) == (("wang",), "clear")
    assert after.predicted == before.predicted and after.scores == before.scores


def test_without_a_label_the_model_speaks_with_its_confidence(session: Session, current: CurrentModel) -> None:
    view = without_label(session, current, 3)
    said = current.model.predict([view.text])[0]
    assert (view.theme, view.detail, view.secondary) == (said.theme, said.detail, said.secondary)
    assert view.predicted_band == said.band is not None
    assert view.confidence == pytest.approx(said.confidence) == pytest.approx(view.scores[view.theme], abs=1e-6)
    assert sum(view.scores.values()) == pytest.approx(1, abs=1e-6)
    assert (view.labelled, view.state, view.annotators) == (False, "", ())
    assert [(part.start, part.end, part.detail) for part in view.statements] == [
        (part.start, part.end, part.detail) for part in said.statements
    ]
    assert [part.confidence for part in view.statements] == pytest.approx(
        [part.confidence for part in said.statements], abs=1e-6
    )


def test_hand_labels_of_statements_are_shown_as_such(session: Session, current: CurrentModel) -> None:
    view = next(view for view in paragraph_page(session, current, 2) if len(view.statements) > 2)
    assert all(part.by_hand and part.confidence is None for part in view.statements)
    label(session, current, view.id, "party_building", statement=2, kind="settlement")
    after = paragraphs_by_id(session, current, [view.id])[0]
    assert after.statements[1].detail == "party_building"
    assert after.statements[0] == view.statements[0] and after.statements[2] == view.statements[2]


def test_a_conflict_leaves_the_word_to_the_model(session: Session, current: CurrentModel) -> None:
    number = 3
    model = session.get_one(Prediction, (current.id, number))
    session.execute(
        update(CurrentLabel)
        .where(CurrentLabel.paragraph_id == number, CurrentLabel.statement == 0)
        .values(state="conflict", theme="", annotators="li;wang")
    )
    view = paragraphs_by_id(session, current, [number])[0]
    assert (view.labelled, view.state, view.annotators) == (False, "conflict", ("li", "wang"))
    assert (view.detail, view.confidence) == (model.detail, model.confidence)


def test_a_label_whose_code_the_codebook_lacks_does_not_hold(session: Session, current: CurrentModel) -> None:
    session.execute(update(CurrentLabel).where(CurrentLabel.paragraph_id == 3).values(theme="sport"))
    view = paragraphs_by_id(session, current, [3])[0]
    assert not view.labelled and view.detail == view.predicted
    assert not any(part.by_hand for part in view.statements)


@pytest.mark.parametrize("document", [1, 2, 3, 4, 5])
def test_every_filter_has_as_many_paragraphs_as_its_count_and_as_the_corpus(
    app: Flask, session: Session, current: CurrentModel, document: int
) -> None:
    # Some by label, some by prediction.
    for number in session.scalars(select(Paragraph.id).where(Paragraph.document_id == document)).all()[::2]:
        without_label(session, current, number)
    session.flush()
    corpus = load_corpus(session, current, 0)
    book = current.model.codebook
    counts = theme_counts(session, current, document)
    assert sum(counts.values()) == session.get_one(Document, document).paragraph_count
    own = corpus.documents == document
    assert list(counts.values()) == corpus.counted[own].sum(axis=0).tolist()
    for code in book.all_codes:
        views = paragraph_page(session, current, document, theme=code)
        leaves = [leaf for leaf in book.leaf_codes if code in (leaf, book.entry(leaf).theme)]
        assert len(views) == sum(counts[leaf] for leaf in leaves)
        assert all(view.detail in leaves for view in views)
        assert [view.id for view in views] == corpus.behind(own, tuple(leaves), "paragraphs").tolist()


def test_ids_come_back_in_their_order_without_what_is_gone(session: Session, current: CurrentModel) -> None:
    assert [view.id for view in paragraphs_by_id(session, current, [40, 2, 9999, 17])] == [40, 2, 17]
    assert paragraphs_by_id(session, current, []) == []
    delete_document(session, 1)
    assert [view.id for view in paragraphs_by_id(session, current, [40, 2, 17])] == [40, 17]


def test_unknown_documents_and_codes_are_refused(session: Session, current: CurrentModel) -> None:
    with pytest.raises(NotFoundError):
        paragraph_page(session, current, 99)
    with pytest.raises(RequestError, match="mediation"):
        paragraph_page(session, current, 1, theme="sport")


def test_a_page_asks_the_database_a_fixed_number_of_questions(app: Flask, session: Session, current: CurrentModel) -> None:
    asked: list[str] = []
    session.connection()  # Its transaction has begun.
    engine = services_of(app).database.engine
    event.listen(engine, "before_cursor_execute", lambda *arguments: asked.append(arguments[2]))
    paragraph_page(session, current, 3, limit=2)
    few = len(asked)
    paragraph_page(session, current, 3, limit=30)
    assert len(asked) - few <= few <= 4
    assert not any("documents.text" in question for question in asked if "paragraphs" in question)
