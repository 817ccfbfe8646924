"""A new model is trained, compared, put in use and taken back; models are registered once and survive a restart."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from application import services_of
from codebooks import RECONSIDERATION
from fewer_labels import with_fewer_examples
from flask import Flask
from sqlalchemy import select
from work_steps import another, do, relabel

import web.store.training_labels
import web.work
from classifier import LabelSet, Model, ModelError, learning_curve, save_model
from web.errors import ConflictError
from web.services import Services
from web.store.documents import delete_document
from web.store.measurements import changed_units, count_changes
from web.store.models import (
    SHIPPED,
    current_record,
    get_model,
    list_models,
    model_path,
    open_model,
    start_with_a_model,
)
from web.store.predictions import unpredicted
from web.store.training_labels import count_texts, last_entry, trained_as_before, training_labels
from web.tables import CurrentLabel, Document, HeldOutPrediction, Label, Paragraph, Prediction


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs in this process need not wait until another one has noticed that the model is another."""
    monkeypatch.setattr(web.work, "TRUSTED_SECONDS", 0.0)


@pytest.fixture
def services(app: Flask) -> Services:
    return services_of(app)


@pytest.fixture
def few(labels: LabelSet, monkeypatch: pytest.MonkeyPatch) -> LabelSet:
    """Let jobs in this process train and test for real, but on fewer texts and in fewer splits."""
    fewer = with_fewer_examples(labels)
    monkeypatch.setattr(web.store.training_labels, "load_labels", lambda folder: fewer)
    monkeypatch.setattr(web.work, "_MOST_SPLITS", 2)
    monkeypatch.setattr(web.work, "learning_curve", partial(learning_curve, shares=(0.5, 1.0)))
    return fewer


@pytest.mark.usefixtures("few")
def test_a_new_model_is_trained_compared_put_in_use_and_the_old_one_restored(services: Services) -> None:
    database, old = services.database, services.models.get()
    relabelled = relabel(database, old.model, 12, "publicity")
    trained = do(database, "retrain")
    with database.reading() as session:
        candidate = get_model(session, trained.model_id or 0)
        assert candidate.state == "candidate" and candidate.made_by == "wang"
        assert candidate.labels_through == last_entry(session)
        assert (current_record(session) or candidate).id == old.id
        held_out = session.scalars(
            select(HeldOutPrediction.paragraph_id).where(HeldOutPrediction.model_id == candidate.id)
        ).all()
    evaluation, comparison = candidate.evaluation or {}, candidate.comparison or {}
    assert len(held_out) == evaluation["paragraphs"]["units"] == 92
    assert [point["share"] for point in evaluation["learning_curve"]] == [0.5, 1.0]
    assert evaluation["held_out"]["units"] == 336 and evaluation["same_labels"]
    assert evaluation["texts_of"]["codes"]["publicity"]["paragraph"] == 6 + len(relabelled)
    # Both were tested on the labels of now, on the same units.
    before = comparison["before"]
    assert comparison["with"] == old.id and before["paragraphs"]["units"] == 92
    assert before["paragraphs"]["per_theme"]["publicity"]["units"] == 6 + len(relabelled)
    units = comparison["units"]["paragraphs"]
    difference = evaluation["paragraphs"]["accuracy"]["value"] - before["paragraphs"]["accuracy"]["value"]
    assert round(92 * difference) == units["gained"] - units["lost"]
    assert all(entry["paragraph_id"] and entry["text"] for entry in comparison["changed"])

    do(database, "promote", candidate.id)
    services.models.forget()
    new = services.models.get()
    assert new.id == candidate.id and new.model.identity == candidate.identity
    with database.reading() as session:
        assert unpredicted(session, new.id) == []
        assert {record.id: record.state for record in list_models(session)} == {old.id: "retired", new.id: "current"}
        assert len(services.corpus.get(session, new).ids) == 92

    do(database, "promote", old.id)
    services.models.forget()
    assert services.models.get().id == old.id
    with database.reading() as session:
        assert get_model(session, new.id).state == "retired"


