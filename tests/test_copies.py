"""Copied text: what counts as a copy, that every copy is found, and that none is trained on and tested on."""

import csv
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from conftest import Finished
from paths import ROOT
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from classifier import (
    CountedParagraphs,
    InputError,
    Label,
    LabelledText,
    LabelSet,
    Model,
    Origin,
    digest,
    mix_notes,
    read_folder,
    read_units,
    theme_mix,
)
from classifier.copies import THRESHOLD, copy_groups
from classifier.counting import each_copy_once
from classifier.folds import assign_folds
from classifier.labels import load_held_out
from classifier.shingles import copy_form, copy_similarity, similarities
from classifier.splits import group_documents, split_labels

FORMULA = "以习近平新时代中国特色社会主义思想为指导，深入学习贯彻党的二十大精神，全面贯彻习近平法治思想，扎实推进各项工作。"

COPIES = {
    "in another width and spacing": ("全年调解纠纷１２３件， 成功率９８%。", "全年调解纠纷123件,成功率98%。"),
    "with other figures": ("全年调解纠纷123件，成功率98%。", "全年调解纠纷4567件，成功率99.2%。"),
    "with other punctuation": ("坚持党建引领，强化队伍建设；", "坚持党建引领、强化队伍建设。"),
    "with a word more": (FORMULA, FORMULA.replace("全面贯彻", "全面深入贯彻")),
    "of another congress": (FORMULA, FORMULA.replace("二十大", "十九大")),
    "under another number": ("（三）" + FORMULA, "二是" + FORMULA),
    "a formula of few letters": ("现将有关情况报告如下：", "现将有关情况报告如下。"),
}
OTHERS = {
    "of the same shape": ("全年调解纠纷123件，成功率98%。", "全年办理公证123件，满意率98%。"),
    "that begins alike": (FORMULA, FORMULA[:28] + "聚焦中心工作，办理法律援助案件320件，为农民工讨薪。"),
    "that says more": ("开展宪法宣传周活动。", "开展宪法宣传周活动，组织法官、检察官进校园宣讲民法典。"),
    "short, and another": ("加强组织领导。", "加强队伍建设。"),
    "without any letter": ("——", "——"),
}


@pytest.mark.parametrize("pair", COPIES.values(), ids=COPIES)
def test_the_same_text_is_a_copy(pair: tuple[str, str]) -> None:
    assert copy_similarity(*pair) >= THRESHOLD
    assert copy_groups(pair).tolist() == [0, 0]


@pytest.mark.parametrize("pair", OTHERS.values(), ids=OTHERS)
def test_another_text_is_no_copy(pair: tuple[str, str]) -> None:
    assert copy_similarity(*pair) < THRESHOLD
    assert copy_groups(pair).tolist() == [0, 1]


def test_the_second_printing_of_a_report_copies_the_first_and_nothing_else_in_the_seeds_is_copied() -> None:
    readings = [read_units(document) for document in read_folder(ROOT / "seeds")]
    paragraphs = [paragraph.text for reading in readings for paragraph in reading.paragraphs]
    again = [
        line.text
        for reading in readings
        for line in reading.layout.dropped
        if line.reason == "repeated" and len(line.text) > 90
    ]
    assert len(again) == 16
    groups = copy_groups([*paragraphs, *again])
    assert groups[: len(paragraphs)].tolist() == [*range(len(paragraphs))]
    printed = [copy_form(paragraph) for paragraph in paragraphs]
    assert groups[len(paragraphs) :].tolist() == [printed.index(copy_form(line)) for line in again]


def test_copies_of_copies_are_one_group() -> None:
    first, last = FORMULA, FORMULA[:-8] + "为全面依法治国作出新贡献。"
    between = FORMULA[:-8] + "为全面依法治国扎实推进各项工作。"
    assert copy_similarity(first, last) < THRESHOLD
    assert copy_groups([first, last]).tolist() == [0, 1]
    assert copy_groups([first, last, between]).tolist() == [0, 0, 0]


WORDS = ["推进", "法治", "政府", "建设", "调解", "纠纷", "办理", "案件", "普法", "宣传", "律师", "企业", "合规", "执法"]


