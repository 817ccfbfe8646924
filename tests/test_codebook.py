"""The codebook: the shipped one says what its source says, and a wrong one is refused."""

from pathlib import Path

import pytest
from paths import ROOT

from classifier import Codebook, CodebookError, load_codebook
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
