"""Changes of codes from version to version: each way of saying them, chains, the way back, and what is refused."""

from typing import Any

import pytest
import tomli_w
from codebooks import RECONSIDERATION, SHIPPED, codebook, step

from classifier import Codebook, CodebookError, compare_codebooks, load_codebook, migration_to

LAWYERS = {"lawyers": ["律师", "法考"]}
SPLIT: dict[str, Any] = {"split": "aid", "to": ["aid", "lawyers"]}

# Change, label before, text of the unit, what it is now: a code, or all that it may be.
DECIDED = {
    "rename": ({"rename": "old", "to": "new"}, "old", "", "new"),
    "merge": ({"merge": ["old", "aid"], "to": "aid"}, "old", "", "aid"),
    "remove": ({"remove": "old", "to": "aid"}, "old", "", "aid"),
    "code that no change names": ({"rename": "old", "to": "new"}, "aid", "", "aid"),
    "split": (SPLIT, "aid", "律师行业", ["aid", "lawyers"]),
    "split by a term": (SPLIT | {"where": LAWYERS}, "aid", "律师行业", "lawyers"),
    "split without any term": (SPLIT | {"where": LAWYERS}, "aid", "公证", ["aid", "lawyers"]),
    "split by terms of both": (SPLIT | {"where": LAWYERS | {"aid": ["公证"]}}, "aid", "律师、公证", ["aid", "lawyers"]),
    "split without any term, otherwise": (SPLIT | {"where": LAWYERS, "otherwise": "aid"}, "aid", "公证", "aid"),
    "add": ({"add": "new", "among": ["old", "aid"]}, "old", "", ["old", "new"]),
    "add by a term": ({"add": "new", "among": "old", "where": {"new": ["数字"]}}, "old", "数字化", "new"),
    "add with nothing in it": ({"add": "new"}, "old", "", "old"),
    "remove to several": ({"remove": "old", "to": ["aid", "new"]}, "old", "", ["aid", "new"]),
    "remove to anything": ({"remove": "old"}, "old", "", []),
}


@pytest.mark.parametrize(("change", "before", "text", "now"), DECIDED.values(), ids=DECIDED)
def test_a_change_decides_a_label_or_says_what_it_may_be(
    change: dict[str, Any], before: str, text: str, now: str | list[str]
) -> None:
    book = codebook("2", "old new aid lawyers", step("1", "2", change))
    found = migration_to(book, "1").label(before, text=text)
    if isinstance(now, str):
        assert found.theme == now and found.open_theme is None
    else:
        assert found.theme == "" and found.open_theme is not None
        assert found.open_theme.code == before and list(found.open_theme.candidates) == now


def test_steps_compose_and_what_a_later_one_merges_is_one_again() -> None:
    splits = step("1.0", "1.1", {"split": "a", "to": ["b", "c"]}, {"rename": "d", "to": "e"})
    merges = step("1.1", "2.0", {"merge": ["b", "c"], "to": "f"}, {"rename": "e", "to": "g"})
    migration = migration_to(codebook("2.0", "f g", splits, merges), "1.0")
    assert [migration.label(code).theme for code in "ad"] == ["f", "g"]
    half = migration_to(codebook("1.1", "b c e", splits), "1.0").label("a")
    assert half.open_theme is not None and half.open_theme.candidates == ("b", "c")


def test_a_code_may_give_units_to_several_added_ones() -> None:
    book = codebook("2", "a b c", step("1", "2", {"add": "b", "among": "a"}, {"add": "c", "among": "a", "question": "c?"}))
    found = migration_to(book, "1").label("a").open_theme
    assert found is not None and found.candidates == ("a", "b", "c")
    assert [change.question for change in found.changes] == ["", "c?"]


