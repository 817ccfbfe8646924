"""The label log: what it derives, what is taken back, what is sent twice, and how it is read page by page."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from application import services_of
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from classifier import Codebook
from web.errors import ConflictError, NotFoundError, RequestError
from web.store.derived_labels import derive_all
from web.store.documents import delete_document
from web.store.labels import (
    NewLabel,
    add_label,
    current_label,
    labelled_by,
    labels_since,
    latest_by_annotator,
    log_annotators,
    log_page,
    undo_label,
    withdraw_label,
)
from web.store.revisions import now, revision
from web.tables import CurrentLabel, Document, Label, Paragraph


@pytest.fixture
def book(app: Flask) -> Codebook:
    return services_of(app).models.get().model.codebook


@pytest.fixture
def unit(app: Flask) -> int:
    """A paragraph that nobody has labelled."""
    return new_unit(app, 1)


def new_unit(app: Flask, position: int) -> int:
    """Add an unlabelled paragraph to the first document."""
    with services_of(app).database.writing() as session:
        document = session.scalars(select(Document).order_by(Document.id)).first()
        assert document is not None
        paragraph = Paragraph(
            document_id=document.id,
            position=1000 + position,
            text=f"调解纠纷{position}件。",
            digest=str(position),
            spans=[],
            section=[],
            section_kind="achievements",
        )
        session.add(paragraph)
        session.flush()
        return paragraph.id


def give(app: Flask, paragraph_id: int, theme: str, annotator: str = "wang", **more: object) -> int:
    services = services_of(app)
    with services.database.writing() as session:
        new = NewLabel(paragraph_id, theme, annotator, **{"chosen_by": "document", **more})  # type: ignore[arg-type]
        return add_label(session, services.models.get().model.codebook, new).id


def take_back(app: Flask, paragraph_id: int, annotator: str = "wang") -> None:
    services = services_of(app)
    with services.database.writing() as session:
        withdraw_label(session, services.models.get().model.codebook, paragraph_id, annotator)


def holding(app: Flask, paragraph_id: int) -> tuple[str, str] | None:
    """The state and theme of a unit's current label."""
    with services_of(app).database.reading() as session:
        found = current_label(session, paragraph_id)
        return (found.state, found.theme) if found else None


STEPS = [
    ("nothing", [], None),
    ("one label", [("wang", "mediation")], ("agreed", "mediation")),
    ("the newest of an annotator's own", [("wang", "mediation"), ("wang", "publicity")], ("agreed", "publicity")),
    ("two who agree", [("wang", "mediation"), ("li", "mediation")], ("agreed", "mediation")),
    ("two who differ", [("wang", "mediation"), ("li", "publicity")], ("conflict", "")),
    ("a label taken back", [("wang", "mediation"), ("wang", None)], None),
    (
        "the earlier label stands again",
        [("wang", "mediation"), ("wang", "publicity"), ("wang", None)],
        ("agreed", "mediation"),
    ),
    ("taken back twice", [("wang", "mediation"), ("wang", "publicity"), ("wang", None), ("wang", None)], None),
    ("labelled anew", [("wang", "mediation"), ("wang", None), ("wang", "publicity")], ("agreed", "publicity")),
    ("a conflict that one takes back", [("wang", "mediation"), ("li", "publicity"), ("li", None)], ("agreed", "mediation")),
    (
        "a conflict that comes back with the earlier label",
        [("wang", "mediation"), ("li", "publicity"), ("li", "mediation"), ("li", None)],
        ("conflict", ""),
    ),
]


@pytest.mark.parametrize(("steps", "expected"), [case[1:] for case in STEPS], ids=[case[0] for case in STEPS])
def test_what_holds_is_derived_from_all_entries(
    app: Flask, unit: int, steps: list[tuple[str, str | None]], expected: tuple[str, str] | None
) -> None:
    for annotator, theme in steps:
        if theme is None:
            take_back(app, unit, annotator)
        else:
            give(app, unit, theme, annotator)
    assert holding(app, unit) == expected
    services = services_of(app)
    with services.database.writing() as session:
        derive_all(session, services.models.get().model.codebook)
    assert holding(app, unit) == expected
    with services_of(app).database.reading() as session:
        assert session.scalar(select(func.count(Label.id)).where(Label.paragraph_id == unit)) == len(steps)


def test_a_settlement_holds_whatever_is_voted_later(app: Flask, unit: int) -> None:
    give(app, unit, "mediation")
    give(app, unit, "legal_aid", "zhao", kind="settlement")
    give(app, unit, "publicity", "li")
    assert holding(app, unit) == ("settled", "legal_aid")
    with services_of(app).database.reading() as session:
        assert set(latest_by_annotator(session, unit)) == {"wang", "li"}


def test_nothing_can_be_taken_back_twice_over(app: Flask, unit: int) -> None:
    with pytest.raises(NotFoundError):
        take_back(app, unit)
    give(app, unit, "mediation", "li")
    with pytest.raises(NotFoundError):
        take_back(app, unit)


def test_a_certain_label_is_undone_once_however_often_it_is_asked(app: Flask, book: Codebook, unit: int) -> None:
    give(app, unit, "mediation")
    second = give(app, unit, "publicity")
    with services_of(app).database.writing() as session:
        first_time = undo_label(session, book, second, "wang").id
        assert undo_label(session, book, second, "wang").id == first_time
    assert holding(app, unit) == ("agreed", "mediation")


def test_only_ones_own_newest_label_is_undone(app: Flask, book: Codebook, unit: int) -> None:
    first = give(app, unit, "mediation")
    give(app, unit, "publicity")
    settled = give(app, unit, "legal_aid", kind="settlement")
    with services_of(app).database.writing() as session:
        with pytest.raises(ConflictError, match="newer"):
            undo_label(session, book, first, "wang")
        for label_id, annotator in ((first, "li"), (settled, "wang"), (10**6, "wang")):
            with pytest.raises(NotFoundError):
                undo_label(session, book, label_id, annotator)