@pytest.mark.usefixtures("few")
def test_a_codebook_in_the_data_folder_is_what_the_next_model_is_trained_with(services: Services) -> None:
    (services.settings.data_folder / "codebook.toml").write_bytes(RECONSIDERATION.read_bytes())
    trained = do(services.database, "retrain")
    with services.database.reading() as session:
        candidate = get_model(session, trained.model_id or 0)
        before = (candidate.comparison or {})["before"]
    assert candidate.identity.startswith("2.0-") and (candidate.evaluation or {})["held_out"]["units"] == 336
    assert before["paragraphs"]["per_theme"]["reconsideration"]["units"] == 3 and before.get("held_out") is None
    do(services.database, "promote", candidate.id)
    services.models.forget()
    with services.database.reading() as session:
        assert len(services.corpus.get(session, services.models.get()).codebook.theme_codes) == 8
        assert session.scalar(select(CurrentLabel.paragraph_id).where(CurrentLabel.theme == "reconsideration")) is not None
        assert session.scalar(select(Label.id).where(Label.theme == "reconsideration")) is None, "the log stays as it was"


@pytest.mark.usefixtures("few")
def test_a_model_is_measured_with_the_labels_that_it_was_trained_on(services: Services) -> None:
    record = services.models.get()
    relabel(services.database, record.model, 5, "publicity")
    do(services.database, "measure", record.id)
    with services.database.reading() as session:
        evaluation = get_model(session, record.id).evaluation or {}
    assert evaluation["paragraphs"]["per_theme"]["publicity"]["units"] == 6
    assert evaluation["texts_of"]["documents"] == 5 and "浦江县" in evaluation["texts_of"]["jurisdictions"]
    assert "held_out_predictions" not in evaluation


@pytest.mark.usefixtures("few")
def test_a_new_model_can_be_trained_where_only_one_document_carries_labels(app: Flask, services: Services) -> None:
    with services.database.writing() as session:
        for number in (1, 2, 4, 5):
            delete_document(session, number)
    job = do(services.database, "retrain")
    with services.database.reading() as session:
        candidate = get_model(session, job.model_id or 0)
    evaluation, comparison = candidate.evaluation or {}, candidate.comparison or {}
    assert evaluation["split"] == "five stratified folds" and "paragraphs" not in evaluation
    assert comparison["before"]["texts"]["units"] == evaluation["texts"]["units"]
    client = app.test_client()
    client.set_cookie("language", "en")
    answer = client.get(f"/model/{candidate.id}").get_data(as_text=True)
    assert "Fewer than two documents carry labels" in answer and "Labelled texts" in answer


def test_the_labels_of_a_new_database_are_those_that_the_shipped_model_has_learned_from(services: Services) -> None:
    current = services.models.get()
    with services.database.reading() as session:
        labels = training_labels(session, current.id)
    assert labels.digest() == current.model.record["labels_digest"]


def test_labels_that_were_added_later_do_not_belong_to_an_earlier_model(services: Services) -> None:
    current = services.models.get()
    with services.database.reading() as session:
        before = last_entry(session)
    relabel(services.database, current.model, 3, "publicity")
    with services.database.reading() as session:
        assert training_labels(session, current.id, through=before).digest() == current.model.record["labels_digest"]
        assert training_labels(session, current.id).digest() != current.model.record["labels_digest"]


def test_labels_of_deleted_documents_and_of_unknown_codes_are_not_learned_from(services: Services) -> None:
    current = services.models.get()
    with services.database.writing() as session:
        paragraph = session.scalars(select(Paragraph).order_by(Paragraph.id)).first()
        assert paragraph is not None
        session.get_one(Document, 5).deleted_at = session.get_one(Document, 5).added_at
        session.add(
            Label(
                paragraph_id=paragraph.id,
                statement=0,
                kind="settlement",
                theme="a code of old",
                secondary="",
                annotator="wang",
                made_at=session.get_one(Document, 5).added_at,
                codebook="0.1",
                model="",
                chosen_by="document",
                suggestion="",
                note="",
            )
        )
    with services.database.reading() as session:
        labels = training_labels(session, current.id)
    documents = {label.key[0] for label in labels.paragraphs}
    assert len(documents) == 4 and len(labels.paragraphs) == 92 - 13 - 1
    assert count_texts(labels)["documents"] == 4


def test_where_nothing_changed_no_second_model_comes_of_training(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web.work, "train", lambda labels: services.models.get().model)
    with pytest.raises(ConflictError, match="No label has changed"):
        do(services.database, "retrain")
    with services.database.reading() as session:
        assert len(list_models(session)) == 1


