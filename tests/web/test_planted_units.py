"""Planted settled units: unseen before, like any other unit, nobody's vote, and shown over time beside what was settled."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import SystemRandom

import pytest
from application import services_of
from flask import Flask
from flask.testing import FlaskClient
from review_desk import Desk, fields, label, paragraph_on

from web.services import attach
from web.store import planted as planting
from web.store.agreement import compared, own_matches
from web.store.audit import draw_sample
from web.store.drift import annotators_drift
from web.store.labels import NewLabel, add_label
from web.store.planted import plant_if_due, planted_unit_id
from web.store.training_labels import training_labels
from web.tables import CurrentLabel, PlantedUnit


@pytest.fixture
def desk(app: Flask) -> Desk:
    services = services_of(app)
    attach(app, replace(services, settings=replace(services.settings, planted_every=1)))
    return Desk(app)


def plant(desk: Desk, annotator: str, every: int = 1) -> int | None:
    with desk.database.writing() as session:
        plant_if_due(session, annotator, every)
    with desk.database.reading() as session:
        return planted_unit_id(session, annotator)


def settled_theme(desk: Desk, number: int) -> str:
    holding = desk.holding(number)
    assert holding and holding[0] == "settled"
    return holding[1]


def test_a_unit_is_settled_unseen_and_stays_until_it_is_read(desk: Desk) -> None:
    number = plant(desk, "wang")
    assert number in desk.seeds and plant(desk, "wang") == number
    desk.label(number, "mediation", chosen_by="drift")
    assert plant(desk, "wang", every=0) is None
    following = plant(desk, "wang")
    assert following not in (None, number)


def test_with_none_wanted_or_none_due_nothing_is_planted(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert plant(desk, "wang", every=0) is None
    monkeypatch.setattr(SystemRandom, "randrange", lambda *_: 0)
    for done, number in enumerate(desk.new):
        assert plant(desk, "wang", every=6) is None if done < 3 else plant(desk, "wang", every=6)
        desk.label(number, "mediation", chosen_by="uncertain")


def test_one_unit_in_twenty_is_planted_on_average_and_never_at_a_foreseeable_place(desk: Desk) -> None:
    gaps = []
    for _ in range(12):
        with desk.database.writing() as session:
            session.query(PlantedUnit).delete()
            for gap in range(1, 400):
                add_label(session, desk.current.model.codebook, NewLabel(desk.new[0], "mediation", f"li{_}", "uncertain"))
                plant_if_due(session, f"li{_}", 20)
                if planted_unit_id(session, f"li{_}") is not None:
                    gaps.append(gap)
                    break
    assert min(gaps) >= 10 and len(set(gaps)) > 5 and 14 < sum(gaps) / len(gaps) < 26


def test_units_that_an_annotator_knows_or_an_audit_holds_are_not_planted(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with desk.database.writing() as session:
        draw_sample(session, len(desk.seeds) + len(desk.new) - 6, "chen")
    left = [number for number in desk.seeds if number not in desk.ids("audit", "nobody")]
    for number in left:
        desk.label(number, "mediation", "wang")
    assert plant(desk, "wang") is None
    monkeypatch.setattr(planting, "now", lambda: datetime.now(UTC) + timedelta(days=200))
    assert plant(desk, "wang") in left


def through_a_planted_unit(desk: Desk, client: FlaskClient, theme: str) -> tuple[int, str]:
    """Label one unit of the uncertain queue and the planted one that follows; return it, and the address behind it."""
    first = label(client, "uncertain", client.get("/review/uncertain").text, "publicity")
    page = client.get(first.location).text
    number = paragraph_on(page)
    assert number in desk.seeds
    return number, label(client, "uncertain", page, theme).location


def test_a_planted_unit_looks_like_any_other_and_the_queue_goes_on_where_it_was(
    desk: Desk, as_user: Callable[..., FlaskClient]
) -> None:
    wang, expected = as_user("wang"), desk.ids("uncertain", "wang")
    wang.set_cookie("language", "en")
    page = wang.get("/review/uncertain").text
    planted_page = wang.get(label(wang, "uncertain", page, "publicity").location).text
    number = paragraph_on(planted_page)
    assert number in desk.seeds and fields(planted_page).keys() - {"before", "suggestion"} == fields(page).keys() - {
        "suggestion"
    }
    assert "drift" not in planted_page and "others have labelled it" not in planted_page
    assert "now and then the suggestion is left out" in planted_page
    skip = re.search(r'href="([^"]+)" data-press="n"', planted_page)
    assert skip and f"after={number}" in skip[1]
    assert paragraph_on(wang.get(skip[1].replace("&amp;", "&")).text) == expected[1]
    following = label(wang, "uncertain", planted_page, "mediation").location
    assert paragraph_on(wang.get(following).text) == expected[1]


def test_what_is_read_then_is_nobodys_vote(desk: Desk, as_user: Callable[..., FlaskClient]) -> None:
    with desk.database.reading() as session:
        before = training_labels(session, desk.current.id)
    number, _ = through_a_planted_unit(desk, as_user("wang"), "party_building")
    entry = desk.entries()[-1]
    assert (entry.chosen_by, entry.kind, entry.suggestion, entry.probability) == ("drift", "label", "", None)
    assert settled_theme(desk, number)
    with desk.database.reading() as session:
        after = training_labels(session, desk.current.id)
        assert {each.key for each in after.paragraphs} - {each.key for each in before.paragraphs} <= {
            ("report.txt", n, 0) for n in range(1, 5)
        }
        assert [each for each in after.paragraphs if each.key[0] != "report.txt"] == list(before.paragraphs)
        assert own_matches(session, desk.current.model.codebook, "wang").compared == 0
        assert compared(session, desk.current.model.codebook).pairs == []
        assert session.get(CurrentLabel, (number, 0)).annotators == "settled"  # type: ignore[union-attr]


def test_a_reading_is_taken_back_and_given_again_as_one(desk: Desk, as_user: Callable[..., FlaskClient]) -> None:
    wang = as_user("wang")
    wang.set_cookie("language", "en")
    number, following = through_a_planted_unit(desk, wang, "party_building")
    page = wang.get(following).text
    form = page.split('action="/review/undo"', 1)[1].split("</form>", 1)[0]
    undone = wang.post("/review/undo", data=dict(re.findall(r'name="(\w+)" value="([^"]*)"', form)))
    assert undone.location.startswith("/review/uncertain?") and f"paragraph={number}" in undone.location
    page = wang.get(undone.location).text
    assert paragraph_on(page) == number and "now and then the suggestion is left out" in page
    for _ in range(2):  # The same form twice is one label.
        assert label(wang, "uncertain", page, "mediation").status_code == 303
    assert [(entry.kind, entry.chosen_by) for entry in desk.entries() if entry.paragraph_id == number] == [
        ("label", "drift"),
        ("withdrawal", "drift"),
        ("label", "drift"),
    ]
    with desk.database.reading() as session:
        (found,) = annotators_drift(session, desk.current.model.codebook)
    assert found.overall.read == 1


def test_drift_is_shown_by_month_with_a_plain_warning(desk: Desk, client: FlaskClient) -> None:
    client.set_cookie("language", "en")
    assert "No planted unit was read yet" in client.get("/review/drift").text
    for place, number in enumerate(desk.seeds[:40]):
        theme = settled_theme(desk, number)
        desk.label(
            number,
            theme if place < 20 or place % 2 else next(code for code in ("mediation", "publicity") if code != theme),
            "li",
            chosen_by="drift",
        )
    page = client.get("/review/drift").text
    assert "has fallen: 10 of the last 20, before 20 of 20" in page and "p &lt; 0.001" in page and "<svg" in page
    (found,) = client.get("/api/v1/drift").get_json()["annotators"]
    assert (found["annotator"], found["fallen"], found["overall"]["read"], found["overall"]["same"]) == ("li", True, 40, 30)
    assert found["months"][-1]["read"] == 40 and found["recent"]["share"]["low"] < 0.5 < found["recent"]["share"]["high"]


def test_the_api_hands_out_and_takes_in_planted_units_too(desk: Desk, client: FlaskClient) -> None:
    number = plant(desk, "local")
    units = client.get("/api/v1/review?queue=uncertain&limit=2").get_json()["units"]
    assert units[0]["id"] == number and units[0]["suggestion"] is None and units[0]["own"] is None
    assert units[1]["id"] == desk.ids("uncertain", "local")[0]
    alone = client.get("/api/v1/review?queue=uncertain&limit=1").get_json()
    following = client.get(f"/api/v1/review?queue=uncertain&limit=1&after={alone['next']}").get_json()
    assert following["units"][0]["id"] == units[1]["id"]
    said = {"document": units[0]["document"], "paragraph": units[0]["paragraph"], "theme": "mediation"}
    answer = client.post("/api/v1/labels", json=said)
    assert answer.status_code == 201 and answer.get_json()["label"]["chosen_by"] == "drift"
    assert client.post("/api/v1/labels", json={**said, "chosen_by": "drift"}).status_code == 400