def test_a_label_that_is_sent_twice_counts_once(app: Flask, unit: int) -> None:
    assert give(app, unit, "mediation", request="r1") == give(app, unit, "mediation", request="r1")
    with pytest.raises(ConflictError):
        give(app, unit, "publicity", request="r1")


@pytest.mark.parametrize(
    ("theme", "secondary", "error"),
    [
        ("nonsense", (), "not in the codebook"),
        ("other", (), "not in the codebook"),
        ("mediation", ("other",), "not allowed"),
        ("mediation", ("mediation",), "named twice"),
        ("mediation", ("publicity", "publicity"), "named twice"),
    ],
)
def test_codes_that_the_codebook_does_not_allow_are_refused(
    app: Flask, unit: int, theme: str, secondary: tuple[str, ...], error: str
) -> None:
    with pytest.raises(RequestError, match=error):
        give(app, unit, theme, secondary=secondary)
    assert holding(app, unit) is None


def test_paragraphs_of_deleted_documents_take_no_label_and_give_none_back(app: Flask, unit: int) -> None:
    give(app, unit, "mediation")
    with services_of(app).database.writing() as session:
        delete_document(session, session.get_one(Paragraph, unit).document_id)
    for change in (
        lambda: give(app, unit, "publicity"),
        lambda: take_back(app, unit),
        lambda: give(app, 10**6, "publicity"),
    ):
        with pytest.raises(NotFoundError):
            change()


def test_every_entry_raises_the_revision(app: Flask, unit: int) -> None:
    seen = []
    for step in (lambda: give(app, unit, "mediation"), lambda: take_back(app, unit)):
        step()
        with services_of(app).database.reading() as session:
            seen.append(revision(session))
    assert seen[1] == seen[0] + 1


def test_who_has_labelled_what_leaves_out_what_was_taken_back(app: Flask) -> None:
    units = [new_unit(app, number) for number in range(4)]
    give(app, units[0], "mediation", chosen_by="suspected")
    give(app, units[1], "mediation")
    take_back(app, units[1])
    give(app, units[2], "mediation", kind="settlement")
    give(app, units[3], "mediation", "li")
    with services_of(app).database.reading() as session:
        assert set(session.scalars(labelled_by("wang"))) == {units[0], units[2]}
        assert set(session.scalars(labelled_by("wang", chosen_by="suspected"))) == {units[0]}
        assert labels_since(session, "wang", now() - timedelta(hours=1)) == 1
        assert labels_since(session, "wang", now() + timedelta(hours=1)) == 0


def test_the_log_is_read_from_its_end_page_by_page(app: Flask) -> None:
    units = [new_unit(app, number) for number in range(5)]
    given = [give(app, unit, "mediation") for unit in units]
    with services_of(app).database.reading() as session:
        first = log_page(session, limit=3, annotator="wang")
        rest = log_page(session, after=first[-1].label.id, limit=3, annotator="wang")
        assert [entry.label.id for entry in (*first, *rest)] == given[::-1]
        assert first[0].text == "调解纠纷4件。" and first[0].position == 1004 and first[0].jurisdiction == "浙江省"


def test_the_log_is_filtered_by_annotator_document_and_kind(app: Flask, unit: int) -> None:
    give(app, unit, "mediation")
    take_back(app, unit)
    give(app, unit, "publicity", "li")
    with services_of(app).database.reading() as session:
        document_id = session.get_one(Paragraph, unit).document_id
        kinds = [entry.label.kind for entry in log_page(session, annotator="wang")]
        assert kinds == ["withdrawal", "label"]
        assert [entry.label.annotator for entry in log_page(session, kind="label")] == ["li", "wang"]
        assert {entry.document_id for entry in log_page(session, document_id=document_id, limit=500)} == {document_id}
        assert log_page(session, document_id=document_id + 1, kind="label") == []
        assert {"li", "wang"} < set(log_annotators(session))


def test_the_page_of_the_log_shows_everything_that_an_entry_says(app: Flask, client: FlaskClient, unit: int) -> None:
    give(
        app,
        unit,
        "other.reconsideration",
        secondary=("mediation",),
        chosen_by="audit",
        probability=0.125,
        suggestion="publicity",
        model="1.0-abc",
        note="以首个分句为准",
    )
    client.set_cookie("language", "en")
    page = client.get("/review/log?annotator=wang").text
    for shown in ("Reconsideration", "+ Mediation", "0.125", "Law publicity", "1.0-abc", "以首个分句为准", "调解纠纷1件。"):
        assert shown in page, shown


def test_the_pages_of_the_log_are_linked_by_cursor(client: FlaskClient) -> None:
    first = client.get("/review/log?kind=settlement").text
    assert "after=440" in first.replace("&amp;", "&")
    second = client.get("/review/log?kind=settlement&after=440").text
    assert 'id="entry-439"' in second and 'id="entry-440"' not in second and "after=390" in second
    assert 'class="empty"' in client.get("/review/log?annotator=nobody").text


def test_viewers_may_read_the_log(as_user: Callable[..., FlaskClient]) -> None:
    assert as_user("guest", "viewer").get("/review/log").status_code == 200


def test_current_labels_of_the_seeds_are_what_was_settled(app: Flask) -> None:
    with services_of(app).database.reading() as session:
        states = session.execute(select(CurrentLabel.state, func.count()).group_by(CurrentLabel.state)).all()
    assert [tuple(row) for row in states] == [("settled", 489)]
