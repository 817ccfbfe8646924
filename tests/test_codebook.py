"""The codebook: the shipped one says the same in both languages, and a wrong one is refused."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from paths import ROOT

from classifier import Code, Codebook, CodebookError, load_codebook
from classifier.codebook import codebook_from_labels

THEMES = ("business_environment", "enforcement_reform", "mediation", "legal_aid", "publicity", "party_building", "other")
SUBCODES = tuple(
    f"other.{name}" for name in ("legislation_review", "reconsideration", "corrections", "coordination", "general")
)


def test_shipped_codebook_has_seven_themes_five_subcodes_and_all_rules() -> None:
    book = load_codebook(ROOT / "labels" / "codebook.toml")
    assert book.theme_codes == THEMES
    assert book.leaf_codes == (*THEMES[:-1], *SUBCODES)
    assert book.secondary_codes == THEMES[:-1]
    assert len(book.rules) == 14
    for entry in (*book.themes, *book.subcodes):
        assert entry.zh and entry.en and entry.definition
    assert Codebook.from_dict(book.to_dict()) == book
    assert Codebook.from_dict(book.to_dict()).digest() == book.digest()


def wordings(book: Codebook) -> Iterator[tuple[str, str]]:
    for entry in (*book.themes, *book.subcodes):
        yield entry.definition, entry.definition_zh
        yield entry.includes, entry.includes_zh
        yield entry.excludes, entry.excludes_zh
    yield from zip(book.rules, book.rules_zh, strict=True)


def test_whatever_the_shipped_codebook_says_it_says_in_both_languages() -> None:
    for english, chinese in wordings(load_codebook(ROOT / "labels" / "codebook.toml")):
        assert bool(english) == bool(chinese), english or chinese
        assert not re.search(r"[A-Za-z]|[,;:()]", chinese), f"not Chinese throughout: {chinese}"


def test_both_languages_of_the_shipped_codebook_refer_to_the_same_codes() -> None:
    book = load_codebook(ROOT / "labels" / "codebook.toml")
    names = {entry.zh: entry.code for entry in (*book.themes, *book.subcodes)}
    for english, chinese in wordings(book):
        # Codes without a dot or an underscore are English words too ("other", "mediation"): looked for from the Chinese.
        unmistakable = set(re.findall(r"[a-z]+[_.][a-z_]+", english))
        referred = {names[name] for name in re.findall(r"(?:归|次要主题为)“([^”]+)”", chinese)}
        assert unmistakable <= referred, chinese
        assert all(re.search(rf"\b{re.escape(code)}\b", english) for code in referred), english


READ: dict[str, tuple[str, Callable[[Code, str], str]]] = {
    "definition": ("definition", Code.definition_in),
    "includes": ("includes", Code.includes_in),
    "excludes": ("excludes", Code.excludes_in),
}


@pytest.mark.parametrize(("key", "read"), READ.values(), ids=READ)
def test_a_wording_is_read_in_the_language_asked_for_or_else_in_the_one_that_exists(
    key: str, read: Callable[[Code, str], str]
) -> None:
    for wording, zh, en in [
        ({key: "law", f"{key}_zh": "法"}, "法", "law"),
        ({key: "law"}, "law", "law"),
        ({f"{key}_zh": "法"}, "法", "法"),
        ({}, "", ""),
    ]:
        entry = Code("a", "甲", "A", **wording)
        assert (read(entry, "zh"), read(entry, "en")) == (zh, en)


@pytest.mark.parametrize(("zh", "en", "names"), [("甲", "A", "甲A"), ("甲", "", "甲甲"), ("", "A", "AA"), ("", "", "aa")])
def test_a_name_falls_back_to_the_other_language_and_then_to_the_code(zh: str, en: str, names: str) -> None:
    entry = Code("a", zh, en)
    assert entry.name("zh") + entry.name("en") == names


def test_rules_are_read_in_the_language_asked_for_or_else_in_the_one_that_exists() -> None:
    data = {"themes": [theme("a"), theme("b")], "rules": ["one", "two"]}
    english, both = Codebook.from_dict(data), Codebook.from_dict({**data, "rules_zh": ["一", "二"]})
    assert english.rules_in("zh") == english.rules_in("en") == both.rules_in("en") == ("one", "two")
    assert both.rules_in("zh") == ("一", "二")


def test_a_language_that_no_codebook_has_is_refused() -> None:
    with pytest.raises(CodebookError, match=r"no language 'fr'.*zh, en"):
        Code("a", "甲", "A").name("fr")


def test_a_codebook_saved_before_it_had_chinese_wordings_is_still_read() -> None:
    saved = load_codebook(ROOT / "labels" / "codebook.toml").to_dict()
    del saved["rules_zh"]
    for entry in (*saved["themes"], *saved["subcodes"]):
        for key in ("definition_zh", "includes_zh", "excludes_zh"):
            del entry[key]
    book = Codebook.from_dict(saved)
    assert book.rules_in("zh") == book.rules and len(book.rules) == 14
    assert book.entry("mediation").name("zh") == "矛盾纠纷调解"
    assert book.entry("mediation").definition_in("zh") == "disputes settled by mediation or another consensual way"


def test_the_digest_changes_with_every_chinese_wording() -> None:
    data = {"themes": [theme("a"), theme("b")], "rules": ["one"]}
    changed = [
        {**data, "rules_zh": ["一"]},
        *(
            {**data, "themes": [theme("a", **{key: "法"}), theme("b")]}
            for key in ("definition_zh", "includes_zh", "excludes_zh")
        ),
    ]
    assert len({Codebook.from_dict(one).digest() for one in (data, *changed)}) == 5


def test_plain_data_of_a_codebook_is_a_copy() -> None:
    book = Codebook.from_dict({"themes": [theme("a"), theme("b")]})
    book.to_dict()["themes"][0]["zh"] = "乙"
    assert book.entry("a").zh == "甲"


def theme(code: str, **more: str) -> dict[str, str]:
    return {"code": code, "zh": "甲", "en": "A", **more}


WRONG = {
    "one theme": ({"themes": [theme("a")]}, "at least two"),
    "twice": ({"themes": [theme("a"), theme("a")]}, "twice"),
    "semicolon": ({"themes": [theme("a;b"), theme("c")]}, "'a;b'"),
    "dot in a theme": ({"themes": [theme("a.b"), theme("c")]}, "dot"),
    "orphan": ({"themes": [theme("a"), theme("b")], "subcodes": [theme("c.x"), theme("c.y")]}, "'c.x'"),
    "single sub-code": ({"themes": [theme("a"), theme("b")], "subcodes": [theme("a.x")]}, "single"),
    "unknown key": ({"themes": [theme("a", colour="red"), theme("b")]}, "colour"),
    "no name": ({"themes": [{"code": "a"}, theme("b")]}, "zh"),
    "not a table": ({"themes": ["a", "b"]}, "table"),
    "fewer rules in Chinese": (
        {"themes": [theme("a"), theme("b")], "rules": ["x", "y"], "rules_zh": ["子"]},
        "1 rules_zh for 2",
    ),
    "rules in Chinese only": ({"themes": [theme("a"), theme("b")], "rules_zh": ["子"]}, "1 rules_zh for 0"),
    "rules that are one text": ({"themes": [theme("a"), theme("b")], "rules": "x"}, "rules = 'x' is one text"),
}


@pytest.mark.parametrize(("data", "said"), WRONG.values(), ids=WRONG)
def test_a_wrong_codebook_is_refused(data: dict[str, object], said: str) -> None:
    with pytest.raises(CodebookError, match=said):
        Codebook.from_dict(data)


def test_a_file_that_is_no_toml_or_not_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "codebook.toml").write_text("[[themes", encoding="utf-8")
    with pytest.raises(CodebookError, match="not a TOML file"):
        load_codebook(tmp_path / "codebook.toml")
    with pytest.raises(CodebookError, match="no such codebook"):
        load_codebook(tmp_path / "other.toml")


def test_labels_without_a_codebook_name_themselves() -> None:
    assert codebook_from_labels(["体育", "股票.港股", "股票.A股"]).leaf_codes == ("体育", "股票.A股", "股票.港股")
    with pytest.raises(CodebookError, match="beside sub-codes"):
        codebook_from_labels(["股票", "股票.港股"])


def test_an_unknown_code_is_answered_with_those_that_exist() -> None:
    with pytest.raises(CodebookError, match="mediation, legal_aid"):
        load_codebook(ROOT / "labels" / "codebook.toml").entry("sport")
