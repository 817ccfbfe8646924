"""Another version of the codebook in a running installation: the log stays, labels follow, people are asked for the rest."""

import json
import re
import tomllib
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from application import services_of
from codebooks import RECONSIDERATION, SHIPPED
from fewer_labels import with_fewer_examples
from flask import Flask
from flask.testing import FlaskClient
from made_once import made_once
from paths import ROOT
from review_desk import Desk
from sqlalchemy import func, select

from classifier import Codebook, Model, load_codebook, load_labels, load_model, save_model, train
from web.codebook_history import marked, versions_of
from web.store.codebooks import kept_codebooks, own_codebook
from web.store.derived_labels import derive_all
from web.store.label_counts import count_waiting
from web.store.labels import current_label
from web.store.models import keep_model, promote
from web.store.training_labels import training_labels
from web.tables import CurrentLabel, Label

SPLIT = {
    "split": "mediation",
    "to": ["mediation", "court"],
    "where": {"court": ["诉前"]},
    "question": "Where?",
    "question_zh": "何处？",
}


def with_split() -> Codebook:
    """The shipped codebook with mediation split in two."""
    data = tomllib.loads(SHIPPED.read_text(encoding="utf-8"))
    data["themes"].insert(0, {"code": "court", "zh": "诉前调解", "en": "In court"})
    return Codebook.from_dict({**data, "version": "1.1", "changes": [{"from": "1.0", "to": "1.1", "codes": [SPLIT]}]})


@pytest.fixture
def desk(app: Flask) -> Desk:
    return Desk(app)


@pytest.fixture(scope="module")
def eight(tmp_path_factory: pytest.TempPathFactory) -> Model:
    """A real model of eight themes, trained with few of the examples."""

    def make(folder: Path) -> None:
        save_model(train(with_fewer_examples(load_labels(ROOT / "labels", RECONSIDERATION))), folder / "eight.model")

    return load_model(made_once(tmp_path_factory, "eight", make) / "eight.model")


@pytest.fixture
def put_to_use(app: Flask) -> Callable[[Model], None]:
    services = services_of(app)

    def put(model: Model) -> None:
        with services.database.writing() as session:
            record = keep_model(session, services.settings.data_folder, model, made_by="wang", state="candidate")
            promote(session, record.id, model)
        services.models.forget()

    return put


def use(desk: Desk, book: Codebook) -> None:
    with desk.database.writing() as session:
        derive_all(session, book)


def states(desk: Desk, paragraph: int) -> tuple[str, str, str] | None:
    with desk.database.reading() as session:
        label = current_label(session, paragraph)
        return None if label is None else (label.state, label.theme, label.codebook)