def perturbed_texts(count: int) -> list[str]:
    """Texts of a few words, each of which comes back with words put in, taken out or exchanged, in a random order."""
    random = np.random.default_rng(0)
    texts = []
    for _ in range(count):
        words = list(random.choice(WORDS, random.integers(1, 25)))
        for edits in (0, 1, 2, 4):
            for place in random.integers(0, len(words), edits):
                words[place] = random.choice(["", *WORDS])
            texts.append("".join(words))
    random.shuffle(texts)
    return texts


def test_the_groups_are_those_that_comparing_every_two_texts_gives() -> None:
    texts = perturbed_texts(120)
    forms = [copy_form(text) for text in texts]
    pairs = np.array([*combinations(range(len(texts)), 2)])
    ones, others = pairs[similarities(forms, pairs) >= THRESHOLD].T
    links = coo_array((np.ones(len(ones)), (ones, others)), shape=(len(texts), len(texts)))
    exact = connected_components(links, directed=False)[1]
    groups = copy_groups(texts)
    assert 100 < len(np.unique(groups)) < 400
    assert [(exact == exact[place]).nonzero()[0][0] for place in range(len(texts))] == groups.tolist()
    backward = copy_groups(texts[::-1])[::-1]
    assert len(np.unique(backward)) == len(np.unique(np.column_stack([groups, backward]), axis=0)) == len(np.unique(groups))


def test_no_held_out_text_has_a_copy_among_the_labels(labels: LabelSet) -> None:
    held_out = [item.text for item in load_held_out(ROOT / "labels", labels.codebook)]
    known = [item.text for item in labels.texts()]
    assert (copy_groups([*known, *held_out])[len(known) :] >= len(known)).all()


def test_texts_that_documents_share_are_neither_trained_on_nor_tested_on_twice() -> None:
    own = [LabelledText(f"{word}工作取得新的成效", "a", f"{word}.txt") for word in WORDS]
    shared = [LabelledText(FORMULA.replace("扎实", word), "b", f"{word}.txt") for word in WORDS[:3]]
    loose = [LabelledText(FORMULA, "b"), *(LabelledText(f"{word}任务还很重", "b") for word in WORDS)]
    texts = [*own, *shared, *loose]
    folds = assign_folds(texts, 5)
    tested_times = np.zeros(len(texts))
    for trained_on, tested in folds.splits():
        tested_times += tested
        assert not set(folds.groups[trained_on]) & set(folds.groups[tested])
        assert not {item.document for item, kept in zip(texts, trained_on, strict=True) if kept and item.document} & {
            item.document for item, kept in zip(texts, tested, strict=True) if kept
        }
    assert (tested_times == 1).all()


def test_a_theme_whose_texts_all_copy_each_other_is_still_dealt_out() -> None:
    texts = [LabelledText(FORMULA.replace("扎实", word), "a") for word in WORDS]
    texts += [LabelledText(f"{word}任务还很重", "b") for word in WORDS]
    for trained_on, _ in assign_folds(texts, 5).splits():
        assert {item.theme for item, kept in zip(texts, trained_on, strict=True) if kept} == {"a", "b"}


def test_a_copy_of_a_tested_unit_is_not_trained_on_wherever_it_stands(labels: LabelSet) -> None:
    quoted = labels.paragraphs[0]
    copy = quoted.text.replace("，", ",") + "下一步再接再厉。"
    elsewhere = Label((labels.paragraphs[-1].key[0], 99, 0), digest(copy), copy, quoted.theme)
    example = LabelledText(copy + "完成任务。", quoted.theme)
    more = replace(labels, paragraphs=(*labels.paragraphs, elsewhere), examples=(*labels.examples, example))
    documents = group_documents(more, 10)
    splits = split_labels(more, 10).splits
    for (document,), split in zip(documents, splits, strict=True):
        trained_on = {item.text for item in split.training.texts()}
        holds_it = document in (quoted.key[0], elsewhere.key[0])
        assert ({quoted.text, copy, example.text} <= trained_on) is not holds_it
        assert not {quoted.text, copy, example.text} & trained_on or not holds_it
        assert len(trained_on) > 8000
    assert sum(len(split.tested["paragraphs"]) for split in splits) == len(more.paragraphs)


