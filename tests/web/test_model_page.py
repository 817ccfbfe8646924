"""The model's card: everything that is known of a model and nothing else, and the way from a new model into use."""

import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape

import pytest
from application import services_of
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from classifier import (
    Codebook,
    LabelSet,
    Model,
    load_codebook,
    shipped_folder,
)
from web.model_card import Difference, data_rows, split_words
from web.store.derived_labels import derive_current
from web.store.jobs import PROCESS_ENDED, ask_for_job, claim_job, end_job, get_job, list_jobs, report
from web.store.label_counts import count_entries_since
from web.store.labels import NewLabel, add_label
from web.store.measurements import keep_comparison, keep_evaluation
from web.store.models import get_model, keep_model, model_path
from web.tables import CurrentLabel, Label, ModelRecord


@pytest.fixture
def measured_app(app: Flask, evaluation: dict[str, object]) -> Flask:
    """An application whose model has been tested."""
    with services_of(app).database.writing() as session:
        keep_evaluation(session, 1, evaluation)
    return app


@pytest.fixture
def reader(app: Flask) -> FlaskClient:
    """Someone who reads the pages in English."""
    client = app.test_client()
    client.set_cookie("language", "en")
    return client


def words(text: str) -> str:
    """Return what a page says, without its markup."""
    text = re.sub(r"<(script|style|svg).*?</\1>", " ", text, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())


