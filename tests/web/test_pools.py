"""Two pools of labels: no unit of one enters the other, from the draw to training, measuring, exporting and importing."""

import csv
from pathlib import Path

import pytest
from application import services_of
from flask import Flask
from review_desk import Desk

from classifier import Reading, load_labels, read_upload
from web.store.audit import draw_sample
from web.store.audit_accuracy import audited_units, measure_audit
from web.store.documents import add_document
from web.store.label_export import export_labels
from web.store.pools import TRAINING_QUEUES, audit_pool
from web.store.review_units import unit_at
from web.store.training_labels import training_labels
from web.tables import AuditUnit


@pytest.fixture
def desk(app: Flask) -> Desk:
    return Desk(app)


def draw_everything(desk: Desk) -> None:
    """Draw the whole archive: every paragraph is in the sample then."""
    with desk.database.writing() as session:
        draw_sample(session, len(desk.new) + len(desk.seeds), "wang")


def pool(desk: Desk) -> set[int]:
    with desk.database.reading() as session:
        return set(session.scalars(audit_pool()))


def trained_on(desk: Desk) -> set[str]:
    with desk.database.reading() as session:
        found = training_labels(session, desk.current.id)
    return {label.text for label in (*found.paragraphs, *found.statements)}


def texts(desk: Desk) -> list[str]:
    return [unit.text for unit in desk.units("document", "nobody", document_id=desk.document_id)]


def test_what_comes_first_decides_the_pool(desk: Desk) -> None:
    desk.label(desk.new[0], "mediation", chosen_by="dense")
    draw_everything(desk)
    desk.label(desk.new[1], "mediation", chosen_by="document")
    desk.label(desk.new[2], "mediation", chosen_by="audit", probability=1.0)
    # Labelled before, as the seeds are: for training, whatever is drawn later. Drawn first: for measuring, whoever labels it.
    assert pool(desk) == set(desk.new[1:])
    desk.take_back(desk.new[2])
    desk.label(desk.new[2], "mediation", chosen_by="uncertain")
    assert pool(desk) == set(desk.new[1:])


def test_a_label_of_an_audit_elsewhere_keeps_its_pool(desk: Desk) -> None:
    desk.label(desk.new[0], "mediation", "li", chosen_by="audit", probability=0.2)
    desk.label(desk.new[1], "mediation", "li", chosen_by="import")
    desk.label(desk.new[1], "mediation", "li", chosen_by="audit", probability=0.2)
    assert pool(desk) == {desk.new[0]}


def test_nothing_of_the_audit_pool_is_trained_on_and_nothing_else_is_measured(desk: Desk) -> None:
    one, two, three, four = texts(desk)
    desk.label(desk.new[0], "mediation", chosen_by="dense")
    draw_everything(desk)
    desk.label(desk.new[0], "mediation", "li", chosen_by="audit", probability=1.0)
    desk.label(desk.new[1], "publicity", chosen_by="audit", probability=1.0)
    desk.label(desk.new[1], "publicity", statement=1, chosen_by="document")
    desk.label(desk.new[2], "legal_aid", chosen_by="uncertain")
    learned = trained_on(desk)
    assert one in learned and not any(text in own or own in text for text in (two, three, four) for own in learned)
    with desk.database.reading() as session:
        assert [(unit.id, unit.theme, unit.probability) for unit in audited_units(session)] == [
            (desk.new[1], "publicity", 1.0)
        ]
    desk.label(desk.new[1], "mediation", "li", chosen_by="audit", probability=1.0)
    with desk.database.reading() as session:
        assert audited_units(session) == []  # In conflict: nobody knows yet what is right.


def test_training_queues_leave_the_sample_alone_and_other_ways_show_it_blind(desk: Desk) -> None:
    with desk.database.writing() as session:
        draw_sample(session, 50, "wang")
    with desk.database.reading() as session:
        drawn = {unit.paragraph_id for unit in session.query(AuditUnit)}
    for queue in TRAINING_QUEUES:
        assert set(desk.ids(queue)) == {*desk.new, *desk.seeds} - drawn
        assert desk.done(queue) == (0, len(desk.new) + len(desk.seeds) - 50)
    with desk.database.reading() as session:
        for number in desk.new:
            suggestion = unit_at(session, desk.current, number, "document", "wang").suggestion
            assert (suggestion is None) == (number in drawn)


