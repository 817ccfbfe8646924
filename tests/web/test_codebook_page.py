"""The codebook as a page: every code with its meaning, rules and examples, in the reader's language, counted as labelled."""

import csv
import re
from html import unescape

import pytest
from application import services_of
from flask import Flask
from flask.testing import FlaskClient

from classifier import Codebook, load_codebook, shipped_folder
from web.codebook_page import items_of, linked, shipped_examples
from web.store.documents import delete_document
from web.store.label_counts import count_holding_labels
from web.store.labels import NewLabel, add_label

LANGUAGES = ("zh", "en")


@pytest.fixture(scope="module")
def book() -> Codebook:
    return load_codebook(shipped_folder("labels") / "codebook.toml")


def page(app: Flask, language: str = "en") -> str:
    client = app.test_client()
    client.set_cookie("language", language)
    answer = client.get("/codebook")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def section(text: str, code: str) -> str:
    """Return what a page says of a code, without its sub-codes."""
    start = text.index(f'id="{code}"')
    end = text.find("<section", start)
    return words(text[start : end if end > 0 else None])


def words(text: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_is_explained_in_the_language_of_the_reader(app: Flask, book: Codebook, language: str) -> None:
    text = page(app, language)
    for code in book.all_codes:
        entry, said = book.entry(code), section(text, code)
        assert entry.zh in said and entry.en in said and code in said
        assert entry.definition_in(language) in said
        assert all(item in said for item in items_of(entry.includes_in(language)))
        assert re.sub(r"\s", "", entry.excludes_in(language)) in re.sub(r"\s", "", said)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_rules_stand_in_order_with_version_and_digest(app: Flask, book: Codebook, language: str) -> None:
    text = page(app, language)
    rules = [re.sub(r"\s", "", words(rule)) for rule in re.findall(r'<li id="rule-\d+">(.*?)</li>', text, re.DOTALL)]
    assert rules == [re.sub(r"\s", "", rule) for rule in book.rules_in(language)]
    assert book.digest() in text and book.version in text


def test_every_link_within_the_page_has_its_goal(app: Flask) -> None:
    for language in LANGUAGES:
        text = page(app, language)
        goals = set(re.findall(r'id="([^"]+)"', text))
        links = set(re.findall(r'href="#([^"]+)"', text))
        assert links <= goals and {"mediation", "other.general", "rules"} <= links


def test_labels_are_counted_as_they_hold_now(app: Flask, book: Codebook) -> None:
    assert "Labels by hand: 11 on paragraphs, 52 on statements." in section(page(app), "mediation")
    assert "Labels by hand: 35 on paragraphs, 143 on statements." in section(page(app), "other")
    database = services_of(app).database
    with database.writing() as session:
        add_label(session, book, NewLabel(1, "mediation", "wang", "document", kind="settlement"))
        add_label(session, book, NewLabel(1, "mediation", "wang", "document", statement=1, kind="settlement"))
    assert "Labels by hand: 12 on paragraphs, 53 on statements." in section(page(app), "mediation")
    with database.writing() as session:
        delete_document(session, 1)
        counts = count_holding_labels(session)
    assert sum(own.paragraphs for own in counts.values()) == 92 - 14


def test_conflicts_do_not_count_as_labels(app: Flask, book: Codebook) -> None:
    answer = app.test_client().post(
        "/api/v1/documents", json={"name": "a.txt", "text": "全县调解矛盾纠纷三百件，成功率百分之九十八。"}
    )
    assert answer.status_code == 201
    with services_of(app).database.writing() as session:
        for annotator, theme in (("wang", "mediation"), ("li", "publicity")):
            add_label(session, book, NewLabel(93, theme, annotator, "document"))
    assert "Labels by hand: 11 on paragraphs" in section(page(app), "mediation")


def test_examples_are_real_ones_of_several_kinds_and_always_the_same(app: Flask, book: Codebook) -> None:
    with (shipped_folder("labels") / "examples.csv").open(encoding="utf-8", newline="") as stream:
        known = {(row["theme"], row["kind"], row["text"]) for row in csv.DictReader(stream)}
    examples = shipped_examples()
    assert sum(own.count for own in examples.values()) == 8648
    text = page(app)
    for code in book.leaf_codes:
        shown = examples[code].shown
        assert [kind for kind, _ in shown] == [
            "sentence",
            "sentence",
            "sentence",
            "plan",
            "shortcoming",
            "slogan",
            "passage",
        ]
        assert len(set(shown)) == 7
        assert all((code, kind, example) in known for kind, example in shown)
        assert all(example in section(text, code) for _, example in shown)
    assert page(app) == text


def test_a_code_leads_to_its_share_in_the_mix(app: Flask, client: FlaskClient) -> None:
    links = [unescape(link) for link in re.findall(r'href="(/mix\?[^"]+)"', page(app))]
    assert len(links) == 12 and "/mix?sort=mediation" in links
    assert all(client.get(link).status_code == 200 for link in links)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("else other.general.", 'else <a href="#other.general">other.general</a>.'),
        ("any other theme; mediation-like; submediation", "any other theme; mediation-like; submediation"),
        ("归“其他”，<b>", '归“<a href="#other">其他</a>”，&lt;b&gt;'),
        ("", ""),
    ],
)
def test_codes_in_texts_become_links_and_nothing_else_does(book: Codebook, text: str, expected: str) -> None:
    assert str(linked(text, book)) == expected