def words(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def test_labels_that_no_rule_decides_wait_and_count_for_nothing(desk: Desk) -> None:
    first, second, third, _ = desk.new
    desk.label(first, "mediation")
    desk.label(second, "legal_aid", secondary=("mediation",))
    desk.label(third, "mediation", annotator="wang")
    desk.label(third, "publicity", annotator="li")
    book = with_split()
    use(desk, book)
    assert states(desk, first) == ("relabel", "", "1.0")
    assert states(desk, second) == ("agreed", "legal_aid", "1.0")
    assert states(desk, third) == ("relabel", "", "1.0"), "what differed before does not hold by being the last one left"
    with desk.database.reading() as session:
        assert session.get_one(CurrentLabel, (second, 0)).secondary == ""
        found = training_labels(session, desk.current.id, codebook=book)
        assert found.to_relabel == count_waiting(session) > 2
        assert all(label.theme != "mediation" for label in (*found.paragraphs, *found.statements))
        court = sum("诉前" in label.text for label in load_labels(ROOT / "labels").statements if label.theme == "mediation")
        assert sum(label.theme == "court" for label in found.statements) == court > 0
    use(desk, load_codebook(SHIPPED))
    assert states(desk, first) == ("agreed", "mediation", "1.0") and states(desk, third) == ("conflict", "", "1.0")


def test_what_is_said_by_the_later_version_counts_before_what_was_said_by_earlier_ones(desk: Desk) -> None:
    unit, settled = desk.new[0], desk.seeds[0]
    for annotator, theme in (("wang", "mediation"), ("li", "publicity")):
        desk.label(unit, theme, annotator)
    book = with_split()
    with desk.database.writing() as session:
        entries = session.scalar(select(func.count(Label.id))) or 0
        derive_all(session, book)
    newer = Desk.__new__(Desk)
    newer.__dict__ |= desk.__dict__
    newer.current = replace(desk.current, model=replace(desk.current.model, codebook=book))
    newer.label(unit, "court", "zhao")
    assert states(desk, unit) == ("agreed", "court", "1.1")
    newer.label(unit, "mediation", "qian")
    assert states(desk, unit) == ("conflict", "", "1.1")
    newer.label(settled, "court", "zhao")
    assert states(desk, settled)[2] == "1.0", "a settlement that is decided holds"  # type: ignore[index]
    newer.label(settled, "court", "zhao", chosen_by="relabel")
    assert states(desk, settled) == ("agreed", "court", "1.1"), "but not against the queue that asks anew"
    with desk.database.reading() as session:
        assert session.scalar(select(func.count(Label.id))) == entries + 4, "the log is only added to"


def test_a_theme_more_from_the_model_to_every_page(
    app: Flask, client: FlaskClient, eight: Model, put_to_use: Callable[[Model], None]
) -> None:
    services = services_of(app)
    shipped = services.models.get().model
    put_to_use(eight)
    with services.database.reading() as session:
        counts = Counter(session.scalars(select(CurrentLabel.theme)))
        assert counts["reconsideration"] == 30 and "other.reconsideration" not in counts
        assert [book.version for book in kept_codebooks(session)] == ["2.0", "1.0"]
    mix = json.loads(client.get("/api/v1/mix").data)
    assert all(row["labelled"] == row["paragraphs"] and len(row["shares"]) == 8 for row in mix["rows"])
    assert "行政复议与应诉" in client.get("/mix").get_data(as_text=True)
    page = client.get("/codebook?").get_data(as_text=True)
    assert "/codebook/versions/1.0" in page and "<code>other.reconsideration</code> → <code>reconsideration</code>" in page
    shown = client.get("/codebook/versions/1.0").get_data(as_text=True)
    assert "<del>" in shown and "<ins>" in shown and "other.reconsideration → reconsideration" in words(shown)
    assert client.get("/codebook/versions/7").status_code == 404
    data = json.loads(client.get("/api/v1/codebook").data)
    assert data["changes"][0]["to"] == "2.0" and data["differences"][0]["before"] == "1.0" and data["coming"] is None
    for address in ("/", "/documents", "/documents/1", "/model", "/review", "/review/log", "/mix/chart"):
        assert client.get(address).status_code in (200, 404), address
    queue = json.loads(client.get("/api/v1/review?queue=relabel").data)
    assert (queue["done"], queue["total"]) == (0, 8)
    put_to_use(shipped)
    with services.database.reading() as session:
        themes = set(session.scalars(select(CurrentLabel.theme)))
    assert "other.reconsideration" in themes and "reconsideration" not in themes


def test_the_queue_shows_the_earlier_label_and_the_question(
    app: Flask, client: FlaskClient, eight: Model, put_to_use: Callable[[Model], None]
) -> None:
    put_to_use(eight)
    client.set_cookie("language", "en")
    page = client.get("/review/relabel").get_data(as_text=True)
    assert "can be secondary now" in page and "by codebook 1.0" in page
    paragraph = re.search(r'name="paragraph" value="(\d+)"', page)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert paragraph and token
    form = {"csrf_token": token[1], "paragraph": paragraph[1], "theme": "mediation", "secondary": "reconsideration"}
    assert client.post("/review/relabel/label", data=form).status_code == 303
    with services_of(app).database.reading() as session:
        label = current_label(session, int(paragraph[1]))
        assert label is not None and (label.theme, label.secondary, label.codebook) == (
            "mediation",
            "reconsideration",
            "2.0",
        )
    assert json.loads(client.get("/api/v1/review?queue=relabel").data)["total"] == 8
    assert len(json.loads(client.get("/api/v1/review?queue=relabel").data)["units"]) == 7


def test_a_codebook_in_the_data_folder_is_shown_as_the_one_to_come(app: Flask, client: FlaskClient) -> None:
    folder = services_of(app).settings.data_folder
    (folder / "codebook.toml").write_text(RECONSIDERATION.read_text(encoding="utf-8"), encoding="utf-8")
    own = own_codebook(folder)
    assert own is not None and own.version == "2.0"
    client.set_cookie("language", "en")
    page = client.get("/codebook").get_data(as_text=True)
    assert "The next model will be trained with version 2.0" in page
    assert client.get("/codebook/versions/2.0").status_code == 200
    assert json.loads(client.get("/api/v1/codebook").data)["coming"]["after"] == "2.0"


def test_versions_are_sorted_and_each_stands_once() -> None:
    one, two = load_codebook(SHIPPED), load_codebook(RECONSIDERATION)
    found = versions_of(two, [two, one, one], None)
    assert [book.version for book in found.earlier] == ["1.0"] and found.coming is None
    assert versions_of(one, [one], one).coming is None and versions_of(one, [one], two).coming == two
    assert found.difference("1.0") is not None and found.difference("3") is None


def test_marks_stand_at_words_and_chinese_characters_and_html_is_escaped() -> None:
    left, right = marked("six <themes> 六个", "seven <themes> 七个")
    assert (
        left == "<del>six</del> &lt;themes&gt; <del>六</del>个"
        and right == "<ins>seven</ins> &lt;themes&gt; <ins>七</ins>个"
    )