def test_secondary_themes_follow_or_are_dropped_or_stay_open() -> None:
    changes = (
        {"rename": "a", "to": "b"},
        {"merge": ["c", "d"], "to": "c"},
        {"rename": "e", "to": "z.e"},
        {"split": "f", "to": ["f", "g"]},
    )
    migration = migration_to(codebook("2", "b c f g z.e z.o", step("1", "2", *changes)), "1")
    found = migration.label("a", ["c", "d", "e", "f"])
    assert (found.theme, found.secondary, found.dropped) == ("b", ("c",), ("e",))
    assert [(entry.code, entry.candidates) for entry in found.open_secondary] == [("f", ("f", "g"))]
    assert migration.label("c", ["d"]).secondary == (), "a secondary theme that is the primary one now is none any more"


def test_a_sub_code_that_became_a_theme_may_be_a_secondary_one_since_then() -> None:
    book = load_codebook(RECONSIDERATION)
    migration = migration_to(book, "1.0")
    given = [("other.reconsideration", "reconsideration"), ("mediation", "mediation"), ("other.general", "other.general")]
    assert migration.newly_secondary(given) == ("reconsideration",)
    assert migration_to(book, "2.0").newly_secondary(given) == ()


def test_labels_go_back_where_the_changes_of_the_newer_codebook_say_what_they_were() -> None:
    old = codebook("1", "a c d f g")
    new = codebook("2", "b c f g h", step("1", "2", {"rename": "a", "to": "b"}, {"merge": ["c", "d"], "to": "c"}))
    back = migration_to(old, "2", [new])
    assert [back.label(code).theme for code in "bfg"] == ["a", "f", "g"]
    merged = back.label("c").open_theme
    assert merged is not None and merged.candidates == ("c", "d")
    assert migration_to(old, "1").label("a").theme == "a"


def test_a_code_that_an_old_one_joined_may_come_from_itself() -> None:
    old, new = codebook("1", "a b c"), codebook("2", "b c", step("1", "2", {"remove": "a", "to": "b"}))
    found = migration_to(old, "2", [new]).label("b").open_theme
    assert found is not None and set(found.candidates) == {"a", "b"}


def test_a_code_that_is_gone_without_a_word_stays_open() -> None:
    found = migration_to(codebook("2", "a b", step("1", "2")), "1").label("c")
    assert found.theme == "" and found.open_theme is not None and found.open_theme.candidates == ()


def test_a_version_that_no_changes_follow_is_refused_with_the_remedy() -> None:
    with pytest.raises(CodebookError, match=r"version '0.9'; it follows 1.0: add \[\[changes\]\] with from = '0.9'"):
        migration_to(load_codebook(RECONSIDERATION), "0.9", [load_codebook(SHIPPED)])


def test_changes_come_back_from_toml_as_they_were() -> None:
    book = codebook(
        "3",
        "a b c new z",
        step("1", "2", SPLIT | {"to": ["a", "b"], "where": {"b": ["律师"]}, "otherwise": "a", "question": "?"}, note="x"),
        step(
            "2",
            "3",
            {"add": "new", "among": ["a", "b"], "question_zh": "？"},
            {"remove": "y"},
            {"merge": ["q", "r"], "to": "z"},
        ),
    )
    import tomllib

    assert Codebook.from_dict(tomllib.loads(tomli_w.dumps(book.to_dict()))) == book
    assert book.versions == ("1", "2", "3")


def test_a_codebook_without_changes_keeps_the_digest_that_models_know_it_by() -> None:
    assert "changes" not in load_codebook(SHIPPED).to_dict()
    assert load_codebook(RECONSIDERATION).digest() != load_codebook(SHIPPED).digest()


