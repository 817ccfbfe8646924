"""The Chinese catalogue: complete, with the same placeholders, and compiled from what is committed."""

import re

import pytest
from catalogue import MO, compiled, extract, load, texts_of
from flask.testing import FlaskClient

_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
# Names and forms that are the same in both languages.
_SAME = {"API", "Excel", "alpha", "kappa"}


def test_every_text_of_the_application_is_translated_and_none_is_left_over() -> None:
    shown = set(texts_of(extract()))
    translated = {text for text, translations in texts_of(load()).items() if all(translations)}
    assert shown - translated == set(), "run: make translations, then fill in messages.po"
    assert translated - shown == set(), "run: make translations"


def test_translations_are_chinese_and_keep_every_placeholder() -> None:
    for text, translations in texts_of(load()).items():
        for translation in translations:
            assert placeholders(text[-1]) == placeholders(translation), text
            if re.search(r"[A-Za-z]{3}", _PLACEHOLDER.sub("", text[0])) and text[0] not in _SAME:
                assert _CHINESE.search(translation), text


def test_the_compiled_catalogue_is_that_of_the_source() -> None:
    assert MO.read_bytes() == compiled(load()), "run: make translations"


def placeholders(text: str) -> list[str]:
    return sorted(name or other for name, other in _PLACEHOLDER.findall(text))


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