TWO_YEARS = f"""document,jurisdiction,year,paragraph,text
a.txt,甲县,2023,1,{FORMULA}
a.txt,甲县,2023,2,全年调解纠纷300件，成功率98%。
b.txt,甲县,2024,1,{FORMULA.replace("二十大精神", "二十大和二十届三中全会精神")}
b.txt,甲县,2024,2,全年调解纠纷412件，成功率98.6%。
c.txt,乙县,2024,1,全年调解纠纷55件、成功率100%。
c.txt,乙县,2024,2,办理法律援助案件120件。
"""


@pytest.fixture
def two_years(tmp_path: Path) -> Path:
    table = tmp_path / "two_years.csv"
    table.write_text(TWO_YEARS, encoding="utf-8")
    return table


def test_the_command_lists_groups_with_their_members(run: Callable[..., Finished], two_years: Path, tmp_path: Path) -> None:
    shown = run("copies", str(two_years)).output
    assert "5 paragraphs in 2 groups of copies" in shown and "甲县" in shown and "法律援助" not in shown
    run("copies", str(two_years), "-o", str(tmp_path / "copies.csv"))
    with (tmp_path / "copies.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [(row["group"], row["members"], row["document"], row["year"]) for row in rows] == [
        ("1", "2", "a.txt", "2023"),
        ("1", "2", "b.txt", "2024"),
        ("2", "3", "a.txt", "2023"),
        ("2", "3", "b.txt", "2024"),
        ("2", "3", "c.txt", "2024"),
    ]
    assert [row["similarity"] for row in rows] == ["1.0", "0.767", "1.0", "1.0", "1.0"]
    assert run("copies", str(ROOT / "seeds")).output == "0 paragraphs in 0 groups of copies\n"
    assert run("copies", str(two_years), "-o", str(tmp_path / "copies.txt")).code == 2


def test_a_mix_counts_copies_each_or_once_in_a_row(model: Model, two_years: Path) -> None:
    each, once = (theme_mix(two_years, model, copies=copies) for copies in ("each", "once"))
    assert [(row.group, row.paragraphs) for row in each.rows] == [("甲县", 4), ("乙县", 2)]
    assert [(row.group, row.paragraphs) for row in once.rows] == [("甲县", 2), ("乙县", 2)]
    assert (each.copies, each.left_out, once.copies, once.left_out) == ("each", 0, "once", 2)
    assert each == theme_mix(two_years, model) and "copies" not in each.to_dict()
    assert once.to_dict()["copies"] == "once" and once.to_dict()["left_out"] == 2
    assert any("2 left out" in note for note in mix_notes(once))
    assert not any("left out" in note for note in mix_notes(each))
    assert theme_mix(two_years, model, by="document", copies="once").left_out == 0
    assert theme_mix(two_years, model, by="year", copies="once").left_out == 1
    with pytest.raises(InputError, match="'twice'; use one of each, once"):
        theme_mix(two_years, model, copies="twice")


def test_of_copies_that_count_once_the_labelled_one_is_kept() -> None:
    origins = [Origin(jurisdiction="甲县")] * 3
    values = np.eye(3)
    labelled = np.array([False, False, True])
    counted = CountedParagraphs(["a", "b", "c"], origins, ["甲县"] * 3, values, values, labelled, ["1", "2", "3"])
    kept = each_copy_once(counted, np.array([0, 1, 0]))
    assert (kept.documents, kept.digests, kept.labelled.tolist()) == (["b", "c"], ["2", "3"], [False, True])
    assert kept.expected.tolist() == values[1:].tolist()


def test_a_census_counts_the_same_whether_copies_count_each_or_once(model: Model) -> None:
    each, once = (theme_mix(ROOT / "seeds", model, copies=copies) for copies in ("each", "once"))
    assert each.rows == once.rows and each.snapshot == once.snapshot and once.left_out == 0