WRONG = {
    "another version": ([step("1", "2")], "its version is '3', but its changes lead to '2'"),
    "a gap": ([step("1", "2"), step("2.1", "3")], "each step begins where"),
    "a circle": ([step("3", "2"), step("2", "3")], "each version stands there once"),
    "no list": ({"from": "1", "to": "3"}, r"\[\[changes\]\] for each step"),
    "no versions": ([{"codes": []}], "each has from and to"),
    "no kind": ([step("1", "3", {"to": "a"})], "one of the keys rename, merge"),
    "two kinds": ([step("1", "3", {"rename": "a", "add": "b", "to": "c"})], "one of the keys"),
    "unknown key": ([step("1", "3", {"rename": "x", "to": "a", "where": {}})], "rename has unknown keys"),
    "rename to several": ([step("1", "3", {"rename": "x", "to": ["a", "b"]})], "here must stand one code"),
    "split to one": ([step("1", "3", {"split": "x", "to": ["a"]})], "a list of two codes or more"),
    "merge of one": ([step("1", "3", {"merge": "x", "to": "a"})], "a list of two codes or more"),
    "no codes": ([step("1", "3", {"remove": "x", "to": 3})], "one code, or a list of codes"),
    "twice": ([step("1", "3", {"rename": "x", "to": "a"}, {"remove": "x", "to": "b"})], "more than once what became of 'x'"),
    "unknown code": ([step("1", "3", {"rename": "x", "to": "y"})], "lead to 'y', which is no leaf code"),
    "unknown code at last": (
        [step("1", "2", {"rename": "x", "to": "y"}), step("2", "3", {"rename": "y", "to": "z"})],
        "lead to 'z'",
    ),
    "rule for another code": ([step("1", "3", {"add": "a", "among": "x", "where": {"b": ["?"]}})], "decides for 'b'"),
    "otherwise another code": ([step("1", "3", {"add": "a", "among": "x", "otherwise": "b"})], "decides for 'b'"),
    "terms that are one text": (
        [step("1", "3", {"add": "a", "among": "x", "where": {"a": "律师"}})],
        "write terms for codes",
    ),
}


@pytest.mark.parametrize(("changes", "said"), WRONG.values(), ids=WRONG)
def test_wrong_changes_are_refused(changes: Any, said: str) -> None:
    themes = [{"code": code, "zh": code, "en": code} for code in "ab"]
    with pytest.raises(CodebookError, match=said):
        Codebook.from_dict({"version": "3", "themes": themes, "changes": changes})


def test_the_difference_of_two_codebooks_names_codes_wordings_and_rules() -> None:
    found = compare_codebooks(load_codebook(SHIPPED), load_codebook(RECONSIDERATION))
    assert (found.before, found.after) == ("1.0", "2.0")
    assert [change.to_dict() for change in found.steps[0].codes] == [
        {"rename": "other.reconsideration", "to": "reconsideration"}
    ]
    codes = {(item.before.code if item.before else "", item.after.code if item.after else "") for item in found.codes}
    assert ("other.reconsideration", "reconsideration") in codes and not any("" in pair for pair in codes)
    wordings = {item.after.code: [one.name for one in item.wordings] for item in found.codes if item.after}
    assert wordings["mediation"] == ["excludes", "excludes_zh"]
    assert [(rule.number_before, rule.number_after) for rule in found.rules] == [(2, 2), (6, 6)]


def test_the_difference_the_other_way_round_and_of_equal_codebooks() -> None:
    old, new = load_codebook(SHIPPED), load_codebook(RECONSIDERATION)
    assert compare_codebooks(old, old).is_empty
    back = compare_codebooks(new, old)
    assert [change.kind for change in back.steps[0].codes] == ["rename"] and not back.is_empty


def test_added_and_removed_codes_and_rules_have_one_side() -> None:
    data = codebook("1", "a b c").to_dict()
    one = Codebook.from_dict({**data, "rules": ["the first rule says this", "zzz"]})
    two = Codebook.from_dict(
        {**codebook("9", "a b d").to_dict(), "rules": ["the first rule says that", "something else entirely", "qqq"]}
    )
    found = compare_codebooks(one, two)
    assert found.steps == ()
    assert [(item.before and item.before.code, item.after and item.after.code) for item in found.codes] == [
        (None, "d"),
        ("c", None),
    ]
    assert [(rule.number_before, rule.number_after) for rule in found.rules] == [(1, 1), (None, 2), (None, 3), (2, None)]
    assert found.to_dict()["rules"][0]["before"] == ["the first rule says this", ""]
