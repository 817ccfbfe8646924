"""The Chinese catalogue: complete, with the same placeholders, and compiled from what is committed."""

import re

import pytest
from babel.messages.mofile import read_mo
from catalogue import MO, extract, load
from flask.testing import FlaskClient

_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
# Names and forms that are the same in both languages.
_SAME = {"API", "CSV", "XLSX", "JSON", "SVG", "PNG", "%(n)s / %(total)s"}


def test_every_text_of_the_application_is_translated_and_none_is_left_over() -> None:
    shown = {message.id for message in extract() if message.id}
    translated = {message.id for message in load() if message.id and message.string and not message.fuzzy}
    assert shown - translated == set(), "run: make translations, then fill in messages.po"
    assert translated - shown == set(), "run: make translations"


def test_translations_are_chinese_and_keep_every_placeholder() -> None:
    for message in load():
        if not message.id:
            continue
        asked = sorted(filter(None, sum(_PLACEHOLDER.findall(str(message.id)), ())))
        given = sorted(filter(None, sum(_PLACEHOLDER.findall(str(message.string)), ())))
        assert asked == given, message.id
        if re.search(r"[A-Za-z]{3}", _PLACEHOLDER.sub("", str(message.id))) and message.id not in _SAME:
            assert _CHINESE.search(str(message.string)), message.id


def test_the_compiled_catalogue_is_that_of_the_source() -> None:
    with MO.open("rb") as stream:
        compiled = {message.id: message.string for message in read_mo(stream) if message.id}
    assert compiled == {message.id: message.string for message in load() if message.id and message.string}


@pytest.mark.parametrize(("cookie", "expected", "tag"), [(None, "政策主题", "zh-Hans"), ("en", "Policy themes", "en")])
def test_pages_are_chinese_unless_english_is_chosen(client: FlaskClient, cookie: str, expected: str, tag: str) -> None:
    if cookie:
        answer = client.get(f"/codebook?lang={cookie}")
        assert (answer.status_code, answer.headers["Location"]) == (302, "/codebook")
    page = client.get("/codebook").get_data(as_text=True)
    assert expected in page and f'<html lang="{tag}">' in page


@pytest.mark.parametrize("language", ["fr", "zh_CN", "../../etc", ""])
def test_an_unknown_language_changes_nothing(client: FlaskClient, language: str) -> None:
    answer = client.get("/codebook", query_string={"lang": language})
    assert answer.status_code == 200 and "政策主题" in answer.get_data(as_text=True)