@pytest.mark.parametrize("by_document", [True, False], ids=["documents left out", "texts left out"])
def test_the_labels_of_before_are_tested_on_nothing_that_they_hold(
    labels: LabelSet, monkeypatch: pytest.MonkeyPatch, by_document: bool
) -> None:
    seen: list[LabelSet] = []
    monkeypatch.setattr(web.store.training_labels, "train", seen.append)
    before = replace(labels, paragraphs=labels.paragraphs[:60], statements=labels.statements[5:])
    left_out = labels.paragraphs[0].key[0]
    if by_document:
        part = replace(
            labels,
            paragraphs=tuple(label for label in labels.paragraphs if label.key[0] != left_out),
            statements=tuple(label for label in labels.statements if label.key[0] != left_out),
        )
    else:
        part = replace(labels, paragraphs=(), statements=(), examples=tuple(labels.texts()[::2]))
    trained_as_before(before, labels)(part)
    tested = {item.text for item in labels.texts()} - {item.text for item in part.texts()}
    learned = {item.text for item in seen[0].texts()}
    assert learned and not learned & tested
    assert learned <= {item.text for item in before.texts()}


def test_units_whose_theme_changed_are_listed_and_counted_by_theme() -> None:
    def unit(paragraph: int, detail: str, statement: int = 0) -> dict[str, object]:
        place = {"document": "a.txt", "paragraph": paragraph, "statement": statement}
        return {**place, "label": "other.general", "detail": detail, "theme": detail.partition(".")[0]}

    before = [unit(1, "mediation"), unit(2, "other.general"), unit(3, "other.corrections"), unit(4, "publicity", 1)]
    after = [unit(4, "mediation", 1), unit(3, "other.general"), unit(2, "publicity"), unit(1, "other.corrections")]
    changed = changed_units(after, before)
    assert [(entry["paragraph"], entry["before"], entry["after"]) for entry in changed] == [
        (1, "mediation", "other.corrections"),
        (2, "other.general", "publicity"),
        (4, "publicity", "mediation"),
    ]
    assert count_changes(changed) == {"changed": 3, "gained": 1, "lost": 1, "chance": 1.0}
    assert count_changes([]) == {"changed": 0, "gained": 0, "lost": 0, "chance": 1.0}


def test_the_same_model_is_registered_once(services: Services) -> None:
    folder = services.settings.data_folder / "models"
    before = {path.name for path in folder.iterdir()}
    first, again = another(services), another(services)
    assert first.id == again.id
    assert {path.name for path in folder.iterdir()} - before == {first.file}


def test_a_file_that_was_changed_is_not_taken_for_the_model(services: Services) -> None:
    record = another(services)
    path = model_path(record, services.settings.data_folder)
    save_model(services.models.get().model, path)
    with pytest.raises(ModelError, match="not the file that was registered"):
        open_model(record, services.settings.data_folder)


def test_a_model_that_people_chose_stays_after_a_restart(services: Services) -> None:
    record = another(services)
    do(services.database, "promote", record.id)

    def shipped() -> Model:
        raise AssertionError("not asked for")

    start_with_a_model(services.database, services.settings.data_folder, shipped)
    with services.database.reading() as session:
        assert (current_record(session) or record).id == record.id


def test_the_shipped_model_takes_over_where_the_chosen_one_cannot_be_read(services: Services) -> None:
    shipped, record = services.models.get().model, another(services)
    do(services.database, "promote", record.id)
    model_path(record, services.settings.data_folder).write_bytes(b"damaged")
    start_with_a_model(services.database, services.settings.data_folder, lambda: shipped)
    with services.database.reading() as session:
        current = current_record(session)
        assert current is not None and current.made_by == SHIPPED
        assert get_model(session, record.id).state == "retired"


def test_paragraphs_without_a_prediction_get_one_at_the_next_start(services: Services) -> None:
    current = services.models.get()
    with services.database.writing() as session:
        for row in session.scalars(select(Prediction).where(Prediction.paragraph_id < 4)):
            session.delete(row)
    start_with_a_model(services.database, services.settings.data_folder, lambda: current.model)
    with services.database.reading() as session:
        assert unpredicted(session, current.id) == []


def test_what_comes_in_while_the_models_change_hands_is_classified_as_well(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = another(services)

    def come_in(seconds: float) -> None:
        with services.database.writing() as session:
            assert (current_record(session) or record).id == record.id
            for row in session.scalars(select(Prediction).where(Prediction.model_id == record.id).limit(7)):
                session.delete(row)

    monkeypatch.setattr("web.work.time.sleep", come_in)
    do(services.database, "promote", record.id)
    with services.database.reading() as session:
        assert unpredicted(session, record.id) == []


def test_only_the_predictions_of_the_last_two_models_are_kept(services: Services, home_folder: Path) -> None:
    assert home_folder == services.settings.data_folder
    for name in ("second", "third"):
        do(services.database, "promote", another(services, name).id)
    with services.database.reading() as session:
        assert session.scalars(select(Prediction.model_id).distinct().order_by(Prediction.model_id)).all() == [2, 3]