def test_accuracy_counts_what_was_audited_and_says_how_much_was_drawn(desk: Desk) -> None:
    draw_everything(desk)
    book = desk.current.model.codebook
    with desk.database.reading() as session:
        assert measure_audit(session, book, lambda units: [unit.theme for unit in units]) is None
    for number, theme in zip(desk.new, ("mediation", "publicity", "legal_aid"), strict=False):
        desk.label(number, theme, chosen_by="audit", probability=1.0)
    with desk.database.reading() as session:
        found = measure_audit(session, book, lambda units: ["mediation"] * len(units))
    assert found is not None
    assert (found["units"], found["right"], found["drawn"], found["weighted"]) == (3, 1, len(desk.new), False)
    assert found["accuracy"]["low"] < 1 / 3 < found["accuracy"]["high"]


def test_after_a_second_sample_what_had_two_chances_counts_for_less(desk: Desk) -> None:
    draw_everything(desk)
    for number in desk.new:
        desk.label(number, "mediation", chosen_by="audit", probability=1.0)
    reading = read_upload("全年开展宪法宣传活动三十场次，参加群众五千人次。".encode(), "later.txt")
    assert isinstance(reading, Reading)
    with desk.database.writing() as session:
        later = add_document(session, reading, desk.current, source="upload", annotator="wang").document.id
    (number,) = desk.ids("document", document_id=later)
    draw_everything_again = len(desk.new) + len(desk.seeds) + 1
    with desk.database.writing() as session:
        draw_sample(session, draw_everything_again, "wang")
    desk.label(number, "publicity", chosen_by="audit", probability=1.0)
    with desk.database.reading() as session:
        found = measure_audit(session, desk.current.model.codebook, lambda units: ["mediation"] * len(units))
    assert found is not None and found["weighted"]
    assert (found["units"], found["right"]) == (5, 4) and found["accuracy"]["value"] < 0.8


def test_an_export_keeps_how_each_unit_was_chosen_and_training_on_it_keeps_the_pools(
    desk: Desk, app: Flask, tmp_path: Path
) -> None:
    one, two, *_ = texts(desk)
    desk.label(desk.new[0], "mediation", chosen_by="dense")
    draw_everything(desk)
    desk.label(desk.new[1], "publicity", chosen_by="audit", probability=1.0)
    export_labels(desk.database, services_of(app).settings.data_folder, tmp_path / "out")
    with (tmp_path / "out" / "paragraphs.csv").open(encoding="utf-8", newline="") as stream:
        chosen = {row["text"]: (row["chosen_by"], row["probability"]) for row in csv.DictReader(stream)}
    assert chosen[one] == ("dense", "") and chosen[two] == ("audit", "1.0")
    assert {how for text, (how, _) in chosen.items() if text not in (one, two)} == {"import"}
    found = load_labels(tmp_path / "out")
    assert [(label.text, label.probability) for label in found.audit] == [(two, 1.0)]
    assert two not in {item.text for item in found.texts()} and one in {item.text for item in found.texts()}


@pytest.mark.parametrize("queue", TRAINING_QUEUES)
def test_each_training_queue_goes_through_everything_once_and_goes_on_where_it_was(desk: Desk, queue: str) -> None:
    found = desk.ids(queue)
    assert set(found[: len(desk.new)]) == set(desk.new) and set(found) == {*desk.new, *desk.seeds}
    desk.label(found[0], "mediation", chosen_by=queue)
    assert desk.ids(queue, after=found[0], again=False) == found[1:]
    assert desk.ids(queue, limit=2) == found[1:3]


def test_the_model_page_and_the_api_say_how_often_it_is_right_on_the_sample(desk: Desk, app: Flask) -> None:
    client = app.test_client()
    client.set_cookie("language", "en")
    assert client.get("/api/v1/model").get_json()["audit"] is None
    assert "Draw a sample" in client.get("/model").text
    draw_everything(desk)
    with desk.database.reading() as session:
        suggested = [unit_at(session, desk.current, number, "uncertain", "x", blind=False) for number in desk.new]
    assert all(unit.suggestion is None for unit in suggested)
    for number in desk.new:
        desk.label(number, "mediation", chosen_by="audit", probability=1.0)
    found = client.get("/api/v1/model").get_json()["audit"]
    assert found["units"] == found["drawn"] == len(desk.new)
    page = client.get("/model").text
    assert f"{found['right']} of {len(desk.new)} have the theme that people gave them" in page