def page(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.get_data(as_text=True)


def candidate_of(app: Flask, evaluation: dict[str, object], labels: LabelSet | None = None) -> ModelRecord:
    """Register a new model, with a comparison where labels are given: before, some paragraphs had another theme."""
    services = services_of(app)
    current = services.models.get().model
    model = replace(current, record={**current.record, "labels_digest": "0123456789ab" * 5})
    with services.database.writing() as session:
        record = keep_model(session, services.settings.data_folder, model, made_by="wang", state="candidate")
        if labels is not None:
            predictions = evaluation["held_out_predictions"]
            assert isinstance(predictions, list)
            other = {"theme": "publicity", "detail": "publicity"}
            before = [{**found, **other} if number < 30 else found for number, found in enumerate(predictions)]
            earlier = {**evaluation, "held_out_predictions": before}
            keep_comparison(session, record.id, get_model(session, 1), labels, evaluation, earlier)
            keep_evaluation(session, record.id, evaluation)
        return record


def start_job(app: Flask, kind: str, *, step: str = "", done: int = 0, total: int = 0) -> int:
    with services_of(app).database.writing() as session:
        number = ask_for_job(session, kind, made_by="wang").id
        claim_job(session)
        report(session, number, step, done, total)
    return number


def end(app: Flask, number: int, failure: str = "") -> None:
    with services_of(app).database.writing() as session:
        end_job(session, number, failure=failure)


def test_before_it_was_tested_the_card_says_so_and_shows_what_is_known(app: Flask, reader: FlaskClient) -> None:
    model = services_of(app).models.get().model
    start_job(app, "measure", step="measuring", done=2, total=5)
    text = page(reader, "/model")
    said = words(text)
    assert "It has not been tested yet; this is being done now" in said
    assert "Step 1 of 2: testing it on reports that it has not seen (2/5)" in said
    assert f"{model.record['texts_per_code']['mediation']:,}" in said
    assert "92 paragraphs and 397 statements, labelled by hand, and 8,648 example texts" in said
    for digest in (model.record["labels_digest"], model.record["codebook_digest"]):
        assert digest in said
    assert f"{len(model.vocabulary):,} terms" in said
    assert 'id="quality"' not in text and 'id="learning"' not in text


def test_the_page_loads_itself_again_only_while_a_job_is_open(app: Flask, reader: FlaskClient) -> None:
    refresh = '<noscript><meta http-equiv="refresh" content="5"></noscript>'
    assert refresh not in page(reader, "/model") and "model.js" not in page(reader, "/model")
    number = start_job(app, "retrain")
    for path in ("/model", f"/model/jobs/{number}"):
        assert refresh in page(reader, path) and "model.js" in page(reader, path)
    end(app, number)
    for path in ("/model", f"/model/jobs/{number}"):
        assert refresh not in page(reader, path)


def test_the_card_shows_what_was_measured_with_intervals(
    measured_app: Flask, reader: FlaskClient, evaluation: dict[str, dict[str, dict[str, float]]]
) -> None:
    text = page(reader, "/model")
    said = words(text)
    for kind in ("paragraphs", "statements", "held_out"):
        for measure in ("accuracy", "macro_f1", "expected_calibration_error"):
            value = evaluation[kind][measure]
            shown = f"{100 * value['value']:.1f}% {100 * value['low']:.1f}–{100 * value['high']:.1f}%"
            assert shown in said, (kind, measure)
    assert "of 5 labelled documents" in said and "one of 2 groups of documents left out each time" in said
    assert all(name in said for name in ("浙江省", "杭州市", "浦江县", "嘉兴市", "西湖区"))
    assert "What it must not be used for" in said
    assert said.index("What it must not be used for") < said.index("Macro-F1")


def test_the_card_shows_the_bands_with_their_measured_errors_and_the_work_left(
    measured_app: Flask, reader: FlaskClient, model: Model, evaluation: dict[str, dict[str, list[dict[str, float]]]]
) -> None:
    text = page(reader, "/model")
    said = words(text[text.index('id="bands"') : text.index('id="learning"')])
    assert model.bands is not None and model.bands.accept is not None
    accept = model.bands.measured[0]
    for count in (accept.to_dict(), evaluation["held_out"]["bands"][0]):
        assert f"{100 * count['error']:.1f}% ≤ {100 * count['bound']:.1f}%" in said
        assert f"{count['units']} of {count['total']}, {count['errors']} wrong" in said
    assert f"≥ {100 * model.bands.accept:.2f}%" in said
    assert f"{100 * (1 - accept.share):.0f}% are left to people" in said


def test_the_card_of_a_model_of_too_few_texts_says_that_it_has_no_bands(app: Flask, reader: FlaskClient) -> None:
    services = services_of(app)
    with services.database.writing() as session:
        model = replace(services.models.get().model, bands=None)
        record = keep_model(session, services.settings.data_folder, model, made_by="wang", state="candidate")
    said = words(page(reader, f"/model/{record.id}"))
    assert "this model has learned from too few labelled texts to show it" in said
    assert "Measured errors of each band" not in said


@pytest.mark.parametrize("kind", ["paragraphs", "statements", "held_out"])
def test_each_kind_of_unit_has_its_scores_confusion_and_calibration(
    measured_app: Flask,
    reader: FlaskClient,
    evaluation: dict[str, dict[str, dict[str, dict[str, dict[str, float]]]]],
    kind: str,
) -> None:
    text = page(reader, f"/model?units={kind}")
    quality = text[text.index('id="quality"') : text.index('id="learning"')]
    rows = re.findall(r"<tr><th scope=\"row\">.*?</tr>", quality, re.DOTALL)
    recall = evaluation[kind]["per_theme"]["mediation"]["recall"]
    shown = f"{100 * recall['value']:.0f}% {100 * recall['low']:.0f}–{100 * recall['high']:.0f}%"
    assert any("Mediation" in words(row) and shown in words(row) for row in rows)
    assert quality.count("<svg") == 3  # Confusion for wide and narrow screens, and calibration.
    assert ("Document by document" in quality) is (kind != "held_out")


def test_an_unknown_kind_of_unit_shows_the_first(measured_app: Flask, reader: FlaskClient) -> None:
    def without_token(text: str) -> str:
        return re.sub(r'(name="csrf_token" value=")[^"]*', r"\1", text)

    assert without_token(page(reader, "/model?units=nonsense")) == without_token(page(reader, "/model")).replace(
        "/model?lang=zh", "/model?units=nonsense&amp;lang=zh"
    )


def test_the_card_counts_what_was_learned_from_by_theme_and_sub_code(measured_app: Flask, reader: FlaskClient) -> None:
    text = page(reader, "/model")
    rows = [words(row) for row in re.findall(r"<tr.*?</tr>", text[text.index('id="data"') :], re.DOTALL)]
    assert "Mediation 11 52 765" in rows
    assert "Other 35 143 3,910" in rows
    assert "Corrections and resettlement 2 4 693" in rows
    assert "Together 92 397 8,648" in rows


def test_terms_are_shown_for_every_leaf_code(app: Flask, reader: FlaskClient) -> None:
    text = page(reader, "/model")
    terms = text[text.index('id="terms"') : text.index('id="versions"')]
    model = services_of(app).models.get().model
    assert terms.count("<figure>") == len(model.codebook.leaf_codes)
    weights = model.linear_weights()[0][model.codebook.leaf_codes.index("mediation")]
    strongest = max((weight, term) for term, weight in zip(model.vocabulary.terms, weights, strict=True) if len(term) > 1)
    assert f">{strongest[1]}<" in terms


@pytest.mark.parametrize(
    ("language", "name", "other"), [("zh", "矛盾纠纷调解", "Mediation"), ("en", "Mediation", "矛盾纠纷调解")]
)
def test_themes_are_named_in_the_language_of_the_reader(measured_app: Flask, language: str, name: str, other: str) -> None:
    client = measured_app.test_client()
    client.set_cookie("language", language)
    text = page(client, "/model")
    assert name in text and other not in text


def test_a_new_model_is_shown_beside_the_one_in_use(
    measured_app: Flask, reader: FlaskClient, evaluation: dict[str, object], labels: LabelSet
) -> None:
    record = candidate_of(measured_app, evaluation, labels)
    assert f'href="/model/{record.id}"' in page(reader, "/model")
    text = page(reader, f"/model/{record.id}")
    said = words(text)
    counts = (record_of(measured_app, record.id).comparison or {})["units"]["paragraphs"]
    assert counts["gained"] > 20 and counts["lost"] < 5
    assert f"{counts['gained']} became right" in said and f"{counts['lost']} became wrong" in said
    assert "This is hardly chance" in said
    assert "Publicity" not in said and "Law publicity → " in said
    assert 'href="/documents/1?at=1#p1"' in text
    assert text.index('id="comparison"') < text.index('id="data"')


def test_the_list_of_models_says_which_is_in_use_and_offers_the_others(
    measured_app: Flask, reader: FlaskClient, evaluation: dict[str, object]
) -> None:
    record = candidate_of(measured_app, evaluation)
    text = page(reader, "/model")
    rows = re.findall(r"<tr.*?</tr>", text[text.index('id="models"') :], re.DOTALL)[1:]
    assert ["new" in words(rows[0]), "wang" in words(rows[0]), "not tested" in words(rows[0])] == [True] * 3
    assert "in use" in words(rows[1]) and "this program" in words(rows[1]) and "489" in words(rows[1])
    assert f"/model/{record.id}#comparison" in rows[0]


def test_retraining_is_asked_for_once(app: Flask, reader: FlaskClient) -> None:
    first, again = reader.post("/model/retrain"), reader.post("/model/retrain")
    assert (first.status_code, first.headers["Location"]) == (303, "/model/jobs/1")
    assert again.headers["Location"] == "/model/jobs/1"
    with services_of(app).database.reading() as session:
        assert [(job.kind, job.made_by) for job in list_jobs(session)] == [("retrain", "local")]
    assert "This is being done now." in words(page(reader, "/model"))


def test_a_model_is_put_in_use_by_a_job(app: Flask, reader: FlaskClient, evaluation: dict[str, object]) -> None:
    record = candidate_of(app, evaluation)
    answer = reader.post(f"/model/{record.id}/promote")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/model/jobs/1")
    assert reader.post(f"/model/{record.id}/promote").headers["Location"] == "/model/jobs/1"
    assert reader.post("/model/1/promote").headers["Location"] == "/model"
    with services_of(app).database.reading() as session:
        job = get_job(session, 1)
        assert (job.kind, job.model_id) == ("promote", record.id)


@pytest.mark.parametrize("role", ["viewer", "annotator"])
def test_only_administrators_may_train_and_put_in_use(as_user: Callable[..., FlaskClient], role: str) -> None:
    client = as_user(role=role)
    client.set_cookie("language", "en")
    assert client.post("/model/retrain").status_code == 403
    assert client.post("/model/1/promote").status_code == 403
    text = page(client, "/model")
    assert "An administrator can do this." in text and "/retrain" not in text and "/promote" not in text


def test_strangers_cannot_train(app: Flask, as_user: Callable[..., FlaskClient]) -> None:
    as_user()
    assert app.test_client().post("/model/retrain").status_code in (302, 401)
    with services_of(app).database.reading() as session:
        assert list_jobs(session) == []


def test_a_model_whose_file_is_gone_says_so_and_the_others_work(
    measured_app: Flask, reader: FlaskClient, evaluation: dict[str, object], labels: LabelSet
) -> None:
    record = candidate_of(measured_app, evaluation, labels)
    assert page(reader, f"/model/{record.id}")
    model_path(record, services_of(measured_app).settings.data_folder).unlink()
    said = words(page(reader, f"/model/{record.id}"))
    assert "The file of this model cannot be read" in said and "became right" in said
    assert "Put in use" not in said.replace("Put this model in use", "")
    answer = reader.post(f"/model/{record.id}/promote")
    assert answer.status_code == 409 and "cannot be put in use" in answer.get_data(as_text=True)
    assert "file missing" in words(page(reader, "/model"))


def test_the_card_stands_where_even_the_model_in_use_cannot_be_read(
    measured_app: Flask, reader: FlaskClient, evaluation: dict[str, object], labels: LabelSet
) -> None:
    services, record = services_of(measured_app), candidate_of(measured_app, evaluation, labels)
    with services.database.writing() as session:  # As another server puts it in use, before its file is damaged.
        for number, state in ((1, "retired"), (record.id, "current")):
            session.execute(update(ModelRecord).where(ModelRecord.id == number).values(state=state))
    model_path(record, services.settings.data_folder).write_bytes(b"damaged")
    services.models.forget()
    said = words(page(reader, "/model"))
    assert "not the file that was registered" in said and "Macro-F1" in said


def test_labels_that_a_model_does_not_know_are_counted(app: Flask, reader: FlaskClient) -> None:
    assert "do not count" not in page(reader, "/model")
    with services_of(app).database.writing() as session:
        for paragraph in (1, 2):
            settled = session.query(Label).filter_by(paragraph_id=paragraph, statement=0).one()
            values = {name: getattr(settled, name) for name in ("kind", "secondary", "annotator", "made_at", "codebook")}
            more = {"model": "", "chosen_by": "import", "suggestion": "", "note": ""}
            session.add(Label(paragraph_id=paragraph, statement=0, theme="a code of old", **values, **more))
            session.flush()
            derive_current(session, services_of(app).models.get().model.codebook, paragraph, 0)
        assert session.get_one(CurrentLabel, (1, 0)).theme == "a code of old"
    assert "2 labels have themes that this model does not know" in words(page(reader, "/model"))
    assert "2 labels have themes that this codebook does not have" in words(page(reader, "/codebook"))


def test_labels_added_since_the_training_are_counted_but_not_those_that_came_with_the_program(
    app: Flask, reader: FlaskClient
) -> None:
    services = services_of(app)
    assert "No label was added since" in words(page(reader, "/model"))
    with services.database.writing() as session:
        for theme in ("mediation", "publicity"):
            add_label(session, services.models.get().model.codebook, NewLabel(1, theme, "wang", "document"))
        assert count_entries_since(session, get_model(session, 1)) == 2
    assert "2 entries were added to the label log" in words(page(reader, "/model"))


def test_a_job_says_how_far_it_is_as_a_page_and_as_json(app: Flask, reader: FlaskClient) -> None:
    number = start_job(app, "retrain", step="learning", done=5, total=25)
    said = words(page(reader, f"/model/jobs/{number}"))
    assert "Training a new model" in said and "Step 3 of 4: testing how good it is with fewer texts (5/25)" in said
    answer = reader.get(f"/model/jobs/{number}", headers={"Accept": "application/json"}).json
    assert answer == {
        "id": number,
        "kind": "retrain",
        "state": "running",
        "step": "learning",
        "done": 5,
        "total": 25,
        "progress": round((1 + 5 + 12 * 0.2) / 23, 4),
        "words": "Step 3 of 4: testing how good it is with fewer texts (5/25)",
        "message": "",
        "model": "",
    }


def test_a_job_that_failed_says_why_there_and_on_the_card(app: Flask, reader: FlaskClient) -> None:
    number = start_job(app, "retrain", step="measuring", done=1, total=5)
    end(app, number, PROCESS_ENDED)
    for path in (f"/model/jobs/{number}", "/model"):
        assert PROCESS_ENDED in words(page(reader, path))
    answer = reader.get(f"/model/jobs/{number}", headers={"Accept": "application/json"}).json
    assert answer is not None and (answer["state"], answer["message"]) == ("failed", PROCESS_ENDED)


@pytest.mark.parametrize("path", ["/model/99", "/model/jobs/99"])
def test_what_does_not_exist_is_not_found(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404
    assert client.post("/model/99/promote").status_code == 404


@pytest.mark.parametrize(
    ("before", "after", "measure", "shown", "verdict"),
    [
        (0.90, 0.95, "accuracy", "+5.0", "good"),
        (0.95, 0.90, "macro_f1", "−5.0", "bad"),
        (0.05, 0.03, "expected_calibration_error", "−2.0", "good"),
        (0.9001, 0.9, "accuracy", "0.0", ""),
    ],
)
def test_a_difference_is_good_or_bad_by_what_it_measures(
    before: float, after: float, measure: str, shown: str, verdict: str
) -> None:
    difference = Difference("paragraphs", measure, {"value": before}, {"value": after})
    assert (difference.words, difference.verdict) == (shown, verdict)


def test_themes_without_sub_codes_have_one_row() -> None:
    book: Codebook = load_codebook(shipped_folder("labels") / "codebook.toml")
    rows = data_rows(book, {"mediation": {"paragraph": 2, "statement": 3, "example": 4}})
    assert [row.entry.code for row in rows] == [*book.theme_codes, *(sub.code for sub in book.subcodes)]
    assert [(row.paragraphs, row.statements, row.examples) for row in rows if row.entry.code == "mediation"] == [(2, 3, 4)]


@pytest.mark.parametrize(
    ("split", "expected"),
    [
        ("leave one document out", "one document left out each time"),
        ("leave one of 10 groups of documents out", "one of 10 groups of documents left out each time"),
        ("five stratified folds", "one of five parts left out each time"),
        ("some other way", "some other way"),
        ("", ""),
    ],
)
def test_the_way_of_testing_is_said_in_words(app: Flask, split: str, expected: str) -> None:
    with app.test_request_context("/model", headers={"Cookie": "language=en"}):
        assert split_words({"split": split}) == expected


def record_of(app: Flask, number: int) -> ModelRecord:
    with services_of(app).database.reading() as session:
        return get_model(session, number)
